//! A server under measurement: started, waited for, weighed, and stopped when it goes out of scope.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::http;

const READY_WITHIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_micros(500);

/// A running child process.
pub struct Server {
    child: Child,
    address: SocketAddr,
    started_at: Instant,
}

impl Server {
    /// Starts a program whose output goes to `log`.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start(command: &mut Command, address: SocketAddr, log: &Path) -> Result<Self, String> {
        let fault = |error: std::io::Error| format!("{:?}: {error}", command.get_program());
        let file = File::create(log).map_err(fault)?;
        let errors = file.try_clone().map_err(fault)?;
        command.stdin(Stdio::null()).stdout(file).stderr(errors);
        let started_at = Instant::now();
        let child = command.spawn().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
        Ok(Self { child, address, started_at })
    }

    /// Waits until `path` answers 200 and tells how long that took from the start.
    ///
    /// # Errors
    /// When the program ends before, or takes longer than a minute.
    pub fn wait_until_ready(&mut self, path: &str) -> Result<Duration, String> {
        while self.started_at.elapsed() < READY_WITHIN {
            if TcpStream::connect(self.address).is_ok() {
                let answer = http::Client::new(self.address).get(path);
                if answer.is_ok_and(|answer| answer.status == 200) {
                    return Ok(self.started_at.elapsed());
                }
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("the server ended at its start: {status}"));
            }
            thread::sleep(LOOK_EVERY);
        }
        Err(format!("{path} is not ready after {READY_WITHIN:?}"))
    }

    /// Resident memory now, in bytes; `None` where the system does not tell.
    pub fn resident_bytes(&self) -> Option<u64> {
        resident_bytes(self.child.id(), "VmRSS:")
    }

    /// The most resident memory since the start, in bytes.
    pub fn resident_bytes_max(&self) -> Option<u64> {
        resident_bytes(self.child.id(), "VmHWM:")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// Source: proc(5), `/proc/pid/status`, in kB of 1,024 bytes.
fn resident_bytes(process: u32, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(field))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1_024)
}

/// Is there a PostgreSQL server to start?
pub fn has_postgres() -> bool {
    Command::new("bash")
        .args(["scripts/throwaway-postgres.sh", "where"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// A PostgreSQL server of one's own, stopped and deleted when it goes out of scope.
pub struct Postgres {
    /// `postgres://…`.
    pub url: String,
    folder: String,
}

impl Postgres {
    /// Starts one with its data in `folder`.
    ///
    /// # Errors
    /// What the script says.
    pub fn start(folder: &Path) -> Result<Self, String> {
        let folder = folder.to_string_lossy().into_owned();
        let output = script(&["start", &folder])?;
        Ok(Self { url: output.trim().to_owned(), folder })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Err(reason) = script(&["stop", &self.folder]) {
            eprintln!("{reason}");
        }
    }
}

fn script(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("bash")
        .arg("scripts/throwaway-postgres.sh")
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("throwaway-postgres.sh: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("throwaway-postgres.sh {} failed", arguments.join(" ")))
    }
}
