//! Migration 1. Released: never change it, add another one.

use super::ddl::{Dialect, Grant, Index, Table, index, unique};

const STANDARD: &str = "workspace_id {id} NOT NULL, id {id} NOT NULL, version {int} NOT NULL, position {int} NOT NULL, \
                        created_at {int} NOT NULL, updated_at {int} NOT NULL, deleted_at {int}, sort_key {text} NOT NULL, \
                        body {text} NOT NULL, money {text}";

fn read_table(name: &'static str, columns: &'static str, indexes: impl IntoIterator<Item = Index>) -> Table {
    let sorted = index("sorted", "(workspace_id, sort_key, id)");
    read_table_by_id(name, columns, indexes.into_iter().chain([sorted]))
}

/// A read table whose lists are ordered by id or by a column of its own: it needs no index on the sort key.
fn read_table_by_id(name: &'static str, columns: &'static str, indexes: impl IntoIterator<Item = Index>) -> Table {
    let comma = if columns.is_empty() { "" } else { ", " };
    let mut all = vec![index("changed", "(workspace_id, position)")];
    all.extend(indexes);
    Table {
        name,
        columns: format!("{STANDARD}{comma}{columns}, PRIMARY KEY (workspace_id, id)"),
        tenant: true,
        partitioned: true,
        grant: Grant::All,
        indexes: all,
    }
}

fn read_tables() -> Vec<Table> {
    let external = || index("external", "(workspace_id, external_id) WHERE external_id IS NOT NULL");
    vec![
        read_table("r_workspace", "slug {text}", [index("slug", "(workspace_id, slug)")]),
        read_table(
            "r_membership",
            "user_id {id}, role {text}",
            [unique("one_per_user", "(workspace_id, user_id) WHERE deleted_at IS NULL"), index("user", "(user_id)")],
        ),
        read_table(
            "r_person",
            "user_id {id}, email {text}, external_id {text}, placeholder {int}",
            [
                index("user", "(workspace_id, user_id) WHERE user_id IS NOT NULL"),
                index("email", "(workspace_id, email) WHERE email IS NOT NULL"),
                external(),
            ],
        ),
        read_table(
            "r_time_off",
            "person_id {id}, starts_on {int}, ends_on {int}, status {text}",
            [index("person", "(workspace_id, person_id, ends_on)"), index("ends", "(workspace_id, ends_on)")],
        ),
        read_table(
            "r_project",
            "code {text}, client_id {id}, external_id {text}",
            [
                index("code", "(workspace_id, code) WHERE code IS NOT NULL"),
                index("client", "(workspace_id, client_id) WHERE client_id IS NOT NULL"),
                external(),
            ],
        ),
        read_table_by_id(
            "r_assignment",
            "person_id {id}, project_id {id}, role_id {id}, starts_on {int}, ends_on {int}, tentative {int}, \
             external_id {text}",
            [
                index("person", "(workspace_id, person_id, ends_on)"),
                index("project", "(workspace_id, project_id)"),
                external(),
            ],
        ),
        read_table("r_client", "external_id {text}", [external()]),
        read_table("r_team", "", []),
        read_table("r_skill", "", []),
        read_table("r_role", "", []),
        read_table("r_calendar", "external_id {text}", [external()]),
        read_table("r_holiday", "region {text}, on_day {int}", [index("day", "(workspace_id, region, on_day)")]),
        read_table(
            "r_user",
            "email {text}",
            [unique("one_per_email", "(workspace_id, email) WHERE deleted_at IS NULL")],
        ),
        read_table("r_session", "user_id {id}", [index("user", "(workspace_id, user_id)")]),
        read_table("r_import", "status {text}", []),
    ]
}

fn log_tables(dialect: Dialect) -> Vec<Table> {
    let facts = "workspace_id {id} NOT NULL, stream_kind {text} NOT NULL, stream_id {id} NOT NULL, version {int} NOT NULL, \
                 event_id {id} NOT NULL, type {text} NOT NULL, schema_version {int} NOT NULL, recorded_at {int} NOT NULL, \
                 actor_id {id}, import_id {id}, trace {text}, payload {text} NOT NULL";
    let (columns, mut indexes) = match dialect {
        Dialect::Sqlite => {
            (format!("position INTEGER PRIMARY KEY, {facts}"), vec![index("by_workspace", "(workspace_id, position)")])
        }
        Dialect::Postgres => (
            format!(
                "position {{int}} NOT NULL, commit_order {{int}} NOT NULL, {facts}, PRIMARY KEY (workspace_id, position)"
            ),
            vec![index("in_order", "(commit_order, position)")],
        ),
    };
    indexes.push(unique("one_per_version", "(workspace_id, stream_id, version)"));
    indexes.push(index("import", "(workspace_id, import_id, position) WHERE import_id IS NOT NULL"));
    let order = if dialect == Dialect::Postgres { ", commit_order {int} NOT NULL DEFAULT 0" } else { "" };
    vec![
        Table { name: "event", columns, tenant: true, partitioned: true, grant: Grant::ReadAndAppend, indexes },
        Table {
            name: "workspace_head",
            columns: format!(
                "workspace_id {{id}} NOT NULL PRIMARY KEY, position {{int}} NOT NULL, recorded_at {{int}} NOT NULL, \
                 sealed_position {{int}} NOT NULL DEFAULT 0{order}"
            ),
            tenant: true,
            partitioned: false,
            grant: Grant::All,
            indexes: vec![index("unsealed", "(workspace_id) WHERE position > sealed_position")],
        },
    ]
}

fn plain(name: &'static str, columns: &'static str, tenant: bool, indexes: Vec<Index>) -> Table {
    Table { name, columns: columns.to_owned(), tenant, partitioned: false, grant: Grant::All, indexes }
}

