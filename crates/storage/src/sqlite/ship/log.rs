//! SQLite's write-ahead log as it lies on the disk: the header in shared memory, which says how far the log is valid, and
//! the frames. Only reads. Source: <https://www.sqlite.org/walformat.html>, <https://www.sqlite.org/fileformat2.html#walformat>.

use std::{fs::File, io, os::unix::fs::FileExt};

/// Bytes of the header of the log.
const LOG_HEAD: u64 = 32;
/// Bytes of the header of a frame.
const FRAME_HEAD: usize = 24;
/// Bytes of one of the two copies of the header in shared memory.
const INDEX_HEAD: usize = 48;
/// How often a header that is being written is read again.
const TORN_MAX: usize = 1_000;

/// Where a log is: which one (its salt), how many frames, the checksum up to there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) salt: [u8; 8],
    pub(super) frame: u32,
    pub(super) sum: [u32; 2],
}

/// What the header in shared memory says: all frames up to the spot are committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) spot: Spot,
    /// Pages of the database.
    pub(super) pages: u32,
    /// Counts the transactions that wrote: what proves that none was missed.
    pub(super) change: u32,
    pub(super) page_size: u32,
    /// The checksums' words are big-endian.
    pub(super) big_endian: bool,
}

/// The header, as one commit left it.
pub(super) fn head(index: &File) -> io::Result<Head> {
    for _ in 0..TORN_MAX {
        let mut bytes = [0; 2 * INDEX_HEAD];
        index.read_exact_at(&mut bytes, 0)?;
        let (one, two) = bytes.split_at(INDEX_HEAD);
        // A writer fills the second copy first, then the first: equal copies with a right checksum are whole.
        if one == two && one[12] != 0 && checksum([0, 0], &one[..40], cfg!(target_endian = "big")) == pair(one, 40) {
            return Ok(parse(one));
        }
        std::thread::yield_now();
    }
    Err(io::Error::other("the header of the write-ahead log in shared memory can't be read"))
}

fn parse(head: &[u8]) -> Head {
    let size = u32::from(u16::from_ne_bytes([head[14], head[15]]));
    let mut salt = [0; 8];
    salt.copy_from_slice(&head[32..40]);
    Head {
        spot: Spot { salt, frame: native(head, 16), sum: pair(head, 24) },
        pages: native(head, 20),
        change: native(head, 8),
        page_size: if size == 1 { 65_536 } else { size },
        big_endian: head[13] != 0,
    }
}

fn native(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn pair(bytes: &[u8], at: usize) -> [u32; 2] {
    [native(bytes, at), native(bytes, at + 4)]
}

fn big(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// SQLite's own checksum, gone on with.
fn checksum(from: [u32; 2], bytes: &[u8], big_endian: bool) -> [u32; 2] {
    let [mut one, mut two] = from;
    for words in bytes.chunks_exact(8) {
        let word = |at: usize| if big_endian { big(words, at) } else { big(words, at).swap_bytes() };
        one = one.wrapping_add(word(0)).wrapping_add(two);
        two = two.wrapping_add(word(4)).wrapping_add(one);
    }
    [one, two]
}

/// The log of this salt has its own header in the file; the checksum that its first frame goes on from.
pub(super) fn beginning(log: &File, salt: [u8; 8]) -> io::Result<Option<Spot>> {
    let mut bytes = [0; LOG_HEAD as usize];
    log.read_exact_at(&mut bytes, 0)?;
    let found = bytes[16..24] == salt;
    Ok(found.then(|| Spot { salt, frame: 0, sum: [big(&bytes, 24), big(&bytes, 28)] }))
}

/// A frame's header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) page: u32,
    /// With a commit: pages of the database after it.
    pub(super) commit: Option<u32>,
}

/// Goes through the frames of a log one after the other.
pub(super) struct Walk<'f> {
    log: &'f File,
    big_endian: bool,
    page_size: usize,
    buffer: Vec<u8>,
    pub(super) at: Spot,
}

impl<'f> Walk<'f> {
    pub(super) fn new(log: &'f File, head: &Head, from: Spot) -> Self {
        let page_size = head.page_size as usize;
        Self { log, big_endian: head.big_endian, page_size, buffer: vec![0; FRAME_HEAD + page_size], at: from }
    }

    /// The next frame, checked; none when what lies there is of another log.
    pub(super) fn next(&mut self) -> io::Result<Option<Frame>> {
        self.log.read_exact_at(&mut self.buffer, place(self.at.frame + 1, self.page_size))?;
        let bytes = &self.buffer[..];
        let sum = checksum(self.at.sum, &bytes[..8], self.big_endian);
        let sum = checksum(sum, &bytes[FRAME_HEAD..], self.big_endian);
        if bytes[8..16] != self.at.salt || sum != [big(bytes, 16), big(bytes, 20)] {
            return Ok(None);
        }
        self.at = Spot { salt: self.at.salt, frame: self.at.frame + 1, sum };
        Ok(Some(Frame { page: big(bytes, 0), commit: Some(big(bytes, 4)).filter(|pages| *pages > 0) }))
    }
}

fn place(frame: u32, page_size: usize) -> u64 {
    LOG_HEAD + u64::from(frame - 1) * (FRAME_HEAD + page_size) as u64
}

/// Bytes of a log of so many frames.
pub(super) fn bytes_of(frames: u32, page_size: u32) -> u64 {
    place(frames + 1, page_size as usize)
}

/// The page in a frame that was walked over; false when the log has begun anew since.
pub(super) fn page_of(log: &File, frame: u32, page: u32, salt: [u8; 8], into: &mut [u8]) -> io::Result<bool> {
    let mut head = [0; FRAME_HEAD];
    let at = place(frame, into.len());
    log.read_exact_at(&mut head, at)?;
    log.read_exact_at(into, at + FRAME_HEAD as u64)?;
    Ok(big(&head, 0) == page && head[8..16] == salt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_that_sqlite_writes() {
        // The first 24 bytes of a log's header and the checksum that stands after them, from a log of SQLite 3.51.
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.db");
        let connection = rusqlite::Connection::open(&path).expect("a database");
        connection
            .execute_batch("PRAGMA journal_mode = wal; CREATE TABLE t (x); INSERT INTO t VALUES (1)")
            .expect("sql");
        let bytes = std::fs::read(folder.path().join("x.db-wal")).expect("a log");
        let big_endian = bytes[3] == 0x83;
        assert_eq!(checksum([0, 0], &bytes[..24], big_endian), [big(&bytes, 24), big(&bytes, 28)]);
        let index = File::open(folder.path().join("x.db-shm")).expect("shared memory");
        let head = head(&index).expect("a header");
        assert_eq!(bytes_of(head.spot.frame, head.page_size), bytes.len() as u64);
        let log = File::open(folder.path().join("x.db-wal")).expect("a log");
        let start = beginning(&log, head.spot.salt).expect("reads").expect("the same log");
        let mut walk = Walk::new(&log, &head, start);
        let mut commits = 0;
        while walk.at.frame < head.spot.frame {
            commits += u32::from(walk.next().expect("reads").expect("a frame").commit.is_some());
        }
        assert_eq!(walk.at, head.spot);
        assert_eq!(commits, head.change, "each transaction is counted once");
        drop((connection, index));
    }
}
