//! The judge of one release: takes readings of the counters, says pass, fail or how much more it needs.
//!
//! It can be written down and read back between two readings (serde), so a tool that is killed goes on where it was
//! without spending its error twice.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    Arm, CountsError, Evidence, Judgement, Lack, MannWhitneyRule, Method, Metric, Observation, Plan, PlanError,
    Reading, Reason, SloRule, Tally, Verdict, Waiting, mann_whitney,
    sequential::{Asked, Pair, Sequential, enough_users, told_apart},
};

/// Why a reading or a step was refused.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum JudgeError {
    /// The counts cannot be right. After a counter was started anew, call [`Judge::rebase`].
    #[error(transparent)]
    Counts(#[from] CountsError),
    /// The plan cannot be used.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The plan has no more steps: their part of alpha is spent.
    #[error("the plan has only {steps} steps")]
    NoStepLeft {
        /// How many it has.
        steps: u32,
    },
}

/// The judge of one release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judge {
    plan: Plan,
    step: u32,
    /// Windows with traffic in this step.
    windows: u64,
    previous: Option<Pair>,
    /// What this step has seen; latencies only after the warm-up.
    seen: Pair,
    sequential: Sequential,
    samples: Samples,
    failed: Vec<Reason>,
}

/// Windows as samples, for the Mann-Whitney method.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Samples {
    failures: [Vec<f64>; 2],
    latency: [Vec<f64>; 2],
}

impl Judge {
    /// A judge at the start of a release's first step.
    ///
    /// # Errors
    /// [`JudgeError::Plan`] when the plan cannot be used.
    pub fn new(plan: Plan) -> Result<Self, JudgeError> {
        plan.check()?;
        Ok(Self {
            sequential: Sequential::new(&plan),
            plan,
            step: 0,
            windows: 0,
            previous: None,
            seen: Pair::default(),
            samples: Samples::default(),
            failed: Vec::new(),
        })
    }

    /// The plan it judges by.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Which step it is in, from 0.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Begins the next step: other shares of traffic, perhaps more processes. A pass must be earned anew; evidence that
    /// the canary is worse stays.
    ///
    /// # Errors
    /// [`JudgeError::NoStepLeft`] after the plan's last step.
    pub fn begin_step(&mut self) -> Result<(), JudgeError> {
        if self.step + 1 >= self.plan.steps {
            return Err(JudgeError::NoStepLeft { steps: self.plan.steps });
        }
        self.step += 1;
        self.windows = 0;
        self.seen = Pair::default();
        self.samples = Samples::default();
        self.sequential.begin_step();
        Ok(())
    }

    /// The counters were started anew: the next observation is where they stand, not what happened.
    pub fn rebase(&mut self) {
        self.previous = None;
    }

    /// Judges with one more reading of the counters; one about every second, at most a few in a second. The first one
    /// says where the counters stood.
    ///
    /// # Errors
    /// [`JudgeError::Counts`] when the counts cannot be right; the reading then changes nothing.
    pub fn observe(&mut self, observation: &Observation) -> Result<Judgement, JudgeError> {
        self.take(observation)?;
        Ok(self.judge(true))
    }

    /// As [`Judge::observe`], for who judges thousands of releases: readings of latencies come without their effect,
    /// whose interval takes more time than all the rest.
    ///
    /// # Errors
    /// As [`Judge::observe`].
    pub fn observe_fast(&mut self, observation: &Observation) -> Result<Judgement, JudgeError> {
        self.take(observation)?;
        Ok(self.judge(false))
    }

    fn take(&mut self, observation: &Observation) -> Result<(), JudgeError> {
        observation.check()?;
        self.check_business(observation)?;
        let now = Pair { canary: observation.canary.clone(), baseline: observation.baseline.clone() };
        if let Some(previous) = &self.previous {
            let window =
                Pair { canary: now.canary.since(&previous.canary)?, baseline: now.baseline.since(&previous.baseline)? };
            if window.canary.attempts > 0 || window.baseline.attempts > 0 {
                self.take_window(window);
            }
        }
        self.previous = Some(now);
        if observation.canary_ejected {
            self.fail(Reason::Ejected);
        }
        Ok(())
    }

