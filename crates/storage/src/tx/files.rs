//! Uploaded files, in chunks, so that no transaction holds the writer for a whole file.

use raally_domain::ids::WorkspaceId;
use uuid::Uuid;

use super::Tx;
use crate::error::StoreError;

/// Largest file: 64 MiB.
pub const FILE_BYTES_MAX: i64 = 64 * 1024 * 1024;

/// Largest chunk: 1 MiB.
pub const FILE_CHUNK_BYTES_MAX: usize = 1024 * 1024;

/// What is known about a file beside its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInfo {
    /// Id.
    pub id: Uuid,
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Name as uploaded.
    pub name: String,
    /// Media type as uploaded.
    pub content_type: String,
    /// Bytes that are stored.
    pub size: i64,
    /// Microseconds.
    pub created_at: i64,
}

/// All fail with `OutOfScope`, `Unavailable` or `Overloaded`.
impl Tx<'_> {
    /// Begins a file; its size starts at 0 whatever `info.size` says.
    ///
    /// # Errors
    /// `Duplicate`; as above.
    pub async fn add_file(&mut self, info: &FileInfo) -> Result<(), StoreError> {
        self.scope.check(info.workspace)?;
        self.execute(
            "INSERT INTO file_blob (workspace_id, id, name, content_type, size, created_at) VALUES (?1, ?2, ?3, ?4, 0, ?5)",
            &[
                info.workspace.0.into(),
                info.id.into(),
                info.name.as_str().into(),
                info.content_type.as_str().into(),
                info.created_at.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Adds the chunk with this number, from 0.
    ///
    /// # Errors
    /// `Setup` when the file would be longer than [`FILE_BYTES_MAX`] or doesn't exist; `Bug` when the chunk is longer than
    /// [`FILE_CHUNK_BYTES_MAX`]; `Duplicate` when the number exists; as above.
    pub async fn add_file_chunk(
        &mut self,
        workspace: WorkspaceId,
        id: Uuid,
        number: i64,
        content: &[u8],
    ) -> Result<(), StoreError> {
        self.scope.check(workspace)?;
        if content.len() > FILE_CHUNK_BYTES_MAX {
            return Err(StoreError::bug(format!("a chunk of {} bytes", content.len())));
        }
        let length = i64::try_from(content.len()).unwrap_or(i64::MAX);
        let grown = self
            .execute(
                "UPDATE file_blob SET size = size + ?3 WHERE workspace_id = ?1 AND id = ?2 AND size <= ?4",
                &[workspace.0.into(), id.into(), length.into(), (FILE_BYTES_MAX - length).into()],
            )
            .await?;
        if grown == 0 {
            return Err(StoreError::setup(format!("no such file, or it would be longer than {FILE_BYTES_MAX} bytes")));
        }
        self.execute(
            "INSERT INTO file_chunk (workspace_id, file_id, number, content) VALUES (?1, ?2, ?3, ?4)",
            &[workspace.0.into(), id.into(), number.into(), content.into()],
        )
        .await?;
        Ok(())
    }

    /// What is known about a file.
    ///
    /// # Errors
    /// As above.
    pub async fn file(&mut self, workspace: WorkspaceId, id: Uuid) -> Result<Option<FileInfo>, StoreError> {
        self.scope.check(workspace)?;
        self.row(
            "SELECT id, workspace_id, name, content_type, size, created_at FROM file_blob \
             WHERE workspace_id = ?1 AND id = ?2",
            &[workspace.0.into(), id.into()],
            |row| {
                Ok(FileInfo {
                    id: row.id(0)?,
                    workspace: WorkspaceId(row.id(1)?),
                    name: row.string(2)?,
                    content_type: row.string(3)?,
                    size: row.int(4)?,
                    created_at: row.int(5)?,
                })
            },
        )
        .await
    }

    /// The chunk with this number; none after the last.
    ///
    /// # Errors
    /// As above.
    pub async fn file_chunk(
        &mut self,
        workspace: WorkspaceId,
        id: Uuid,
        number: i64,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        self.scope.check(workspace)?;
        let text = "SELECT content FROM file_chunk WHERE workspace_id = ?1 AND file_id = ?2 AND number = ?3";
        self.row(text, &[workspace.0.into(), id.into(), number.into()], |row| row.bytes(0)).await
    }

    /// Removes a file and its content; whether there was one.
    ///
    /// # Errors
    /// As above.
    pub async fn remove_file(&mut self, workspace: WorkspaceId, id: Uuid) -> Result<bool, StoreError> {
        self.scope.check(workspace)?;
        let params = [workspace.0.into(), id.into()];
        self.execute("DELETE FROM file_chunk WHERE workspace_id = ?1 AND file_id = ?2", &params).await?;
        Ok(self.execute("DELETE FROM file_blob WHERE workspace_id = ?1 AND id = ?2", &params).await? == 1)
    }
}
