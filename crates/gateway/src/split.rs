//! Which group gets the next request: a sequence for requests without a memory, smooth but for the choice of places in
//! each short stretch, and a hash for users who are to stay where they are.
//!
//! Were it smooth throughout, one in ten would be every tenth: a client that sends the same eight requests in turn would
//! have the canary answer the odd ones and the baseline the even ones, and the two could not be compared.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::window::Lane;

/// Within so many requests the places in the sequence are turned by chance. Longer than it takes a page to load.
const STRETCH: usize = 20;

/// Weights by index of a group; 0 = gets nothing.
#[derive(Debug)]
pub(crate) struct Split {
    /// One period: each group stands in it as often as its weight, divided by the common divisor, says.
    sequence: Box<[u8]>,
    /// Hash of the name and weight of each group.
    weighted: Box<[(u64, f64)]>,
    /// Where each worker is in the sequence. They begin apart, so that together they are smooth too.
    next: Box<[Lane<AtomicUsize>]>,
}

impl Split {
    /// From names and weights; at most 256 groups.
    pub fn new<'n>(groups: impl Iterator<Item = (&'n str, u32)>, workers: usize) -> Self {
        let groups: Vec<(&str, u32)> = groups.collect();
        let weights: Vec<u32> = groups.iter().map(|(_, weight)| *weight).collect();
        let sequence = sequence(&weights);
        let begin = |worker| Lane(AtomicUsize::new(sequence.len() * worker / workers.max(1)));
        Self {
            next: (0..workers).map(begin).collect(),
            sequence,
            weighted: groups.iter().map(|(name, weight)| (fnv(name.as_bytes()), f64::from(*weight))).collect(),
        }
    }

    /// The group of a worker's next request: over any period as many as the weights say, and over any time as many but
    /// for a stretch. `None` without any weight.
    pub fn next(&self, worker: usize) -> Option<usize> {
        let sent = self.next[worker].0.fetch_add(1, Ordering::Relaxed);
        let index = sent.checked_rem(self.sequence.len())?;
        let within = index % STRETCH;
        let begin = index - within;
        let stretch = self.sequence.get(begin..(begin + STRETCH).min(self.sequence.len()))?;
        // The same for all requests of a stretch, another for each stretch of each worker.
        let turn = mix((sent - within) as u64 ^ ((worker as u64) << 48)) as usize;
        stretch.get((within + turn % stretch.len()) % stretch.len()).map(|group| usize::from(*group))
    }

    /// The group of a user: always the same while the weights are. When one weight grows, users move to that group
    /// only, and no more than it needs.
    ///
    /// Source: weighted rendezvous hashing; Schindelhauer and Schomaker, "Weighted Distributed Hash Tables", 2005.
    pub fn of_user(&self, id: u128) -> Option<usize> {
        let [low, high] = [id as u64, (id >> 64) as u64];
        let user = mix(low ^ mix(high));
        let mut best = None;
        for (index, (name, weight)) in self.weighted.iter().enumerate() {
            if *weight <= 0.0 {
                continue;
            }
            // 53 bits, and never 0, whose logarithm is infinite.
            let unit = ((mix(user ^ name) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
            let score = weight / -unit.ln();
            if best.is_none_or(|(_, most)| score > most) {
                best = Some((index, score));
            }
        }
        best.map(|(index, _)| index)
    }
}

/// The smooth weighted round robin of nginx, written down for one period.
fn sequence(weights: &[u32]) -> Box<[u8]> {
    let divisor = weights.iter().copied().fold(0, gcd);
    if divisor == 0 {
        return Box::default();
    }
    let weights: Vec<i64> = weights.iter().map(|weight| i64::from(weight / divisor)).collect();
    let total: i64 = weights.iter().sum();
    let mut credits = vec![0_i64; weights.len()];
    (0..total)
        .map(|_| {
            for (credit, weight) in credits.iter_mut().zip(&weights) {
                *credit += weight;
            }
            // The last of equals, so that the choice is the same at every run.
            let chosen =
                (0..credits.len()).filter(|index| weights[*index] > 0).max_by_key(|index| credits[*index]).unwrap_or(0);
            credits[chosen] -= total;
            u8::try_from(chosen).unwrap_or(0)
        })
        .collect()
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// FNV-1a, 64 bits: the same in every version of the program, unlike the standard library's hasher.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The finaliser of SplitMix64.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use proptest::prelude::*;

    use super::*;

    fn split(weights: &[u32]) -> Split {
        const NAMES: [&str; 4] = ["stable", "canary", "baseline", "preview"];
        Split::new(NAMES.into_iter().zip(weights.iter().copied()), 2)
    }

    /// Two to four weights that sum to 10,000.
    fn weights() -> impl Strategy<Value = Vec<u32>> {
        prop::collection::vec(0_u32..=10_000, 1..=3).prop_map(|mut cuts| {
            cuts.sort_unstable();
            let mut weights = Vec::new();
            let mut from = 0;
            for cut in cuts {
                weights.push(cut - from);
                from = cut;
            }
            weights.push(10_000 - from);
            weights
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_period_holds_exactly_the_weights_and_every_prefix_nearly(weights in weights()) {
            let split = split(&weights);
            let mut counts = vec![0_u32; weights.len()];
            for sent in 1..=10_000_u32 {
                counts[split.next(0).unwrap()] += 1;
                for (count, weight) in counts.iter().zip(&weights) {
                    let share = f64::from(*weight) / 10_000.0;
                    let (due, turned) = (share * f64::from(sent), share * (1.0 - share) * STRETCH as f64);
                    let off = (f64::from(*count) - due).abs();
                    prop_assert!(off < weights.len() as f64 + turned + 1.0, "{counts:?} after {sent}");
                }
            }
            prop_assert_eq!(counts, weights);
        }

        #[test]
        fn a_growing_group_takes_users_from_others_and_nobody_else_moves(grown in 1_u32..=9_999, ids in prop::collection::vec(any::<u128>(), 200)) {
            let before = split(&[10_000 - grown / 2, grown / 2]);
            let after = split(&[10_000 - grown, grown]);
            for id in ids {
                let (old, new) = (before.of_user(id).unwrap(), after.of_user(id).unwrap());
                prop_assert!(old == new || new == 1, "{id} left the growing group");
            }
        }

        #[test]
        fn a_user_stays_while_the_weights_do(weights in weights(), id in any::<u128>()) {
            let group = split(&weights).of_user(id).unwrap();
            prop_assert!(weights[group] > 0);
            prop_assert_eq!(split(&weights).of_user(id).unwrap(), group);
        }
    }

    #[test]
    fn users_are_spread_as_the_weights_say() {
        let split = split(&[8_000, 1_000, 1_000]);
        let mut random = fastrand::Rng::with_seed(7);
        let mut counts = [0_u32; 3];
        for _ in 0..100_000 {
            counts[split.of_user(random.u128(..)).unwrap()] += 1;
        }
        for (count, due) in counts.iter().zip([80_000_f64, 10_000.0, 10_000.0]) {
            assert!((f64::from(*count) - due).abs() < 500.0, "{counts:?}");
        }
    }

    #[test]
    fn one_in_ten_is_one_of_every_ten() {
        let split = split(&[9_000, 1_000]);
        for _ in 0..100 {
            assert_eq!((0..10).filter(|_| split.next(0) == Some(1)).count(), 1);
        }
    }

    #[test]
    fn requests_that_come_in_turn_are_not_sorted_by_kind() {
        for (weights, kinds) in [([8_000, 1_000, 1_000], 8), ([8_000, 1_000, 1_000], 5), ([5_000, 2_500, 2_500], 4)] {
            let split = split(&weights);
            let mut counts = vec![[0_u32; 3]; kinds];
            for sent in 0..80_000 {
                counts[sent % kinds][split.next(0).unwrap()] += 1;
            }
            for (kind, count) in counts.iter().enumerate() {
                for (group, weight) in weights.iter().enumerate() {
                    let due = f64::from(*weight) * 8.0 / kinds as f64;
                    let got = f64::from(count[group]);
                    assert!((got / due - 1.0).abs() < 0.1, "kind {kind} of {kinds}: {got} of {due} to group {group}");
                }
            }
        }
    }

    #[test]
    fn without_weights_there_is_no_group() {
        assert_eq!(split(&[]).next(0), None);
        assert_eq!(split(&[0, 0]).of_user(1), None);
    }
}
