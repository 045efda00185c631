//! Pure rules of resource planning. No I/O, no async, no clock, no randomness.

pub mod access;
pub mod decide;
pub mod event;
pub mod ids;
pub mod kind;
pub mod model;
pub mod plan;
pub mod report;
pub mod rules;
