//! Events: what is appended, what is read back, and the cursor of a subscription.

use std::{borrow::Cow, fmt, str::FromStr};

use raally_domain::{ids::WorkspaceId, kind::Kind};
use uuid::Uuid;

/// What the caller believes about the stream before it appends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// The stream has no event yet.
    New,
    /// The stream's last event has this version.
    Version(i64),
    /// No expectation; the person's lock or the single writer is the guard.
    Any,
}

/// A fact to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Unique; consumers are idempotent by it.
    pub event_id: Uuid,
    /// What happened, in the past tense.
    pub type_name: Cow<'static, str>,
    /// Version of the payload's form.
    pub schema_version: i32,
    /// JSON; private fields are sealed before they come here.
    pub payload: String,
}

/// Who did it and how it is traced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meta {
    /// The user; none for the system itself.
    pub actor: Option<Uuid>,
    /// The import that it belongs to.
    pub import: Option<Uuid>,
    /// W3C `traceparent`.
    pub trace: Option<String>,
    /// The caller's now, in microseconds; the store's clock when absent. An earlier instant than the
    /// workspace's last event is lifted to that event's.
    pub recorded_at_hint: Option<i64>,
}

/// Events for one stream, appended together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Kind of the stream.
    pub kind: Kind,
    /// Which stream.
    pub stream_id: Uuid,
    /// What the caller believes.
    pub expected: Expected,
    /// At least one.
    pub events: Vec<NewEvent>,
    /// Who and why.
    pub meta: Meta,
}

/// Where the events went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Version of the stream after the last event.
    pub version: i64,
    /// Position of the workspace's last event before these; 0 when there was none.
    pub previous_position: i64,
    /// Position of the first event.
    pub first_position: i64,
    /// Position of the last event.
    pub last_position: i64,
    /// Microseconds since the epoch; never before the workspace's earlier events.
    pub recorded_at: i64,
}

/// The end of a workspace's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// Position of the last event; 0 when there is none.
    pub position: i64,
    /// When it was recorded, in microseconds.
    pub recorded_at: i64,
}

/// An event as the log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Place in the log; grows in commit order within a workspace, with gaps.
    pub position: i64,
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Kind of the stream.
    pub kind: Kind,
    /// Which stream.
    pub stream_id: Uuid,
    /// 1 for the stream's first event.
    pub version: i64,
    /// Unique id.
    pub event_id: Uuid,
    /// What happened.
    pub type_name: String,
    /// Version of the payload's form.
    pub schema_version: i32,
    /// Microseconds since the epoch.
    pub recorded_at: i64,
    /// The user.
    pub actor: Option<Uuid>,
    /// The import.
    pub import: Option<Uuid>,
    /// W3C `traceparent`.
    pub trace: Option<String>,
    /// JSON, byte for byte as it was appended.
    pub payload: String,
}

/// Which events of one workspace to read, in position order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventQuery {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Only streams of this kind.
    pub kind: Option<Kind>,
    /// Only this stream.
    pub stream: Option<Uuid>,
    /// Only events of this import.
    pub import: Option<Uuid>,
    /// Only events by this user.
    pub actor: Option<Uuid>,
    /// Positions greater than this.
    pub after_position: i64,
    /// Positions up to and with this.
    pub to_position: Option<i64>,
    /// Recorded up to and with this instant, in microseconds.
    pub to_recorded_at: Option<i64>,
    /// Newest first instead of oldest first; `after_position` then still is the lower bound.
    pub newest_first: bool,
    /// At most so many.
    pub limit: u32,
}

impl EventQuery {
    /// All events of a workspace after `after_position`, at most `limit`.
    #[must_use]
    pub const fn after(workspace: WorkspaceId, after_position: i64, limit: u32) -> Self {
        Self {
            workspace,
            kind: None,
            stream: None,
            import: None,
            actor: None,
            after_position,
            to_position: None,
            to_recorded_at: None,
            newest_first: false,
            limit,
        }
    }
}

/// How far a subscription over all workspaces has read. Opaque; keep its text.
///
/// On PostgreSQL positions become visible out of order, so the cursor is an (order, position) pair, where the order is a
/// transaction id that is not smaller than any earlier one of the same workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cursor {
    pub(crate) order: i64,
    pub(crate) position: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.order, self.position)
    }
}

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor")]
pub struct NotACursor;

impl FromStr for Cursor {
    type Err = NotACursor;
    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (order, position) = text.split_once('-').ok_or(NotACursor)?;
        Ok(Self { order: order.parse().map_err(|_| NotACursor)?, position: position.parse().map_err(|_| NotACursor)? })
    }
}
