//! Throw-away databases for tests, of this crate and of those above it. Behind the feature `testing`.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

pub mod server;

use std::path::PathBuf;

use tempfile::TempDir;

use crate::{Location, Mode, Store, StoreConfig};
use server::PostgresServer;

/// A migrated, empty database that nobody else uses, and a store on it.
#[derive(Debug)]
pub struct TestStore {
    /// The store.
    pub store: Store,
    /// What it was opened with.
    pub config: StoreConfig,
    folder: Option<TempDir>,
}

/// The version that tests run as.
pub const TEST_BUILD: &str = "0.1.0";

impl TestStore {
    /// A SQLite file in a folder that is removed with the value.
    ///
    /// # Panics
    /// When the disk fails.
    pub async fn sqlite() -> Self {
        Self::sqlite_with(|config| config).await
    }

    /// As [`TestStore::sqlite`], with other settings.
    ///
    /// # Panics
    /// When the disk fails.
    pub async fn sqlite_with(change: impl FnOnce(StoreConfig) -> StoreConfig) -> Self {
        let folder = TempDir::new().unwrap();
        let location = Location::Sqlite(folder.path().join("raally.db"));
        let config = change(StoreConfig::new(location, TEST_BUILD));
        let store = Store::open(&config).await.unwrap();
        store.migrate(Mode::Expand).await.unwrap();
        Self { store, config, folder: Some(folder) }
    }

    /// A database of its own on a PostgreSQL server: the one of `RAALLY_TEST_POSTGRES_URL` (its user must be able to create
    /// databases and roles), else one that this process starts and that ends with it. None, with one printed line, when
    /// PostgreSQL isn't installed.
    ///
    /// # Panics
    /// When PostgreSQL isn't installed and `CI` is `true`; when the server fails.
    pub async fn postgres() -> Option<Self> {
        Self::postgres_with(|config| config).await
    }

    /// As [`TestStore::postgres`], with other settings.
    ///
    /// # Panics
    /// As [`TestStore::postgres`].
    pub async fn postgres_with(change: impl FnOnce(StoreConfig) -> StoreConfig) -> Option<Self> {
        let server = PostgresServer::shared()?;
        let url = server.migrated_database().await;
        let config = change(StoreConfig::new(Location::Postgres(url), TEST_BUILD));
        let store = Store::open(&config).await.unwrap();
        Some(Self { store, config, folder: None })
    }

    /// Another store on the same database, as another process would open it.
    ///
    /// # Panics
    /// When it can't be opened.
    pub async fn beside(&self) -> Store {
        Store::open(&self.config).await.unwrap()
    }

    /// The SQLite file.
    ///
    /// # Panics
    /// On PostgreSQL.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        match &self.config.location {
            Location::Sqlite(path) => path.clone(),
            Location::Postgres(_) => panic!("PostgreSQL has no file"),
        }
    }

    /// The folder of the SQLite file, which lives as long as this value.
    #[must_use]
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_ref().map(TempDir::path)
    }
}
