//! What a running gateway says about itself over the admin socket: state, counts, refusals.

use std::collections::BTreeMap;

use raally_analysis::Arm;
use serde::{Deserialize, Serialize};

use crate::table::{Fault, GroupName, Table, TargetId};

/// `GET /v1/state`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// Made anew by each process: who sees another one knows that counts began at zero.
    pub instance: String,
    /// Process id.
    pub pid: u32,
    /// Counts the tables that were put; a replacement names it in `If-Match`. It survives restarts and upgrades.
    pub epoch: u64,
    /// Whether the gateway itself takes no new connections and ends when the open ones have.
    pub draining: bool,
    /// Where it listens, with the ports that were really taken.
    pub listens: Vec<String>,
    /// The table in use.
    pub table: Table,
    /// Each target of the table, and those that are gone from it and still have open requests.
    pub targets: Vec<TargetState>,
}

/// One target as the gateway sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetState {
    /// Its name.
    pub id: TargetId,
    /// The group it is or was in.
    pub group: GroupName,
    /// Where it is.
    pub address: String,
    /// Whether the table still has it.
    pub in_table: bool,
    /// What the active checks say.
    pub health: Health,
    /// Remaining time of an ejection, if it is ejected because its answers failed.
    pub ejected_ms: Option<u64>,
    /// How often it was ejected.
    pub ejections: u64,
    /// The circuit breaker.
    pub breaker: Breaker,
    /// How often the breaker opened.
    pub breaker_openings: u64,
    /// Whether it gets no new requests because it is to be stopped.
    pub draining: bool,
    /// Requests that are open, bodies included.
    pub open: u32,
}

/// What the active health checks say about a target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Health {
    /// Not checked yet: it gets requests.
    #[default]
    Unknown,
    /// It gets requests.
    Healthy,
    /// It gets none.
    Unhealthy,
}

/// A circuit breaker's position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Breaker {
    /// Requests pass.
    #[default]
    Closed,
    /// None passes.
    Open,
    /// One at a time passes, to find out.
    HalfOpen,
}

/// `GET /v1/counts`: cumulative since the group appeared with this version, or since the process began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// The process that counted.
    pub instance: String,
    /// When it was read, milliseconds since 1970.
    pub at_ms: u64,
    /// Each group of the table.
    pub groups: BTreeMap<GroupName, GroupCounts>,
}

/// What happened to a group. Every attempt counts, also one that was retried elsewhere afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupCounts {
    /// What runs there.
    pub version: String,
    /// Attempts, failures and the latency of those that did not fail (from the begin of the attempt to the answer's
    /// head), in all and by cohort of users. A user is who has the sticky cookie; requests without take turns.
    pub arm: Arm,
    /// How the attempts ended.
    pub endings: Endings,
    /// Users who were given a cookie for this group.
    pub users: u64,
    /// Times that a target of the group was ejected.
    pub ejections: u64,
    /// Times that a target's circuit breaker opened.
    pub breaker_openings: u64,
    /// Whether a target of the group is ejected or its breaker is not closed, right now.
    pub impaired: bool,
}

/// How attempts ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endings {
    /// Answers below 400.
    pub ok: u64,
    /// Answers from 400 to 499.
    pub client_errors: u64,
    /// Answers from 500.
    pub server_errors: u64,
    /// No connection came about.
    pub connect_failures: u64,
    /// No answer within the time for one attempt.
    pub timeouts: u64,
    /// The connection broke before the answer's head.
    pub resets: u64,
    /// The connection broke within the answer's body; these are among `ok` or `client_errors` too, and among the
    /// arm's failures.
    pub aborted: u64,
    /// The client left before the answer's head, or did not send its body; these are no attempts, they say nothing.
    pub cancelled: u64,
}

/// Why an admin call was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "refusal", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Refusal {
    /// The table has faults (422).
    #[error("the table has {} faults", faults.len())]
    BadTable {
        /// All of them.
        faults: Vec<Fault>,
    },
    /// Somebody else put a table in between (412).
    #[error("the table has epoch {epoch} now: somebody else was faster")]
    OtherEpoch {
        /// The epoch in use.
        epoch: u64,
    },
    /// `If-Match` is missing or no number (428).
    #[error("If-Match with the epoch of the table that is replaced is required")]
    EpochRequired,
    /// No such target in the table (404).
    #[error("there is no target `{id}`")]
    UnknownTarget {
        /// The id that was asked for.
        id: TargetId,
    },
    /// The body is no JSON of the right shape (400).
    #[error("the body can't be read: {reason}")]
    Unreadable {
        /// Where it stops making sense.
        reason: String,
    },
    /// The table could not be written to disk, and is not in use (500).
    #[error("the table can't be kept on disk: {reason}")]
    NotKept {
        /// What the system said.
        reason: String,
    },
    /// No such call (404, 405).
    #[error("there is no such call")]
    NoSuchCall,
}

/// The answer of a drain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DrainOutcome {
    /// Requests that are still open: 0 = the target may be stopped.
    pub open: u32,
}

/// The answer of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Applied {
    /// The epoch of the table that is in use now.
    pub epoch: u64,
}
