//! The simulated releases: what is true, and what became of a thousand of them.

use std::collections::BTreeMap;

use raally_analysis::{FailureRule, Judge, Judgement, LatencyRule, Plan, Reason, Verdict};
use serde::Serialize;
use statrs::distribution::{Beta, ContinuousCDF as _};

use super::world::{Fault, Run, World};

/// One kind of release.
pub struct Case {
    pub name: &'static str,
    pub world: World,
    /// The shares of traffic it goes through, each until it passes.
    pub weights: &'static [f64],
    pub should_fail: bool,
    pub seconds_max: u32,
    /// How often the counters are read.
    pub every: f64,
    /// A pass says that failures are rarer than this.
    pub failure_margin: f64,
    /// What of the latency's weight goes to all latencies at once.
    pub whole_part: f64,
}

/// How one release ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    Failed { after: f64, fault_at: f64, judgement: Judgement, chance: String },
    Passed { after: f64 },
    Undecided { judgement: Judgement },
}

/// How all releases of a case ended.
#[derive(Debug, Serialize)]
pub struct Summary {
    pub case: String,
    pub releases: u32,
    /// The seed of the first; each has the next.
    pub first_seed: u64,
    /// See [`Case::whole_part`].
    pub whole_part: f64,
    /// Healthy ones that failed, or bad ones that passed.
    pub wrong: u32,
    /// The one-sided 95 % Clopper-Pearson bound for their share.
    pub wrong_upper_95: f64,
    pub passed: u32,
    pub failed: u32,
    pub undecided: u32,
    /// Seconds from the first bad response to the right verdict: median, 95th, 99th percentile and most.
    pub seconds: Option<[f64; 4]>,
    /// Of the releases, the share decided rightly within 28 s.
    pub within_28_s: f64,
    /// What those that are undecided wait for.
    pub waiting_for: BTreeMap<String, u32>,
    /// Every wrong verdict, explained.
    pub explained: Vec<Explained>,
}

/// Why a verdict was wrong.
#[derive(Debug, Serialize)]
pub struct Explained {
    pub seed: u64,
    pub why: String,
}

const ONE: &[f64] = &[0.1];
const STEPS: &[f64] = &[0.05, 0.1, 0.25, 0.5];

