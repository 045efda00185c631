//! Evidence that a difference is seen across users: an exact rank test over cohorts, at fixed looks.
//!
//! A user stays on one arm for the whole release. A hundred failures of one user's broken client, or the slow pages of
//! one large customer, say little about a version, however many windows they fill. Users are spread at random over the
//! arms and over the cohorts of an arm, so with equal versions any exchange of cohorts between the arms is equally
//! likely: the rank sum's distribution is exact, whatever the requests of a user have in common.
//!
//! The looks are at fixed numbers of attempts and share the level by parts that sum to 1: that keeps the promise over all
//! looks together.

use serde::{Deserialize, Serialize};

use crate::{Ratio, UserEvidence};

/// Fewer cohorts than this with traffic on each arm: too few users to tell a version from a person.
pub(crate) const ACTIVE_MIN: usize = 8;
/// When looks are taken, and how the level is spread over them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Schedule {
    /// Attempts of the canary at the first look.
    first: f64,
    /// From one look to the next.
    growth: f64,
    parts: Parts,
}

/// How the level is spread over the looks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Parts {
    /// For ever; so many looks have half of it.
    Falling { half: f64 },
    /// Equally over so many; later ones have nothing.
    Equal { looks: u32 },
}

/// For what may be as rare as a failure in a thousand, or as plain as nothing but failures.
pub(crate) const WIDE: Schedule = Schedule { first: 60.0, growth: 1.15, parts: Parts::Falling { half: 10.0 } };
/// For all latencies at once. With fewer requests the cohorts' means are too rough to tell half as slow again; with many
/// more, a process that is a tenth slower than its twin would be told as well, and that is for the quantiles to judge:
/// with eight looks twice as many identical releases fail whose processes are not alike. See
/// docs/decisions/0013-analysis.md.
pub(crate) const FIRM: Schedule = Schedule { first: 200.0, growth: 1.25, parts: Parts::Equal { looks: 6 } };
/// Beyond this ratio of the arms' sizes shares are not comparable as they are.
const BALANCED: f64 = 1.25;

/// The schedule of looks of one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Looks {
    taken: u32,
    next_at: f64,
    #[serde(default = "wide")]
    schedule: Schedule,
}

const fn wide() -> Schedule {
    WIDE
}

impl Looks {
    pub const fn new(schedule: Schedule) -> Self {
        Self { taken: 0, next_at: schedule.first, schedule }
    }

    /// The part of the level for a look that is due; `None` when none is. Looks that were jumped over are lost.
    pub fn take(&mut self, attempts: u64) -> Option<f64> {
        let attempts = attempts as f64;
        if attempts < self.next_at {
            return None;
        }
        while attempts >= self.next_at {
            self.next_at *= self.schedule.growth;
            self.taken += 1;
        }
        Some(self.schedule.parts.of(self.taken - 1))
    }

    /// Whether no look that is still to come has a part of the level.
    pub fn over(&self) -> bool {
        matches!(self.schedule.parts, Parts::Equal { looks } if self.taken >= looks)
    }
}

impl Parts {
    /// The part of one look; all together are 1.
    fn of(self, look: u32) -> f64 {
        match self {
            Self::Falling { half } => {
                let at = f64::from(look) + half;
                half / (at * (at + 1.0))
            }
            Self::Equal { looks } if look < looks => 1.0 / f64::from(looks),
            Self::Equal { .. } => 0.0,
        }
    }
}

/// What the looks have shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AcrossUsers {
    p: f64,
    level: f64,
    reached: bool,
}

impl Default for AcrossUsers {
    fn default() -> Self {
        Self { p: 1.0, level: 0.0, reached: false }
    }
}

impl AcrossUsers {
    /// Looks whether the canary's cohorts have higher shares of hits than the baseline's.
    pub fn look(&mut self, canary: &[Ratio], baseline: &[Ratio], level: f64) {
        if self.reached {
            return;
        }
        self.p = p_of_higher(canary, baseline);
        self.level = level;
        self.reached = self.p <= level;
    }

    pub fn reached(&self) -> bool {
        self.reached
    }

    pub fn evidence(&self) -> UserEvidence {
        UserEvidence { p: self.p, level: self.level, reached: self.reached }
    }
}

/// Enough cohorts with traffic on both arms?
pub(crate) fn enough_cohorts(canary: &[Ratio], baseline: &[Ratio]) -> bool {
    active(canary).min(active(baseline)) >= ACTIVE_MIN
}

pub(crate) fn active(cohorts: &[Ratio]) -> usize {
    cohorts.iter().filter(|cohort| cohort.of > 0).count()
}

/// The exact one-sided p-value of the rank sum of the canary's shares, with ties, conditional on the values.
pub(crate) fn p_of_higher(canary: &[Ratio], baseline: &[Ratio]) -> f64 {
    let total = |cohorts: &[Ratio]| cohorts.iter().map(|cohort| cohort.of as f64).sum::<f64>();
    let (of_canary, of_baseline) = (total(canary), total(baseline));
    let balanced = of_canary <= of_baseline * BALANCED && of_baseline <= of_canary * BALANCED;
    let hits: f64 = canary.iter().chain(baseline).map(|cohort| cohort.hits as f64).sum();
    let share = hits / (of_canary + of_baseline);
    let value = |cohort: &Ratio| {
        let (hits, of) = (cohort.hits as f64, cohort.of as f64);
        if balanced { hits / of } else { (hits - of * share) / (of * share * (1.0 - share)).sqrt().max(1e-9) }
    };
    let values = |cohorts: &[Ratio]| -> Vec<f64> { cohorts.iter().filter(|cohort| cohort.of > 0).map(value).collect() };
    rank_sum_p(&values(canary), &values(baseline))
}

