//! Key files: made at first use, with one winner when two processes start at once, and refused when others can read
//! them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::encoding;
use crate::random::{self, CryptoFailed};

/// Longest key file that is read, in bytes.
pub const KEY_FILE_BYTES_MAX: u64 = 16 * 1024;

/// Why a key file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It can't be read or made.
    #[error("key file {path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its group or everybody may read or write it.
    #[error("key file {path} is open to others (mode {mode:o}); run: chmod 600 {path}")]
    OpenToOthers {
        /// Which file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// What it holds is no key.
    #[error("key file {path}: {reason}")]
    NotAKey {
        /// Which file.
        path: PathBuf,
        /// What was expected.
        reason: &'static str,
    },
    /// No randomness.
    #[error(transparent)]
    Crypto(#[from] CryptoFailed),
}

/// The bytes of the file, which is made from `make` with mode 0600 when there is none.
///
/// A file is complete when it appears under its name and is never replaced: of several processes that make it at once,
/// one wins and all read the winner's. File and folder are synced before this returns.
///
/// # Errors
/// When the file can't be read, made or trusted.
pub fn load_or_create(
    path: &Path,
    make: impl FnOnce() -> Result<Zeroizing<Vec<u8>>, CryptoFailed>,
) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    match load(path) {
        Err(KeyFileError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
        other => return other,
    }
    let content = make()?;
    create(path, &content).map_err(|source| KeyFileError::Io { path: path.to_owned(), source })?;
    load(path)
}

/// The bytes of a file that is there.
pub(crate) fn load(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let io = |source| KeyFileError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    let metadata = file.metadata().map_err(io)?;
    refuse_open_to_others(path, &metadata)?;
    if !metadata.is_file() {
        return Err(KeyFileError::NotAKey { path: path.to_owned(), reason: "no regular file" });
    }
    let mut content = Zeroizing::new(Vec::new());
    file.take(KEY_FILE_BYTES_MAX + 1).read_to_end(&mut content).map_err(io)?;
    if content.len() as u64 > KEY_FILE_BYTES_MAX {
        return Err(KeyFileError::NotAKey { path: path.to_owned(), reason: "longer than any key" });
    }
    Ok(content)
}

#[cfg(unix)]
fn refuse_open_to_others(path: &Path, metadata: &fs::Metadata) -> Result<(), KeyFileError> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let mode = metadata.permissions().mode() & 0o777;
    if is_private(mode, metadata.uid()) {
        Ok(())
    } else {
        Err(KeyFileError::OpenToOthers { path: path.to_owned(), mode })
    }
}

/// For its owner alone; or root's own and read-only, for its group: so a cluster hands a secret to a process that is
/// not root.
///
/// Source: Kubernetes, "Secrets", default mode 0400 with an `fsGroup`; PostgreSQL trusts root's key files alike.
#[cfg(unix)]
const fn is_private(mode: u32, owner: u32) -> bool {
    mode & 0o077 == 0 || (owner == 0 && mode == 0o440)
}

#[cfg(not(unix))]
fn refuse_open_to_others(_: &Path, _: &fs::Metadata) -> Result<(), KeyFileError> {
    Ok(())
}

/// Puts these bytes, with mode 0600, in the place of whatever is there: a reader sees the old file or the new one.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), KeyFileError> {
    let io = |source| KeyFileError::Io { path: path.to_owned(), source };
    let folder = folder_of(path);
    let beside = folder.join(format!(".key-{}", encoding::encode(&random::bytes::<12>()?)));
    let replaced = write_new(&beside, content).and_then(|()| fs::rename(&beside, path));
    if replaced.is_err() {
        // Nothing of a key may lie about; what failed is told below.
        _ = fs::remove_file(&beside);
    }
    replaced.and_then(|()| File::open(folder)?.sync_all()).map_err(io)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Writes a file beside, then links it under its name, which fails when the name is taken: then the other one counts.
fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    fs::create_dir_all(folder)?;
    let unique = random::bytes::<12>().map_err(io::Error::other)?;
    let beside = folder.join(format!(".key-{}", encoding::encode(&unique)));
    let written = write_new(&beside, content).and_then(|()| fs::hard_link(&beside, path));
    // Whether or not the link was made, the file beside has done its work.
    let removed = fs::remove_file(&beside);
    match written {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        other => other.and(removed)?,
    }
    File::open(folder)?.sync_all()
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(all(test, unix))]
mod tests {
    use super::is_private;

    #[test]
    fn a_key_is_for_its_owner_or_handed_to_a_group_by_root() {
        assert!(is_private(0o600, 1000));
        assert!(is_private(0o400, 0));
        assert!(is_private(0o440, 0));
        for (mode, owner) in [(0o440, 1000), (0o640, 0), (0o444, 0), (0o604, 0), (0o660, 1000)] {
            assert!(!is_private(mode, owner), "{mode:o} of {owner}");
        }
    }
}
