//! What the crate promises, seen from outside.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod chain;
mod keys;
mod passwords;
mod private_fields;
mod tokens;
