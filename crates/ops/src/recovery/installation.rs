//! An installation as its own program sees it: every touch of a database goes through `raally`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jiff::Timestamp;
use serde_json::Value;

use super::Manifest;
use crate::failed::{Doing, Failed};
use crate::stop;

pub(super) const DATABASE: &str = "raally.db";
pub(super) const MANIFEST: &str = "manifest.json";
/// Names of the key files, in a backup and by default in the data folder.
const KEYS: [(&str, &str, &str); 3] = [
    ("secret.key", "RAALLY_SECRET_KEY_FILE", ""),
    ("audit.key", "RAALLY_AUDIT_KEY_FILE", ""),
    // Beside the audit key, once it was rotated: without it what earlier keys signed does not verify.
    ("audit.key.trusted", "RAALLY_AUDIT_KEY_FILE", ".trusted"),
];

/// A program and where its data lies. What else it needs comes from the environment, as for `raally serve`.
#[derive(Clone, Debug)]
pub struct Installation {
    program: PathBuf,
    data_dir: PathBuf,
    /// Of the environment: for the running installation only.
    inherits: bool,
    told: Vec<(String, String)>,
}

impl Installation {
    /// The installation that `raally serve` runs with this environment.
    #[must_use]
    pub fn new(program: PathBuf, data_dir: PathBuf) -> Self {
        Self { program, data_dir, inherits: true, told: Vec::new() }
    }

    /// The same program on data of its own, without the running installation's options.
    #[must_use]
    pub fn in_folder(&self, data_dir: &Path) -> Self {
        Self { program: self.program.clone(), data_dir: data_dir.to_owned(), inherits: false, told: Vec::new() }
    }

