//! Seals and signed checkpoints of the audit trail. What is hashed and how is not this crate's business.

use raally_domain::ids::WorkspaceId;

use super::Tx;
use crate::{error::StoreError, row::RowRef};

/// One link of a workspace's chain: the hash over a run of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Position of the first event.
    pub from_position: i64,
    /// Position of the last event.
    pub to_position: i64,
    /// How many events.
    pub count: i64,
    /// Hash over them.
    pub root_hash: Vec<u8>,
    /// Hash of the seal before; empty for the first.
    pub previous_hash: Vec<u8>,
    /// Microseconds.
    pub sealed_at: i64,
}

/// A signed statement about the chain up to a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Position of the last sealed event.
    pub position: i64,
    /// Hash of the last seal.
    pub hash: Vec<u8>,
    /// Signature.
    pub signature: Vec<u8>,
    /// Which key signed.
    pub key_id: String,
    /// Microseconds.
    pub signed_at: i64,
}

/// A workspace with events after its last seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsealed {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Position of the last sealed event; 0 when none is.
    pub sealed_position: i64,
    /// Position of the last event.
    pub head_position: i64,
}

fn seal(row: &RowRef<'_>) -> Result<Seal, StoreError> {
    Ok(Seal {
        workspace: WorkspaceId(row.id(0)?),
        from_position: row.int(1)?,
        to_position: row.int(2)?,
        count: row.int(3)?,
        root_hash: row.bytes(4)?,
        previous_hash: row.bytes(5)?,
        sealed_at: row.int(6)?,
    })
}

fn checkpoint(row: &RowRef<'_>) -> Result<Checkpoint, StoreError> {
    Ok(Checkpoint {
        workspace: WorkspaceId(row.id(0)?),
        position: row.int(1)?,
        hash: row.bytes(2)?,
        signature: row.bytes(3)?,
        key_id: row.string(4)?,
        signed_at: row.int(5)?,
    })
}

const SEAL: &str =
    "SELECT workspace_id, from_position, to_position, event_count, root_hash, previous_hash, sealed_at FROM seal";
const CHECKPOINT: &str = "SELECT workspace_id, position, hash, signature, key_id, signed_at FROM checkpoint";

/// All fail with `OutOfScope`, `Unavailable` or `Overloaded`.
impl Tx<'_> {
    /// Workspaces (the platform partition among them) whose log goes on after their last seal, at most `limit`
    /// (platform scope).
    ///
    /// # Errors
    /// As above.
    pub async fn unsealed(&mut self, limit: u32) -> Result<Vec<Unsealed>, StoreError> {
        self.platform_only()?;
        self.rows(
            "SELECT workspace_id, sealed_position, position FROM workspace_head WHERE position > sealed_position \
             ORDER BY workspace_id LIMIT ?1",
            &[i64::from(limit).into()],
            |row| {
                Ok(Unsealed {
                    workspace: WorkspaceId(row.id(0)?),
                    sealed_position: row.int(1)?,
                    head_position: row.int(2)?,
                })
            },
        )
        .await
    }

    /// Adds the next seal of a workspace's chain.
    ///
    /// # Errors
    /// `Duplicate` when the run overlaps the last seal's (two sealers: one has lost its lease); as above.
    pub async fn add_seal(&mut self, seal: &Seal) -> Result<(), StoreError> {
        self.scope.check(seal.workspace)?;
        let moved = self
            .execute(
                "UPDATE workspace_head SET sealed_position = ?3 WHERE workspace_id = ?1 AND sealed_position < ?2",
                &[seal.workspace.0.into(), seal.from_position.into(), seal.to_position.into()],
            )
            .await?;
        if moved == 0 {
            return Err(StoreError::Duplicate {
                table: "seal".to_owned(),
                detail: "the run is sealed already".to_owned(),
            });
        }
        self.execute(
            "INSERT INTO seal (workspace_id, from_position, to_position, event_count, root_hash, previous_hash, sealed_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            &[
                seal.workspace.0.into(),
                seal.from_position.into(),
                seal.to_position.into(),
                seal.count.into(),
                seal.root_hash.as_slice().into(),
                seal.previous_hash.as_slice().into(),
                seal.sealed_at.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Seals of a workspace that end after a position, in order, at most `limit`.
    ///
    /// # Errors
    /// As above.
    pub async fn seals(&mut self, workspace: WorkspaceId, after: i64, limit: u32) -> Result<Vec<Seal>, StoreError> {
        self.scope.check(workspace)?;
        let text = format!("{SEAL} WHERE workspace_id = ?1 AND to_position > ?2 ORDER BY to_position LIMIT ?3");
        self.rows(&text, &[workspace.0.into(), after.into(), i64::from(limit).into()], seal).await
    }

    /// The last seal of a workspace.
    ///
    /// # Errors
    /// As above.
    pub async fn last_seal(&mut self, workspace: WorkspaceId) -> Result<Option<Seal>, StoreError> {
        self.scope.check(workspace)?;
        let text = format!("{SEAL} WHERE workspace_id = ?1 ORDER BY to_position DESC LIMIT 1");
        self.row(&text, &[workspace.0.into()], seal).await
    }

    /// Adds a signed checkpoint.
    ///
    /// # Errors
    /// `Duplicate` when the position has one; as above.
    pub async fn add_checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        self.scope.check(checkpoint.workspace)?;
        self.execute(
            "INSERT INTO checkpoint (workspace_id, position, hash, signature, key_id, signed_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &[
                checkpoint.workspace.0.into(),
                checkpoint.position.into(),
                checkpoint.hash.as_slice().into(),
                checkpoint.signature.as_slice().into(),
                checkpoint.key_id.as_str().into(),
                checkpoint.signed_at.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Checkpoints of a workspace, in order.
    ///
    /// # Errors
    /// As above.
    pub async fn checkpoints(&mut self, workspace: WorkspaceId) -> Result<Vec<Checkpoint>, StoreError> {
        self.scope.check(workspace)?;
        let text = format!("{CHECKPOINT} WHERE workspace_id = ?1 ORDER BY position");
        self.rows(&text, &[workspace.0.into()], checkpoint).await
    }

    /// Every partition that has events, in id order (platform scope); the platform partition among them.
    ///
    /// # Errors
    /// As above.
    pub async fn partitions(&mut self) -> Result<Vec<WorkspaceId>, StoreError> {
        self.platform_only()?;
        let text = "SELECT workspace_id FROM workspace_head WHERE position > 0 ORDER BY workspace_id";
        self.rows(text, &[], |row| Ok(WorkspaceId(row.id(0)?))).await
    }
}
