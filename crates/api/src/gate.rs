//! Who may call: the trait that the application implements, and the one check that uses it.
//!
//! Order: token, then membership, then action. Leaves out which objects are one's own: the use case
//! finishes that check when [`Ctx::grant`](crate::Ctx) is `Own`.

use std::future::Future;

use raally_domain::access::{Action, Grant, Permissions, Role, may};
use raally_domain::ids::{SessionId, UserId, WorkspaceId};

use crate::problem::Problem;

/// Whom an operation answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Whoever is signed in.
    SignedIn,
    /// Platform administrators.
    PlatformAdmin,
    /// Members of the workspace in the path whose role grants the action.
    Workspace(Action),
}

/// Who a token speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The login.
    pub user: UserId,
    /// The signed-in device.
    pub session: SessionId,
    /// Whether the platform role is held.
    pub platform_admin: bool,
}

/// An active membership; a suspended one counts as none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Where.
    pub workspace: WorkspaceId,
    /// As what.
    pub role: Role,
    /// And what beyond the role.
    pub permissions: Permissions,
}

impl Membership {
    /// What this membership may do.
    #[must_use]
    pub const fn may(&self, action: Action) -> Grant {
        may(self.role, self.permissions, action)
    }
}

/// Why a token is refused.
#[derive(Debug)]
pub enum Denied {
    /// Not valid, expired or revoked; the reason is for the log.
    Token(&'static str),
    /// It can't be told just now.
    Unavailable(Unavailable),
}

/// Something that the answer depends on is gone; the reason is for the log.
#[derive(Debug)]
pub struct Unavailable {
    /// When another try is worth it.
    pub retry_after_s: u32,
    /// For the log.
    pub reason: String,
}

impl From<Unavailable> for Problem {
    fn from(gone: Unavailable) -> Self {
        Self::unavailable(gone.retry_after_s).private(gone.reason)
    }
}

impl From<Unavailable> for Denied {
    fn from(gone: Unavailable) -> Self {
        Self::Unavailable(gone)
    }
}

/// What the application answers about callers. Both calls are on every request's path: keep them cached.
pub trait Gate: Clone + Send + Sync + 'static {
    /// Who the access token speaks for.
    fn authenticate(&self, bearer: &str) -> impl Future<Output = Result<Principal, Denied>> + Send;

    /// The active membership of a user. `None` alike for no membership and no such workspace.
    fn membership(
        &self,
        user: UserId,
        workspace: WorkspaceId,
    ) -> impl Future<Output = Result<Option<Membership>, Unavailable>> + Send;

    /// Ends when the session, or the membership in the workspace, is no more; closes open streams.
    fn revoked(
        &self,
        principal: Principal,
        workspace: Option<WorkspaceId>,
    ) -> impl Future<Output = ()> + Send + 'static;
}

/// What the check found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pass {
    pub principal: Option<Principal>,
    pub membership: Option<Membership>,
    pub grant: Grant,
}

impl Access {
    /// The second half of the check, once the caller is known.
    ///
    /// A workspace without membership answers as one that doesn't exist.
    pub(crate) async fn check<G: Gate>(
        self,
        gate: &G,
        principal: Option<Principal>,
        workspace: Option<WorkspaceId>,
    ) -> Result<Pass, Problem> {
        let open = Pass { principal, membership: None, grant: Grant::Yes };
        let known = || principal.ok_or_else(Problem::unauthenticated);
        match self {
            Self::Public => Ok(open),
            Self::SignedIn => known().map(|_| open),
            Self::PlatformAdmin if known()?.platform_admin => Ok(open),
            Self::PlatformAdmin => Err(Problem::denied()),
            Self::Workspace(action) => {
                let user = known()?.user;
                let workspace = workspace.filter(|id| *id != WorkspaceId::PLATFORM).ok_or_else(Problem::not_found)?;
                let membership = gate.membership(user, workspace).await?.ok_or_else(Problem::not_found)?;
                let grant = membership.may(action);
                if grant.is_some() {
                    Ok(Pass { principal, membership: Some(membership), grant })
                } else {
                    Err(Problem::denied())
                }
            }
        }
    }
}
