//! One row, and why there may be none.

use std::error::Error;

use serde::{Deserialize, Serialize};

/// Far above the numbers of the first rows, so that inserted rows come first in a page.
pub const CREATED_FIRST: i64 = 1 << 40;

/// What the first rows hold; their title ends in their number.
pub const TITLE: &str = "Fix invoice export #";
pub const NOTES: &str = "phase 2 delivery, agreed with client lead; works on staging, has a test";
pub const STATUS: &str = "open";
pub const START: &str = "2026-01-05";
pub const END: &str = "2026-03-30";

/// One row, as it is stored and as it goes over the wire.
#[derive(Serialize, Deserialize)]
pub struct Row {
    #[serde(default)]
    pub id: i64,
    pub title: String,
    pub notes: String,
    pub status: String,
    pub hours: i64,
    pub start: String,
    pub end: String,
    #[serde(default)]
    pub created: i64,
}

/// Why there is no answer.
pub enum Fault {
    /// Too many inserts wait.
    Full,
    /// The writer stopped at a fault.
    Gone,
    /// What the database says.
    Database(Box<dyn Error + Send + Sync>),
}

impl<E: Error + Send + Sync + 'static> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Database(Box::new(error))
    }
}
