//! Log files of kept processes. The process writes by itself, so that it needs nobody to read a pipe; the supervisor turns
//! the file when it is large, by copying and cutting, which lines that are written in that moment may not survive.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Size at which a log is turned.
const BYTES_MAX: u64 = 16 * 1024 * 1024;
/// How many old ones are kept.
const KEPT: u32 = 4;

/// The log of a process.
pub fn path(state_dir: &Path, id: &str) -> PathBuf {
    state_dir.join("logs").join(format!("{id}.log"))
}

/// Opens it for a process that will append.
pub fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

/// Turns it if it is large.
pub fn turn(path: &Path) -> std::io::Result<()> {
    turn_at(path, BYTES_MAX)
}

fn turn_at(path: &Path, bytes_max: u64) -> std::io::Result<()> {
    if std::fs::metadata(path)?.len() < bytes_max {
        return Ok(());
    }
    let old = |number: u32| path.with_extension(format!("log.{number}"));
    for number in (1..KEPT).rev() {
        if old(number).exists() {
            std::fs::rename(old(number), old(number + 1))?;
        }
    }
    std::fs::copy(path, old(1))?;
    OpenOptions::new().write(true).open(path)?.set_len(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_large_log_is_turned_and_its_writer_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let mut writer = open(&path).unwrap();
        for turn in 0..6 {
            writeln!(writer, "line {turn}").unwrap();
            turn_at(&path, 5).unwrap();
        }
        writeln!(writer, "last").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "last\n");
        let old = |number: u32| std::fs::read_to_string(path.with_extension(format!("log.{number}"))).ok();
        assert_eq!((old(1).as_deref(), old(4).as_deref(), old(5)), (Some("line 5\n"), Some("line 2\n"), None));
    }
}
