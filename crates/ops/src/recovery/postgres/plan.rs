//! What a backup or a restore is going to do, from what there is: pure, so that it can be shown before anything happens.

use std::path::{Path, PathBuf};

use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::store::{Kind, Repository};

/// A segment of the log that stays open longer than this costs more than the five seconds that are promised.
const SEGMENT_SECONDS_MAX: u64 = 3;

/// One step. Each may be done again after the tool was killed in the middle of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Step {
    /// Make the stanza in the places that lack it.
    Make,
    /// See that the log arrives in every place.
    CheckLog,
    /// Take a backup into a place.
    BackUp {
        /// Which place.
        repository: u32,
        /// What of the database.
        kind: Kind,
    },
    /// Seal the installation's keys to a folder.
    SealKeys {
        /// The folder.
        folder: PathBuf,
    },
    /// Compare a place with its checksums.
    Verify {
        /// Which place.
        repository: u32,
    },
    /// Restore aside and have it examined by `raally`.
    Prove {
        /// From which place.
        repository: u32,
    },
    /// Remove what is too old.
    Expire {
        /// From which place.
        repository: u32,
        /// What is kept.
        keep_days: u32,
    },
    /// Put together what is restored, beside what is there.
    Fetch {
        /// From which place.
        repository: u32,
        /// Up to when; everything, if not told.
        to_time: Option<Timestamp>,
    },
    /// End PostgreSQL.
    Stop,
    /// Put it in the place of the server's data.
    PutInPlace {
        /// Where what is there is kept.
        replaced: Option<PathBuf>,
    },
    /// Start PostgreSQL and wait until it takes writes.
    Start,
    /// Open the sealed keys, where they are missing.
    OpenKeys,
    /// Have the installation examined by `raally`.
    Examine,
}

impl Step {
    /// In words.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Make => "make the stanza where it is missing".into(),
            Self::CheckLog => "see that the log arrives in every place".into(),
            Self::BackUp { repository, kind } => format!("{} backup into place {repository}", kind.name()),
            Self::SealKeys { folder } => format!("seal the installation's keys to {}", folder.display()),
            Self::Verify { repository } => format!("compare place {repository} with its checksums"),
            Self::Prove { repository } => format!("restore place {repository} aside and have it examined by raally"),
            Self::Expire { repository, keep_days } => {
                format!("remove from place {repository} what is older than {keep_days} days")
            }
            Self::Fetch { repository, to_time } => {
                let moment = to_time.map_or_else(|| "everything there is".to_owned(), |at| format!("as of {at}"));
                format!("restore from place {repository}, {moment}, beside the data folder")
            }
            Self::Stop => "stop PostgreSQL".into(),
            Self::PutInPlace { replaced: Some(kept) } => {
                format!("put it in place; what is there is kept as {}", kept.display())
            }
            Self::PutInPlace { replaced: None } => "put it in place".into(),
            Self::Start => "start PostgreSQL and wait until it takes writes".into(),
            Self::OpenKeys => "open the sealed keys where they are missing".into(),
            Self::Examine => "have the installation examined by raally".into(),
        }
    }
}

/// How the server keeps its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archiving {
    /// `archive_mode`.
    pub mode: String,
    /// `archive_command`.
    pub command: String,
    /// `archive_timeout`, 0 for never.
    pub timeout_seconds: u64,
    /// What `archive_command` should be.
    pub command_wanted: String,
}

/// What a backup is to be.
#[derive(Clone, Debug)]
pub struct BackupWanted {
    /// What of the database; by age of the last full one, if not told.
    pub kind: Option<Kind>,
    /// Days that backups are kept.
    pub keep_days: u32,
    /// Days from a full one to the next.
    pub full_every_days: u32,
    /// Folders that get the sealed keys.
    pub keys_to: Vec<PathBuf>,
}

/// A plan, and what is not as it should be and yet no hindrance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// In order.
    pub steps: Vec<Step>,
    /// One sentence each.
    pub notes: Vec<String>,
}

/// Plans a backup: every place, proof from the last one, and only then the removal of what is old.
///
/// # Errors
/// Everything that forbids it.
pub fn backup(
    places: &[Repository],
    archiving: &Archiving,
    wanted: &BackupWanted,
    now: Timestamp,
) -> Result<Plan, Vec<String>> {
    let mut faults: Vec<String> = places.iter().filter_map(unfit).collect();
    if archiving.mode == "off" {
        faults.push("archive_mode is off: set archive_mode = on in postgresql.conf and restart PostgreSQL".into());
    }
    if !(archiving.command.contains("pgbackrest") && archiving.command.contains("archive-push")) {
        faults.push(format!(
            "archive_command does not keep the log: set archive_command = '{}'",
            archiving.command_wanted
        ));
    }
    let Some(last) = places.last().filter(|_| faults.is_empty()) else { return Err(faults) };
    let mut steps = Vec::new();
    if places.iter().any(|place| !place.made) {
        steps.push(Step::Make);
    }
    steps.push(Step::CheckLog);
    for place in places {
        steps.push(Step::BackUp { repository: place.number, kind: kind(place, wanted, now) });
    }
    steps.extend(wanted.keys_to.iter().map(|folder| Step::SealKeys { folder: folder.clone() }));
    steps.extend(places.iter().map(|place| Step::Verify { repository: place.number }));
    steps.push(Step::Prove { repository: last.number });
    let expire = |place: &Repository| Step::Expire { repository: place.number, keep_days: wanted.keep_days };
    steps.extend(places.iter().map(expire));
    Ok(Plan { steps, notes: notes(places, archiving, wanted) })
}

