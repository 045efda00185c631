//! What commands say: data on standard output, talk on standard error, progress only on a terminal.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::json;

use crate::failed::Failed;

/// How to talk.
#[derive(Clone, Copy, Debug)]
pub struct Talk {
    json: bool,
}

impl Talk {
    /// Data as JSON or as text.
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether data is wanted as JSON.
    pub const fn json(self) -> bool {
        self.json
    }

    /// Something for people, beside the data.
    pub fn say(self, text: &str) {
        if !self.json {
            _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// The data of the command: as one JSON document, or as text.
    pub fn data(self, value: &impl Serialize, text: &str) -> Result<ExitCode, Failed> {
        let shown = if self.json { serde_json::to_string_pretty(value)? } else { text.trim_end().to_owned() };
        print(&shown)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Says what went wrong and what to do; the exit code.
    pub fn failed(self, failed: &Failed) -> ExitCode {
        let mut err = std::io::stderr();
        if self.json {
            let error =
                json!({"message": failed.what, "faults": failed.faults, "next": failed.next, "exit": failed.exit});
            _ = writeln!(err, "{}", json!({ "error": error }));
        } else {
            _ = writeln!(err, "error: {}", failed.what);
            for fault in &failed.faults {
                _ = writeln!(err, "  {fault}");
            }
            if let Some(next) = &failed.next {
                _ = writeln!(err, "what to do: {next}");
            }
        }
        failed.exit()
    }

    /// A bar for long work; hidden when nobody watches.
    pub fn progress(self, what: &'static str) -> ProgressBar {
        if self.json || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::no_length().with_message(what);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {pos}/{len} {elapsed}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }
}

/// A line of data. A reader that went away (`raally … | head`) is no failure.
pub fn print(text: &str) -> Result<(), Failed> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failed::ours(format!("can't write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}
