//! An environment on this machine that releases go to, its versions, and its users.

use std::{
    error::Error,
    fs,
    io::Write,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use raally_ops::rehearsal::load::{Load, Session};
use serde_json::Value;
use tempfile::TempDir;

/// Requests each second: 40 % of them to each arm.
const RATE: u32 = 200;

pub struct Stage {
    folder: TempDir,
    tool: PathBuf,
    raally: PathBuf,
    address: String,
    login: (String, String, String),
}

impl Stage {
    /// With a first release that serves a demo company.
    pub fn begin(tool: &str, raally: &str) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::Builder::new().prefix("releases").tempdir()?;
        let (tool, raally) = (fs::canonicalize(tool)?, fs::canonicalize(raally)?);
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        fs::write(
            folder.path().join("environments.toml"),
            include_str!("environment.toml").replace("LISTEN", &address),
        )?;
        let mut demo = Command::new(&raally);
        demo.args(["demo", "--json"]).env("RAALLY_DATA_DIR", folder.path().join("state/data")).stdin(Stdio::null());
        let said: Value = serde_json::from_slice(&demo.output()?.stdout)?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let login = &said["logins"][0];
        let login = (text(&login["email"]), text(&login["password"]), text(&said["workspaceId"]));
        let own = Self { folder, tool, raally, address, login };
        let first = own.version("first", None)?;
        let output = own.command(&["deploy", "--yes", "--json"]).arg(&first).output()?;
        if output.status.success() { Ok(own) } else { Err(String::from_utf8_lossy(&output.stderr).into()) }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.tool);
        let file = self.folder.path().join("environments.toml");
        command.args(arguments).args(["--env", "releases", "--file"]).arg(file).stdin(Stdio::null());
        command
    }

    /// A version of its own bytes; a bad one is behind a proxy.
    pub fn version(&self, name: &str, faults: Option<&str>) -> Result<PathBuf, Box<dyn Error>> {
        let path = self.folder.path().join(name);
        match faults {
            // What follows a program in its file does nothing, and makes another digest.
            None => {
                fs::copy(&self.raally, &path)?;
                writeln!(fs::OpenOptions::new().append(true).open(&path)?, "version {name}")?;
            }
            Some(faults) => {
                let (tool, raally) = (self.tool.display(), self.raally.display());
                let line = format!("exec '{tool}' fault-proxy {faults} -- '{raally}' \"$@\"");
                fs::write(&path, format!("#!/bin/sh\n# version {name}\n{line}\n"))?;
            }
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700))?;
        Ok(path)
    }

    pub async fn users(&self) -> Result<Load, Box<dyn Error>> {
        let (email, password, workspace) = &self.login;
        Ok(Load::start(Session::sign_in(&self.address, email, password, workspace).await?, RATE))
    }

    /// Releases it; what the tool said.
    pub async fn deploy(&self, version: &Path) -> Result<Value, Box<dyn Error>> {
        let mut command = tokio::process::Command::from(self.command(&["deploy", "--yes", "--json"]));
        let output = command.arg(version).output().await?;
        serde_json::from_slice(&output.stdout).map_err(|_| String::from_utf8_lossy(&output.stderr).into())
    }

    /// A version is installed, its file is not needed any more; nor are releases that nobody goes back to.
    pub fn tidy(&self, version: &Path) -> Result<(), Box<dyn Error>> {
        fs::remove_file(version)?;
        let number = |path: &Path| path.file_name()?.to_str()?.strip_prefix('r')?.parse::<u64>().ok();
        let mut releases: Vec<PathBuf> =
            fs::read_dir(self.folder.path().join("state/releases"))?.flatten().map(|entry| entry.path()).collect();
        releases.sort_by_key(|path| number(path));
        let kept = releases.len().saturating_sub(6);
        releases.into_iter().take(kept).try_for_each(fs::remove_dir_all)?;
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        _ = self.command(&["down", "--yes"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}
