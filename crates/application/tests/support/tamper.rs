//! The hand of somebody with full access to the database: SQL past the program, on either engine.

use raally_domain::ids::WorkspaceId;
use raally_storage::testing::TestStore;
use raally_storage::testing::server::PostgresServer;
use raally_storage::{EventQuery, Location, Scope, StoredEvent};

/// The columns of an event but its position.
const COLUMNS: &str = "workspace_id, stream_kind, stream_id, version, event_id, type, schema_version, recorded_at, \
                       actor_id, import_id, trace, payload";

/// Runs statements on the database itself.
pub async fn sql(engine: &TestStore, statements: &str) {
    match &engine.config.location {
        Location::Sqlite(path) => {
            let connection = rusqlite::Connection::open(path).unwrap();
            connection.busy_timeout(std::time::Duration::from_secs(20)).unwrap();
            connection.execute_batch(statements).unwrap();
        }
        Location::Postgres(url) => PostgresServer::shared().unwrap().as_admin(url, statements).await,
    }
}

/// A workspace as a literal.
pub fn id(engine: &TestStore, workspace: WorkspaceId) -> String {
    match engine.config.location {
        Location::Sqlite(_) => format!("x'{}'", workspace.0.simple()),
        Location::Postgres(_) => format!("'{}'::uuid", workspace.0),
    }
}

/// Puts a copy of an event at another position, as a later version of its stream.
pub fn copy_to(engine: &TestStore, from: i64, to: i64, version: i64) -> String {
    let selected = COLUMNS.replacen("version", &version.to_string(), 1);
    match engine.config.location {
        Location::Sqlite(_) => format!(
            "INSERT INTO event (position, {COLUMNS}) SELECT {to}, {selected} FROM event WHERE position = {from};"
        ),
        Location::Postgres(_) => format!(
            "INSERT INTO event (position, commit_order, {COLUMNS}) SELECT {to}, commit_order, {selected} FROM event \
             WHERE position = {from};"
        ),
    }
}

/// Lets two events change places.
pub fn swap(one: i64, other: i64) -> String {
    format!(
        "UPDATE event SET position = -1 WHERE position = {one}; UPDATE event SET position = {one} WHERE position = \
         {other}; UPDATE event SET position = {other} WHERE position = -1;"
    )
}

/// Cuts a workspace's log, its seals and its checkpoints after a position, as if the rest had never been.
pub fn cut_after(engine: &TestStore, workspace: WorkspaceId, position: i64) -> String {
    let id = id(engine, workspace);
    format!(
        "DELETE FROM event WHERE workspace_id = {id} AND position > {position};
         DELETE FROM seal WHERE workspace_id = {id} AND to_position > {position};
         DELETE FROM checkpoint WHERE workspace_id = {id} AND position > {position};
         UPDATE workspace_head SET position = {position}, sealed_position = {position} WHERE workspace_id = {id};"
    )
}

/// Removes everything that vouches for a workspace's log.
pub fn forget_seals(engine: &TestStore, workspace: WorkspaceId) -> String {
    let id = id(engine, workspace);
    format!(
        "DELETE FROM seal WHERE workspace_id = {id};
         DELETE FROM checkpoint WHERE workspace_id = {id};
         UPDATE workspace_head SET sealed_position = 0 WHERE workspace_id = {id};"
    )
}

/// All events of a workspace.
pub async fn events(engine: &TestStore, workspace: WorkspaceId) -> Vec<StoredEvent> {
    engine
        .store
        .read_long(Scope::Platform, move |tx| {
            Box::pin(async move {
                let all = EventQuery::after(workspace, 0, 100_000);
                Ok::<_, raally_application::Failure>(tx.events(&all).await?)
            })
        })
        .await
        .unwrap()
}
