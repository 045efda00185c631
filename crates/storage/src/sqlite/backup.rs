//! Backup and restore of a SQLite database. The copy is one snapshot, taken beside running writers of any process.

use std::{
    fs::File,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use super::{connection::integrity_check, fault::classify};
use crate::error::StoreError;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// Bytes of the file.
    pub bytes: u64,
    /// Events in it.
    pub events: i64,
    /// Position of the last event.
    pub position: i64,
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreReport {
    /// Events in the database now.
    pub events: i64,
    /// Position of the last event.
    pub position: i64,
    /// Where the database that was replaced is kept.
    pub replaced: Option<PathBuf>,
}

fn sqlite(error: &rusqlite::Error) -> StoreError {
    classify(error).error().clone()
}

fn file_error(what: &str, path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::unavailable(format!("{what} {}: {error}", path.display()))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn sync_file_and_folder(path: &Path) -> Result<(), StoreError> {
    let sync =
        |path: &Path| File::open(path).and_then(|file| file.sync_all()).map_err(|e| file_error("can't sync", path, &e));
    sync(path)?;
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => sync(folder),
        _ => sync(Path::new(".")),
    }
}

fn open_existing(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|e| sqlite(&e))?;
    connection.busy_timeout(Duration::from_secs(10)).map_err(|e| sqlite(&e))?;
    Ok(connection)
}

/// Number of events and position of the last one, after a full integrity check.
fn inspect(path: &Path) -> Result<(i64, i64), StoreError> {
    let connection = open_existing(path)?;
    integrity_check(&connection)?;
    connection
        .query_row("SELECT COUNT(*), COALESCE(MAX(position), 0) FROM event", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(|error| StoreError::setup(format!("{} is no Raally database: {error}", path.display())))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::bug(error.to_string()))?
}

pub(crate) async fn backup(source: &Path, target: &Path) -> Result<BackupReport, StoreError> {
    let (source, target) = (source.to_path_buf(), target.to_path_buf());
    blocking(move || {
        if target.exists() {
            return Err(StoreError::setup(format!("{} exists; a backup never overwrites", target.display())));
        }
        let part = with_suffix(&target, ".part");
        _ = std::fs::remove_file(&part);
        let made = make(&source, &part, &target);
        if made.is_err() {
            _ = std::fs::remove_file(&part);
        }
        made
    })
    .await
}

fn make(source: &Path, part: &Path, target: &Path) -> Result<BackupReport, StoreError> {
    let name = part.to_str().ok_or_else(|| StoreError::setup("the path of a backup must be UTF-8"))?;
    // One read transaction: a consistent snapshot, and writers go on meanwhile.
    open_existing(source)?.execute("VACUUM INTO ?1", [name]).map_err(|e| sqlite(&e))?;
    let (events, position) = inspect(part)?;
    let bytes = std::fs::metadata(part).map_err(|e| file_error("can't read", part, &e))?.len();
    sync_file_and_folder(part)?;
    std::fs::rename(part, target).map_err(|e| file_error("can't rename to", target, &e))?;
    sync_file_and_folder(target)?;
    Ok(BackupReport { bytes, events, position })
}

pub(crate) async fn integrity(path: &Path) -> Result<(), StoreError> {
    let path = path.to_path_buf();
    blocking(move || integrity_check(&open_existing(&path)?)).await
}

/// Puts a backup in the place of a SQLite database that no process has open. A database with events is replaced only when
/// `force` is set, and is kept beside, with the suffix `.replaced`.
///
/// # Errors
/// `Setup` when the backup is damaged or none, when the target has events and `force` isn't set, or when another process has
/// it open; `Unavailable` when the disk fails.
pub async fn restore(backup: &Path, target: &Path, force: bool) -> Result<RestoreReport, StoreError> {
    let (backup, target) = (backup.to_path_buf(), target.to_path_buf());
    blocking(move || {
        let part = with_suffix(&target, ".part");
        let restored = replace(&backup, &part, &target, force);
        if restored.is_err() {
            _ = std::fs::remove_file(&part);
        }
        restored
    })
    .await
}

fn replace(backup: &Path, part: &Path, target: &Path, force: bool) -> Result<RestoreReport, StoreError> {
    // Works on a copy: opening a file as a database may write beside it, and the backup may be on a read-only disk.
    std::fs::copy(backup, part).map_err(|e| StoreError::setup(format!("can't copy {}: {e}", backup.display())))?;
    let (events, position) = inspect(part).map_err(|error| match error {
        StoreError::Unavailable { detail } => StoreError::setup(format!("the backup can't be used: {detail}")),
        other => other,
    })?;
    sync_file_and_folder(part)?;
    let mut replaced = None;
    if target.exists() {
        let held = hold_alone(target, force)?;
        let old = with_suffix(target, ".replaced");
        std::fs::rename(target, &old).map_err(|e| file_error("can't move away", target, &e))?;
        drop(held);
        replaced = Some(old);
    }
    for suffix in ["-wal", "-shm"] {
        _ = std::fs::remove_file(with_suffix(target, suffix));
    }
    std::fs::rename(part, target).map_err(|e| file_error("can't rename to", target, &e))?;
    sync_file_and_folder(target)?;
    Ok(RestoreReport { events, position, replaced })
}

/// Takes the database for itself and folds its WAL into the file. Leaving WAL mode works only when no other process has it
/// open, which is just what has to be known.
fn hold_alone(target: &Path, force: bool) -> Result<Connection, StoreError> {
    let connection = open_existing(target)?;
    connection.busy_timeout(Duration::from_millis(500)).map_err(|e| sqlite(&e))?;
    let events: i64 =
        connection.query_row("SELECT COUNT(*) FROM (SELECT 1 FROM event LIMIT 1)", [], |row| row.get(0)).unwrap_or(0);
    if events > 0 && !force {
        return Err(StoreError::setup(format!("{} has data; say so if it shall be replaced", target.display())));
    }
    let alone = connection.pragma_update(None, "locking_mode", "exclusive").and_then(|()| {
        connection.pragma_update_and_check(None, "journal_mode", "delete", |row| row.get::<_, String>(0))
    });
    match alone {
        Ok(mode) if mode.eq_ignore_ascii_case("delete") => Ok(connection),
        // A damaged database is what a restore is for.
        Err(error)
            if matches!(
                error.sqlite_error_code(),
                Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase)
            ) =>
        {
            Ok(connection)
        }
        Ok(_) | Err(_) => {
            Err(StoreError::setup(format!("{} is open in another process; stop it first", target.display())))
        }
    }
}
