//! Read rows: get, lock, list, count and put.

use raally_domain::{ids::WorkspaceId, kind::Kind};
use uuid::Uuid;

use super::Tx;
use crate::{
    error::StoreError,
    query::Query,
    record::{Columns, Record, RowView, Value},
    row::{Param, RowRef},
    select::{Select, needle},
    tables::{ColumnType, ReadTable, STANDARD, read_table, statements},
};

impl Tx<'_> {
    /// The row of the scope's own partition, tombstones included.
    ///
    /// # Errors
    /// `Unavailable`, `Overloaded`.
    pub async fn get(&mut self, kind: Kind, id: Uuid) -> Result<Option<Record>, StoreError> {
        self.get_in(self.home(), kind, id).await
    }

    /// The row of a named partition.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn get_in(&mut self, workspace: WorkspaceId, kind: Kind, id: Uuid) -> Result<Option<Record>, StoreError> {
        self.scope.check(workspace)?;
        let table = read_table(kind);
        self.row(&statements(kind).get, &[workspace.0.into(), id.into()], |row| record(&table, row)).await
    }

    /// Lends one row of the scope's own partition to `each` without copying its document; whether there was one.
    ///
    /// # Errors
    /// `Unavailable`, `Overloaded`.
    pub async fn visit_one(
        &mut self,
        kind: Kind,
        id: Uuid,
        mut each: impl FnMut(RowView<'_>) + Send,
    ) -> Result<bool, StoreError> {
        let mut found = false;
        let home = self.home();
        self.each_row(&statements(kind).get_view, &[home.0.into(), id.into()], &mut |row| {
            each(view(row)?);
            found = true;
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// Locks read rows against other works until this one ends, in id order whatever order is given, so that two works
    /// never wait for each other. Ids without a row are skipped. Nothing to do where works are serial ([`Tx::batch`]).
    /// Read the rows after locking, not before.
    ///
    /// # Errors
    /// `Overloaded` when the wait is longer than `lock_wait_max`; `Unavailable`.
    pub async fn lock(&mut self, kind: Kind, ids: &[Uuid]) -> Result<(), StoreError> {
        if self.batch().is_some() || !self.on_postgres() {
            return Ok(());
        }
        let mut ordered = ids.to_vec();
        ordered.sort_unstable();
        ordered.dedup();
        let home = self.home();
        for id in ordered {
            self.each_row(&statements(kind).lock, &[home.0.into(), id.into()], &mut |_| Ok(())).await?;
        }
        Ok(())
    }

    /// The rows of a page, in order.
    ///
    /// # Errors
    /// `Bug` when a column isn't one of the kind's; `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn list(&mut self, query: &Query) -> Result<Vec<Record>, StoreError> {
        let needle = needle(query);
        let select =
            Select::build(query, needle.as_deref(), self.scope, &statements(query.kind).select, self.on_postgres())?;
        let table = read_table(query.kind);
        self.rows(&select.text, &select.params, |row| record(&table, row)).await
    }

    /// Lends the rows of a page to `each`, in order, without copying their documents; how many there were.
    ///
    /// # Errors
    /// As [`Tx::list`].
    pub async fn visit(&mut self, query: &Query, mut each: impl FnMut(RowView<'_>) + Send) -> Result<u64, StoreError> {
        let needle = needle(query);
        let select =
            Select::build(query, needle.as_deref(), self.scope, &statements(query.kind).view, self.on_postgres())?;
        let mut count = 0;
        self.each_row(&select.text, &select.params, &mut |row| {
            each(view(row)?);
            count += 1;
            Ok(())
        })
        .await?;
        Ok(count)
    }

    /// How many rows the query's conditions match; its page (`after`, `limit`, order) is ignored.
    ///
    /// # Errors
    /// As [`Tx::list`].
    pub async fn count(&mut self, query: &Query) -> Result<u64, StoreError> {
        let needle = needle(query);
        let select =
            Select::count(query, needle.as_deref(), self.scope, read_table(query.kind).table, self.on_postgres())?;
        let count = self.row(&select.text, &select.params, |row| row.int(0)).await?.unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Writes a read row, replacing the row of the same workspace and id. The sort key is stored in lower case.
    ///
    /// # Errors
    /// `Duplicate` when a living row has the same unique column (user's e-mail, membership's user); `Bug` when a column
    /// isn't one of the kind's; `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn put(&mut self, kind: Kind, record: &Record) -> Result<(), StoreError> {
        self.scope.check(record.workspace)?;
        let table = read_table(kind);
        if let Some((name, _)) = record.columns.iter().find(|(name, _)| table.column(name).is_none()) {
            return Err(StoreError::bug(format!("{} has no column {name}", table.table)));
        }
        let folded = record.sort_key.to_lowercase();
        let mut params: Vec<Param<'_>> = Vec::with_capacity(STANDARD.len() + table.columns.len());
        params.extend([
            Param::Id(record.workspace.0),
            Param::Id(record.id),
            Param::Int(record.version),
            Param::Int(record.position),
            Param::Int(record.created_at),
            Param::Int(record.updated_at),
            record.deleted_at.into(),
            Param::Text(&folded),
            Param::Text(&record.body),
            record.money.as_deref().into(),
        ]);
        params.extend(table.columns.iter().map(|(name, _)| Param::from(record.columns.get(name))));
        let put = &statements(kind).put;
        if table.has_unique_column() {
            self.execute(put, &params).await.map(|_| ())
        } else {
            self.execute_later(put, &params).await
        }
    }
}

fn view<'r>(row: &'r RowRef<'_>) -> Result<RowView<'r>, StoreError> {
    Ok(RowView {
        id: row.id(0)?,
        version: row.int(1)?,
        position: row.int(2)?,
        deleted_at: row.opt_int(3)?,
        sort_key: row.text(4)?,
        body: row.text(5)?,
        money: row.opt_text(6)?,
    })
}

pub(super) fn record(table: &ReadTable, row: &RowRef<'_>) -> Result<Record, StoreError> {
    let mut columns = Columns::with_capacity(table.columns.len());
    for (offset, (name, kind)) in table.columns.iter().enumerate() {
        let index = STANDARD.len() + offset;
        let value = match kind {
            ColumnType::Int => row.opt_int(index)?.map_or(Value::Null, Value::Int),
            ColumnType::Text => row.opt_string(index)?.map_or(Value::Null, Value::Text),
            ColumnType::Id => row.opt_id(index)?.map_or(Value::Null, Value::Id),
        };
        columns.push_unchecked(name, value);
    }
    Ok(Record {
        workspace: WorkspaceId(row.id(0)?),
        id: row.id(1)?,
        version: row.int(2)?,
        position: row.int(3)?,
        created_at: row.int(4)?,
        updated_at: row.int(5)?,
        deleted_at: row.opt_int(6)?,
        sort_key: row.string(7)?,
        body: row.string(8)?,
        money: row.opt_string(9)?,
        columns,
    })
}
