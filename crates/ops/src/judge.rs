//! Between a watch of a plan and the statistics: what is asked, kept over a kill of the tool, and said in words.

use raally_analysis::{
    FailureRule, Judge, Judgement, Lack, LatencyLimit, LatencyRule, Method, Metric, Observation, Plan, Reading, Reason,
    SloRule, Verdict, Waiting,
};
use serde::{Deserialize, Serialize};

use crate::failed::{Doing, Failed};
use crate::model::environment::Analysis;
use crate::plan::Watch;
use crate::target::Counted;

/// A judge that is kept after each reading, so that what was spent of the allowed error stays spent.
#[derive(Debug)]
pub struct Watcher {
    kept: Kept,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    judge: Judge,
    /// The gateway's process that was read last.
    source: Option<String>,
    /// The watch that the judge is in.
    watch: u32,
}

/// What a watch says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Said {
    /// With everything that led to it.
    pub judgement: Judgement,
    /// In words.
    pub why: String,
}

impl Watcher {
    /// The judge of a release, as it was kept or new.
    ///
    /// # Errors
    /// When what was kept can't be read, or the rules of the environment can't be used.
    pub fn of(kept: Option<&[u8]>, watch: &Watch, rules: &Analysis) -> Result<Self, Failed> {
        let mut kept = match kept {
            Some(text) => serde_json::from_slice(text).doing("what the judge kept")?,
            None => {
                let judge = Judge::new(plan(watch, rules)).doing("the analysis of the environment")?;
                Kept { judge, source: None, watch: watch.number }
            }
        };
        while kept.watch < watch.number {
            kept.judge.begin_step().doing("the analysis")?;
            kept.watch += 1;
        }
        Ok(Self { kept })
    }

    /// What is to be kept.
    ///
    /// # Errors
    /// Never: a judge can always be written.
    pub fn kept(&self) -> Result<Vec<u8>, Failed> {
        serde_json::to_vec(&self.kept).doing("what the judge keeps")
    }

    /// Judges with one more reading.
    ///
    /// # Errors
    /// When the counts can't be right.
    pub fn see(&mut self, watch: &Watch, counted: &Counted) -> Result<Said, Failed> {
        // A gateway that was started anew counts from zero.
        if self.kept.source.as_ref() != Some(&counted.source) {
            self.kept.judge.rebase();
            self.kept.source = Some(counted.source.clone());
        }
        let arm = |group| counted.groups.get(&group).map(|counts| counts.arm.clone()).unwrap_or_default();
        let canary = counted.groups.get(&watch.candidate);
        let impaired = canary.is_some_and(|counts| counts.impaired || counts.ejections + counts.breaker_openings > 0);
        let observation = Observation {
            canary: arm(watch.candidate),
            baseline: watch.baseline.map(arm).unwrap_or_default(),
            canary_ejected: impaired,
        };
        let judgement = match self.kept.judge.observe(&observation) {
            Ok(judgement) => judgement,
            Err(raally_analysis::JudgeError::Counts(raally_analysis::CountsError::WentBack { .. })) => {
                self.kept.judge.rebase();
                self.kept.judge.observe(&observation).doing("the gateway's counts")?
            }
            Err(error) => return Err(Failed::ours(format!("the gateway's counts: {error}"))),
        };
        let why = words(&judgement);
        Ok(Said { judgement, why })
    }
}

fn plan(watch: &Watch, rules: &Analysis) -> Plan {
    let base = Plan { alpha: rules.alpha, beta: rules.beta, steps: watch.of, ..Plan::default() };
    if watch.baseline.is_some() {
        return Plan {
            failures: Some(FailureRule {
                tolerance: rules.failure_share_tolerance,
                margin: rules.failure_share_margin,
                ..FailureRule::default()
            }),
            latency: Some(LatencyRule {
                tolerance: rules.latency_tolerance,
                floor_us: rules.latency_floor_ms * 1_000,
                whole_part: rules.latency_whole_part,
                margin: rules.latency_margin,
                ..LatencyRule::default()
            }),
            ..base
        };
    }
    let slo = SloRule {
        failures_max: Some(rules.slo_failure_share_max),
        latency: vec![LatencyLimit { quantile: 0.95, limit_us: rules.slo_p95_ms_max * 1_000 }],
        attempts_min: rules.slo_requests_min,
    };
    Plan { method: Method::Slo, failures: None, latency: None, slo: Some(slo), ..base }
}

/// One word for a verdict.
#[must_use]
pub const fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail { .. } => "fail",
        Verdict::NeedsMore { .. } => "needs-more",
    }
}

fn words(judgement: &Judgement) -> String {
    match &judgement.verdict {
        Verdict::Pass => {
            let known: Vec<String> = judgement.readings.iter().filter_map(compared).collect();
            if known.is_empty() { "within the objectives".to_owned() } else { format!("as good: {}", known.join("; ")) }
        }
        Verdict::Fail { reasons } => {
            reasons.iter().map(|reason| reason_words(reason, &judgement.readings)).collect::<Vec<_>>().join("; ")
        }
        Verdict::NeedsMore { requests, waiting } => {
            let whats: Vec<String> = waiting.iter().map(waiting_words).collect();
            format!("needs about {requests} more requests ({})", whats.join("; "))
        }
    }
}

