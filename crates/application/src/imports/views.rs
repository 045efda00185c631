//! Imports as people see them: state, progress, what came out; the first look at an uploaded file; saved mappings.

use raally_domain::decide::Refusal;
use raally_domain::kind::Kind;
use raally_domain::model::{ImportRun, ImportStatus};
use raally_exchange::{Format, Mapping, Preview, detect, inspect};
use raally_storage::{Job, JobState, OrderBy, Query, Scope};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::jobs::{is_own, sees_pay};
use super::pass::file_error;
use super::summary::{Findings, RowFault, UndoReport};
use super::work::{JobInput, JobResult, Work};
use crate::app::App;
use crate::caller::Caller;
use crate::codec::from_record;
use crate::failure::Failure;

/// Imports that a list shows.
const LISTED_MAX: u32 = 200;

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ImportState {
    /// The file is here; nothing was done with it.
    Uploaded,
    /// Waits for a worker.
    Queued,
    /// Goes on.
    Running,
    /// A dry run has ended: the report says what would change.
    Checked,
    /// Everything in the file is in the plan.
    Completed,
    /// It left nothing; the report says why.
    Failed,
    /// What it did was taken back.
    Undone,
}

impl ImportState {
    /// Whether the file can be applied (again).
    pub(super) const fn may_be_applied(self) -> bool {
        matches!(self, Self::Uploaded | Self::Checked | Self::Failed)
    }
}

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// Steps done.
    pub done: u64,
    /// All steps; 0 while unknown.
    pub total: u64,
}

/// An import and what it did or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// Which.
    pub id: Uuid,
    /// The file's name.
    pub name: String,
    /// Where it stands.
    #[serde(rename = "status")]
    pub state: ImportState,
    /// Only a look at what would change.
    pub dry_run: bool,
    /// How far it is.
    pub progress: Progress,
    /// What it did or would do.
    #[serde(flatten)]
    pub findings: Findings,
    /// Why the file as a whole could not be imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<RowFault>,
    /// What taking it back did, or why it was not taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone: Option<UndoReport>,
}

/// A first look at an uploaded file.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Look {
    /// The import.
    pub id: Uuid,
    /// The file's name.
    pub name: String,
    /// What it is.
    pub format: Format,
    /// Of a table: columns, sample, how it would be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<Preview>,
}

impl Work {
    /// What came out of a job that this process ran.
    pub(super) fn report(&self) -> ImportReport {
        report(&self.job, &self.input, self.result.clone())
    }
}

fn report(job: &Job, input: &JobInput, result: JobResult) -> ImportReport {
    let bad = result.findings.as_ref().is_some_and(|findings| findings.error_count > 0);
    let state = match job.state {
        JobState::Queued => ImportState::Queued,
        JobState::Running => ImportState::Running,
        JobState::Failed | JobState::Cancelled if input.dry_run && bad => ImportState::Checked,
        JobState::Failed | JobState::Cancelled => ImportState::Failed,
        JobState::Succeeded if input.dry_run => ImportState::Checked,
        JobState::Succeeded => ImportState::Completed,
    };
    ImportReport {
        id: input.import,
        name: input.name.clone(),
        state,
        dry_run: input.dry_run,
        progress: Progress { done: job.progress.done.unsigned_abs(), total: job.progress.total.unsigned_abs() },
        findings: result.findings.unwrap_or_default(),
        failure: result.failure,
        undone: result.undone,
    }
}

impl ImportReport {
    /// What of it this caller may know: the faults of another's rows of pay quote that pay.
    fn seen_by(mut self, caller: &Caller, job: &Job) -> Self {
        if !sees_pay(caller) && !is_own(job, caller) {
            self.findings.without_pay();
        }
        self
    }
}

