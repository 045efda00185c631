//! Takes an import back as one: what it made is removed, what it changed gets back what it was. What people changed
//! since is named, and taken back too only when they say so.

use raally_domain::decide::Refusal;
use raally_domain::event::{Envelope, ImportEvent, ImportOutcome};
use raally_domain::kind::Kind;
use raally_domain::model::{
    Assignment, Calendar, Client, ImportRun, ImportStatus, Person, Project, Role, Skill, Team, TimeOff,
};
use raally_storage::{EventQuery, JobState, Tx};
use rustc_hash::{FxHashMap, FxHashSet};
use uuid::Uuid;

use super::jobs::may_pay;
use super::load::each_living;
use super::pass::BATCH_RECORDS;
use super::restore::{Restorable, facts};
use super::summary::{LISTED_MAX, Summary, Touched, UndoReport};
use super::work::{JobInput, LEASE_US, OnProgress, Work, taken_over};
use crate::app::App;
use crate::caller::Caller;
use crate::change::Expect;
use crate::codec::{Indexed, from_parts, from_stored, instant};
use crate::failure::Failure;
use crate::references::{Assured, Referring};
use crate::vault::Opener;

/// Events read at a time.
const PAGE_EVENTS: u32 = 2_000;
/// The order in which objects are taken back: nothing before what refers to it.
const ORDER: [Kind; 9] = [
    Kind::Assignment,
    Kind::TimeOff,
    Kind::Project,
    Kind::Person,
    Kind::Client,
    Kind::Team,
    Kind::Skill,
    Kind::Role,
    Kind::Calendar,
];

/// What an import did to one object.
#[derive(Clone, Copy, Debug)]
struct Mark {
    kind: Kind,
    first_version: i64,
    first_position: i64,
    events: i64,
}

#[derive(Default)]
struct UndoPlan {
    /// In the order in which they are taken back.
    objects: Vec<(Uuid, Mark)>,
    touched: Vec<Touched>,
    touched_count: u64,
    kept: u64,
}

impl App {
    /// Takes an import back. With changes of people since and without `force`, nothing is done and they are listed.
    ///
    /// # Errors
    /// `NotFound` when there is no such import, or it is not completed; `NotYours` when it set pay and the caller may not.
    pub async fn undo_import(&self, caller: &Caller, id: Uuid, force: bool) -> Result<UndoReport, Failure> {
        let run = self.completed_import(caller, id).await?;
        let summary: Summary = serde_json::from_value(run.summary).unwrap_or_default();
        if summary.compensations.changes() > 0 && !may_pay(caller) {
            return Err(Refusal::NotYours.into());
        }
        let name = run.file_name;
        let plan = self.undo_plan(caller, id).await?;
        if plan.touched_count > 0 && !force {
            return Ok(UndoReport {
                touched: plan.touched,
                touched_count: plan.touched_count,
                ..UndoReport::default()
            });
        }
        let input = JobInput {
            import: id,
            name,
            mapping: None,
            dry_run: false,
            prune: false,
            may_pay: true,
            keep_file: true,
            undo: Some(force),
        };
        let job = self.add_import_job(caller, &input, true).await?;
        let mut work = Work::claimed(job, caller)?;
        self.run_job(&mut work, &|_, _| {}).await?;
        Ok(work.result.undone.unwrap_or_default())
    }

    async fn completed_import(&self, caller: &Caller, id: Uuid) -> Result<ImportRun, Failure> {
        self.store()
            .read(caller.scope(), move |tx| {
                Box::pin(async move {
                    let record = tx.get(Kind::Import, id).await?.ok_or_else(Self::not_found)?;
                    let run = crate::codec::from_record::<ImportRun>(&record)?.state;
                    match run.status {
                        ImportStatus::Completed => Ok(run),
                        _ => Err(Failure::bad_request("import-not-completed", "only a completed import can be undone")),
                    }
                })
            })
            .await
    }

    async fn undo_plan(&self, caller: &Caller, id: Uuid) -> Result<UndoPlan, Failure> {
        let caller = caller.clone();
        self.store()
            .read_long(caller.scope(), move |tx| Box::pin(async move { undo_plan(tx, &caller, id).await }))
            .await
    }

    /// Takes back in batches, then says so in the import's stream.
    pub(super) async fn run_undo(
        &self,
        work: &mut Work,
        force: bool,
        progress: &OnProgress<'_>,
    ) -> Result<(), Failure> {
        let report = self.take_back(work, force, progress).await?;
        let summary = serde_json::to_value(&report).map_err(Failure::bug)?;
        let done = report.done;
        work.result.undone = Some(report);
        if !done {
            return self.finish_import_job(work, JobState::Failed).await;
        }
        let wanted = ImportEvent::Undone(ImportOutcome { summary });
        self.end_run(work, JobState::Succeeded, wanted).await
    }

