//! The application as the gate of the platform: who calls, and what they may do where.

use raally_application::{App, Failure};
use raally_domain::ids::{UserId, WorkspaceId};

use crate::gate::{Denied, Gate, Membership, Principal, Unavailable};

fn gone(failure: Failure) -> Unavailable {
    Unavailable { retry_after_s: 1, reason: failure.to_string() }
}

impl Gate for App {
    async fn authenticate(&self, bearer: &str) -> Result<Principal, Denied> {
        match Self::authenticate(self, bearer).await {
            Ok((session, live)) => Ok(Principal { user: live.user, session, platform_admin: live.platform_admin }),
            Err(Failure::Unauthenticated) => Err(Denied::Token("not valid, expired or revoked")),
            Err(failure) => Err(Denied::Unavailable(gone(failure))),
        }
    }

    async fn membership(&self, user: UserId, workspace: WorkspaceId) -> Result<Option<Membership>, Unavailable> {
        let right = self.right(user, workspace).await.map_err(gone)?;
        Ok(right.map(|right| Membership { workspace, role: right.role, permissions: right.permissions }))
    }

    fn revoked(
        &self,
        principal: Principal,
        workspace: Option<WorkspaceId>,
    ) -> impl Future<Output = ()> + Send + 'static {
        let app = self.clone();
        async move { app.until_revoked(principal.session, principal.user, workspace).await }
    }
}
