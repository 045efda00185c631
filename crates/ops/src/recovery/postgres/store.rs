//! pgBackRest on a stanza: bases and log, in one or more places.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Output;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::server::{as_server, said};
use super::settings::Settings;
use crate::failed::{Doing, Failed};
use crate::stop;

/// What of the database a backup copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// All of it.
    Full,
    /// What changed since the last full one.
    Diff,
    /// What changed since the last one of any kind.
    Incr,
}

impl Kind {
    /// As pgBackRest calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Diff => "diff",
            Self::Incr => "incr",
        }
    }
}

/// One place, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Repository {
    /// Its number in pgBackRest's file.
    pub number: u32,
    /// It is encrypted.
    pub encrypted: bool,
    /// The stanza was made in it.
    pub made: bool,
    /// What is wrong with it, where something is.
    pub fault: Option<String>,
    /// Its backups, the oldest first.
    pub backups: Vec<Base>,
}

/// A backup in a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Base {
    /// Its name.
    pub label: String,
    /// What it copied.
    pub kind: Kind,
    /// When it was begun.
    pub began_at: Timestamp,
    /// When it ended: from here on any moment can be gone back to.
    pub ended_at: Timestamp,
    /// Bytes of the database.
    pub bytes: u64,
    /// Bytes that it added to the place.
    pub stored_bytes: u64,
    /// Pages in it fail their checksum.
    pub damaged: bool,
}

/// The stanza.
#[derive(Clone, Debug)]
pub struct Store {
    config: PathBuf,
    stanza: String,
    /// What its file says.
    pub settings: Settings,
}

/// What to restore to where.
#[derive(Clone, Copy, Debug)]
pub struct Fetch<'f> {
    /// From which place.
    pub repository: u32,
    /// The folder; must be empty.
    pub into: &'f Path,
    /// Without it, everything there is.
    pub to_time: Option<Timestamp>,
    /// The server goes on as the one that is backed up: its log is kept, and is fetched for the folder that it gets.
    pub in_earnest: bool,
}

impl Store {
    /// Of a file of pgBackRest.
    ///
    /// # Errors
    /// When it can't be read, or pgBackRest is not there.
    pub fn open(config: &Path, stanza: &str) -> Result<Self, Failed> {
        let settings = Settings::read(config, stanza)?;
        let store = Self { config: config.to_owned(), stanza: stanza.to_owned(), settings };
        said(as_server("pgbackrest".as_ref()).arg("version").output()).map_err(|failed| {
            Failed::input(format!("pgbackrest: {failed}")).next("install it: apt-get install pgbackrest")
        })?;
        Ok(store)
    }

    /// The command for PostgreSQL's `archive_command`.
    #[must_use]
    pub fn archive_command(&self) -> String {
        self.line("archive-push \"%p\"")
    }

