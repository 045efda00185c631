//! What a release is judged by: metrics, tolerances and how the allowed error is spent over them.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How a release is judged. The defaults are those that `bench/results/analysis-*` was measured with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plan {
    /// The greatest probability that a version no worse than the old one fails at any time of the whole release.
    pub alpha: f64,
    /// The greatest probability that a version worse by more than a rule's margin passes.
    pub beta: f64,
    /// As `alpha`, for the second proof alone that a failing verdict needs: that it is seen across users. Both proofs
    /// must agree, so this one may be laxer; where only users make requests depend on each other it is the bound.
    pub alpha_users: f64,
    /// As `beta`, for the proof across users that a pass needs.
    pub beta_users: f64,
    /// How many steps the release has. Each step's start has its share of `alpha`, so that what only shows at more load
    /// is found as fast as what shows at once.
    pub steps: u32,
    /// By what statistics.
    pub method: Method,
    /// Judges failures; `None` leaves them out.
    pub failures: Option<FailureRule>,
    /// Judges latencies; `None` leaves them out.
    pub latency: Option<LatencyRule>,
    /// Judges metrics of the application.
    pub business: Vec<BusinessRule>,
    /// Limits that hold whatever the baseline does, beside `method`.
    pub slo: Option<SloRule>,
}

/// By what statistics two arms are compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Method {
    /// Anytime-valid tests: may be asked at every moment, fails and passes as soon as the counts allow it.
    #[default]
    Sequential,
    /// The Mann-Whitney test of Kayenta over windows, decided once when there are enough of them.
    MannWhitney(MannWhitneyRule),
    /// No comparison: the limits of [`Plan::slo`] alone.
    Slo,
}

/// A canary may not fail more often than its baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FailureRule {
    /// This rule's part of `alpha`; the parts of all rules must not exceed 1.
    pub weight: f64,
    /// This rule's part of `alpha_users`; the parts of all rules must not exceed 1.
    pub users_weight: f64,
    /// A proven difference fails the release when the share of failures is estimated to be higher by more than this.
    pub tolerance: f64,
    /// A pass says: the share of failures is not higher by this or more.
    pub margin: f64,
}

/// A canary may not be slower than its baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LatencyRule {
    /// This rule's part of `alpha`; the parts of all rules must not exceed 1.
    pub weight: f64,
    /// This rule's part of `alpha_users`; the parts of all rules must not exceed 1. Users differ in speed far more than
    /// in luck, so this one is small.
    pub users_weight: f64,
    /// What of the rule's weights goes to all latencies at once: what makes every answer slower shows there first. 0: to
    /// single quantiles alone. Why so much: docs/decisions/0013-analysis.md.
    pub whole_part: f64,
    /// Each of these quantiles can fail the release; the rest of the rule's weights is shared equally.
    pub quantiles: Vec<f64>,
    /// Of these quantiles a pass says that they are not longer by `margin` or more.
    pub guarded: Vec<f64>,
    /// A proven difference fails the release when the quantile is estimated to be longer by more than this part.
    pub tolerance: f64,
    /// A quantile that is longer by no more than this is never worse, whatever part of it that is. Around a millisecond
    /// two processes of one version differ by a part that says nothing about the version: where the scheduler put them,
    /// which of their pages were warm. Nobody waits for it either: it is 2 % of an objective of 100 ms.
    /// Source: effect sizes beside significance as in Kayenta's `effectSize`, here as an absolute one.
    pub floor_us: u64,
    /// See `guarded`; 0.5 is 50 % longer. At least 0.25, which is two buckets. Where `floor_us` is more, that counts.
    pub margin: f64,
    /// So many windows at the start are not judged: freshly started processes are slow, some more than others.
    pub warmup_windows: u32,
}

/// A metric of the application: a share of chances, as in `Arm::business`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessRule {
    /// The name in `Arm::business`.
    pub name: String,
    /// In which direction the metric is worse.
    pub worse: Direction,
    /// This rule's part of `alpha`; the parts of all rules must not exceed 1.
    pub weight: f64,
    /// A proven difference fails the release when the share is estimated to be worse by more than this.
    pub tolerance: f64,
}

/// In which direction a metric is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is worse: refusals, cancellations.
    Higher,
    /// Less is worse: bookings that went through.
    Lower,
}

/// Kayenta's way: windows are the samples.
/// Source: `MannWhitneyClassifier` and `MannWhitney` of github.com/spinnaker/kayenta.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MannWhitneyRule {
    /// Level of the interval for the shift between the arms.
    pub confidence: f64,
    /// The interval must lie beyond this part of the estimated shift.
    pub tolerance: f64,
    /// How many windows each arm must have.
    pub windows_min: u32,
}

/// Limits for the canary alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SloRule {
    /// The greatest share of failures.
    pub failures_max: Option<f64>,
    /// The longest latencies.
    pub latency: Vec<LatencyLimit>,
    /// So many attempts must be seen before a limit is looked at.
    pub attempts_min: u64,
}

/// The longest latency at a quantile.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatencyLimit {
    /// Which quantile: 0.95.
    pub quantile: f64,
    /// It may not be longer.
    pub limit_us: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            alpha: 0.01,
            beta: 0.01,
            alpha_users: 0.04,
            beta_users: 0.05,
            steps: 1,
            method: Method::Sequential,
            failures: Some(FailureRule::default()),
            latency: Some(LatencyRule::default()),
            business: Vec::new(),
            slo: None,
        }
    }
}

