//! Long work with progress: a table of jobs with leases, so that a killed worker's job is taken over.

use raally_domain::ids::WorkspaceId;
use uuid::Uuid;

use super::Tx;
use crate::{error::StoreError, row::RowRef};

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Waits for a worker.
    Queued,
    /// A worker has it, or had it when it died.
    Running,
    /// Done; the result tells what came out.
    Succeeded,
    /// Ended without success; the result tells why.
    Failed,
    /// Ended at somebody's wish.
    Cancelled,
}

impl JobState {
    /// The word in the table and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    fn from_name(name: &str) -> Result<Self, StoreError> {
        [Self::Queued, Self::Running, Self::Succeeded, Self::Failed, Self::Cancelled]
            .into_iter()
            .find(|state| state.name() == name)
            .ok_or_else(|| StoreError::bug(format!("unknown job state {name}")))
    }
}

/// A job. Instants are microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Id.
    pub id: Uuid,
    /// The tenant.
    pub workspace: WorkspaceId,
    /// What sort of work.
    pub kind: String,
    /// Where it stands.
    pub state: JobState,
    /// How far it is.
    pub progress: JobProgress,
    /// JSON for the worker.
    pub input: String,
    /// JSON of the outcome, or what the worker wants to find again when it resumes.
    pub result: Option<String>,
    /// Who asked for it.
    pub created_by: Option<Uuid>,
    /// When it was asked for.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// How many times a worker took it.
    pub attempts: i64,
    /// Which worker has it.
    pub lease_owner: Option<String>,
    /// Until when that worker must be heard of.
    pub lease_until: Option<i64>,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobProgress {
    /// Units done.
    pub done: i64,
    /// Units altogether; 0 while unknown.
    pub total: i64,
}

const JOB: &str = "id, workspace_id, kind, state, progress_done, progress_total, input, result, created_by, created_at, \
                   updated_at, attempts, lease_owner, lease_until";

fn job(row: &RowRef<'_>) -> Result<Job, StoreError> {
    Ok(Job {
        id: row.id(0)?,
        workspace: WorkspaceId(row.id(1)?),
        kind: row.string(2)?,
        state: JobState::from_name(row.text(3)?)?,
        progress: JobProgress { done: row.int(4)?, total: row.int(5)? },
        input: row.string(6)?,
        result: row.opt_string(7)?,
        created_by: row.opt_id(8)?,
        created_at: row.int(9)?,
        updated_at: row.int(10)?,
        attempts: row.int(11)?,
        lease_owner: row.opt_string(12)?,
        lease_until: row.opt_int(13)?,
    })
}

/// All fail with `OutOfScope`, `Unavailable` or `Overloaded`.
impl Tx<'_> {
    /// Adds a job as it is given.
    ///
    /// # Errors
    /// `Duplicate`; as above.
    pub async fn add_job(&mut self, job: &Job) -> Result<(), StoreError> {
        self.scope.check(job.workspace)?;
        let text =
            format!("INSERT INTO job ({JOB}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)");
        self.execute(
            &text,
            &[
                job.id.into(),
                job.workspace.0.into(),
                job.kind.as_str().into(),
                job.state.name().into(),
                job.progress.done.into(),
                job.progress.total.into(),
                job.input.as_str().into(),
                job.result.as_deref().into(),
                job.created_by.into(),
                job.created_at.into(),
                job.updated_at.into(),
                job.attempts.into(),
                job.lease_owner.as_deref().into(),
                job.lease_until.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// A job of a workspace.
    ///
    /// # Errors
    /// As above.
    pub async fn job(&mut self, workspace: WorkspaceId, id: Uuid) -> Result<Option<Job>, StoreError> {
        self.scope.check(workspace)?;
        let text = format!("SELECT {JOB} FROM job WHERE workspace_id = ?1 AND id = ?2");
        self.row(&text, &[workspace.0.into(), id.into()], job).await
    }

    /// The newest jobs of a workspace, at most `limit`.
    ///
    /// # Errors
    /// As above.
    pub async fn jobs(&mut self, workspace: WorkspaceId, limit: u32) -> Result<Vec<Job>, StoreError> {
        self.scope.check(workspace)?;
        let text = format!("SELECT {JOB} FROM job WHERE workspace_id = ?1 ORDER BY created_at DESC, id DESC LIMIT ?2");
        self.rows(&text, &[workspace.0.into(), i64::from(limit).into()], job).await
    }

    /// Takes the oldest job of a kind that waits, or whose worker wasn't heard of in time (platform scope).
    ///
    /// # Errors
    /// As above.
    pub async fn claim_job(
        &mut self,
        kind: &str,
        owner: &str,
        now: i64,
        lease_us: i64,
    ) -> Result<Option<Job>, StoreError> {
        self.platform_only()?;
        let skip = self.pick("", " FOR UPDATE SKIP LOCKED");
        let text = format!(
            "UPDATE job SET state = 'running', lease_owner = ?2, lease_until = ?4, updated_at = ?3, \
             attempts = attempts + 1 WHERE (workspace_id, id) = (SELECT workspace_id, id FROM job WHERE kind = ?1 \
             AND (state = 'queued' OR (state = 'running' AND lease_until <= ?3)) ORDER BY created_at, id LIMIT 1{skip}) \
             RETURNING {JOB}"
        );
        self.row(&text, &[kind.into(), owner.into(), now.into(), (now + lease_us).into()], job).await
    }

    /// Tells that a job's worker lives, how far it is, and what it wants to find again. False: the job isn't this worker's
    /// any more (taken over or cancelled); stop.
    ///
    /// # Errors
    /// As above.
    pub async fn heartbeat_job(&mut self, job: &Job, now: i64, lease_us: i64) -> Result<bool, StoreError> {
        self.end_or_renew(job, JobState::Running, now, Some(now + lease_us)).await
    }

    /// Ends a job in `job.state` with `job.progress` and `job.result`. False: the job isn't this worker's any more; roll
    /// back.
    ///
    /// # Errors
    /// As above.
    pub async fn finish_job(&mut self, job: &Job, now: i64) -> Result<bool, StoreError> {
        self.end_or_renew(job, job.state, now, None).await
    }

    async fn end_or_renew(
        &mut self,
        job: &Job,
        state: JobState,
        now: i64,
        lease_until: Option<i64>,
    ) -> Result<bool, StoreError> {
        self.scope.check(job.workspace)?;
        let changed = self
            .execute(
                "UPDATE job SET state = ?3, progress_done = ?4, progress_total = ?5, result = ?6, updated_at = ?7, \
                 lease_until = ?8 WHERE workspace_id = ?1 AND id = ?2 AND state = 'running' AND lease_owner = ?9",
                &[
                    job.workspace.0.into(),
                    job.id.into(),
                    state.name().into(),
                    job.progress.done.into(),
                    job.progress.total.into(),
                    job.result.as_deref().into(),
                    now.into(),
                    lease_until.into(),
                    job.lease_owner.as_deref().into(),
                ],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Cancels a job that has not ended; its worker notices at its next heartbeat. Whether there was one.
    ///
    /// # Errors
    /// As above.
    pub async fn cancel_job(&mut self, workspace: WorkspaceId, id: Uuid, now: i64) -> Result<bool, StoreError> {
        self.scope.check(workspace)?;
        let text = "UPDATE job SET state = 'cancelled', updated_at = ?3, lease_until = NULL \
                    WHERE workspace_id = ?1 AND id = ?2 AND state IN ('queued', 'running')";
        Ok(self.execute(text, &[workspace.0.into(), id.into(), now.into()]).await? == 1)
    }
}
