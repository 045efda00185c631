//! The log: to standard error, pretty on a terminal and JSON elsewhere.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};
use crate::failed::Failed;

/// Starts logging. Commands other than `serve` keep quiet but for warnings, unless a filter was given.
///
/// # Errors
/// When the filter can't be read; configuration has checked it before.
pub fn start(config: &Config, serving: bool) -> Result<(), Failed> {
    let text = if serving || config.is_set("log") { config.log.as_str() } else { "warn" };
    let filter = EnvFilter::try_new(text).map_err(|error| Failed::input(format!("RAALLY_LOG: {error}")))?;
    let terminal = std::io::stderr().is_terminal();
    let pretty = match config.log_format {
        LogFormat::Auto => terminal || !serving,
        LogFormat::Pretty => true,
        LogFormat::Json => false,
    };
    let base = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if pretty {
        base.with_ansi(terminal).with_target(false).init();
    } else {
        base.json().flatten_event(true).with_current_span(true).with_span_list(false).init();
    }
    Ok(())
}
