//! A folder of backups. Beside each sealed file lies what is in it and its digest, in the open: enough to choose one, not
//! enough to read anything.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::Manifest;
use super::seal::{SUFFIX, digest};
use crate::atomic;
use crate::failed::{Doing, Failed};
use crate::stop::Part;

/// However old they are, so many stay.
const KEPT_MIN: usize = 3;

/// A folder of backups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf(PathBuf);

/// A backup on a shelf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// The sealed file.
    pub file: PathBuf,
    /// What is in it.
    pub manifest: Manifest,
    /// SHA-256 of the sealed file.
    pub digest: String,
}

#[derive(Serialize, Deserialize)]
struct Label {
    #[serde(flatten)]
    manifest: Manifest,
    digest: String,
}

impl Kept {
    /// Is the file what was put there?
    ///
    /// # Errors
    /// When it is not.
    pub fn check_digest(&self) -> Result<(), Failed> {
        let found = digest(&self.file)?;
        if found == self.digest {
            return Ok(());
        }
        let what = format!("{} was changed: its digest is {found}, not {}", self.file.display(), self.digest);
        Err(Failed::input(what).next("take a copy of it from another place, or an older backup"))
    }
}

impl Shelf {
    /// A folder; made when missing.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn at(folder: &Path) -> Result<Self, Failed> {
        fs::create_dir_all(folder).map_err(|error| Failed::input(format!("{}: {error}", folder.display())))?;
        Ok(Self(folder.to_owned()))
    }

    /// Where a backup goes.
    ///
    /// # Errors
    /// When one is there already.
    pub(super) fn path_of(&self, manifest: &Manifest) -> Result<PathBuf, Failed> {
        let name = manifest.taken_at.strftime("raally-%Y%m%dT%H%M%S%6fZ");
        let path = self.0.join(format!("{name}{SUFFIX}"));
        if path.exists() { Err(Failed::ours(format!("{} is there already", path.display()))) } else { Ok(path) }
    }

    /// Labels a sealed file. Last of all, so that a file without a label is one that was never finished.
    pub(super) fn describe(&self, file: &Path, manifest: &Manifest, digest: &str) -> Result<(), Failed> {
        let label = Label { manifest: manifest.clone(), digest: digest.to_owned() };
        let text = serde_json::to_vec_pretty(&label).doing("label")?;
        atomic::write(&label_of(file), &text, 0o644).doing(file.display())
    }

    /// Takes a copy of a backup from another shelf and checks it there.
    pub(super) fn take(&self, from: &Path, manifest: &Manifest, wanted: &str) -> Result<PathBuf, Failed> {
        let to = self.path_of(manifest)?;
        let part = Part::of(&to);
        let aside = part.path();
        fs::copy(from, aside).doing(aside.display())?;
        fs::File::open(aside).and_then(|file| file.sync_all()).doing(aside.display())?;
        if digest(aside)? != wanted {
            return Err(Failed::ours(format!("the copy in {} is not what was copied", self.0.display())));
        }
        atomic::put_in_place(aside, &to).doing(to.display())?;
        self.describe(&to, manifest, wanted)?;
        Ok(to)
    }

    /// Every finished backup, the newest first.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn list(&self) -> Result<Vec<Kept>, Failed> {
        let entries = fs::read_dir(&self.0).map_err(|error| Failed::input(format!("{}: {error}", self.0.display())))?;
        let mut kept: Vec<Kept> = entries.flatten().filter_map(|entry| labelled(&entry.path())).collect();
        kept.sort_by_key(|kept| std::cmp::Reverse(kept.manifest.taken_at));
        Ok(kept)
    }

    /// The newest backup, or the newest one that was begun at or before an instant.
    ///
    /// # Errors
    /// When there is none.
    pub fn newest(&self, at: Option<Timestamp>) -> Result<Kept, Failed> {
        let kept = self.list()?;
        let Some(oldest) = kept.last().map(|kept| kept.manifest.taken_at) else {
            return Err(Failed::input(format!("there is no backup in {}", self.0.display()))
                .next("name the folder of backups with --from; `raallyctl backup` makes one"));
        };
        let found = kept.into_iter().find(|kept| at.is_none_or(|at| kept.manifest.taken_at <= at));
        found.ok_or_else(|| {
            Failed::input(format!("no backup in {} is that old: the oldest was begun at {oldest}", self.0.display()))
                .next("see them with `raallyctl backups`; give that instant or a later one")
        })
    }

    /// Removes what is older than so many days; the newest three always stay.
    pub(super) fn remove_older(&self, now: Timestamp, days: u32) -> Result<Vec<PathBuf>, Failed> {
        let oldest = now.checked_sub((i64::from(days) * 24).hours()).doing("--keep-days")?;
        let mut removed = Vec::new();
        for kept in self.list()?.into_iter().skip(KEPT_MIN).filter(|kept| kept.manifest.taken_at < oldest) {
            // The label goes first: half a removal is an unfinished backup, not a missing file.
            fs::remove_file(label_of(&kept.file)).doing(kept.file.display())?;
            fs::remove_file(&kept.file).doing(kept.file.display())?;
            removed.push(kept.file);
        }
        Ok(removed)
    }
}

