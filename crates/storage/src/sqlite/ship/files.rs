//! The three files of a database in WAL mode, read beside SQLite.

use std::{
    collections::HashMap,
    fs::File,
    io,
    os::unix::fs::{FileExt, MetadataExt},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::log::{self, Head, Walk};
use crate::error::StoreError;

#[derive(Clone, Copy)]
pub(super) struct Files {
    pub(super) database: &'static File,
    pub(super) index: &'static File,
    pub(super) log: &'static File,
}

/// Files of databases, by device and inode, never closed: to close one would end the locks that SQLite holds on it in this
/// process. Source: <https://www.sqlite.org/howtocorrupt.html#posix_close_bug>.
static KEPT_OPEN: Mutex<Vec<(u64, u64, &'static File)>> = Mutex::new(Vec::new());

fn keep_open(path: &Path) -> io::Result<&'static File> {
    let seen = std::fs::metadata(path)?;
    let mut kept = KEPT_OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((.., file)) = kept.iter().find(|(device, inode, _)| (*device, *inode) == (seen.dev(), seen.ino())) {
        return Ok(file);
    }
    let file: &'static File = Box::leak(Box::new(File::open(path)?));
    let opened = file.metadata()?;
    kept.push((opened.dev(), opened.ino(), file));
    Ok(file)
}

impl Files {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let open = |suffix: &str| keep_open(&suffixed(path, suffix));
        Ok(Self { database: open("")?, index: open("-shm")?, log: open("-wal")? })
    }

    /// The end of the log.
    pub(super) fn head(&self) -> io::Result<Head> {
        log::head(self.index).and_then(|head| filled(head, self.database))
    }
}

pub(super) fn disk(error: &io::Error) -> StoreError {
    StoreError::unavailable(format!("the log of the database can't be followed: {error}"))
}

pub(super) fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Before the first frame of a fresh log the header knows no sizes: the file does.
fn filled(mut head: Head, database: &File) -> io::Result<Head> {
    if head.page_size == 0 {
        let mut size = [0; 2];
        database.read_exact_at(&mut size, 16)?;
        let size = u32::from(u16::from_be_bytes(size));
        head.page_size = if size == 1 { 65_536 } else { size };
    }
    if head.pages == 0 && head.page_size > 0 {
        let pages = database.metadata()?.len() / u64::from(head.page_size);
        head.pages = u32::try_from(pages).map_err(io::Error::other)?;
    }
    Ok(head)
}

/// The newest frame of every page, up to the head; none when the log has begun anew since.
pub(super) fn frames_of(files: &Files, head: &Head) -> io::Result<Option<HashMap<u32, u32>>> {
    let mut frames = HashMap::new();
    if head.spot.frame == 0 {
        return Ok(Some(frames));
    }
    let Some(from) = log::beginning(files.log, head.spot.salt)? else { return Ok(None) };
    let mut walk = Walk::new(files.log, head, from);
    while walk.at.frame < head.spot.frame {
        let Some(frame) = walk.next()? else { return Ok(None) };
        frames.insert(frame.page, walk.at.frame);
    }
    Ok((walk.at == head.spot).then_some(frames))
}

/// A page as of a place: from the log where it is there, else from the file; false when the log has begun anew.
pub(super) fn read(
    files: &Files,
    frames: &HashMap<u32, u32>,
    salt: [u8; 8],
    number: u32,
    page: &mut [u8],
) -> io::Result<bool> {
    if let Some(&frame) = frames.get(&number) {
        return log::page_of(files.log, frame, number, salt, page);
    }
    read_file(files.database, number, page).map(|()| true)
}

/// A page of the file; zeros beyond its end, where SQLite has not written yet.
pub(super) fn read_file(file: &File, number: u32, page: &mut [u8]) -> io::Result<()> {
    let at = u64::from(number - 1) * page.len() as u64;
    match file.read_exact_at(page, at) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            page.fill(0);
            Ok(())
        }
        other => other,
    }
}
