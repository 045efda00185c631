//! Rows of the read tables: the standard columns that each kind has, and the few index columns of its own.

use raally_domain::ids::WorkspaceId;
use uuid::Uuid;

/// A value of an index column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Nothing.
    Null,
    /// Whole number: days since 1970-01-01, microseconds, flags (0 or 1).
    Int(i64),
    /// Text.
    Text(String),
    /// Identifier.
    Id(Uuid),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}
impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Int(i64::from(number))
    }
}
impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Int(i64::from(flag))
    }
}
impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}
impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The index columns of one row, by the names in the kind's descriptor. A name that is left out is NULL.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns(Vec<(&'static str, Value)>);

impl Columns {
    /// No columns.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The same columns with `name` set to `value`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// Sets `name` to `value`, replacing an earlier value.
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        let value = value.into();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some(slot) => slot.1 = value,
            None => self.0.push((name, value)),
        }
    }

    /// The value of `name`; `Null` when it was not set.
    #[must_use]
    pub fn get(&self, name: &str) -> &Value {
        self.0.iter().find(|(known, _)| *known == name).map_or(&Value::Null, |(_, value)| value)
    }

    /// The id in `name`, if it is one.
    #[must_use]
    pub fn id(&self, name: &str) -> Option<Uuid> {
        if let Value::Id(id) = self.get(name) { Some(*id) } else { None }
    }

    /// The number in `name`, if it is one.
    #[must_use]
    pub fn int(&self, name: &str) -> Option<i64> {
        if let Value::Int(number) = self.get(name) { Some(*number) } else { None }
    }

    /// The text in `name`, if it is one.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        if let Value::Text(text) = self.get(name) { Some(text) } else { None }
    }

    /// Names and values in the order in which they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    pub(crate) fn push_unchecked(&mut self, name: &'static str, value: Value) {
        self.0.push((name, value));
    }
}

/// One row of a read table. Instants are microseconds since the epoch, UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The stream's id.
    pub id: Uuid,
    /// The stream's version after its last event.
    pub version: i64,
    /// Log position of the last event that changed the row.
    pub position: i64,
    /// When the first event was recorded.
    pub created_at: i64,
    /// When the last event was recorded.
    pub updated_at: i64,
    /// When it was deleted, if it is (a tombstone).
    pub deleted_at: Option<i64>,
    /// What lists are ordered and searched by. Stored in Unicode lower case; compared byte by byte.
    pub sort_key: String,
    /// JSON, exactly as the API answers it.
    pub body: String,
    /// JSON of the part that needs a permission to see (pay, rates, budgets).
    pub money: Option<String>,
    /// Index columns.
    pub columns: Columns,
}

/// One row as [`crate::Tx::visit`] lends it: no copy of the document is made.
#[derive(Debug, Clone, Copy)]
pub struct RowView<'r> {
    /// The stream's id.
    pub id: Uuid,
    /// The stream's version.
    pub version: i64,
    /// Log position of the last change.
    pub position: i64,
    /// When it was deleted.
    pub deleted_at: Option<i64>,
    /// Sort key, lower case.
    pub sort_key: &'r str,
    /// JSON document.
    pub body: &'r str,
    /// JSON of the restricted part.
    pub money: Option<&'r str>,
}
