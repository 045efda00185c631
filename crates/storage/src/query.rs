//! A list of read rows: filters, search, order and the page.

use raally_domain::{ids::WorkspaceId, kind::Kind};
use uuid::Uuid;

use crate::record::{Record, Value};

/// How a column is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Equal; with `Value::Null`: is null.
    Eq,
    /// Different and not null; with `Value::Null`: is not null.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

/// One condition; all must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// An index column of the kind, or `id`, `version`, `created_at`, `updated_at`, `position`.
    Is(&'static str, Op, Value),
    /// The column is one of these. An empty list matches nothing. At most [`IN_LIST_MAX`].
    In(&'static str, Vec<Value>),
}

/// Longest list of a [`Filter::In`].
pub const IN_LIST_MAX: usize = 1024;

/// Largest `limit` of a query.
pub const LIST_LIMIT_MAX: u32 = 100_000;

/// Whether tombstones are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deleted {
    /// Living rows.
    #[default]
    Exclude,
    /// Tombstones.
    Only,
    /// Both.
    Include,
}

/// What a list is ordered by; the id breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OrderBy {
    /// The sort key, byte by byte.
    #[default]
    SortKey,
    /// The id, which for version 7 is the time of creation.
    Id,
    /// Position of the last change: for `updatedSince` and for keeping a view up to date.
    Position,
    /// An index column of the kind; rows where it is NULL are left out.
    Column(&'static str),
}

/// The last row of the page before: the value that the list is ordered by, and the id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// Value of the order's column; ignored when ordered by id.
    pub key: Value,
    /// Id of that row.
    pub id: Uuid,
}

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Partition {
    /// The scope's own: the workspace, or the platform partition.
    #[default]
    Home,
    /// This one; in the platform scope any may be named.
    In(WorkspaceId),
    /// All workspaces; platform scope only ("which workspaces does this user belong to").
    All,
}

/// A page of read rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Which read table.
    pub kind: Kind,
    /// Which tenant.
    pub partition: Partition,
    /// All must hold.
    pub filters: Vec<Filter>,
    /// Case-insensitive "contains" on the sort key.
    pub text: Option<String>,
    /// Tombstones.
    pub deleted: Deleted,
    /// Only rows that changed after this position.
    pub position_after: Option<i64>,
    /// Order.
    pub order: OrderBy,
    /// Greatest first.
    pub descending: bool,
    /// Rows after this one, in the given order.
    pub after: Option<After>,
    /// At most so many rows, up to [`LIST_LIMIT_MAX`].
    pub limit: u32,
}

impl Query {
    /// The living rows of a kind by sort key, at most [`LIST_LIMIT_MAX`].
    #[must_use]
    pub const fn new(kind: Kind) -> Self {
        Self {
            kind,
            partition: Partition::Home,
            filters: Vec::new(),
            text: None,
            deleted: Deleted::Exclude,
            position_after: None,
            order: OrderBy::SortKey,
            descending: false,
            after: None,
            limit: LIST_LIMIT_MAX,
        }
    }

    /// Adds a comparison.
    #[must_use]
    pub fn filter(mut self, column: &'static str, op: Op, value: impl Into<Value>) -> Self {
        self.filters.push(Filter::Is(column, op, value.into()));
        self
    }

    /// Adds "is one of".
    #[must_use]
    pub fn one_of(mut self, column: &'static str, values: impl IntoIterator<Item = impl Into<Value>>) -> Self {
        self.filters.push(Filter::In(column, values.into_iter().map(Into::into).collect()));
        self
    }

    /// Sets the order.
    #[must_use]
    pub const fn order(mut self, order: OrderBy) -> Self {
        self.order = order;
        self
    }

    /// Sets which tombstones are listed.
    #[must_use]
    pub const fn deleted(mut self, deleted: Deleted) -> Self {
        self.deleted = deleted;
        self
    }

    /// Sets the bound.
    #[must_use]
    pub const fn limit(mut self, limit: u32) -> Self {
        self.limit = limit;
        self
    }

    /// Sets the partition.
    #[must_use]
    pub const fn partition(mut self, partition: Partition) -> Self {
        self.partition = partition;
        self
    }

    /// Where the page after `record` begins.
    #[must_use]
    pub fn after_record(&self, record: &Record) -> After {
        let key = match self.order {
            OrderBy::SortKey => Value::Text(record.sort_key.clone()),
            OrderBy::Id => Value::Id(record.id),
            OrderBy::Position => Value::Int(record.position),
            OrderBy::Column(name) => record.columns.get(name).clone(),
        };
        After { key, id: record.id }
    }
}
