//! Follows what is committed to a SQLite database, page by page, whichever process commits it.
//!
//! The tap knows a hash of every page as of a place in the log. [`Tap::look`] reads the frames after that place and tells
//! the pages that they change; the count of transactions in SQLite's own header proves that none was missed. Where that
//! proof fails (somebody began the log anew before it was read), every page is read and those whose hash differs are told:
//! slower, and right as well. A read transaction (the pin) keeps SQLite from beginning the log anew; [`Tap::rotate`] lets
//! it happen at a moment at which all was read.

use std::{
    collections::BTreeMap,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use super::{
    files::{Files, disk, frames_of, read},
    log::{self, Head, Spot, Walk},
    pages::{Pages, Snapshot},
};
use crate::{error::StoreError, sqlite::fault::classify};

/// Frames that one look takes, unless a single transaction has more.
const FRAMES_MAX: u32 = 16_384;
/// How long a rotation waits for the write lock before it is put off.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(2);
/// How often a log that changes under the reader is read again.
const TRIES_MAX: usize = 8;

/// What a look found: the pages were given to the caller, this says what they make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Pages told.
    pub told: u32,
    /// Transactions in it; 0 when the pages were compared instead.
    pub commits: u32,
    /// Pages of the database afterwards.
    pub pages: u32,
    /// [`Tap::checksum`] afterwards.
    pub checksum: u64,
    /// Whether there is more to be read.
    pub more: bool,
}

/// Where pages go.
pub type Sink<'s> = &'s mut dyn FnMut(u32, &[u8]) -> io::Result<()>;

/// Follows one database.
pub struct Tap {
    path: PathBuf,
    files: Files,
    pin: Connection,
    spare: Connection,
    lock: Connection,
    /// The newest frame that the pin may show.
    pinned: Spot,
    /// The pin holds no frame of the log: the next commit may begin it anew.
    loose: bool,
    at: Spot,
    change: u32,
    pages: Pages,
}

fn sqlite(error: &rusqlite::Error) -> StoreError {
    classify(error).error().clone()
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| sqlite(&error))?;
    connection.busy_timeout(LOCK_WAIT_MAX).map_err(|error| sqlite(&error))?;
    connection.execute_batch("PRAGMA wal_autocheckpoint = 0").map_err(|error| sqlite(&error))?;
    // Reading opens the log and its shared memory.
    connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(())).map_err(|error| sqlite(&error))?;
    Ok(connection)
}

fn run(connection: &Connection, text: &str) -> Result<(), StoreError> {
    connection.execute_batch(text).map_err(|error| sqlite(&error))
}

fn begin_read(connection: &Connection) -> Result<(), StoreError> {
    run(connection, "BEGIN")?;
    connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(())).map_err(|error| sqlite(&error))
}

