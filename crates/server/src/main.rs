//! The `raally` program: configuration, command line, wiring. What it does is in the crates below.

mod cli;
mod commands;
mod config;
mod failed;
mod installation;
mod logging;
mod password;
mod serve;
mod talk;
mod telemetry;
mod version;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::config::{Config, Source};
use crate::failed::Failed;
use crate::talk::Talk;
use crate::telemetry::Telemetry;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too, on standard output.
            let shown = error.print();
            return if error.use_stderr() || shown.is_err() { failed::INPUT.into() } else { ExitCode::SUCCESS };
        }
    };
    let talk = Talk::new(cli.json);
    match run(cli, talk) {
        Ok(code) => code,
        Err(failed) => talk.failed(&failed),
    }
}

fn run(cli: Cli, talk: Talk) -> Result<ExitCode, Failed> {
    let source = Source::of_process(cli.config.as_deref());
    match &cli.command {
        Command::Completions { shell } => {
            commands::completions::write(*shell);
            return Ok(ExitCode::SUCCESS);
        }
        Command::Openapi => return commands::openapi::write(&source),
        Command::Config { what } => return commands::config::run(what, &source, talk),
        _ => {}
    }
    let config = Config::load(&source).map_err(Failed::configuration)?;
    let serving = matches!(cli.command, Command::Serve);
    let telemetry = if serving { Telemetry::of(&config)? } else { None };
    let _flush = logging::start(&config, serving, telemetry.as_ref().map(Telemetry::spans))?;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.enable_all().max_blocking_threads(64).worker_threads(config.worker_threads);
    let runtime = runtime.build().map_err(|error| Failed::ours(format!("can't start threads: {error}")))?;
    let outcome = runtime.block_on(commands::run(cli.command, config, talk, telemetry));
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    outcome
}
