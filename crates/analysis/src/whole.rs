//! Evidence from all latencies of a window at once: are the canary's ranks higher than its share?
//!
//! What makes every answer slower moves all quantiles together; each alone sees a part of it. Here a request's score is
//! its place among what both arms showed before: the number of cuts, at fifths, that it is beyond. If the versions are
//! alike, which of the window's requests are the canary's is chance: the sum of its scores is that of a draw without
//! replacement, and the bet on it ([`Bet`]) pays `1 + tanh(stake * z)` over its expectation, as for a single quantile.
//! Five levels keep 96 % of what all ranks say. Source: Wilcoxon's rank sum in groups; Lehmann, "Nonparametrics", 1.5.

use crate::{BUCKETS, Histogram, Ratio, bet::STAKES};

/// Shares of the earlier requests at which the cuts lie.
const CUTS: [f64; 4] = [0.2, 0.4, 0.6, 0.8];
const LEVELS: usize = CUTS.len() + 1;
/// Up to so many requests the expectation is summed over all outcomes; beyond, the third moment is close enough.
const EXACT_MAX: usize = 120;

/// Buckets at which the levels begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cuts([usize; CUTS.len()]);

impl Cuts {
    /// By what was seen until now.
    pub fn of(pooled: &Histogram) -> Self {
        let mut after = 0;
        Self(CUTS.map(|share| {
            after = (pooled.quantile_bucket(share).unwrap_or(0) + 1).clamp(after, BUCKETS - 1);
            after
        }))
    }

    /// Requests of each level.
    fn levels(self, latency: &Histogram) -> [u64; LEVELS] {
        let mut from = [latency.count(); LEVELS + 1];
        for (at, cut) in self.0.into_iter().enumerate() {
            from[at + 1] = latency.count_from(cut);
        }
        from[LEVELS] = 0;
        std::array::from_fn(|level| from[level].saturating_sub(from[level + 1]))
    }

    /// The sum of all scores, of the most that it could be.
    pub fn scores(self, latency: &Histogram) -> Ratio {
        let sum = self.0.into_iter().fold(0_u64, |sum, cut| sum.saturating_add(latency.count_from(cut)));
        Ratio { hits: sum, of: latency.count().saturating_mul(CUTS.len() as u64) }
    }

    /// By what each stake's wealth is multiplied; `None` when the window says nothing.
    pub fn gains(self, canary: &Histogram, baseline: &Histogram) -> Option<[f64; STAKES.len()]> {
        gains(&self.levels(canary), &self.levels(baseline))
    }
}

fn gains(canary: &[u64; LEVELS], baseline: &[u64; LEVELS]) -> Option<[f64; STAKES.len()]> {
    let pooled: [u64; LEVELS] = std::array::from_fn(|level| canary[level].saturating_add(baseline[level]));
    let draw = Draw::new(&pooled, canary.iter().map(|count| *count as f64).sum())?;
    let sum = (0_u32..).zip(canary).map(|(score, count)| f64::from(score) * *count as f64).sum();
    let mut paid = draw.payoff(sum);
    let expected = draw.expected(&pooled);
    paid.iter_mut().zip(expected).for_each(|(pay, expected)| *pay /= expected.max(1e-9));
    Some(paid)
}

/// The canary's requests as a draw without replacement from those of both arms.
struct Draw {
    of_canary: f64,
    of_baseline: f64,
    mean: f64,
    deviation: f64,
    /// Third central moment over the deviation's third power.
    skew: f64,
}

impl Draw {
    fn new(pooled: &[u64; LEVELS], of_canary: f64) -> Option<Self> {
        let all = pooled.iter().map(|count| *count as f64).sum::<f64>();
        let of_baseline = all - of_canary;
        let moment = |around: f64, power: i32| {
            (0_u64..).zip(pooled).map(|(score, count)| *count as f64 * (score as f64 - around).powi(power)).sum::<f64>()
        };
        let average = moment(0.0, 1) / all;
        let deviation = (of_canary * of_baseline / (all * (all - 1.0)) * moment(average, 2)).sqrt();
        if !(deviation.is_finite() && deviation > 0.0) {
            return None;
        }
        let third = of_canary * of_baseline * (of_baseline - of_canary) / (all * (all - 1.0) * (all - 2.0))
            * moment(average, 3);
        let skew = if all > 2.0 { third / deviation.powi(3) } else { 0.0 };
        Some(Self { of_canary, of_baseline, mean: of_canary * average, deviation, skew })
    }

    fn payoff(&self, sum: f64) -> [f64; STAKES.len()] {
        paid((sum - self.mean) / self.deviation)
    }

    fn expected(&self, pooled: &[u64; LEVELS]) -> [f64; STAKES.len()] {
        // Exchanging the arms mirrors the sum around its mean.
        if self.of_canary == self.of_baseline {
            return [1.0; STAKES.len()];
        }
        if self.of_canary + self.of_baseline > EXACT_MAX as f64 {
            return expected_by_skew(self.skew);
        }
        let (mut expected, mut total) = ([0.0; STAKES.len()], 0.0);
        for (sum, weight) in outcomes(pooled, self.of_canary as usize).into_iter().enumerate() {
            total += weight;
            expected.iter_mut().zip(self.payoff(sum as f64)).for_each(|(expected, pay)| *expected += weight * pay);
        }
        expected.map(|expected| expected / total)
    }
}

fn paid(z: f64) -> [f64; STAKES.len()] {
    STAKES.map(|stake| 1.0 + (stake * z).tanh())
}

