//! The read tables: one per kind, the standard columns plus the index columns named here. A column added here needs a
//! migration that adds it to databases that exist; a test compares the two.

use std::sync::LazyLock;

use raally_domain::kind::Kind;

/// Type of an index column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// 64-bit integer: days, microseconds, flags.
    Int,
    /// Text, compared byte by byte.
    Text,
    /// UUID.
    Id,
}

/// What a kind's read table has beside the standard columns.
#[derive(Debug, Clone, Copy)]
pub struct ReadTable {
    /// The kind.
    pub kind: Kind,
    /// Name of the table.
    pub table: &'static str,
    /// Index columns; all may be NULL.
    pub columns: &'static [(&'static str, ColumnType)],
}

impl ReadTable {
    /// The column of this name, with its own static name.
    pub(crate) fn column(&self, name: &str) -> Option<(&'static str, ColumnType)> {
        self.columns.iter().copied().find(|(known, _)| *known == name)
    }

    /// Whether two living rows may not agree in a column: then a put can be refused, and whoever puts waits for the answer.
    pub(crate) const fn has_unique_column(&self) -> bool {
        matches!(self.kind, Kind::Membership | Kind::User)
    }
}

use ColumnType::{Id, Int, Text};

/// The read table of a kind.
#[must_use]
pub const fn read_table(kind: Kind) -> ReadTable {
    let (table, columns): (&'static str, &'static [(&'static str, ColumnType)]) = match kind {
        Kind::Workspace => ("r_workspace", &[("slug", Text)]),
        Kind::Membership => ("r_membership", &[("user_id", Id), ("role", Text)]),
        Kind::Person => ("r_person", &[("user_id", Id), ("email", Text), ("external_id", Text), ("placeholder", Int)]),
        Kind::TimeOff => ("r_time_off", &[("person_id", Id), ("starts_on", Int), ("ends_on", Int), ("status", Text)]),
        Kind::Project => ("r_project", &[("code", Text), ("client_id", Id), ("external_id", Text)]),
        Kind::Assignment => (
            "r_assignment",
            &[
                ("person_id", Id),
                ("project_id", Id),
                ("role_id", Id),
                ("starts_on", Int),
                ("ends_on", Int),
                ("tentative", Int),
                ("external_id", Text),
            ],
        ),
        Kind::Client => ("r_client", &[("external_id", Text)]),
        Kind::Team => ("r_team", &[]),
        Kind::Skill => ("r_skill", &[]),
        Kind::Role => ("r_role", &[]),
        Kind::Calendar => ("r_calendar", &[("external_id", Text)]),
        Kind::Holiday => ("r_holiday", &[("region", Text), ("on_day", Int)]),
        Kind::User => ("r_user", &[("email", Text)]),
        Kind::Session => ("r_session", &[("user_id", Id)]),
        Kind::Import => ("r_import", &[("status", Text)]),
    };
    ReadTable { kind, table, columns }
}

/// The standard columns, in the order of every SELECT and INSERT.
pub(crate) const STANDARD: [&str; 10] = [
    "workspace_id",
    "id",
    "version",
    "position",
    "created_at",
    "updated_at",
    "deleted_at",
    "sort_key",
    "body",
    "money",
];

/// Statements of one read table, built once.
#[derive(Debug)]
pub(crate) struct Statements {
    /// `SELECT every column FROM table`, without a condition.
    pub(crate) select: String,
    /// `SELECT the columns of a RowView FROM table`.
    pub(crate) view: String,
    pub(crate) get: String,
    pub(crate) get_view: String,
    pub(crate) put: String,
    pub(crate) lock: String,
    pub(crate) dump: String,
    pub(crate) clear: String,
}

static STATEMENTS: LazyLock<Vec<Statements>> =
    LazyLock::new(|| Kind::ALL.into_iter().map(|kind| build(&read_table(kind))).collect());

pub(crate) fn statements(kind: Kind) -> &'static Statements {
    let index = Kind::ALL.iter().position(|known| *known == kind).expect("Kind::ALL has every kind");
    &STATEMENTS[index]
}

fn build(descriptor: &ReadTable) -> Statements {
    let table = descriptor.table;
    let names: Vec<&str> = STANDARD.into_iter().chain(descriptor.columns.iter().map(|(name, _)| *name)).collect();
    let all = names.join(", ");
    let places = (1..=names.len()).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ");
    let updates = names[2..].iter().map(|name| format!("{name} = excluded.{name}")).collect::<Vec<_>>().join(", ");
    let view_columns = "id, version, position, deleted_at, sort_key, body, money";
    let by_id = "WHERE workspace_id = ?1 AND id = ?2";
    Statements {
        select: format!("SELECT {all} FROM {table}"),
        view: format!("SELECT {view_columns} FROM {table}"),
        get: format!("SELECT {all} FROM {table} {by_id}"),
        get_view: format!("SELECT {view_columns} FROM {table} {by_id}"),
        put: format!(
            "INSERT INTO {table} ({all}) VALUES ({places}) ON CONFLICT (workspace_id, id) DO UPDATE SET {updates}"
        ),
        lock: format!("SELECT id FROM {table} {by_id} FOR UPDATE"),
        dump: format!("SELECT {all} FROM {table} ORDER BY workspace_id, id"),
        clear: format!("DELETE FROM {table} WHERE workspace_id = ?1"),
    }
}
