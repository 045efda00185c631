//! Keeps processes by systemd where it is the first process: one unit for each. The orders are the same as those of the
//! tool's own supervisor. Options, with their secrets, are in a file that only the owner reads, never in the unit.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use jiff::Timestamp;
use tokio::process::Command;

use super::kept::{file, write};
use super::log;
use super::make_folder;
use super::order::{Answer, Order, Process, Running};
use crate::atomic;
use crate::failed::{Doing, Failed};
use crate::journal::hex_digest;

/// Exists where systemd is the first process. Source: sd_booted(3).
const BOOTED: &str = "/run/systemd/system";
/// So many starts without staying up, and it is said to end quickly.
const RESTARTS_QUICK: u32 = 3;

/// Whether systemd is the first process here.
#[must_use]
pub fn is_here() -> bool {
    Path::new(BOOTED).is_dir()
}

/// The unit's name: two environments may have an instance of the same name.
#[must_use]
pub fn unit_name(state_dir: &Path, id: &str) -> String {
    let digest = hex_digest(state_dir.as_os_str().as_encoded_bytes());
    format!("raally-{}-{id}.service", &digest[..8])
}

/// The unit's text.
#[must_use]
pub fn unit(state_dir: &Path, process: &Process) -> String {
    let words = std::iter::once(process.program.display().to_string()).chain(process.arguments.iter().cloned());
    let command = words.map(|word| quoted(&word)).collect::<Vec<_>>().join(" ");
    let data =
        process.environment.get("RAALLY_DATA_DIR").map(|folder| format!(" {}", quoted(folder))).unwrap_or_default();
    let (folder, log) = (quoted(&state_dir.display().to_string()), log::path(state_dir, &process.id));
    format!(
        "# Written by raallyctl; the next release writes it anew.\n\
         [Unit]\n\
         Description=Raally {id} of {plain}\n\
         Wants=network-online.target\n\
         After=network-online.target\n\
         StartLimitIntervalSec=0\n\n\
         [Service]\n\
         Type=exec\n\
         ExecStart={command}\n\
         EnvironmentFile={environment}\n\
         Restart=always\n\
         RestartSec=1\n\
         KillMode=mixed\n\
         TimeoutStopSec={grace}\n\
         StandardOutput=append:{log}\n\
         StandardError=append:{log}\n\
         UMask=0077\n\
         NoNewPrivileges=yes\n\
         PrivateTmp=yes\n\
         ProtectSystem=strict\n\
         ReadWritePaths={folder}{data}\n\
         ProtectKernelTunables=yes\n\
         ProtectKernelModules=yes\n\
         ProtectControlGroups=yes\n\
         RestrictSUIDSGID=yes\n\
         RestrictRealtime=yes\n\
         LockPersonality=yes\n\n\
         [Install]\n\
         WantedBy={target}\n",
        id = process.id,
        plain = escaped(&state_dir.display().to_string()),
        environment = escaped(&environment_file(state_dir, &process.id).display().to_string()),
        grace = process.grace_seconds,
        log = escaped(&log.display().to_string()),
        target = if is_root() { "multi-user.target" } else { "default.target" },
    )
}

/// Carries out an order.
///
/// # Errors
/// What systemd says.
pub async fn order(state_dir: &Path, order: &Order) -> Result<Answer, Failed> {
    match order {
        Order::Keep(process) => keep(state_dir, process).await?,
        Order::End { id } => end(state_dir, id).await?,
        Order::List => return Ok(Answer::List { processes: list(state_dir).await? }),
        // There is nobody to send away.
        Order::Leave => {}
    }
    Ok(Answer::Done)
}

async fn keep(state_dir: &Path, process: &Process) -> Result<(), Failed> {
    make_folder(&state_dir.join("kept"))?;
    make_folder(&state_dir.join("logs"))?;
    make_folder(&unit_folder())?;
    let line = |(name, value): (&String, &String)| format!("{name}={}\n", quoted(value));
    let environment: String = process.environment.iter().map(line).collect();
    let file_of_environment = environment_file(state_dir, &process.id);
    atomic::write(&file_of_environment, environment.as_bytes(), 0o600).doing(file_of_environment.display())?;
    let path = unit_folder().join(unit_name(state_dir, &process.id));
    atomic::write(&path, unit(state_dir, process).as_bytes(), 0o644).doing(path.display())?;
    write(&file(state_dir, &process.id), process)?;
    systemctl(&["daemon-reload"]).await?;
    systemctl(&["enable", "--now", &unit_name(state_dir, &process.id)]).await.map(|_| ())
}

