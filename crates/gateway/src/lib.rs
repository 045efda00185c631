//! The proxy in front of the versions: a library that `raallyctl gateway` runs.
//!
//! Decision 0011 has the contract of the admin socket, 0012 why it is built on hyper and what it costs.

mod access;
mod admin;
mod answer;
mod attempt;
mod body;
mod budget;
mod client;
pub mod config;
mod control;
mod counters;
mod exchange;
mod finish;
mod forward;
mod gateway;
mod handover;
mod health;
mod keep;
mod limit;
mod metrics;
mod network;
mod pool;
mod proxy;
mod routes;
mod server;
mod shared;
mod sockets;
mod split;
mod steering;
mod sticky;
pub mod table;
mod target;
mod tls;
mod trace;
mod window;
mod wire;

pub use client::{Client, ClientError};
pub use config::Config;
pub use gateway::{Begin, Ended, GatewayError, Running, run};
pub use keep::KeepError;
pub use table::{Fault, Group, GroupName, Problem, Sticky, Table, Target, TargetId, Tester, TesterBy, WHOLE_BP};
pub use tls::TlsError;
pub use wire::{Applied, Breaker, Counts, DrainOutcome, Endings, GroupCounts, Health, Refusal, State, TargetState};
