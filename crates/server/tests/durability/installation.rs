//! An installation of Raally in a folder, and the processes on it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use raally_storage::Location;
use tempfile::TempDir;

use crate::http::{Request, ask};

/// Longest wait for anything; a loaded machine is slow.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// A data folder, where the database is, and what else processes are told.
pub struct Installation {
    folder: PathBuf,
    /// Keeps a folder that is removed in the end.
    _own: Option<TempDir>,
    database_url: Option<String>,
    variables: Vec<(String, String)>,
}

impl Installation {
    /// On SQLite in a folder of its own.
    pub fn sqlite() -> Self {
        let own = TempDir::new().unwrap();
        Self { folder: own.path().join("data"), _own: Some(own), database_url: None, variables: Vec::new() }
    }

    /// On SQLite in a folder that is there.
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), _own: None, database_url: None, variables: Vec::new() }
    }

    /// On a PostgreSQL database.
    pub fn postgres(url: String) -> Self {
        Self { database_url: Some(url), ..Self::sqlite() }
    }

    /// The same installation, to be told other things.
    pub fn beside(&self) -> Self {
        let (folder, database_url) = (self.folder.clone(), self.database_url.clone());
        Self { folder, _own: None, database_url, variables: self.variables.clone() }
    }

    /// With one more variable.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn location(&self) -> Location {
        match &self.database_url {
            Some(url) => Location::Postgres(url.clone()),
            None => Location::Sqlite(self.folder.join("raally.db")),
        }
    }

    /// The program (another build's, when `RAALLY_BIN` names one) with these arguments, or `wrapper` with the program in its end.
    fn command(&self, wrapper: &[&str], arguments: &[&OsStr]) -> Command {
        let program = std::env::var("RAALLY_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_raally").to_owned());
        let mut command = Command::new(wrapper.first().copied().unwrap_or(&program));
        if let Some(rest) = wrapper.get(1..) {
            command.args(rest).arg(&program);
        }
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("RAALLY_")) {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .env("RAALLY_DATA_DIR", &self.folder)
            .env("RAALLY_LISTEN", "127.0.0.1:0")
            .env("RAALLY_RATE_LIMIT", "off")
            .env("RAALLY_LOG_FORMAT", "json")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        if let Some(url) = &self.database_url {
            command.env("RAALLY_DATABASE_URL", url);
        }
        command
    }

    /// Runs a command to its end.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Output {
        let arguments: Vec<&OsStr> = arguments.iter().map(AsRef::as_ref).collect();
        self.command(&[], &arguments).output().unwrap()
    }

    /// Runs a command that must succeed; its standard output.
    pub fn done<A: AsRef<OsStr>>(&self, arguments: &[A]) -> String {
        let output = self.run(arguments);
        let err = String::from_utf8_lossy(&output.stderr);
        let shown: Vec<_> = arguments.iter().map(|argument| argument.as_ref().to_string_lossy()).collect();
        assert!(output.status.success(), "{shown:?}: {err}{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts a command and returns at once.
    pub fn start(&self, arguments: &[&OsStr]) -> Child {
        self.command(&[], arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Starts `raally serve`; returns when it listens.
    pub fn serve(&self) -> Serve {
        self.serve_in(&[])
    }

    /// As [`Installation::serve`], started by another program.
    pub fn serve_in(&self, wrapper: &[&str]) -> Serve {
        let mut command = self.command(wrapper, &["serve".as_ref()]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (kept, (sender, address)) = (Arc::clone(&log), channel());
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let entry: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
                if let Some(address) = entry["address"].as_str().and_then(|address| address.parse().ok()) {
                    _ = sender.send(address);
                }
                kept.lock().unwrap().push(line);
            }
        });
        match address.recv_timeout(PATIENCE) {
            Ok(address) => Serve { child, address, log },
            Err(error) => {
                _ = child.kill();
                panic!("no server: {error}, {:?}, {:#?}", child.wait(), log.lock().unwrap());
            }
        }
    }
}

/// A running `raally serve`; killed with the value.
pub struct Serve {
    child: Child,
    pub address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
}

impl Serve {
    pub fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// kill -9.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        assert!(Command::new("kill").args(["-TERM", &self.pid()]).status().unwrap().success());
    }

    /// Waits for its end.
    pub fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        wait_until("the server ends", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// The status of `/api/health/ready`.
    pub fn readiness(&self) -> u16 {
        ask(self.address, &Request::get("/api/health/ready")).status
    }

    /// SIGTERM; it must end well.
    pub fn stop(mut self) {
        self.terminate();
        let status = self.ended();
        assert!(status.success(), "{status:?} {:#?}", self.log.lock().unwrap());
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log.lock().unwrap();
            let tail = log.len().saturating_sub(20);
            say(&format!("the log's end: {:#?}", &log[tail..]));
        }
    }
}

/// Waits for a condition.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// To the stream itself: the harness swallows what passing tests print.
pub fn say(line: &str) {
    _ = writeln!(std::io::stderr(), "{line}");
}
