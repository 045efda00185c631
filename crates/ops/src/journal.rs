//! The journal of an environment: what was planned, begun, done and decided, one JSON object a line, only ever appended.
//!
//! Each line carries the digest of the one before, so that a line that was changed or taken out is seen. A line is kept, on
//! the disk or in the cluster, before the deed that it announces. A last line that a crash cut short is not counted, and cut
//! off by the next one.

mod entry;
mod file;
mod history;

pub use entry::{Entry, Event, Outcome, Seen, Wish};
pub use history::{Change, History, Unfinished};

use std::path::Path;

use aws_lc_rs::digest;
use jiff::Timestamp;

use crate::failed::{Doing, Failed};
use crate::target::kubernetes::ledger::Ledger;
use file::Lines;

/// The digest before the first line.
const BEGIN: &str = "";

/// A journal that is open for appending.
#[derive(Debug)]
pub struct Journal {
    place: Place,
    entries: Vec<Entry>,
    last_digest: String,
}

/// Where its lines are.
#[derive(Debug)]
enum Place {
    File(Lines),
    Cluster(Box<Ledger>),
    /// Of who only reads.
    Nowhere,
}

impl Journal {
    /// Opens or makes it, and reads what is there.
    ///
    /// # Errors
    /// When the file can't be used, or a line was changed after it was written.
    pub fn open(path: &Path) -> Result<Self, Failed> {
        let (mut lines, bytes) = Lines::open(path)?;
        let whole = read(&bytes).map_err(|fault| broken(&path.display().to_string(), &fault))?;
        lines.whole_until(whole.end);
        Ok(Self { place: Place::File(lines), entries: whole.entries, last_digest: whole.last_digest })
    }

    /// One whose lines are kept in a cluster.
    ///
    /// # Errors
    /// When it can't be read, or a line was changed after it was written.
    pub async fn of_cluster(mut ledger: Ledger) -> Result<Self, Failed> {
        let bytes = ledger.read().await?;
        let whole = read(&bytes).map_err(|fault| broken(&ledger.title(), &fault))?;
        Ok(Self { place: Place::Cluster(Box::new(ledger)), entries: whole.entries, last_digest: whole.last_digest })
    }

    /// What is in a file, without opening it for writing; nothing when there is none.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn look(path: &Path) -> Result<Vec<Entry>, Failed> {
        let name = path.display();
        match std::fs::read(path) {
            Ok(bytes) => read(&bytes).map(|read| read.entries).map_err(|fault| broken(&name.to_string(), &fault)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(Failed::ours(format!("{name}: {error}"))),
        }
    }

    /// A file's, only to read: it is not made when it is not there, and nothing can be appended.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn to_read(path: &Path) -> Result<Self, Failed> {
        Ok(Self { place: Place::Nowhere, entries: Self::look(path)?, last_digest: String::new() })
    }

    /// All entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What they amount to.
    #[must_use]
    pub fn history(&self) -> History {
        History::of(&self.entries)
    }

    /// Appends an entry; when this returns it is kept.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn append(&mut self, event: Event) -> Result<(), Failed> {
        let entry = Entry {
            number: self.entries.len() as u64 + 1,
            at: Timestamp::now(),
            before: self.last_digest.clone(),
            event,
        };
        let mut line = serde_json::to_vec(&entry).doing("can't write the journal")?;
        let digest = hex_digest(&line);
        line.push(b'\n');
        match &mut self.place {
            Place::File(lines) => lines.append(&line)?,
            Place::Cluster(ledger) => ledger.append(&line).await?,
            Place::Nowhere => return Err(Failed::ours("the journal was opened only to read")),
        }
        self.last_digest = digest;
        self.entries.push(entry);
        Ok(())
    }
}

fn broken(name: &str, fault: &str) -> Failed {
    Failed::ours(format!("the journal {name} can't be trusted: {fault}"))
        .next("find out who changed it; to go on without its history, move it away and release again")
}

struct Whole {
    entries: Vec<Entry>,
    last_digest: String,
    end: u64,
}

fn read(bytes: &[u8]) -> Result<Whole, String> {
    let mut whole = Whole { entries: Vec::new(), last_digest: BEGIN.to_owned(), end: 0 };
    // What follows the last line feed was cut short by a crash.
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")).peekable();
    while let Some(line) = lines.next() {
        let text = &line[..line.len() - 1];
        let number = whole.entries.len() + 1;
        let entry: Entry = match serde_json::from_slice(text) {
            Ok(entry) => entry,
            // Blocks of a file may reach the disk in any order: the last line may be torn and yet have its end.
            Err(_) if lines.peek().is_none() && whole.end as usize + line.len() == bytes.len() => break,
            Err(error) => return Err(format!("line {number} can't be read: {error}")),
        };
        if entry.before != whole.last_digest || entry.number != number as u64 {
            return Err(format!("line {number} does not follow the one before it"));
        }
        whole.last_digest = hex_digest(text);
        whole.end += line.len() as u64;
        whole.entries.push(entry);
    }
    Ok(whole)
}

/// SHA-256, hexadecimal.
#[must_use]
pub fn hex_digest(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// Hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn aborted(why: &str) -> Event {
        Event::Asked { wish: Wish::Abort, by: why.into() }
    }

    async fn three() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let mut journal = Journal::open(&path).unwrap();
        for why in ["a", "b", "c"] {
            journal.append(aborted(why)).await.unwrap();
        }
        (folder, path)
    }

    #[tokio::test]
    async fn a_line_that_was_cut_short_anywhere_is_not_counted_and_the_next_one_fits() {
        let (_folder, path) = three().await;
        let whole = std::fs::read(&path).unwrap();
        let second_end = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0 + 1;
        for end in second_end..whole.len() {
            std::fs::write(&path, &whole[..end]).unwrap();
            let mut journal = Journal::open(&path).unwrap();
            assert_eq!(journal.entries().len(), 2, "cut at {end}");
            journal.append(aborted("after the crash")).await.unwrap();
            assert_eq!(Journal::look(&path).unwrap().len(), 3);
        }
    }

    #[tokio::test]
    async fn a_last_line_of_zeros_or_noise_is_not_counted() {
        let (_folder, path) = three().await;
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend([0, 0, 0, b'\n']);
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(Journal::open(&path).unwrap().entries().len(), 3);
    }

    #[tokio::test]
    async fn a_line_that_was_changed_or_taken_out_is_seen() {
        let (_folder, path) = three().await;
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("\"by\":\"b\"", "\"by\":\"x\"")).unwrap();
        assert!(Journal::open(&path).unwrap_err().what.contains("line 3 does not follow"));
        let lines: Vec<&str> = text.lines().collect();
        std::fs::write(&path, format!("{}\n{}\n", lines[0], lines[2])).unwrap();
        assert!(Journal::open(&path).unwrap_err().what.contains("line 2 does not follow"));
    }
}
