//! A PostgreSQL server on this host, reached by its own programs: started, ended, asked.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::failed::{Doing, Failed};
use crate::stop::Duty;

/// The server's user, as which its programs run when we are root.
const USER: &str = "postgres";
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Where a server is.
#[derive(Clone, Debug)]
pub struct Server {
    /// The folder of its programs.
    pub programs: PathBuf,
    /// Its data.
    pub data_dir: PathBuf,
    /// Its port.
    pub port: u16,
    /// Where its sockets are.
    pub sockets: PathBuf,
    /// The role that it is asked as.
    pub role: String,
    /// Where it writes its log, when we start it.
    pub log: PathBuf,
}

impl Server {
    /// Starts it with these options and waits until it takes connections. What it recovers may last longer: see
    /// [`Server::wait_until_writable`].
    ///
    /// # Errors
    /// What stands at the end of its log.
    pub fn start(&self, options: &str) -> Result<(), Failed> {
        let log = format!("--log={}", self.log.display());
        let options = format!("--options={options}");
        // Without waiting: with `hot_standby = off` it answers only when all of the log is played back.
        self.control(&["pg_ctl", &log, &options, "--no-wait", "start", "-D"])
    }

    /// Ends it at once, or in order.
    ///
    /// # Errors
    /// When it does not end.
    pub fn stop(&self, mode: &str) -> Result<(), Failed> {
        self.control(&["pg_ctl", &format!("--mode={mode}"), "--wait", "--timeout=300", "stop", "-D"])
    }

    /// Ends it at once when this process is asked to stop before the duty is dropped.
    pub fn duty_to_stop(&self) -> Duty {
        let server = self.clone();
        Duty::to(move || _ = server.stop("immediate"))
    }

    /// Whether a process has its data open.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.control(&["pg_ctl", "status", "-D"]).is_ok()
    }

    /// Waits until the log is played back and it takes writes.
    ///
    /// # Errors
    /// When it does not, in that time; with the end of its log.
    pub fn wait_until_writable(&self, within: Duration) -> Result<(), Failed> {
        let started = Instant::now();
        while self.ask("SELECT pg_is_in_recovery()").ok().as_deref() != Some("f") {
            if started.elapsed() > within || (started.elapsed() > Duration::from_secs(5) && !self.runs()) {
                return Err(unfit(&self.log_end()));
            }
            std::thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }

    /// The answer to a question, columns separated by `|`.
    ///
    /// # Errors
    /// What it says.
    pub fn ask(&self, question: &str) -> Result<String, Failed> {
        self.ask_in("postgres", question)
    }

    /// The same, of one of its databases.
    ///
    /// # Errors
    /// What it says.
    pub fn ask_in(&self, database: &str, question: &str) -> Result<String, Failed> {
        let mut command = as_server(self.programs.join("psql").as_os_str());
        command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
        command.arg("--username").arg(&self.role).arg("--dbname").arg(database);
        command.arg("--host").arg(&self.sockets).arg("--port").arg(self.port.to_string());
        let output = said(command.arg("--command").arg(question).output())?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// One of its programs, on its data.
    ///
    /// # Errors
    /// When it fails; with the end of the server's log.
    pub fn control(&self, arguments: &[&str]) -> Result<(), Failed> {
        let [program, rest @ ..] = arguments else { return Err(Failed::ours("no program")) };
        let mut command = as_server(self.programs.join(program).as_os_str());
        command.args(rest).arg(&self.data_dir);
        // What is started keeps the streams open.
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().doing(program)?;
        if status.success() {
            return Ok(());
        }
        Err(Failed::ours(format!("{program} ended with {status}: {}", self.log_end())))
    }

    fn log_end(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let newest: Vec<&str> = log.lines().rev().take(40).collect();
        // Whoever asks meanwhile is refused as FATAL too.
        let says_why = |line: &&&str| {
            ["FATAL", "PANIC"].iter().any(|kind| line.contains(kind)) && !line.contains("the database system is")
        };
        let mut why: Vec<&str> = newest.iter().filter(says_why).take(3).copied().collect();
        if why.is_empty() {
            why = newest.into_iter().take(3).collect();
        }
        why.reverse();
        why.join(" | ")
    }
}

/// Why a restored server does not come up.
fn unfit(log_end: &str) -> Failed {
    if log_end.contains("recovery ended before configured recovery target was reached") {
        return Failed::input("the log ends before that moment: nothing that late was written, or it has not arrived")
            .next("leave --to-time out to have everything there is");
    }
    Failed::ours(format!("the restored PostgreSQL does not become ready: {log_end}"))
}

/// A program as the server's user.
pub fn as_server(program: &OsStr) -> Command {
    let mut command = if root() {
        let mut command = Command::new("runuser");
        command.args(["--user", USER, "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/").stdin(Stdio::null());
    command
}

/// A folder that is the server's alone; made when missing.
///
/// # Errors
/// When it can't be made or given away.
pub fn own_folder(path: &Path) -> Result<(), Failed> {
    fs::create_dir_all(path).doing(path.display())?;
    own(path)
}

/// Gives a file or folder to the server's user alone.
///
/// # Errors
/// When that can't be done.
pub fn own(path: &Path) -> Result<(), Failed> {
    if root() {
        said(Command::new("chown").arg(format!("{USER}:")).arg(path).output())?;
    }
    said(Command::new("chmod").arg("go=").arg(path).output()).map(|_| ())
}

fn root() -> bool {
    rustix::process::getuid().is_root()
}

/// The output of a program that ended well; else what it said, as our fault.
///
/// # Errors
/// When it can't be started or failed.
pub fn said(output: std::io::Result<Output>) -> Result<Output, Failed> {
    let output = output.doing("can't be started")?;
    if output.status.success() {
        return Ok(output);
    }
    let said = [&output.stderr[..], &output.stdout[..]].concat();
    Err(Failed::ours(String::from_utf8_lossy(&said).trim().to_owned()))
}

/// Where the programs of a server of this version are (`15`); the newest version's, when none is told.
///
/// # Errors
/// When they are not on this machine.
pub fn programs(version: Option<&str>) -> Result<PathBuf, Failed> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|folder| Some((folder.file_name().to_str()?.parse().ok()?, folder.path().join("bin"))))
        .collect();
    found.retain(|(number, programs)| {
        programs.join("initdb").exists() && version.is_none_or(|wanted| wanted == number.to_string())
    });
    found.sort();
    found.pop().map(|(_, programs)| programs).ok_or_else(|| {
        let which = version.map(|version| format!(" {version}")).unwrap_or_default();
        Failed::input(format!("the programs of PostgreSQL{which} are not on this machine"))
            .next("install them: apt-get install postgresql pgbackrest")
    })
}
