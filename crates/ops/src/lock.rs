//! One operator at a time: a file with the name of who is at work, locked as long as that process lives.
//!
//! The kernel lets go of the lock when the process ends, however it ends. What is left in the file then tells who was at
//! work when it was killed. A lock that somebody else broke is noticed before the next step.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::failed::{Doing, Failed};

/// Who is at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    /// The person.
    pub user: String,
    /// The machine.
    pub host: String,
    /// The process.
    pub pid: u32,
    /// Since when.
    pub since: Timestamp,
    /// What it does: `deploy`.
    pub doing: String,
}

impl Owner {
    /// This process.
    #[must_use]
    pub fn me(doing: &str) -> Self {
        Self { user: user(), host: host(), pid: std::process::id(), since: Timestamp::now(), doing: doing.to_owned() }
    }

    /// `alice on build-1 (process 4711) since 2026-11-27T22:00:00Z: deploy`.
    #[must_use]
    pub fn title(&self) -> String {
        let since = self.since.round(jiff::Unit::Second).unwrap_or(self.since);
        format!("{} on {} (process {}) since {since}: {}", self.user, self.host, self.pid, self.doing)
    }
}

/// The user's name.
#[must_use]
pub fn user() -> String {
    let said = |name| std::env::var(name).ok().filter(|user| !user.is_empty());
    said("USER").or_else(|| said("LOGNAME")).or_else(asked).unwrap_or_else(|| "unknown".to_owned())
}

fn asked() -> Option<String> {
    let output = std::process::Command::new("id").arg("-un").output().ok()?;
    let name = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    Some(name).filter(|name| output.status.success() && !name.is_empty())
}

/// The machine's name.
#[must_use]
pub fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
}

/// The lock, and who had it before and ended without giving it back.
pub type Taken = (Lock, Option<Owner>);

impl Lock {
    /// Takes the lock. With `break_it` it is taken from whoever has it.
    ///
    /// # Errors
    /// When somebody else has it: names who.
    pub fn take(path: &Path, doing: &str, break_it: bool) -> Result<Taken, Failed> {
        if break_it {
            // A new file: who holds the old one will see that it is not the one at the path any more.
            let aside = path.with_extension(format!("broken-{}", std::process::id()));
            match std::fs::rename(path, aside) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Failed::ours(format!("can't break the lock {}: {error}", path.display())));
                }
                _ => {}
            }
        }
        let at = || format!("the lock {}", path.display());
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path).doing(at())?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(taken(path)),
            Err(TryLockError::Error(error)) => return Err(Failed::ours(format!("{}: {error}", at()))),
        }
        let before = read(&mut file);
        let mut lock = Self { path: path.to_owned(), file };
        lock.write(&serde_json::to_vec(&Owner::me(doing)).doing(at())?).doing(at())?;
        lock.check()?;
        Ok((lock, before))
    }

    /// Whether it is still ours.
    ///
    /// # Errors
    /// When somebody broke it: this process must do nothing more.
    pub fn check(&self) -> Result<(), Failed> {
        let same = match (std::fs::metadata(&self.path), self.file.metadata()) {
            (Ok(at_path), Ok(own)) => (at_path.ino(), at_path.dev()) == (own.ino(), own.dev()),
            _ => false,
        };
        if same {
            return Ok(());
        }
        Err(Failed::ours(format!("somebody broke the lock {}; nothing more is done here", self.path.display()))
            .next("see who is at work: `raallyctl status`"))
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(bytes)?;
        self.file.sync_data()
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // An empty file says that the last one gave it back. If that fails, the next one is told of a kill that was none.
        _ = self.write(b"");
    }
}

/// Who is at work, if anybody is.
#[must_use]
pub fn owner(path: &Path) -> Option<Owner> {
    let mut file = File::open(path).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => read(&mut file),
        _ => None,
    }
}

fn read(file: &mut File) -> Option<Owner> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn taken(path: &Path) -> Failed {
    let owner = File::open(path).ok().and_then(|mut file| read(&mut file));
    let who = owner.map_or_else(|| "somebody".to_owned(), |owner| owner.title());
    Failed::input(format!("{who} is at work on this environment"))
        .next("wait for the end, or take the lock away with --break-lock if that process hangs; it will stop at its next step")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_operator_is_told_who_is_at_work() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let (lock, before) = Lock::take(&path, "deploy", false).unwrap();
        assert_eq!(before, None);
        let refused = Lock::take(&path, "rollback", false).unwrap_err();
        assert!(refused.exit == 1 && refused.what.contains(&format!("process {}", std::process::id())), "{refused}");
        assert_eq!(owner(&path).unwrap().doing, "deploy");
        drop(lock);
        assert_eq!(owner(&path), None);
        assert_eq!(Lock::take(&path, "rollback", false).unwrap().1, None);
    }

    #[test]
    fn who_was_killed_at_work_is_known_to_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let killed = Owner { pid: 4_000_000, ..Owner::me("deploy") };
        std::fs::write(&path, serde_json::to_vec(&killed).unwrap()).unwrap();
        assert_eq!(owner(&path), None, "nobody is at work");
        assert_eq!(Lock::take(&path, "abort", false).unwrap().1, Some(killed));
    }

    #[test]
    fn a_broken_lock_stops_the_one_who_had_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let (old, _) = Lock::take(&path, "deploy", false).unwrap();
        let (new, _) = Lock::take(&path, "abort", true).unwrap();
        assert!(old.check().is_err());
        assert!(new.check().is_ok());
        drop(old);
        assert_eq!(owner(&path).unwrap().doing, "abort", "the old one leaves the new one's file alone");
    }
}
