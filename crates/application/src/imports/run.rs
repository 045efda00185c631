//! An import from the first look to the last batch.

use std::sync::Arc;

use raally_domain::event::{ImportEvent, ImportOutcome, NewImport};
use raally_domain::model::{Currency, ImportRun, Workspace};
use raally_exchange::{Format, Mapping, detect, inspect};
use raally_storage::{JobState, Tx};
use uuid::Uuid;

use super::load;
use super::missing::{self, Candidates};
use super::pass::{BATCH_RECORDS, Reading, Tally, file_error};
use super::resolve::Resolved;
use super::settle::{NewThing, Settled, Settling, new_things};
use super::summary::{Findings, LISTED_MAX, Missing, Outcome, Part, RowFault, part_of_rows};
use super::work::{LEASE_US, OnProgress, Work, taken_over};
use crate::app::App;
use crate::caller::Caller;
use crate::change::Expect;
use crate::failure::Failure;

/// A suggested mapping that is less sure must be looked at first; as the reader has it.
const CONFIDENCE_MIN: u8 = raally_exchange::read::CONFIDENCE_MIN;
/// Batches between two signs of life in the comparison, which writes nothing.
const BEAT_BATCHES: u64 = 20;

/// What both passes over the records need.
#[derive(Clone)]
struct Pass {
    app: App,
    caller: Caller,
    resolved: Arc<Resolved>,
    may_pay: bool,
    currency: Currency,
    dry: bool,
}

impl Pass {
    fn settling(&self) -> Settling<'_> {
        let mut settling = Settling::new(&self.app, &self.caller, &self.resolved, self.currency);
        settling.dry = self.dry;
        settling.may_pay = self.may_pay;
        settling
    }

    async fn take(&self, tx: &mut Tx<'_>, piece: &Piece) -> Result<Settled, Failure> {
        let mut settling = self.settling();
        match piece {
            Piece::Things(things) => settling.things(tx, things).await?,
            Piece::Records(records) => settling.batch(tx, records).await?,
        }
        Ok(settling.settled)
    }

    async fn compare(&self, piece: Arc<Piece>) -> Result<Settled, Failure> {
        let pass = self.clone();
        let scope = self.caller.scope();
        self.app.store().read_long(scope, move |tx| Box::pin(async move { pass.take(tx, &piece).await })).await
    }
}

/// What is taken over in one transaction.
enum Piece {
    Things(Vec<NewThing>),
    Records(Vec<raally_exchange::Located<raally_exchange::Record>>),
}

impl Piece {
    fn records(&self) -> u64 {
        match self {
            Self::Things(_) => 0,
            Self::Records(records) => u64::try_from(records.len()).unwrap_or(0),
        }
    }
}

/// The pieces of a file: what it names and the workspace lacks, then its records.
struct Pieces {
    things: std::vec::IntoIter<Vec<NewThing>>,
    batches: super::pass::Batches,
}

impl Pieces {
    fn new(reading: &Reading, resolved: &Resolved) -> Self {
        let things: Vec<Vec<NewThing>> = new_things(resolved).chunks(BATCH_RECORDS).map(<[_]>::to_vec).collect();
        Self { things: things.into_iter(), batches: reading.batches() }
    }

    async fn next(&mut self) -> Result<Option<Arc<Piece>>, Failure> {
        if let Some(things) = self.things.next() {
            return Ok(Some(Arc::new(Piece::Things(things))));
        }
        Ok(self.batches.next().await?.map(|records| Arc::new(Piece::Records(records))))
    }
}

impl App {
    /// How the file of a job is read: its format, and the mapping that is in force.
    async fn reading(&self, work: &Work, source: raally_exchange::Source) -> Result<Reading, Failure> {
        let (name, given) = (work.input.name.clone(), work.input.mapping.clone());
        let task = tokio::task::spawn_blocking(move || {
            let format = detect(&source.head()?, &name)?;
            let mapping = match (format, given) {
                (Format::Csv | Format::Xlsx, None) => {
                    let preview = inspect(&source, format, &Mapping::default())?;
                    (preview.confidence >= CONFIDENCE_MIN).then_some(preview.mapping)
                }
                (_, given) => given,
            };
            Ok(Reading { source, format, mapping })
        });
        let reading = task.await.map_err(Failure::bug)?.map_err(file_error)?;
        if reading.format == Format::Ics {
            let sentence = "this is a calendar of holidays; load it into a region with the import of holidays";
            return Err(Failure::bad_request("unsupported-format", sentence));
        }
        Ok(reading)
    }