    /// What a failed import did so far is taken back, and the import has failed.
    pub(super) async fn take_back_failed(
        &self,
        work: &mut Work,
        failure: &Failure,
        progress: &OnProgress<'_>,
    ) -> Result<(), Failure> {
        self.take_back(work, true, progress).await?;
        work.result.applying = false;
        let summary = serde_json::json!({"failure": failure.to_string()});
        let (app, caller, import) = (self.clone(), work.caller.clone(), work.input.import);
        self.store()
            .write(work.caller.scope(), move |tx| {
                let (app, caller) = (app.clone(), caller.clone());
                let wanted = vec![ImportEvent::Failed(ImportOutcome { summary: summary.clone() })];
                Box::pin(async move {
                    app.change::<ImportRun>(tx, &caller, import, Expect::Current, wanted).await?;
                    Ok(())
                })
            })
            .await
    }

    async fn end_run(&self, work: &mut Work, state: JobState, event: ImportEvent) -> Result<(), Failure> {
        work.job.state = state;
        let progress = work.job.progress;
        let job = work.row((progress.done.unsigned_abs(), progress.total.unsigned_abs()))?;
        let (app, caller, import, now) = (self.clone(), work.caller.clone(), work.input.import, self.mint().now_us());
        self.store()
            .write(work.caller.scope(), move |tx| {
                let (app, caller, job, wanted) = (app.clone(), caller.clone(), job.clone(), vec![event.clone()]);
                Box::pin(async move {
                    if !tx.finish_job(&job, now).await? {
                        return Err(taken_over());
                    }
                    app.change::<ImportRun>(tx, &caller, import, Expect::Current, wanted).await?;
                    Ok(())
                })
            })
            .await
    }

    async fn take_back(&self, work: &mut Work, force: bool, progress: &OnProgress<'_>) -> Result<UndoReport, Failure> {
        let plan = self.undo_plan(&work.caller, work.input.import).await?;
        let mut report = UndoReport {
            touched: plan.touched,
            touched_count: plan.touched_count,
            kept: plan.kept,
            ..UndoReport::default()
        };
        if plan.touched_count > 0 && !force {
            return Ok(report);
        }
        let total = u64::try_from(plan.objects.len()).unwrap_or(u64::MAX);
        let mut done = 0;
        for batch in plan.objects.chunks(BATCH_RECORDS) {
            let (app, caller, batch) = (self.clone(), work.caller.clone(), batch.to_vec());
            done += u64::try_from(batch.len()).unwrap_or(0);
            let (job, now) = (work.row((done, total))?, self.mint().now_us());
            let (removed, restored) = self
                .store()
                .write(work.caller.scope(), move |tx| {
                    let (app, caller, job, batch) = (app.clone(), caller.clone(), job.clone(), batch.clone());
                    Box::pin(async move {
                        if !tx.heartbeat_job(&job, now, LEASE_US).await? {
                            return Err(taken_over());
                        }
                        app.take_back_batch(tx, &caller, &batch).await
                    })
                })
                .await?;
            report.removed += removed;
            report.restored += restored;
            progress(done, total);
        }
        report.done = true;
        Ok(report)
    }

    async fn take_back_batch(
        &self,
        tx: &mut Tx<'_>,
        caller: &Caller,
        batch: &[(Uuid, Mark)],
    ) -> Result<(u64, u64), Failure> {
        let needs_past = batch.iter().any(|(_, mark)| mark.first_version > 1);
        let opener = if needs_past { Some(self.vault().opener(tx, caller.workspace).await?) } else { None };
        let (mut removed, mut restored) = (0, 0);
        for (id, mark) in batch {
            let past = Past { opener: opener.as_ref().filter(|_| mark.first_version > 1), before: mark.first_position };
            let changed = match mark.kind {
                Kind::Assignment => self.back::<Assignment>(tx, caller, *id, past).await?,
                Kind::TimeOff => self.back::<TimeOff>(tx, caller, *id, past).await?,
                Kind::Project => self.back::<Project>(tx, caller, *id, past).await?,
                Kind::Person => self.back::<Person>(tx, caller, *id, past).await?,
                Kind::Client => self.back::<Client>(tx, caller, *id, past).await?,
                Kind::Team => self.back::<Team>(tx, caller, *id, past).await?,
                Kind::Skill => self.back::<Skill>(tx, caller, *id, past).await?,
                Kind::Role => self.back::<Role>(tx, caller, *id, past).await?,
                Kind::Calendar => self.back::<Calendar>(tx, caller, *id, past).await?,
                _ => false,
            };
            let count = if mark.first_version == 1 { &mut removed } else { &mut restored };
            *count += u64::from(changed);
        }
        Ok((removed, restored))
    }

