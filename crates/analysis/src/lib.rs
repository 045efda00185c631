//! Is the new version as good as the old one? Pure statistics: no I/O, no clock, no randomness.
//!
//! Counts come in ([`Observation`]), a verdict with its evidence goes out ([`Judgement`]).

mod counts;
mod histogram;
mod plan;
mod verdict;

pub use counts::{Arm, COHORTS, CountsError, Observation, Ratio, Tally};
pub use histogram::{BUCKETS, GROWTH, Histogram, Quantile, bucket_of, bucket_start};
pub use plan::{
    BusinessRule, Direction, FailureRule, LatencyLimit, LatencyRule, MannWhitneyRule, Method, Plan, PlanError, SloRule,
};
pub use verdict::{
    Comparison, Effect, Evidence, Judgement, Lack, Metric, Reading, Reason, UserEvidence, Verdict, Waiting,
};
