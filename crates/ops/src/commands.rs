//! The commands: read, call, show.

mod change;
mod deploy;
mod doctor;
mod live;
mod look;
mod pipeline;
mod recover;
mod recover_postgres;
mod render;
pub(crate) mod setting;

use std::process::ExitCode;

use clap::CommandFactory;
use tracing_subscriber::EnvFilter;

use crate::cli::{Cli, Command};
use crate::failed::{Doing, Failed};
use crate::talk::Talk;
use crate::target::link;
use crate::{keeper, monitor, rehearsal};

pub use setting::raallyctl;

/// Runs a command to its exit code.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    let talk = Talk::new(cli.json);
    let done = match cli.command {
        // It brings its own runtime and threads.
        Command::Gateway { config, takeover } => gateway(&config, takeover),
        command => runtime().and_then(|runtime| {
            let code = runtime.block_on(dispatch(command, talk));
            runtime.shutdown_background();
            code
        }),
    };
    done.unwrap_or_else(|failed| talk.failed(&failed))
}

fn runtime() -> Result<tokio::runtime::Runtime, Failed> {
    tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build().doing("can't start")
}

async fn dispatch(command: Command, talk: Talk) -> Result<ExitCode, Failed> {
    match command {
        Command::Deploy(deploy) => deploy::run(deploy, talk).await,
        Command::Rollback { at, to, sure } => change::rollback(&at, to, &sure, talk).await,
        Command::Abort { at, break_lock } => change::abort(&at, break_lock, talk).await,
        Command::Promote { at } => change::promote(&at, talk).await,
        Command::Down { at, yes } => change::down(&at, yes, talk).await,
        Command::Status { at } => look::status(&at, talk).await,
        Command::History { at } => look::history(&at, talk).await,
        Command::Render { at, out } => render::run(&at, out, talk),
        Command::Monitor(options) => monitor::run(&options, talk).await,
        Command::Doctor { at } => doctor::run(&at, talk).await,
        Command::Pipeline { what } => pipeline::run(&what, talk).await,
        Command::Backup(options) => recover::backup(&options, talk).await,
        Command::Backups(options) => recover::list(&options, talk),
        Command::BackupKey { file } => recover::new_key(&file, talk),
        Command::Restore(options) => recover::restore(&options, talk).await,
        Command::Drill(options) => recover::drill(&options, talk).await,
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "raallyctl", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
        Command::Supervise { state_dir } => {
            log();
            keeper::run(&state_dir).await.map(|()| ExitCode::SUCCESS)
        }
        Command::Host { state_dir, keeper } => {
            let said = link::answer(&state_dir, &raallyctl()?, keeper, tokio::io::stdin()).await?;
            Talk::new(true).data(&said, "")
        }
        Command::FaultProxy(options) => {
            log();
            rehearsal::fault_proxy::run(options).await
        }
        Command::ShipDemo(options) => rehearsal::demo::run(options, talk).await,
        Command::Gateway { .. } => Ok(ExitCode::SUCCESS),
    }
}

fn gateway(config: &std::path::Path, takeover: bool) -> Result<ExitCode, Failed> {
    log();
    let text = std::fs::read(config).map_err(|error| Failed::input(format!("{}: {error}", config.display())))?;
    let config =
        serde_json::from_slice(&text).map_err(|error| Failed::input(format!("{}: {error}", config.display())))?;
    raally_gateway::run(config, takeover).map_err(|error| Failed::ours(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}

/// Log lines as JSON on standard error, for what runs long.
fn log() {
    let filter = EnvFilter::try_from_env("RAALLYCTL_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    // A line that can't be written is lost. Told of it on standard error, which is where it could not be written, whoever
    // logged would panic: on a full disk each request of the gateway.
    let lines = tracing_subscriber::fmt().json().log_internal_errors(false);
    _ = lines.with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
