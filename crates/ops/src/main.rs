//! `raallyctl`: reads the command line and runs the command.

use std::process::ExitCode;

use clap::Parser;
use raally_ops::cli::{self, Cli};
use raally_ops::commands;
use raally_ops::talk::Talk;

/// `raallyctl gateway` allocates for each request; mimalloc does it in less time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => commands::run(cli),
        Err(error) => {
            if error.use_stderr() && cli::wants_json(std::env::args_os()) {
                return Talk::new(true).failed(&cli::wrong(&error));
            }
            // Whoever asked for help gets it on standard output and a 0; a wrong command line is the caller's fault.
            let code = if error.use_stderr() { 1 } else { 0 };
            _ = error.print();
            ExitCode::from(code)
        }
    }
}
