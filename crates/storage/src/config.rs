//! What the store is opened with. Every bound has a name here.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use crate::{error::StoreError, postgres::connect};

/// Where the data is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file; its folder must exist.
    Sqlite(PathBuf),
    /// A `postgres://` URL. `sslmode`: `disable`, `prefer` (TLS when offered, not verified), `require`, `verify-ca` and
    /// `verify-full` (the last three verify chain and host name against `sslrootcert` or the system's roots).
    Postgres(String),
}

impl Location {
    /// `postgres://…`, `postgresql://…`, `sqlite:PATH`, `sqlite://PATH` or a path.
    ///
    /// # Errors
    /// `Setup` when the text is empty, has another scheme, or is no PostgreSQL URL that names a host.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let text = text.trim();
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            connect::check(text)?;
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")).unwrap_or(text);
        if path.is_empty() || path.contains("://") {
            return Err(StoreError::setup(
                "the database URL is neither postgres://…, sqlite:PATH nor a path of a SQLite file",
            ));
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "Sqlite({})", path.display()),
            Self::Postgres(url) => {
                let host = url.rsplit_once('@').map_or("…", |(_, host)| host);
                write!(f, "Postgres({host})")
            }
        }
    }
}

/// Tells the time in microseconds since the epoch, UTC.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The system's clock.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX)
    })
}

/// How to open the store.
#[derive(Clone)]
pub struct StoreConfig {
    /// Where the data is.
    pub location: Location,
    /// This build's version, `major.minor.patch`.
    pub build: String,
    /// The clock behind `recorded_at`.
    pub clock: Clock,
    /// Commands that may wait for the writer (SQLite) or in one lane (PostgreSQL); one more is `Overloaded`.
    pub write_queue_max: usize,
    /// Commands in one commit, at most.
    pub commit_batch_max: usize,
    /// How long a write waits for another process, or for a lock of PostgreSQL.
    pub lock_wait_max: Duration,
    /// SQLite: how much of the file readers map into memory, in bytes. 0, the default, turns it off: it was measured to be no
    /// faster (docs/decisions/0002), and a failing disk ends the process by a signal instead of answering with an error.
    pub mmap_bytes: u64,
    /// PostgreSQL: connections.
    pub pool_size: usize,
    /// PostgreSQL: how long a call waits for a free connection before it is `Overloaded`.
    pub pool_wait_max: Duration,
    /// PostgreSQL: runs of a batch, or of a work of the platform, when the server reports a deadlock or a serialization failure.
    pub attempts_max: u32,
}

impl StoreConfig {
    /// The defaults for a location.
    #[must_use]
    pub fn new(location: Location, build: impl Into<String>) -> Self {
        Self {
            location,
            build: build.into(),
            clock: system_clock(),
            write_queue_max: 4096,
            commit_batch_max: 512,
            lock_wait_max: Duration::from_secs(10),
            mmap_bytes: 0,
            pool_size: 16,
            pool_wait_max: Duration::from_secs(5),
            attempts_max: 5,
        }
    }
}

impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreConfig")
            .field("location", &self.location)
            .field("build", &self.build)
            .finish_non_exhaustive()
    }
}
