//! `make dev`: the server is built and started again whenever a source changes; the web app, where
//! it is there, reloads by its own development server.

use std::fs;
use std::process::{Child, Command};
use std::time::{Duration, SystemTime};

use crate::tree::Tree;

const LOOK_EVERY: Duration = Duration::from_millis(500);
const WATCHED: [&str; 4] = ["crates/", "openapi/", "Cargo.toml", "Cargo.lock"];

/// Runs until it is interrupted; Ctrl-C reaches the children as well.
///
/// # Errors
/// When cargo or npm can't be started.
pub fn run(tree: &Tree) -> Result<(), String> {
    let _web = start_web(tree)?;
    let mut server: Option<Child> = None;
    let mut built_at = None;
    loop {
        let changed_at = newest(&Tree::of(tree.top()));
        if built_at != Some(changed_at) {
            built_at = Some(changed_at);
            if build(tree)? {
                stop(server.take());
                server = Some(start(tree)?);
            }
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

fn newest(tree: &Tree) -> SystemTime {
    tree.files()
        .filter(|path| WATCHED.iter().any(|watched| path.starts_with(watched)))
        .filter_map(|path| fs::metadata(tree.at(path)).ok()?.modified().ok())
        .max()
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

fn build(tree: &Tree) -> Result<bool, String> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "-p", "raally-server"]).current_dir(tree.top());
    let status = cargo.status().map_err(|error| format!("cargo: {error}"))?;
    Ok(status.success())
}

fn start(tree: &Tree) -> Result<Child, String> {
    Command::new(tree.at("target/debug/raally"))
        .arg("serve")
        .current_dir(tree.top())
        .spawn()
        .map_err(|error| format!("raally: {error}"))
}

/// Asks politely, so that the server finishes what it has begun.
fn stop(server: Option<Child>) {
    let Some(mut server) = server else { return };
    let asked = Command::new("kill").arg(server.id().to_string()).status();
    if !asked.is_ok_and(|status| status.success()) {
        let _ = server.kill();
    }
    let _ = server.wait();
}

fn start_web(tree: &Tree) -> Result<Option<Child>, String> {
    if !tree.has("web/package.json") {
        return Ok(None);
    }
    let npm = |arguments: &[&str]| {
        let mut npm = Command::new("npm");
        npm.args(arguments).current_dir(tree.at("web"));
        npm
    };
    if !tree.has("web/node_modules") {
        let status = npm(&["ci"]).status().map_err(|error| format!("npm: {error}"))?;
        if !status.success() {
            return Err("npm ci failed".to_owned());
        }
    }
    let child = npm(&["run", "dev"]).spawn().map_err(|error| format!("npm: {error}"))?;
    Ok(Some(child))
}
