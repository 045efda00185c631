//! Backups of an installation through the programs, on both databases.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod files;
mod postgres;

use std::path::{Path, PathBuf};

/// The tool.
pub fn raallyctl() -> &'static str {
    env!("CARGO_BIN_EXE_raallyctl")
}

/// The program whose data it is: `RAALLY_BIN`, or the one that was built beside the tool.
pub fn raally() -> PathBuf {
    let beside = || Path::new(raallyctl()).with_file_name("raally");
    let path = std::env::var_os("RAALLY_BIN").map_or_else(beside, PathBuf::from);
    assert!(path.exists(), "{} is not there: `cargo build -p raally-server` makes it", path.display());
    path
}
