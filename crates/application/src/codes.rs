//! Every code that a refusal or a fault of a row can have, so that whoever shows them can have words for each.

use raally_domain::decide::{Form, Rule};

/// Codes of [`crate::Failure::BadRequest`] beside those of a file.
pub const REQUESTS: &[&str] = &[
    "ambiguous-workspace",
    "bad-calendar",
    "bad-cursor",
    "bad-name",
    "erased",
    "import-not-completed",
    "import-not-open",
    "import-refused",
    "last-platform-admin",
    "not-empty",
    "other-checkpoint",
    "own-account",
    "too-large",
    "unknown-workspace",
    "workspace-exists",
];

/// Codes of a row of an import beside those of a file and of a field.
const ROWS: &[&str] = &[
    "contradiction",
    "duplicate-key",
    "internal",
    "pay-not-allowed",
    "refused",
    "unknown-calendar",
    "unknown-person",
    "unknown-project",
];

/// Codes of a field that breaks a rule.
pub fn fields() -> impl Iterator<Item = &'static str> {
    Rule::CODES.iter().chain(Form::CODES).copied()
}

/// Codes of a file that can't be read.
pub fn files() -> impl Iterator<Item = &'static str> {
    raally_exchange::codes::CODES.iter().copied()
}

/// Codes of what should be looked at in a suggested mapping.
pub fn notes() -> impl Iterator<Item = &'static str> {
    raally_exchange::table::note::NOTE_CODES.iter().copied()
}

/// Codes of a row of an import, and of an import that failed.
pub fn rows() -> impl Iterator<Item = &'static str> {
    let left_out = raally_exchange::codes::LEFT_OUT.iter().copied();
    files().chain(left_out).chain(fields()).chain(ROWS.iter().copied()).chain(REQUESTS.iter().copied())
}
