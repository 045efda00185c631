//! Migration 2. On SQLite a booking no longer keeps indexes by person and project: their places are spread at random over
//! all bookings, so that each cost a page of the log. The plan in memory knows whose a booking is; removed ones, which
//! no plan has, get a small index of their own.

use super::ddl::Dialect;

pub(super) fn statements(dialect: Dialect) -> Vec<String> {
    match dialect {
        Dialect::Sqlite => vec![
            "DROP INDEX IF EXISTS r_assignment_person".to_owned(),
            "DROP INDEX IF EXISTS r_assignment_project".to_owned(),
            "CREATE INDEX r_assignment_removed ON r_assignment (workspace_id, id) WHERE deleted_at IS NOT NULL"
                .to_owned(),
        ],
        // Many writers, and a server of its own: clashes are judged there by these indexes.
        Dialect::Postgres => Vec::new(),
    }
}
