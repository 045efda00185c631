//! The drill of an environment on PostgreSQL: the backup becomes a database and a running server on a throw-away instance.

use std::ffi::OsStr;
use std::time::Instant;

use jiff::Timestamp;
use serde::Serialize;

use super::aside::Aside;
use super::plan;
use super::work::Database;
use crate::failed::Failed;
use crate::recovery::drill::{Goals, Server};
use crate::stop::Folder;

/// What a drill found.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// Both goals were reached, and the audit trail holds.
    pub passed: bool,
    /// From which place.
    pub repository: u32,
    /// When the last transaction was committed that came back.
    pub reached: Timestamp,
    /// From then to the moment the drill began: more than would have been lost, where nothing was written.
    pub rpo_seconds: f64,
    /// From the place to a server that is ready.
    pub rto_seconds: f64,
    /// Of it: fetching and playing back.
    pub restored_seconds: f64,
    /// Events whose seals were checked.
    pub events: u64,
    /// The audit trail holds.
    pub audit_ok: bool,
    /// The goals.
    pub goals: Goals,
}

/// Restores from a place, the last one if none is told, starts a server of Raally on it, and ends both.
///
/// # Errors
/// When a step fails: then there is no recovery, which is worse than a slow one.
pub async fn run(database: &Database, repository: Option<u32>, goals: Goals) -> Result<Verdict, Failed> {
    let places = database.store().look()?;
    let repository = repository.or_else(|| places.last().map(|place| place.number));
    let repository = plan::source(&places, repository, None).map_err(Failed::input)?;
    let (began_at, started) = (Timestamp::now(), Instant::now());
    let aside = Aside::restore(database.store(), repository, None)?;
    let restored_seconds = started.elapsed().as_secs_f64();
    let data = Folder::new("raally-drill")?;
    let throw_away = database.installation_on(&aside, data.path())?;
    let server = Server::start(throw_away.command(&[OsStr::new("serve")]))?;
    server.wait_until_ready().await?;
    let rto_seconds = started.elapsed().as_secs_f64();
    // All that came back is sealed then, and checked to its end.
    server.end().await;
    let newest = || places.iter().find(|place| place.number == repository)?.backups.last().map(|base| base.ended_at);
    let reached = aside.reached()?.or_else(newest).unwrap_or(began_at);
    let rpo_seconds = began_at.duration_since(reached).as_secs_f64().max(0.0);
    let audit = throw_away.json(&["audit", "verify"].map(OsStr::new))?;
    let (audit_ok, events) = (audit["ok"] == true, audit["checked"].as_u64().unwrap_or_default());
    let passed = rpo_seconds <= goals.rpo_seconds && rto_seconds <= goals.rto_seconds && audit_ok;
    Ok(Verdict { passed, repository, reached, rpo_seconds, rto_seconds, restored_seconds, events, audit_ok, goals })
}
