//! One transaction on one pooled connection. A session that is dropped before its end closes the connection, so that no
//! half transaction ever goes back to the pool.

use deadpool_postgres::Object;
use futures_util::TryStreamExt;
use tokio_postgres::types::ToSql;

use super::fault::classify;
use crate::{
    error::StoreError,
    row::{Param, RowRef, dollar_placeholders},
    scope::Scope,
    tx::Fault,
};

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// An open transaction.
pub(crate) struct Session {
    client: Option<Object>,
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(Object::take(client));
        }
    }
}

impl Session {
    pub(crate) async fn begin(client: Object, scope: Scope, access: Access) -> Result<Self, Fault> {
        let session = Self { client: Some(client) };
        let mode = match access {
            Access::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Access::Write => "BEGIN ISOLATION LEVEL READ COMMITTED",
        };
        // A UUID or a star: nothing that would need quoting.
        let seen = match scope {
            Scope::Workspace(workspace) => workspace.to_string(),
            Scope::Platform => "*".to_owned(),
        };
        let text = format!("{mode}; SET LOCAL raally.workspace = '{seen}'");
        session.client().batch_execute(&text).await.map_err(|e| classify(&e))?;
        Ok(session)
    }

    fn client(&self) -> &Object {
        self.client.as_ref().expect("a session has its connection until it ends")
    }

    pub(crate) async fn each_row(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        each: &mut (dyn FnMut(&RowRef<'_>) -> Result<(), StoreError> + Send),
    ) -> Result<(), Fault> {
        let client = self.client();
        let statement = client.prepare_cached(&dollar_placeholders(sql)).await.map_err(|e| classify(&e))?;
        let params = params.iter().map(|param| param as &(dyn ToSql + Sync));
        let rows = client.query_raw(&statement, params).await.map_err(|e| classify(&e))?;
        let mut rows = std::pin::pin!(rows);
        while let Some(row) = rows.try_next().await.map_err(|e| classify(&e))? {
            each(&RowRef::Postgres(&row)).map_err(Fault::Refused)?;
        }
        Ok(())
    }

    pub(crate) async fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, Fault> {
        let client = self.client();
        let statement = client.prepare_cached(&dollar_placeholders(sql)).await.map_err(|e| classify(&e))?;
        let params = params.iter().map(|param| param as &(dyn ToSql + Sync));
        client.execute_raw(&statement, params).await.map_err(|e| classify(&e))
    }

    pub(crate) async fn commit(mut self) -> Result<(), Fault> {
        self.client().batch_execute("COMMIT").await.map_err(|e| classify(&e))?;
        drop(self.client.take());
        Ok(())
    }

    /// Ends the transaction without effect; also how a read ends.
    pub(crate) async fn rollback(mut self) {
        if self.client().batch_execute("ROLLBACK").await.is_ok() {
            drop(self.client.take());
        }
    }
}
