//! Rehearsing releases for real: load, faults, and a report. Nothing here is used by a real release.

pub mod demo;
pub mod fault_proxy;
pub mod load;
mod page;
mod plot;
mod report;
mod story;
