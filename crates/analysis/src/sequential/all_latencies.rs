//! The test of all latencies at once; its effect is that of the upper quartile.

use serde::{Deserialize, Serialize};

use super::{Asked, Pair, cohorts, interval, quantiles::beyond};
use crate::{
    Histogram, Metric, Plan, Reading, Tally,
    bet::{Bet, FIRM},
    users::{self, AcrossUsers, Looks},
    whole::Cuts,
};

/// Where the effect is looked at: above the median, where a floor in milliseconds weighs little, and below the tail,
/// where a few requests decide.
const QUANTILE: f64 = 0.75;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct AllLatencies {
    level: f64,
    users_level: f64,
    tolerance: f64,
    floor_us: u64,
    worse: Bet,
    worse_across: AcrossUsers,
    looks: Looks,
}

impl AllLatencies {
    pub fn new(plan: &Plan) -> Option<Self> {
        let rule = plan.latency.as_ref().filter(|rule| rule.whole_part > 0.0)?;
        Some(Self {
            level: plan.alpha * rule.weight * rule.whole_part,
            users_level: plan.alpha_users * rule.users_weight * rule.whole_part,
            tolerance: rule.tolerance,
            floor_us: rule.floor_us,
            worse: Bet::new(FIRM),
            worse_across: AcrossUsers::default(),
            looks: Looks::new(users::FIRM),
        })
    }

    pub fn put_in(&mut self, wealth: f64) {
        self.worse.put_in(wealth);
    }

    pub fn begin_step(&mut self) {
        self.worse_across = AcrossUsers::default();
        self.looks = Looks::new(users::FIRM);
    }

    pub fn play(&mut self, pooled: &Histogram, window: &Pair) {
        // What would need so many requests to be seen is for the quantiles to judge.
        if self.looks.over() {
            return;
        }
        self.worse.take(Cuts::of(pooled).gains(&window.canary.latency, &window.baseline.latency));
    }

    pub fn look(&mut self, seen: &Pair, steps: f64) {
        let due = self.looks.take(seen.canary.latency.count());
        let Some(part) = due.filter(|_| self.worse.ln_e() > super::LN_E_WORTH_A_LOOK) else { return };
        let cuts = Cuts::of(&super::pooled(seen));
        let of = |tally: &Tally| cuts.scores(&tally.latency);
        let level = self.users_level * part / steps;
        self.worse_across.look(&cohorts(&seen.canary, of), &cohorts(&seen.baseline, of), level);
    }

    pub fn read(&self, seen: &Pair, by_user: bool, intervals: bool) -> Asked {
        let (canary, baseline) = (&seen.canary.latency, &seen.baseline.latency);
        let effect = intervals.then(|| interval::of_quantiles(canary, baseline, QUANTILE)).flatten();
        let (beyond_part, beyond_floor) = beyond(canary, baseline, QUANTILE, self.tolerance, self.floor_us);
        let beyond_tolerance = beyond_part && beyond_floor;
        Asked {
            fails: beyond_tolerance && self.worse.reached(self.level) && (!by_user || self.worse_across.reached()),
            passes: true,
            ln_e_by_request: 1.0,
            reading: Reading {
                metric: Metric::AllLatencies,
                effect,
                beyond_tolerance,
                below_floor_us: (beyond_part && !beyond_floor).then_some(self.floor_us),
                worse: Some(self.worse.evidence(self.level)),
                worse_across_users: by_user.then(|| self.worse_across.evidence()),
                not_worse: None,
                not_worse_across_users: None,
            },
        }
    }
}
