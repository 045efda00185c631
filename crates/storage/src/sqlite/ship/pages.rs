//! A hash of every page, their sum, and a snapshot whose pages are held against them.

use std::{collections::HashMap, io};

use aws_lc_rs::digest::{Context, SHA256};
use rusqlite::Connection;

use super::files::{Files, read, read_file};

/// Hashes of all pages, and what they add up to.
#[derive(Clone, Debug)]
pub(super) struct Pages {
    pub(super) size: u32,
    pub(super) sum: u64,
    hashes: Vec<u64>,
}

/// The first eight bytes of the SHA-256 of number and content.
#[must_use]
pub fn hash_of(number: u32, page: &[u8]) -> u64 {
    let mut context = Context::new(&SHA256);
    context.update(&number.to_be_bytes());
    context.update(page);
    let digest = context.finish();
    digest.as_ref().iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

impl Pages {
    pub(super) fn new(size: u32) -> Self {
        Self { size, sum: 0, hashes: Vec::new() }
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.hashes.len()).unwrap_or(u32::MAX)
    }

    /// Pages that come are zeros until they are set; pages that go leave the sum.
    pub(super) fn resize(&mut self, count: u32) {
        while self.count() > count {
            self.sum ^= self.hashes.pop().unwrap_or(0);
        }
        let zeros = vec![0; self.size as usize];
        while self.count() < count {
            let hash = hash_of(self.count() + 1, &zeros);
            self.sum ^= hash;
            self.hashes.push(hash);
        }
    }

    /// One more.
    pub(super) fn push(&mut self, page: &[u8]) {
        let hash = hash_of(self.count() + 1, page);
        self.sum ^= hash;
        self.hashes.push(hash);
    }

    pub(super) fn set(&mut self, number: u32, page: &[u8]) {
        if let Some(kept) = self.hashes.get_mut(number as usize - 1) {
            let hash = hash_of(number, page);
            self.sum ^= *kept ^ hash;
            *kept = hash;
        }
    }

    pub(super) fn hash(&self, number: u32) -> Option<u64> {
        self.hashes.get(number as usize - 1).copied()
    }

    pub(super) fn is(&self, number: u32, page: &[u8]) -> bool {
        self.hash(number) == Some(hash_of(number, page))
    }
}

/// The database as it was at one place of the log. While it is held the log can't be copied back beyond it: read it soon.
pub struct Snapshot {
    pub(super) files: Files,
    pub(super) frames: HashMap<u32, u32>,
    pub(super) salt: [u8; 8],
    pub(super) pages: Pages,
    pub(super) _pin: Connection,
}

impl Snapshot {
    /// The size of a page in bytes.
    #[must_use]
    pub fn page_size(&self) -> u32 {
        self.pages.size
    }

    /// How many there are.
    #[must_use]
    pub fn pages(&self) -> u32 {
        self.pages.count()
    }

    /// What [`super::Tap::checksum`] was.
    #[must_use]
    pub fn checksum(&self) -> u64 {
        self.pages.sum
    }

    /// Reads a page (the first is 1), and holds it against its hash.
    ///
    /// # Errors
    /// When the disk fails, or the page is not what it was: then the snapshot is lost, and nothing else.
    pub fn read(&self, number: u32, page: &mut [u8]) -> io::Result<()> {
        if read(&self.files, &self.frames, self.salt, number, page)? && self.pages.is(number, page) {
            return Ok(());
        }
        // Once the log has begun anew, all that it had is in the file.
        read_file(self.files.database, number, page)?;
        if self.pages.is(number, page) {
            return Ok(());
        }
        Err(io::Error::other(format!("page {number} is not what it was when the snapshot was taken")))
    }
}
