//! The log: to standard error, pretty on a terminal and JSON elsewhere.

mod buffer;
mod json;

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};
use crate::failed::Failed;
use buffer::Buffer;
pub use buffer::Flush;

/// Starts logging; what is still in memory is written when the answer goes out of scope. Commands other than `serve`
/// keep quiet but for warnings, unless a filter was given.
///
/// # Errors
/// When the filter can't be read; configuration has checked it before.
pub fn start(config: &Config, serving: bool) -> Result<Option<Flush>, Failed> {
    let text = if serving || config.is_set("log") { config.log.as_str() } else { "warn" };
    let filter = EnvFilter::try_new(text).map_err(|error| Failed::input(format!("RAALLY_LOG: {error}")))?;
    let terminal = std::io::stderr().is_terminal();
    let pretty = match config.log_format {
        LogFormat::Auto => terminal || !serving,
        LogFormat::Pretty => true,
        LogFormat::Json => false,
    };
    let base = tracing_subscriber::fmt().with_env_filter(filter);
    if pretty {
        base.with_writer(std::io::stderr).with_ansi(terminal).with_target(false).init();
        return Ok(None);
    }
    let (buffer, flush) = Buffer::start().map_err(|error| Failed::ours(format!("no thread for the log: {error}")))?;
    base.with_writer(buffer).fmt_fields(json::Fields).event_format(json::Line).init();
    Ok(Some(flush))
}
