//! On SQLite: the table, its first rows, and the reading of them on one connection per thread.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use crate::row::{END, NOTES, Row, START, STATUS, TITLE};

const TABLE: &str = r#"
CREATE TABLE IF NOT EXISTS rec (
    id INTEGER PRIMARY KEY, title TEXT NOT NULL, notes TEXT NOT NULL, status TEXT NOT NULL,
    hours INTEGER NOT NULL, start TEXT NOT NULL, "end" TEXT NOT NULL, created INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS rec_created ON rec(created);"#;

const INSERT: &str = r#"INSERT INTO rec(title, notes, status, hours, start, "end", created)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"#;

const ONE: &str = r#"SELECT id, title, notes, status, hours, start, "end", created
FROM rec WHERE id = ?1"#;

const PAGE: &str = r#"SELECT id, title, notes, status, hours, start, "end", created
FROM rec ORDER BY created DESC LIMIT 50 OFFSET ?1"#;

const CACHE_KIB: i64 = 65_536;
const MMAP_BYTES: i64 = 256 * 1024 * 1024;
const BUSY: Duration = Duration::from_secs(5);

thread_local! {
    static CONNECTION: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

impl Row {
    /// Inserts this row and returns its new id.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub fn insert(&self, connection: &Connection, created: i64) -> rusqlite::Result<i64> {
        connection.prepare_cached(INSERT)?.execute(params![
            self.title,
            self.notes,
            self.status,
            self.hours,
            self.start,
            self.end,
            created
        ])?;
        Ok(connection.last_insert_rowid())
    }

    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            title: row.get(1)?,
            notes: row.get(2)?,
            status: row.get(3)?,
            hours: row.get(4)?,
            start: row.get(5)?,
            end: row.get(6)?,
            created: row.get(7)?,
        })
    }
}

/// Reads rows; each thread opens a connection of its own on first use.
pub struct Reader {
    file: PathBuf,
}

impl Reader {
    pub fn new(file: PathBuf) -> Self {
        Self { file }
    }

    pub fn one(&self, id: i64) -> rusqlite::Result<Option<Row>> {
        self.with(|connection| connection.prepare_cached(ONE)?.query_row([id], Row::read).optional())
    }

    pub fn page(&self, offset: i64) -> rusqlite::Result<Vec<Row>> {
        self.with(|connection| connection.prepare_cached(PAGE)?.query_map([offset], Row::read)?.collect())
    }

    fn with<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        CONNECTION.with_borrow_mut(|slot| match slot {
            Some(connection) => work(connection),
            None => work(slot.insert(open_to_read(&self.file)?)),
        })
    }
}

fn open_to_read(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "mmap_size", MMAP_BYTES)?;
    Ok(connection)
}

/// Creates the table and fills it up to `rows` rows.
///
/// # Errors
/// Whatever SQLite says.
pub fn fill(file: &Path, rows: i64) -> rusqlite::Result<()> {
    let mut connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.execute_batch(TABLE)?;
    let present: i64 = connection.query_row("SELECT count(*) FROM rec", [], |row| row.get(0))?;
    let transaction = connection.transaction()?;
    for number in present..rows {
        let row = Row {
            id: 0,
            title: format!("{TITLE}{number}"),
            notes: NOTES.into(),
            status: STATUS.into(),
            hours: 8 + number % 32,
            start: START.into(),
            end: END.into(),
            created: 0,
        };
        row.insert(&transaction, number)?;
    }
    transaction.commit()
}