    fn line(&self, rest: &str) -> String {
        format!("pgbackrest --config=\"{}\" --stanza={} {rest}", self.config.display(), self.stanza)
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, Failed> {
        let mut command = as_server("pgbackrest".as_ref());
        let mut config = OsString::from("--config=");
        config.push(&self.config);
        command.arg(config).arg(format!("--stanza={}", self.stanza)).args(arguments);
        said(stop::output(command)).map_err(|failed| {
            let what = arguments.last().copied().unwrap_or_default();
            Failed { what: format!("pgbackrest {what}: {}", failed.what), ..failed }
        })
    }

    /// Makes the stanza in the places that lack it.
    ///
    /// # Errors
    /// What pgBackRest says.
    pub fn make(&self) -> Result<(), Failed> {
        self.run(&["stanza-create"]).map(drop)
    }

    /// Has the server close a segment of its log and waits until it is in every place.
    ///
    /// # Errors
    /// What pgBackRest says.
    pub fn check(&self) -> Result<(), Failed> {
        self.run(&["check"]).map(drop)
    }

    /// Takes a backup into a place; removes none.
    ///
    /// # Errors
    /// What pgBackRest says.
    pub fn back_up(&self, repository: u32, kind: Kind) -> Result<(), Failed> {
        let (kind, repository) = (format!("--type={}", kind.name()), format!("--repo={repository}"));
        self.run(&[&kind, &repository, "--start-fast", "--no-expire-auto", "backup"]).map(drop)
    }

    /// Compares everything in a place with its checksums.
    ///
    /// # Errors
    /// What is missing or damaged.
    pub fn verify(&self, repository: u32) -> Result<(), Failed> {
        let output = self.run(&[&format!("--repo={repository}"), "--log-level-console=info", "verify"])?;
        let text = String::from_utf8_lossy(&output.stdout);
        let faults: Vec<String> = text.lines().filter_map(damage).collect();
        if faults.is_empty() {
            return Ok(());
        }
        Err(Failed::ours(format!("place {repository} has damage")).faults(faults))
    }

    /// Removes what is older than so many days from a place; what newer backups need stays.
    ///
    /// # Errors
    /// What pgBackRest says.
    pub fn expire(&self, repository: u32, keep_days: u32) -> Result<(), Failed> {
        let kind = format!("--repo{repository}-retention-full-type=time");
        let days = format!("--repo{repository}-retention-full={keep_days}");
        self.run(&[&kind, &days, &format!("--repo={repository}"), "expire"]).map(drop)
    }

    /// Restores to a folder.
    ///
    /// # Errors
    /// What pgBackRest says.
    pub fn fetch(&self, fetch: &Fetch<'_>) -> Result<(), Failed> {
        let repository = format!("--repo={}", fetch.repository);
        let path = format!("--pg1-path={}", fetch.into.display());
        // Found in the folder that the server will have, not in the one that it is put together in.
        let command = format!("--recovery-option=restore_command={}", self.line("archive-get %f \"%p\""));
        let target = fetch.to_time.map(|at| format!("--target={}", at.strftime("%Y-%m-%d %H:%M:%S%.6f+00")));
        let mut arguments = vec![repository.as_str(), &path];
        if let Some(target) = &target {
            arguments.extend(["--type=time", "--target-action=promote", target]);
        }
        arguments.push(if fetch.in_earnest { &command } else { "--archive-mode=off" });
        arguments.push("restore");
        self.run(&arguments).map(drop)
    }

    /// The places, as they are.
    ///
    /// # Errors
    /// When pgBackRest does not tell.
    pub fn look(&self) -> Result<Vec<Repository>, Failed> {
        let output = self.run(&["--output=json", "info"])?;
        // With a wrong key it quotes what it could not read, byte for byte.
        let text = String::from_utf8_lossy(&output.stdout).replace(char::is_control, " ");
        let told: Vec<Told> = serde_json::from_str(&text).doing("pgbackrest info")?;
        let mut repositories = told.into_iter().next().map(Told::repositories).unwrap_or_default();
        // Of a place that was never used pgBackRest tells nothing.
        for number in &self.settings.repositories {
            if !repositories.iter().any(|known| known.number == *number) {
                let fault = Some("is not told of by pgbackrest".to_owned());
                let (encrypted, made, backups) = (false, false, Vec::new());
                repositories.push(Repository { number: *number, encrypted, made, fault, backups });
            }
        }
        repositories.sort_by_key(|repository| repository.number);
        Ok(repositories)
    }
}

/// A line of `pgbackrest verify` that tells of damage: it ends well all the same.
fn damage(line: &str) -> Option<String> {
    let line = line.trim();
    let counts = ["missing:", "checksum invalid:", "size invalid:", "other:"];
    let counted = |name: &str| line.split(name).nth(1)?.trim_start().split([',', ' ']).next()?.parse::<u64>().ok();
    let told = counts.iter().any(|name| counted(name).is_some_and(|count| count > 0));
    (told || line.contains("status: error")).then(|| line.to_owned())
}

/// What `pgbackrest info --output=json` says of a stanza.
/// Source: <https://pgbackrest.org/command.html#command-info>
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    repo: Vec<ToldRepository>,
    #[serde(default)]
    backup: Vec<ToldBackup>,
}

#[derive(Deserialize)]
struct ToldRepository {
    key: u32,
    #[serde(default)]
    cipher: String,
    status: ToldStatus,
}

#[derive(Deserialize)]
struct ToldStatus {
    code: u32,
    message: String,
}

#[derive(Deserialize)]
struct ToldBackup {
    label: String,
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default)]
    error: Option<bool>,
    database: ToldDatabase,
    info: ToldSize,
    timestamp: ToldTimes,
}

