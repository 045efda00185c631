//! Opens connections with the pragmas that the promises rest on.

use std::{path::PathBuf, time::Duration};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::fault::classify;
use crate::{config::StoreConfig, error::StoreError, tx::Fault};

/// Statements that one connection keeps prepared. Every shape of query and every length of a multi-row insert is one.
const STATEMENT_CACHE: usize = 256;

/// Pages after which a commit copies the WAL back into the file.
const CHECKPOINT_PAGES: u32 = 2000;

/// Pages that the connection that writes keeps, in KiB: what a batch changes should fit in.
const WRITER_CACHE_KIB: u32 = 4_096;

/// Pages that each connection that reads keeps, in KiB. What it has not is in the system's own cache: with four times as many
/// no request was answered sooner by more than the machine varies (docs/decisions/0002).
const READER_CACHE_KIB: u32 = 1_024;

/// What each connection of a store is opened with.
pub(crate) struct Settings {
    pub(crate) path: PathBuf,
    mmap_bytes: u64,
    lock_wait_max: Duration,
}

impl Settings {
    pub(crate) fn new(config: &StoreConfig, path: PathBuf) -> Self {
        Self { path, mmap_bytes: config.mmap_bytes, lock_wait_max: config.lock_wait_max }
    }

    /// The connection that writes: WAL, every commit synced.
    pub(crate) fn open_writer(&self) -> Result<Connection, Fault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = self.open(flags, WRITER_CACHE_KIB)?;
        if connection.is_readonly("main").map_err(|e| classify(&e))? {
            let error = StoreError::unavailable(format!("{} can't be written", self.path.display()));
            return Err(Fault::Broken { error, recheck: false });
        }
        let mode: String = connection
            .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))
            .map_err(|e| classify(&e))?;
        if !mode.eq_ignore_ascii_case("wal") {
            return Err(Fault::Refused(StoreError::setup(format!(
                "SQLite can't use a write-ahead log on {}: is it a network file system?",
                self.path.display()
            ))));
        }
        connection
            .execute_batch(&format!(
                "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}; \
                                     PRAGMA journal_size_limit = 67108864"
            ))
            .map_err(|e| classify(&e))?;
        Ok(connection)
    }

    /// A connection that can only read.
    pub(crate) fn open_reader(&self) -> Result<Connection, Fault> {
        let connection =
            self.open(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX, READER_CACHE_KIB)?;
        // Opened for writing, so that the last reader of a crashed process can recover the WAL; yet no statement may write.
        connection.pragma_update(None, "query_only", true).map_err(|e| classify(&e))?;
        connection
            .pragma_update(None, "mmap_size", i64::try_from(self.mmap_bytes).unwrap_or(0))
            .map_err(|e| classify(&e))?;
        Ok(connection)
    }

    fn open(&self, flags: OpenFlags, cache_kib: u32) -> Result<Connection, Fault> {
        let connection = Connection::open_with_flags(&self.path, flags).map_err(|e| classify(&e))?;
        connection.busy_timeout(self.lock_wait_max).map_err(|e| classify(&e))?;
        // Without this a statement is prepared anew whenever another value is bound to a range (`position > ?`), because
        // the planner might like another plan for it: a quarter of the time of a write, measured.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(|e| classify(&e))?;
        connection
            .execute_batch(&format!("PRAGMA cache_size = -{cache_kib}; PRAGMA temp_store = MEMORY"))
            .map_err(|e| classify(&e))?;
        connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        Ok(connection)
    }
}

/// The fast integrity check. Source: <https://www.sqlite.org/pragma.html#pragma_quick_check>.
pub(crate) fn quick_check(connection: &Connection) -> Result<(), StoreError> {
    check(connection, "PRAGMA quick_check(1)")
}

/// The full integrity check, indexes included.
pub(crate) fn integrity_check(connection: &Connection) -> Result<(), StoreError> {
    check(connection, "PRAGMA integrity_check(1)")
}

fn check(connection: &Connection, pragma: &str) -> Result<(), StoreError> {
    let verdict: String =
        connection.query_row(pragma, [], |row| row.get(0)).map_err(|e| classify(&e).error().clone())?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(StoreError::unavailable(format!("the database file is damaged: {verdict}")))
    }
}
