//! Audit keys change: a new one signs from then on, and what the earlier ones signed still counts. Their public halves lie
//! in a file beside the key, outside of the database that they vouch for.

use std::io;
use std::path::{Path, PathBuf};

use super::checkpoint::{AuditKey, AuditPublicKey};
use crate::encoding;
use crate::keyfile::{self, KeyFileError};
use crate::token::PublicKey;

/// The list of public keys that belongs to a key file: a line each, its thumbprint and the key in base64url.
#[derive(Clone, Debug)]
pub struct TrustedKeys(PathBuf);

/// A change of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RotatedKey {
    /// Signed until now.
    pub old: AuditPublicKey,
    /// Signs from now on.
    pub new: AuditPublicKey,
}

impl TrustedKeys {
    /// Of this key file: `audit.key.trusted` beside `audit.key`.
    #[must_use]
    pub fn beside(key_file: &Path) -> Self {
        Self(with_ending(key_file, ".trusted"))
    }

    /// Where the list is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The keys; none when there is no list.
    ///
    /// # Errors
    /// When the list can't be read, is open to others, or is no list.
    pub fn read(&self) -> Result<Vec<AuditPublicKey>, KeyFileError> {
        let content = match keyfile::load(&self.0) {
            Err(KeyFileError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let key = |line: &str| {
            let (kid, key) = line.split_once(' ')?;
            let key = PublicKey::from_bytes(&encoding::decode(key.trim().as_bytes())?)?;
            (key.kid() == kid).then_some(key)
        };
        let lines = std::str::from_utf8(&content).ok().map(|text| text.lines().filter(|line| !line.trim().is_empty()));
        lines.and_then(|lines| lines.map(key).collect()).ok_or_else(|| KeyFileError::NotAKey {
            path: self.0.clone(),
            reason: "each line should hold a thumbprint and a public key",
        })
    }

    fn write(&self, keys: &[AuditPublicKey]) -> Result<(), KeyFileError> {
        let lines: String = keys.iter().map(|key| format!("{} {}\n", key.kid(), encoding::encode(&key.0))).collect();
        keyfile::replace(&self.0, lines.as_bytes())
    }
}

impl AuditKey {
    /// Makes a new key in the place of the one in this file, and lists both as trusted before that. Whoever holds the old
    /// one in memory goes on signing with it until it reads the file again; that still counts.
    ///
    /// # Errors
    /// When there is no key yet, or a file can't be read or written; then the old key still stands in its place.
    pub fn rotate(key_file: &Path) -> Result<RotatedKey, KeyFileError> {
        let old = Self::of_content(key_file, &keyfile::load(key_file)?)?.public();
        let fresh = Self::fresh()?;
        let new = Self::of_content(key_file, &fresh)?.public();
        let trusted = TrustedKeys::beside(key_file);
        let mut keys = trusted.read()?;
        for key in [old, new] {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        trusted.write(&keys)?;
        keyfile::replace(key_file, &fresh)?;
        Ok(RotatedKey { old, new })
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::fs;

    use super::*;

    #[test]
    fn keys_of_every_rotation_stay_trusted_and_only_the_last_one_signs() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("audit.key");
        assert!(AuditKey::rotate(&file).is_err(), "there is no key to rotate");
        let first = AuditKey::load_or_create(&file).unwrap().public();
        assert_eq!(TrustedKeys::beside(&file).read().unwrap(), []);
        let second = AuditKey::rotate(&file).unwrap();
        let third = AuditKey::rotate(&file).unwrap();
        assert_eq!((second.old, third.old), (first, second.new));
        assert_eq!(AuditKey::load_or_create(&file).unwrap().public(), third.new);
        let list = TrustedKeys::beside(&file);
        assert_eq!(list.read().unwrap(), [first, second.new, third.new]);

        let text = fs::read_to_string(list.path()).unwrap();
        fs::write(list.path(), format!("x{text}")).unwrap();
        assert!(list.read().is_err(), "a changed list is none");
        assert!(AuditKey::rotate(&file).is_err());
        assert_eq!(AuditKey::load_or_create(&file).unwrap().public(), third.new, "the key stays");
    }
}
