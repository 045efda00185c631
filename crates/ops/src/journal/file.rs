//! A journal's lines in a file: each is on the disk before the deed that it announces.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::failed::{Doing, Failed};

/// A file that is open for appending.
#[derive(Debug)]
pub struct Lines {
    path: PathBuf,
    file: File,
    /// Where the whole lines end.
    end: u64,
}

impl Lines {
    /// Opens or makes it; what is in it.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<u8>), Failed> {
        let doing = || path.display().to_string();
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path).doing(doing())?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).doing(doing())?;
        Ok((Self { path: path.to_owned(), file, end: 0 }, bytes))
    }

    pub(super) const fn whole_until(&mut self, end: u64) {
        self.end = end;
    }

    pub(super) fn append(&mut self, line: &[u8]) -> Result<(), Failed> {
        self.write(line).doing(format!("can't write the journal {}", self.path.display()))
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        // What a crash left behind the last whole line goes.
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(line)?;
        self.file.sync_data()?;
        self.end += line.len() as u64;
        Ok(())
    }
}
