//! Why a command ended without doing what was asked: whose fault, one sentence, what to do next.

use std::fmt;
use std::process::ExitCode;

/// A command's failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Exit code: 1 the input was wrong, 2 our fault or that of something we depend on.
    pub exit: u8,
    /// One sentence, without a full stop at its end.
    pub what: String,
    /// One line each, where there are several faults.
    pub faults: Vec<String>,
    /// What to do about it.
    pub next: Option<String>,
    /// What we depend on is out of reach: it says nothing about the release that is under way.
    pub lost: bool,
}

impl Failed {
    /// The input was wrong.
    pub fn input(what: impl Into<String>) -> Self {
        Self { exit: 1, what: what.into(), faults: Vec::new(), next: None, lost: false }
    }

    /// Our fault, or that of something we depend on.
    pub fn ours(what: impl Into<String>) -> Self {
        Self { exit: 2, ..Self::input(what) }
    }

    /// Says what to do.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// Says that it is about what we depend on, not about the release.
    #[must_use]
    pub const fn lost(mut self) -> Self {
        self.lost = true;
        self
    }

    /// Adds the single faults.
    #[must_use]
    pub fn faults(mut self, faults: Vec<String>) -> Self {
        self.faults = faults;
        self
    }

    /// As an exit code.
    pub fn exit(&self) -> ExitCode {
        self.exit.into()
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.what)?;
        for fault in &self.faults {
            write!(formatter, "; {fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failed {}

/// Adds to an error what was being done.
pub trait Doing<T> {
    /// As our fault, or that of something we depend on: `doing: error`.
    ///
    /// # Errors
    /// The same error, told.
    fn doing(self, doing: impl fmt::Display) -> Result<T, Failed>;
}

impl<T, E: fmt::Display> Doing<T> for Result<T, E> {
    fn doing(self, doing: impl fmt::Display) -> Result<T, Failed> {
        self.map_err(|error| Failed::ours(format!("{doing}: {error}")))
    }
}