    fn check_business(&self, observation: &Observation) -> Result<(), CountsError> {
        for rule in &self.plan.business {
            if [&observation.canary, &observation.baseline].iter().any(|arm| !arm.business.contains_key(&rule.name)) {
                return Err(CountsError::MissingMetric { name: rule.name.clone() });
            }
        }
        Ok(())
    }

    fn take_window(&mut self, mut window: Pair) {
        self.windows += 1;
        if self.warming_up() {
            without_latency(&mut window.canary);
            without_latency(&mut window.baseline);
        }
        self.sequential.play(&self.seen, &window);
        self.samples.take(&window);
        self.seen.canary.merge(&window.canary);
        self.seen.baseline.merge(&window.baseline);
        if told_apart(&self.seen) {
            self.sequential.look(&self.seen);
        }
    }

    fn warming_up(&self) -> bool {
        self.plan.latency.as_ref().is_some_and(|rule| self.windows <= u64::from(rule.warmup_windows))
    }

    fn fail(&mut self, reason: Reason) {
        if !self.failed.contains(&reason) {
            self.failed.push(reason);
        }
    }

    fn judge(&mut self, intervals: bool) -> Judgement {
        let (readings, mut waiting) = match self.plan.method.clone() {
            Method::Sequential => self.judge_sequentially(intervals),
            Method::MannWhitney(rule) => self.judge_by_ranks(&rule),
            Method::Slo => (Vec::new(), Vec::new()),
        };
        if let Some(slo) = self.plan.slo.clone() {
            self.judge_limits(&slo, &mut waiting);
        }
        let verdict = if !self.failed.is_empty() {
            Verdict::Fail { reasons: self.failed.clone() }
        } else if waiting.is_empty() {
            Verdict::Pass
        } else {
            Verdict::NeedsMore { requests: waiting.iter().map(|one| one.requests).max().unwrap_or(1), waiting }
        };
        Judgement { verdict, readings, windows: self.windows, users_told_apart: told_apart(&self.seen) }
    }

    fn judge_sequentially(&mut self, intervals: bool) -> (Vec<Reading>, Vec<Waiting>) {
        let asked = self.sequential.read(&self.seen, intervals);
        let mut waiting = Vec::new();
        for one in &asked {
            let of = one.reading.metric.clone();
            if one.fails {
                self.fail(Reason::Worse { of });
            } else if !one.passes || (!enough_users(&self.seen) && one.reading.not_worse.is_some()) {
                let (requests, lack) = self.lacking(one);
                waiting.push(Waiting { of, requests, lack });
            }
        }
        (asked.into_iter().map(|one| one.reading).collect(), waiting)
    }

    /// How many more canary requests a pass will take, by the speed at which its evidence has grown.
    fn lacking(&self, asked: &Asked) -> (u64, Lack) {
        let attempts = self.seen.canary.attempts as f64;
        let for_latency = matches!(asked.reading.metric, Metric::Latency { .. });
        if let Some(evidence) = asked.reading.not_worse.filter(|evidence| !evidence.reached()) {
            let requests = requests_for(&evidence, attempts, asked.ln_e_by_request);
            return (requests, if for_latency && self.warming_up() { Lack::Warmup } else { Lack::Requests });
        }
        if enough_users(&self.seen) {
            ((attempts * 0.15).max(10.0) as u64, Lack::Requests)
        } else {
            (attempts.max(100.0) as u64, Lack::Users)
        }
    }

