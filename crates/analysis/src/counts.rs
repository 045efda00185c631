//! What was counted: cumulative attempts, failures and latencies of the canary and of its fresh baseline.
//!
//! Counts only grow. The judge takes differences itself; whoever reads them passes them on as they are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Histogram;

/// How many cohorts an arm's users are spread over.
///
/// A user (sticky cookie, session, address) always falls into the same cohort of its arm: a hash of the user modulo this
/// number. Requests without a user take the cohorts in turn. What is seen in one cohort only is a user, not a version.
pub const COHORTS: usize = 16;

/// Counts that cannot be right.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CountsError {
    /// A cumulative count is smaller than it was: its counter was started anew.
    #[error("{what} went back from {was} to {is}")]
    WentBack {
        /// Which count.
        what: &'static str,
        /// What it was.
        was: u64,
        /// What it is now.
        is: u64,
    },
    /// There are more of one thing than of what it is a part of.
    #[error("{part} {what} of only {whole}")]
    MoreThanAll {
        /// Which count.
        what: &'static str,
        /// The count of the part.
        part: u64,
        /// The count of the whole.
        whole: u64,
    },
    /// A histogram has a bucket that does not exist.
    #[error("there is no bucket {bucket}")]
    UnknownBucket {
        /// Its number.
        bucket: usize,
    },
    /// Cohorts are neither none nor [`COHORTS`].
    #[error("{cohorts} cohorts, expected none or 16")]
    Cohorts {
        /// How many there are.
        cohorts: usize,
    },
    /// A business metric of the plan is not among the counts.
    #[error("the counts lack the business metric {name}")]
    MissingMetric {
        /// Its name.
        name: String,
    },
}

/// The counts of some requests. Every attempt counts, before retries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Attempts that ended, whether well or not.
    pub attempts: u64,
    /// Attempts that failed by the server's fault: 5xx, reset, refused, timed out.
    pub failures: u64,
    /// How long the attempts took that did not fail (a fast failure must not make a version look fast).
    pub latency: Histogram,
}

/// How often something happened out of how many chances: a business metric (a booking refused per booking tried).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratio {
    /// How often it happened.
    pub hits: u64,
    /// How often it could have happened.
    pub of: u64,
}

/// All counts of one arm since it appeared. A source that counts while it is read must read failures and latencies before
/// attempts, and cohorts before totals: no part is then greater than its whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arm {
    /// Attempts that ended, whether well or not, before retries.
    pub attempts: u64,
    /// Attempts that failed by the server's fault: 5xx, reset, refused, timed out.
    pub failures: u64,
    /// How long the attempts took that did not fail.
    pub latency: Histogram,
    /// The same counts by cohort of users, [`COHORTS`] of them; empty when the source cannot tell users apart. Then
    /// requests are taken to be independent of each other, and the judgement says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cohorts: Vec<Tally>,
    /// Business metrics of this arm's processes, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub business: BTreeMap<String, Ratio>,
}

/// One reading of both arms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The new version.
    pub canary: Arm,
    /// Freshly started processes of the old version with the same share of traffic.
    pub baseline: Arm,
    /// A canary target was ejected, or its breaker is open: nothing left to weigh.
    #[serde(default)]
    pub canary_ejected: bool,
}

impl Tally {
    /// What was counted since `earlier`.
    ///
    /// # Errors
    /// [`CountsError::WentBack`] when a count is smaller than before.
    pub fn since(&self, earlier: &Self) -> Result<Self, CountsError> {
        Ok(Self {
            attempts: grown("attempts", self.attempts, earlier.attempts)?,
            failures: grown("failures", self.failures, earlier.failures)?,
            latency: self.latency.since(&earlier.latency)?,
        })
    }

    /// Adds another tally's counts.
    pub fn merge(&mut self, other: &Self) {
        self.attempts = self.attempts.saturating_add(other.attempts);
        self.failures = self.failures.saturating_add(other.failures);
        self.latency.merge(&other.latency);
    }

