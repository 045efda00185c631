//! The store itself: opens an engine and runs works on it.

use std::{path::Path, sync::Arc, time::Instant};

use futures_util::{FutureExt, future::BoxFuture};
use tokio::sync::{oneshot, watch};
use tracing::Span;

use crate::{
    config::{Location, StoreConfig},
    error::StoreError,
    event::{Cursor, StoredEvent},
    metrics::{Meter, MetricsSnapshot},
    migrate::{self, Mode, SchemaState},
    postgres::Postgres,
    scope::Scope,
    sqlite::{Sqlite, backup, connection::Settings},
    transfer::{self, Transferred},
    tx::Tx,
    work::{self, Once, Work},
};

enum Engine {
    Sqlite(Sqlite),
    Postgres(Box<Postgres>),
}

struct Inner {
    engine: Engine,
    config: StoreConfig,
    meter: Arc<Meter>,
    changes: watch::Receiver<u64>,
}

/// The data of one installation. Cheap to clone; all clones are the same store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("location", &self.inner.config.location).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database, without migrating it; SQLite files are created when missing, in a folder that exists. Inside a
    /// tokio runtime.
    ///
    /// # Errors
    /// `Setup` when the location can't be understood; `BuildTooOld` when the schema is newer than this build can serve;
    /// `Unavailable` when the database can't be reached.
    pub async fn open(config: &StoreConfig) -> Result<Self, StoreError> {
        let meter = Arc::new(Meter::new());
        let (engine, changes) = match &config.location {
            Location::Sqlite(path) => {
                let (engine, changes) = Sqlite::open(config, path.clone(), Arc::clone(&meter))?;
                (Engine::Sqlite(engine), changes)
            }
            Location::Postgres(url) => {
                let (engine, changes) = Postgres::open(config, url, Arc::clone(&meter))?;
                (Engine::Postgres(Box::new(engine)), changes)
            }
        };
        let store = Self { inner: Arc::new(Inner { engine, config: config.clone(), meter, changes }) };
        store.schema().await?.check(&config.build)?;
        Ok(store)
    }

    /// `sqlite` or `postgres`.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        match &self.inner.engine {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgres",
        }
    }

    /// Runs what is pending of this mode; `Contract` runs `Expand` first. Safe to call from several processes at once.
    ///
    /// # Errors
    /// `BuildTooOld`; `Setup` when the database's user lacks a right (the text says what to run); `Unavailable`.
    pub async fn migrate(&self, mode: Mode) -> Result<SchemaState, StoreError> {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => migrate::run_sqlite(&sqlite.path, mode, &self.inner.config).await,
            Engine::Postgres(postgres) => migrate::run_postgres(&postgres.server, mode, &self.inner.config).await,
        }
    }

    /// What the database has and what this build would still run.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn schema(&self) -> Result<SchemaState, StoreError> {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => migrate::schema_sqlite(&sqlite.path).await,
            Engine::Postgres(postgres) => migrate::schema_postgres(&postgres.server).await,
        }
    }

    /// Runs a work in a write transaction. When it answers `Ok`, everything it wrote is durable; when it answers `Err`,
    /// nothing of it is there. The work may run more than once (when another one of its batch has to be undone; on
    /// PostgreSQL after a deadlock); it must await nothing but the transaction.
    ///
    /// # Errors
    /// Whatever the work answers; `Unavailable` when it is unknown or impossible that the commit is durable; `Overloaded`
    /// when a bound is reached. A work that goes on after a refused statement and answers `Ok` gets that statement's error.
    pub async fn write<T, E, F>(&self, scope: Scope, work: F) -> Result<T, E>
    where
        F: for<'t, 'c> Fn(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
        E: From<StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let started = Instant::now();
        let (work, left) = work::again(work);
        let run = self.write_work(scope, work).await;
        self.inner.meter.write(started.elapsed());
        left.answer(run)
    }

    async fn write_work(&self, scope: Scope, work: Box<dyn Work>) -> Result<(), StoreError> {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => sqlite.write(scope, work).await,
            Engine::Postgres(postgres) => postgres.write(scope, work).await,
        }
    }

    /// Runs a work on one snapshot of the data. On SQLite it runs on the calling thread: keep it to what takes less than a
    /// millisecond or so, and use [`Store::read_long`] for the rest.
    ///
    /// # Errors
    /// Whatever the work answers; `Unavailable`, `Overloaded`.
    pub async fn read<T, E, F>(&self, scope: Scope, work: F) -> Result<T, E>
    where
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send,
        E: From<StoreError> + Send,
        T: Send,
    {
        let mut work = Once::new(work);
        let run = self.read_work(scope, false, &mut work).await;
        work.answer(run)
    }

    /// As [`Store::read`], for a work that runs a single statement: it costs two fewer.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn read_one<T, E, F>(&self, scope: Scope, work: F) -> Result<T, E>
    where
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send,
        E: From<StoreError> + Send,
        T: Send,
    {
        let mut work = Once::new(work);
        let run = self.read_work(scope, true, &mut work).await;
        work.answer(run)
    }

    async fn read_work(&self, scope: Scope, one_statement: bool, work: &mut dyn Work) -> Result<(), StoreError> {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => sqlite.read(scope, one_statement, work),
            Engine::Postgres(postgres) => postgres.read(scope, one_statement, work).await,
        }
    }

    /// As [`Store::read`], on a thread for blocking work.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn read_long<T, E, F>(&self, scope: Scope, work: F) -> Result<T, E>
    where
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        E: From<StoreError> + Send + 'static,
        T: Send + 'static,
    {
        if matches!(self.inner.engine, Engine::Postgres(_)) {
            return self.read(scope, work).await;
        }
        let (store, span) = (self.clone(), Span::current());
        let (answer, answered) = oneshot::channel();
        let run = move || {
            let mut work = Once::new(work);
            let run = match &store.inner.engine {
                Engine::Sqlite(sqlite) => sqlite.read(scope, false, &mut work),
                Engine::Postgres(_) => Err(StoreError::bug("the engine changed")),
            };
            // Whoever is gone needs no answer.
            _ = answer.send(work.answer(run));
        };
        let run: Box<dyn FnOnce() + Send> = Box::new(move || span.in_scope(run));
        match tokio::task::spawn_blocking(run).await {
            Ok(()) => answered.await.unwrap_or_else(|_| Err(StoreError::bug("a read left no answer").into())),
            Err(error) => Err(StoreError::bug(format!("a read ended early: {error}")).into()),
        }
    }

    /// Ticks after commits of any process: within 50 ms on SQLite; at once or within 250 ms on PostgreSQL. Ticks may come
    /// without a change. Read first, then wait.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.clone()
    }

    /// The next events of all workspaces after a cursor (`Cursor::default()` is the beginning), and the cursor after them.
    /// Never skips one; within a workspace they come in position order.
    ///
    /// # Errors
    /// `Unavailable`, `Overloaded`.
    pub async fn subscribe_page(&self, cursor: Cursor, limit: u32) -> Result<(Vec<StoredEvent>, Cursor), StoreError> {
        self.read(Scope::Platform, move |tx| tx.events_after(cursor, limit).boxed()).await
    }

    /// Position of the last event over all workspaces.
    ///
    /// # Errors
    /// `Unavailable`, `Overloaded`.
    pub async fn last_position(&self) -> Result<i64, StoreError> {
        self.read(Scope::Platform, |tx| tx.last_position().boxed()).await
    }

    /// Whether the read table of assignments has no index on people and projects (SQLite): keeping two such indexes cost a
    /// booking more than all its other rows together, and the plan in memory knows whose they are.
    #[must_use]
    pub fn finds_bookings_by_plan(&self) -> bool {
        matches!(self.inner.engine, Engine::Sqlite(_))
    }

    /// How many batches failed as a whole, or were run anew because a work in them had to be undone: what their works had
    /// seen of each other never was.
    #[must_use]
    pub fn lost_batches(&self) -> u64 {
        self.inner.meter.lost_batches()
    }

    /// Whether writes are accepted now.
    ///
    /// # Errors
    /// `Unavailable` with the reason.
    pub async fn health(&self) -> Result<(), StoreError> {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => sqlite.healthy(),
            Engine::Postgres(postgres) => postgres.healthy().await,
        }
    }

    /// Counters and gauges.
    #[must_use]
    pub fn metrics(&self) -> MetricsSnapshot {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => self.inner.meter.snapshot(
                "sqlite",
                sqlite.queue_depth(),
                sqlite.readers_in_use(),
                sqlite.healthy().is_ok(),
            ),
            Engine::Postgres(postgres) => {
                let (waiting, in_use) = postgres.load();
                self.inner.meter.snapshot("postgres", waiting, in_use, true)
            }
        }
    }

    /// Writes a consistent copy of a SQLite database to `target`, beside running writers of any process, checks it, and puts
    /// it in place by a rename.
    ///
    /// # Errors
    /// `Setup` on PostgreSQL (use its own tools) or when `target` exists; `Unavailable`.
    pub async fn backup(&self, target: &Path) -> Result<backup::BackupReport, StoreError> {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => backup::backup(&sqlite.path, target).await,
            Engine::Postgres(_) => Err(StoreError::setup(
                "backup copies SQLite files; for PostgreSQL use pg_dump, pg_basebackup or pgbackrest",
            )),
        }
    }

    /// Carries everything in this SQLite database over into an empty, migrated PostgreSQL one: all or nothing, from one
    /// snapshot. What is written here meanwhile is not carried over: no server should run.
    ///
    /// # Errors
    /// `Setup` when the engines are others, the target has data, or the schemas differ; `Unavailable`.
    pub async fn transfer_to(&self, target: &Self) -> Result<Transferred, StoreError> {
        let (Engine::Sqlite(sqlite), Engine::Postgres(postgres)) = (&self.inner.engine, &target.inner.engine) else {
            return Err(StoreError::setup("data is carried over from SQLite to PostgreSQL, and no other way"));
        };
        let source = Settings::new(&self.inner.config, sqlite.path.clone());
        transfer::run(source, postgres.server.owner().await?).await
    }

    /// Full integrity check (SQLite; PostgreSQL checks its pages itself).
    ///
    /// # Errors
    /// `Unavailable` with the first fault found.
    pub async fn integrity_check(&self) -> Result<(), StoreError> {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => backup::integrity(&sqlite.path).await,
            Engine::Postgres(postgres) => postgres.healthy().await,
        }
    }

    /// Finishes what is queued and closes the database. Later calls are `Unavailable`.
    pub async fn close(&self) {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }
}