/// P(rank sum of `first` is at least what it is), by counting all ways to choose `first.len()` of the pooled values.
fn rank_sum_p(first: &[f64], second: &[f64]) -> f64 {
    let mut pooled: Vec<(f64, bool)> =
        first.iter().map(|value| (*value, true)).chain(second.iter().map(|value| (*value, false))).collect();
    pooled.sort_by(|a, b| a.0.total_cmp(&b.0));
    if first.is_empty() || second.is_empty() {
        return 1.0;
    }
    let sums = pooled.len() * (pooled.len() + 1) + 1;
    // ways[chosen][sum of doubled midranks]
    let mut ways = vec![vec![0.0_f64; sums]; first.len() + 1];
    ways[0][0] = 1.0;
    let mut observed = 0;
    let mut seen = 0;
    for tied in pooled.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let rank = 2 * seen + tied.len() + 1;
        seen += tied.len();
        observed += rank * tied.iter().filter(|(_, is_first)| *is_first).count();
        for _ in tied {
            for chosen in (1..=first.len()).rev() {
                let (fewer, more) = ways.split_at_mut(chosen);
                let from = &fewer[chosen - 1];
                for sum in rank..sums {
                    more[0][sum] += from[sum - rank];
                }
            }
        }
    }
    let all: f64 = ways[first.len()].iter().sum();
    let as_high: f64 = ways[first.len()][observed..].iter().sum();
    (as_high / all).min(1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cohorts(shares: &[(u64, u64)]) -> Vec<Ratio> {
        shares.iter().map(|(hits, of)| Ratio { hits: *hits, of: *of }).collect()
    }

    #[test]
    fn rank_sum_of_three_against_three_matches_the_table() {
        assert!((rank_sum_p(&[4.0, 5.0, 6.0], &[1.0, 2.0, 3.0]) - 1.0 / 20.0).abs() < 1e-12);
        assert!((rank_sum_p(&[3.0, 5.0, 6.0], &[1.0, 2.0, 4.0]) - 2.0 / 20.0).abs() < 1e-12);
        assert!((rank_sum_p(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn with_ties_it_is_the_hypergeometric_test() {
        let canary: Vec<Ratio> = (0..16).map(|at| Ratio { hits: u64::from(at < 10), of: 20 }).collect();
        let baseline = vec![Ratio { hits: 0, of: 20 }; 16];
        let expected = 8008.0 / 64_512_240.0;
        assert!((p_of_higher(&canary, &baseline) / expected - 1.0).abs() < 1e-9);
    }

    #[test]
    fn one_user_with_a_thousand_failures_is_no_evidence() {
        let mut canary = cohorts(&[(0, 100); 16]);
        canary[3] = Ratio { hits: 1000, of: 1000 };
        assert!(p_of_higher(&canary, &cohorts(&[(0, 100); 16])) > 0.4);
    }

    #[test]
    fn two_users_are_never_enough() {
        let canary = cohorts(&[(100, 100), (100, 100)]);
        assert!(p_of_higher(&canary, &cohorts(&[(0, 100), (0, 100)])) > 0.1);
        assert!(!enough_cohorts(&canary, &canary));
    }

    #[test]
    fn parts_of_all_looks_never_exceed_the_level() {
        for schedule in [WIDE, FIRM] {
            let sum: f64 = (0..1_000_000).map(|look| schedule.parts.of(look)).sum();
            assert!(sum <= 1.0 + 1e-12 && sum > 0.99, "{sum}");
            let mut looks = Looks::new(schedule);
            let taken: f64 = (0..10_000).filter_map(|second| looks.take(second * 37)).sum();
            assert!(taken <= 1.0 + 1e-12);
        }
    }

    proptest! {
        #[test]
        fn p_is_a_probability_and_falls_when_the_canary_gets_worse(
            shares in Just((1_u64..=24).collect::<Vec<_>>()).prop_shuffle(), cohort in 0_usize..12,
        ) {
            let cohorts = |shares: &[u64]| -> Vec<Ratio> {
                shares.iter().map(|hits| Ratio { hits: *hits, of: 40 }).collect()
            };
            let (mut canary, baseline) = (cohorts(&shares[..12]), cohorts(&shares[12..]));
            let before = p_of_higher(&canary, &baseline);
            prop_assert!((0.0..=1.0).contains(&before));
            canary[cohort].hits = 40;
            prop_assert!(p_of_higher(&canary, &baseline) <= before + 1e-9);
        }

        #[test]
        fn exchanging_the_arms_mirrors_p(values in prop::collection::vec(0_u64..6, 24)) {
            let canary: Vec<Ratio> = values[..12].iter().map(|hits| Ratio { hits: *hits, of: 10 }).collect();
            let baseline: Vec<Ratio> = values[12..].iter().map(|hits| Ratio { hits: *hits, of: 10 }).collect();
            prop_assert!(p_of_higher(&canary, &baseline) + p_of_higher(&baseline, &canary) >= 1.0 - 1e-9);
        }

        #[test]
        fn no_cohorts_make_it_panic(values in prop::collection::vec((any::<u64>(), any::<u64>()), 0..32), cut in 0_usize..32) {
            let all: Vec<Ratio> = values.iter().map(|(hits, of)| Ratio { hits: *hits, of: *of }).collect();
            let cut = cut.min(all.len());
            let p = p_of_higher(&all[..cut], &all[cut..]);
            prop_assert!((0.0..=1.0).contains(&p));
        }
    }
}