    fn check(&self) -> Result<(), CountsError> {
        part_of("failures", self.failures, self.attempts)?;
        part_of("latencies", self.latency.count(), self.attempts)
    }
}

impl Arm {
    /// An arm from its cohorts: the totals are their sums.
    pub fn from_cohorts(cohorts: Vec<Tally>) -> Self {
        let mut total = Tally::default();
        cohorts.iter().for_each(|cohort| total.merge(cohort));
        let Tally { attempts, failures, latency } = total;
        Self { attempts, failures, latency, cohorts, business: BTreeMap::new() }
    }

    /// What was counted since `earlier`.
    ///
    /// # Errors
    /// [`CountsError::WentBack`] when a count is smaller than before; [`CountsError::Cohorts`] when the number of cohorts
    /// changed.
    pub fn since(&self, earlier: &Self) -> Result<Self, CountsError> {
        let attempts = grown("attempts", self.attempts, earlier.attempts)?;
        if self.cohorts.len() != earlier.cohorts.len() && !earlier.cohorts.is_empty() {
            return Err(CountsError::Cohorts { cohorts: self.cohorts.len() });
        }
        let nothing = Tally::default();
        let cohorts = self.cohorts.iter().enumerate();
        let cohorts = cohorts.map(|(at, now)| now.since(earlier.cohorts.get(at).unwrap_or(&nothing)));
        let mut business = BTreeMap::new();
        for (name, now) in &self.business {
            let was = earlier.business.get(name).copied().unwrap_or_default();
            let hits = grown("business hits", now.hits, was.hits)?;
            business.insert(name.clone(), Ratio { hits, of: grown("business chances", now.of, was.of)? });
        }
        Ok(Self {
            attempts,
            failures: grown("failures", self.failures, earlier.failures)?,
            latency: self.latency.since(&earlier.latency)?,
            cohorts: cohorts.collect::<Result<_, _>>()?,
            business,
        })
    }

    /// Adds another arm's counts, cohort by cohort.
    pub fn merge(&mut self, other: &Self) {
        self.attempts = self.attempts.saturating_add(other.attempts);
        self.failures = self.failures.saturating_add(other.failures);
        self.latency.merge(&other.latency);
        if self.cohorts.len() < other.cohorts.len() {
            self.cohorts.resize_with(other.cohorts.len(), Tally::default);
        }
        for (own, more) in self.cohorts.iter_mut().zip(&other.cohorts) {
            own.merge(more);
        }
        for (name, more) in &other.business {
            let own = self.business.entry(name.clone()).or_default();
            own.hits = own.hits.saturating_add(more.hits);
            own.of = own.of.saturating_add(more.of);
        }
    }

    /// # Errors
    /// [`CountsError`] when a part is greater than its whole or the cohorts are neither none nor [`COHORTS`].
    pub fn check(&self) -> Result<(), CountsError> {
        part_of("failures", self.failures, self.attempts)?;
        part_of("latencies", self.latency.count(), self.attempts)?;
        if !self.cohorts.is_empty() && self.cohorts.len() != COHORTS {
            return Err(CountsError::Cohorts { cohorts: self.cohorts.len() });
        }
        self.cohorts.iter().try_for_each(Tally::check)?;
        self.business.values().try_for_each(|ratio| part_of("business hits", ratio.hits, ratio.of))
    }
}

impl Observation {
    /// # Errors
    /// [`CountsError`] when one of the arms cannot be right.
    pub fn check(&self) -> Result<(), CountsError> {
        self.canary.check()?;
        self.baseline.check()
    }
}

fn grown(what: &'static str, is: u64, was: u64) -> Result<u64, CountsError> {
    is.checked_sub(was).ok_or(CountsError::WentBack { what, was, is })
}

fn part_of(what: &'static str, part: u64, whole: u64) -> Result<(), CountsError> {
    if part > whole { Err(CountsError::MoreThanAll { what, part, whole }) } else { Ok(()) }
}
