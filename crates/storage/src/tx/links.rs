//! Join links: one-time invitations into a workspace. The token itself is never stored, only its hash.

use raally_domain::ids::WorkspaceId;
use uuid::Uuid;

use super::Tx;
use crate::{error::StoreError, row::RowRef};

/// A one-time invitation. Instants are microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinLink {
    /// Hash of the token.
    pub token_hash: Vec<u8>,
    /// The workspace that is joined.
    pub workspace: WorkspaceId,
    /// Id under which an admin sees and revokes it.
    pub id: Uuid,
    /// Role that it gives.
    pub role: String,
    /// Who made it.
    pub created_by: Uuid,
    /// When it was made.
    pub created_at: i64,
    /// From when on it is worthless.
    pub expires_at: i64,
    /// When it was used.
    pub used_at: Option<i64>,
    /// Who used it.
    pub used_by: Option<Uuid>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
}

/// What became of an attempt to use a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkUse {
    /// It is used now, and never again.
    Consumed(JoinLink),
    /// Unknown, used, revoked or expired. Which one is nobody's business.
    Invalid,
}

const LINK: &str =
    "token_hash, workspace_id, id, role, created_by, created_at, expires_at, used_at, used_by, revoked_at";

fn link(row: &RowRef<'_>) -> Result<JoinLink, StoreError> {
    Ok(JoinLink {
        token_hash: row.bytes(0)?,
        workspace: WorkspaceId(row.id(1)?),
        id: row.id(2)?,
        role: row.string(3)?,
        created_by: row.id(4)?,
        created_at: row.int(5)?,
        expires_at: row.int(6)?,
        used_at: row.opt_int(7)?,
        used_by: row.opt_id(8)?,
        revoked_at: row.opt_int(9)?,
    })
}

impl Tx<'_> {
    /// Adds a link.
    ///
    /// # Errors
    /// `Duplicate`, `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn add_join_link(&mut self, link: &JoinLink) -> Result<(), StoreError> {
        self.scope.check(link.workspace)?;
        let text = format!("INSERT INTO join_link ({LINK}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
        self.execute(
            &text,
            &[
                link.token_hash.as_slice().into(),
                link.workspace.0.into(),
                link.id.into(),
                link.role.as_str().into(),
                link.created_by.into(),
                link.created_at.into(),
                link.expires_at.into(),
                link.used_at.into(),
                link.used_by.into(),
                link.revoked_at.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// The link of a token, whatever its state (platform scope): for the page that shows where it leads.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn join_link(&mut self, token_hash: &[u8]) -> Result<Option<JoinLink>, StoreError> {
        self.platform_only()?;
        self.row(&format!("SELECT {LINK} FROM join_link WHERE token_hash = ?1"), &[token_hash.into()], link).await
    }

    /// All links of a workspace, newest first.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn join_links(&mut self, workspace: WorkspaceId) -> Result<Vec<JoinLink>, StoreError> {
        self.scope.check(workspace)?;
        let text = format!("SELECT {LINK} FROM join_link WHERE workspace_id = ?1 ORDER BY created_at DESC, id");
        self.rows(&text, &[workspace.0.into()], link).await
    }

    /// Uses a link, once (platform scope). Of parallel attempts one wins.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn consume_join_link(
        &mut self,
        token_hash: &[u8],
        used_by: Uuid,
        now: i64,
    ) -> Result<LinkUse, StoreError> {
        self.platform_only()?;
        let text = format!(
            "UPDATE join_link SET used_at = ?2, used_by = ?3 WHERE token_hash = ?1 AND used_at IS NULL \
             AND revoked_at IS NULL AND expires_at > ?2 RETURNING {LINK}"
        );
        let found = self.row(&text, &[token_hash.into(), now.into(), used_by.into()], link).await?;
        Ok(found.map_or(LinkUse::Invalid, LinkUse::Consumed))
    }

    /// Revokes a link that is neither used nor revoked; whether there was one.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn revoke_join_link(&mut self, workspace: WorkspaceId, id: Uuid, now: i64) -> Result<bool, StoreError> {
        self.scope.check(workspace)?;
        let text = "UPDATE join_link SET revoked_at = ?3 WHERE workspace_id = ?1 AND id = ?2 AND used_at IS NULL \
                    AND revoked_at IS NULL";
        Ok(self.execute(text, &[workspace.0.into(), id.into(), now.into()]).await? == 1)
    }
}
