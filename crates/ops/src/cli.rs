//! The command line of `raallyctl`.

mod recovery;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::failed::Failed;
use crate::model::environment::{Keeper, Strategy};
use crate::model::ids::ReleaseId;
pub use recovery::{Backup, Backups, Data, Drill, OfEnvironment, Restore};

/// Releases Raally, takes releases back, and says what runs.
///
/// Every change is planned, shown, confirmed, applied and verified. Exit codes: 0 done, 1 the input was wrong (or the
/// release was bad and has been taken back), 2 our fault or that of something we depend on.
#[derive(Debug, Parser)]
#[command(name = "raallyctl", version, propagate_version = true)]
pub struct Cli {
    /// Data as JSON on standard output; news as JSON lines on standard error.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Whether a command line that can't be read asks for JSON. What follows `--` is another program's.
pub fn wants_json(arguments: impl IntoIterator<Item = OsString>) -> bool {
    arguments.into_iter().take_while(|argument| argument != "--").any(|argument| argument == "--json")
}

/// A command line that can't be read, as any other failure.
#[must_use]
pub fn wrong(error: &clap::Error) -> Failed {
    let text = error.render().to_string();
    let mut lines = text.lines().map(str::trim);
    let first = lines.next().unwrap_or_default();
    let what = first.strip_prefix("error: ").unwrap_or(first).trim_end_matches(':');
    let faults = lines.by_ref().take_while(|line| !line.is_empty()).map(str::to_owned).collect();
    let failed = Failed::input(what).faults(faults);
    // A tip, where there is one, or how the command is used.
    match lines.find(|line| !line.is_empty()) {
        Some(next) => failed.next(next.strip_prefix("tip: ").unwrap_or(next)),
        None => failed,
    }
}

/// Which environment.
#[derive(Debug, Clone, Args)]
pub struct Where {
    /// The environment's name.
    #[arg(long, short, env = "RAALLYCTL_ENV")]
    pub env: String,
    /// The file that describes the environments.
    #[arg(long, short, env = "RAALLYCTL_FILE", default_value = "deploy/environments.toml")]
    pub file: PathBuf,
}

/// How sure one is.
#[derive(Debug, Clone, Args)]
pub struct Sure {
    /// Show the plan and the checks; change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Don't ask.
    #[arg(long, short)]
    pub yes: bool,
    /// Take the lock away from another process. It stops before its next step.
    #[arg(long)]
    pub break_lock: bool,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Release a program: check, plan, show, confirm, apply, verify; a bad one is taken back.
    Deploy(Deploy),
    /// Go back to a release that ran before.
    Rollback {
        /// Which environment.
        #[command(flatten)]
        at: Where,
        /// Which release; the one before, if not given.
        #[arg(long)]
        to: Option<ReleaseId>,
        /// How sure.
        #[command(flatten)]
        sure: Sure,
    },
    /// What runs, how it is, and what is under way.
    Status {
        /// Which environment.
        #[command(flatten)]
        at: Where,
    },
    /// Every change so far, newest first.
    History {
        /// Which environment.
        #[command(flatten)]
        at: Where,
    },
    /// Go on with a release that is paused.
    Promote {
        /// Which environment.
        #[command(flatten)]
        at: Where,
    },
    /// Take back the release that is under way, also one whose tool was killed.
    Abort {
        /// Which environment.
        #[command(flatten)]
        at: Where,
        /// Take the lock away from another process.
        #[arg(long)]
        break_lock: bool,
    },
    /// Show the files that a release writes to a host: the gateway's configuration and systemd units.
    Render {
        /// Which environment.
        #[command(flatten)]
        at: Where,
        /// Write them to this folder too.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Watch an environment: traffic, errors, latency, saturation, budget, instances, a release under way.
    Monitor(crate::monitor::Options),
    /// Look for what is wrong with an environment.
    Doctor {
        /// Which environment.
        #[command(flatten)]
        at: Where,
    },
    /// End everything of an environment on its hosts: instances, gateway. Data and journal stay.
    Down {
        /// Which environment.
        #[command(flatten)]
        at: Where,
        /// Don't ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Run the stages from a commit to a watched release, or show them.
    Pipeline {
        /// What to do.
        #[command(subcommand)]
        what: PipelineDo,
    },
    /// Back up an environment's database, or a SQLite installation: proven by restoring, encrypted, copied, old ones removed.
    Backup(Backup),
    /// List the backups of an environment or a folder, the newest first.
    Backups(Backups),
    /// Make the pair of keys that backups are sealed with; keep the file away from the machines that make them.
    BackupKey {
        /// New file for the private key.
        file: PathBuf,
    },
    /// Put a backup in the place of an environment's or an installation's data; no server may run on it.
    Restore(Restore),
    /// Restore onto a throw-away instance, start a server on it, and say how long that took and what would be lost.
    Drill(Drill),
    /// Write the script that completes commands and options in a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Run the gateway in front of the versions.
    Gateway {
        /// Its configuration, JSON.
        #[arg(long)]
        config: PathBuf,
        /// Take the sockets and the table of the gateway that runs now, which then drains and ends: an upgrade without a
        /// lost connection.
        #[arg(long)]
        takeover: bool,
    },
    /// Keep the processes of a folder alive. Other commands start it when it is needed.
    Supervise {
        /// The environment's folder on this host.
        #[arg(long)]
        state_dir: PathBuf,
    },
    /// Run one errand from standard input on this host; what other hosts call over ssh.
    Host {
        /// The environment's folder on this host.
        #[arg(long)]
        state_dir: PathBuf,
        /// What keeps processes alive here.
        #[arg(long, default_value = "auto")]
        keeper: Keeper,
    },
    /// Run a program behind a proxy that makes it slow, then failing: for rehearsals.
    FaultProxy(FaultProxy),
    /// Rehearse: a good release by canary and a bad one that is taken back, under load, with a report.
    ShipDemo(ShipDemo),
}

/// `deploy`.
#[derive(Debug, Args)]
pub struct Deploy {
    /// The program to release.
    #[arg(required_unless_present = "resume")]
    pub artefact: Option<PathBuf>,
    /// Which environment.
    #[command(flatten)]
    pub at: Where,
    /// How; the environment's own way, if not given.
    #[arg(long)]
    pub strategy: Option<Strategy>,
    /// The SHA-256 that the program must have.
    #[arg(long)]
    pub digest: Option<String>,
    /// The branch that it was built from, where git can't tell.
    #[arg(long)]
    pub branch: Option<String>,
    /// Go past a check that allows it in an emergency: `freeze`, `budget`.
    #[arg(long, value_delimiter = ',')]
    pub despite: Vec<String>,
    /// Go on with a change whose tool was killed.
    #[arg(long, conflicts_with_all = ["artefact", "strategy", "digest"])]
    pub resume: bool,
    /// How sure.
    #[command(flatten)]
    pub sure: Sure,
}

/// `pipeline`.
#[derive(Debug, Clone, Subcommand)]
pub enum PipelineDo {
    /// Run the stages at the top of a repository.
    Run(PipelineRun),
    /// Show the stages.
    Show {
        /// The definition.
        #[arg(long, short, default_value = "deploy/pipeline.toml")]
        file: PathBuf,
    },
}

/// `pipeline run`.
#[derive(Debug, Clone, Args)]
pub struct PipelineRun {
    /// The definition.
    #[arg(long, short, default_value = "deploy/pipeline.toml")]
    pub file: PathBuf,
    /// Only these stages, and what they need; `security` means every stage whose name begins so.
    #[arg(long = "stage", alias = "only", value_name = "STAGE", value_delimiter = ',')]
    pub stages: Vec<String>,
    /// Without what they need: that ran elsewhere, in another job.
    #[arg(long, requires = "stages")]
    pub alone: bool,
    /// Also these, which run on demand only.
    #[arg(long, value_delimiter = ',')]
    pub with: Vec<String>,
    /// Stages at the same time.
    #[arg(long, short, default_value_t = 2)]
    pub jobs: usize,
    /// Run everything, whatever passed before on the same inputs.
    #[arg(long)]
    pub fresh: bool,
    /// A stage that could not be run fails the pipeline.
    #[arg(long)]
    pub strict: bool,
    /// Logs, reports and what is remembered.
    #[arg(long, default_value = "target/pipeline")]
    pub out: PathBuf,
}

/// `fault-proxy`.
#[derive(Debug, Args)]
pub struct FaultProxy {
    /// Requests that pass untouched before the faults begin.
    #[arg(long, default_value_t = 200)]
    pub good: u64,
    /// Extra time of each request after that.
    #[arg(long, default_value_t = 0)]
    pub slow_ms: u64,
    /// Requests after which some fail.
    #[arg(long, default_value_t = 400)]
    pub fail_after: u64,
    /// How many of a hundred fail then.
    #[arg(long, default_value_t = 0)]
    pub fail_percent: u64,
    /// Where to note the instant of the first fault.
    #[arg(long)]
    pub note: Option<PathBuf>,
    /// The program and its arguments. It is told to listen elsewhere; `RAALLY_LISTEN` is where the proxy listens.
    #[arg(last = true, required = true)]
    pub program: Vec<String>,
}

/// `ship-demo`.
#[derive(Debug, Args)]
pub struct ShipDemo {
    /// The programs of version A, B and C.
    #[arg(long, num_args = 3, required = true)]
    pub versions: Vec<PathBuf>,
    /// Where data, logs and the report go; made anew.
    #[arg(long, default_value = "target/ship-demo")]
    pub out: PathBuf,
    /// Requests each second.
    #[arg(long, default_value_t = 300)]
    pub rate: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_command_line_is_told_as_data() {
        let of = |line: &str| wrong(&Cli::try_parse_from(line.split(' ')).unwrap_err());
        let missing = of("raallyctl restore --json");
        assert_eq!(missing.what, "the following required arguments were not provided");
        assert_eq!(missing.faults, ["--from <FROM>"]);
        assert!(missing.next.unwrap().starts_with("Usage: raallyctl restore"));
        let unknown = of("raallyctl status --env dev --jsn");
        assert_eq!(unknown.what, "unexpected argument '--jsn' found");
        assert!(unknown.exit == 1 && unknown.next.unwrap().contains("--json"));
        let time = of("raallyctl restore --env dev --to-time yesterday");
        assert!(time.what.starts_with("invalid value 'yesterday' for '--to-time <TO_TIME>'"), "{}", time.what);
        assert!(time.what.contains("with its offset"), "{}", time.what);
        assert!(
            Cli::try_parse_from(["raallyctl", "restore", "--env", "dev", "--to-time", "2026-11-28T22:00+05:30"])
                .is_ok()
        );
        let days = of("raallyctl backup --env dev --keep-days 4294967295");
        assert!(days.what.contains("4294967295 is not in 1..=3650"), "{}", days.what);
    }

    #[test]
    fn json_of_a_program_behind_dashes_is_not_ours() {
        let wants = |line: &str| wants_json(line.split(' ').map(OsString::from));
        assert!(wants("raallyctl status --json") && !wants("raallyctl fault-proxy -- raally doctor --json"));
    }
}
