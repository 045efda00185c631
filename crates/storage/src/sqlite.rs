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

use tokio::sync::watch;
use tracing::Span;

use crate::{
    command::{Command, Verdict},
    config::{Clock, StoreConfig},
    error::StoreError,
    metrics::Meter,
    scope::Scope,
    spans,
    tx::{Conn, Ended, Fault, Tx},
    work::Work,
};
use readers::Readers;
use writer::Writer;

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

impl Command {
    /// Runs the work on a connection that nothing has to be waited for.
    fn run_here(&mut self, connection: &mut rusqlite::Connection, clock: &Clock, batch: u64) -> Verdict {
        let span = self.begun();
        let mut tx = Tx::new(Conn::Sqlite(connection), self.scope, clock, Some(batch));
        let run = complete(&span, self.work.run(&mut tx));
        let ended = tx.end();
        let verdict = self.judge(matches!(run, Ok(true)), ended);
        if let Err(bug) = run {
            self.undone.get_or_insert(bug);
        }
        verdict
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

    /// When it answers `Ok`, what the work answered stands.
    pub(crate) async fn write(&self, scope: Scope, work: Box<dyn Work>) -> Result<(), StoreError> {
        let (command, answered) = Command::new(ENGINE, scope, work, &self.meter);
        self.writer.submit(command).inspect_err(|_| self.meter.refused())?;
        answered.await.unwrap_or_else(|_| Err(StoreError::unavailable("the store is closed")))
    }

    /// Runs on the calling thread: a read of a few rows costs less than a hand-over to another thread. A work of one
    /// statement has its snapshot without a transaction. When it answers `Ok`, what the work answered stands.
    pub(crate) fn read(&self, scope: Scope, one_statement: bool, work: &mut dyn Work) -> Result<(), StoreError> {
        let started = Instant::now();
        let span = spans::read(ENGINE);
        let mut connection = self.readers.take()?;
        if !one_statement {
            statement::control(&connection, "BEGIN DEFERRED").map_err(|fault| fault.error().clone())?;
        }
        let mut tx = Tx::new(Conn::Sqlite(&mut connection), scope, &self.clock, None);
        let run = complete(&span, work.run(&mut tx));
        let Ended { fault, rows, .. } = tx.end();
        spans::met(&span, rows);
        let broken = matches!(fault, Some(Fault::Broken { .. }));
        let ended = if one_statement { Ok(()) } else { statement::control(&connection, "COMMIT") };
        if !broken && ended.is_ok() {
            self.readers.put_back(connection);
        }
        self.meter.read(started.elapsed());
        match (run, fault) {
            (_, Some(Fault::Broken { error, recheck })) => {
                self.writer.suspect(recheck);
                Err(error)
            }
            (Ok(true), Some(fault)) => Err(fault.error().clone()),
            (run, _) => run.map(|_| ()),
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
