//! One transaction on one pooled connection. A session that is dropped before its end closes the connection, so that no
//! half transaction ever goes back to the pool.
//!
//! A round trip costs more than most statements. So a read begins with its first statement instead of before it, and a
//! statement of which only failure matters waits for the next one: what waits is sent with it, in order.

use std::collections::VecDeque;

use deadpool_postgres::{Object, Pool};
use futures_util::{
    TryStreamExt,
    future::{join, join_all, join3},
};
use raally_domain::ids::WorkspaceId;
use tokio_postgres::{RowStream, Statement, types::ToSql};

use super::fault::classify;
use crate::{
    error::StoreError,
    event::Head,
    row::{Owned, Param, RowRef, dollar_placeholders},
    scope::Scope,
    tx::{Fault, MOVE_HEAD},
};

/// Statements that wait at most; one more and all are sent. Few enough for `join_all` to ask them in order.
const WAITING_MAX: usize = 24;

/// What a session that reads is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// One statement, which is its own snapshot.
    One,
    /// Several statements on one snapshot.
    Snapshot,
}

/// The head of a workspace's log that this transaction holds locked, as its appends move it.
#[derive(Debug, Clone)]
pub(crate) struct Lifted {
    pub(crate) workspace: WorkspaceId,
    pub(crate) head: Head,
    /// The order key of the events of this transaction.
    pub(crate) order: i64,
    pub(crate) has_moved: bool,
    /// Positions that are taken from the sequence and not used yet.
    pub(crate) positions: VecDeque<i64>,
    /// How many were taken the last time.
    pub(crate) taken: usize,
}

struct Later {
    sql: String,
    params: Vec<Owned>,
}

/// What a session that reads has yet to do before its first statement, and where it finds another connection when its own
/// turns out to have died meanwhile: nothing was sent on it yet.
struct Beginning {
    text: String,
    pool: Pool,
    spare: usize,
}

/// An open transaction.
pub(crate) struct Session {
    client: Option<Object>,
    beginning: Option<Beginning>,
    /// Whether there is a transaction to be ended.
    is_open: bool,
    /// Whether statements may wait for the next one, as nobody sends them at the end of a read.
    may_wait: bool,
    waiting: Vec<Later>,
    /// Whether a statement that writes was sent since this was last made false.
    pub(crate) has_written: bool,
    /// Whether a statement has failed, be it one that reads: then PostgreSQL has given the transaction up, and its COMMIT
    /// would be a rollback without an error.
    pub(crate) has_failed: bool,
    /// Whether what is refused must be refused by a question, not by a statement that fails.
    pub(crate) is_careful: bool,
    pub(crate) heads: Vec<Lifted>,
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(Object::take(client));
        }
    }
}

/// A UUID or a star: nothing that would need quoting.
fn seen(scope: Scope) -> String {
    match scope {
        Scope::Workspace(workspace) => workspace.to_string(),
        Scope::Platform => "*".to_owned(),
    }
}

/// Unlike reads, statements that write are planned for their workspace: one plan for all partitions makes an import take
/// twice as long.
fn begin_text(scope: Scope) -> String {
    let seen = seen(scope);
    format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL raally.workspace = '{seen}'; \
         SET LOCAL plan_cache_mode = auto"
    )
}

async fn prepare(client: &Object, waiting: Vec<Later>) -> Result<Vec<(Statement, Vec<Owned>)>, Fault> {
    let mut prepared = Vec::with_capacity(waiting.len());
    for Later { sql, params } in waiting {
        prepared.push((client.prepare_cached(&sql).await.map_err(|e| classify(&e))?, params));
    }
    Ok(prepared)
}

/// Sends all at once; the first failure in their order.
async fn send(client: &Object, waiting: &[(Statement, Vec<Owned>)]) -> Result<(), Fault> {
    let sent = waiting.iter().map(|(statement, params)| async move {
        let lent: Vec<Param<'_>> = params.iter().map(Owned::lend).collect();
        client.execute_raw(statement, lent.iter().map(|param| param as &(dyn ToSql + Sync))).await
    });
    for outcome in join_all(sent).await {
        outcome.map_err(|e| classify(&e))?;
    }
    Ok(())
}

impl Session {
    /// Begins a transaction that may write.
    pub(crate) async fn begin(client: Object, scope: Scope) -> Result<Self, Fault> {
        let mut session = Self::on(client, None);
        session.control(&begin_text(scope)).await?;
        (session.is_open, session.may_wait) = (true, true);
        Ok(session)
    }

    /// A session that reads, and begins with its first statement.
    pub(crate) fn reading(client: Object, pool: Pool, scope: Scope, reading: Reading) -> Self {
        let seen = seen(scope);
        let text = match reading {
            Reading::One => format!("SET raally.workspace = '{seen}'"),
            Reading::Snapshot => {
                format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL raally.workspace = '{seen}'")
            }
        };
        let spare = pool.status().max_size + 1;
        let mut session = Self::on(client, Some(Beginning { text, pool, spare }));
        session.is_open = reading == Reading::Snapshot;
        session
    }

    fn on(client: Object, beginning: Option<Beginning>) -> Self {
        Self {
            client: Some(client),
            beginning,
            is_open: false,
            may_wait: false,
            waiting: Vec::new(),
            has_written: false,
            has_failed: false,
            is_careful: true,
            heads: Vec::new(),
        }
    }

    fn client(&self) -> &Object {
        self.client.as_ref().expect("a session has its connection until it ends")
    }

    async fn control(&self, text: &str) -> Result<(), Fault> {
        self.client().batch_execute(text).await.map_err(|e| classify(&e))
    }

