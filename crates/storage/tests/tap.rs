//! A copy that is made of what the tap tells is the database, byte for byte, whoever writes and copies the log back.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use raally_storage::{Change, Tap, hash_of};
use rusqlite::Connection;
use uuid::Uuid;

/// The other side: a file of pages.
struct Copy {
    size: usize,
    bytes: Vec<u8>,
}

impl Copy {
    /// Begins with everything.
    fn of(tap: &mut Tap) -> Self {
        let snapshot = tap.snapshot().unwrap().unwrap();
        let size = snapshot.page_size() as usize;
        let mut bytes = vec![0; size * snapshot.pages() as usize];
        for (number, page) in (1..).zip(bytes.chunks_mut(size)) {
            snapshot.read(number, page).unwrap();
        }
        assert_eq!(snapshot.checksum(), tap.checksum());
        Self { size, bytes }
    }

    fn look(&mut self, tap: &mut Tap) -> Option<Change> {
        let mut told = Vec::new();
        let change = tap
            .look(&mut |number, page| {
                told.push((number, page.to_vec()));
                Ok(())
            })
            .unwrap();
        self.apply(change, told)
    }

    fn rotate(&mut self, tap: &mut Tap) -> Option<Change> {
        let mut told = Vec::new();
        let change = tap
            .rotate(&mut |number, page| {
                told.push((number, page.to_vec()));
                Ok(())
            })
            .unwrap();
        self.apply(change, told)
    }

    fn apply(&mut self, change: Option<Change>, told: Vec<(u32, Vec<u8>)>) -> Option<Change> {
        let change = change?;
        self.bytes.resize(self.size * change.pages as usize, 0);
        for (number, page) in told {
            let at = (number as usize - 1) * self.size;
            self.bytes[at..at + self.size].copy_from_slice(&page);
        }
        assert_eq!(self.checksum(), change.checksum, "the copy is the database as of this place");
        Some(change)
    }

    fn checksum(&self) -> u64 {
        (1..).zip(self.bytes.chunks(self.size)).fold(0, |sum, (number, page)| sum ^ hash_of(number, page))
    }

    /// Is it the file, once all is copied back?
    fn is(&self, path: &Path, connection: &Connection) {
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap();
        let copy = path.with_extension("copy");
        std::fs::write(&copy, &self.bytes).unwrap();
        let copied = Connection::open(&copy).unwrap();
        let verdict: String = copied.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(verdict, "ok");
        let rows = |connection: &Connection| -> Vec<(i64, Vec<u8>)> {
            let mut select = connection.prepare("SELECT id, text FROM t ORDER BY id").unwrap();
            select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
        };
        assert_eq!(rows(&copied), rows(connection));
    }
}

fn database(folder: &Path) -> (std::path::PathBuf, Connection) {
    let path = folder.join("x.db");
    let connection = open(&path);
    connection.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, text BLOB)").unwrap();
    (path, connection)
}

fn open(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA journal_mode = wal; PRAGMA busy_timeout = 10000").unwrap();
    connection
}

fn write(connection: &Connection, rows: u128) {
    let text = format!(
        "BEGIN IMMEDIATE; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) \
         INSERT INTO t (text) SELECT randomblob(400) FROM n; COMMIT"
    );
    connection.execute_batch(&text).unwrap();
}

/// From the random part of an id.
fn random(below: u128) -> u128 {
    (Uuid::now_v7().as_u128() & ((1 << 62) - 1)) % below
}

#[test]
fn a_copy_follows_through_random_writes_rotations_and_copying_back_by_others() {
    let folder = tempfile::tempdir().unwrap();
    let (path, one) = database(folder.path());
    let two = open(&path);
    two.execute_batch("PRAGMA wal_autocheckpoint = 20").unwrap();
    let mut tap = Tap::open(&path).unwrap();
    let mut copy = Copy::of(&mut tap);
    let mut commits = 0;
    for _ in 0..600 {
        match random(12) {
            0..=4 => write(&one, 1 + random(30)),
            5 | 6 => write(&two, 1 + random(3)),
            7 => one.execute_batch("DELETE FROM t WHERE id % 3 = 0").unwrap(),
            8 => begin_anew(&one, "RESTART"),
            9 => commits += copy.rotate(&mut tap).map_or(0, |change| change.commits),
            10 => tap.hold().unwrap(),
            _ => commits += copy.look(&mut tap).map_or(0, |change| change.commits),
        }
    }
    while copy.look(&mut tap).is_some() {}
    assert!(!tap.is_behind().unwrap());
    assert!(commits > 50, "it followed the log: {commits}");
    copy.is(&path, &one);
}

