//! Imports as jobs: begun here, run to the end by whoever holds the lease, taken over when that process died.

use futures_util::future::BoxFuture;
use raally_domain::access::{Action, Grant, may};
use raally_domain::decide::Refusal;
use raally_domain::ids::WorkspaceId;
use raally_storage::{Job, JobProgress, JobState, Scope};
use std::io::Read as _;
use uuid::Uuid;

use super::summary::RowFault;
use super::views::ImportReport;
use super::work::{JobInput, LEASE_US, OnProgress, Work, taken_over};
use super::{ApplyRequest, ImportRequest};
use crate::app::App;
use crate::caller::Caller;
use crate::failure::Failure;

/// The kind of an import's job.
pub const IMPORT_JOB: &str = "import";
/// Jobs of a workspace that are looked through for those of an import.
pub(super) const JOBS_MAX: u32 = 1_000;
/// Bytes that are read of a file at a time.
const READ_BYTES: usize = 256 * 1024;

pub(super) fn may_pay(caller: &Caller) -> bool {
    caller.user.is_none() || may(caller.role, caller.permissions, Action::EditPay) == Grant::Yes
}

/// Sees everybody's pay, and so whatever a file says.
pub(super) fn sees_pay(caller: &Caller) -> bool {
    caller.user.is_none() || may(caller.role, caller.permissions, Action::ReadPay) == Grant::Yes
}

/// The caller made the job, so that what it says of the file is nothing new to them.
pub(super) fn is_own(job: &Job, caller: &Caller) -> bool {
    job.created_by == caller.user.map(Uuid::from)
}

impl App {
    /// Imports a file to the end in this process. If the process dies midway, a server takes it over.
    ///
    /// # Errors
    /// `BadRequest` when the file as a whole can't be read. Bad rows are no error: the report lists them, its state is
    /// failed and nothing has changed.
    pub async fn import_file(
        &self,
        caller: &Caller,
        request: ImportRequest,
        progress: impl Fn(u64, u64) + Send + Sync,
    ) -> Result<ImportReport, Failure> {
        let import = self.store_source(caller, &request).await?;
        let input = JobInput {
            import,
            name: self.file_info(caller.workspace, import).await?.name,
            mapping: request.mapping,
            dry_run: request.dry_run,
            prune: request.prune,
            may_pay: may_pay(caller),
            keep_file: false,
            undo: None,
        };
        let job = self.add_import_job(caller, &input, true).await?;
        let mut work = Work::claimed(job, caller)?;
        self.run_job(&mut work, &progress).await?;
        Ok(work.report())
    }

    async fn store_source(&self, caller: &Caller, request: &ImportRequest) -> Result<Uuid, Failure> {
        let unreadable =
            |error: &std::io::Error| Failure::bad_request("unreadable", format!("the file can't be read: {error}"));
        let mut writer = self.begin_import_file(caller, &request.name).await?;
        let mut file: Box<dyn std::io::Read + Send> = match &request.source {
            raally_exchange::Source::Path(path) => {
                Box::new(std::fs::File::open(path).map_err(|error| unreadable(&error))?)
            }
            raally_exchange::Source::Bytes(bytes) => Box::new(std::io::Cursor::new(std::sync::Arc::clone(bytes))),
        };
        loop {
            let mut piece = Vec::new();
            let read = file.by_ref().take(READ_BYTES as u64).read_to_end(&mut piece);
            let stored = match read.map_err(|error| unreadable(&error)) {
                Ok(0) => return writer.finish().await,
                Ok(_) => writer.push(&piece).await,
                Err(failure) => Err(failure),
            };
            if let Err(failure) = stored {
                writer.drop_file().await?;
                return Err(failure);
            }
        }
    }

    /// Applies a file that was uploaded, by a worker of any process.
    ///
    /// # Errors
    /// `NotFound`; `BadRequest` while it is running or when it was applied already; `NotYours` as for a look at it.
    pub async fn apply_import(
        &self,
        caller: &Caller,
        import: Uuid,
        request: ApplyRequest,
    ) -> Result<ImportReport, Failure> {
        self.assure_may_look(caller, import).await?;
        let report = self.import_status(caller, import).await?;
        if !report.state.may_be_applied() {
            return Err(Failure::bad_request("import-not-open", "this import is running, or was applied already"));
        }
        let input = JobInput {
            import,
            name: self.file_info(caller.workspace, import).await?.name,
            mapping: request.mapping,
            dry_run: request.dry_run,
            prune: request.prune,
            may_pay: may_pay(caller),
            keep_file: true,
            undo: None,
        };
        self.add_import_job(caller, &input, false).await?;
        self.import_status(caller, import).await
    }

