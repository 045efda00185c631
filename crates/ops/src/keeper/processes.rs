//! Processes of this machine: starting one that survives us, finding those that a supervisor before us started, signals.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::{Child, Command};

use super::log;
use super::order::Process;

/// Marks a process of ours, and which one.
const MARK: &str = "RAALLYCTL_KEPT";
/// How often a process that is not our child is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A process that runs.
#[derive(Debug)]
pub enum Running {
    /// Started by us.
    Own(Child),
    /// Started by a supervisor before us.
    Found(u32),
}

impl Running {
    /// Its number.
    pub fn pid(&self) -> Option<u32> {
        match self {
            Self::Own(child) => child.id(),
            Self::Found(pid) => Some(*pid),
        }
    }

    /// Returns when it has ended.
    pub async fn ended(&mut self) -> String {
        match self {
            Self::Own(child) => match child.wait().await {
                Ok(status) => status.to_string(),
                Err(error) => error.to_string(),
            },
            Self::Found(pid) => {
                while lives(*pid) {
                    tokio::time::sleep(LOOK_EVERY).await;
                }
                "ended".to_owned()
            }
        }
    }
}

/// Starts it.
pub fn start(state_dir: &Path, process: &Process) -> io::Result<Running> {
    let log = log::open(&log::path(state_dir, &process.id))?;
    let mut command = Command::new(&process.program);
    command.args(&process.arguments).env_clear();
    for name in ["PATH", "HOME", "LANG", "TZ", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(&process.environment).env(MARK, mark(state_dir, &process.id));
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0);
    Ok(Running::Own(command.spawn()?))
}

/// Looks for it among all processes.
pub fn find(state_dir: &Path, id: &str) -> Option<Running> {
    let wanted = format!("{MARK}={}", mark(state_dir, id));
    let pids = std::fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid: &u32| *pid != std::process::id() && lives(*pid))
        .find(|pid| {
            let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            // What a kept process starts inherits the mark: the one we want leads its group.
            environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes()) && leads_its_group(*pid)
        })
        .map(Running::Found)
}

/// Sends a signal; a process that is gone needs none.
pub fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        _ = kill_process(pid, signal);
    }
}

/// Ends what is left of the group that a process led.
pub fn kill_group(pid: u32) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        _ = kill_process_group(pid, Signal::KILL);
    }
}

fn mark(state_dir: &Path, id: &str) -> String {
    format!("{}:{id}", state_dir.display())
}

/// Whether it runs; a zombie does not. Source: proc(5), `/proc/pid/stat`, fields 3 (state) and 5 (process group).
fn lives(pid: u32) -> bool {
    stat(pid).is_some_and(|fields| fields.first().is_some_and(|state| state != "Z" && state != "X"))
}

fn leads_its_group(pid: u32) -> bool {
    stat(pid).is_some_and(|fields| fields.get(2) == Some(&pid.to_string()))
}

/// The fields after the name, which stands in parentheses and may have any letter in it.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}
