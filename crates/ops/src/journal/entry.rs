//! What a line of the journal says.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::environment::Strategy;
use crate::model::ids::{Group, ReleaseId};
use crate::model::release::Release;
use crate::plan::Step;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// From 1.
    pub number: u64,
    /// When it was written.
    pub at: Timestamp,
    /// Digest of the line before.
    pub before: String,
    /// What it says.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened, or is about to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Event {
    /// A change was confirmed; its steps begin.
    Planned {
        /// The release that is to run.
        release: Release,
        /// What runs now.
        from: Option<ReleaseId>,
        /// How; none for a rollback.
        strategy: Option<Strategy>,
        /// The steps, in order.
        steps: Vec<Step>,
        /// Who wanted it.
        by: String,
    },
    /// A step is about to be done.
    Began {
        /// Its index.
        step: usize,
    },
    /// A step was done.
    Did {
        /// Its index.
        step: usize,
        /// How long it took.
        milliseconds: u64,
    },
    /// What a watch saw.
    Saw(Seen),
    /// The release is taken back; these steps replace the rest of the plan.
    TurnedBack {
        /// Why.
        why: String,
        /// The release that runs again.
        to: ReleaseId,
        /// The steps.
        steps: Vec<Step>,
    },
    /// A person asked for something while a release was under way.
    Asked {
        /// What.
        wish: Wish,
        /// Who.
        by: String,
    },
    /// A backup or a restore of the database was confirmed. In a journal of its own, which releases don't read.
    RecoveryPlanned {
        /// `backup` or `restore`.
        what: String,
        /// The steps, in words.
        steps: Vec<String>,
        /// Who wanted it.
        by: String,
    },
    /// It ended.
    RecoveryEnded {
        /// Every step was done.
        done: bool,
        /// Why not.
        why: String,
    },
    /// The change ended.
    Ended {
        /// How.
        outcome: Outcome,
        /// One sentence.
        why: String,
    },
}

/// What a person may ask for while a release is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wish {
    /// Go on: past a pause.
    Promote,
    /// Take it back.
    Abort,
}

/// What a watch saw at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// The watch's number.
    pub watch: u32,
    /// `pass`, `fail` or `needs-more`.
    pub verdict: String,
    /// Why, in words.
    pub why: String,
    /// Attempts and failures of each group since it appeared.
    pub groups: BTreeMap<Group, [u64; 2]>,
}

/// How a change ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The release runs.
    Released,
    /// The old release runs again.
    RolledBack,
    /// It could not be finished, and needs a person.
    Stuck,
}