fn unfit(place: &Repository) -> Option<String> {
    let number = place.number;
    if let Some(fault) = place.fault.as_ref() {
        return Some(format!("place {number}: {fault}"));
    }
    let key = format!("place {number} is not encrypted: give it repo{number}-cipher-type and repo{number}-cipher-pass");
    (!place.encrypted).then_some(key)
}

fn kind(place: &Repository, wanted: &BackupWanted, now: Timestamp) -> Kind {
    let full = place.backups.iter().rev().find(|base| base.kind == Kind::Full && !base.damaged);
    let oldest = now - (i64::from(wanted.full_every_days) * 24).hours();
    match (full, wanted.kind) {
        (None, _) => Kind::Full,
        (Some(_), Some(kind)) => kind,
        (Some(full), None) if full.began_at <= oldest => Kind::Full,
        (Some(_), None) => Kind::Diff,
    }
}

fn notes(places: &[Repository], archiving: &Archiving, wanted: &BackupWanted) -> Vec<String> {
    let mut notes = Vec::new();
    if places.len() < 2 {
        notes.push("there is one place only: a second one elsewhere (repo2-*) survives the first".into());
    }
    if !(1..=SEGMENT_SECONDS_MAX).contains(&archiving.timeout_seconds) {
        let now = archiving.timeout_seconds;
        notes.push(format!("archive_timeout is {now} s: with 2 s less than five seconds are lost with the server"));
    }
    if wanted.keys_to.is_empty() {
        notes.push("the installation's keys are not kept: without them no backup can be read (keys-to)".into());
    }
    notes
}

/// What a restore finds.
#[derive(Clone, Debug)]
pub struct RestoreScene<'s> {
    /// The places.
    pub places: &'s [Repository],
    /// The server's data folder.
    pub data_dir: &'s Path,
    /// Something is in it.
    pub occupied: bool,
    /// PostgreSQL runs.
    pub runs: bool,
    /// Programs of ours that are connected.
    pub connected: u64,
    /// Key files are missing, and sealed ones can be opened.
    pub keys_missing: bool,
    /// Now.
    pub now: Timestamp,
}

/// What a restore is to be.
#[derive(Clone, Copy, Debug)]
pub struct RestoreWanted {
    /// From which place; the first that has it, if not told.
    pub repository: Option<u32>,
    /// Up to when; everything, if not told.
    pub to_time: Option<Timestamp>,
    /// Replace what is there.
    pub force: bool,
}

/// Plans a restore: put together beside the old data, so that a restore that fails has taken nothing away.
///
/// # Errors
/// Everything that forbids it.
pub fn restore(scene: &RestoreScene<'_>, wanted: &RestoreWanted) -> Result<Plan, Vec<String>> {
    let mut faults = Vec::new();
    let place = source(scene.places, wanted.repository, wanted.to_time).map_err(|fault| faults.push(fault)).ok();
    if wanted.to_time.is_some_and(|at| at > scene.now) {
        faults.push("--to-time has not come yet".into());
    }
    if scene.occupied && !wanted.force {
        let folder = scene.data_dir.display();
        faults.push(format!("{folder} has data: move it away, or give --force to keep it beside"));
    }
    if scene.connected > 0 {
        let count = scene.connected;
        faults.push(format!("{count} connections of raally are open: end its servers first (`raallyctl down`)"));
    }
    let Some(repository) = place.filter(|_| faults.is_empty()) else { return Err(faults) };
    let replaced = scene.occupied.then(|| {
        let mut kept = scene.data_dir.as_os_str().to_owned();
        kept.push(scene.now.strftime(".replaced-%Y%m%dT%H%M%SZ").to_string());
        PathBuf::from(kept)
    });
    let mut steps = vec![Step::Fetch { repository, to_time: wanted.to_time }];
    steps.extend(scene.runs.then_some(Step::Stop));
    steps.extend([Step::PutInPlace { replaced }, Step::Start]);
    steps.extend(scene.keys_missing.then_some(Step::OpenKeys));
    steps.push(Step::Examine);
    let notes = vec!["take a backup afterwards: what is written from then on belongs to a new line of the log".into()];
    Ok(Plan { steps, notes })
}

/// The place to restore from.
///
/// # Errors
/// Why there is none.
pub fn source(places: &[Repository], repository: Option<u32>, to_time: Option<Timestamp>) -> Result<u32, String> {
    let old_enough = |place: &&Repository| {
        place.backups.iter().any(|base| !base.damaged && to_time.is_none_or(|at| base.ended_at <= at))
    };
    let asked = |place: &&Repository| repository.is_none_or(|number| number == place.number);
    let found = places.iter().filter(asked).filter(|place| place.fault.is_none()).find(old_enough);
    found.map(|place| place.number).ok_or_else(|| {
        let which = repository.map(|number| format!(" in place {number}")).unwrap_or_default();
        let when = to_time.map(|at| format!(" that ended before {at}")).unwrap_or_default();
        format!("there is no good backup{which}{when}: see `raallyctl backups`")
    })
}

#[cfg(test)]
mod tests;
