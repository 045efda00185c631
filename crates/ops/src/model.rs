//! What the planner thinks about, without any I/O: environments, releases, and a target as it was seen.

pub mod environment;
pub mod fleet;
pub mod freeze;
pub mod ids;
pub mod kubernetes;
pub mod postgres;
pub mod reader;
pub mod release;