impl Default for FailureRule {
    fn default() -> Self {
        Self { weight: 0.4, users_weight: 0.75, tolerance: 0.001, margin: 0.02 }
    }
}

impl Default for LatencyRule {
    fn default() -> Self {
        Self {
            weight: 0.4,
            users_weight: 0.2,
            whole_part: 0.4,
            quantiles: vec![0.5, 0.75, 0.9, 0.95, 0.99],
            guarded: vec![0.5, 0.95],
            tolerance: 0.2,
            floor_us: 2_000,
            margin: 0.5,
            warmup_windows: 5,
        }
    }
}

impl Default for MannWhitneyRule {
    fn default() -> Self {
        Self { confidence: 0.98, tolerance: 0.25, windows_min: 50 }
    }
}

/// Why a plan can't be used.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PlanError {
    /// A number is not in its range.
    #[error("{field} is {value}, which is not from {least} to {most}")]
    OutOfRange {
        /// Which field.
        field: &'static str,
        /// Its value.
        value: f64,
        /// The least it may be.
        least: f64,
        /// The most it may be.
        most: f64,
    },
    /// The weights of all rules together exceed 1: alpha would be overspent.
    #[error("the weights of all rules sum to {sum}, more than 1")]
    Overspent {
        /// Their sum.
        sum: f64,
    },
    /// Nothing would be judged.
    #[error("the plan has no rule")]
    NoRule,
}

impl Plan {
    /// # Errors
    /// [`PlanError`] names the first field that can't be used.
    pub fn check(&self) -> Result<(), PlanError> {
        within("alpha", self.alpha, 1e-9, 0.5)?;
        within("beta", self.beta, 1e-9, 0.5)?;
        within("alpha_users", self.alpha_users, self.alpha, 0.5)?;
        within("beta_users", self.beta_users, self.beta, 0.5)?;
        within("steps", f64::from(self.steps), 1.0, 1000.0)?;
        if let Some(rule) = &self.failures {
            within("failures.weight", rule.weight, 1e-6, 1.0)?;
            within("failures.users_weight", rule.users_weight, 1e-6, 1.0)?;
            within("failures.tolerance", rule.tolerance, 0.0, 1.0)?;
            within("failures.margin", rule.margin, 1e-4, 0.5)?;
        }
        if let Some(rule) = &self.latency {
            within("latency.weight", rule.weight, 1e-6, 1.0)?;
            within("latency.users_weight", rule.users_weight, 1e-6, 1.0)?;
            within("latency.whole_part", rule.whole_part, 0.0, 0.99)?;
            within("latency.tolerance", rule.tolerance, 0.0, 100.0)?;
            within("latency.floor_us", rule.floor_us as f64, 0.0, 60e6)?;
            within("latency.margin", rule.margin, 0.25, 100.0)?;
            within("latency.quantiles", rule.quantiles.len() as f64, 1.0, 20.0)?;
            rule.quantiles
                .iter()
                .chain(&rule.guarded)
                .try_for_each(|q| within("latency quantile", *q, 0.001, 0.9999))?;
        }
        for rule in &self.business {
            within("business.weight", rule.weight, 1e-6, 1.0)?;
            within("business.tolerance", rule.tolerance, 0.0, 1.0)?;
        }
        if let Method::MannWhitney(rule) = &self.method {
            within("mann_whitney.confidence", rule.confidence, 0.5, 0.9999)?;
            within("mann_whitney.tolerance", rule.tolerance, 0.0, 100.0)?;
            within("mann_whitney.windows_min", f64::from(rule.windows_min), 5.0, 10_000.0)?;
        }
        if let Some(slo) = &self.slo {
            slo.failures_max.map_or(Ok(()), |most| within("slo.failures_max", most, 0.0, 1.0))?;
            slo.latency.iter().try_for_each(|limit| within("slo.latency quantile", limit.quantile, 0.001, 0.9999))?;
        }
        self.check_sums()
    }

    fn check_sums(&self) -> Result<(), PlanError> {
        let sum = self.failures.as_ref().map_or(0.0, |rule| rule.weight)
            + self.latency.as_ref().map_or(0.0, |rule| rule.weight)
            + self.business.iter().map(|rule| rule.weight).sum::<f64>();
        if sum > 1.0 + 1e-9 {
            return Err(PlanError::Overspent { sum });
        }
        let users = self.failures.as_ref().map_or(0.0, |rule| rule.users_weight)
            + self.latency.as_ref().map_or(0.0, |rule| rule.users_weight);
        if users > 1.0 + 1e-9 {
            return Err(PlanError::Overspent { sum: users });
        }
        let compared = self.failures.is_some() || self.latency.is_some() || !self.business.is_empty();
        let limited = self.slo.as_ref().is_some_and(|slo| slo.failures_max.is_some() || !slo.latency.is_empty());
        if limited || (compared && self.method != Method::Slo) { Ok(()) } else { Err(PlanError::NoRule) }
    }
}

fn within(field: &'static str, value: f64, least: f64, most: f64) -> Result<(), PlanError> {
    if (least..=most).contains(&value) { Ok(()) } else { Err(PlanError::OutOfRange { field, value, least, most }) }
}
