//! The connections that works run on.

use std::sync::Arc;

use deadpool_postgres::{Object, Pool};

use super::{
    fault,
    session::{Reading, Session},
};
use crate::{error::StoreError, metrics::Meter, scope::Scope, tx::Fault};

/// A pool, and who counts when it has none to give.
#[derive(Clone)]
pub(crate) struct Connections {
    pool: Pool,
    meter: Arc<Meter>,
}

impl Connections {
    pub(crate) const fn new(pool: Pool, meter: Arc<Meter>) -> Self {
        Self { pool, meter }
    }

    /// Begins a transaction that may write. A pooled connection that died meanwhile is replaced: nothing was sent on it yet.
    pub(crate) async fn begin(&self, scope: Scope) -> Result<Session, StoreError> {
        let mut spare = self.pool.status().max_size + 1;
        loop {
            match Session::begin(self.take().await?, scope).await {
                Ok(session) => return Ok(session),
                Err(Fault::Broken { .. }) if spare > 0 => spare -= 1,
                Err(fault) => {
                    self.meter.refused();
                    return Err(fault.error().clone());
                }
            }
        }
    }

    /// A session that reads.
    pub(crate) async fn reading(&self, scope: Scope, reading: Reading) -> Result<Session, StoreError> {
        Ok(Session::reading(self.take().await?, self.pool.clone(), scope, reading))
    }

    async fn take(&self) -> Result<Object, StoreError> {
        self.pool.get().await.map_err(|error| {
            self.meter.refused();
            fault::pool(&error)
        })
    }

    /// Calls that wait for a connection, and connections in use.
    pub(crate) fn state(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.waiting, status.size.saturating_sub(status.available))
    }

    pub(crate) fn close(&self) {
        self.pool.close();
    }
}
