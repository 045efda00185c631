//! Migrations: numbered, expanding (run at start) or contracting (run by command), each recording the oldest build that may
//! still run on the result. They run under a lock, so that replicas that start together don't race.

mod ddl;
mod v0001;
mod v0002;

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tokio_postgres::Client;

use crate::{
    config::StoreConfig,
    error::StoreError,
    postgres::{self, connect::Server},
    sqlite::fault::classify,
};
use ddl::Dialect;

/// Key of the advisory lock; any number that nobody else uses.
const LOCK_KEY: i64 = 0x7261_616c_6c79;

/// Which migrations to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Adds only; the build before still runs on the result.
    Expand,
    /// Removes what no build still needs. By command only.
    Contract,
}

impl Mode {
    const fn name(self) -> &'static str {
        match self {
            Self::Expand => "expand",
            Self::Contract => "contract",
        }
    }
}

struct Migration {
    version: i64,
    name: &'static str,
    mode: Mode,
    oldest_safe_build: &'static str,
    statements: fn(Dialect) -> Vec<String>,
}

/// Every migration, in order. Never change one that was released.
const MIGRATIONS: [Migration; 2] = [
    Migration {
        version: 1,
        name: "the log, the read tables and what goes with them",
        mode: Mode::Expand,
        oldest_safe_build: "0.1.0",
        statements: v0001::statements,
    },
    Migration {
        version: 2,
        name: "no random indexes under a booking",
        // A build that doesn't know it reads the same rows, more slowly.
        mode: Mode::Expand,
        oldest_safe_build: "0.1.0",
        statements: v0002::statements,
    },
];

/// A migration that this build knows and the database doesn't have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingMigration {
    /// Number.
    pub version: i64,
    /// What it does.
    pub name: &'static str,
    /// How it may be run.
    pub mode: Mode,
}

/// The schema of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaState {
    /// Number of the newest migration that has run; 0 for an empty database.
    pub version: i64,
    /// The oldest build that may run on it.
    pub oldest_safe_build: Option<String>,
    /// What this build would still run.
    pub pending: Vec<PendingMigration>,
}

impl SchemaState {
    fn from_rows(rows: &[(i64, String)]) -> Self {
        let version = rows.iter().map(|(version, _)| *version).max().unwrap_or(0);
        let oldest_safe_build =
            rows.iter().map(|(_, build)| build).max_by_key(|build| parse_build(build)).map(ToOwned::to_owned);
        let has = |version: i64| rows.iter().any(|(applied, _)| *applied == version);
        let pending = MIGRATIONS
            .iter()
            .filter(|migration| !has(migration.version))
            .map(|migration| PendingMigration {
                version: migration.version,
                name: migration.name,
                mode: migration.mode,
            })
            .collect();
        Self { version, oldest_safe_build, pending }
    }

    /// The number of the newest migration that this build knows.
    #[must_use]
    pub const fn newest_known() -> i64 {
        MIGRATIONS[MIGRATIONS.len() - 1].version
    }

    /// Whether a build may run on this schema.
    ///
    /// # Errors
    /// `BuildTooOld`, naming the oldest build that may.
    pub fn check(&self, build: &str) -> Result<(), StoreError> {
        match &self.oldest_safe_build {
            Some(oldest) if parse_build(build) < parse_build(oldest) => Err(StoreError::BuildTooOld {
                schema: self.version,
                oldest_safe_build: oldest.clone(),
                build: build.to_owned(),
            }),
            _ => Ok(()),
        }
    }
}

/// `major.minor.patch`; what follows a hyphen or plus is ignored, what is missing is 0.
fn parse_build(build: &str) -> [u64; 3] {
    let core = build.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
    let mut numbers = core.split('.').map(|number| number.parse().unwrap_or(0));
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

fn due<'m>(state: &SchemaState, mode: Mode) -> impl Iterator<Item = &'m Migration> + use<'m> {
    let pending: Vec<i64> =
        state.pending.iter().filter(|pending| pending.mode <= mode).map(|pending| pending.version).collect();
    MIGRATIONS.iter().filter(move |migration| pending.contains(&migration.version))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::bug(error.to_string()))?
}

fn sqlite_error(error: &rusqlite::Error) -> StoreError {
    classify(error).error().clone()
}

fn open_sqlite(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path).map_err(|e| sqlite_error(&e))?;
    connection.busy_timeout(std::time::Duration::from_secs(60)).map_err(|e| sqlite_error(&e))?;
    connection.execute_batch("PRAGMA synchronous = FULL").map_err(|e| sqlite_error(&e))?;
    Ok(connection)
}

fn state_sqlite(connection: &Connection) -> Result<SchemaState, StoreError> {
    let read = || -> rusqlite::Result<Vec<(i64, String)>> {
        let known: bool = connection.query_row(
            "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'schema_migration')",
            [],
            |row| row.get(0),
        )?;
        if !known {
            return Ok(Vec::new());
        }
        let mut statement = connection.prepare("SELECT version, oldest_safe_build FROM schema_migration")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect()
    };
    Ok(SchemaState::from_rows(&read().map_err(|e| sqlite_error(&e))?))
}

pub(crate) async fn schema_sqlite(path: &Path) -> Result<SchemaState, StoreError> {
    let path = path.to_path_buf();
    blocking(move || state_sqlite(&open_sqlite(&path)?)).await
}

