//! What a rebuild of the read tables needs: emptying them, and a canonical text of them to compare byte by byte.

use raally_domain::{ids::WorkspaceId, kind::Kind};

use super::{Tx, records::record};
use crate::{
    error::StoreError,
    record::Value,
    tables::{read_table, statements},
};

impl Tx<'_> {
    /// Empties the read tables of these kinds for one workspace. Whoever calls it fills them again from the log in the same
    /// transaction.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn clear_read_tables(&mut self, workspace: WorkspaceId, kinds: &[Kind]) -> Result<(), StoreError> {
        self.scope.check(workspace)?;
        for kind in kinds {
            self.execute(&statements(*kind).clear, &[workspace.0.into()]).await?;
        }
        Ok(())
    }

    /// Every row of these kinds over all workspaces (platform scope), one JSON array per line in workspace and id order:
    /// the same bytes for the same rows on both engines.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn dump_read_tables(
        &mut self,
        kinds: &[Kind],
        mut each_line: impl FnMut(&str) + Send,
    ) -> Result<(), StoreError> {
        self.platform_only()?;
        for kind in kinds {
            let table = read_table(*kind);
            self.each_row(&statements(*kind).dump, &[], &mut |row| {
                let row = record(&table, row)?;
                let columns: Vec<serde_json::Value> = row
                    .columns
                    .iter()
                    .map(|(_, value)| match value {
                        Value::Null => serde_json::Value::Null,
                        Value::Int(number) => (*number).into(),
                        Value::Text(text) => text.as_str().into(),
                        Value::Id(id) => id.to_string().into(),
                    })
                    .collect();
                let line = serde_json::json!([
                    kind.name(),
                    row.workspace.to_string(),
                    row.id.to_string(),
                    row.version,
                    row.position,
                    row.created_at,
                    row.updated_at,
                    row.deleted_at,
                    row.sort_key,
                    row.body,
                    row.money,
                    columns
                ]);
                each_line(&line.to_string());
                Ok(())
            })
            .await?;
        }
        Ok(())
    }
}
