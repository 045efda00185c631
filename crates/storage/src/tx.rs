//! A transaction on either engine. Everything that storage can do is a method of [`Tx`]; this file runs statements,
//! the files under `tx/` say which.

mod events;
mod files;
mod idempotency;
mod identity;
mod jobs;
mod leases;
mod links;
mod log;
mod maintenance;
mod records;
mod refresh;
mod seals;
mod settings;

pub use files::{FILE_BYTES_MAX, FileInfo};
pub use idempotency::Remembered;
pub use identity::{Credential, SigningKey, SubjectKey};
pub use jobs::{Job, JobProgress, JobState};
pub use leases::Lease;
pub use links::{JoinLink, LinkUse};
pub(crate) use log::MOVE_HEAD;
pub use refresh::RefreshState;
pub use seals::{Checkpoint, Seal, Unsealed};

use std::sync::atomic::{AtomicU64, Ordering};

use raally_domain::ids::WorkspaceId;

use crate::{
    config::Clock,
    error::StoreError,
    event,
    postgres::session::Session,
    row::{Param, RowRef},
    scope::Scope,
};

/// What a statement runs on.
pub(crate) enum Conn<'c> {
    Sqlite(&'c mut rusqlite::Connection),
    Postgres(&'c mut Session),
}

/// What went wrong below the caller's sight, so that the engine can act on it whatever the caller returns.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Run the whole work again on a new transaction.
    Retry(StoreError),
    /// A statement was refused; nothing of this transaction may stay.
    Refused(StoreError),
    /// The connection can't be trusted any more. `recheck`: the file neither.
    Broken { error: StoreError, recheck: bool },
}

impl Fault {
    pub(crate) fn error(&self) -> &StoreError {
        match self {
            Self::Retry(error) | Self::Refused(error) | Self::Broken { error, .. } => error,
        }
    }
}

/// An open transaction. Its futures complete at once on SQLite; never await anything else inside a work.
pub struct Tx<'c> {
    conn: Conn<'c>,
    scope: Scope,
    clock: &'c Clock,
    fault: Option<Fault>,
    when_kept: Vec<Box<dyn FnOnce() + Send>>,
    number: u64,
    has_appended: bool,
    rows: Rows,
    /// On SQLite, where nobody else writes meanwhile: the head that was read or moved last.
    head: Option<(WorkspaceId, event::Head)>,
    /// The batch it runs in, where works are serial.
    batch: Option<u64>,
}

/// What is left of a transaction when its work is done.
pub(crate) struct Ended {
    pub(crate) fault: Option<Fault>,
    pub(crate) rows: Rows,
    pub(crate) when_kept: Vec<Box<dyn FnOnce() + Send>>,
}

/// How many rows a transaction has met.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rows {
    pub(crate) read: u64,
    pub(crate) written: u64,
}

/// Numbers the works of this process.
static NUMBER: AtomicU64 = AtomicU64::new(1);

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").field("scope", &self.scope).field("fault", &self.fault).finish_non_exhaustive()
    }
}