/// In how many ways each sum of scores comes about when so many are drawn.
fn outcomes(pooled: &[u64; LEVELS], drawn: usize) -> Vec<f64> {
    let sums = drawn * CUTS.len() + 1;
    // ways[drawn so far][sum so far]
    let mut ways = vec![vec![0.0; sums]; drawn + 1];
    ways[0][0] = 1.0;
    for (score, count) in pooled.iter().enumerate() {
        let count = *count as usize;
        let mut next = vec![vec![0.0; sums]; drawn + 1];
        for (before, row) in ways.iter().enumerate() {
            let mut choose = 1.0;
            for more in 0..=count.min(drawn - before) {
                let up = more * score;
                for (to, from) in next[before + more].iter_mut().skip(up).zip(row) {
                    *to += choose * from;
                }
                choose *= (count - more) as f64 / (more + 1) as f64;
            }
        }
        ways = next;
    }
    ways.swap_remove(drawn)
}

/// Of a sum that is normal but for its skew: `E f(z) = ∫ f φ (1 + skew/6 · (z³ - 3z))`, over both halves at once.
/// Source: Edgeworth's series, first term; Feller II, XVI.4.
fn expected_by_skew(skew: f64) -> [f64; STAKES.len()] {
    const STEP: f64 = 0.05;
    let mut odd = [0.0; STAKES.len()];
    for at in 1..160 {
        let z = f64::from(at) * STEP;
        let weight = (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt() * (z.powi(3) - 3.0 * z) * 2.0 * STEP;
        odd.iter_mut().zip(STAKES).for_each(|(sum, stake)| *sum += weight * (stake * z).tanh());
    }
    odd.map(|odd| 1.0 + skew / 6.0 * odd)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn histogram(values: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::default();
        values.into_iter().for_each(|value| histogram.record(value));
        histogram
    }

    #[test]
    fn scores_are_places_among_what_was_seen() {
        let cuts = Cuts::of(&histogram((0..1000).map(|at| 1_000 + at * 50)));
        assert_eq!(cuts.scores(&histogram([1, 1])), Ratio { hits: 0, of: 8 });
        assert_eq!(cuts.scores(&histogram([1_000_000, 1])), Ratio { hits: 4, of: 8 });
        let levels = cuts.levels(&histogram((0..1000).map(|at| 1_000 + at * 50)));
        assert!(levels.iter().all(|count| (130..280).contains(count)), "{levels:?}");
    }

    #[test]
    fn half_as_slow_again_is_seen_sooner_than_at_any_one_quantile() {
        let value = |at: u64| 1_000 + (at * 7_919 % 1_009).pow(2) / 40;
        let cuts = Cuts::of(&histogram((0..2000).map(value)));
        let (mut whole, mut median) = (0.0, 0.0);
        let threshold = cuts.0[1];
        for window in 0..20 {
            let of = |by: u64| histogram((0..20).map(move |at| value(at + window * 20 + by * 3) * (2 + by) / 2));
            let (canary, baseline) = (of(1), of(0));
            whole += cuts.gains(&canary, &baseline).map_or(0.0, |gains| gains[1].ln());
            let share = |latency: &Histogram| Ratio { hits: latency.count_from(threshold), of: latency.count() };
            let split = crate::bet::Split { canary: share(&canary), baseline: share(&baseline) };
            median += crate::bet::gains(&split, false).map_or(0.0, |gains| gains[1].ln());
        }
        assert!(whole > median, "{whole} {median}");
    }

    #[test]
    fn a_window_without_two_levels_says_nothing() {
        assert_eq!(gains(&[20, 0, 0, 0, 0], &[20, 0, 0, 0, 0]), None);
        assert_eq!(gains(&[0; LEVELS], &[3, 2, 1, 1, 1]), None);
        assert_eq!(gains(&[0; LEVELS], &[0; LEVELS]), None);
    }

    #[test]
    fn beyond_the_sum_over_outcomes_the_third_moment_is_as_good() {
        let pooled = [40, 30, 20, 20, 10];
        let draw = Draw::new(&pooled, 30.0).expect("two levels");
        for (exact, close) in draw.expected(&pooled).into_iter().zip(expected_by_skew(draw.skew)) {
            assert!((exact - close).abs() < 5e-4, "{exact} {close}");
        }
    }

    proptest! {
        /// The promise behind every false-alarm bound: over all draws from a window the expected gain is 1.
        #[test]
        fn expected_gain_is_one(pooled in prop::array::uniform5(0_u64..4), drawn in 1_u64..12) {
            let all: Vec<usize> = (0..LEVELS).flat_map(|level| std::iter::repeat_n(level, pooled[level] as usize)).collect();
            prop_assume!((drawn as usize) < all.len() && all.len() <= 14);
            let (mut expected, mut draws) = ([0.0; STAKES.len()], 0.0);
            for chosen in 0_u32..1 << all.len() {
                if u64::from(chosen.count_ones()) != drawn {
                    continue;
                }
                let mut arms = [[0_u64; LEVELS]; 2];
                all.iter().enumerate().for_each(|(at, level)| arms[usize::from(chosen >> at & 1 == 0)][*level] += 1);
                let gains = gains(&arms[0], &arms[1]).unwrap_or([1.0; STAKES.len()]);
                expected.iter_mut().zip(gains).for_each(|(sum, gain)| *sum += gain);
                draws += 1.0;
            }
            for value in expected {
                prop_assert!((value / draws - 1.0).abs() < 1e-9, "{}", value / draws);
            }
        }

        #[test]
        fn one_window_can_at_most_about_double_the_wealth(
            canary in prop::array::uniform5(0_u64..500), baseline in prop::array::uniform5(0_u64..500),
        ) {
            for gain in gains(&canary, &baseline).unwrap_or([1.0; STAKES.len()]) {
                prop_assert!(gain.is_finite() && (0.0..2.3).contains(&gain), "{gain}");
            }
        }
    }
}
