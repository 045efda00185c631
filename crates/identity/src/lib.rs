//! Passwords, keys, tokens and the audit chain: pure policy and cryptography.
//!
//! Nothing here reads a clock, opens a database or answers HTTP: instants come in as microseconds since the epoch,
//! states as values, and what is to be stored goes out as values. Randomness and all primitives but Argon2 come from
//! one library (`docs/decisions/0004-identity-crypto.md`).

pub mod chain;
pub mod cursor;
pub mod email;
pub mod keyfile;
pub mod keyring;
pub mod link;
pub mod password;
pub mod refresh;
pub mod secret;
pub mod subject;
pub mod throttle;
pub mod token;

mod aead;
mod encoding;
mod random;

pub use keyring::{Keyring, Purpose};
pub use random::CryptoFailed;
pub use secret::Secret;

/// Microseconds in a second.
const SECOND_US: i64 = 1_000_000;
/// Microseconds in a day.
const DAY_US: i64 = 86_400 * SECOND_US;
