//! Real releases on this machine: real processes, a real gateway, real load. Good versions lose no request, bad ones are
//! taken back, and whatever is killed in the middle, the release ends one way or the other.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod begin;
mod good;
mod killed;
mod refused;
mod remote;
mod stage;
mod taken_back;
#[path = "../tool/mod.rs"]
mod tool;