fn label_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".json");
    name.into()
}

fn labelled(file: &Path) -> Option<Kept> {
    if !file.to_str()?.ends_with(SUFFIX) {
        return None;
    }
    let Label { manifest, digest } = serde_json::from_slice(&fs::read(label_of(file)).ok()?).ok()?;
    Some(Kept { file: file.to_owned(), manifest, digest })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(shelf: &Shelf, taken_at: &str) {
        let manifest = Manifest {
            taken_at: taken_at.parse().unwrap(),
            events: 1,
            position: 1,
            bytes: 1,
            version: "0.1.0".into(),
            build: "a".into(),
            schema: 1,
        };
        let file = shelf.path_of(&manifest).unwrap();
        fs::write(&file, taken_at).unwrap();
        shelf.describe(&file, &manifest, &digest(&file).unwrap()).unwrap();
    }

    #[test]
    fn old_backups_go_but_never_the_newest_three() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(folder.path()).unwrap();
        for day in 1..=5 {
            put(&shelf, &format!("2026-01-0{day}T00:00:00Z"));
        }
        let now = "2026-06-01T00:00:00Z".parse().unwrap();
        assert_eq!(shelf.remove_older(now, 365).unwrap().len(), 0);
        assert_eq!(shelf.remove_older(now, 30).unwrap().len(), 2);
        let left: Vec<_> = shelf.list().unwrap().into_iter().map(|kept| kept.manifest.taken_at.to_string()).collect();
        assert_eq!(left, ["2026-01-05T00:00:00Z", "2026-01-04T00:00:00Z", "2026-01-03T00:00:00Z"]);
    }

    #[test]
    fn the_newest_before_an_instant_is_chosen_and_a_changed_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(folder.path()).unwrap();
        assert!(shelf.newest(None).is_err());
        put(&shelf, "2026-01-01T00:00:00Z");
        put(&shelf, "2026-01-02T00:00:00Z");
        let at = |text: &str| shelf.newest(Some(text.parse().unwrap()));
        assert_eq!(at("2026-01-01T12:00:00Z").unwrap().manifest.taken_at.to_string(), "2026-01-01T00:00:00Z");
        let early = at("2025-12-31T00:00:00Z").unwrap_err();
        assert!(early.what.ends_with("the oldest was begun at 2026-01-01T00:00:00Z"), "{early}");
        let newest = shelf.newest(None).unwrap();
        newest.check_digest().unwrap();
        fs::write(&newest.file, "something else").unwrap();
        assert!(newest.check_digest().unwrap_err().what.contains("was changed"));
    }

    #[test]
    fn a_copy_that_fails_leaves_nothing_behind() {
        let (here, far) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        put(&Shelf::at(here.path()).unwrap(), "2026-01-01T00:00:00Z");
        let kept = Shelf::at(here.path()).unwrap().newest(None).unwrap();
        let shelf = Shelf::at(far.path()).unwrap();
        let failed = shelf.take(&kept.file, &kept.manifest, "another digest").unwrap_err();
        assert!(failed.what.contains("is not what was copied"), "{failed}");
        assert_eq!(fs::read_dir(far.path()).unwrap().count(), 0);
        shelf.take(&kept.file, &kept.manifest, &kept.digest).unwrap();
        assert_eq!(shelf.list().unwrap().len(), 1);
    }

    #[test]
    fn a_file_without_a_label_is_no_backup() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(folder.path()).unwrap();
        fs::write(folder.path().join("raally-20260101T000000000000Z.tar.age"), "half").unwrap();
        assert!(shelf.list().unwrap().is_empty());
    }
}
