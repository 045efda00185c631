//! Every code of a fault in a file or in a row of it, so that whoever shows them can have words for each.

/// In order. [`crate::FileError`] and [`crate::RowError`] have no other ones.
pub const CODES: &[&str] = &[
    "ambiguous-date",
    "bad-mapping",
    "cell-error",
    "cell-too-large",
    "differs",
    "doctype",
    "empty-file",
    "end-before-start",
    "formula-without-result",
    "malformed",
    "mapping-needed",
    "missing-column",
    "missing-value",
    "no-header",
    "no-rows",
    "no-sheet",
    "no-table",
    "no-weeks",
    "not-a-date",
    "not-a-number",
    "not-all-day",
    "not-an-email",
    "not-text",
    "out-of-range",
    "recurrence",
    "row-too-large",
    "too-large",
    "too-many-columns",
    "too-many-holidays",
    "too-many-items",
    "too-many-merged",
    "too-many-names",
    "too-many-parts",
    "too-many-rows",
    "too-many-sheets",
    "too-many-strings",
    "unknown-encoding",
    "unknown-resource",
    "unknown-value",
    "unreadable",
    "unsupported-format",
    "wrong-encoding",
    "zip-bomb",
];

/// What is understood in a file and left out ([`crate::record::Skipped`]).
pub const LEFT_OUT: &[&str] =
    &["assignment", "calendar-exception", "cost-resource", "generic-resource", "material-resource", "time-off"];

/// A code that stands in the list, which tests make sure of.
pub(crate) fn listed(code: &'static str) -> &'static str {
    debug_assert!(CODES.contains(&code), "{code} is missing in CODES");
    code
}
