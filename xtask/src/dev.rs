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
    let mut served = Served::new(tree);
    loop {
        served.look()?;
        std::thread::sleep(LOOK_EVERY);
    }
}

/// The server as it was built last; ended when dropped.
pub struct Served<'t> {
    tree: &'t Tree,
    server: Option<Child>,
    seen_at: Option<SystemTime>,
}

impl<'t> Served<'t> {
    /// Nothing yet.
    pub const fn new(tree: &'t Tree) -> Self {
        Self { tree, server: None, seen_at: None }
    }

    /// Looks once. When a source changed since the last look the server is built, and if that succeeds, started in the
    /// place of the one before; whether it was. A source that doesn't compile leaves the server as it is.
    ///
    /// # Errors
    /// When cargo or the server can't be started.
    pub fn look(&mut self) -> Result<bool, String> {
        let changed_at = newest(&Tree::of(self.tree.top()));
        if self.seen_at == Some(changed_at) {
            return Ok(false);
        }
        self.seen_at = Some(changed_at);
        if !build(self.tree)? {
            return Ok(false);
        }
        stop(self.server.take());
        self.server = Some(start(self.tree)?);
        Ok(true)
    }
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        stop(self.server.take());
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
    cargo.args(["build", "-p", "raally-server", "--target-dir", "target"]).current_dir(tree.top());
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
