//! Checks and chores of this repository; `cargo xtask` lists them.
//!
//! The checks hold the documents against the code, so that no list in them rots. They run as
//! ordinary tests too (`tests/repository.rs`), and link none of Raally's crates.

pub mod bench;
pub mod checks;
pub mod dev;
pub mod generate;
pub mod tree;
