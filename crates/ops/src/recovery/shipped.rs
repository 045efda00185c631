//! What `raally serve` ships with `RAALLY_BACKUP_URL`: restored by `raally restore --from`, and drilled.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Installation;
use super::drill::{Goals, Server};
use crate::failed::{Doing, Failed};
use crate::stop::Folder;

/// Which moment, from where.
#[derive(Clone, Copy, Debug)]
pub struct Source<'s> {
    /// Where it was shipped to.
    pub url: &'s str,
    /// The private key, when it is sealed.
    pub identity: Option<&'s Path>,
    /// Without it, everything there is.
    pub to_time: Option<Timestamp>,
    /// Where something is damaged, the last good moment before it.
    pub last_good: bool,
}

/// What `raally restore --from` says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Restored {
    /// When the base was taken.
    pub based_at: Timestamp,
    /// Up to when.
    pub reached: Timestamp,
    /// Records put on the base.
    pub records: u64,
    /// Events in the log.
    pub events: u64,
    /// Bytes of the database.
    pub bytes: u64,
    /// The audit trail holds; unknown without the keys.
    pub audit_ok: Option<bool>,
    /// What was damaged and left out.
    pub left_out: Vec<String>,
}

/// Restores.
///
/// # Errors
/// What `raally` says.
pub fn restore(installation: &Installation, source: &Source<'_>, force: bool) -> Result<Restored, Failed> {
    let moment = source.to_time.map(|at| at.to_string());
    let mut arguments: Vec<&OsStr> = ["restore", "--from", source.url].map(OsStr::new).to_vec();
    if let Some(moment) = &moment {
        arguments.extend([OsStr::new("--to-time"), OsStr::new(moment)]);
    }
    if let Some(identity) = source.identity {
        arguments.extend([OsStr::new("--identity"), identity.as_os_str()]);
    }
    arguments.extend(source.last_good.then_some(OsStr::new("--last-good")));
    arguments.extend(force.then_some(OsStr::new("--force")));
    serde_json::from_value(installation.json(&arguments)?).doing("raally restore")
}

/// What a drill found.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// Both goals were reached, and the audit trail holds.
    pub passed: bool,
    /// From the newest record to the moment the drill began: more than would have been lost, where nothing was written.
    pub rpo_seconds: f64,
    /// From the store to a server that is ready.
    pub rto_seconds: f64,
    /// Of it: fetching, restoring and verifying.
    pub restored_seconds: f64,
    /// What was restored.
    pub restored: Restored,
    /// The goals.
    pub goals: Goals,
}

/// Restores into a folder of its own, starts a server on it, waits until it is ready, and ends it.
///
/// # Errors
/// When a step fails: then there is no recovery, which is worse than a slow one.
pub async fn drill(installation: &Installation, source: &Source<'_>, goals: Goals) -> Result<Verdict, Failed> {
    let (began_at, started) = (Timestamp::now(), Instant::now());
    let aside = Folder::new("raally-drill")?;
    let throw_away = installation.in_folder(&aside.path().join("data"));
    let restored = restore(&throw_away, source, false)?;
    let restored_seconds = started.elapsed().as_secs_f64();
    let server = Server::start(throw_away.command(&[OsStr::new("serve")]))?;
    server.wait_until_ready().await?;
    let rto_seconds = started.elapsed().as_secs_f64();
    drop(server);
    let rpo_seconds = began_at.duration_since(restored.reached).as_secs_f64().max(0.0);
    let reached = rpo_seconds <= goals.rpo_seconds && rto_seconds <= goals.rto_seconds;
    let passed = reached && restored.audit_ok != Some(false) && restored.left_out.is_empty();
    Ok(Verdict { passed, rpo_seconds, rto_seconds, restored_seconds, restored, goals })
}
