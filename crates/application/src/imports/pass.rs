//! Goes through a file: on a thread of its own, giving batches to whoever takes them.

use std::ops::ControlFlow;

use raally_exchange::{FileError, Format, Located, Mapping, ReadOptions, Record, Source, read};
use rustc_hash::FxHashMap;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::known::Known;
use super::resolve::{Resolved, Resolver};
use super::summary::{Findings, Outcome, Part, Summary};
use crate::failure::Failure;
use crate::mint::Mint;

/// Records of one transaction; other writers come through between two.
pub(crate) const BATCH_RECORDS: usize = 200;
/// Batches that wait to be taken.
const WAITING_BATCHES: usize = 2;

/// A file and how it is read.
#[derive(Clone)]
pub(crate) struct Reading {
    pub source: Source,
    pub format: Format,
    pub mapping: Option<Mapping>,
}

pub(crate) fn file_error(error: FileError) -> Failure {
    Failure::bad_request(error.code, error.message)
}

impl Reading {
    fn options(&self) -> ReadOptions {
        ReadOptions { mapping: self.mapping.clone(), holidays: None }
    }

    /// The first look: resolves every key and finds every bad row.
    ///
    /// # Errors
    /// `BadRequest` when the file as a whole can't be read.
    pub async fn resolve(&self, known: Known, part: Part, mint: &Mint) -> Result<(Resolved, Findings), Failure> {
        let (reading, mint) = (self.clone(), mint.clone());
        let task = tokio::task::spawn_blocking(move || {
            let mut resolver = Resolver::new(known, part, &mint);
            read(&reading.source, reading.format, &reading.options(), &mut |item| {
                resolver.take(item);
                ControlFlow::Continue(())
            })?;
            Ok(resolver.finish())
        });
        task.await.map_err(Failure::bug)?.map_err(file_error)
    }

    /// The records in batches; rows with errors are left out. Dropping it ends the reading.
    pub fn batches(&self) -> Batches {
        let (reading, (sender, receiver)) = (self.clone(), channel(WAITING_BATCHES));
        let task = tokio::task::spawn_blocking(move || {
            let mut batch = Vec::with_capacity(BATCH_RECORDS);
            read(&reading.source, reading.format, &reading.options(), &mut |item| {
                if let Ok(located) = item {
                    batch.push(located);
                }
                if batch.len() < BATCH_RECORDS {
                    return ControlFlow::Continue(());
                }
                match sender.blocking_send(std::mem::take(&mut batch)) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            })?;
            if !batch.is_empty() {
                // Nobody takes it any more if this fails.
                let _ = sender.blocking_send(batch);
            }
            Ok(())
        });
        Batches { receiver, task }
    }
}

/// See [`Reading::batches`].
pub(crate) struct Batches {
    receiver: Receiver<Vec<Located<Record>>>,
    task: JoinHandle<Result<(), FileError>>,
}

impl Batches {
    /// The next batch; none at the end.
    ///
    /// # Errors
    /// `BadRequest` when the file can't be read to its end.
    pub async fn next(&mut self) -> Result<Option<Vec<Located<Record>>>, Failure> {
        if let Some(batch) = self.receiver.recv().await {
            return Ok(Some(batch));
        }
        (&mut self.task).await.map_err(Failure::bug)?.map_err(file_error)?;
        Ok(None)
    }
}

/// Counts each object once, though a file may say something about it in several rows.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    several: FxHashMap<(Part, Uuid), Outcome>,
    pub summary: Summary,
}

impl Part {
    const fn comes_again(self) -> bool {
        matches!(self, Self::People | Self::Projects | Self::Calendars)
    }
}

impl Tally {
    pub fn note(&mut self, part: Part, id: Uuid, outcome: Outcome) {
        if !part.comes_again() {
            self.summary.note(part, outcome);
            return;
        }
        let known = self.several.entry((part, id)).or_insert(outcome);
        if *known == Outcome::Unchanged {
            *known = outcome;
        }
    }

    pub fn finish(mut self) -> Summary {
        for ((part, _), outcome) in self.several {
            self.summary.note(part, outcome);
        }
        self.summary
    }
}