impl Tap {
    /// Opens a database in WAL mode and reads every page once.
    ///
    /// # Errors
    /// `Unavailable` when it can't be opened or read.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let (pin, spare, lock) = (connect(path)?, connect(path)?, connect(path)?);
        let files = Files::open(path).map_err(|error| disk(&error))?;
        begin_read(&pin)?;
        let head = files.head().map_err(|error| disk(&error))?;
        let mut tap = Self {
            path: path.to_owned(),
            files,
            pin,
            spare,
            lock,
            pinned: head.spot,
            loose: true,
            at: head.spot,
            change: head.change,
            pages: Pages::new(head.page_size),
        };
        tap.compare(&mut |_, _| Ok(()))?;
        Ok(tap)
    }

    /// The size of a page in bytes.
    #[must_use]
    pub fn page_size(&self) -> u32 {
        self.pages.size
    }

    /// Over all pages: what a copy must have that is the same.
    #[must_use]
    pub fn checksum(&self) -> u64 {
        self.pages.sum
    }

    /// Pages of the database.
    #[must_use]
    pub fn pages(&self) -> u32 {
        self.pages.count()
    }

    fn head(&self) -> Result<Head, StoreError> {
        let head = self.files.head().map_err(|error| disk(&error))?;
        if head.page_size == self.pages.size {
            return Ok(head);
        }
        Err(StoreError::setup("the size of the database's pages has changed"))
    }

    /// Whether something was committed since the last look; cheap.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn is_behind(&self) -> Result<bool, StoreError> {
        let head = self.head()?;
        Ok((head.spot, head.change) != (self.at, self.change))
    }

    /// Bytes of the log.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn log_bytes(&self) -> Result<u64, StoreError> {
        let head = self.head()?;
        Ok(if head.spot.frame == 0 { 0 } else { log::bytes_of(head.spot.frame, head.page_size) })
    }

    /// Reads what was committed since the last look, at most so much that a few pages are told; none when there is nothing.
    ///
    /// # Errors
    /// `Unavailable`; what the sink answers. The tap is of no use then.
    pub fn look(&mut self, sink: Sink<'_>) -> Result<Option<Change>, StoreError> {
        self.look_up_to(FRAMES_MAX, sink)
    }

    fn look_up_to(&mut self, frames_max: u32, sink: Sink<'_>) -> Result<Option<Change>, StoreError> {
        for _ in 0..TRIES_MAX {
            let head = self.head()?;
            if (head.spot, head.change) == (self.at, self.change) {
                return Ok(None);
            }
            match self.walk(&head, frames_max).map_err(|error| disk(&error))? {
                Walked::Found(found) => {
                    let more = found.to != head.spot;
                    let told = self.tell(&found, sink)?;
                    (self.at, self.change) = (found.to, self.change.wrapping_add(found.commits));
                    let (pages, checksum) = (self.pages.count(), self.pages.sum);
                    return Ok(Some(Change { told, commits: found.commits, pages, checksum, more }));
                }
                Walked::Missed => return self.compare(sink).map(Some),
                Walked::Torn => std::thread::yield_now(),
            }
        }
        self.compare(sink).map(Some)
    }

    /// Goes over the frames after the place, to the last commit that fits.
    fn walk(&self, head: &Head, frames_max: u32) -> io::Result<Walked> {
        let same = head.spot.salt == self.at.salt;
        let from = match same {
            true if head.spot.frame < self.at.frame => return Ok(Walked::Missed),
            true => self.at,
            false if head.spot.frame == 0 => {
                let nothing = Found { to: head.spot, commits: 0, frames: BTreeMap::new(), pages: self.pages.count() };
                return Ok(if head.change == self.change { Walked::Found(nothing) } else { Walked::Missed });
            }
            false => match log::beginning(self.files.log, head.spot.salt)? {
                Some(from) => from,
                None => return Ok(Walked::Torn),
            },
        };
        let mut found = Found { to: from, commits: 0, frames: BTreeMap::new(), pages: self.pages.count() };
        let (mut open, mut commits, mut full) = (Vec::new(), 0, false);
        let mut walk = Walk::new(self.files.log, head, from);
        while walk.at.frame < head.spot.frame {
            let Some(frame) = walk.next()? else { return Ok(Walked::Torn) };
            if !full {
                open.push((frame.page, walk.at.frame));
            }
            if let Some(pages) = frame.commit {
                found.frames.extend(open.drain(..));
                commits += 1;
                if full {
                    continue;
                }
                (found.to, found.pages, found.commits) = (walk.at, pages, commits);
                full = walk.at.frame - from.frame >= frames_max;
            }
        }
        // As many transactions as SQLite has counted: nothing between the place and the header is missing.
        let proven = walk.at == head.spot && self.change.wrapping_add(commits) == head.change;
        Ok(if proven { Walked::Found(found) } else { Walked::Missed })
    }

    fn tell(&mut self, found: &Found, sink: Sink<'_>) -> Result<u32, StoreError> {
        let mut page = vec![0; self.pages.size as usize];
        let mut told = 0;
        self.pages.resize(found.pages);
        for (&number, &frame) in found.frames.iter().filter(|(number, _)| **number <= found.pages) {
            let same = log::page_of(self.files.log, frame, number, found.to.salt, &mut page);
            if !same.map_err(|error| disk(&error))? {
                return Err(StoreError::unavailable("the log of the database was begun anew while it was read"));
            }
            self.pages.set(number, &page);
            sink(number, &page).map_err(|error| disk(&error))?;
            told += 1;
        }
        Ok(told)
    }

    /// Reads every page and tells those that are not what they were.
    fn compare(&mut self, sink: Sink<'_>) -> Result<Change, StoreError> {
        for _ in 0..TRIES_MAX {
            self.pin_again()?;
            let head = self.head()?;
            let Some(frames) = frames_of(&self.files, &head).map_err(|error| disk(&error))? else { continue };
            let mut fresh = Pages::new(self.pages.size);
            let mut differing = Vec::new();
            let mut page = vec![0; self.pages.size as usize];
            let mut torn = false;
            for number in 1..=head.pages {
                torn |= !read(&self.files, &frames, head.spot.salt, number, &mut page).map_err(|error| disk(&error))?;
                fresh.push(&page);
                if fresh.hash(number) != self.pages.hash(number) {
                    differing.push(number);
                }
            }
            // The pin keeps the pages from changing unless the log was begun anew; then it is done again.
            if torn || self.head()?.spot.salt != head.spot.salt {
                continue;
            }
            (self.pages, self.at, self.change) = (fresh, head.spot, head.change);
            for &number in &differing {
                read(&self.files, &frames, head.spot.salt, number, &mut page).map_err(|error| disk(&error))?;
                if !self.pages.is(number, &page) {
                    return Err(StoreError::unavailable("the database has changed under the reader"));
                }
                sink(number, &page).map_err(|error| disk(&error))?;
            }
            let told = u32::try_from(differing.len()).unwrap_or(u32::MAX);
            let (pages, checksum) = (self.pages.count(), self.pages.sum);
            return Ok(Change { told, commits: 0, pages, checksum, more: false });
        }
        Err(StoreError::unavailable("the database does not keep still long enough to be read"))
    }

    /// Takes a newer pin before it gives up the old one.
    fn pin_again(&mut self) -> Result<(), StoreError> {
        begin_read(&self.spare)?;
        run(&self.pin, "COMMIT")?;
        std::mem::swap(&mut self.pin, &mut self.spare);
        let head = self.head()?;
        // With every frame copied back, a new reader reads the file alone and holds no frame.
        self.loose = head.spot.frame == 0 || self.copied_back()? >= head.spot.frame;
        self.pinned = head.spot;
        Ok(())
    }

    /// Frames that are copied back into the file.
    fn copied_back(&self) -> Result<u32, StoreError> {
        let mut bytes = [0; 4];
        self.files.index.read_exact_at(&mut bytes, 96).map_err(|error| disk(&error))?;
        Ok(u32::from_ne_bytes(bytes))
    }

    /// Takes a firm pin where there is none; to be called often. Cheap when there is nothing to do.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn hold(&mut self) -> Result<(), StoreError> {
        if self.loose && self.head()?.spot != self.pinned {
            self.pin_again()?;
        }
        Ok(())
    }

    /// Whether the pin is one that a commit can take away.
    #[must_use]
    pub fn is_loose(&self) -> bool {
        self.loose
    }

    /// Copies the log back into the file, so that it can begin anew: first beside the writers, then the rest while none
    /// writes, after a last look. Put off when a writer does not let go of the lock.
    ///
    /// # Errors
    /// As [`Tap::look`].
    pub fn rotate(&mut self, sink: Sink<'_>) -> Result<Option<Change>, StoreError> {
        self.pin_again()?;
        self.copy_back()?;
        if self.lock.execute_batch("BEGIN IMMEDIATE").is_err() {
            return Ok(None);
        }
        let looked = self.look_up_to(u32::MAX, sink);
        let copied = looked.and_then(|change| {
            run(&self.pin, "COMMIT")?;
            let copied = self.copy_back();
            begin_read(&self.pin)?;
            self.pinned = self.at;
            self.loose = self.copied_back()? >= self.at.frame;
            copied.map(|()| change)
        });
        run(&self.lock, "ROLLBACK")?;
        copied
    }

    fn copy_back(&self) -> Result<(), StoreError> {
        self.spare.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).or_else(|error| {
            match error.sqlite_error_code() {
                Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => Ok(()),
                _ => Err(sqlite(&error)),
            }
        })
    }

    /// The whole database at this place, to be read at leisure; none while the pin is newer than the place: look first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn snapshot(&mut self) -> Result<Option<Snapshot>, StoreError> {
        let newer = self.pinned.salt == self.at.salt && self.pinned.frame > self.at.frame;
        if newer || (self.pinned.salt != self.at.salt && self.at_is_older()?) {
            return Ok(None);
        }
        let head = Head { spot: self.at, pages: self.pages.count(), ..self.head()? };
        let Some(frames) = frames_of(&self.files, &head).map_err(|error| disk(&error))? else { return Ok(None) };
        let fresh = connect(&self.path)?;
        begin_read(&fresh)?;
        let pin = std::mem::replace(&mut self.pin, fresh);
        let now = self.head()?;
        self.loose = now.spot.frame == 0 || self.copied_back()? >= now.spot.frame;
        self.pinned = now.spot;
        Ok(Some(Snapshot { files: self.files, frames, salt: self.at.salt, pages: self.pages.clone(), _pin: pin }))
    }

    /// The pin is of another log than the place: is the place of the log before it?
    fn at_is_older(&self) -> Result<bool, StoreError> {
        Ok(self.head()?.spot.salt != self.at.salt)
    }
}

enum Walked {
    Found(Found),
    Missed,
    Torn,
}

struct Found {
    to: Spot,
    commits: u32,
    frames: BTreeMap<u32, u32>,
    pages: u32,
}
