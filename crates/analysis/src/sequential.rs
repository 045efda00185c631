//! The anytime-valid tests of one release: failures, quantiles of the latency, business metrics.
//!
//! All latencies are tested at once (`all_latencies`), and single quantiles beside (`quantiles`): a tail that grows alone
//! shows there.

mod all_latencies;
mod quantiles;

use serde::{Deserialize, Serialize};

use crate::{
    Arm, Direction, Histogram, Metric, Plan, Ratio, Reading, Tally,
    bet::{AT_START, AT_STEPS, BOLD, BelowMargin, Bet, Split},
    interval,
    users::{self, AcrossUsers, Looks, WIDE},
};
use all_latencies::AllLatencies;
use quantiles::{QuantileTest, quantile_tests};

/// So many latencies of both arms must be seen before a threshold is set.
const POOLED_MIN: u64 = 20;
/// Looks across users are computed once the windows say a little.
const LN_E_WORTH_A_LOOK: f64 = 1.0;

/// The counts of both arms.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pair {
    pub canary: Arm,
    pub baseline: Arm,
}

/// The state of all tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sequential {
    failures: Option<FailureTest>,
    /// Written down by an older build without it.
    #[serde(default)]
    all_latencies: Option<AllLatencies>,
    latency: Vec<QuantileTest>,
    business: Vec<BusinessTest>,
    looks: Looks,
    latency_looks: Looks,
    steps: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct FailureTest {
    level: f64,
    users_level: f64,
    tolerance: f64,
    margin: f64,
    worse: Bet,
    worse_across: AcrossUsers,
    not_worse: BelowMargin,
    beta: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct BusinessTest {
    name: String,
    worse_is: Direction,
    level: f64,
    tolerance: f64,
    worse: Bet,
}

impl Sequential {
    pub fn new(plan: &Plan) -> Self {
        let failures = plan.failures.as_ref().map(|rule| FailureTest {
            level: plan.alpha * rule.weight,
            users_level: plan.alpha_users * rule.users_weight,
            tolerance: rule.tolerance,
            margin: rule.margin,
            worse: Bet::new(BOLD),
            worse_across: AcrossUsers::default(),
            not_worse: BelowMargin::default(),
            beta: plan.beta,
        });
        let business = plan.business.iter().map(|rule| BusinessTest {
            name: rule.name.clone(),
            worse_is: rule.worse,
            level: plan.alpha * rule.weight,
            tolerance: rule.tolerance,
            worse: Bet::new(BOLD),
        });
        let mut own = Self {
            failures,
            all_latencies: AllLatencies::new(plan),
            latency: quantile_tests(plan),
            business: business.collect(),
            looks: Looks::new(WIDE),
            latency_looks: Looks::new(WIDE),
            steps: f64::from(plan.steps),
        };
        own.put_in(if plan.steps > 1 { AT_START } else { AT_START + AT_STEPS });
        own
    }

    /// Wealth for what begins now, and a new proof that the canary is not worse.
    pub fn begin_step(&mut self) {
        self.put_in(AT_STEPS / (self.steps - 1.0).max(1.0));
        self.looks = Looks::new(WIDE);
        self.latency_looks = Looks::new(WIDE);
        if let Some(test) = &mut self.failures {
            test.not_worse = BelowMargin::default();
            test.worse_across = AcrossUsers::default();
        }
        if let Some(test) = &mut self.all_latencies {
            test.begin_step();
        }
        self.latency.iter_mut().for_each(QuantileTest::begin_step);
    }

    fn put_in(&mut self, wealth: f64) {
        self.failures.iter_mut().for_each(|test| test.worse.put_in(wealth));
        self.all_latencies.iter_mut().for_each(|test| test.put_in(wealth));
        self.latency.iter_mut().for_each(|test| test.put_in(wealth));
        self.business.iter_mut().for_each(|test| test.worse.put_in(wealth));
    }

    /// Plays one window. `before` is what this step has seen until now, `window` what is new.
    pub fn play(&mut self, before: &Pair, window: &Pair) {
        if let Some(test) = &mut self.failures {
            test.worse.play(&split_of(window, failures_of));
            test.not_worse.add(&failures_of(&window.canary), test.margin);
        }
        let pooled = pooled(before);
        if pooled.count() >= POOLED_MIN && window.canary.latency.count() + window.baseline.latency.count() > 0 {
            self.all_latencies.iter_mut().for_each(|test| test.play(&pooled, window));
            self.latency.iter_mut().for_each(|test| test.play(&pooled, window));
        }
        for test in &mut self.business {
            let of = |arm: &Arm| arm.business.get(&test.name).copied().unwrap_or_default();
            let split = Split { canary: of(&window.canary), baseline: of(&window.baseline) };
            match test.worse_is {
                Direction::Higher => test.worse.play(&split),
                Direction::Lower => test.worse.play_against(&split),
            }
        }
    }

    /// Looks across users where a look is due. `seen` is what this step has seen.
    pub fn look(&mut self, seen: &Pair) {
        if let (Some(part), Some(test)) = (self.looks.take(seen.canary.attempts), &mut self.failures)
            && test.worse.ln_e() > LN_E_WORTH_A_LOOK
        {
            let level = test.users_level * part / self.steps;
            test.worse_across.look(
                &cohorts(&seen.canary, tally_failures),
                &cohorts(&seen.baseline, tally_failures),
                level,
            );
        }
        if let Some(test) = &mut self.all_latencies {
            test.look(seen, self.steps);
        }
        if let Some(part) = self.latency_looks.take(seen.canary.latency.count()) {
            let pooled = pooled(seen);
            let part_of_step = part / self.steps;
            self.latency.iter_mut().for_each(|test| test.look(&pooled, seen, part_of_step, part));
        }
    }

    /// All readings with what each asks for, in the plan's order; without intervals it is much faster.
    pub fn read(&self, seen: &Pair, intervals: bool) -> Vec<Asked> {
        let by_user = told_apart(seen);
        let failures = self.failures.iter().map(|test| test.read(seen, by_user));
        let all_latencies = self.all_latencies.iter().map(|test| test.read(seen, by_user, intervals));
        let latency = self.latency.iter().map(|test| test.read(seen, by_user, intervals));
        let business = self.business.iter().map(|test| test.read(seen));
        failures.chain(all_latencies).chain(latency).chain(business).collect()
    }
}

/// A reading and what it asks for.
pub(crate) struct Asked {
    pub reading: Reading,
    pub fails: bool,
    pub passes: bool,
    /// The evidence that a canary request adds when nothing is known yet.
    pub ln_e_by_request: f64,
}

impl FailureTest {
    fn read(&self, seen: &Pair, by_user: bool) -> Asked {
        let (canary, baseline) = (failures_of(&seen.canary), failures_of(&seen.baseline));
        let effect = interval::of_shares(&canary, &baseline);
        let beyond_tolerance = effect.as_ref().is_some_and(|effect| effect.estimate > self.tolerance);
        let not_worse = self.not_worse.evidence(self.beta);
        Asked {
            fails: beyond_tolerance && self.worse.reached(self.level) && (!by_user || self.worse_across.reached()),
            passes: not_worse.reached(),
            ln_e_by_request: -(-self.margin).ln_1p(),
            reading: Reading {
                metric: Metric::Failures,
                effect,
                beyond_tolerance,
                below_floor_us: None,
                worse: Some(self.worse.evidence(self.level)),
                worse_across_users: by_user.then(|| self.worse_across.evidence()),
                not_worse: Some(not_worse),
                not_worse_across_users: None,
            },
        }
    }
}

impl BusinessTest {
    fn read(&self, seen: &Pair) -> Asked {
        let of = |arm: &Arm| arm.business.get(&self.name).copied().unwrap_or_default();
        let effect = interval::of_shares(&of(&seen.canary), &of(&seen.baseline));
        let beyond_tolerance = effect.as_ref().is_some_and(|effect| match self.worse_is {
            Direction::Higher => effect.estimate > self.tolerance,
            Direction::Lower => -effect.estimate > self.tolerance,
        });
        Asked {
            fails: beyond_tolerance && self.worse.reached(self.level),
            passes: true,
            ln_e_by_request: 1.0,
            reading: Reading {
                metric: Metric::Business { name: self.name.clone() },
                effect,
                beyond_tolerance,
                below_floor_us: None,
                worse: Some(self.worse.evidence(self.level)),
                worse_across_users: None,
                not_worse: None,
                not_worse_across_users: None,
            },
        }
    }
}

/// Both arms have cohorts.
pub(crate) fn told_apart(seen: &Pair) -> bool {
    !seen.canary.cohorts.is_empty() && !seen.baseline.cohorts.is_empty()
}

/// Enough cohorts with traffic on both arms to tell a version from a person. True when nothing is known of users.
pub(crate) fn enough_users(seen: &Pair) -> bool {
    let attempts = |tally: &Tally| Ratio { hits: 0, of: tally.attempts };
    !told_apart(seen) || users::enough_cohorts(&cohorts(&seen.canary, attempts), &cohorts(&seen.baseline, attempts))
}

fn split_of(window: &Pair, of: impl Fn(&Arm) -> Ratio) -> Split {
    Split { canary: of(&window.canary), baseline: of(&window.baseline) }
}

fn failures_of(arm: &Arm) -> Ratio {
    Ratio { hits: arm.failures, of: arm.attempts }
}

fn tally_failures(tally: &Tally) -> Ratio {
    Ratio { hits: tally.failures, of: tally.attempts }
}

fn cohorts(arm: &Arm, of: impl Fn(&Tally) -> Ratio) -> Vec<Ratio> {
    arm.cohorts.iter().map(of).collect()
}

fn pooled(pair: &Pair) -> Histogram {
    let mut pooled = pair.canary.latency.clone();
    pooled.merge(&pair.baseline.latency);
    pooled
}
