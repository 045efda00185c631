//! A work on its way through whoever writes: what it answers, and its place in a trace. Both engines run works of many
//! callers in one transaction; only after its commit is any of them answered.

use std::{sync::Arc, time::Instant};

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;
use tracing::Span;

use crate::{
    error::StoreError,
    metrics::Meter,
    scope::Scope,
    spans,
    tx::{Ended, Fault, Tx},
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
pub(crate) struct Command<T, E, F> {
    pub(crate) scope: Scope,
    pub(crate) work: F,
    pub(crate) answer: Option<oneshot::Sender<Result<T, E>>>,
    outcome: Option<Result<T, E>>,
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

impl<T, E, F> Command<T, E, F>
where
    F: for<'t, 'c> Fn(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    E: From<StoreError> + Send + 'static,
    T: Send + 'static,
{
    pub(crate) fn new(
        engine: &'static str,
        scope: Scope,
        work: F,
        meter: &Arc<Meter>,
    ) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (answer, answered) = oneshot::channel();
        let command = Self { scope, work, outcome: None, answer: Some(answer), traced: Traced::new(engine, meter) };
        (command, answered)
    }

    /// The work is about to run, perhaps once more: within this span.
    pub(crate) fn begun(&mut self) -> Span {
        // What came of an earlier run is undone; a work that panics now must not be answered with it.
        self.outcome = None;
        self.traced.as_ref().map_or_else(Span::none, Traced::begun)
    }

    /// The work has run; what follows is the rest of the batch, and the commit.
    pub(crate) fn judge(&mut self, result: Result<T, E>, ended: Ended) -> Verdict {
        if let Some(traced) = &mut self.traced {
            spans::met(&traced.write, ended.rows);
            traced.commit = traced.write.in_scope(|| spans::commit(traced.engine));
        }
        let (outcome, verdict) = match (result, ended.fault) {
            (_, Some(Fault::Broken { error, recheck })) => {
                (Err(error.clone().into()), Verdict::Broken { error, recheck })
            }
            (_, Some(Fault::Retry(error))) => (Err(error.clone().into()), Verdict::Retry(error)),
            (Ok(_), Some(Fault::Refused(error))) => (Err(error.into()), Verdict::Undo),
            (Ok(value), None) => {
                ended.when_kept.into_iter().for_each(|then| then());
                (Ok(value), Verdict::Keep)
            }
            (Err(refusal), _) => (Err(refusal), Verdict::Undo),
        };
        self.outcome = Some(outcome);
        verdict
    }

    /// Tells the caller what has become of it; that the caller is gone changes nothing about what was committed.
    pub(crate) fn reply(mut self, committed: Result<(), StoreError>) {
        if let Some(traced) = self.traced.take() {
            traced.committed(&committed);
        }
        let outcome = match (committed, self.outcome.take()) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(StoreError::bug("the work panicked").into()),
            (Err(error), _) => Err(error.into()),
        };
        if let Some(answer) = self.answer.take() {
            _ = answer.send(outcome);
        }
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
