//! The whole disaster on a throw-away instance: a company, writes, the loss of server and disk in the middle of them, the
//! restore, and what of the acknowledged writes is there again; then once more, to a moment between two writes.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;

use super::drill::{Goals, Server};
use super::postgres::Cluster;
use super::shipped::{self, Source};
use super::{Installation, seal};
use crate::failed::{Doing, Failed};
use crate::stop::Folder;

const PASSWORD: &[u8] = b"a long passphrase of the rehearsal";
/// Longest wait for the first backup.
const WITHIN: Duration = Duration::from_secs(60);

/// Which database is rehearsed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Shipped by `raally serve`.
    Sqlite,
    /// Base and write-ahead log by pgBackRest.
    Postgres,
}

/// What a rehearsal found.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// Everything below is as it should be.
    pub passed: bool,
    /// Which database.
    pub engine: Engine,
    /// Writes that were acknowledged before the loss.
    pub acknowledged: usize,
    /// Of them, not there after the restore.
    pub lost: usize,
    /// Age of the oldest lost write at the moment of the loss; 0 when none is lost.
    pub rpo_seconds: f64,
    /// From the decision to restore to a server that is ready.
    pub rto_seconds: f64,
    /// The restore to a moment has what was written before it and nothing that was written after.
    pub moment_exact: bool,
    /// The restored log is what was sealed.
    pub audit_ok: bool,
    /// The goals.
    pub goals: Goals,
}

/// What keeps the data and brings it back.
enum Keeper {
    Sqlite { url: String, identity: PathBuf, recipient: String },
    Postgres(Box<Cluster>),
}

impl Keeper {
    fn start(engine: Engine, folder: &Path) -> Result<Self, Failed> {
        Ok(match engine {
            Engine::Sqlite => {
                let identity = folder.join("backup.key");
                let recipient = seal::new_key(&identity)?.recipient;
                Self::Sqlite { url: format!("file://{}", folder.join("store").display()), identity, recipient }
            }
            Engine::Postgres => Self::Postgres(Box::new(Cluster::start()?)),
        })
    }

    fn told(&self, installation: Installation) -> Installation {
        match self {
            Self::Sqlite { url, recipient, .. } => {
                installation.with("RAALLY_BACKUP_URL", url).with("RAALLY_BACKUP_RECIPIENTS", recipient)
            }
            Self::Postgres(cluster) => installation.with("RAALLY_DATABASE_URL", &cluster.url()),
        }
    }