#[expect(clippy::too_many_lines, reason = "a list of tables, frozen with this migration")]
fn side_tables() -> Vec<Table> {
    vec![
        plain(
            "idempotency",
            "workspace_id {id} NOT NULL, user_id {id} NOT NULL, request_key {text} NOT NULL, request_hash {bytes} NOT NULL, \
             status {int} NOT NULL, body {text} NOT NULL, created_at {int} NOT NULL, \
             PRIMARY KEY (workspace_id, user_id, request_key)",
            true,
            vec![index("created", "(created_at)")],
        ),
        plain(
            "seal",
            "workspace_id {id} NOT NULL, from_position {int} NOT NULL, to_position {int} NOT NULL, \
             event_count {int} NOT NULL, root_hash {bytes} NOT NULL, previous_hash {bytes} NOT NULL, \
             sealed_at {int} NOT NULL, PRIMARY KEY (workspace_id, to_position)",
            true,
            vec![],
        ),
        plain(
            "checkpoint",
            "workspace_id {id} NOT NULL, position {int} NOT NULL, hash {bytes} NOT NULL, signature {bytes} NOT NULL, \
             key_id {text} NOT NULL, signed_at {int} NOT NULL, PRIMARY KEY (workspace_id, position)",
            true,
            vec![],
        ),
        plain(
            "subject_key",
            "subject_id {id} NOT NULL, workspace_id {id} NOT NULL, sealed_key {bytes}, erased_at {int}, \
             PRIMARY KEY (workspace_id, subject_id)",
            true,
            vec![],
        ),
        plain(
            "setting",
            "workspace_id {id} NOT NULL, name {text} NOT NULL, value {text} NOT NULL, PRIMARY KEY (workspace_id, name)",
            true,
            vec![],
        ),
        plain(
            "import_mapping",
            "workspace_id {id} NOT NULL, name {text} NOT NULL, body {text} NOT NULL, PRIMARY KEY (workspace_id, name)",
            true,
            vec![],
        ),
        plain(
            "job",
            "id {id} NOT NULL, workspace_id {id} NOT NULL, kind {text} NOT NULL, state {text} NOT NULL, \
             progress_done {int} NOT NULL, progress_total {int} NOT NULL, input {text} NOT NULL, result {text}, \
             created_by {id}, created_at {int} NOT NULL, updated_at {int} NOT NULL, attempts {int} NOT NULL, \
             lease_owner {text}, lease_until {int}, PRIMARY KEY (workspace_id, id)",
            true,
            vec![index("due", "(kind, created_at) WHERE state IN ('queued', 'running')")],
        ),
        plain(
            "join_link",
            "token_hash {bytes} NOT NULL UNIQUE, workspace_id {id} NOT NULL, id {id} NOT NULL, role {text} NOT NULL, \
             created_by {id} NOT NULL, created_at {int} NOT NULL, expires_at {int} NOT NULL, used_at {int}, used_by {id}, \
             revoked_at {int}, PRIMARY KEY (workspace_id, id)",
            true,
            vec![],
        ),
        plain(
            "file_blob",
            "workspace_id {id} NOT NULL, id {id} NOT NULL, name {text} NOT NULL, content_type {text} NOT NULL, \
             size {int} NOT NULL, created_at {int} NOT NULL, PRIMARY KEY (workspace_id, id)",
            true,
            vec![],
        ),
        plain(
            "file_chunk",
            "workspace_id {id} NOT NULL, file_id {id} NOT NULL, number {int} NOT NULL, content {bytes} NOT NULL, \
             PRIMARY KEY (workspace_id, file_id, number)",
            true,
            vec![],
        ),
        plain(
            "credential",
            "user_id {id} NOT NULL PRIMARY KEY, password_hash {text} NOT NULL, changed_at {int} NOT NULL",
            false,
            vec![],
        ),
        plain(
            "signing_key",
            "kid {text} NOT NULL PRIMARY KEY, sealed_private {bytes} NOT NULL, public {bytes} NOT NULL, \
             created_at {int} NOT NULL, retired_at {int}",
            false,
            vec![],
        ),
        plain(
            "refresh",
            "session_id {id} NOT NULL PRIMARY KEY, generation {int} NOT NULL, rotated_at {int} NOT NULL",
            false,
            vec![],
        ),
        plain(
            "throttle",
            "throttle_key {text} NOT NULL PRIMARY KEY, window_start {int} NOT NULL, failures {int} NOT NULL",
            false,
            vec![index("started", "(window_start)")],
        ),
        plain(
            "lease",
            "name {text} NOT NULL PRIMARY KEY, owner {text} NOT NULL, token {int} NOT NULL, until_at {int} NOT NULL",
            false,
            vec![],
        ),
    ]
}

pub(super) fn statements(dialect: Dialect) -> Vec<String> {
    let ledger = Table {
        name: "schema_migration",
        columns: "version {int} NOT NULL PRIMARY KEY, name {text} NOT NULL, mode {text} NOT NULL, \
                  oldest_safe_build {text} NOT NULL, applied_at {int} NOT NULL, applied_by {text} NOT NULL"
            .to_owned(),
        tenant: false,
        partitioned: false,
        grant: Grant::Read,
        indexes: vec![],
    };
    let mut all = ledger.statements(dialect);
    if dialect == Dialect::Postgres {
        let role = crate::postgres::APP_ROLE;
        all.push("CREATE SEQUENCE event_position AS BIGINT".to_owned());
        all.push(format!("GRANT USAGE ON SEQUENCE event_position TO {role}"));
        all.push(format!("GRANT USAGE ON SCHEMA public TO {role}"));
    }
    for table in log_tables(dialect).into_iter().chain(read_tables()).chain(side_tables()) {
        all.extend(table.statements(dialect));
    }
    all
}
