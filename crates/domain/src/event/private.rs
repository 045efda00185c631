//! Which parts of a payload are personal text or pay, and whose: they are sealed before they reach the log.

use crate::kind::Kind;

/// Whose key seals the private parts of a stream's facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The stream's own id: a person, a user.
    Stream,
    /// The id at this JSON pointer of the payload.
    At(&'static str),
}

/// The JSON pointers into the payload that are sealed, with whose key; empty for most facts.
///
/// Source: ARCHITECTURE decision 9.
#[must_use]
pub fn private_pointers(kind: Kind, type_name: &str) -> (Subject, &'static [&'static str]) {
    match (kind, type_name) {
        (Kind::Person, "person-added" | "person-changed") => (Subject::Stream, &["/name", "/email", "/notes"]),
        (Kind::Person, "compensation-set") => (Subject::Stream, &["/amount", "/benefits"]),
        (Kind::Person, "bill-rate-set") => (Subject::Stream, &["/perHour"]),
        (Kind::TimeOff, "time-off-requested" | "time-off-changed") => (Subject::At("/personId"), &["/note"]),
        (Kind::User, "user-created") => (Subject::Stream, &["/email", "/name"]),
        (Kind::User, "user-renamed") => (Subject::Stream, &["/name"]),
        (Kind::Session, "session-started") => (Subject::At("/userId"), &["/client"]),
        _ => (Subject::Stream, &[]),
    }
}