/// Tries what a reader of the log may forbid.
fn begin_anew(connection: &Connection, how: &str) {
    connection.busy_timeout(std::time::Duration::ZERO).unwrap();
    connection.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |_| Ok(())).or_else(busy).unwrap();
    connection.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
}

fn busy(error: rusqlite::Error) -> rusqlite::Result<()> {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => Ok(()),
        _ => Err(error),
    }
}

#[test]
fn what_was_missed_because_the_log_began_anew_twice_is_found_by_comparing() {
    let folder = tempfile::tempdir().unwrap();
    let (path, one) = database(folder.path());
    write(&one, 500);
    let mut tap = Tap::open(&path).unwrap();
    let mut copy = Copy::of(&mut tap);
    copy.rotate(&mut tap);
    assert!(tap.is_loose(), "everything is copied back: nothing holds the log");
    for _ in 0..3 {
        write(&one, 10);
        begin_anew(&one, "TRUNCATE");
    }
    write(&one, 1);
    let change = copy.look(&mut tap).unwrap();
    assert!(change.told < 50, "only what differs is told: {change:?}");
    copy.is(&path, &one);
}

#[test]
fn a_database_whose_log_is_still_empty_is_followed_from_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, one) = database(folder.path());
    write(&one, 300);
    // The last to close copies the log back and removes it.
    drop(one);
    let mut tap = Tap::open(&path).unwrap();
    assert!(tap.pages() > 30 && tap.page_size() == 4096, "{} pages", tap.pages());
    let mut copy = Copy::of(&mut tap);
    let one = open(&path);
    for _ in 0..3 {
        write(&one, 5);
        assert_eq!(copy.look(&mut tap).unwrap().commits, 1);
    }
    copy.is(&path, &one);
}

#[test]
fn a_held_log_is_never_begun_anew_and_after_a_rotation_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (path, one) = database(folder.path());
    one.execute_batch("PRAGMA wal_autocheckpoint = 5").unwrap();
    write(&one, 100);
    let mut tap = Tap::open(&path).unwrap();
    let mut copy = Copy::of(&mut tap);
    write(&one, 1);
    copy.look(&mut tap).unwrap();
    tap.hold().unwrap();
    for _ in 0..200 {
        write(&one, 1);
    }
    let grown = tap.log_bytes().unwrap();
    assert!(grown > 200 * 4096, "{grown}");
    let change = copy.look(&mut tap).unwrap();
    assert_eq!(change.commits, 200);
    copy.rotate(&mut tap);
    write(&one, 1);
    assert_eq!(copy.look(&mut tap).unwrap().commits, 1);
    assert!(tap.log_bytes().unwrap() < 20 * 4096);
    copy.is(&path, &one);
}

#[test]
fn a_snapshot_stays_what_it_was_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let (path, one) = database(folder.path());
    write(&one, 300);
    let mut tap = Tap::open(&path).unwrap();
    let mut copy = Copy::of(&mut tap);
    let snapshot = tap.snapshot().unwrap().unwrap();
    for _ in 0..20 {
        write(&one, 50);
        one.execute_batch("UPDATE t SET text = randomblob(300) WHERE id % 5 = 0").unwrap();
        copy.rotate(&mut tap);
        while copy.look(&mut tap).is_some() {}
    }
    let mut page = vec![0; snapshot.page_size() as usize];
    let mut sum = 0;
    for number in 1..=snapshot.pages() {
        snapshot.read(number, &mut page).unwrap();
        sum ^= hash_of(number, &page);
    }
    assert_eq!(sum, snapshot.checksum());
    drop(snapshot);
    copy.rotate(&mut tap);
    copy.is(&path, &one);
}