async fn end(state_dir: &Path, id: &str) -> Result<(), Failed> {
    if !file(state_dir, id).exists() {
        return Ok(());
    }
    systemctl(&["disable", "--now", &unit_name(state_dir, id)]).await?;
    for path in [unit_folder().join(unit_name(state_dir, id)), environment_file(state_dir, id), file(state_dir, id)] {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failed::ours(format!("{}: {error}", path.display())));
            }
            _ => {}
        }
    }
    systemctl(&["daemon-reload"]).await.map(|_| ())
}

async fn list(state_dir: &Path) -> Result<Vec<Running>, Failed> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(state_dir.join("kept")).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let text = std::fs::read(&path).doing(path.display())?;
        let process: Process = serde_json::from_slice(&text).doing(path.display())?;
        let shown =
            systemctl(&["show", "--property=MainPID,NRestarts,ActiveState", &unit_name(state_dir, &process.id)])
                .await?;
        found.push(running(&process, &shown));
    }
    found.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(found)
}

fn running(process: &Process, shown: &str) -> Running {
    let value =
        |name: &str| shown.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default();
    let restarts: u32 = value("NRestarts").parse().unwrap_or(0);
    let up = value("ActiveState") == "active";
    Running {
        id: process.id.clone(),
        port: process.port,
        pid: value("MainPID").parse().ok().filter(|pid| *pid > 0 && up),
        since: Timestamp::UNIX_EPOCH,
        restarts,
        quick_ends: if up { 0 } else { restarts.min(RESTARTS_QUICK) },
    }
}

async fn systemctl(arguments: &[&str]) -> Result<String, Failed> {
    let doing = format!("systemctl {}", arguments.join(" "));
    let mut command = Command::new("systemctl");
    if !is_root() {
        command.arg("--user");
    }
    let output = command.args(arguments).stdin(Stdio::null()).output().await.doing(&doing)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Failed::ours(format!("{doing}: {}", String::from_utf8_lossy(&output.stderr).trim())))
}

fn unit_folder() -> PathBuf {
    let own = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".config/systemd/user"));
    let given = std::env::var_os("RAALLYCTL_UNIT_DIR").map(PathBuf::from);
    given.or_else(|| if is_root() { None } else { own() }).unwrap_or_else(|| PathBuf::from("/etc/systemd/system"))
}

fn environment_file(state_dir: &Path, id: &str) -> PathBuf {
    state_dir.join("kept").join(format!("{id}.env"))
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// In double quotes, for command lines, paths in lists and environment files. Source: systemd.syntax(7), systemd.exec(5).
fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text).replace('\\', "\\\\").replace('"', "\\\"").replace('$', "$$"))
}

/// A per cent sign begins a specifier.
fn escaped(text: &str) -> String {
    text.replace('%', "%%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn process(program: &Path) -> Process {
        Process {
            id: "r1-1".into(),
            program: program.to_owned(),
            arguments: vec!["serve".into()],
            environment: BTreeMap::from([("RAALLY_DATA_DIR".into(), "/var/lib/raally/100 %".into())]),
            port: 18_100,
            grace_seconds: 35,
        }
    }

    /// Where systemd's own checker is on the machine. It warns of paths that are not there, so they are.
    #[test]
    fn a_unit_is_accepted_by_systemd() {
        let folder = tempfile::tempdir().unwrap();
        let text = unit(folder.path(), &process(Path::new("/bin/true")));
        assert!(text.contains("ExecStart=\"/bin/true\" \"serve\"") && text.contains("100 %%"), "{text}");
        assert!(!text.contains("RAALLY_DATA_DIR"), "options are in a file of their own");
        std::fs::create_dir(folder.path().join("kept")).unwrap();
        std::fs::write(environment_file(folder.path(), "r1-1"), "A=\"b\"\n").unwrap();
        let path = folder.path().join(unit_name(folder.path(), "r1-1"));
        std::fs::write(&path, text).unwrap();
        match std::process::Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&path).output() {
            Err(error) => eprintln!("skip: systemd-analyze is not on this machine: {error}"),
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr);
                // Without a running systemd it can't look at units of the machine; what it says of ours counts.
                let ours: Vec<&str> = said.lines().filter(|line| line.contains("raally-")).collect();
                assert!(ours.is_empty(), "{said}");
            }
        }
    }

    #[test]
    fn a_unit_that_does_not_stay_up_is_said_to_end_quickly() {
        let process = process(Path::new("/bin/true"));
        let up = running(&process, "MainPID=42\nNRestarts=7\nActiveState=active\n");
        assert_eq!((up.pid, up.quick_ends), (Some(42), 0));
        let down = running(&process, "MainPID=0\nNRestarts=7\nActiveState=activating\n");
        assert_eq!((down.pid, down.quick_ends), (None, 3));
    }
}
