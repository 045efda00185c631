//! An environment in a folder of its own, versions of Raally to release to it, and users.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use raally_ops::model::environment::Keeper;
use raally_ops::rehearsal::load::{Got, Load, Session};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::tool::{Tool, wait_until};

/// Requests each second.
const RATE: u32 = 100;

/// Each test is alone on the machine: they measure what users get.
static ALONE: Mutex<()> = Mutex::new(());

pub struct Stage {
    tool: Tool,
    address: String,
    company: Option<(String, String, String)>,
    runtime: Runtime,
    _alone: MutexGuard<'static, ()>,
}

impl std::ops::Deref for Stage {
    type Target = Tool;

    fn deref(&self) -> &Tool {
        &self.tool
    }
}

/// The tool.
pub fn raallyctl() -> &'static str {
    env!("CARGO_BIN_EXE_raallyctl")
}

/// The program that is released: `RAALLY_BIN`, or the one that was built beside the tool.
pub fn raally() -> PathBuf {
    let beside = || Path::new(raallyctl()).with_file_name("raally");
    let path = std::env::var_os("RAALLY_BIN").map_or_else(beside, PathBuf::from);
    assert!(path.exists(), "{} is not there: `cargo build -p raally-server` makes it", path.display());
    path
}

impl Stage {
    /// With these lines of the environment besides the usual ones.
    pub fn new(strategy: &str, more: &str) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let address = free().to_string();
        // Below the ports that the system gives to outgoing connections, one of which would keep an instance from its own.
        let first = 20_000 + free().port() % 60 * 200;
        let text = format!(
            r#"[environments.test]
            target = "host"
            replicas = 2
            strategy = "{strategy}"
            {more}
            [environments.test.gates]
            drain-seconds-max = 10
            ready-seconds-max = 60
            [environments.test.rolling]
            watch-seconds = 3
            [environments.test.blue-green]
            watch-seconds = 6
            [environments.test.canary]
            steps = [{{ weight-bp = 4000, hold-seconds-min = 3, hold-seconds-max = 90 }}]
            [environments.test.host]
            state-dir = "s"
            listen = "{address}"
            keeper = "own"
            ports = [{first}, {last}]
            settings = {{ RAALLY_RATE_LIMIT = "off", RAALLY_LOG = "warn", RAALLY_TRUSTED_PROXIES = "127.0.0.0/8" }}
            [environments.test.host.gateway]
            accessLog = "errors"
            "#,
            last = first + 199,
        );
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { tool: Tool::new(&text), address, company: None, runtime, _alone: alone }
    }

    /// With instances on these hosts.
    pub fn on_hosts(self, hosts: &[&str]) -> Self {
        self.with("keeper = \"own\"", &format!("keeper = \"own\"\n            hosts = {hosts:?}"))
    }

    /// With something else in the file of the environment.
    pub fn with(self, from: &str, to: &str) -> Self {
        self.change(from, to);
        self
    }

    /// With the first release under way already, and a company to work in.
    pub fn with_first(strategy: &str) -> Self {
        Self::new(strategy, "").begun()
    }

    /// The first release, and a company to work in.
    pub fn begun(self) -> Self {
        let mut stage = self;
        stage.found_company();
        let first = stage.version("a");
        let ended = stage.deploy(&first);
        assert_eq!(ended["outcome"], "released", "{ended}");
        stage
    }

    fn found_company(&mut self) {
        let mut command = Command::new(raally());
        command.args(["demo", "--json"]).env("RAALLY_DATA_DIR", self.state().join("data")).stdin(Stdio::null());
        let output = command.output().unwrap();
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let login = &value["logins"][0];
        self.company = Some((text(&login["email"]), text(&login["password"]), text(&value["workspaceId"])));
    }

    /// The environment's folder.
    pub fn state(&self) -> PathBuf {
        self.folder.path().join("s")
    }

    /// A version of its own digest; all of them are the program that was built.
    pub fn version(&self, name: &str) -> PathBuf {
        self.script(name, &format!("exec '{}' \"$@\"", raally().display()))
    }

    /// A version that is made bad by a proxy in front of it.
    pub fn bad_version(&self, name: &str, faults: &str) -> PathBuf {
        self.script(name, &format!("exec '{}' fault-proxy {faults} -- '{}' \"$@\"", raallyctl(), raally().display()))
    }

    /// A version that says of itself what is given.
    pub fn version_that_says(&self, name: &str, says: &str) -> PathBuf {
        let line =
            format!("if [ \"$1\" = version ]; then echo '{says}'; exit; fi; exec '{}' \"$@\"", raally().display());
        self.script(name, &line)
    }

    pub fn script(&self, name: &str, line: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        raally_ops::atomic::write(&path, format!("#!/bin/sh\n# version {name}\n{line}\n").as_bytes(), 0o700).unwrap();
        path
    }

    pub fn deploy(&self, version: &Path) -> Value {
        self.data(&["deploy", version.to_str().unwrap(), "--yes"])
    }

    /// Starts a release and returns at once.
    pub fn start_deploy(&self, version: &Path) -> Child {
        let mut command = self.command(&["deploy", version.to_str().unwrap(), "--yes"]);
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Waits until the release under way watches what users get.
    pub fn wait_for_watch(&self) {
        wait_until("a release that is watched", || {
            let text = std::fs::read_to_string(self.state().join("journal.jsonl")).unwrap_or_default();
            let after = text.rsplit_once("\"event\":\"planned\"").map(|(_, after)| after.to_owned());
            after.is_some_and(|after| after.contains("\"event\":\"saw\""))
        });
    }

    /// Users at work.
    pub fn users(&self) -> Load {
        let (email, password, workspace) = self.company.clone().unwrap();
        let address = self.address.clone();
        self.runtime.block_on(async move {
            let session = Session::sign_in(&address, &email, &password, &workspace).await.unwrap();
            Load::start(session, RATE)
        })
    }

    /// What they got, when they have gone home.
    pub fn home(&self, users: Load) -> Got {
        self.runtime.block_on(users.stop())
    }

    /// Process ids of kept processes whose name begins so.
    pub fn pids(&self, prefix: &str) -> Vec<u32> {
        let list =
            self.runtime.block_on(raally_ops::keeper::client::list(&self.state(), Path::new(raallyctl()), Keeper::Own));
        list.unwrap().iter().filter(|one| one.id.starts_with(prefix)).filter_map(|one| one.pid).collect()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for name in ["keeper", "gateway"] {
                let text =
                    std::fs::read_to_string(self.state().join("logs").join(format!("{name}.log"))).unwrap_or_default();
                let tail: Vec<&str> = text.lines().rev().take(8).collect();
                eprintln!("{name}: {tail:#?}");
            }
        }
        _ = self.run(&["down", "--yes"]);
        // What is left belongs to a test that failed, here or on a host that is only played: the supervisors first, or they
        // start again what they keep.
        let folder = self.folder.path().display().to_string();
        end_all("cmdline", &["supervise", &folder]);
        end_all("environ", &[&format!("RAALLYCTL_KEPT={folder}")]);
    }
}

/// Ends every process of which this file in `/proc` contains all of these.
fn end_all(file: &str, contains: &[&str]) {
    let pids = std::fs::read_dir("/proc").unwrap().flatten();
    for pid in pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()) {
        let bytes = std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        if contains.iter().all(|part| text.contains(part)) {
            // It may end by itself in this moment.
            _ = Command::new("kill").args(["-KILL", &pid.to_string()]).stderr(Stdio::null()).status();
        }
    }
}

/// Sends a signal.
pub fn kill(pid: u32, signal: &str) {
    assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

/// Nothing failed, and there was something.
pub fn nobody_was_hurt(got: &Got) {
    assert!(got.good > 20 && got.bad_count() == 0, "{} good, bad: {:?}", got.good, got.bad);
}
