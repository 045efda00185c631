//! What of an event is covered: all of it, in an encoding with one reading.

use aws_lc_rs::digest::{Context, SHA256};
use raally_domain::ids::WorkspaceId;
use uuid::Uuid;

const LABEL: &[u8] = b"raally audit event v1\0";

/// One event as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent<'a> {
    /// Place in the log.
    pub position: i64,
    /// The tenant, or the platform partition.
    pub workspace: WorkspaceId,
    /// Name of the kind of stream.
    pub kind: &'a str,
    /// Which stream.
    pub stream_id: Uuid,
    /// 1 for the stream's first event.
    pub version: i64,
    /// Unique id.
    pub event_id: Uuid,
    /// What happened.
    pub type_name: &'a str,
    /// Version of the payload's form.
    pub schema_version: i32,
    /// Microseconds since the epoch.
    pub recorded_at: i64,
    /// The user.
    pub actor: Option<Uuid>,
    /// The import.
    pub import: Option<Uuid>,
    /// W3C `traceparent`.
    pub trace: Option<&'a str>,
    /// JSON, byte for byte as stored.
    pub payload: &'a [u8],
}

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::encoding::encode(&self.0))
    }
}

impl Digest {
    pub(super) fn of(context: Context) -> Self {
        let mut out = [0; 32];
        out.copy_from_slice(context.finish().as_ref());
        Self(out)
    }

    /// From stored bytes; none when there are not 32 of them.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl AuditEvent<'_> {
    /// The hash of all but the position, which a seal covers beside it: so an event is known again at another place.
    ///
    /// Texts and bytes are preceded by their length, options by whether they are there, numbers have fixed widths.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut context = Context::new(&SHA256);
        context.update(LABEL);
        context.update(self.workspace.0.as_bytes());
        text(&mut context, self.kind.as_bytes());
        context.update(self.stream_id.as_bytes());
        context.update(&self.version.to_be_bytes());
        context.update(self.event_id.as_bytes());
        text(&mut context, self.type_name.as_bytes());
        context.update(&self.schema_version.to_be_bytes());
        context.update(&self.recorded_at.to_be_bytes());
        option(&mut context, self.actor.as_ref().map(|id| id.as_bytes().as_slice()));
        option(&mut context, self.import.as_ref().map(|id| id.as_bytes().as_slice()));
        option(&mut context, self.trace.map(str::as_bytes));
        text(&mut context, self.payload);
        Digest::of(context)
    }
}

fn option(context: &mut Context, value: Option<&[u8]>) {
    context.update(&[u8::from(value.is_some())]);
    if let Some(value) = value {
        text(context, value);
    }
}

fn text(context: &mut Context, bytes: &[u8]) {
    context.update(&(bytes.len() as u64).to_be_bytes());
    context.update(bytes);
}
