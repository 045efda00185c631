//! The installation's keys beside the backups of its database: one sealed file for each set of keys, never removed. It
//! is small, and a backup whose keys are gone can't be read by anybody.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failed::{Doing, Failed};
use crate::journal::hex_digest;
use crate::recovery::{Installation, seal};
use crate::stop::Folder;

const PREFIX: &str = "raally-keys-";
/// Digits of the digest that tells one set of keys from another.
const DIGITS: usize = 16;

/// Seals the keys to a folder; the file, which may have been there already.
///
/// # Errors
/// When a key can't be read, there is none, or the folder can't be written.
pub fn seal_to(folder: &Path, installation: &Installation, recipients: &[String]) -> Result<PathBuf, Failed> {
    let aside = Folder::new("raally-keys")?;
    let names = installation.copy_keys(aside.path())?;
    if names.is_empty() {
        return Err(Failed::input("the installation has no keys yet").next("start a server once; it makes them"));
    }
    let mut all = Vec::new();
    for name in names {
        all.extend(fs::read(aside.path().join(name)).doing(name)?);
        all.push(0);
    }
    fs::create_dir_all(folder).doing(folder.display())?;
    let name = format!("{PREFIX}{}{}", &hex_digest(&all)[..DIGITS], seal::SUFFIX);
    let file = folder.join(name);
    if !file.exists() {
        seal::seal(aside.path(), &file, recipients)?;
    }
    Ok(file)
}

/// Opens the newest sealed keys of these folders and puts in place the key files that are missing; their names.
///
/// # Errors
/// When there is none, or the private key does not fit.
pub fn open_from(folders: &[PathBuf], installation: &Installation, identity: &Path) -> Result<Vec<String>, Failed> {
    let Some(file) = newest(folders) else {
        let places = folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ");
        return Err(Failed::input(format!("there are no sealed keys in {places}")));
    };
    let aside = Folder::new("raally-keys")?;
    seal::open(&file, identity, aside.path())?;
    installation.put_missing_keys(aside.path())
}

fn newest(folders: &[PathBuf]) -> Option<PathBuf> {
    let files = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let sealed = files.filter(|file| file.file_name().to_string_lossy().starts_with(PREFIX));
    sealed.max_by_key(|file| file.metadata().and_then(|data| data.modified()).ok()).map(|file| file.path())
}
