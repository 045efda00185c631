//! A job of an import in the hands of this process: what it is to do, and what came out so far.

use raally_domain::access::Grant;
use raally_domain::ids::UserId;
use raally_exchange::Mapping;
use raally_storage::{Job, JobProgress};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::summary::{Findings, RowFault, UndoReport};
use crate::caller::Caller;
use crate::failure::Failure;

/// How long a worker may be silent before its job is taken over, in microseconds.
pub const LEASE_US: i64 = 60_000_000;

/// What a worker needs to know.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobInput {
    pub import: Uuid,
    pub name: String,
    pub mapping: Option<Mapping>,
    pub dry_run: bool,
    pub prune: bool,
    /// The caller may set pay.
    pub may_pay: bool,
    /// The file stays for another try.
    pub keep_file: bool,
    /// Take back instead: also what people changed since?
    pub undo: Option<bool>,
}

/// What came out so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct JobResult {
    pub findings: Option<Findings>,
    /// The file is being taken over: what is found in the workspace may be the work of this import.
    pub applying: bool,
    pub failure: Option<RowFault>,
    pub undone: Option<UndoReport>,
}

/// A job in the hands of this process.
pub(crate) struct Work {
    pub caller: Caller,
    pub job: Job,
    pub input: JobInput,
    pub result: JobResult,
}

/// Told how far an import is.
pub type OnProgress<'a> = dyn Fn(u64, u64) + Send + Sync + 'a;

impl Work {
    pub fn new(job: Job, caller: Option<Caller>) -> Result<Self, Failure> {
        let input: JobInput = serde_json::from_str(&job.input).map_err(Failure::bug)?;
        let result = job.result.as_deref().map(serde_json::from_str).transpose().map_err(Failure::bug)?;
        let base =
            caller.unwrap_or_else(|| Caller { user: job.created_by.map(UserId), ..Caller::system(job.workspace) });
        let caller = Caller { import: Some(input.import), idempotency: None, grant: Grant::Yes, ..base };
        Ok(Self { caller, job, input, result: result.unwrap_or_default() })
    }

    /// A job that the caller runs.
    pub fn claimed(job: Job, caller: &Caller) -> Result<Self, Failure> {
        Self::new(job, Some(caller.clone()))
    }

    /// The job's row with what is known now.
    pub fn row(&mut self, progress: (u64, u64)) -> Result<Job, Failure> {
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.job.progress = JobProgress { done: count(progress.0), total: count(progress.1) };
        self.job.result = Some(serde_json::to_string(&self.result).map_err(Failure::bug)?);
        Ok(self.job.clone())
    }
}

pub(crate) fn taken_over() -> Failure {
    Failure::Unavailable { detail: "another process has taken this import over".into() }
}
