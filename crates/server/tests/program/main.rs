//! The program as its users meet it: a process, its arguments, its exit code, its signals.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod collector;
mod commands;
mod installation;
mod large_import;
mod serving;
mod traces;
mod transfer;