    /// Runs an import to its end.
    pub(super) async fn run_import(&self, work: &mut Work, progress: &OnProgress<'_>) -> Result<(), Failure> {
        let stored = self.fetch_file(work.job.workspace, work.input.import).await?;
        let reading = self.reading(work, stored.source.clone()).await?;
        let part = part_of_rows(reading.format, reading.mapping.as_ref());
        let (known, currency) = self
            .store()
            .read_long(work.caller.scope(), |tx| {
                Box::pin(async move { Ok::<_, Failure>((load::known(tx).await?, currency(tx).await?)) })
            })
            .await?;
        let (resolved, findings) = reading.resolve(known, part, self.mint()).await?;
        let mut pass = Pass {
            app: self.clone(),
            caller: work.caller.clone(),
            resolved: Arc::new(resolved),
            may_pay: work.input.may_pay,
            currency,
            dry: true,
        };
        if !work.result.applying {
            let findings = self.compare(work, &reading, &pass, findings, progress).await?;
            let bad = findings.error_count > 0;
            work.result.findings = Some(findings);
            if bad || work.input.dry_run {
                return self.finish_import_job(work, if bad { JobState::Failed } else { JobState::Succeeded }).await;
            }
            self.begin(work, stored.sha256).await?;
        }
        pass.dry = false;
        self.apply(work, &reading, &pass, progress).await
    }

    /// The second look: what would change, and what is missing.
    async fn compare(
        &self,
        work: &mut Work,
        reading: &Reading,
        pass: &Pass,
        mut findings: Findings,
        progress: &OnProgress<'_>,
    ) -> Result<Findings, Failure> {
        let mut candidates = self.candidates(work, pass).await?;
        let (mut pieces, mut tally) = (Pieces::new(reading, &pass.resolved), Tally::default());
        tally.summary = std::mem::take(&mut findings.summary);
        let total = pass.resolved.records * if work.input.dry_run { 1 } else { 2 };
        let (mut done, mut batches, mut pay_left_out) = (0, 0_u64, 0);
        while let Some(piece) = pieces.next().await? {
            let settled = pass.compare(Arc::clone(&piece)).await?;
            for (part, id, outcome) in settled.outcomes {
                candidates.remove(&id);
                tally.note(part, id, outcome);
            }
            for (part, fault) in settled.faults {
                findings.error_count += 1;
                let errors = &mut tally.summary.of(part).errors;
                if errors.len() < LISTED_MAX {
                    errors.push(fault);
                }
            }
            pay_left_out += settled.pay_left_out;
            done += piece.records();
            batches += 1;
            if batches.is_multiple_of(BEAT_BATCHES) {
                self.beat(work, (done, total)).await?;
            }
            progress(done, total);
        }
        if pay_left_out > 0 {
            tally.summary.compensations.skipped += pay_left_out;
            let sentence = format!("{pay_left_out} row(s) of pay were left out: you may not set pay");
            findings.warning(RowFault::new(0, "pay-not-allowed", sentence));
        }
        let missing = self.living(work, candidates).await?;
        findings.missing_count = u64::try_from(missing.len()).unwrap_or(u64::MAX);
        if work.input.prune {
            for missing in &missing {
                tally.summary.of(part_of(missing)).removed += 1;
            }
        }
        findings.missing = missing.into_iter().take(LISTED_MAX).collect();
        findings.summary = tally.finish();
        Ok(findings)
    }

    async fn candidates(&self, work: &Work, pass: &Pass) -> Result<Candidates, Failure> {
        let (pass, name) = (pass.clone(), work.input.name.clone());
        self.store()
            .read_long(work.caller.scope(), move |tx| {
                Box::pin(async move { missing::candidates(tx, &pass.caller, &name, &pass.resolved).await })
            })
            .await
    }

    async fn living(&self, work: &Work, candidates: Candidates) -> Result<Vec<Missing>, Failure> {
        self.store()
            .read_long(work.caller.scope(), move |tx| Box::pin(async move { missing::living(tx, &candidates).await }))
            .await
    }

