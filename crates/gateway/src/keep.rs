//! The table on disk: written whole to a new file that takes the old one's name, so that a kill at any moment leaves
//! the one or the other.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::table::{Table, TargetId};

/// What survives a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Kept {
    pub epoch: u64,
    pub table: Table,
    /// Targets that get no new requests.
    #[serde(default)]
    pub draining: Vec<TargetId>,
}

/// Why a kept table can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The file can't be read.
    #[error("{0}: {1}")]
    Unreadable(PathBuf, #[source] io::Error),
    /// The file holds something else.
    #[error("{0} is no table of a gateway ({1}); move it away to begin with an empty one")]
    Foreign(PathBuf, #[source] serde_json::Error),
    /// The table has faults, which no version of the gateway writes.
    #[error("{0} holds a table with faults: {1}; move it away to begin with an empty one")]
    Faulty(PathBuf, String),
}

impl Kept {
    /// Reads it; without a file the table is empty.
    pub fn load(path: &Path) -> Result<Self, KeepError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(KeepError::Unreadable(path.to_owned(), error)),
        };
        let kept: Self = serde_json::from_slice(&bytes).map_err(|error| KeepError::Foreign(path.to_owned(), error))?;
        match kept.table.faults().first() {
            None => Ok(kept),
            Some(fault) => Err(KeepError::Faulty(path.to_owned(), fault.to_string())),
        }
    }

    /// Writes it; when it returns, it is on the disk.
    pub fn store(&self, path: &Path) -> io::Result<()> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut new = path.as_os_str().to_owned();
        new.push(".new");
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        File::open(folder)?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_table_reads_back_and_without_a_file_it_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        assert_eq!(Kept::load(&path).unwrap(), Kept::default());
        let kept = Kept { epoch: 7, table: Table::default(), draining: vec!["a-1".into()] };
        kept.store(&path).unwrap();
        assert_eq!(Kept::load(&path).unwrap(), kept);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_foreign_or_faulty_file_is_named_and_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        fs::write(&path, "{}").unwrap();
        assert!(matches!(Kept::load(&path), Err(KeepError::Foreign(..))));
        fs::write(&path, r#"{"epoch":1,"table":{"split":{"a":1}}}"#).unwrap();
        assert!(matches!(Kept::load(&path), Err(KeepError::Faulty(..))));
    }
}
