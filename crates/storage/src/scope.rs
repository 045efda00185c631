//! Which tenants a transaction may touch.

use raally_domain::ids::WorkspaceId;

use crate::error::StoreError;

/// The tenants that a transaction may touch. Checked in code on both engines, and by row-level security on PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// One workspace and nothing else.
    Workspace(WorkspaceId),
    /// The platform partition and, named explicitly, every workspace: sign-up, joining, the seal, rebuilds.
    Platform,
}

impl Scope {
    /// The partition that is meant when none is named.
    #[must_use]
    pub const fn home(self) -> WorkspaceId {
        match self {
            Self::Workspace(workspace) => workspace,
            Self::Platform => WorkspaceId::PLATFORM,
        }
    }

    /// Whether rows of `workspace` may be touched.
    #[must_use]
    pub fn covers(self, workspace: WorkspaceId) -> bool {
        match self {
            Self::Workspace(own) => own == workspace,
            Self::Platform => true,
        }
    }

    pub(crate) fn check(self, workspace: WorkspaceId) -> Result<(), StoreError> {
        if self.covers(workspace) { Ok(()) } else { Err(StoreError::OutOfScope { workspace }) }
    }
}
