//! What a supervisor can be asked for, and what it answers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A process that is to be kept alive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Process {
    /// Its name; letters, digits and hyphens.
    pub id: String,
    /// What runs.
    pub program: PathBuf,
    /// With these arguments.
    pub arguments: Vec<String>,
    /// And these variables, beside `PATH`, `HOME` and `LANG`.
    pub environment: BTreeMap<String, String>,
    /// Where it listens, for whoever asks for a list.
    pub port: u16,
    /// From SIGTERM to SIGKILL.
    pub grace_seconds: u64,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "kebab-case")]
pub enum Order {
    /// Starts it unless it runs, and starts it again when it ends.
    Keep(Process),
    /// Ends it for good; answers when it has ended. What isn't there has ended.
    End {
        /// Its name.
        id: String,
    },
    /// Everything that is kept.
    List,
    /// Goes, if nothing is kept any more.
    Leave,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// Done.
    Done,
    /// What is kept.
    List {
        /// By name.
        processes: Vec<Running>,
    },
    /// Not done.
    Refused {
        /// Why.
        why: String,
    },
}

/// A process that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    /// Its name.
    pub id: String,
    /// Where it listens.
    pub port: u16,
    /// The process, unless it waits to be started again.
    pub pid: Option<u32>,
    /// Since when.
    pub since: Timestamp,
    /// How often it ended by itself and was started again.
    pub restarts: u32,
    /// How often in a row it ended soon after its start.
    pub quick_ends: u32,
}
