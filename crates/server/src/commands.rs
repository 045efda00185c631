//! The commands, one file each.

mod audit;
mod backup;
pub mod completions;
pub mod config;
mod demo;
mod doctor;
mod export;
mod health;
mod import;
mod keys;
mod migrate;
pub mod openapi;
mod rebuild;
mod restore;
mod transfer;
mod user;
mod version;

use std::pin::Pin;
use std::process::ExitCode;

use crate::cli::Command;
use crate::config::Config;
use crate::failed::Failed;
use crate::talk::Talk;
use crate::telemetry::Telemetry;

/// Runs a command that needs the configuration. Boxed, so that it is compiled once and not for each kind of runtime.
pub fn run(
    command: Command,
    config: Config,
    talk: Talk,
    telemetry: Option<Telemetry>,
) -> Pin<Box<dyn Future<Output = Result<ExitCode, Failed>>>> {
    Box::pin(async move {
        match command {
            Command::Serve => crate::serve::run(config, talk, telemetry).await,
            Command::Migrate { contract } => migrate::run(contract, &config, talk).await,
            Command::User { what } => user::run(what, &config, talk).await,
            Command::Keys { what } => keys::run(&what, &config, talk).await,
            Command::Version => version::run(&config, talk).await,
            Command::Audit { what } => audit::run(&what, &config, talk).await,
            Command::Import(args) => import::run(&args, &config, talk).await,
            Command::Export(args) => export::run(&args, &config, talk).await,
            Command::Demo { workspace, again } => demo::run(&workspace, again, &config, talk).await,
            Command::Backup { file } => backup::backup(&file, &config, talk).await,
            Command::Restore(args) => restore::run(&args, config, talk).await,
            Command::Transfer { to } => transfer::run(&to, &config, talk).await,
            Command::Rebuild { workspace } => rebuild::run(workspace.as_deref(), &config, talk).await,
            Command::Doctor => doctor::run(&config, talk).await,
            Command::Health => health::run(&config, talk).await,
            // Done by `main` before the configuration is read.
            Command::Config { .. } | Command::Completions { .. } | Command::Openapi => Ok(ExitCode::SUCCESS),
        }
    })
}