pub(crate) async fn run_sqlite(path: &Path, mode: Mode, config: &StoreConfig) -> Result<SchemaState, StoreError> {
    let path: PathBuf = path.to_path_buf();
    let config = config.clone();
    blocking(move || {
        let mut connection = open_sqlite(&path)?;
        // The write lock is the migration lock; whoever waits for it looks again at what is still due.
        let transaction = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(|e| sqlite_error(&e))?;
        let state = state_sqlite(&transaction)?;
        state.check(&config.build)?;
        for migration in due(&state, mode) {
            for statement in (migration.statements)(Dialect::Sqlite) {
                transaction.execute_batch(&statement).map_err(|e| sqlite_error(&e))?;
            }
            transaction
                .execute(
                    ddl::RECORD,
                    rusqlite::params![
                        migration.version,
                        migration.name,
                        migration.mode.name(),
                        migration.oldest_safe_build,
                        (config.clock)(),
                        config.build,
                    ],
                )
                .map_err(|e| sqlite_error(&e))?;
        }
        transaction.commit().map_err(|e| sqlite_error(&e))?;
        state_sqlite(&connection)
    })
    .await
}

fn postgres_error(error: &tokio_postgres::Error) -> StoreError {
    postgres::fault::classify(error).error().clone()
}

async fn state_postgres(client: &Client) -> Result<SchemaState, StoreError> {
    let known = client
        .query_one("SELECT to_regclass('schema_migration') IS NOT NULL", &[])
        .await
        .and_then(|row| row.try_get::<_, bool>(0))
        .map_err(|e| postgres_error(&e))?;
    let mut rows = Vec::new();
    if known {
        let text = "SELECT version, oldest_safe_build FROM schema_migration";
        for row in client.query(text, &[]).await.map_err(|e| postgres_error(&e))? {
            let read = || Ok((row.try_get(0)?, row.try_get(1)?));
            rows.push(read().map_err(|e| postgres_error(&e))?);
        }
    }
    Ok(SchemaState::from_rows(&rows))
}

pub(crate) async fn schema_postgres(server: &Server) -> Result<SchemaState, StoreError> {
    state_postgres(&server.owner().await?).await
}

pub(crate) async fn run_postgres(server: &Server, mode: Mode, config: &StoreConfig) -> Result<SchemaState, StoreError> {
    let mut client = server.owner().await?;
    // Waiting for another replica's migration may take longer than waiting for a row. The lock ends with the connection.
    let lock = format!("SET lock_timeout = 0; SELECT pg_advisory_lock({LOCK_KEY})");
    client.batch_execute(&lock).await.map_err(|e| postgres_error(&e))?;
    let state = state_postgres(&client).await?;
    state.check(&config.build)?;
    if due(&state, mode).next().is_some() {
        ensure_role(&client).await?;
    }
    for migration in due(&state, mode) {
        let transaction = client.transaction().await.map_err(|e| postgres_error(&e))?;
        let statements = (migration.statements)(Dialect::Postgres).join(";\n");
        transaction.batch_execute(&statements).await.map_err(|error| match postgres_error(&error) {
            StoreError::Setup { detail } => StoreError::setup(format!(
                "the user of the database URL can't migrate: {detail}; make it the owner of the database and its schema"
            )),
            other => other,
        })?;
        let text = ddl::RECORD.replace('?', "$");
        transaction
            .execute(
                &text,
                &[
                    &migration.version,
                    &migration.name,
                    &migration.mode.name(),
                    &migration.oldest_safe_build,
                    &(config.clock)(),
                    &config.build,
                ],
            )
            .await
            .map_err(|e| postgres_error(&e))?;
        transaction.commit().await.map_err(|e| postgres_error(&e))?;
    }
    state_postgres(&client).await
}

/// Makes the role that works run as, or says who has to make it.
async fn ensure_role(client: &Client) -> Result<(), StoreError> {
    let role = postgres::APP_ROLE;
    let text = format!(
        "SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}'), current_user::text, \
         COALESCE((SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user), false), \
         COALESCE((SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = '{role}'), false)"
    );
    let row = client.query_one(&text, &[]).await.map_err(|e| postgres_error(&e))?;
    let read = || Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?));
    let (exists, user, may_create, too_mighty): (bool, String, bool, bool) = read().map_err(|e| postgres_error(&e))?;
    if too_mighty {
        return Err(StoreError::setup(format!(
            "the role {role} bypasses row-level security; run as a superuser: ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS"
        )));
    }
    let help =
        format!("run once as a superuser of the server: CREATE ROLE {role} NOLOGIN; GRANT {role} TO \"{user}\";");
    if !exists {
        if !may_create {
            return Err(StoreError::setup(format!("the role {role} is missing and {user} may not create it; {help}")));
        }
        // Another database's migration may have made it meanwhile.
        let create = format!(
            "DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        );
        client.batch_execute(&create).await.map_err(|e| postgres_error(&e))?;
    }
    let try_on = format!("SET ROLE {role}; RESET ROLE");
    if client.batch_execute(&try_on).await.is_err() {
        let grant = format!("GRANT {role} TO CURRENT_USER; {try_on}");
        client.batch_execute(&grant).await.map_err(|error| {
            StoreError::setup(format!("{user} can't act as {role}: {}; {help}", postgres_error(&error)))
        })?;
    }
    Ok(())
}
