//! What can be wrong with a file as a whole, and with one row of it.

use serde::Serialize;

use crate::codes::listed;

/// The file can't be read at all; nothing of it may be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{message}")]
pub struct FileError {
    /// Stable, for programs, one of [`crate::codes::CODES`]: `empty-file`, `too-large`.
    pub code: &'static str,
    /// One sentence for the person who gave the file, with what to do about it.
    pub message: String,
}

impl FileError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code: listed(code), message: message.into() }
    }

    pub(crate) fn io(error: &std::io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            Some(own) => own.clone(),
            None => Self::new("unreadable", format!("the file can't be read: {error}")),
        }
    }
}

impl From<std::io::Error> for FileError {
    fn from(error: std::io::Error) -> Self {
        Self::io(&error)
    }
}

impl From<FileError> for std::io::Error {
    fn from(error: FileError) -> Self {
        Self::other(error)
    }
}

/// How bad a row's problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The row gives no record.
    Error,
    /// The row was read; something about it should be looked at.
    Warning,
}

/// A problem in one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowError {
    /// Row of a sheet, line of a text or XML file; from 1.
    pub row: u64,
    /// Letter and header of the column (`I "Std./Woche"`), or the element of an XML file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Stable, for programs, one of [`crate::codes::CODES`]: `missing-value`, `not-a-number`.
    pub code: &'static str,
    /// What the cell shows, cut to a length that fits a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// One sentence for the person who gave the file.
    pub message: String,
    /// Error or warning.
    pub severity: Severity,
}

impl RowError {
    pub(crate) fn error(row: u64, column: Option<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { row, column, code: listed(code), value: None, message: message.into(), severity: Severity::Error }
    }

    pub(crate) fn warning(row: u64, column: Option<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { row, column, code: listed(code), value: None, message: message.into(), severity: Severity::Warning }
    }

    /// The same with what the cell shows.
    pub(crate) fn showing(mut self, value: String) -> Self {
        self.value = Some(value).filter(|value| !value.is_empty());
        self
    }
}