    /// From here on the import is in the log.
    async fn begin(&self, work: &mut Work, file_sha256: String) -> Result<(), Failure> {
        work.result.applying = true;
        let (app, caller, now) = (self.clone(), work.caller.clone(), self.mint().now_us());
        let total = work.job.progress.total.unsigned_abs();
        let (job, import) = (work.row((total / 2, total))?, work.input.import);
        let started = NewImport { file_name: work.input.name.clone(), file_sha256 };
        self.store()
            .write(work.caller.scope(), move |tx| {
                let (app, caller, job, started) = (app.clone(), caller.clone(), job.clone(), started.clone());
                Box::pin(async move {
                    if !tx.heartbeat_job(&job, now, LEASE_US).await? {
                        return Err(taken_over());
                    }
                    let wanted = vec![ImportEvent::Started(started)];
                    app.change::<ImportRun>(tx, &caller, import, Expect::New, wanted).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Takes the file over, in batches.
    async fn apply(
        &self,
        work: &mut Work,
        reading: &Reading,
        pass: &Pass,
        progress: &OnProgress<'_>,
    ) -> Result<(), Failure> {
        let (records, mut done) = (pass.resolved.records, 0);
        let findings = work.result.findings.clone().unwrap_or_default();
        let prune = work.input.prune && findings.missing_count > 0;
        let mut candidates = if prune { self.candidates(work, pass).await? } else { Candidates::default() };
        if findings.summary.changes() > 0 || work.job.attempts > 1 {
            let mut pieces = Pieces::new(reading, &pass.resolved);
            while let Some(piece) = pieces.next().await? {
                let step = piece.records();
                let settled = self.write_piece(work, pass, piece, (records + done, records * 2)).await?;
                for (_, id, outcome) in settled.outcomes {
                    if outcome != Outcome::Created {
                        candidates.remove(&id);
                    }
                }
                done += step;
                progress(records + done, records * 2);
            }
        }
        let missing = if prune { self.living(work, candidates).await? } else { Vec::new() };
        for missing in missing.chunks(BATCH_RECORDS) {
            self.write_prune(work, missing.to_vec()).await?;
        }
        self.complete(work, findings, records * 2).await
    }

    async fn write_piece(
        &self,
        work: &mut Work,
        pass: &Pass,
        piece: Arc<Piece>,
        progress: (u64, u64),
    ) -> Result<Settled, Failure> {
        let (pass, job, now) = (pass.clone(), work.row(progress)?, self.mint().now_us());
        self.store()
            .write(work.caller.scope(), move |tx| {
                let (pass, job, piece) = (pass.clone(), job.clone(), Arc::clone(&piece));
                Box::pin(async move {
                    if !tx.heartbeat_job(&job, now, LEASE_US).await? {
                        return Err(taken_over());
                    }
                    pass.take(tx, &piece).await
                })
            })
            .await
    }

    async fn write_prune(&self, work: &Work, missing: Vec<Missing>) -> Result<(), Failure> {
        let (app, caller) = (self.clone(), work.caller.clone());
        self.store()
            .write(work.caller.scope(), move |tx| {
                let (app, caller, missing) = (app.clone(), caller.clone(), missing.clone());
                Box::pin(async move { missing::prune(&app, tx, &caller, &missing).await })
            })
            .await
    }

    async fn complete(&self, work: &mut Work, findings: Findings, total: u64) -> Result<(), Failure> {
        let summary = serde_json::to_value(&findings.summary).map_err(Failure::bug)?;
        work.job.state = JobState::Succeeded;
        let (job, import) = (work.row((total, total))?, work.input.import);
        let (app, caller, now) = (self.clone(), work.caller.clone(), self.mint().now_us());
        self.store()
            .write(work.caller.scope(), move |tx| {
                let (app, caller, job) = (app.clone(), caller.clone(), job.clone());
                let wanted = vec![ImportEvent::Completed(ImportOutcome { summary: summary.clone() })];
                Box::pin(async move {
                    if !tx.finish_job(&job, now).await? {
                        return Err(taken_over());
                    }
                    app.change::<ImportRun>(tx, &caller, import, Expect::Current, wanted).await?;
                    tx.remove_file(job.workspace, import).await?;
                    Ok(())
                })
            })
            .await
    }
}

async fn currency(tx: &mut Tx<'_>) -> Result<Currency, Failure> {
    let home: Uuid = tx.home().into();
    let record = tx.get(raally_domain::kind::Kind::Workspace, home).await?;
    let settings = record.map(|record| crate::codec::from_record::<Workspace>(&record)).transpose()?;
    Ok(settings.map_or(Currency::EUR, |workspace| workspace.state.settings.currency))
}

const fn part_of(missing: &Missing) -> Part {
    use raally_domain::kind::Kind;
    match missing.kind {
        Kind::Person => Part::People,
        Kind::Project => Part::Projects,
        Kind::TimeOff => Part::TimeOff,
        _ => Part::Assignments,
    }
}