    pub(super) async fn add_import_job(&self, caller: &Caller, input: &JobInput, mine: bool) -> Result<Job, Failure> {
        let now = self.mint().now_us();
        let job = Job {
            id: self.mint().id(),
            workspace: caller.workspace,
            kind: IMPORT_JOB.to_owned(),
            state: if mine { JobState::Running } else { JobState::Queued },
            progress: JobProgress::default(),
            input: serde_json::to_string(input).map_err(Failure::bug)?,
            result: None,
            created_by: caller.user.map(Uuid::from),
            created_at: now,
            updated_at: now,
            attempts: i64::from(mine),
            lease_owner: mine.then(|| self.mint().id::<Uuid>().to_string()),
            lease_until: mine.then_some(now + LEASE_US),
        };
        let new = job.clone();
        self.store()
            .write(Scope::Workspace(caller.workspace), move |tx| {
                let job = new.clone();
                Box::pin(async move { Ok::<_, Failure>(tx.add_job(&job).await?) })
            })
            .await?;
        Ok(job)
    }

    /// Runs the oldest import that waits, or whose worker died; whether there was one.
    ///
    /// # Errors
    /// When it has to be tried again; what is wrong with the file stands in the import.
    pub async fn run_import_jobs_once(&self, owner: &str) -> Result<bool, Failure> {
        let (name, now) = (owner.to_owned(), self.mint().now_us());
        let job = self
            .store()
            .write(Scope::Platform, move |tx| {
                let owner = name.clone();
                Box::pin(async move { Ok::<_, Failure>(tx.claim_job(IMPORT_JOB, &owner, now, LEASE_US).await?) })
            })
            .await?;
        let Some(job) = job else { return Ok(false) };
        let mut work = Work::new(job, None)?;
        match self.run_job(&mut work, &|_, _| {}).await {
            Err(failure) if failure.retryable() => Err(failure),
            // What is wrong stands in the job.
            Err(_) | Ok(()) => Ok(true),
        }
    }

    /// Runs a job to its end; what came out stands in it.
    ///
    /// # Errors
    /// Why it did not end well. After a retryable one the job is left for another try.
    pub(super) fn run_job<'a>(
        &'a self,
        work: &'a mut Work,
        progress: &'a OnProgress<'_>,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        // Boxed here, so that it is compiled once and not again into each future that waits for it.
        Box::pin(async move {
            let outcome = match work.input.undo {
                Some(force) => self.run_undo(work, force, progress).await,
                None => self.run_import(work, progress).await,
            };
            let Err(failure) = outcome else { return Ok(()) };
            if failure.retryable() {
                return Err(failure);
            }
            if work.result.applying && work.input.undo.is_none() {
                self.take_back_failed(work, &failure, progress).await?;
            }
            let (code, message) = match &failure {
                Failure::BadRequest { code, detail } => ((*code).to_owned(), detail.clone()),
                Failure::Bug { .. } => ("internal".to_owned(), "internal error".to_owned()),
                other => ("refused".to_owned(), other.to_string()),
            };
            work.result.failure = Some(RowFault::new(0, &code, message));
            self.finish_import_job(work, JobState::Failed).await?;
            Err(failure)
        })
    }

    /// Ends a job that changed nothing (more).
    pub(super) async fn finish_import_job(&self, work: &mut Work, state: JobState) -> Result<(), Failure> {
        work.job.state = state;
        let progress = work.job.progress;
        let job = work.row((progress.done.unsigned_abs(), progress.total.unsigned_abs()))?;
        let (import, now, keep_file) = (work.input.import, self.mint().now_us(), work.input.keep_file);
        self.store()
            .write(Scope::Workspace(job.workspace), move |tx| {
                let job = job.clone();
                Box::pin(async move {
                    if !tx.finish_job(&job, now).await? {
                        return Err(taken_over());
                    }
                    if !keep_file {
                        tx.remove_file(job.workspace, import).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Tells that this process is alive and how far it is.
    pub(super) async fn beat(&self, work: &mut Work, progress: (u64, u64)) -> Result<(), Failure> {
        let (job, now) = (work.row(progress)?, self.mint().now_us());
        self.store()
            .write(Scope::Workspace(job.workspace), move |tx| {
                let job = job.clone();
                Box::pin(async move {
                    if tx.heartbeat_job(&job, now, LEASE_US).await? { Ok(()) } else { Err(taken_over()) }
                })
            })
            .await
    }

    /// The newest jobs of imports, with what they are about.
    pub(super) async fn import_jobs(&self, workspace: WorkspaceId) -> Result<Vec<(Job, JobInput)>, Failure> {
        let jobs = self
            .store()
            .read(Scope::Workspace(workspace), move |tx| {
                Box::pin(async move { Ok::<_, Failure>(tx.jobs(workspace, JOBS_MAX).await?) })
            })
            .await?;
        let imports = jobs.into_iter().filter(|job| job.kind == IMPORT_JOB);
        imports.map(|job| serde_json::from_str(&job.input).map(|input| (job, input)).map_err(Failure::bug)).collect()
    }

    /// An import that exists, completed and not taken back.
    pub(super) fn not_found() -> Failure {
        Refusal::NotFound.into()
    }
}