    async fn back<A: Restorable + Indexed + Referring>(
        &self,
        tx: &mut Tx<'_>,
        caller: &Caller,
        id: Uuid,
        past: Past<'_>,
    ) -> Result<bool, Failure> {
        let Some(now) = self.load::<A>(tx, id).await? else { return Ok(false) };
        let then = match past.opener {
            Some(opener) => state_before::<A>(tx, caller, id, opener, past.before).await?,
            None => None,
        };
        let wanted = facts(&now, then.as_ref());
        if wanted.is_empty() {
            return Ok(false);
        }
        Ok(self.change_from::<A>(tx, caller, id, Some(now), wanted, Assured::default()).await?.recorded)
    }
}

#[derive(Clone, Copy)]
struct Past<'o> {
    /// None when the object was not there before.
    opener: Option<&'o Opener>,
    /// The import's first event of the object.
    before: i64,
}

/// An object as it was before a position of the log.
async fn state_before<A: Indexed>(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: Uuid,
    opener: &Opener,
    position: i64,
) -> Result<Option<Envelope<A>>, Failure> {
    let mut query = EventQuery::after(caller.workspace, 0, PAGE_EVENTS);
    query.kind = Some(A::KIND);
    query.stream = Some(id);
    query.to_position = Some(position - 1);
    let mut state = None;
    loop {
        let events = tx.events(&query).await?;
        let Some(last) = events.last() else { return Ok(state) };
        query.after_position = last.position;
        for event in &events {
            let fact = from_stored::<A>(event, opener.open(event)?)?;
            state = Envelope::after(state, id, &fact, instant(event.recorded_at));
        }
    }
}

async fn undo_plan(tx: &mut Tx<'_>, caller: &Caller, import: Uuid) -> Result<UndoPlan, Failure> {
    let marks = marks(tx, caller, import).await?;
    let used = used_by_others(tx, &marks).await?;
    let mut plan = UndoPlan::default();
    let mut objects: Vec<(Uuid, Mark)> = marks.into_iter().collect();
    let place = |kind: Kind| ORDER.iter().position(|known| *known == kind).unwrap_or(ORDER.len());
    objects.sort_unstable_by_key(|(id, mark)| (place(mark.kind), *id));
    for (id, mark) in objects {
        let Some(record) = tx.get(mark.kind, id).await? else { continue };
        let changed = record.version - mark.first_version + 1 != mark.events;
        let in_use = mark.first_version == 1 && used.contains(&id);
        if changed || in_use {
            plan.touched_count += 1;
            if plan.touched.len() < LISTED_MAX {
                let why = if changed { "changed" } else { "in-use" };
                let name = record.sort_key.clone();
                plan.touched.push(Touched { kind: mark.kind, id, name, why: why.to_owned() });
            }
        }
        if in_use {
            plan.kept += 1;
        } else {
            plan.objects.push((id, mark));
        }
    }
    Ok(plan)
}

/// What an import did, by object. What was taken back already counts as the import's own.
async fn marks(tx: &mut Tx<'_>, caller: &Caller, import: Uuid) -> Result<FxHashMap<Uuid, Mark>, Failure> {
    let mut marks: FxHashMap<Uuid, Mark> = FxHashMap::default();
    let mut query = EventQuery::after(caller.workspace, 0, PAGE_EVENTS);
    query.import = Some(import);
    loop {
        let events = tx.events(&query).await?;
        let Some(last) = events.last() else { return Ok(marks) };
        query.after_position = last.position;
        for event in events.iter().filter(|event| event.kind != Kind::Import) {
            let mark = marks.entry(event.stream_id).or_insert(Mark {
                kind: event.kind,
                first_version: event.version,
                first_position: event.position,
                events: 0,
            });
            mark.events += 1;
        }
    }
}

/// Objects that living objects which the import did not touch refer to.
async fn used_by_others(tx: &mut Tx<'_>, marks: &FxHashMap<Uuid, Mark>) -> Result<FxHashSet<Uuid>, Failure> {
    let mut used = FxHashSet::default();
    macro_rules! note {
        ($state:ty, $kind:ident) => {
            each_living(tx, Kind::$kind, |row| {
                if !marks.contains_key(&row.id) {
                    let found = from_parts::<$state>(row.body, row.money)?;
                    used.extend(found.state.references().into_iter().map(|(_, _, id)| id));
                    used.extend(<$state>::references_of_money(&found.money).into_iter().map(|(_, _, id)| id));
                }
                Ok(())
            })
            .await?;
        };
    }
    note!(Assignment, Assignment);
    note!(TimeOff, TimeOff);
    note!(Project, Project);
    note!(Person, Person);
    Ok(used)
}