    /// Waits until there is a backup that writes can be added to.
    async fn protect(&self, server: &Server) -> Result<(), Failed> {
        match self {
            Self::Postgres(cluster) => cluster.protect(),
            Self::Sqlite { .. } => {
                let started = Instant::now();
                while server.figure("raally_backup_lag_seconds").await.is_none_or(|lag| lag > 0.5) {
                    if started.elapsed() > WITHIN {
                        return Err(Failed::ours("the server does not ship"));
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Ok(())
            }
        }
    }

    /// How far before a moment a write may have been acknowledged that is not in what is restored to it.
    const fn pause(&self) -> SignedDuration {
        match self {
            // 200 ms between two records, and the time to make one.
            Self::Sqlite { .. } => SignedDuration::from_millis(400),
            Self::Postgres(_) => SignedDuration::ZERO,
        }
    }

    /// The disk is gone.
    fn lose(&mut self, data: &Path) -> Result<(), Failed> {
        match self {
            Self::Postgres(cluster) => cluster.lose(),
            Self::Sqlite { .. } => std::fs::remove_dir_all(data).doing(data.display()),
        }
    }

    fn restore(&mut self, installation: &Installation, to_time: Option<Timestamp>) -> Result<(), Failed> {
        match self {
            Self::Postgres(cluster) => cluster.restore(to_time),
            Self::Sqlite { url, identity, .. } => {
                let source = Source { url, identity: Some(identity), to_time, last_good: false };
                shipped::restore(installation, &source, false).map(|_| ())
            }
        }
    }
}

/// A write that was acknowledged.
struct Written {
    email: String,
    at: Instant,
    moment: Timestamp,
}

/// Rehearses with this program; nothing that runs is touched.
///
/// # Errors
/// When a step fails.
pub async fn run(
    installation: &Installation,
    engine: Engine,
    writes_for: Duration,
    goals: Goals,
) -> Result<Verdict, Failed> {
    let aside = Folder::new("raally-rehearsal")?;
    let mut keeper = Keeper::start(engine, aside.path())?;
    let data = aside.path().join("data");
    let throw_away = keeper.told(installation.in_folder(&data));
    let server = Server::start(throw_away.command(&[OsStr::new("serve")]))?;
    server.wait_until_ready().await?;
    throw_away.json(&[OsStr::new("demo")])?;
    keeper.protect(&server).await?;
    let written = write(&throw_away, writes_for)?;
    drop(server);
    let lost_at = Instant::now();
    keeper.lose(&data)?;
    let started = Instant::now();
    keeper.restore(&throw_away, None)?;
    let server = Server::start(throw_away.command(&[OsStr::new("serve")]))?;
    server.wait_until_ready().await?;
    let rto_seconds = started.elapsed().as_secs_f64();
    let there = users(&throw_away)?;
    let audit_ok = throw_away.json(&["audit", "verify"].map(OsStr::new))?["ok"] == true;
    drop(server);
    let missing: Vec<&Written> = written.iter().filter(|one| !there.contains(&one.email)).collect();
    let age = |one: &Written| lost_at.duration_since(one.at).as_secs_f64();
    let rpo_seconds = missing.iter().map(|one| age(one)).fold(0.0, f64::max);
    let moment_exact = go_back(&mut keeper, &throw_away, &data, &written)?;
    let goals_reached = rpo_seconds <= goals.rpo_seconds && rto_seconds <= goals.rto_seconds;
    let (acknowledged, lost) = (written.len(), missing.len());
    let passed = goals_reached && moment_exact && audit_ok;
    Ok(Verdict { passed, engine, acknowledged, lost, rpo_seconds, rto_seconds, moment_exact, audit_ok, goals })
}

/// Makes logins, one after the other, for a while; at least four.
fn write(installation: &Installation, writes_for: Duration) -> Result<Vec<Written>, Failed> {
    let (started, mut written) = (Instant::now(), Vec::new());
    while started.elapsed() < writes_for || written.len() < 8 {
        let email = format!("write-{}@company.example", written.len());
        let arguments = ["user", "create", "--email", &email, "--password-stdin"].map(OsStr::new);
        let mut command = installation.command(&arguments);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut child = child.doing("raally user create")?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(PASSWORD).doing("raally user create")?;
        }
        let output = child.wait_with_output().doing("raally user create")?;
        if !output.status.success() {
            return Err(Failed::ours(format!("a write failed: {}", String::from_utf8_lossy(&output.stderr).trim())));
        }
        written.push(Written { email, at: Instant::now(), moment: Timestamp::now() });
    }
    Ok(written)
}

fn users(installation: &Installation) -> Result<BTreeSet<String>, Failed> {
    let mut found = BTreeSet::new();
    collect(&installation.json(&["user", "list"].map(OsStr::new))?, &mut found);
    Ok(found)
}

/// Mail addresses, wherever they stand.
fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| collect(one, found)),
        Value::Object(fields) => {
            found.extend(fields.get("email").and_then(Value::as_str).map(str::to_owned));
            fields.values().filter(|value| value.is_array()).for_each(|value| collect(value, found));
        }
        _ => {}
    }
}

/// Loses everything once more and goes back to the moment after one of the writes.
fn go_back(keeper: &mut Keeper, installation: &Installation, data: &Path, written: &[Written]) -> Result<bool, Failed> {
    // Early enough that the log behind it is in the store, whatever was lost at the end.
    let middle = written.len() / 4;
    let Some(moment) = written.get(middle).map(|one| one.moment) else { return Ok(false) };
    keeper.lose(data)?;
    keeper.restore(installation, Some(moment))?;
    let there = users(installation)?;
    // What is as young as the pause between two records may be in or not.
    let settled = |one: &&Written| moment.duration_since(one.moment) > keeper.pause();
    let before = written[..middle].iter().filter(settled).all(|one| there.contains(&one.email));
    let after = written[middle + 1..].iter().any(|one| there.contains(&one.email));
    Ok(before && !after)
}