    /// Runs a statement, after what waits, and gives each row to `each`; how many rows it met.
    pub(crate) async fn each_row(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        each: &mut (dyn FnMut(&RowRef<'_>) -> Result<(), StoreError> + Send),
    ) -> Result<u64, Fault> {
        let met = self.try_each_row(sql, params, each).await;
        self.has_failed |= met.is_err();
        met
    }

    async fn try_each_row(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        each: &mut (dyn FnMut(&RowRef<'_>) -> Result<(), StoreError> + Send),
    ) -> Result<u64, Fault> {
        let sql = dollar_placeholders(sql);
        let rows = loop {
            match self.query(&sql, params).await {
                Err(Fault::Broken { error, .. }) if self.beginning.is_some() => self.take_another(error).await?,
                rows => break rows?,
            }
        };
        let mut rows = std::pin::pin!(rows);
        while let Some(row) = rows.try_next().await.map_err(|e| classify(&e))? {
            each(&RowRef::Postgres(&row)).map_err(Fault::Refused)?;
        }
        Ok(rows.rows_affected().unwrap_or(0))
    }

    async fn query(&mut self, sql: &str, params: &[Param<'_>]) -> Result<RowStream, Fault> {
        self.has_written |= !sql.starts_with("SELECT") || !self.waiting.is_empty();
        let waiting = std::mem::take(&mut self.waiting);
        let client = self.client();
        let waiting = prepare(client, waiting).await?;
        let statement = client.prepare_cached(sql).await.map_err(|e| classify(&e))?;
        let begin = async {
            match &self.beginning {
                Some(beginning) => self.control(&beginning.text).await,
                None => Ok(()),
            }
        };
        let params = params.iter().map(|param| param as &(dyn ToSql + Sync));
        // Polled, and so sent, in this order.
        let (begun, sent, rows) = join3(begin, send(client, &waiting), client.query_raw(&statement, params)).await;
        begun?;
        self.beginning = None;
        sent?;
        rows.map_err(|e| classify(&e))
    }

    async fn take_another(&mut self, error: StoreError) -> Result<(), Fault> {
        let gone = |error| Fault::Broken { error, recheck: false };
        let Some(beginning) = self.beginning.as_mut().filter(|beginning| beginning.spare > 0) else {
            return Err(gone(error));
        };
        beginning.spare -= 1;
        let another = beginning.pool.get().await.map_err(|error| gone(super::fault::pool(&error)))?;
        if let Some(dead) = self.client.replace(another) {
            drop(Object::take(dead));
        }
        Ok(())
    }

    pub(crate) async fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, Fault> {
        self.each_row(sql, params, &mut |_| Ok(())).await
    }

    /// Runs a statement with the next one, or with the flush.
    pub(crate) async fn execute_later(&mut self, sql: &str, params: &[Param<'_>]) -> Result<(), Fault> {
        if !self.may_wait {
            return self.execute(sql, params).await.map(|_| ());
        }
        self.waiting.push(Later { sql: dollar_placeholders(sql), params: params.iter().map(Owned::from).collect() });
        if self.waiting.len() >= WAITING_MAX { self.flush().await } else { Ok(()) }
    }

    /// Sends what waits.
    pub(crate) async fn flush(&mut self) -> Result<(), Fault> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        self.has_written = true;
        let waiting = std::mem::take(&mut self.waiting);
        let sent = match prepare(self.client(), waiting).await {
            Ok(waiting) => send(self.client(), &waiting).await,
            Err(fault) => Err(fault),
        };
        self.has_failed |= sent.is_err();
        sent
    }

    /// Forgets what waits: it was never sent.
    pub(crate) fn forget_waiting(&mut self) {
        self.waiting.clear();
    }

    /// Where [`Session::back`] goes back to.
    pub(crate) async fn mark(&mut self) -> Result<(), Fault> {
        self.execute_later("SAVEPOINT command", &[]).await
    }

    /// Undoes what was done since the mark.
    pub(crate) async fn back(&mut self) -> Result<(), Fault> {
        self.control("ROLLBACK TO command").await?;
        self.has_failed = false;
        Ok(())
    }

    /// Moves the heads, and ends the transaction. An import appends hundreds of times; had it moved the head as often, each
    /// time would have walked over the dead rows of all times before.
    pub(crate) async fn commit(mut self) -> Result<(), Fault> {
        if self.has_failed {
            return Err(Fault::Refused(StoreError::bug(
                "a transaction in which a statement has failed was to be kept",
            )));
        }
        for Lifted { workspace, head, .. } in std::mem::take(&mut self.heads).iter().filter(|lifted| lifted.has_moved) {
            self.execute_later(MOVE_HEAD, &[workspace.0.into(), head.position.into(), head.recorded_at.into()]).await?;
        }
        let waiting = std::mem::take(&mut self.waiting);
        let waiting = prepare(self.client(), waiting).await?;
        // What fails here fails the commit too, which then is a rollback and no error.
        let (sent, committed) = join(send(self.client(), &waiting), self.control("COMMIT")).await;
        sent?;
        committed?;
        drop(self.client.take());
        Ok(())
    }

    /// Ends the transaction without effect; also how a read ends.
    pub(crate) async fn rollback(mut self) {
        let is_begun = self.is_open && self.beginning.is_none();
        if !is_begun || self.control("ROLLBACK").await.is_ok() {
            drop(self.client.take());
        }
    }

    /// As [`Session::rollback`], and nobody waits for it.
    pub(crate) fn end(self) {
        if self.is_open && self.beginning.is_none() {
            tokio::spawn(self.rollback());
        } else {
            let mut session = self;
            drop(session.client.take());
        }
    }
}
