//! The options that instances are started with: the environment's own, and those that a release was put in place with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Hosts;
use crate::failed::{Doing, Failed};
use crate::model::ids::ReleaseId;

impl Hosts {
    /// The options that instances on this host are started with, but for where they listen.
    #[must_use]
    pub fn settings(&self, state_dir: &Path) -> BTreeMap<String, String> {
        with_data_dir(self.host.settings.clone(), state_dir)
    }

    /// The same for this host and the environment's own folder.
    #[must_use]
    pub fn own_settings(&self) -> BTreeMap<String, String> {
        self.settings(&self.host.state_dir)
    }

    /// The names of options that are not what they were when a release was put in place.
    ///
    /// # Errors
    /// When what they were can't be read.
    pub fn changed_settings(&self, release: ReleaseId) -> Result<Vec<String>, Failed> {
        let Some(before) = self.kept_settings(release)? else { return Ok(Vec::new()) };
        let (now, names) = (&self.host.settings, before.keys().chain(self.host.settings.keys()));
        let changed: BTreeSet<&String> = names.filter(|name| before.get(*name) != now.get(*name)).collect();
        Ok(changed.into_iter().cloned().collect())
    }

    /// A release keeps the options that it was put in place with: whoever goes back to it gets these too.
    pub(super) fn settings_file(&self, release: ReleaseId) -> PathBuf {
        self.host.state_dir.join("releases").join(release.to_string()).join("settings.json")
    }

    pub(super) fn kept_settings(&self, release: ReleaseId) -> Result<Option<BTreeMap<String, String>>, Failed> {
        let file = self.settings_file(release);
        match std::fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).doing(file.display()).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failed::ours(format!("{}: {error}", file.display()))),
        }
    }
}

pub(super) fn with_data_dir(mut settings: BTreeMap<String, String>, state_dir: &Path) -> BTreeMap<String, String> {
    let data = || state_dir.join("data").display().to_string();
    settings.entry("RAALLY_DATA_DIR".to_owned()).or_insert_with(data);
    settings
}
