//! Who asks, in which workspace, and with what right: settled once at the door and carried through a use case.

use raally_domain::access::{Grant, Permission, Permissions, Role};
use raally_domain::ids::{UserId, WorkspaceId};
use raally_storage::{Meta, Scope};
use uuid::Uuid;

/// A caller inside one workspace.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Where.
    pub workspace: WorkspaceId,
    /// Who; none for the system itself (demo, command line).
    pub user: Option<UserId>,
    /// The role of the membership.
    pub role: Role,
    /// What the membership gives beyond its role.
    pub permissions: Permissions,
    /// What the table of rights answers for this operation: all objects, or one's own only.
    pub grant: Grant,
    /// W3C `traceparent`.
    pub trace: Option<String>,
    /// The import that this is part of.
    pub import: Option<Uuid>,
    /// The caller's key for a retry, with the hash of the request.
    pub idempotency: Option<Idempotency>,
}

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The client's network address.
    pub address: String,
    /// What the client calls itself.
    pub client: String,
    /// W3C `traceparent`.
    pub trace: Option<String>,
}

/// A key under which an answer is kept for 24 h.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The caller's.
    pub key: String,
    /// Fingerprint of operation, path and body: the same key with another request is refused.
    pub fingerprint: String,
}

impl Caller {
    /// The system itself, with every right: demo, command line, seals.
    #[must_use]
    pub const fn system(workspace: WorkspaceId) -> Self {
        Self {
            workspace,
            user: None,
            role: Role::Owner,
            permissions: Permissions::NONE,
            grant: Grant::Yes,
            trace: None,
            import: None,
            idempotency: None,
        }
    }

    /// A user, or the system, in matters of the platform: logins, sessions, keys.
    #[must_use]
    pub fn on_platform(user: Option<UserId>, trace: Option<String>) -> Self {
        Self { user, trace, ..Self::system(WorkspaceId::PLATFORM) }
    }

    /// What the database transaction of this caller may touch.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        Scope::Workspace(self.workspace)
    }

    /// What is written beside each event.
    #[must_use]
    pub fn meta(&self) -> Meta {
        Meta {
            actor: self.user.map(Uuid::from),
            import: self.import,
            trace: self.trace.clone(),
            recorded_at_hint: None,
        }
    }

    /// Whether pay and cost rates may be shown to this caller.
    #[must_use]
    pub fn sees_pay(&self) -> bool {
        matches!(self.role, Role::Owner | Role::Admin) || self.permissions.has(Permission::PayRead)
    }
}
