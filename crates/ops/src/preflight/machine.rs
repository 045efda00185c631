//! Whether this machine has the memory and the disk for what a release starts.

use std::path::Path;

use super::checks::{bad, good};
use super::{Finding, Scene};
use crate::plan::Step;

/// For an instance, where none runs that could be weighed.
const INSTANCE_BYTES: u64 = 128 * 1024 * 1024;
/// What logs and journal need besides programs.
const DISK_SPARE_BYTES: u64 = 256 * 1024 * 1024;

pub(super) fn checks(scene: &Scene<'_>) -> Vec<Finding> {
    let Some(host) = &scene.environment.host else { return Vec::new() };
    vec![listen(scene, &host.listen), memory(scene), disk(scene.artefact.bytes, &host.state_dir)]
}

/// Whether the gateway can be reached, or could be once it is started.
fn listen(scene: &Scene<'_>, address: &str) -> Finding {
    if scene.counted.is_some() {
        return good("gateway", "it runs");
    }
    match std::net::TcpListener::bind(address) {
        Ok(_) => good("gateway", format!("{address} is free")),
        Err(error) => bad(
            "gateway",
            format!("it can't listen on {address}: {error}"),
            "end what listens there, or give the environment another `host.listen`",
        ),
    }
}

fn memory(scene: &Scene<'_>) -> Finding {
    // At a canary's last step everything that was started runs at the same time.
    let started = |step: &Step| match step {
        Step::Start { instances } => instances.values().filter(|slot| slot.host == "local").count() as u64,
        _ => 0,
    };
    let count: u64 = scene.plan.unwrap_or_default().iter().map(started).sum();
    let needed = count * INSTANCE_BYTES;
    match available_memory() {
        Some(available) if available < needed => bad(
            "memory",
            format!("{} MB are available, {count} more instances need {} MB", available >> 20, needed >> 20),
            "free some, or release with fewer instances at a time",
        ),
        Some(available) => good("memory", format!("{} MB are available for {count} more instances", available >> 20)),
        None => good("memory", "this system does not tell"),
    }
}

/// Source: proc(5), `/proc/meminfo`, in kB of 1,024 bytes.
fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemAvailable:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1_024)
}

/// Whether a folder has room for a program and for what is written besides.
pub fn disk(program_bytes: u64, folder: &Path) -> Finding {
    let needed = program_bytes + DISK_SPARE_BYTES;
    // It is made by the first release.
    let folder = folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder);
    match rustix::fs::statvfs(folder) {
        Ok(stat) => {
            let free = stat.f_bavail * stat.f_frsize;
            let says = format!("{} MB are free in {}", free >> 20, folder.display());
            if free >= needed { good("disk", says) } else { bad("disk", says, format!("free {} MB", needed >> 20)) }
        }
        Err(error) => bad("disk", format!("{}: {error}", folder.display()), "see that the folder can be used"),
    }
}