    fn judge_by_ranks(&mut self, rule: &MannWhitneyRule) -> (Vec<Reading>, Vec<Waiting>) {
        let mut readings = Vec::new();
        let mut waiting = Vec::new();
        let judged = [
            (Metric::Failures, self.plan.failures.is_some(), self.samples.failures.clone()),
            (Metric::MeanLatency, self.plan.latency.is_some(), self.samples.latency.clone()),
        ];
        for (metric, _, [canary, baseline]) in judged.into_iter().filter(|(_, wanted, _)| *wanted) {
            let needed = rule.windows_min as usize;
            let enough = canary.len().min(baseline.len()) >= needed;
            let sample = |values: &[f64]| values[..values.len().min(needed)].to_vec();
            let effect = mann_whitney::shift(&sample(&canary), &sample(&baseline), rule.confidence);
            let floor_us =
                self.plan.latency.as_ref().filter(|_| metric == Metric::MeanLatency).map(|rule| rule.floor_us);
            let high =
                enough && effect.as_ref().is_some_and(|effect| mann_whitney::is_too_high(effect, rule.tolerance));
            let matters = |floor: &u64| effect.as_ref().is_some_and(|effect| effect.estimate > *floor as f64);
            let below_floor_us = floor_us.filter(|floor| high && !matters(floor));
            let high = high && below_floor_us.is_none();
            if high {
                self.fail(Reason::Worse { of: metric.clone() });
            } else if !enough {
                let missing = (needed - canary.len().min(baseline.len())) as f64;
                let by_window = self.seen.canary.attempts as f64 / (self.windows as f64).max(1.0);
                let requests = (missing * by_window).ceil().max(1.0) as u64;
                waiting.push(Waiting { of: metric.clone(), requests, lack: Lack::Windows });
            }
            readings.push(Reading {
                metric,
                effect,
                beyond_tolerance: high,
                below_floor_us,
                worse: None,
                worse_across_users: None,
                not_worse: None,
                not_worse_across_users: None,
            });
        }
        (readings, waiting)
    }

    fn judge_limits(&mut self, slo: &SloRule, waiting: &mut Vec<Waiting>) {
        let canary = self.seen.canary.clone();
        let missing = slo.attempts_min.max(1).saturating_sub(canary.attempts);
        if missing > 0 {
            waiting.push(Waiting { of: Metric::Failures, requests: missing, lack: Lack::Requests });
            return;
        }
        let share = canary.failures as f64 / canary.attempts as f64;
        if let Some(limit) = slo.failures_max.filter(|limit| share > *limit) {
            self.fail(Reason::OverLimit { of: Metric::Failures, measured: share, limit });
        }
        for rule in &slo.latency {
            let of = Metric::Latency { quantile: rule.quantile };
            match canary.latency.quantile_interpolated_us(rule.quantile) {
                Some(measured) if measured > rule.limit_us as f64 => {
                    self.fail(Reason::OverLimit { of, measured, limit: rule.limit_us as f64 });
                }
                Some(_) => {}
                None => waiting.push(Waiting { of, requests: 1, lack: Lack::Warmup }),
            }
        }
    }
}

impl Samples {
    fn take(&mut self, window: &Pair) {
        for (at, arm) in [&window.canary, &window.baseline].into_iter().enumerate() {
            if arm.attempts > 0 {
                self.failures[at].push(arm.failures as f64 / arm.attempts as f64);
            }
            self.latency[at].extend(arm.latency.mean_us());
        }
    }
}

fn without_latency(arm: &mut Arm) {
    arm.latency = Default::default();
    arm.cohorts.iter_mut().for_each(|tally| *tally = Tally { latency: Default::default(), ..tally.clone() });
}

fn requests_for(evidence: &Evidence, attempts: f64, by_request: f64) -> u64 {
    let grown = if evidence.ln_e > 1.0 && attempts > 0.0 { evidence.ln_e / attempts } else { by_request };
    ((evidence.ln_needed - evidence.ln_e) / grown.max(1e-9)).ceil().clamp(1.0, 1e9) as u64
}
