//! The PostgreSQL engine: works on pooled connections that run as a role which neither owns the tables nor bypasses
//! row-level security. What writes to a workspace goes through its lane, all else has a transaction of its own.

pub(crate) mod changes;
pub(crate) mod connect;
mod connections;
pub(crate) mod fault;
mod lanes;
pub(crate) mod session;
pub(crate) mod tls;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tracing::{Instrument, Span};

use crate::{
    config::{Clock, StoreConfig},
    error::StoreError,
    metrics::Meter,
    scope::Scope,
    spans,
    tx::{Conn, Ended, Fault, Tx},
};
use changes::Changes;
use connect::Server;
use connections::Connections;
use lanes::{Lanes, backoff};
use session::Reading;

/// The role that every pooled connection takes on. The migration makes it.
pub(crate) const APP_ROLE: &str = "raally_app";

/// The name of this engine in traces. Source: OpenTelemetry semantic conventions, `db.system.name`.
pub(crate) const ENGINE: &str = "postgresql";

/// The PostgreSQL engine of one store.
pub(crate) struct Postgres {
    pub(crate) server: Server,
    connections: Connections,
    lanes: Lanes,
    clock: Clock,
    meter: Arc<Meter>,
    attempts_max: u32,
    changes: Arc<Changes>,
}

impl Postgres {
    pub(crate) fn open(
        config: &StoreConfig,
        url: &str,
        meter: Arc<Meter>,
    ) -> Result<(Self, watch::Receiver<u64>), StoreError> {
        let server = Server::parse(url, config)?;
        let connections = Connections::new(server.pool(config)?, Arc::clone(&meter));
        let (changes, receiver) = Changes::start(server.clone());
        let changes = Arc::new(changes);
        let lanes = Lanes::new(config, connections.clone(), Arc::clone(&changes), Arc::clone(&meter));
        let clock = Arc::clone(&config.clock);
        let attempts_max = config.attempts_max.max(1);
        Ok((Self { server, connections, lanes, clock, meter, attempts_max, changes }, receiver))
    }

    pub(crate) async fn write<T, E, F>(&self, scope: Scope, work: F) -> Result<T, E>
    where
        F: for<'t, 'c> Fn(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
        E: From<StoreError> + Send + 'static,
        T: Send + 'static,
    {
        match scope {
            Scope::Workspace(workspace) => self.lanes.write(workspace, work).await,
            Scope::Platform => self.write_alone(scope, &work).await,
        }
    }

    async fn write_alone<T, E, F>(&self, scope: Scope, work: &F) -> Result<T, E>
    where
        F: for<'t, 'c> Fn(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + Sync,
        E: From<StoreError> + Send,
        T: Send,
    {
        let span = spans::write(ENGINE);
        let mut attempt = 1;
        loop {
            match self.attempt(scope, work, &span).await? {
                Ok(outcome) => {
                    span.record("raally.attempts", u64::from(attempt));
                    if outcome.is_ok() {
                        self.changes.committed();
                    }
                    return outcome;
                }
                Err(error) if attempt >= self.attempts_max => {
                    return Err(StoreError::overloaded(format!("gave up after {attempt} attempts: {error}")).into());
                }
                Err(_) => {
                    self.meter.retry();
                    tokio::time::sleep(backoff(attempt)).await;
                    attempt += 1;
                }
            }
        }
    }

    /// One run. The inner error asks for another one.
    async fn attempt<T, E, F>(&self, scope: Scope, work: &F, span: &Span) -> Result<Result<Result<T, E>, StoreError>, E>
    where
        F: for<'t, 'c> Fn(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + Sync,
        E: From<StoreError> + Send,
        T: Send,
    {
        let mut session = self.connections.begin(scope).await?;
        let mut tx = Tx::new(Conn::Postgres(&mut session), scope, &self.clock, None);
        let result = work(&mut tx).instrument(span.clone()).await;
        if result.is_ok() {
            // What goes wrong is noted as the transaction's fault.
            _ = tx.flush().await;
        }
        let Ended { fault, rows, when_kept } = tx.end();
        spans::met(span, rows);
        match (result, fault) {
            (_, Some(Fault::Retry(error))) => {
                session.rollback().await;
                Ok(Err(error))
            }
            (_, Some(Fault::Broken { error, .. })) => Err(error.into()),
            (Ok(_), Some(Fault::Refused(error))) => {
                session.rollback().await;
                Err(error.into())
            }
            (Err(refusal), _) => {
                session.rollback().await;
                Ok(Ok(Err(refusal)))
            }
            (Ok(value), None) => match session.commit().instrument(span.in_scope(|| spans::commit(ENGINE))).await {
                Ok(()) => {
                    when_kept.into_iter().for_each(|then| then());
                    Ok(Ok(Ok(value)))
                }
                Err(Fault::Retry(error)) => Ok(Err(error)),
                Err(fault) => Err(fault.error().clone().into()),
            },
        }
    }

    /// `one_statement`: the work's statement is its own snapshot and needs no transaction.
    pub(crate) async fn read<T, E, F>(&self, scope: Scope, one_statement: bool, work: F) -> Result<T, E>
    where
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>>,
        E: From<StoreError>,
    {
        let started = std::time::Instant::now();
        let span = spans::read(ENGINE);
        let reading = if one_statement { Reading::One } else { Reading::Snapshot };
        let mut session = self.connections.reading(scope, reading).await?;
        let mut tx = Tx::new(Conn::Postgres(&mut session), scope, &self.clock, None);
        let result = work(&mut tx).instrument(span.clone()).await;
        let Ended { fault, rows, .. } = tx.end();
        spans::met(&span, rows);
        if !matches!(fault, Some(Fault::Broken { .. })) {
            session.end();
        }
        self.meter.read(started.elapsed());
        match (result, fault) {
            (Ok(_), Some(fault)) => Err(fault.error().clone().into()),
            (result, _) => result,
        }
    }

    pub(crate) async fn healthy(&self) -> Result<(), StoreError> {
        self.connections.begin(Scope::Platform).await?.rollback().await;
        Ok(())
    }

    /// Works and calls that wait, and connections in use.
    pub(crate) fn load(&self) -> (usize, usize) {
        let (waiting, in_use) = self.connections.state();
        (waiting + self.lanes.depth(), in_use)
    }

    pub(crate) async fn close(&self) {
        self.lanes.close().await;
        self.changes.stop();
        self.connections.close();
    }
}
