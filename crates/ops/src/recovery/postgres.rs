//! A throw-away PostgreSQL cluster that pgBackRest keeps: a base and every segment of its log, encrypted, in two places.
//! What a rehearsal proves of `deploy/host/pgbackrest.conf`; a cluster that is not thrown away is pgBackRest's own business.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tempfile::TempDir;

use crate::failed::{Doing, Failed};

/// The server's user, as which it runs when we are root.
const USER: &str = "postgres";
const STANZA: &str = "raally";
/// A segment of the log is closed after so many seconds, full or not: what can be lost, less the time to copy it.
const SEGMENT_SECONDS: u32 = 2;
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A cluster and its backups in a folder that goes with it.
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
}

impl Cluster {
    /// Makes and starts one with pgBackRest behind it.
    ///
    /// # Errors
    /// When PostgreSQL or pgBackRest is not there, or does not start.
    pub fn start() -> Result<Self, Failed> {
        let programs = programs()?;
        let port = TcpListener::bind("127.0.0.1:0").and_then(|probe| probe.local_addr()).doing("a free port")?.port();
        let folder =
            tempfile::Builder::new().prefix("raally-cluster").tempdir_in("/tmp").doing("can't make a folder")?;
        let cluster = Self { folder, programs, port };
        cluster.settle()?;
        cluster.server(&["initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "-D"])?;
        let settings = format!(
            "port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\narchive_mode = on\n\
             archive_timeout = {SEGMENT_SECONDS}\narchive_command = '{}'\n",
            cluster.folder.path().display(),
            cluster.pgbackrest(&["archive-push"], Some("%p"))
        );
        cluster.append("postgresql.conf", &settings)?;
        cluster.begin()?;
        cluster.sql(&["CREATE ROLE raally LOGIN", "CREATE ROLE raally_app NOLOGIN", "GRANT raally_app TO raally"])?;
        cluster.sql(&["CREATE DATABASE raally OWNER raally"])?;
        cluster.shell(&cluster.pgbackrest(&["stanza-create"], None))?;
        Ok(cluster)
    }

    /// For `RAALLY_DATABASE_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://raally@127.0.0.1:{}/raally", self.port)
    }

    /// Takes a full backup into both places.
    ///
    /// # Errors
    /// What pgBackRest says.
    pub fn protect(&self) -> Result<(), Failed> {
        for repository in ["--repo=1", "--repo=2"] {
            self.shell(&self.pgbackrest(&["--type=full", repository, "backup"], None))?;
        }
        self.shell(&self.pgbackrest(&["check"], None)).map(|_| ())
    }

    /// The server ends at once and its disk is gone; the first place of backups too, so that the copy is what counts.
    ///
    /// # Errors
    /// When it can't be ended.
    pub fn lose(&self) -> Result<(), Failed> {
        self.server(&["pg_ctl", "--mode=immediate", "--wait", "stop", "-D"])?;
        for gone in ["cluster", "first"] {
            let path = self.path(gone);
            if path.exists() {
                fs::remove_dir_all(&path).doing(path.display())?;
            }
        }
        Ok(())
    }

    /// Restores from the second place, all of it or to a moment, and starts the server.
    ///
    /// # Errors
    /// What pgBackRest or the server says.
    pub fn restore(&self, to_time: Option<Timestamp>) -> Result<(), Failed> {
        let target = to_time.map(|at| format!("--target={}", at.strftime("%Y-%m-%d %H:%M:%S%.6f+00")));
        let mut arguments = vec!["--repo=2"];
        if let Some(target) = &target {
            arguments.extend(["--type=time", "--target-action=promote", target]);
        }
        arguments.push("restore");
        self.make("cluster")?;
        self.shell(&self.pgbackrest(&arguments, None))?;
        // Not into the chain that is being proven.
        self.append("postgresql.auto.conf", "archive_mode = off\n")?;
        self.begin()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn make(&self, name: &str) -> Result<(), Failed> {
        let path = self.path(name);
        fs::create_dir_all(&path).doing(path.display())?;
        self.own(&path)
    }

    fn own(&self, path: &Path) -> Result<(), Failed> {
        if root() {
            said(Command::new("chown").arg(USER).arg(path).output())?;
        }
        said(Command::new("chmod").arg("go=").arg(path).output()).map(|_| ())
    }

    /// Folders, and pgBackRest's settings: two places, each with a key of its own.
    fn settle(&self) -> Result<(), Failed> {
        self.own(self.folder.path())?;
        for name in ["cluster", "first", "second", "log", "spool", "lock"] {
            self.make(name)?;
        }
        let at = |name: &str| self.path(name).display().to_string();
        let mut text = format!(
            "[global]\nlog-path={}\nspool-path={}\nlock-path={}\nlog-level-console=warn\nlog-level-file=off\n\
             start-fast=y\ncompress-type=lz4\n",
            at("log"),
            at("spool"),
            at("lock")
        );
        for (number, place) in [(1, "first"), (2, "second")] {
            let mut key = [0; 32];
            aws_lc_rs::rand::fill(&mut key).map_err(|_| Failed::ours("no random numbers"))?;
            let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            text += &format!(
                "repo{number}-path={}\nrepo{number}-cipher-type=aes-256-cbc\nrepo{number}-cipher-pass={key}\n\
                 repo{number}-retention-full-type=time\nrepo{number}-retention-full=30\n",
                at(place)
            );
        }
        text += &format!(
            "[{STANZA}]\npg1-path={}\npg1-port={}\npg1-socket-path={}\npg1-user=postgres\n",
            at("cluster"),
            self.port,
            self.folder.path().display()
        );
        let file = self.path("pgbackrest.conf");
        fs::write(&file, text).doing(file.display())?;
        self.own(&file)
    }

    fn append(&self, name: &str, text: &str) -> Result<(), Failed> {
        let file = self.path("cluster").join(name);
        let whole = fs::read_to_string(&file).doing(file.display())? + text;
        fs::write(&file, whole).doing(file.display())
    }

    fn pgbackrest(&self, arguments: &[&str], last: Option<&str>) -> String {
        let config = self.path("pgbackrest.conf");
        let quoted = arguments.iter().map(|argument| format!("\"{argument}\"")).collect::<Vec<_>>().join(" ");
        let last = last.map_or_else(String::new, |last| format!(" \"{last}\""));
        format!("pgbackrest --config=\"{}\" --stanza={STANZA} {quoted}{last}", config.display())
    }

    fn begin(&self) -> Result<(), Failed> {
        let log = format!("--log={}", self.path("server.log").display());
        self.server(&["pg_ctl", &log, "--wait", "start", "-D"])?;
        let started = Instant::now();
        // Ready for reading comes first, for writing only when the log is played back.
        while self.sql(&["SELECT 1 / (NOT pg_is_in_recovery())::int"]).is_err() {
            if started.elapsed() > READY_WITHIN {
                return Err(Failed::ours("the restored PostgreSQL does not become ready"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// One of the server's programs, on the cluster's folder.
    fn server(&self, arguments: &[&str]) -> Result<Output, Failed> {
        let [program, rest @ ..] = arguments else { return Err(Failed::ours("no program")) };
        let mut command = self.as_server(&self.programs.join(program).display().to_string());
        command.args(rest).arg(self.path("cluster"));
        // What is started keeps the streams open.
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().doing(program)?;
        if status.success() {
            return Ok(Output { status, stdout: Vec::new(), stderr: Vec::new() });
        }
        let log = fs::read_to_string(self.path("server.log")).unwrap_or_default();
        let tail = log.lines().rev().take(5).collect::<Vec<_>>().join(" | ");
        Err(Failed::ours(format!("{program} ended with {status}: {tail}")))
    }

    fn as_server(&self, program: &str) -> Command {
        let mut command = if root() {
            let mut command = Command::new("runuser");
            command.args(["--user", USER, "--", program]);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/").stdin(Stdio::null());
        command
    }

    fn shell(&self, line: &str) -> Result<Output, Failed> {
        said(self.as_server("sh").args(["-c", line]).output())
    }

    fn sql(&self, statements: &[&str]) -> Result<Output, Failed> {
        let mut command = self.as_server(&self.programs.join("psql").display().to_string());
        command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--username=postgres", "--dbname=postgres"]);
        command.arg("--host").arg(self.folder.path()).arg("--port").arg(self.port.to_string());
        for statement in statements {
            command.arg("--command").arg(statement);
        }
        said(command.output())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        _ = self.server(&["pg_ctl", "--mode=immediate", "--wait", "stop", "-D"]);
    }
}

fn root() -> bool {
    rustix::process::getuid().is_root()
}

fn said(output: std::io::Result<Output>) -> Result<Output, Failed> {
    let output = output.doing("can't be started")?;
    if output.status.success() {
        return Ok(output);
    }
    let said = [&output.stderr[..], &output.stdout[..]].concat();
    Err(Failed::ours(String::from_utf8_lossy(&said).trim().to_owned()))
}

/// Where the server's programs are; the newest version's.
fn programs() -> Result<PathBuf, Failed> {
    let there = Command::new("pgbackrest").arg("version").output().is_ok_and(|output| output.status.success());
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    found.retain(|programs| programs.join("initdb").exists());
    found.sort();
    match found.pop().filter(|_| there) {
        Some(programs) => Ok(programs),
        None => Err(Failed::input("PostgreSQL and pgBackRest are not on this machine")
            .next("install them: apt-get install postgresql pgbackrest")),
    }
}