/// All cases.
pub fn all() -> Vec<Case> {
    let healthy = |name, world| Case {
        name,
        world,
        weights: ONE,
        should_fail: false,
        seconds_max: 240,
        every: 1.0,
        failure_margin: 0.02,
        whole_part: LatencyRule::default().whole_part,
    };
    let bad = |name, world, fault| Case {
        name,
        world: World { fault, ..world },
        weights: ONE,
        should_fail: true,
        seconds_max: 900,
        every: 1.0,
        failure_margin: 0.02,
        whole_part: LatencyRule::default().whole_part,
    };
    let errors = Fault { failures: 0.05, ..Fault::NONE };
    let slower = Fault { slower: 1.5, ..Fault::NONE };
    // One in seven requests takes 5 times as long: the 95th percentile rises by half, the median by a fifth.
    let tail = Fault { tail: (0.14, 5.0), ..Fault::NONE };
    let at_more = |fault: Fault| Fault { from_weight: 0.25, ..fault };
    let sparse = |world: World| World { rate: 20.0, ..world };
    vec![
        healthy("identical-independent", World::plain()),
        healthy("identical-sticky", World { sticky: true, ..World::plain() }),
        healthy("identical-poisoned-users", World { sticky: true, poisoned: true, ..World::plain() }),
        healthy("identical-stalls", World { stalls: true, ..World::plain() }),
        healthy("identical-long-hiccups", World { hiccup_seconds: 0.7, ..World::lifelike() }),
        healthy("identical-unlike-processes", World { process_spread: 0.05, ..World::lifelike() }),
        healthy("identical-warmup", World { warmup: true, process_spread: 0.02, ..World::plain() }),
        healthy("identical-lifelike", World::lifelike()),
        healthy("identical-low-traffic", sparse(World::lifelike())),
        healthy("identical-half-baseline", World { baseline_ratio: 0.5, ..World::lifelike() }),
        Case { weights: STEPS, seconds_max: 1200, ..healthy("identical-four-steps", World::lifelike()) },
        Case { every: 0.5, ..healthy("identical-half-seconds", World::lifelike()) },
        bad("errors-5-percent-independent", World::plain(), errors),
        bad("errors-5-percent-lifelike", World::lifelike(), errors),
        Case { weights: STEPS, ..bad("errors-5-percent-from-third-step", World::lifelike(), at_more(errors)) },
        Case { seconds_max: 3600, ..bad("errors-5-percent-low-traffic", sparse(World::lifelike()), errors) },
        Case {
            failure_margin: 0.004,
            ..bad("errors-half-percent-margin-0.4", World::lifelike(), Fault { failures: 0.005, ..Fault::NONE })
        },
        bad("errors-all", World::lifelike(), Fault { failures: 1.0, ..Fault::NONE }),
        bad("slower-half-independent", World::plain(), slower),
        bad("slower-half-lifelike", World::lifelike(), slower),
        Case { weights: STEPS, ..bad("slower-half-from-third-step", World::lifelike(), at_more(slower)) },
        bad("slower-tail-lifelike", World::lifelike(), tail),
        bad("slower-threefold-lifelike", World::lifelike(), Fault { slower: 3.0, ..Fault::NONE }),
        Case { weights: STEPS, seconds_max: 1800, ..bad("slower-half-four-steps", World::lifelike(), slower) },
        Case { every: 0.5, ..bad("errors-5-percent-half-seconds", World::lifelike(), errors) },
        Case { every: 0.5, ..bad("slower-half-half-seconds", World::lifelike(), slower) },
    ]
}

impl Case {
    /// Runs one release to its end. A healthy one is watched on after it passed its last step: a false alarm at any time
    /// counts.
    pub fn run(&self, seed: u64) -> Outcome {
        let failures = FailureRule { margin: self.failure_margin, ..FailureRule::default() };
        let latency = LatencyRule { whole_part: self.whole_part, ..LatencyRule::default() };
        let (failures, latency) = (Some(failures), Some(latency));
        let plan = Plan { steps: self.weights.len() as u32, failures, latency, ..Plan::default() };
        let mut judge = Judge::new(plan).expect("the default plan is sound");
        let mut run = Run::new(&World { weight: self.weights[0], ..self.world.clone() }, seed);
        judge.observe(&run.observation()).expect("nothing is counted yet");
        let mut passed_after = None;
        let mut last = None;
        let mut fault_at = 0.0;
        let windows = (f64::from(self.seconds_max) / self.every) as u32;
        for window in 1..=windows {
            run.advance(self.every);
            let after = f64::from(window) * self.every;
            let mut judgement = judge.observe_fast(&run.observation()).expect("counts only grow");
            match &judgement.verdict {
                Verdict::Fail { .. } => {
                    judgement = judge.observe(&run.observation()).expect("nothing new");
                    return Outcome::Failed { after, fault_at, judgement, chance: run.chance() };
                }
                Verdict::Pass if (judge.step() as usize) + 1 < self.weights.len() => {
                    judge.begin_step().expect("there is a step left");
                    let weight = self.weights[judge.step() as usize];
                    run.set_weight(weight);
                    if weight <= self.world.fault.from_weight {
                        fault_at = after;
                    }
                }
                Verdict::Pass if self.should_fail => return Outcome::Passed { after },
                Verdict::Pass => passed_after = passed_after.or(Some(after)),
                Verdict::NeedsMore { .. } => {}
            }
            last = Some(judgement);
        }
        match (passed_after, last) {
            (Some(after), _) if !self.should_fail => Outcome::Passed { after },
            (_, Some(judgement)) => Outcome::Undecided { judgement },
            (_, None) => unreachable!("every case has windows"),
        }
    }