#[derive(Deserialize)]
struct ToldDatabase {
    #[serde(rename = "repo-key")]
    repository: u32,
}

#[derive(Deserialize)]
struct ToldSize {
    size: u64,
    repository: ToldDelta,
}

#[derive(Deserialize)]
struct ToldDelta {
    #[serde(default)]
    delta: u64,
}

#[derive(Deserialize)]
struct ToldTimes {
    start: i64,
    stop: i64,
}

impl Told {
    /// Codes of a place: 0 well, 2 no backup yet; 1 and 3 nothing was made there.
    fn repositories(self) -> Vec<Repository> {
        let of = |number: u32| {
            let mut bases: Vec<Base> =
                self.backup.iter().filter(|backup| backup.database.repository == number).filter_map(base).collect();
            bases.sort_by_key(|base| base.ended_at);
            bases
        };
        let one = |told: &ToldRepository| Repository {
            number: told.key,
            encrypted: !matches!(told.cipher.as_str(), "" | "none"),
            made: !matches!(told.status.code, 1 | 3),
            fault: (!matches!(told.status.code, 0..=3))
                .then(|| told.status.message.lines().next().unwrap_or_default().to_owned()),
            backups: of(told.key),
        };
        self.repo.iter().map(one).collect()
    }
}

fn base(told: &ToldBackup) -> Option<Base> {
    Some(Base {
        label: told.label.clone(),
        kind: told.kind,
        began_at: Timestamp::from_second(told.timestamp.start).ok()?,
        ended_at: Timestamp::from_second(told.timestamp.stop).ok()?,
        bytes: told.info.size,
        stored_bytes: told.info.repository.delta,
        damaged: told.error == Some(true),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_tells_its_cipher_its_faults_and_its_own_backups() {
        let text = r#"[{"name":"raally","repo":[
            {"cipher":"aes-256-cbc","key":1,"status":{"code":0,"message":"ok"}},
            {"cipher":"none","key":2,"status":{"code":2,"message":"no valid backups"}},
            {"cipher":"aes-256-cbc","key":3,"status":{"code":1,"message":"missing stanza path"}},
            {"cipher":"aes-256-cbc","key":4,"status":{"code":99,"message":"[CryptoError] wrong key"}}],
            "backup":[
            {"label":"20261128-010000F","type":"full","error":false,"database":{"id":1,"repo-key":1},
             "info":{"size":30,"delta":30,"repository":{"delta":4,"size":4}},"timestamp":{"start":100,"stop":110}},
            {"label":"20261128-010000F_20261129-010000D","type":"diff","error":true,"database":{"id":1,"repo-key":1},
             "info":{"size":31,"delta":2,"repository":{"delta":1}},"timestamp":{"start":200,"stop":201}}]}]"#;
        let told: Vec<Told> = serde_json::from_str(text).unwrap();
        let places = told.into_iter().next().unwrap().repositories();
        assert_eq!(places.iter().map(|place| place.encrypted).collect::<Vec<_>>(), [true, false, true, true]);
        assert_eq!(places.iter().map(|place| place.made).collect::<Vec<_>>(), [true, true, false, true]);
        assert!(places[3].fault.as_deref().unwrap().contains("CryptoError") && places[2].fault.is_none());
        assert_eq!(places[0].backups.iter().map(|base| base.kind).collect::<Vec<_>>(), [Kind::Full, Kind::Diff]);
        assert!(places[0].backups[1].damaged && !places[0].backups[0].damaged && places[1].backups.is_empty());
    }

    #[test]
    fn damage_in_a_report_is_seen_and_a_good_one_is_none() {
        for good in [
            "2026-11-28 06:04:29.720 P00   INFO: verify command end: completed successfully (165ms)",
            "stanza: raally",
            "status: ok",
            "archiveId: 15-1, total WAL checked: 3, total valid WAL: 3",
            "backup: 20261128-010000F, status: valid, total files checked: 900, total valid files: 900",
        ] {
            assert_eq!(damage(good), None, "{good}");
        }
        for bad in ["      checksum invalid: 1", "  status: error", "missing: 1, size invalid: 0"] {
            assert!(damage(bad).is_some(), "{bad}");
        }
    }
}