fn reason_words(reason: &Reason, readings: &[Reading]) -> String {
    match reason {
        Reason::Ejected => "its instances were taken out: they fail, or their answers failed in a row".to_owned(),
        Reason::Worse { of } => {
            let reading = readings.iter().find(|reading| reading.metric == *of);
            let compared = reading.and_then(compared).unwrap_or_else(|| name(of));
            let sure = reading.and_then(|reading| reading.worse).map(|evidence| {
                let (seen, enough) = (one_in(evidence.ln_e_max), one_in(evidence.ln_needed));
                format!(", by chance in at most 1 of {seen} releases; 1 of {enough} is enough")
            });
            format!("worse: {compared}{}", sure.unwrap_or_default())
        }
        Reason::OverLimit { of, measured, limit } => {
            format!("{} is {}, the limit is {}", name(of), value(of, *measured), value(of, *limit))
        }
    }
}

/// By Ville's inequality, versions that are alike reach an e-value of `x` in at most one of `x` releases.
fn one_in(ln_e: f64) -> String {
    if ln_e > 1e6_f64.ln() { "a million".to_owned() } else { format!("{:.0}", ln_e.exp()) }
}

fn waiting_words(waiting: &Waiting) -> String {
    let lack = match waiting.lack {
        Lack::Requests => "too few requests",
        Lack::Users => "too few users",
        Lack::Warmup => "still warming up",
        Lack::Windows => "too few windows",
    };
    format!("{}: {lack}", name(&waiting.of))
}

fn compared(reading: &Reading) -> Option<String> {
    let effect = reading.effect.as_ref()?;
    let of = &reading.metric;
    let floor = reading
        .below_floor_us
        .map(|floor| format!(" (a difference of {} or less never counts)", value(&Metric::MeanLatency, floor as f64)));
    let floor = floor.unwrap_or_default();
    Some(format!("{} {} against {}{floor}", name(of), value(of, effect.canary), value(of, effect.baseline)))
}

fn name(metric: &Metric) -> String {
    match metric {
        Metric::Failures => "failures".to_owned(),
        Metric::Latency { quantile } => format!("p{}", (quantile * 100.0).round()),
        Metric::AllLatencies => "latency (p75)".to_owned(),
        Metric::MeanLatency => "mean latency".to_owned(),
        Metric::Business { name } => name.clone(),
    }
}

fn value(metric: &Metric, value: f64) -> String {
    match metric {
        Metric::Failures | Metric::Business { .. } => format!("{:.2} %", value * 100.0),
        Metric::Latency { .. } | Metric::AllLatencies | Metric::MeanLatency => format!("{:.1} ms", value / 1_000.0),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use raally_analysis::{Arm, COHORTS, Tally};

    use super::*;

    /// Windows in which an arm's requests take a third of this to three times as long.
    fn seen(windows: u64, micros: u64) -> Arm {
        let mut cohorts: Vec<Tally> = (0..COHORTS).map(|_| Tally::default()).collect();
        for at in 0..windows * 40 {
            let tally = &mut cohorts[at as usize % COHORTS];
            tally.attempts += 1;
            let place = at * 7_919 % 101;
            tally.latency.record(micros * (32 + place * place / 37) / 100);
        }
        Arm::from_cohorts(cohorts)
    }

    fn judged(rules: &Analysis, canary_us: u64, baseline_us: u64) -> Judgement {
        let (candidate, baseline) = ("r2".parse().unwrap(), "r1-beside-r2".parse().unwrap());
        let watch = Watch { number: 1, of: 1, candidate, baseline: Some(baseline), seconds_min: 1, seconds_max: 9 };
        let mut judge = Judge::new(plan(&watch, rules)).unwrap();
        let at = |windows| Observation {
            canary: seen(windows, canary_us),
            baseline: seen(windows, baseline_us),
            canary_ejected: false,
        };
        (0..60).map(|windows| judge.observe(&at(windows)).unwrap()).last().unwrap()
    }

    #[test]
    fn a_verdict_says_which_difference_never_counts() {
        let judgement = judged(&Analysis::default(), 1_500, 1_000);
        let all: Vec<String> = judgement.readings.iter().filter_map(compared).collect();
        let median = all.iter().find(|one| one.starts_with("p50")).unwrap();
        assert!(median.ends_with("against 1.0 ms (a difference of 2.0 ms or less never counts)"), "{median}");
        assert!(!words(&judgement).starts_with("worse"), "{}", words(&judgement));
    }

    #[test]
    fn the_floor_of_an_environment_is_the_judges() {
        let strict = Analysis { latency_floor_ms: 0, ..Analysis::default() };
        let said = words(&judged(&strict, 1_500, 1_000));
        assert!(said.starts_with("worse: ") && said.contains("latency (p75) 2.8 ms against 1.9 ms"), "{said}");
        assert!(said.contains("1 of 625 is enough") && said.contains("1 of 2083 is enough"), "{said}");
        assert!(!words(&judged(&Analysis::default(), 1_500, 1_000)).starts_with("worse"));
    }

    #[test]
    fn all_latencies_at_once_are_judged_first_unless_an_environment_leaves_all_to_the_quantiles() {
        assert!(words(&judged(&Analysis::default(), 15_000, 10_000)).starts_with("worse: latency (p75)"));
        let alone = Analysis { latency_whole_part: 0.0, ..Analysis::default() };
        let said = words(&judged(&alone, 15_000, 10_000));
        assert!(said.starts_with("worse: p") && said.contains("1 of 1250 is enough"), "{said}");
    }
}
