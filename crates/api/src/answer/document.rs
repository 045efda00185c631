//! The shapes of answers for the OpenAPI document: stored objects and pages.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// A stored object: what every object has, and its own state.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "{T}Document")]
pub struct Document<T> {
    /// UUID version 7.
    pub id: Uuid,
    /// Grows with each change; the `ETag` is this number in quotes.
    pub version: i64,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// When it was deleted; absent while it lives.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(default)]
    pub deleted_at: Option<Timestamp>,
    /// Its own state.
    #[serde(flatten)]
    pub state: T,
}

/// A page of a list.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "{T}Page")]
pub struct PageOf<T> {
    /// At most `limit` of them.
    pub items: Vec<T>,
    /// Give it as `cursor` to go on; null at the end.
    pub next_cursor: Option<String>,
}
