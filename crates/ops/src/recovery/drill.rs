//! The drill: a backup becomes a running server on a throw-away instance, and it is said how long that took and what
//! would have been lost.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process};
use serde::Serialize;

use super::{Installation, Kept, Manifest, restore};
use crate::failed::{Doing, Failed};
use crate::http::Http;
use crate::stop::{Duty, Folder};

/// A server that takes longer is not there.
const READY_WITHIN: Duration = Duration::from_secs(120);
const PROBE_WITHIN: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// From SIGTERM to being killed.
const END_WITHIN: Duration = Duration::from_secs(30);
const READY: &str = "/api/health/ready";

/// What must be reached.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Goals {
    /// Recovery point objective: what may be lost, in seconds before the disaster.
    pub rpo_seconds: f64,
    /// Recovery time objective: from the decision to restore to a server that is ready, in seconds.
    pub rto_seconds: f64,
}

/// What a drill found.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// Both goals were reached.
    pub passed: bool,
    /// Which backup.
    pub file: std::path::PathBuf,
    /// What is in it.
    pub manifest: Manifest,
    /// From the backup to the moment of the disaster, which is when the drill began: what would have been lost.
    pub rpo_seconds: f64,
    /// From the sealed file to a server that is ready.
    pub rto_seconds: f64,
    /// Of it: opening, restoring and examining.
    pub restored_seconds: f64,
    /// The goals.
    pub goals: Goals,
}

/// Restores a backup into a folder of its own, starts a server on it, waits until it is ready, and ends it.
///
/// # Errors
/// When a step fails: then there is no recovery, which is worse than a slow one.
pub async fn run(
    installation: &Installation,
    kept: &Kept,
    identity: &Path,
    goals: Goals,
    disaster_at: Timestamp,
) -> Result<Verdict, Failed> {
    let started = Instant::now();
    let aside = Folder::new("raally-drill")?;
    let throw_away = installation.in_folder(&aside.path().join("data"));
    let manifest = restore(&throw_away, kept, identity, false)?;
    let restored_seconds = started.elapsed().as_secs_f64();
    let server = Server::start(throw_away.command(&[OsStr::new("serve")]))?;
    server.wait_until_ready().await?;
    let rto_seconds = started.elapsed().as_secs_f64();
    drop(server);
    let rpo_seconds = disaster_at.duration_since(manifest.taken_at).as_secs_f64().max(0.0);
    let passed = rpo_seconds <= goals.rpo_seconds && rto_seconds <= goals.rto_seconds;
    let file = kept.file.clone();
    Ok(Verdict { passed, file, manifest, rpo_seconds, rto_seconds, restored_seconds, goals })
}

/// A server of the throw-away instance; ended when it goes out of scope.
pub(super) struct Server {
    child: Child,
    address: SocketAddr,
    _duty: Duty,
}

impl Server {
    pub(super) fn start(mut command: Command) -> Result<Self, Failed> {
        command.env("RAALLY_LISTEN", "127.0.0.1:0").env("RAALLY_LOG", "info").env("RAALLY_LOG_FORMAT", "json");
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().doing("raally serve")?;
        let log = child.stderr.take();
        let (tell, told) = mpsc::channel();
        // The log is read to its end, or a full pipe would stop the server.
        std::thread::spawn(move || {
            let lines = log.into_iter().flat_map(|log| BufReader::new(log).lines().map_while(Result::ok));
            for line in lines {
                let line: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
                if let Some(address) = line["address"].as_str().and_then(|address| address.parse().ok()) {
                    _ = tell.send(address);
                }
            }
        });
        // Made before it is known where it listens: whatever goes wrong, the child is ended.
        let duty = Duty::to_end(&child, Signal::KILL);
        let mut server = Self { _duty: duty, child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        server.address = told.recv_timeout(READY_WITHIN).map_err(|_| Failed::ours("raally serve does not start"))?;
        Ok(server)
    }

    pub(super) async fn wait_until_ready(&self) -> Result<(), Failed> {
        let http = Http::default();
        let started = Instant::now();
        while started.elapsed() < READY_WITHIN {
            let asked = http.get(&self.address.to_string(), READY, PROBE_WITHIN).await;
            if asked.is_ok_and(|(status, _)| status == 200) {
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Err(Failed::ours("the restored server does not become ready"))
    }

    /// Ends it in order, so that it seals the events that it found unsealed.
    pub(super) async fn end(mut self) {
        _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let started = Instant::now();
        while started.elapsed() < END_WITHIN && matches!(self.child.try_wait(), Ok(None)) {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// A figure that it shows of itself.
    pub(super) async fn figure(&self, name: &str) -> Option<f64> {
        let (_, page) = Http::default().get(&self.address.to_string(), "/metrics", PROBE_WITHIN).await.ok()?;
        let page = String::from_utf8_lossy(&page);
        page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
