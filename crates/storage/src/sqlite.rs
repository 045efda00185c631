//! The embedded engine: one writer thread with group commit, many readers, several processes on one file.

pub(crate) mod backup;
pub(crate) mod connection;
pub(crate) mod fault;
pub(crate) mod readers;
pub(crate) mod ship;
pub(crate) mod statement;
pub(crate) mod writer;

use std::{
    future::Future,
    path::PathBuf,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Instant,
};

use futures_util::future::BoxFuture;
use tokio::sync::{oneshot, watch};
use tracing::Span;

use crate::{
    config::{Clock, StoreConfig},
    error::StoreError,
    metrics::Meter,
    scope::Scope,
    spans,
    tx::{Conn, Fault, Rows, Tx},
};
use readers::Readers;
use writer::{Verdict, Work, Writer};

/// The SQLite engine of one store.
pub(crate) struct Sqlite {
    pub(crate) path: PathBuf,
    clock: Clock,
    readers: Arc<Readers>,
    writer: Writer,
    meter: Arc<Meter>,
}

/// Completes a future that never waits.
fn complete<T>(span: &Span, future: impl Future<Output = T>) -> Result<T, StoreError> {
    let _within = span.enter();
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => Err(StoreError::bug("a work awaited something that isn't the transaction")),
    }
}

/// The name of this engine in traces.
pub(crate) const ENGINE: &str = "sqlite";

struct Command<T, E, F> {
    scope: Scope,
    work: F,
    outcome: Option<Result<T, E>>,
    answer: Option<oneshot::Sender<Result<T, E>>>,
    traced: Option<Traced>,
}

/// The place of a command in a trace that is recorded.
struct Traced {
    write: Span,
    queued: Instant,
    commit: Span,
    meter: Arc<Meter>,
}

impl Traced {
    fn new(meter: &Arc<Meter>) -> Option<Self> {
        let write = spans::write(ENGINE);
        if write.is_none() {
            return None;
        }
        Some(Self { write, queued: Instant::now(), commit: Span::none(), meter: Arc::clone(meter) })
    }

    fn begun(&self) -> Span {
        self.write.record("raally.queue_us", u64::try_from(self.queued.elapsed().as_micros()).unwrap_or(u64::MAX));
        self.write.clone()
    }

    /// The work has run; what follows is the rest of the batch, and the commit.
    fn worked(&mut self, rows: Rows) {
        spans::met(&self.write, rows);
        self.commit = self.write.in_scope(|| spans::commit(ENGINE));
    }

    fn committed(&self, outcome: &Result<(), StoreError>) {
        self.commit.record("db.operation.batch.size", self.meter.last_batch());
        if outcome.is_err() {
            self.commit.record("otel.error", "unavailable");
        }
    }
}

impl<T, E, F> Work for Command<T, E, F>
where
    F: for<'t, 'c> Fn(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    E: From<StoreError> + Send + 'static,
    T: Send + 'static,
{
    fn run(&mut self, connection: &mut rusqlite::Connection, clock: &Clock) -> Verdict {
        let span = self.traced.as_ref().map_or_else(Span::none, Traced::begun);
        let mut tx = Tx::new(Conn::Sqlite(connection), self.scope, clock);
        let result = complete(&span, (self.work)(&mut tx));
        if let Some(traced) = &mut self.traced {
            traced.worked(tx.rows_met());
        }
        let fault = tx.take_fault();
        let when_kept = tx.take_when_kept();
        let (outcome, verdict) = match (result, fault) {
            (_, Some(Fault::Broken { error, recheck })) => {
                (Err(error.clone().into()), Verdict::Broken { error, recheck })
            }
            (Ok(Ok(_)), Some(fault)) => (Err(fault.error().clone().into()), Verdict::Undo),
            (Ok(Ok(value)), None) => {
                when_kept.into_iter().for_each(|then| then());
                (Ok(value), Verdict::Keep)
            }
            (Ok(Err(refusal)), _) => (Err(refusal), Verdict::Undo),
            (Err(bug), _) => (Err(bug.into()), Verdict::Undo),
        };
        self.outcome = Some(outcome);
        verdict
    }

    fn answer(mut self: Box<Self>, committed: Result<(), StoreError>) {
        if let Some(traced) = self.traced.take() {
            traced.committed(&committed);
        }
        let outcome = match (committed, self.outcome.take()) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(StoreError::bug("the work panicked").into()),
            (Err(error), _) => Err(error.into()),
        };
        if let Some(answer) = self.answer.take() {
            // The caller may be gone; what was committed stays.
            _ = answer.send(outcome);
        }
    }
}

impl Sqlite {
    pub(crate) fn open(
        config: &StoreConfig,
        path: PathBuf,
        meter: Arc<Meter>,
    ) -> Result<(Self, watch::Receiver<u64>), StoreError> {
        let settings = Arc::new(connection::Settings::new(config, path.clone()));
        let readers = Arc::new(Readers::new(Arc::clone(&settings)));
        let (writer, changes) = Writer::start(config, settings, Arc::clone(&readers), Arc::clone(&meter))?;
        Ok((Self { path, clock: Arc::clone(&config.clock), readers, writer, meter }, changes))
    }

    pub(crate) async fn write<T, E, F>(&self, scope: Scope, work: F) -> Result<T, E>
    where
        F: for<'t, 'c> Fn(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
        E: From<StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let traced = Traced::new(&self.meter);
        let command = Command { scope, work, outcome: None, answer: Some(answer), traced };
        if let Err(error) = self.writer.submit(Box::new(command)) {
            self.meter.refused();
            return Err(error.into());
        }
        match answered.await {
            Ok(outcome) => outcome,
            Err(_) => Err(StoreError::unavailable("the store is closed").into()),
        }
    }

    /// Runs on the calling thread: a read of a few rows costs less than a hand-over to another thread. A work of one
    /// statement has its snapshot without a transaction.
    pub(crate) fn read<T, E, F>(&self, scope: Scope, one_statement: bool, work: F) -> Result<T, E>
    where
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>>,
        E: From<StoreError>,
    {
        let started = Instant::now();
        let span = spans::read(ENGINE);
        let mut connection = self.readers.take()?;
        if !one_statement {
            statement::control(&connection, "BEGIN DEFERRED").map_err(|fault| fault.error().clone())?;
        }
        let mut tx = Tx::new(Conn::Sqlite(&mut connection), scope, &self.clock);
        let result = complete(&span, work(&mut tx));
        spans::met(&span, tx.rows_met());
        let fault = tx.take_fault();
        let broken = matches!(fault, Some(Fault::Broken { .. }));
        let ended = if one_statement { Ok(()) } else { statement::control(&connection, "COMMIT") };
        if !broken && ended.is_ok() {
            self.readers.put_back(connection);
        }
        self.meter.read(started.elapsed());
        match (result, fault) {
            (_, Some(Fault::Broken { error, recheck })) => {
                self.writer.suspect(recheck);
                Err(error.into())
            }
            (Ok(Ok(_)), Some(fault)) => Err(fault.error().clone().into()),
            (Ok(result), _) => result,
            (Err(bug), _) => Err(bug.into()),
        }
    }

    pub(crate) fn healthy(&self) -> Result<(), StoreError> {
        self.writer.healthy()
    }

    pub(crate) fn queue_depth(&self) -> usize {
        self.writer.depth()
    }

    pub(crate) fn readers_in_use(&self) -> usize {
        self.readers.in_use()
    }

    pub(crate) async fn close(&self) {
        self.writer.close().await;
    }
}
