//! The log: to standard error, pretty on a terminal and JSON elsewhere.

mod buffer;
mod json;

use std::io::IsTerminal;

use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::config::{Config, LogFormat};
use crate::failed::Failed;
use crate::telemetry::{Spans, Wanted};
use buffer::Buffer;
pub use buffer::Flush;

/// Starts logging; what is still in memory is written when the answer goes out of scope. Commands other than `serve`
/// keep quiet but for warnings, unless a filter was given. Spans of traces go to `spans` and never into the log, whose
/// lines carry the fields of the innermost span.
///
/// # Errors
/// When the filter can't be read; configuration has checked it before.
pub fn start(config: &Config, serving: bool, spans: Option<Spans>) -> Result<Option<Flush>, Failed> {
    let text = if serving || config.is_set("log") { config.log.as_str() } else { "warn" };
    let unreadable = |error: &dyn std::fmt::Display| Failed::input(format!("RAALLY_LOG: {error}"));
    let filter = EnvFilter::try_new(text).map_err(|error| unreadable(&error))?;
    let filter = filter.add_directive("raally::trace=off".parse().map_err(|error| unreadable(&error))?);
    let terminal = std::io::stderr().is_terminal();
    let pretty = match config.log_format {
        LogFormat::Auto => terminal || !serving,
        LogFormat::Pretty => true,
        LogFormat::Json => false,
    };
    if pretty {
        match spans {
            None => tracing_subscriber::registry().with(filter).with(for_people(terminal)).init(),
            Some(spans) => both(spans).with(for_people(terminal).with_filter(filter)).init(),
        }
        return Ok(None);
    }
    let (buffer, flush) = Buffer::start().map_err(|error| Failed::ours(format!("no thread for the log: {error}")))?;
    match spans {
        None => tracing_subscriber::registry().with(filter).with(for_programs(buffer)).init(),
        Some(spans) => both(spans).with(for_programs(buffer).with_filter(filter)).init(),
    }
    Ok(Some(flush))
}

/// A subscriber that records traces, for the log to be put on top. Then each of the two has a filter of its own, which
/// costs more than one for all.
fn both(spans: Spans) -> impl Base {
    tracing_subscriber::registry().with(spans.with_filter(Wanted))
}

/// What layers can be put on.
trait Base: Subscriber + for<'l> LookupSpan<'l> + Send + Sync {}
impl<S: Subscriber + for<'l> LookupSpan<'l> + Send + Sync> Base for S {}

fn for_people<S: Base>(terminal: bool) -> impl Layer<S> + Send + Sync {
    fmt::layer().with_writer(std::io::stderr).with_ansi(terminal).with_target(false)
}

fn for_programs<S: Base>(buffer: Buffer) -> impl Layer<S> + Send + Sync {
    fmt::layer().with_writer(buffer).fmt_fields(json::Fields).event_format(json::Line)
}
