//! What can be wrong with a file as a whole, and with one row of it.

use serde::Serialize;

/// The file can't be read at all; nothing of it may be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{message}")]
pub struct FileError {
    /// Stable, for programs: `empty-file`, `too-large`, `unsupported-format`, `not-text`, `malformed`, `doctype`, `no-header`, …
    pub code: &'static str,
    /// One sentence for the person who gave the file, with what to do about it.
    pub message: String,
}

impl FileError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
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
    /// Stable, for programs: `missing-value`, `not-a-number`, `not-a-date`, `ambiguous-date`, `unknown-value`, `out-of-range`, `end-before-start`, …
    pub code: &'static str,
    /// One sentence for the person who gave the file.
    pub message: String,
    /// Error or warning.
    pub severity: Severity,
}

impl RowError {
    pub(crate) fn error(row: u64, column: Option<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { row, column, code, message: message.into(), severity: Severity::Error }
    }

    pub(crate) fn warning(row: u64, column: Option<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { row, column, code, message: message.into(), severity: Severity::Warning }
    }
}
