//! What commands say: data on standard output, talk on standard error, colours only where somebody looks.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;

use crate::failed::Failed;

/// How to talk.
#[derive(Clone, Copy, Debug)]
pub struct Talk {
    json: bool,
    colours: bool,
}

/// What a colour says; none carries a meaning alone.
#[derive(Clone, Copy, Debug)]
pub enum Tone {
    /// Went well.
    Good,
    /// Went badly.
    Bad,
    /// Needs a look.
    Warn,
    /// Beside the point.
    Dim,
    /// A heading.
    Bold,
}

impl Talk {
    /// Data as JSON or as text.
    #[must_use]
    pub fn new(json: bool) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { json, colours: !plain && std::io::stderr().is_terminal() }
    }

    /// Whether data is wanted as JSON.
    #[must_use]
    pub const fn json(self) -> bool {
        self.json
    }

    /// Something for people, beside the data.
    pub fn say(self, text: &str) {
        if !self.json {
            _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// In a colour, if there are colours.
    #[must_use]
    pub fn tone(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Good => 32,
            Tone::Bad => 31,
            Tone::Warn => 33,
            Tone::Dim => 2,
            Tone::Bold => 1,
        };
        if self.colours { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// News of work under way: a line for people, or one JSON object a line.
    pub fn news(self, value: &impl Serialize, text: &str) {
        let line = if self.json { serde_json::to_string(value).unwrap_or_default() } else { text.to_owned() };
        _ = writeln!(std::io::stderr(), "{line}");
    }

    /// The data of the command.
    ///
    /// # Errors
    /// When standard output can't be written; a reader that went away is no failure.
    pub fn data(self, value: &impl Serialize, text: &str) -> Result<ExitCode, Failed> {
        let shown = if self.json {
            serde_json::to_string_pretty(value).map_err(|error| Failed::ours(error.to_string()))?
        } else if std::io::stdout().is_terminal() {
            text.trim_end().to_owned()
        } else {
            plain(text.trim_end())
        };
        match writeln!(std::io::stdout(), "{shown}") {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failed::ours(format!("can't write to standard output: {error}")))
            }
            _ => Ok(ExitCode::SUCCESS),
        }
    }

    /// Says what went wrong and what to do; the exit code.
    #[must_use]
    pub fn failed(self, failed: &Failed) -> ExitCode {
        let mut err = std::io::stderr();
        if self.json {
            let error =
                json!({"message": failed.what, "faults": failed.faults, "next": failed.next, "exit": failed.exit});
            _ = writeln!(err, "{}", json!({ "error": error }));
        } else {
            _ = writeln!(err, "{} {}", self.tone(Tone::Bad, "error:"), failed.what);
            for fault in &failed.faults {
                _ = writeln!(err, "  {fault}");
            }
            if let Some(next) = &failed.next {
                _ = writeln!(err, "what to do: {next}");
            }
        }
        failed.exit()
    }

    /// Asks a person; without one, only `--yes` is a yes.
    ///
    /// # Errors
    /// When nobody can be asked, or the answer is no.
    pub fn confirm(self, question: &str, yes: bool) -> Result<(), Failed> {
        if yes {
            return Ok(());
        }
        if self.json || !std::io::stdin().is_terminal() {
            return Err(
                Failed::input("nobody is here to confirm the plan").next("look at it with --dry-run, then give --yes")
            );
        }
        _ = write!(std::io::stderr(), "{question} [y/N] ");
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer);
        if read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes") {
            return Ok(());
        }
        Err(Failed::input("not confirmed; nothing was changed"))
    }
}

/// Without colours: whether somebody looks was asked of standard error, and data may go to a file all the same.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or(part, |(_, rest)| rest))
}

/// Columns of equal width, two spaces between; the last one is as long as it is.
#[must_use]
pub fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    let line = |row: &Vec<String>| {
        let cell = |(at, cell): (usize, &String)| format!("{cell:<width$}", width = widths[at]);
        row.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_in_a_file_has_no_colours() {
        let talk = Talk { json: false, colours: true };
        let text = format!("dev: {} {}", talk.tone(Tone::Bold, "r1 runs"), talk.tone(Tone::Bad, "some more"));
        assert!(text.contains('\u{1b}'));
        assert_eq!(plain(&text), "dev: r1 runs some more");
    }
}