    /// Runs `releases` of them with seeds from `first_seed` on.
    pub fn summary(&self, releases: u32, first_seed: u64) -> Summary {
        let mut own = Summary {
            case: self.name.to_owned(),
            releases,
            first_seed,
            whole_part: self.whole_part,
            wrong: 0,
            wrong_upper_95: 0.0,
            passed: 0,
            failed: 0,
            undecided: 0,
            seconds: None,
            within_28_s: 0.0,
            waiting_for: BTreeMap::new(),
            explained: Vec::new(),
        };
        let mut right_after = Vec::new();
        for seed in first_seed..first_seed + u64::from(releases) {
            let outcome = self.run(seed);
            match &outcome {
                Outcome::Failed { after, fault_at, .. } => {
                    own.failed += 1;
                    if self.should_fail {
                        right_after.push(after - fault_at)
                    }
                }
                Outcome::Passed { after } => {
                    own.passed += 1;
                    if !self.should_fail {
                        right_after.push(*after)
                    }
                }
                Outcome::Undecided { judgement } => {
                    own.undecided += 1;
                    if let Verdict::NeedsMore { waiting, .. } = &judgement.verdict {
                        for one in waiting {
                            *own.waiting_for.entry(format!("{:?} for {:?}", one.of, one.lack)).or_default() += 1;
                        }
                    }
                }
            }
            if let Some(why) = self.wrong(&outcome) {
                own.wrong += 1;
                own.explained.push(Explained { seed, why });
            }
        }
        own.wrong_upper_95 = clopper_pearson_upper(own.wrong, releases);
        own.within_28_s = right_after.iter().filter(|after| **after <= 28.0).count() as f64 / f64::from(releases);
        own.seconds = percentiles(right_after);
        own
    }

    /// Why an outcome is wrong; `None` when it is not. What is still undecided waits for more requests and goes nowhere.
    fn wrong(&self, outcome: &Outcome) -> Option<String> {
        match outcome {
            Outcome::Failed { after, judgement, chance, .. } if !self.should_fail => {
                Some(format!("{}; {chance}", explain(*after, judgement)))
            }
            Outcome::Passed { after } if self.should_fail => Some(format!("passed after {after} s")),
            _ => None,
        }
    }
}

fn explain(after: f64, judgement: &Judgement) -> String {
    let Verdict::Fail { reasons } = &judgement.verdict else { return String::new() };
    let of = |reason: &Reason| match reason {
        Reason::Worse { of } => judgement.readings.iter().find(|reading| reading.metric == *of).map(|reading| {
            let effect = reading.effect.as_ref().map(|effect| (effect.canary, effect.baseline, effect.estimate));
            let across = reading.worse_across_users.map(|users| users.p);
            format!("{of:?}: canary, baseline, effect {effect:?}, e {:?}, p across users {across:?}", reading.worse)
        }),
        other => Some(format!("{other:?}")),
    };
    format!("failed after {after} s: {}", reasons.iter().filter_map(of).collect::<Vec<_>>().join("; "))
}

/// The one-sided 95 % upper bound for a share of which `wrong` of `all` were seen.
pub fn clopper_pearson_upper(wrong: u32, all: u32) -> f64 {
    if wrong >= all {
        return 1.0;
    }
    Beta::new(f64::from(wrong) + 1.0, f64::from(all - wrong)).map_or(1.0, |beta| beta.inverse_cdf(0.95))
}

fn percentiles(mut values: Vec<f64>) -> Option<[f64; 4]> {
    values.sort_by(f64::total_cmp);
    let at = |part: f64| values.get(((values.len() as f64 * part).ceil() as usize).saturating_sub(1)).copied();
    Some([at(0.5)?, at(0.95)?, at(0.99)?, at(1.0)?])
}
