//! Use cases: what HTTP, the command line and the importer do, written once.
//!
//! A command runs in one write transaction: load, decide, check, append, write the row, keep the answer. A report is a
//! question to the plan in memory. This crate knows no HTTP status and no SQL.

pub mod absences;
pub mod access;
pub mod accounts;
pub mod answer;
pub mod app;
mod attempts;
pub mod audit;
pub mod bookings;
pub mod branding;
pub mod caller;
pub mod change;
pub mod clashes;
pub mod codec;
pub mod codes;
pub mod cursors;
pub mod demo;
pub mod desk;
pub mod exports;
pub mod failure;
pub mod history;
pub mod holidays;
pub mod imports;
pub mod managed;
pub mod members;
pub mod mint;
mod narrowed;
mod paging;
mod passwords;
mod past;
pub mod people;
pub mod plans;
pub mod platform;
pub mod references;
pub mod replay;
pub mod reports;
pub mod sessions;
pub mod sign_in;
mod splitting;
pub mod traces;
mod users;
pub mod vault;
pub mod workspaces;

pub use answer::{Answer, Done, Page};
pub use app::App;
pub use caller::{Caller, Idempotency};
pub use failure::Failure;
pub use mint::Mint;
