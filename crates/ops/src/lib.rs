//! `raallyctl`: the operator's tool as a library, so that tests drive it without a process.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may panic"))]

pub mod artefact;
pub mod atomic;
pub mod cli;
pub mod commands;
pub mod desk;
pub mod execute;
pub mod failed;
pub mod http;
pub mod journal;
pub mod judge;
pub mod keeper;
pub mod lock;
pub mod model;
pub mod monitor;
pub mod pipeline;
pub mod plan;
pub mod preflight;
pub mod recovery;
pub mod rehearsal;
pub mod stop;
pub mod talk;
pub mod target;
pub mod traffic;
pub mod wishes;
