//! What verifying answers, for people and programs.

use raally_domain::ids::WorkspaceId;
use raally_identity::chain::{FaultKind, Report};
use schemars::JsonSchema;
use serde::Serialize;

/// What was done to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Damage {
    /// An event is not what was sealed.
    Changed,
    /// A sealed event is gone, with others after it.
    Removed,
    /// There is an event that was not sealed.
    Inserted,
    /// Events stand at each other's places.
    Reordered,
    /// The end of the log is gone.
    TailCut,
    /// Seals are not the ones that were chained or signed.
    Rewritten,
    /// A checkpoint is not signed by a key that is trusted.
    BadSignature,
}

impl From<FaultKind> for Damage {
    fn from(kind: FaultKind) -> Self {
        match kind {
            FaultKind::Changed => Self::Changed,
            FaultKind::Removed => Self::Removed,
            FaultKind::Inserted => Self::Inserted,
            FaultKind::Reordered => Self::Reordered,
            FaultKind::TailCut => Self::TailCut,
            FaultKind::Rewritten => Self::Rewritten,
            FaultKind::BadSignature => Self::BadSignature,
        }
    }
}

/// What verifying found in one workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceReport {
    /// Which; the nil id is the platform's own log (users, sessions).
    pub workspace_id: WorkspaceId,
    /// Nothing is wrong.
    pub ok: bool,
    /// Position of the first event that is wrong, or the first that may be.
    pub first_bad_position: Option<i64>,
    /// What was done to it.
    pub damage: Option<Damage>,
    /// How many events are what was sealed.
    pub checked: u64,
    /// Up to here the events are what was sealed; 0 when nothing is.
    pub sealed_through: i64,
    /// Up to here the seals are what was signed; 0 when nothing is.
    pub signed_through: i64,
    /// How many events stand after the last seal: nothing vouches for them yet.
    pub unsealed: u64,
    /// Position of the first of them.
    pub unsealed_from: Option<i64>,
    /// Position of the last of them.
    pub unsealed_to: Option<i64>,
}

impl WorkspaceReport {
    pub(super) fn new(workspace_id: WorkspaceId, found: &Report, tail: Option<(i64, i64)>) -> Self {
        Self {
            workspace_id,
            ok: found.ok,
            first_bad_position: found.first_bad_position,
            damage: found.kind.map(Damage::from),
            checked: found.checked,
            sealed_through: found.sealed_through,
            signed_through: found.signed_through,
            unsealed: found.unsealed_tail,
            unsealed_from: tail.map(|(from, _)| from),
            unsealed_to: tail.map(|(_, to)| to),
        }
    }
}

/// What verifying found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditReport {
    /// Nothing is wrong anywhere.
    pub ok: bool,
    /// How many events are what was sealed.
    pub checked: u64,
    /// One entry per workspace, in id order.
    pub workspaces: Vec<WorkspaceReport>,
}

impl AuditReport {
    pub(super) fn of(workspaces: Vec<WorkspaceReport>) -> Self {
        Self {
            ok: workspaces.iter().all(|one| one.ok),
            checked: workspaces.iter().map(|one| one.checked).sum(),
            workspaces,
        }
    }
}