impl App {
    /// An import: where it stands, and what it did or would do.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn import_status(&self, caller: &Caller, id: Uuid) -> Result<ImportReport, Failure> {
        let jobs = self.import_jobs(caller.workspace).await?;
        let of_import = || jobs.iter().filter(|(_, input)| input.import == id);
        let run = self.import_run(caller, id).await?;
        let Some((job, input)) = of_import().find(|(_, input)| input.undo.is_none()) else {
            if run.is_some() {
                return run.map(|run| of_run(id, run)).ok_or_else(Self::not_found);
            }
            let name = self.file_info(caller.workspace, id).await?.name;
            return Ok(ImportReport { state: ImportState::Uploaded, ..blank(id, name) });
        };
        let result = result_of(job)?;
        let mut found = report(job, input, result).seen_by(caller, job);
        if let Some((job, _)) = of_import().find(|(_, input)| input.undo.is_some()) {
            found.undone = result_of(job)?.undone;
        }
        match run.map(|run| run.status) {
            Some(ImportStatus::Undone) => found.state = ImportState::Undone,
            Some(ImportStatus::Completed) => found.state = ImportState::Completed,
            Some(ImportStatus::Running | ImportStatus::Failed) | None => {}
        }
        Ok(found)
    }

    async fn import_run(&self, caller: &Caller, id: Uuid) -> Result<Option<ImportRun>, Failure> {
        self.store()
            .read(caller.scope(), move |tx| {
                Box::pin(async move {
                    let record = tx.get(Kind::Import, id).await?;
                    record.map(|record| from_record::<ImportRun>(&record).map(|run| run.state)).transpose()
                })
            })
            .await
    }

    /// A file may hold pay, in whatever column. Of those who don't see pay, only who gave it may look into it: who ran
    /// its first job, for until then nobody else knows its id.
    ///
    /// # Errors
    /// `NotYours` when it is somebody else's.
    pub(super) async fn assure_may_look(&self, caller: &Caller, id: Uuid) -> Result<(), Failure> {
        if sees_pay(caller) {
            return Ok(());
        }
        let jobs = self.import_jobs(caller.workspace).await?;
        let own = match jobs.iter().rev().find(|(_, input)| input.import == id) {
            Some((first, _)) => is_own(first, caller),
            None => self.import_run(caller, id).await?.is_none(),
        };
        if own { Ok(()) } else { Err(Refusal::NotYours.into()) }
    }

    /// The imports of a workspace that changed it or are about to, newest first.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn imports(&self, caller: &Caller) -> Result<Vec<ImportReport>, Failure> {
        let jobs = self.import_jobs(caller.workspace).await?;
        let mut found: Vec<ImportReport> = Vec::new();
        for (job, input) in jobs.iter().filter(|(_, input)| input.undo.is_none()) {
            if found.len() < LISTED_MAX as usize && found.iter().all(|known| known.id != input.import) {
                found.push(report(job, input, result_of(job)?).seen_by(caller, job));
            }
        }
        let runs = self
            .store()
            .read(caller.scope(), |tx| {
                Box::pin(async move {
                    let mut query = Query::new(Kind::Import).order(OrderBy::Id).limit(LISTED_MAX);
                    query.descending = true;
                    Ok::<_, Failure>(tx.list(&query).await?)
                })
            })
            .await?;
        for record in runs {
            let run = from_record::<ImportRun>(&record)?.state;
            match found.iter_mut().find(|known| known.id == record.id) {
                Some(known) if run.status == ImportStatus::Undone => known.state = ImportState::Undone,
                Some(_) => {}
                None => found.push(of_run(record.id, run)),
            }
        }
        Ok(found)
    }

    /// Looks at an uploaded file; what `base` says is kept, the rest is suggested.
    ///
    /// # Errors
    /// `NotFound`; `BadRequest` when the file can't be read; `NotYours` when it is another's and may hold pay that the
    /// caller does not see.
    pub async fn look_at_import(&self, caller: &Caller, id: Uuid, base: Mapping) -> Result<Look, Failure> {
        self.assure_may_look(caller, id).await?;
        let name = self.file_info(caller.workspace, id).await?.name;
        let stored = self.fetch_file(caller.workspace, id).await?;
        let (source, file_name) = (stored.source.clone(), name.clone());
        let task = tokio::task::spawn_blocking(move || {
            let format = detect(&source.head()?, &file_name)?;
            let preview = match format {
                Format::Csv | Format::Xlsx => Some(inspect(&source, format, &base)?),
                Format::Mspdi | Format::Ics => None,
            };
            Ok((format, preview))
        });
        let (format, preview) = task.await.map_err(Failure::bug)?.map_err(file_error)?;
        Ok(Look { id, name, format, preview })
    }

    /// The saved mappings of a workspace, by name.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn import_mappings(&self, caller: &Caller) -> Result<Vec<(String, Mapping)>, Failure> {
        let workspace = caller.workspace;
        let saved = self
            .store()
            .read(caller.scope(), move |tx| {
                Box::pin(async move { Ok::<_, Failure>(tx.import_mappings(workspace).await?) })
            })
            .await?;
        saved
            .into_iter()
            .map(|(name, body)| Mapping::from_json(body.as_bytes()).map(|mapping| (name, mapping)).map_err(file_error))
            .collect()
    }

    /// Saves a mapping under a name.
    ///
    /// # Errors
    /// `BadRequest` when the name is blank or too long.
    pub async fn save_import_mapping(&self, caller: &Caller, name: &str, mapping: &Mapping) -> Result<(), Failure> {
        if name.trim().is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
            return Err(Failure::bad_request("bad-name", "a mapping's name has 1 to 100 characters"));
        }
        let (workspace, name, body) = (caller.workspace, name.to_owned(), mapping.to_json());
        self.store()
            .write(Scope::Workspace(workspace), move |tx| {
                let (name, body) = (name.clone(), body.clone());
                Box::pin(async move { Ok(tx.put_import_mapping(workspace, &name, &body).await?) })
            })
            .await
    }

    /// Removes a saved mapping.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn remove_import_mapping(&self, caller: &Caller, name: &str) -> Result<(), Failure> {
        let (workspace, name) = (caller.workspace, name.to_owned());
        self.store()
            .write(Scope::Workspace(workspace), move |tx| {
                let name = name.clone();
                Box::pin(async move {
                    if tx.remove_import_mapping(workspace, &name).await? { Ok(()) } else { Err(Self::not_found()) }
                })
            })
            .await
    }
}

fn result_of(job: &Job) -> Result<JobResult, Failure> {
    let result = job.result.as_deref().map(serde_json::from_str).transpose().map_err(Failure::bug)?;
    Ok(result.unwrap_or_default())
}

fn blank(id: Uuid, name: String) -> ImportReport {
    ImportReport {
        id,
        name,
        state: ImportState::Uploaded,
        dry_run: false,
        progress: Progress::default(),
        findings: Findings::default(),
        failure: None,
        undone: None,
    }
}

fn of_run(id: Uuid, run: ImportRun) -> ImportReport {
    let state = match run.status {
        ImportStatus::Running => ImportState::Running,
        ImportStatus::Completed => ImportState::Completed,
        ImportStatus::Failed => ImportState::Failed,
        ImportStatus::Undone => ImportState::Undone,
    };
    let summary = serde_json::from_value(run.summary).unwrap_or_default();
    ImportReport { state, findings: Findings { summary, ..Findings::default() }, ..blank(id, run.file_name) }
}