    /// With one more variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.told.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The program with these arguments.
    #[must_use]
    pub fn command(&self, arguments: &[&OsStr]) -> Command {
        let mut command = Command::new(&self.program);
        if !self.inherits {
            for (name, _) in std::env::vars_os() {
                if name.to_string_lossy().starts_with("RAALLY_") {
                    command.env_remove(name);
                }
            }
        }
        command.args(arguments).env("RAALLY_DATA_DIR", &self.data_dir).stdin(Stdio::null());
        command.envs(self.told.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end; its data.
    pub(super) fn json(&self, arguments: &[&OsStr]) -> Result<Value, Failed> {
        let told = |what: String| {
            let name = arguments.first().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Failed::ours(format!("`raally {name}`: {what}"))
        };
        let mut command = self.command(arguments);
        command.arg("--json");
        let output = stop::output(command).map_err(|error| {
            Failed::input(format!("{}: {error}", self.program.display())).next("say where raally is with --program")
        })?;
        let parsed = serde_json::from_slice(&output.stdout);
        match parsed {
            // `doctor` finds faults, tells them as data and ends with 1.
            Ok(value) if output.status.success() || output.status.code() == Some(1) => Ok(value),
            _ => Err(refusal(&output.stderr)
                .unwrap_or_else(|| told(String::from_utf8_lossy(&output.stderr).trim().to_owned()))),
        }
    }

    /// Copies database and keys to a folder, beside running servers, with a manifest.
    ///
    /// # Errors
    /// What `raally` says; when a key can't be read.
    pub fn copy_to(&self, folder: &Path, taken_at: Timestamp) -> Result<Manifest, Failed> {
        let version = self.json(&[OsStr::new("version")])?;
        let copied = self.json(&["backup".as_ref(), folder.join(DATABASE).as_os_str()])?;
        let text = |field: &str| version[field].as_str().unwrap_or_default().to_owned();
        let manifest = Manifest {
            taken_at,
            events: copied["events"].as_u64().unwrap_or_default(),
            position: copied["position"].as_u64().unwrap_or_default(),
            bytes: copied["bytes"].as_u64().unwrap_or_default(),
            version: text("version"),
            build: text("build"),
            schema: version["schema"].as_u64().unwrap_or_default(),
        };
        self.copy_keys(folder)?;
        let text = serde_json::to_vec_pretty(&manifest).doing("manifest")?;
        fs::write(folder.join(MANIFEST), text).doing("manifest")?;
        Ok(manifest)
    }

    /// Copies the keys that there are to a folder; their names.
    ///
    /// # Errors
    /// When one can't be read.
    pub fn copy_keys(&self, folder: &Path) -> Result<Vec<&'static str>, Failed> {
        let mut copied = Vec::new();
        for (name, option, ending) in KEYS {
            let from = self.key_file(name, option, ending);
            // The audit key is made at the first start of a server; before that there is none.
            if from.exists() {
                copy_key(&from, &folder.join(name))?;
                copied.push(name);
            }
        }
        Ok(copied)
    }

    /// Whether the key that reads the data is missing.
    #[must_use]
    pub fn lacks_keys(&self) -> bool {
        let [(name, option, ending), ..] = KEYS;
        !self.key_file(name, option, ending).exists()
    }

    /// Puts the keys of a folder where none are; the files that were made.
    ///
    /// # Errors
    /// When one can't be written.
    pub fn put_missing_keys(&self, folder: &Path) -> Result<Vec<String>, Failed> {
        let mut put = Vec::new();
        for (name, option, ending) in KEYS {
            let (from, to) = (folder.join(name), self.key_file(name, option, ending));
            if from.exists() && !to.exists() {
                if let Some(folder) = to.parent() {
                    crate::keeper::make_folder(folder)?;
                }
                copy_key(&from, &to)?;
                put.push(to.display().to_string());
            }
        }
        Ok(put)
    }

    fn key_file(&self, name: &str, option: &str, ending: &str) -> PathBuf {
        let told = self.told.iter().find(|(name, _)| name == option).map(|(_, file)| file.into());
        let inherited = || std::env::var_os(option).filter(|_| self.inherits);
        let Some(mut told) = told.or_else(inherited) else {
            return self.data_dir.join(name);
        };
        told.push(ending);
        PathBuf::from(told)
    }

    /// Puts an open copy in the place of this installation's data. A key that is there stays, when it is the same.
    ///
    /// # Errors
    /// What `raally restore` says; when another key is there and `force` is not given.
    pub fn take_over(&self, copy: &Path, force: bool) -> Result<(), Failed> {
        fs::create_dir_all(&self.data_dir).doing(self.data_dir.display())?;
        let keys = KEYS.map(|(name, option, ending)| (copy.join(name), self.key_file(name, option, ending)));
        for (from, to) in keys.iter().filter(|(from, _)| from.exists()) {
            let here = fs::read(to).ok();
            if here.is_some_and(|here| Some(here) != fs::read(from).ok()) && !force {
                return Err(Failed::input(format!("another key than the backup's is in {}", to.display()))
                    .next("move it away, or give --force to keep it beside with the suffix .replaced"));
            }
        }
        let database = copy.join(DATABASE);
        let mut arguments = vec![OsStr::new("restore"), database.as_os_str()];
        if force {
            arguments.push(OsStr::new("--force"));
        }
        self.json(&arguments)?;
        for (from, to) in keys.iter().filter(|(from, _)| from.exists()) {
            if to.exists() && fs::read(to).ok() != fs::read(from).ok() {
                let mut aside = to.clone().into_os_string();
                aside.push(".replaced");
                fs::rename(to, aside).doing(to.display())?;
            }
            if !to.exists() {
                copy_key(from, to)?;
            }
        }
        Ok(())
    }

    /// What `raally doctor` finds wrong.
    ///
    /// # Errors
    /// When it can't be run.
    pub fn examine(&self) -> Result<Vec<String>, Failed> {
        let checks = self.json(&[OsStr::new("doctor")])?;
        let checks = checks.as_array().cloned().unwrap_or_default();
        let ill = checks.iter().filter(|check| check["ok"] != true);
        Ok(ill.map(|check| format!("{}: {}", check["check"], check["detail"])).collect())
    }

    /// Events of the log and position of the last one, counted by a copy of the database.
    ///
    /// # Errors
    /// What `raally backup` says.
    pub fn count(&self, aside: &Path) -> Result<(u64, u64), Failed> {
        let copied = self.json(&["backup".as_ref(), aside.join("count.db").as_os_str()])?;
        Ok((copied["events"].as_u64().unwrap_or_default(), copied["position"].as_u64().unwrap_or_default()))
    }
}

/// What the program said about a wrong input, in its own words.
fn refusal(said: &[u8]) -> Option<Failed> {
    let said = String::from_utf8_lossy(said);
    let error = said.lines().find_map(|line| serde_json::from_str::<Value>(line).ok()?.get("error").cloned())?;
    let failed =
        Failed { exit: u8::try_from(error["exit"].as_u64()?).ok()?, ..Failed::ours(error["message"].as_str()?) };
    Some(Failed { next: error["next"].as_str().map(str::to_owned), ..failed })
}

/// Reads the manifest of an open backup.
pub(super) fn read_manifest(folder: &Path) -> Result<Manifest, Failed> {
    let text = fs::read(folder.join(MANIFEST)).doing("the backup has no manifest")?;
    serde_json::from_slice(&text).doing("the backup's manifest")
}

fn copy_key(from: &Path, to: &Path) -> Result<(), Failed> {
    let bytes = fs::read(from).doing(from.display())?;
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(to).doing(to.display())?;
    std::io::Write::write_all(&mut file, &bytes).and_then(|()| file.sync_all()).doing(to.display())
}
