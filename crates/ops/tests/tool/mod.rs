//! The tool as a program, on an environment of a file in a folder of its own. Shared by the tests of both targets.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Longest wait for anything; a loaded machine is slow.
pub const PATIENCE: Duration = Duration::from_secs(180);
/// Limits that a version which is to be taken back breaks at once, and a good one on a loaded machine does not.
const ANALYSIS: &str = "[environments.test.analysis]
failure-share-margin = 0.2
latency-margin = 5.0
slo-requests-min = 30
slo-failure-share-max = 0.1
slo-p95-ms-max = 5000
";

pub struct Tool {
    pub folder: TempDir,
    pub file: PathBuf,
}

impl Tool {
    /// With an environment called `test`, of this text.
    pub fn new(environment: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("stage").tempdir().unwrap();
        let file = folder.path().join("environments.toml");
        std::fs::write(&file, format!("format = 1\n{environment}\n{ANALYSIS}")).unwrap();
        Self { folder, file }
    }

    /// Puts something else into the file of the environment.
    pub fn change(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(&self.file).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(&self.file, text.replace(from, to)).unwrap();
    }

    /// With these arguments, on this environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_raallyctl"));
        command.args(arguments).args(["--env", "test", "--json", "--file"]).arg(&self.file).stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs it; what it says on standard output.
    pub fn data(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {said}"))
    }

    /// Runs it; what it says on standard error when it refuses.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}{}", String::from_utf8_lossy(&output.stdout));
        said
    }

    pub fn status(&self) -> Value {
        self.data(&["status"])
    }

    /// A release that is taken back with this reason; what the tool says of it.
    pub fn taken_back(&self, release: &str) -> Value {
        let output = self.run(&["deploy", release, "--yes"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let ended: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
        assert_eq!(output.status.code(), Some(1), "a bad release is the caller's: {said}");
        assert_eq!((&ended["outcome"], &ended["running"]), (&"rolled-back".into(), &"r1".into()), "{ended}");
        ended
    }

    /// Two instances serve, all of this release.
    pub fn only(&self, release: &str) {
        let status = self.status();
        assert_eq!((&status["serving"], &status["unfinished"]), (&2.into(), &Value::Null), "{status}");
        let instances: Vec<String> = status["fleet"]["instances"].as_object().unwrap().keys().cloned().collect();
        let own = |id: &String| id.starts_with(&format!("{release}-")) && !id.contains("beside");
        assert!(instances.iter().all(own), "only {release} is left: {instances:?}");
    }
}

/// It ended so, and this release runs.
pub fn ended_with(ended: &Value, outcome: &str, running: &str) {
    assert_eq!((&ended["outcome"], &ended["running"]), (&outcome.into(), &running.into()), "{ended}");
}

/// Waits for a condition.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
