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

use tokio::sync::watch;
use tracing::{Instrument, Span};

use crate::{
    config::{Clock, StoreConfig},
    error::StoreError,
    metrics::Meter,
    scope::Scope,
    spans,
    tx::{Conn, Ended, Fault, Tx},
    work::Work,
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

    /// When it answers `Ok`, what the work answered stands.
    pub(crate) async fn write(&self, scope: Scope, mut work: Box<dyn Work>) -> Result<(), StoreError> {
        match scope {
            Scope::Workspace(workspace) => self.lanes.write(workspace, work).await,
            Scope::Platform => self.write_alone(scope, work.as_mut()).await,
        }
    }

    async fn write_alone(&self, scope: Scope, work: &mut dyn Work) -> Result<(), StoreError> {
        let span = spans::write(ENGINE);
        let mut attempt = 1;
        loop {
            match self.attempt(scope, work, &span).await {
                Ok(is_kept) => {
                    span.record("raally.attempts", u64::from(attempt));
                    if is_kept {
                        self.changes.committed();
                    }
                    return Ok(());
                }
                Err(Fault::Retry(error)) if attempt >= self.attempts_max => {
                    return Err(StoreError::overloaded(format!("gave up after {attempt} attempts: {error}")));
                }
                Err(Fault::Retry(_)) => {
                    self.meter.retry();
                    tokio::time::sleep(backoff(attempt)).await;
                    attempt += 1;
                }
                Err(Fault::Refused(error) | Fault::Broken { error, .. }) => return Err(error),
            }
        }
    }

    /// One run; whether what it wrote is kept.
    async fn attempt(&self, scope: Scope, work: &mut dyn Work, span: &Span) -> Result<bool, Fault> {
        let mut session = self.connections.begin(scope).await.map_err(Fault::Refused)?;
        let mut tx = Tx::new(Conn::Postgres(&mut session), scope, &self.clock, None);
        let is_ok = work.run(&mut tx).instrument(span.clone()).await;
        if is_ok {
            // What goes wrong is noted as the transaction's fault.
            _ = tx.flush().await;
        }
        let Ended { fault, rows, when_kept } = tx.end();
        spans::met(span, rows);
        match fault {
            Some(fault @ Fault::Broken { .. }) => Err(fault),
            Some(fault) if is_ok || matches!(fault, Fault::Retry(_)) => {
                session.rollback().await;
                Err(fault)
            }
            None if is_ok => {
                session.commit().instrument(span.in_scope(|| spans::commit(ENGINE))).await?;
                when_kept.into_iter().for_each(|then| then());
                Ok(true)
            }
            _ => {
                session.rollback().await;
                Ok(false)
            }
        }
    }

    /// `one_statement`: the work's statement is its own snapshot and needs no transaction. When it answers `Ok`, what the
    /// work answered stands.
    pub(crate) async fn read(&self, scope: Scope, one_statement: bool, work: &mut dyn Work) -> Result<(), StoreError> {
        let started = std::time::Instant::now();
        let span = spans::read(ENGINE);
        let reading = if one_statement { Reading::One } else { Reading::Snapshot };
        let mut session = self.connections.reading(scope, reading).await?;
        let mut tx = Tx::new(Conn::Postgres(&mut session), scope, &self.clock, None);
        let is_ok = work.run(&mut tx).instrument(span.clone()).await;
        let Ended { fault, rows, .. } = tx.end();
        spans::met(&span, rows);
        if !matches!(fault, Some(Fault::Broken { .. })) {
            session.end();
        }
        self.meter.read(started.elapsed());
        fault.filter(|_| is_ok).map_or(Ok(()), |fault| Err(fault.error().clone()))
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
