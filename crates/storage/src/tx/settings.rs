//! Small named values of a workspace: settings, and the saved column mappings of imports.

use raally_domain::ids::WorkspaceId;

use super::Tx;
use crate::error::StoreError;

/// All fail with `OutOfScope`, `Unavailable` or `Overloaded`.
impl Tx<'_> {
    /// A setting's value.
    ///
    /// # Errors
    /// As above.
    pub async fn setting(&mut self, workspace: WorkspaceId, name: &str) -> Result<Option<String>, StoreError> {
        self.named("SELECT value FROM setting WHERE workspace_id = ?1 AND name = ?2", workspace, name).await
    }

    /// Sets a setting.
    ///
    /// # Errors
    /// As above.
    pub async fn put_setting(&mut self, workspace: WorkspaceId, name: &str, value: &str) -> Result<(), StoreError> {
        self.put_named(
            "INSERT INTO setting (workspace_id, name, value) VALUES (?1, ?2, ?3) \
             ON CONFLICT (workspace_id, name) DO UPDATE SET value = excluded.value",
            workspace,
            name,
            value,
        )
        .await
    }

    /// All settings of a workspace, by name.
    ///
    /// # Errors
    /// As above.
    pub async fn settings(&mut self, workspace: WorkspaceId) -> Result<Vec<(String, String)>, StoreError> {
        self.all_named("SELECT name, value FROM setting WHERE workspace_id = ?1 ORDER BY name", workspace).await
    }

    /// Removes a setting; whether there was one.
    ///
    /// # Errors
    /// As above.
    pub async fn remove_setting(&mut self, workspace: WorkspaceId, name: &str) -> Result<bool, StoreError> {
        self.remove_named("DELETE FROM setting WHERE workspace_id = ?1 AND name = ?2", workspace, name).await
    }

    /// A saved import mapping, JSON.
    ///
    /// # Errors
    /// As above.
    pub async fn import_mapping(&mut self, workspace: WorkspaceId, name: &str) -> Result<Option<String>, StoreError> {
        self.named("SELECT body FROM import_mapping WHERE workspace_id = ?1 AND name = ?2", workspace, name).await
    }

    /// Saves an import mapping under a name.
    ///
    /// # Errors
    /// As above.
    pub async fn put_import_mapping(
        &mut self,
        workspace: WorkspaceId,
        name: &str,
        body: &str,
    ) -> Result<(), StoreError> {
        self.put_named(
            "INSERT INTO import_mapping (workspace_id, name, body) VALUES (?1, ?2, ?3) \
             ON CONFLICT (workspace_id, name) DO UPDATE SET body = excluded.body",
            workspace,
            name,
            body,
        )
        .await
    }

    /// All saved import mappings of a workspace, by name.
    ///
    /// # Errors
    /// As above.
    pub async fn import_mappings(&mut self, workspace: WorkspaceId) -> Result<Vec<(String, String)>, StoreError> {
        self.all_named("SELECT name, body FROM import_mapping WHERE workspace_id = ?1 ORDER BY name", workspace).await
    }

    /// Removes a saved import mapping; whether there was one.
    ///
    /// # Errors
    /// As above.
    pub async fn remove_import_mapping(&mut self, workspace: WorkspaceId, name: &str) -> Result<bool, StoreError> {
        self.remove_named("DELETE FROM import_mapping WHERE workspace_id = ?1 AND name = ?2", workspace, name).await
    }

    async fn named(&mut self, sql: &str, workspace: WorkspaceId, name: &str) -> Result<Option<String>, StoreError> {
        self.scope.check(workspace)?;
        self.row(sql, &[workspace.0.into(), name.into()], |row| row.string(0)).await
    }

    async fn put_named(&mut self, sql: &str, workspace: WorkspaceId, name: &str, text: &str) -> Result<(), StoreError> {
        self.scope.check(workspace)?;
        self.execute(sql, &[workspace.0.into(), name.into(), text.into()]).await?;
        Ok(())
    }

    async fn all_named(&mut self, sql: &str, workspace: WorkspaceId) -> Result<Vec<(String, String)>, StoreError> {
        self.scope.check(workspace)?;
        self.rows(sql, &[workspace.0.into()], |row| Ok((row.string(0)?, row.string(1)?))).await
    }

    async fn remove_named(&mut self, sql: &str, workspace: WorkspaceId, name: &str) -> Result<bool, StoreError> {
        self.scope.check(workspace)?;
        Ok(self.execute(sql, &[workspace.0.into(), name.into()]).await? == 1)
    }
}
