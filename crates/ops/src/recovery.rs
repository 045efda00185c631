//! Backups of an installation: taken beside a running server, proven by restoring, sealed, copied, kept for a while; and
//! the drill that does it all on a throw-away instance and says how long it took.
//!
//! `raally` alone touches database files; this drives `raally backup`, `restore` and `doctor`. A backup is one file: a tar
//! with the database, the keys and a manifest, sealed with age (<https://age-encryption.org/v1>) to a public key, so
//! that the machine that makes backups can't read them. What `serve` ships holds the instants
//! between two of them. PostgreSQL is kept by pgBackRest: [`postgres`].

pub mod drill;
mod installation;
pub mod postgres;
pub mod rehearse;
pub mod seal;
mod shelf;
pub mod shipped;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::failed::Failed;
use crate::stop::Folder;
pub use installation::Installation;
pub use seal::Sealed;
pub use shelf::{Kept, Shelf};

/// What stands beside the database in a backup, and beside the sealed file in the open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// When the copy was begun: what was acknowledged before is in it.
    pub taken_at: Timestamp,
    /// Events in the log.
    pub events: u64,
    /// Position of the last one.
    pub position: u64,
    /// Bytes of the database.
    pub bytes: u64,
    /// The program that made it.
    pub version: String,
    /// Its build.
    pub build: String,
    /// Schema of the database.
    pub schema: u64,
}

/// A backup that was made.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Made {
    /// The sealed file.
    pub file: PathBuf,
    /// What is in it.
    pub manifest: Manifest,
    /// SHA-256 of the sealed file.
    pub digest: String,
    /// Where else it lies, with the same digest.
    pub copies: Vec<PathBuf>,
    /// Old ones that were removed.
    pub removed: Vec<PathBuf>,
    /// From the beginning to the last copy, in milliseconds.
    pub took_ms: u64,
}

/// How a backup is made.
#[derive(Clone, Debug)]
pub struct Wanted<'w> {
    /// Whom it is sealed to.
    pub recipients: &'w [String],
    /// Where it goes.
    pub shelf: Shelf,
    /// Where else: another disk, another region.
    pub copies: Vec<Shelf>,
    /// How long backups are kept, in days.
    pub keep_days: u32,
}

/// Takes a backup: copy, restore into a throw-away folder and examine there, seal, copy elsewhere, and only then remove
/// what is too old.
///
/// # Errors
/// Names the step that failed; no backup was removed then.
pub fn make(installation: &Installation, wanted: &Wanted<'_>) -> Result<Made, Failed> {
    let started = std::time::Instant::now();
    seal::read_recipients(wanted.recipients)?;
    let taken_at = Timestamp::now();
    let aside = Folder::new("raally-backup")?;
    let manifest = installation.copy_to(aside.path(), taken_at)?;
    prove(installation, aside.path(), &manifest)?;
    let file = wanted.shelf.path_of(&manifest)?;
    let digest = seal::seal(aside.path(), &file, wanted.recipients)?;
    wanted.shelf.describe(&file, &manifest, &digest)?;
    let mut copies = Vec::new();
    for shelf in &wanted.copies {
        copies.push(shelf.take(&file, &manifest, &digest)?);
    }
    let mut removed = Vec::new();
    for shelf in std::iter::once(&wanted.shelf).chain(&wanted.copies) {
        removed.extend(shelf.remove_older(taken_at, wanted.keep_days)?);
    }
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Made { file, manifest, digest, copies, removed, took_ms })
}

/// A backup that can't be restored is none: restores the open copy into a folder of its own and looks at it there.
fn prove(installation: &Installation, copy: &Path, manifest: &Manifest) -> Result<(), Failed> {
    let aside = Folder::new("raally-proof")?;
    let proof = installation.in_folder(aside.path());
    proof.take_over(copy, false)?;
    let faults = proof.examine()?;
    if !faults.is_empty() {
        return Err(Failed::ours("the copy does not pass `raally doctor`").faults(faults));
    }
    let found = proof.count(aside.path())?;
    if found != (manifest.events, manifest.position) {
        let (events, position) = found;
        let (wanted, at) = (manifest.events, manifest.position);
        return Err(Failed::ours(format!(
            "the restored copy has {events} events up to {position}, wanted {wanted} up to {at}"
        )));
    }
    Ok(())
}

/// Opens a sealed backup and puts it in the place of an installation's data.
///
/// # Errors
/// When the file is not the one that was described, can't be opened by this key, or `raally restore` refuses.
pub fn restore(installation: &Installation, kept: &Kept, identity: &Path, force: bool) -> Result<Manifest, Failed> {
    kept.check_digest()?;
    let aside = Folder::new("raally-restore")?;
    seal::open(&kept.file, identity, aside.path())?;
    if !aside.path().join(installation::DATABASE).exists() {
        return Err(Failed::input(format!("{} holds no database", kept.file.display())));
    }
    let manifest = installation::read_manifest(aside.path())?;
    installation.take_over(aside.path(), force)?;
    let faults = installation.examine()?;
    if faults.is_empty() {
        return Ok(manifest);
    }
    Err(Failed::ours("what was restored does not pass `raally doctor`").faults(faults))
}
