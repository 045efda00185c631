//! The command line: what can be asked.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// Plans a company's people on its projects.
#[derive(Parser, Debug)]
#[command(name = "raally", version = crate::version::VERSION, max_term_width = 100)]
#[command(after_help = "Options are read from RAALLY_* variables and a TOML file: `raally config docs` lists them.\n\
    Exit codes: 0 done, 1 the input was wrong, 2 our fault.")]
pub struct Cli {
    /// TOML file with options (also RAALLY_CONFIG); variables win over it.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Data on standard output as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Serve the API and the web application until SIGTERM or Ctrl-C.
    Serve,
    /// Bring the database's schema up to this build; `serve` does it by itself.
    Migrate {
        /// Also remove what only older builds need; they can't run any more afterwards.
        #[arg(long)]
        contract: bool,
    },
    /// Import a staffing sheet (CSV, XLSX) or a Microsoft Project file (XML); the same file again changes nothing.
    Import(ImportArgs),
    /// Write a workspace's data or a report to a file or to standard output.
    Export(ExportArgs),
    /// Check and export the audit trail.
    Audit {
        /// What to do.
        #[command(subcommand)]
        what: Audit,
    },
    /// Look at the configuration.
    Config {
        /// What to do.
        #[command(subcommand)]
        what: Configuration,
    },
    /// Logins.
    User {
        /// What to do.
        #[command(subcommand)]
        what: User,
    },
    /// Keys that sign access tokens.
    Keys {
        /// What to do.
        #[command(subcommand)]
        what: Keys,
    },
    /// Make a realistic company to look around in; prints its sign-in data once.
    Demo {
        /// Name of the new workspace.
        #[arg(long, default_value = "Demo Studio")]
        workspace: String,
        /// Make another one although a workspace of this name exists.
        #[arg(long)]
        again: bool,
    },
    /// Copy the SQLite database, consistently, beside running servers.
    Backup {
        /// New file.
        file: PathBuf,
    },
    /// Put a backup in the place of the SQLite database; no server may run.
    Restore(RestoreArgs),
    /// Carry everything over from SQLite into an empty PostgreSQL database; no server may run.
    Transfer {
        /// Address of the database, postgres://…, or - to read it from standard input, where no list of processes shows
        /// its password.
        #[arg(long, value_name = "URL")]
        to: String,
    },
    /// Make the read tables anew from the log.
    Rebuild {
        /// This workspace only (id or name).
        #[arg(long)]
        workspace: Option<String>,
    },
    /// Check configuration, keys, database and space on disk.
    Doctor,
    /// Ask the server that this configuration starts whether it takes requests; for probes.
    Health,
    /// Print a script that completes commands in a shell.
    Completions {
        /// Which shell.
        shell: Shell,
    },
    /// Print version, build, and the database's schema.
    Version,
    /// Print the API's OpenAPI document.
    Openapi,
}

/// What to restore, and where to.
#[derive(Args, Debug)]
pub struct RestoreArgs {
    /// A file that `raally backup` made.
    #[arg(required_unless_present = "from")]
    pub file: Option<PathBuf>,
    /// Instead of a file: where `serve` ships to, `file:///FOLDER` or `s3://BUCKET/FOLDER`.
    #[arg(long, value_name = "URL", conflicts_with = "file")]
    pub from: Option<String>,
    /// With --from: the moment to go back to; without it, everything there is.
    #[arg(long, value_name = "RFC3339", requires = "from")]
    pub to_time: Option<jiff::Timestamp>,
    /// With --from: file with the private key, when the backups are sealed.
    #[arg(long, value_name = "FILE", requires = "from")]
    pub identity: Option<PathBuf>,
    /// With --from: where something is damaged, take the last good moment before it.
    #[arg(long, requires = "from")]
    pub last_good: bool,
    /// Folder to restore into, with its keys; instead of the configured one.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Replace a database that has data; it is kept beside, with the suffix .replaced.
    #[arg(long)]
    pub force: bool,
}

