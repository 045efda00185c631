//! The proxy in front of the versions: a library that `raallyctl gateway` runs.
//!
//! Decision 0011 has the contract of the admin socket, 0012 why it is built on hyper and what it costs.

mod client;
pub mod config;
mod network;
mod split;
pub mod table;
mod wire;

pub use client::{Client, ClientError};
pub use config::Config;
pub use table::{Fault, Group, GroupName, Problem, Sticky, Table, Target, TargetId, Tester, TesterBy, WHOLE_BP};
pub use wire::{Applied, Breaker, Counts, DrainOutcome, Endings, GroupCounts, Health, Refusal, State, TargetState};
