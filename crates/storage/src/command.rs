//! A work on its way through whoever writes: what it answers, and its place in a trace. Both engines run works of many
//! callers in one transaction; only after its commit is any of them answered.

use std::{sync::Arc, time::Instant};

use tokio::sync::oneshot;
use tracing::Span;

use crate::{
    error::StoreError,
    metrics::Meter,
    scope::Scope,
    spans,
    tx::{Ended, Fault},
    work::Work,
};

/// A batch that is not cut in half any more.
const BATCH_MIN: usize = 8;

/// How many commands make a batch. If it took all that are in flight, nobody would be served while the disk is: with half
/// of them the processor goes on with the others during the sync (a fifth more commands a second on two cores, measured).
pub(crate) fn batch_size(in_flight: usize, most: usize) -> usize {
    (in_flight / 2).max(BATCH_MIN).min(most)
}

/// What becomes of one command.
pub(crate) enum Verdict {
    Keep,
    Undo,
    /// Its transaction lost against another one: all of it is to be run anew. No effect on SQLite.
    Retry(StoreError),
    Broken {
        error: StoreError,
        recheck: bool,
    },
}

/// A command of a caller who waits for its answer.
pub(crate) struct Command {
    pub(crate) scope: Scope,
    pub(crate) work: Box<dyn Work>,
    pub(crate) caller: oneshot::Sender<Result<(), StoreError>>,
    /// Why the engine undid the last run.
    pub(crate) undone: Option<StoreError>,
    traced: Option<Traced>,
}

/// The place of a command in a trace that is recorded.
struct Traced {
    engine: &'static str,
    write: Span,
    queued: Instant,
    commit: Span,
    meter: Arc<Meter>,
}

impl Traced {
    fn new(engine: &'static str, meter: &Arc<Meter>) -> Option<Self> {
        let write = spans::write(engine);
        if write.is_none() {
            return None;
        }
        Some(Self { engine, write, queued: Instant::now(), commit: Span::none(), meter: Arc::clone(meter) })
    }

    fn begun(&self) -> Span {
        self.write.record("raally.queue_us", u64::try_from(self.queued.elapsed().as_micros()).unwrap_or(u64::MAX));
        self.write.clone()
    }

    fn committed(&self, outcome: &Result<(), StoreError>) {
        self.commit.record("db.operation.batch.size", self.meter.last_batch());
        if outcome.is_err() {
            self.commit.record("otel.error", "unavailable");
        }
    }
}

impl Command {
    /// A command, and what its caller waits for: that the work's answer stands.
    pub(crate) fn new(
        engine: &'static str,
        scope: Scope,
        work: Box<dyn Work>,
        meter: &Arc<Meter>,
    ) -> (Self, oneshot::Receiver<Result<(), StoreError>>) {
        let (caller, answered) = oneshot::channel();
        (Self { scope, work, caller, undone: None, traced: Traced::new(engine, meter) }, answered)
    }

    /// Whether its caller waits no more.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.caller.is_closed()
    }

    /// The work is about to run, perhaps once more: within this span.
    pub(crate) fn begun(&mut self) -> Span {
        self.undone = None;
        self.traced.as_ref().map_or_else(Span::none, Traced::begun)
    }

    fn undo(&mut self, error: StoreError) -> Verdict {
        self.undone = Some(error);
        Verdict::Undo
    }

    /// The work has run; what follows is the rest of the batch, and the commit.
    pub(crate) fn judge(&mut self, is_ok: bool, ended: Ended) -> Verdict {
        if let Some(traced) = &mut self.traced {
            spans::met(&traced.write, ended.rows);
            traced.commit = traced.write.in_scope(|| spans::commit(traced.engine));
        }
        match ended.fault {
            Some(Fault::Broken { error, recheck }) => {
                self.undone = Some(error.clone());
                Verdict::Broken { error, recheck }
            }
            Some(Fault::Retry(error)) => {
                self.undone = Some(error.clone());
                Verdict::Retry(error)
            }
            Some(Fault::Refused(error)) if is_ok => self.undo(error),
            None if is_ok => {
                ended.when_kept.into_iter().for_each(|then| then());
                Verdict::Keep
            }
            _ => Verdict::Undo,
        }
    }

    /// Tells the caller what has become of it; that the caller is gone changes nothing about what was committed.
    pub(crate) fn reply(self, committed: Result<(), StoreError>) {
        if let Some(traced) = self.traced {
            traced.committed(&committed);
        }
        _ = self.caller.send(committed.and(self.undone.map_or(Ok(()), Err)));
    }
}

#[cfg(test)]
mod tests {
    use super::batch_size;

    #[test]
    fn a_batch_takes_half_of_what_is_in_flight_within_its_limits() {
        assert_eq!(batch_size(0, 512), 8);
        assert_eq!(batch_size(32, 512), 16);
        assert_eq!(batch_size(5_000, 512), 512);
        assert_eq!(batch_size(32, 1), 1, "the configured limit holds, however small");
    }
}
