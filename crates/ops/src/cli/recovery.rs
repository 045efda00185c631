//! The command line of backups: of an environment, whose file says how its database is kept, or of a data folder.

use std::path::PathBuf;

use clap::Args;

use crate::recovery::postgres::Kind;
use crate::recovery::rehearse::Engine;

/// Which environment, if it is one's.
#[derive(Debug, Clone, Args)]
pub struct OfEnvironment {
    /// The environment's name: its file says where the data is, and how PostgreSQL is kept.
    #[arg(long, short, env = "RAALLYCTL_ENV")]
    pub env: Option<String>,
    /// The file that describes the environments.
    #[arg(long, short, env = "RAALLYCTL_FILE", default_value = "deploy/environments.toml")]
    pub file: PathBuf,
}

/// Whose data.
#[derive(Debug, Clone, Args)]
pub struct Data {
    /// The environment.
    #[command(flatten)]
    pub of: OfEnvironment,
    /// The `raally` program.
    #[arg(long, default_value = "raally")]
    pub program: PathBuf,
    /// Its data folder; the environment's, or `./data`. Other options come from the environment, as for `raally serve`.
    #[arg(long, env = "RAALLY_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
}

/// An instant; a time of day without its offset could be any of many.
fn instant(text: &str) -> Result<jiff::Timestamp, String> {
    let form = "has to be an instant with its offset: 2026-11-28T22:00:00Z, 2026-11-28T23:00:00+01:00";
    text.parse().map_err(|_| form.to_owned())
}

/// `backup`.
#[derive(Debug, Clone, Args)]
pub struct Backup {
    /// Whose data.
    #[command(flatten)]
    pub data: Data,
    /// SQLite: the folder that backups go to.
    #[arg(long, required_unless_present = "env")]
    pub to: Option<PathBuf>,
    /// SQLite: a public key that may open them, `age1…`; again for each.
    #[arg(long, required_unless_present = "env")]
    pub recipient: Vec<String>,
    /// SQLite: another folder that gets a copy: another disk, another region; again for each.
    #[arg(long)]
    pub copy_to: Vec<PathBuf>,
    /// Days that backups are kept; the environment's, or 30. Of SQLite the newest three always stay.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    pub keep_days: Option<u32>,
    /// PostgreSQL: what is copied; all of it when the last full one is older than the environment says, else what changed.
    #[arg(long = "type")]
    pub kind: Option<Kind>,
    /// Folder for `raally_backup.prom`, from which the node exporter tells Prometheus when the last good backup was made.
    #[arg(long)]
    pub metrics_to: Option<PathBuf>,
    /// Show what would be done; change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Don't ask.
    #[arg(long, short)]
    pub yes: bool,
}

/// `backups`.
#[derive(Debug, Clone, Args)]
pub struct Backups {
    /// The environment.
    #[command(flatten)]
    pub of: OfEnvironment,
    /// SQLite: the folder.
    #[arg(long, required_unless_present = "env")]
    pub from: Option<PathBuf>,
}

/// `restore`.
#[derive(Debug, Clone, Args)]
pub struct Restore {
    /// Whose data.
    #[command(flatten)]
    pub data: Data,
    /// SQLite: the folder of backups, or where `raally serve` ships to: `file:///FOLDER`, `s3://BUCKET/FOLDER`.
    #[arg(long, required_unless_present = "env")]
    pub from: Option<PathBuf>,
    /// PostgreSQL: from which place; the first that has it, if not given.
    #[arg(long)]
    pub repo: Option<u32>,
    /// PostgreSQL: beside what runs, on a server of its own that goes with Ctrl-C; its address is printed.
    #[arg(long, conflicts_with_all = ["force", "dry_run"])]
    pub aside: bool,
    /// The private key.
    #[arg(long)]
    pub identity: Option<PathBuf>,
    /// Of what was shipped: where something is damaged, take the last good moment before it.
    #[arg(long)]
    pub last_good: bool,
    /// This instant (RFC 3339) of PostgreSQL or of what was shipped; of a folder of backups the newest one that was begun at or before it. The newest, if not given.
    #[arg(long, value_parser = instant)]
    pub to_time: Option<jiff::Timestamp>,
    /// Replace what is there; it is kept beside.
    #[arg(long)]
    pub force: bool,
    /// Show what would be done; change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Don't ask.
    #[arg(long, short)]
    pub yes: bool,
}

/// `drill`.
#[derive(Debug, Clone, Args)]
pub struct Drill {
    /// Whose program, and whose database.
    #[command(flatten)]
    pub data: Data,
    /// SQLite: the folder of backups, or where `raally serve` ships to: `file:///FOLDER`, `s3://BUCKET/FOLDER`.
    #[arg(long, required_unless_present_any = ["rehearse", "env"])]
    pub from: Option<PathBuf>,
    /// PostgreSQL: from which place; the last one, if not given.
    #[arg(long)]
    pub repo: Option<u32>,
    /// The private key.
    #[arg(long)]
    pub identity: Option<PathBuf>,
    /// Instead: the whole disaster on a throw-away instance, from the first write to the restored server.
    #[arg(long, conflicts_with = "from")]
    pub rehearse: Option<Engine>,
    /// With --rehearse: for how long writes are made before the loss.
    #[arg(long, default_value_t = 10)]
    pub write_seconds: u64,
    /// Goal: what may be lost, in seconds before the disaster.
    #[arg(long, default_value_t = 3_600.0)]
    pub rpo_seconds: f64,
    /// Goal: from the decision to a server that is ready, in seconds.
    #[arg(long, default_value_t = 60.0)]
    pub rto_seconds: f64,
}
