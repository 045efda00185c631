//! The test of single quantiles. Each is tested as a share: of the requests slower than a threshold, set before each window
//! from what both arms showed until then. That the canary is not worse by the margin is the same test turned around,
//! with the canary's threshold later by the margin.

use serde::{Deserialize, Serialize};

use super::{Asked, LN_E_WORTH_A_LOOK, Pair, cohorts, interval, split_of};
use crate::{
    Arm, BUCKETS, Evidence, Histogram, Metric, Plan, Ratio, Reading, Tally,
    bet::{AT_START, AT_STEPS, Bet, EVEN, Split},
    bucket_start,
    users::AcrossUsers,
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct QuantileTest {
    quantile: f64,
    /// `None`: only guarded.
    level: Option<f64>,
    users_level: f64,
    tolerance: f64,
    floor_us: u64,
    worse: Bet,
    worse_across: AcrossUsers,
    guard: Option<Guard>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Guard {
    margin: f64,
    beta: f64,
    beta_users: f64,
    not_worse: Bet,
    across: AcrossUsers,
}

/// One for each quantile that can fail or is guarded.
pub(super) fn quantile_tests(plan: &Plan) -> Vec<QuantileTest> {
    let Some(rule) = &plan.latency else { return Vec::new() };
    let mut quantiles: Vec<f64> = rule.quantiles.iter().chain(&rule.guarded).copied().collect();
    quantiles.sort_by(f64::total_cmp);
    quantiles.dedup();
    let failing = quantiles.iter().filter(|quantile| rule.quantiles.contains(quantile)).count().max(1);
    let part = (1.0 - rule.whole_part) / failing as f64;
    let test = |quantile: f64| QuantileTest {
        quantile,
        level: rule.quantiles.contains(&quantile).then_some(plan.alpha * rule.weight * part),
        users_level: plan.alpha_users * rule.users_weight * part,
        tolerance: rule.tolerance,
        floor_us: rule.floor_us,
        worse: Bet::new(EVEN),
        worse_across: AcrossUsers::default(),
        guard: rule.guarded.contains(&quantile).then(|| Guard {
            margin: rule.margin,
            beta: plan.beta,
            beta_users: plan.beta_users,
            not_worse: guard_bet(),
            across: AcrossUsers::default(),
        }),
    };
    quantiles.into_iter().map(test).collect()
}

impl QuantileTest {
    pub fn put_in(&mut self, wealth: f64) {
        self.worse.put_in(wealth);
    }

    pub fn begin_step(&mut self) {
        self.worse_across = AcrossUsers::default();
        if let Some(guard) = &mut self.guard {
            guard.across = AcrossUsers::default();
            guard.not_worse = guard_bet();
        }
    }

    pub fn play(&mut self, pooled: &Histogram, window: &Pair) {
        let threshold = threshold(pooled, self.quantile);
        if self.level.is_some() {
            self.worse.play(&split_of(window, |arm| slower_of(&arm.latency, threshold)));
        }
        if let Some(guard) = &mut self.guard {
            let canary = slower_of(&window.canary.latency, later_by(threshold, guard.margin, self.floor_us));
            guard.not_worse.play_against(&Split { canary, baseline: slower_of(&window.baseline.latency, threshold) });
        }
    }

    pub fn look(&mut self, pooled: &Histogram, seen: &Pair, part_of_step: f64, part: f64) {
        let threshold = threshold(pooled, self.quantile);
        let of = |arm: &Arm, threshold: usize| cohorts(arm, |tally: &Tally| slower_of(&tally.latency, threshold));
        if self.level.is_some() && self.worse.ln_e() > LN_E_WORTH_A_LOOK {
            let (canary, baseline) = (of(&seen.canary, threshold), of(&seen.baseline, threshold));
            self.worse_across.look(&canary, &baseline, self.users_level * part_of_step);
        }
        if let Some(guard) = self.guard.as_mut().filter(|guard| guard.not_worse.ln_e() > LN_E_WORTH_A_LOOK) {
            let canary = of(&seen.canary, later_by(threshold, guard.margin, self.floor_us));
            guard.across.look(&of(&seen.baseline, threshold), &canary, guard.beta_users * part);
        }
    }

    pub fn read(&self, seen: &Pair, by_user: bool, intervals: bool) -> Asked {
        let (canary, baseline) = (&seen.canary.latency, &seen.baseline.latency);
        let effect = intervals.then(|| interval::of_quantiles(canary, baseline, self.quantile)).flatten();
        let (beyond_part, beyond_floor) = beyond(canary, baseline, self.quantile, self.tolerance, self.floor_us);
        let beyond_tolerance = beyond_part && beyond_floor;
        let proven = self.level.is_some_and(|level| self.worse.reached(level));
        let guard = self.guard.as_ref();
        let not_worse: Option<Evidence> = guard.map(|guard| guard.not_worse.evidence(guard.beta));
        Asked {
            fails: beyond_tolerance && proven && (!by_user || self.worse_across.reached()),
            passes: guard
                .is_none_or(|guard| guard.not_worse.reached(guard.beta) && (!by_user || guard.across.reached())),
            ln_e_by_request: 0.03 * (1.0 - self.quantile),
            reading: Reading {
                metric: Metric::Latency { quantile: self.quantile },
                effect,
                beyond_tolerance,
                below_floor_us: (beyond_part && !beyond_floor).then_some(self.floor_us),
                worse: self.level.map(|level| self.worse.evidence(level)),
                worse_across_users: by_user.then(|| self.worse_across.evidence()),
                not_worse,
                not_worse_across_users: guard.filter(|_| by_user).map(|guard| guard.across.evidence()),
            },
        }
    }
}

/// Is a quantile of the canary longer by more than the tolerance, and by more than the floor?
pub(super) fn beyond(
    canary: &Histogram,
    baseline: &Histogram,
    quantile: f64,
    tolerance: f64,
    floor_us: u64,
) -> (bool, bool) {
    let ratio = interval::quantile_ratio(canary, baseline, quantile);
    let longer_us = interval::quantile_difference_us(canary, baseline, quantile);
    (ratio.is_some_and(|ratio| ratio > 1.0 + tolerance), longer_us.is_some_and(|longer| longer > floor_us as f64))
}

fn guard_bet() -> Bet {
    let mut bet = Bet::new(EVEN);
    bet.put_in(AT_START + AT_STEPS);
    bet
}

fn slower_of(latency: &Histogram, threshold: usize) -> Ratio {
    Ratio { hits: latency.count_from(threshold), of: latency.count() }
}

/// The bucket from which on a request is slow: after the one that holds the quantile, unless nothing is there.
fn threshold(pooled: &Histogram, quantile: f64) -> usize {
    let bucket = pooled.quantile_bucket(quantile).unwrap_or(0);
    if pooled.count_from(bucket + 1) > 0 { bucket + 1 } else { bucket }
}

/// The last bucket that begins at most `margin` later, or at most the floor where that is more.
fn later_by(bucket: usize, margin: f64, floor_us: u64) -> usize {
    let start = bucket_start(bucket) as f64;
    let limit = (start * (1.0 + margin)).max(start + floor_us as f64);
    (bucket..BUCKETS).take_while(|later| bucket_start(*later) as f64 <= limit).last().unwrap_or(bucket)
}
