//! What should be looked at in a suggested mapping.

use serde::Serialize;

/// Every code of a note.
pub const NOTE_CODES: &[&str] = &[
    "ambiguous-dates",
    "contract-hours-taken",
    "cut-to-year",
    "hours-unit-unsaid",
    "mixed-dates",
    "no-amount-column",
    "no-effort-column",
    "no-first-day-column",
    "no-person-column",
    "no-person-or-role-column",
    "no-project-column",
    "unknown-status",
];

/// One remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// Stable, for programs; one of [`NOTE_CODES`].
    pub code: &'static str,
    /// What of the file it is about: a header, a status, a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// One sentence for people.
    pub message: String,
}

impl Note {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        debug_assert!(NOTE_CODES.contains(&code), "{code} is missing in NOTE_CODES");
        Self { code, value: None, message: message.into() }
    }

    pub(crate) fn about(self, value: impl ToString) -> Self {
        Self { value: Some(value.to_string()), ..self }
    }
}