impl<'c> Tx<'c> {
    /// `batch`: its number, for a work that runs after all others of its workspace in this process and before the next.
    pub(crate) fn new(conn: Conn<'c>, scope: Scope, clock: &'c Clock, batch: Option<u64>) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self {
            conn,
            scope,
            clock,
            fault: None,
            when_kept: Vec::new(),
            number,
            has_appended: false,
            rows: Rows::default(),
            head: None,
            batch,
        }
    }

    pub(crate) fn end(self) -> Ended {
        Ended { fault: self.fault, rows: self.rows, when_kept: self.when_kept }
    }

    /// The number of the batch this work runs in: works that write to one workspace run one after the other in this
    /// process, each seeing all before it, and those of a batch are committed together. Then a copy in memory that is brought
    /// up to date at the start of a work is exact until its end. None for reads, and on PostgreSQL for works of the
    /// platform scope.
    #[must_use]
    pub const fn batch(&self) -> Option<u64> {
        self.batch
    }

    /// Which run of a work this is, in this process.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Whether this work has appended events: then it reads rows that may never be.
    #[must_use]
    pub const fn has_appended(&self) -> bool {
        self.has_appended
    }

    /// Does something in memory when this work is kept and before the next one runs. In a batch that is before the commit,
    /// so that [`Store::lost_batches`](crate::Store::lost_batches) has the last word.
    pub fn when_kept(&mut self, then: impl FnOnce() + Send + 'static) {
        self.when_kept.push(Box::new(then));
    }

    /// Which tenants this transaction may touch.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// The partition that is meant when none is named.
    #[must_use]
    pub const fn home(&self) -> WorkspaceId {
        self.scope.home()
    }

    /// The store's clock, in microseconds since the epoch.
    #[must_use]
    pub fn now(&self) -> i64 {
        (self.clock)()
    }

    pub(crate) const fn on_postgres(&self) -> bool {
        matches!(self.conn, Conn::Postgres(_))
    }

    pub(crate) const fn engine(&self) -> &'static str {
        if self.on_postgres() { crate::postgres::ENGINE } else { crate::sqlite::ENGINE }
    }

    /// The text for this engine, where the two differ.
    pub(crate) const fn pick<'s>(&self, sqlite: &'s str, postgres: &'s str) -> &'s str {
        if self.on_postgres() { postgres } else { sqlite }
    }

    fn note<T>(&mut self, result: Result<T, Fault>) -> Result<T, StoreError> {
        result.map_err(|fault| {
            let error = fault.error().clone();
            self.fault.get_or_insert(fault);
            error
        })
    }

    /// Runs a statement and gives each row to `each`.
    pub(crate) async fn each_row(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        each: &mut (dyn FnMut(&RowRef<'_>) -> Result<(), StoreError> + Send),
    ) -> Result<(), StoreError> {
        let mut read = 0;
        let mut each = |row: &RowRef<'_>| {
            read += 1;
            each(row)
        };
        let result = match &mut self.conn {
            Conn::Sqlite(connection) => crate::sqlite::statement::each_row(connection, sql, params, &mut each),
            Conn::Postgres(session) => session.each_row(sql, params, &mut each).await.map(|_| ()),
        };
        self.rows.read += read;
        self.note(result)
    }

    /// All rows, mapped.
    pub(crate) async fn rows<T: Send>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        map: impl Fn(&RowRef<'_>) -> Result<T, StoreError> + Send + Sync,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.each_row(sql, params, &mut |row| {
            found.push(map(row)?);
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// The first row, mapped.
    pub(crate) async fn row<T: Send>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        map: impl Fn(&RowRef<'_>) -> Result<T, StoreError> + Send + Sync,
    ) -> Result<Option<T>, StoreError> {
        let mut found = None;
        self.each_row(sql, params, &mut |row| {
            if found.is_none() {
                found = Some(map(row)?);
            }
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// Runs a statement that returns no rows; how many rows it changed.
    pub(crate) async fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let result = match &mut self.conn {
            Conn::Sqlite(connection) => crate::sqlite::statement::execute(connection, sql, params),
            Conn::Postgres(session) => session.execute(sql, params).await,
        };
        self.rows.written += result.as_ref().copied().unwrap_or(0);
        self.note(result)
    }

    /// Runs a statement of which only failure matters. On PostgreSQL it waits for the next one, or for the end of the work,
    /// and goes the same way with it: its failure is that one's.
    pub(crate) async fn execute_later(&mut self, sql: &str, params: &[Param<'_>]) -> Result<(), StoreError> {
        let Conn::Postgres(session) = &mut self.conn else {
            return self.execute(sql, params).await.map(|_| ());
        };
        self.rows.written += 1;
        let sent = session.execute_later(sql, params).await;
        self.note(sent)
    }

    /// Sends what still waits on PostgreSQL, at the end of a work.
    pub(crate) async fn flush(&mut self) -> Result<(), StoreError> {
        let Conn::Postgres(session) = &mut self.conn else { return Ok(()) };
        let sent = session.flush().await;
        self.note(sent)
    }

    /// On SQLite: runs an INSERT and answers the last row's id; cheaper than RETURNING, for which SQLite makes a table of
    /// its own each time. On PostgreSQL: nothing. After a `Duplicate` nothing is inserted, and the work may go on.
    pub(crate) async fn insert_rows(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Option<i64>, StoreError> {
        let Conn::Sqlite(connection) = &mut self.conn else { return Ok(None) };
        let result = crate::sqlite::statement::execute(connection, sql, params);
        let last = connection.last_insert_rowid();
        self.rows.written += result.as_ref().copied().unwrap_or(0);
        match result {
            Err(Fault::Refused(error @ StoreError::Duplicate { .. })) => Err(error),
            other => self.note(other).map(|_| Some(last)),
        }
    }

    /// Serialises all works that name the same key until this transaction ends: for uniqueness over workspaces, such as
    /// a slug. Free on SQLite, where there is one writer.
    ///
    /// # Errors
    /// `Overloaded` when the wait is longer than `lock_wait_max`; `Unavailable`.
    pub async fn exclusive(&mut self, key: &str) -> Result<(), StoreError> {
        if self.on_postgres() {
            self.each_row("SELECT pg_advisory_xact_lock(hashtextextended(?1, 7))", &[key.into()], &mut |_| Ok(()))
                .await?;
        }
        Ok(())
    }
}