/// What to import, and how.
#[derive(Args, Debug)]
pub struct ImportArgs {
    /// The file; not with --undo.
    #[arg(required_unless_present = "undo")]
    pub file: Option<PathBuf>,
    /// Id or exact name.
    #[arg(long, value_name = "ID|NAME")]
    pub workspace: String,
    /// Make the workspace if there is none of this name.
    #[arg(long, requires = "owner")]
    pub create_workspace: bool,
    /// Mail address of the new workspace's owner.
    #[arg(long, value_name = "EMAIL")]
    pub owner: Option<String>,
    /// JSON file that says which column means what; without it, the suggestion is taken.
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// Only say what would change.
    #[arg(long)]
    pub dry_run: bool,
    /// Remove what an earlier import of this file made and the file no longer has.
    #[arg(long)]
    pub prune: bool,
    /// Undo this import instead.
    #[arg(long, value_name = "IMPORT", conflicts_with_all = ["file", "prune", "mapping"])]
    pub undo: Option<uuid::Uuid>,
    /// With --undo: also undo what people have changed since.
    #[arg(long, requires = "undo")]
    pub force: bool,
}

/// What to export, and where to.
#[derive(Args, Debug)]
pub struct ExportArgs {
    /// People, projects, assignments, clients, teams, skills, roles, time-off or the audit log.
    pub kind: ExportKind,
    /// Id or exact name.
    #[arg(long, value_name = "ID|NAME")]
    pub workspace: String,
    /// How to write it.
    #[arg(long, default_value = "json")]
    pub format: ExportFormat,
    /// File to write; without it, standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite a file that exists.
    #[arg(long)]
    pub force: bool,
}

/// What can be exported.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportKind {
    People,
    Projects,
    Assignments,
    Clients,
    Teams,
    Skills,
    Roles,
    Calendars,
    Holidays,
    TimeOff,
    AuditEvents,
}

/// How an export is written.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// One document a line.
    Json,
    Csv,
    Xlsx,
}

/// What to do with the audit trail.
#[derive(Subcommand, Debug)]
pub enum Audit {
    /// Find any changed, removed, inserted or reordered event; exit code 1 when there is one.
    Verify {
        /// This workspace only (id or name).
        #[arg(long)]
        workspace: Option<String>,
        /// A checkpoint that was exported earlier and kept elsewhere: finds a cut tail and a rewritten chain too.
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },
    /// Sign everything, then put a new key in the place of the one that signs. What the old one signed still verifies;
    /// running servers go on with it until they are started again.
    RotateKey,
    /// Sign and print the newest checkpoint; keep it elsewhere.
    Checkpoint {
        /// This workspace only (id or name).
        #[arg(long)]
        workspace: Option<String>,
    },
}

/// What to do with the configuration.
#[derive(Subcommand, Debug)]
pub enum Configuration {
    /// Name every fault.
    Check,
    /// Print what is in force and where it comes from, without secrets.
    Show,
    /// Print the page of all options.
    Docs {
        /// As a commented .env file instead.
        #[arg(long)]
        env: bool,
    },
}

/// What to do with logins.
#[derive(Subcommand, Debug)]
pub enum User {
    /// Make a login.
    Create {
        /// Mail address.
        #[arg(long)]
        email: String,
        /// Shown to people; without it, what stands before the @.
        #[arg(long)]
        name: Option<String>,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
        /// May run the installation.
        #[arg(long)]
        platform_admin: bool,
    },
    /// Set a login's password and end its sessions.
    ResetPassword {
        /// Mail address.
        #[arg(long)]
        email: String,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// All logins.
    List,
}

/// What to do with signing keys.
#[derive(Subcommand, Debug)]
pub enum Keys {
    /// Make a new signing key; tokens of the old one stay good until they expire.
    Rotate,
}
