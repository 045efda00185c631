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
};
use readers::Readers;
use writer::{Work, Writer};

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

impl<T, E, F> Work for Command<T, E, F>
where
    F: for<'t, 'c> Fn(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    E: From<StoreError> + Send + 'static,
    T: Send + 'static,
{
    fn run(&mut self, connection: &mut rusqlite::Connection, clock: &Clock, batch: u64) -> Verdict {
        let mut tx = Tx::new(Conn::Sqlite(connection), self.scope, clock, Some(batch));
        let result = complete(&self.begun(), (self.work)(&mut tx));
        let ended = tx.end();
        self.judge(result.unwrap_or_else(|bug| Err(bug.into())), ended)
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        self.reply(committed);
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
        let (command, answered) = Command::new(ENGINE, scope, work, &self.meter);
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
        let mut tx = Tx::new(Conn::Sqlite(&mut connection), scope, &self.clock, None);
        let result = complete(&span, work(&mut tx));
        let Ended { fault, rows, .. } = tx.end();
        spans::met(&span, rows);
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
