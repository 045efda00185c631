//! How `promote` and `abort` reach a release that another process carries out: by a file in the environment's folder.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::atomic;
use crate::failed::{Doing, Failed};
use crate::journal::Wish;

const FILE: &str = "wish.json";

/// A wish and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What.
    pub wish: Wish,
    /// Who.
    pub by: String,
}

/// Leaves a wish for the process at work.
///
/// # Errors
/// When it can't be written.
pub fn leave(folder: &Path, asked: &Asked) -> Result<(), Failed> {
    let path = folder.join(FILE);
    let text = serde_json::to_vec(asked).doing(path.display())?;
    atomic::write(&path, &text, 0o600).doing(path.display())
}

/// Takes a wish that was left.
///
/// # Errors
/// When it can't be taken away.
pub fn take(folder: &Path) -> Result<Option<Asked>, Failed> {
    let path = folder.join(FILE);
    match std::fs::read(&path) {
        Ok(text) => {
            std::fs::remove_file(&path).doing(path.display())?;
            Ok(serde_json::from_slice(&text).ok())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failed::ours(format!("{}: {error}", path.display()))),
    }
}
