//! What the judge says, as data: the words are for whoever shows it.

use serde::{Deserialize, Serialize};

/// The verdict on a canary with everything that led to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// What to do.
    pub verdict: Verdict,
    /// One reading for each metric that was judged, in the plan's order.
    pub readings: Vec<Reading>,
    /// How many windows (observations with traffic) this step has seen.
    pub windows: u64,
    /// False when the counts can't tell users apart: then requests were taken to be independent of each other.
    pub users_told_apart: bool,
}

/// What to do with a canary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Verdict {
    /// Not worse by a rule's margin or more: go on.
    Pass,
    /// Worse: roll back. A failed release stays failed.
    Fail {
        /// Each reason alone would be enough.
        reasons: Vec<Reason>,
    },
    /// Neither can be said yet.
    NeedsMore {
        /// How many more canary requests it will take, as far as can be foreseen.
        requests: u64,
        /// What each metric waits for.
        waiting: Vec<Waiting>,
    },
}

/// What was compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "metric")]
pub enum Metric {
    /// The share of attempts that failed.
    Failures,
    /// A quantile of the latency.
    Latency {
        /// From 0 to 1.
        quantile: f64,
    },
    /// All latencies at once; its numbers are those of the upper quartile.
    AllLatencies,
    /// The mean latency of a window (Mann-Whitney only).
    MeanLatency,
    /// A metric of the application.
    Business {
        /// Its name.
        name: String,
    },
}

/// Why a release fails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "because")]
pub enum Reason {
    /// A target of the canary was ejected or its breaker is open.
    Ejected,
    /// Worse than the baseline; the reading of this metric has the numbers.
    Worse {
        /// Which metric.
        of: Metric,
    },
    /// Beyond a limit.
    OverLimit {
        /// Which metric.
        of: Metric,
        /// What was measured: a share or µs.
        measured: f64,
        /// What is allowed.
        limit: f64,
    },
}

/// What a metric waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// Which metric.
    pub of: Metric,
    /// How many more canary requests, as far as can be foreseen.
    pub requests: u64,
    /// What is missing.
    #[serde(rename = "for")]
    pub lack: Lack,
}

/// What is missing for a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// More requests.
    Requests,
    /// More different users: there are too few to tell a version from a person.
    Users,
    /// The end of the warm-up.
    Warmup,
    /// More windows.
    Windows,
}

/// What is known of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Which metric.
    #[serde(flatten)]
    pub metric: Metric,
    /// How much the arms differ; `None` while one of them has nothing to compare.
    pub effect: Option<Effect>,
    /// Is the difference large enough to matter?
    pub beyond_tolerance: bool,
    /// The floor in µs, when it alone is why the difference does not matter: see `LatencyRule::floor_us`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below_floor_us: Option<u64>,
    /// Evidence that the canary is worse.
    pub worse: Option<Evidence>,
    /// The same seen across users; `None` when they can't be told apart.
    pub worse_across_users: Option<UserEvidence>,
    /// Evidence that the canary is not worse by the margin; `None` when the metric is not guarded.
    pub not_worse: Option<Evidence>,
    /// The same seen across users.
    pub not_worse_across_users: Option<UserEvidence>,
}

/// How much two arms differ, with an interval that holds at all times together at the level of `confidence`, for
/// requests independent of each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The canary's value: a share, or µs.
    pub canary: f64,
    /// The baseline's value.
    pub baseline: f64,
    /// Whether `estimate`, `low` and `high` are differences or ratios.
    pub comparison: Comparison,
    /// Canary minus baseline, or canary over baseline.
    pub estimate: f64,
    /// The least that is compatible with the counts; `None`: without bound.
    pub low: Option<f64>,
    /// The most that is compatible with the counts; `None`: without bound.
    pub high: Option<f64>,
    /// The interval's level: 0.99.
    pub confidence: f64,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Canary minus baseline.
    Difference,
    /// Canary over baseline.
    Ratio,
}

/// An e-value: under the null hypothesis its expectation is at most 1 whenever one stops, so that the probability to
/// ever see `1 / a` or more is at most `a` (Ville).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Natural logarithm of the e-value now.
    pub ln_e: f64,
    /// The highest it has been.
    pub ln_e_max: f64,
    /// What it must reach: the logarithm of 1 / level.
    pub ln_needed: f64,
}

/// A rank test over the cohorts of users, at fixed looks that share the level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserEvidence {
    /// The exact p-value of the last look that was computed; 1 before.
    pub p: f64,
    /// The level of that look.
    pub level: f64,
    /// Whether a look was at or below its level.
    pub reached: bool,
}

impl Evidence {
    /// Whether the evidence has ever been enough.
    pub fn reached(&self) -> bool {
        self.ln_e_max >= self.ln_needed
    }
}
