//! `raally completions`: a script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;

/// Writes the script to standard output.
pub fn write(shell: Shell) {
    clap_complete::generate(shell, &mut Cli::command(), "raally", &mut std::io::stdout());
}
