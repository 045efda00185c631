//! What a use case answers: stored documents, not trees of objects, so that they are served as they lie in the table.

use raally_storage::After;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Done {
    /// A new object.
    Created,
    /// An object was read or changed.
    Ok,
    /// There is nothing to show.
    Gone,
}

/// The answer to a command or to the reading of one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What happened.
    pub done: Done,
    /// The object.
    pub id: Uuid,
    /// Its version.
    pub version: i64,
    /// Its document; empty when there is nothing to show.
    pub body: String,
}

impl Answer {
    /// A new object.
    #[must_use]
    pub const fn created(id: Uuid, version: i64, body: String) -> Self {
        Self { done: Done::Created, id, version, body }
    }
    /// A changed object.
    #[must_use]
    pub const fn changed(id: Uuid, version: i64, body: String) -> Self {
        Self { done: Done::Ok, id, version, body }
    }
    /// An object that was read.
    #[must_use]
    pub const fn found(id: Uuid, version: i64, body: String) -> Self {
        Self { done: Done::Ok, id, version, body }
    }
    /// A removed object.
    #[must_use]
    pub const fn gone(id: Uuid, version: i64) -> Self {
        Self { done: Done::Gone, id, version, body: String::new() }
    }
}

/// A page of stored documents.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Page {
    /// JSON documents, joined by commas: the inside of an array, made without a copy of each.
    pub items: String,
    /// Where the next page begins; none on the last.
    pub next: Option<After>,
}
