//! Every stable code that a caller can meet, listed in the OpenAPI document: clients have words of their own for each.

use std::collections::BTreeSet;

use raally_application::codes;
use raally_domain::event::type_names;
use serde_json::{Value, json};

use crate::class::Class;

/// Codes of a problem that are more precise than those of its class.
const PROBLEMS: &[&str] = &[
    "already-exists",
    "bad-idempotency-key",
    "bad-json",
    "bad-query",
    "clash",
    "cross-origin",
    "deleted",
    "idempotency-mismatch",
    "in-use",
    "invalid-token",
    "last-owner",
    "not-deleted",
    "not-yours",
    "overload",
    "timeout",
    "too-many-streams",
    "wrong-credentials",
];

/// Codes of a field, or of a parameter, that can't be read.
const INPUT: &[&str] = &[
    "bad-cursor",
    "bad-value",
    "duplicate-field",
    "malformed",
    "missing-field",
    "missing-parameter",
    "range-reversed",
    "range-too-long",
    "too-many-cells",
    "unknown-field",
    "unknown-parameter",
    "unknown-value",
    "wrong-type",
];

/// Codes of problems.
pub(crate) fn problems() -> impl Iterator<Item = &'static str> {
    let classes = Class::ALL.into_iter().map(Class::code);
    classes.chain(PROBLEMS.iter().copied()).chain(codes::REQUESTS.iter().copied()).chain(codes::files())
}

/// Codes of single fields.
pub(crate) fn faults() -> impl Iterator<Item = &'static str> {
    codes::fields().chain(INPUT.iter().copied())
}

/// All of them, as they stand in the document.
pub(crate) fn listed() -> Value {
    let sorted = |codes: &mut dyn Iterator<Item = &'static str>| codes.collect::<BTreeSet<_>>();
    json!({
        "eventTypes": sorted(&mut type_names()),
        "fieldFaults": sorted(&mut faults()),
        "importFaults": sorted(&mut codes::rows()),
        "mappingNotes": sorted(&mut codes::notes()),
        "problems": sorted(&mut problems()),
    })
}
