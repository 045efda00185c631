//! A file that can be opened more than once: a path, or bytes that are already in memory.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::FileError;

/// Where a file comes from. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file on disk.
    Path(PathBuf),
    /// A file in memory.
    Bytes(Arc<[u8]>),
}

pub(crate) trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

impl Source {
    pub(crate) fn open(&self) -> Result<Box<dyn ReadSeek>, FileError> {
        Ok(match self {
            Self::Path(path) => Box::new(File::open(path)?),
            Self::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }

    /// Size in bytes.
    ///
    /// # Errors
    /// The file can't be opened.
    pub fn size(&self) -> Result<u64, FileError> {
        Ok(match self {
            Self::Path(path) => std::fs::metadata(path)?.len(),
            Self::Bytes(bytes) => bytes.len() as u64,
        })
    }

    /// The first bytes, for [`detect`](crate::detect).
    ///
    /// # Errors
    /// The file can't be read.
    pub fn head(&self) -> Result<Vec<u8>, FileError> {
        let mut head = Vec::new();
        self.open()?.take(64 * 1024).read_to_end(&mut head)?;
        Ok(head)
    }

    pub(crate) fn check_size(&self, bytes_max: u64) -> Result<(), FileError> {
        let size = self.size()?;
        if size == 0 {
            return Err(FileError::new("empty-file", "the file is empty"));
        }
        if size > bytes_max {
            let message = format!("the file has {size} bytes; at most {bytes_max} are read in this format");
            return Err(FileError::new("too-large", message));
        }
        Ok(())
    }

    pub(crate) fn read_all(&self, bytes_max: u64) -> Result<Vec<u8>, FileError> {
        self.check_size(bytes_max)?;
        let mut bytes = Vec::new();
        self.open()?.take(bytes_max + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > bytes_max {
            return Err(FileError::new(
                "too-large",
                format!("the file grew beyond {bytes_max} bytes while it was read"),
            ));
        }
        Ok(bytes)
    }
}
