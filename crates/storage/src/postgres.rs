//! The PostgreSQL engine: one transaction per work on a pooled connection that runs as a role which neither owns the
//! tables nor bypasses row-level security.

pub(crate) mod changes;
pub(crate) mod connect;
pub(crate) mod fault;
pub(crate) mod session;
pub(crate) mod tls;

use std::{sync::Arc, time::Duration};

use deadpool_postgres::Pool;
use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tracing::{Instrument, Span};

use crate::{
    config::{Clock, StoreConfig},
    error::StoreError,
    metrics::Meter,
    scope::Scope,
    spans,
    tx::{Conn, Fault, Tx},
};
use changes::Changes;
use connect::Server;
use session::{Access, Session};

/// The role that every pooled connection takes on. The migration makes it.
pub(crate) const APP_ROLE: &str = "raally_app";

/// The name of this engine in traces. Source: OpenTelemetry semantic conventions, `db.system.name`.
pub(crate) const ENGINE: &str = "postgresql";

/// The PostgreSQL engine of one store.
pub(crate) struct Postgres {
    pub(crate) server: Server,
    pool: Pool,
    clock: Clock,
    meter: Arc<Meter>,
    attempts_max: u32,
    changes: Changes,
}

impl Postgres {
    pub(crate) fn open(
        config: &StoreConfig,
        url: &str,
        meter: Arc<Meter>,
    ) -> Result<(Self, watch::Receiver<u64>), StoreError> {
        let server = Server::parse(url, config)?;
        let pool = server.pool(config)?;
        let (changes, receiver) = Changes::start(server.clone());
        let clock = Arc::clone(&config.clock);
        Ok((Self { server, pool, clock, meter, attempts_max: config.attempts_max.max(1), changes }, receiver))
    }

    pub(crate) async fn write<T, E, F>(&self, scope: Scope, work: &F) -> Result<T, E>
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
        let mut session = self.begin(scope, Access::Write).await?;
        let (result, fault, when_kept) = {
            let mut tx = Tx::new(Conn::Postgres(&mut session), scope, &self.clock);
            let result = work(&mut tx).instrument(span.clone()).await;
            if result.is_ok() {
                // What goes wrong is noted as the transaction's fault.
                _ = tx.settle_heads().await;
            }
            spans::met(span, tx.rows_met());
            (result, tx.take_fault(), tx.take_when_kept())
        };
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

    pub(crate) async fn read<T, E, F>(&self, scope: Scope, work: F) -> Result<T, E>
    where
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>>,
        E: From<StoreError>,
    {
        let started = std::time::Instant::now();
        let span = spans::read(ENGINE);
        let mut session = self.begin(scope, Access::Read).await?;
        let (result, fault) = {
            let mut tx = Tx::new(Conn::Postgres(&mut session), scope, &self.clock);
            let result = work(&mut tx).instrument(span.clone()).await;
            spans::met(&span, tx.rows_met());
            (result, tx.take_fault())
        };
        if !matches!(fault, Some(Fault::Broken { .. })) {
            session.rollback().await;
        }
        self.meter.read(started.elapsed());
        match (result, fault) {
            (Ok(_), Some(fault)) => Err(fault.error().clone().into()),
            (result, _) => result,
        }
    }

    /// Begins a transaction. A pooled connection that died meanwhile is replaced: nothing was sent on it yet.
    async fn begin(&self, scope: Scope, access: Access) -> Result<Session, StoreError> {
        let begun = self.try_begin(scope, access).await;
        if begun.is_err() {
            self.meter.refused();
        }
        begun
    }

    async fn try_begin(&self, scope: Scope, access: Access) -> Result<Session, StoreError> {
        let mut spare = self.pool.status().max_size + 1;
        loop {
            let client = self.pool.get().await.map_err(|error| fault::pool(&error))?;
            match Session::begin(client, scope, access).await {
                Ok(session) => return Ok(session),
                Err(Fault::Broken { .. }) if spare > 0 => spare -= 1,
                Err(fault) => return Err(fault.error().clone()),
            }
        }
    }

    pub(crate) async fn healthy(&self) -> Result<(), StoreError> {
        self.begin(Scope::Platform, Access::Read).await?.rollback().await;
        Ok(())
    }

    /// Calls that wait for a connection, and connections in use.
    pub(crate) fn pool_state(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.waiting, status.size.saturating_sub(status.available))
    }

    pub(crate) fn close(&self) {
        self.changes.stop();
        self.pool.close();
    }
}

/// 2, 4, 8 … milliseconds and up to as much again, so that two works that met don't meet again.
fn backoff(attempt: u32) -> Duration {
    let base_us = 1000_u64 << attempt.min(6);
    let mut random = [0_u8; 2];
    // Without randomness the pause is merely not spread.
    _ = aws_lc_rs::rand::fill(&mut random);
    Duration::from_micros(base_us + base_us * u64::from(u16::from_le_bytes(random)) / u64::from(u16::MAX))
}
