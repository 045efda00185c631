//! Is the new version as good as the old one? Pure statistics: no I/O, no clock, no randomness.
//!
//! Counts come in ([`Observation`]) about once a second, a verdict with its evidence goes out ([`Judgement`]):
//!
//! ```
//! use raally_analysis::{Judge, Observation, Plan, Verdict};
//!
//! let mut judge = Judge::new(Plan::default())?;
//! judge.observe(&Observation::default())?; // where the counters stood at the release's start
//! let judgement = judge.observe(&Observation::default())?;
//! assert!(matches!(judgement.verdict, Verdict::NeedsMore { .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A regression fails a release when it is proven in many windows of time (`bet`), across many users (`users`), and is
//! large enough to matter. Why so, and what it was simulated with: docs/decisions/0013-analysis.md.

mod bet;
mod counts;
mod histogram;
mod interval;
mod judge;
mod mann_whitney;
mod plan;
mod sequential;
mod users;
mod verdict;
mod whole;

pub use counts::{Arm, COHORTS, CountsError, Observation, Ratio, Tally};
pub use histogram::{BUCKETS, GROWTH, Histogram, Quantile, bucket_of, bucket_start};
pub use judge::{Judge, JudgeError};
pub use plan::{
    BusinessRule, Direction, FailureRule, LatencyLimit, LatencyRule, MannWhitneyRule, Method, Plan, PlanError, SloRule,
};
pub use verdict::{
    Comparison, Effect, Evidence, Judgement, Lack, Metric, Reading, Reason, UserEvidence, Verdict, Waiting,
};
