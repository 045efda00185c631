//! Parameters and rows, the same for both engines. SQL is written with `?1`; PostgreSQL gets `$1` when a statement is
//! prepared, because there the translation vanishes beside the round trip.

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, Kind as PgKind, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::{error::StoreError, record::Value};

/// A bound parameter. Every integer column is 64 bits wide on both engines.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Param<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Id(Uuid),
    Bytes(&'a [u8]),
}

/// A parameter that waits for its statement to be sent.
#[derive(Debug, Clone)]
pub(crate) enum Owned {
    Null,
    Int(i64),
    Text(String),
    Id(Uuid),
    Bytes(Vec<u8>),
}

impl From<&Param<'_>> for Owned {
    fn from(param: &Param<'_>) -> Self {
        match *param {
            Param::Null => Self::Null,
            Param::Int(number) => Self::Int(number),
            Param::Text(text) => Self::Text(text.to_owned()),
            Param::Id(id) => Self::Id(id),
            Param::Bytes(bytes) => Self::Bytes(bytes.to_owned()),
        }
    }
}

impl Owned {
    pub(crate) fn lend(&self) -> Param<'_> {
        match self {
            Self::Null => Param::Null,
            Self::Int(number) => Param::Int(*number),
            Self::Text(text) => Param::Text(text),
            Self::Id(id) => Param::Id(*id),
            Self::Bytes(bytes) => Param::Bytes(bytes),
        }
    }
}

impl From<i64> for Param<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}
impl From<Uuid> for Param<'_> {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}
impl<'a> From<&'a str> for Param<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}
impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}
impl<'a, T: Into<Self>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Param::Null, Into::into)
    }
}
impl<'a> From<&'a Value> for Param<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Int(number) => Self::Int(*number),
            Value::Text(text) => Self::Text(text),
            Value::Id(id) => Self::Id(*id),
        }
    }
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Owned::Null),
            Self::Int(number) => ToSqlOutput::Owned(Owned::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Id(id) => ToSqlOutput::Borrowed(ValueRef::Blob(id.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        debug_assert!(!matches!(ty.kind(), PgKind::Composite(_)), "no composite columns");
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
            Self::Int(number) if *ty == Type::INT8 => number.to_sql(ty, out),
            Self::Text(text) if *ty == Type::TEXT => text.to_sql(ty, out),
            Self::Id(id) if *ty == Type::UUID => id.to_sql(ty, out),
            Self::Bytes(bytes) if *ty == Type::BYTEA => bytes.to_sql(ty, out),
            other => Err(format!("{other:?} can't be bound as {ty}").into()),
        }
    }

    fn accepts(_ty: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A row of either engine, lent to the closure that maps it.
pub(crate) enum RowRef<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

fn fault(index: usize, detail: impl std::fmt::Display) -> StoreError {
    StoreError::bug(format!("column {index}: {detail}"))
}

impl RowRef<'_> {
    pub(crate) fn int(&self, index: usize) -> Result<i64, StoreError> {
        self.opt_int(index)?.ok_or_else(|| fault(index, "null"))
    }

    pub(crate) fn opt_int(&self, index: usize) -> Result<Option<i64>, StoreError> {
        match self {
            Self::Sqlite(row) => row.get(index).map_err(|e| fault(index, e)),
            Self::Postgres(row) => row.try_get(index).map_err(|e| fault(index, e)),
        }
    }

    pub(crate) fn id(&self, index: usize) -> Result<Uuid, StoreError> {
        self.opt_id(index)?.ok_or_else(|| fault(index, "null"))
    }

    pub(crate) fn opt_id(&self, index: usize) -> Result<Option<Uuid>, StoreError> {
        match self {
            Self::Sqlite(row) => {
                let blob =
                    row.get_ref(index).and_then(|cell| Ok(cell.as_blob_or_null()?)).map_err(|e| fault(index, e))?;
                blob.map(Uuid::from_slice).transpose().map_err(|e| fault(index, e))
            }
            Self::Postgres(row) => row.try_get(index).map_err(|e| fault(index, e)),
        }
    }

    pub(crate) fn text(&self, index: usize) -> Result<&str, StoreError> {
        self.opt_text(index)?.ok_or_else(|| fault(index, "null"))
    }

    pub(crate) fn opt_text(&self, index: usize) -> Result<Option<&str>, StoreError> {
        match self {
            Self::Sqlite(row) => {
                row.get_ref(index).and_then(|cell| Ok(cell.as_str_or_null()?)).map_err(|e| fault(index, e))
            }
            Self::Postgres(row) => row.try_get(index).map_err(|e| fault(index, e)),
        }
    }

    pub(crate) fn string(&self, index: usize) -> Result<String, StoreError> {
        self.text(index).map(str::to_owned)
    }

    pub(crate) fn opt_string(&self, index: usize) -> Result<Option<String>, StoreError> {
        Ok(self.opt_text(index)?.map(str::to_owned))
    }

    pub(crate) fn bytes(&self, index: usize) -> Result<Vec<u8>, StoreError> {
        self.opt_bytes(index)?.ok_or_else(|| fault(index, "null"))
    }

    pub(crate) fn opt_bytes(&self, index: usize) -> Result<Option<Vec<u8>>, StoreError> {
        match self {
            Self::Sqlite(row) => row.get(index).map_err(|e| fault(index, e)),
            Self::Postgres(row) => row.try_get(index).map_err(|e| fault(index, e)),
        }
    }
}

/// `?1` as PostgreSQL writes it. No statement has a question mark elsewhere.
pub(crate) fn dollar_placeholders(sql: &str) -> String {
    sql.replace('?', "$")
}
