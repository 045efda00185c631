//! Values that the claims share.

use raally_domain::{ids::WorkspaceId, kind::Kind};
use raally_storage::{
    Append, Appended, Columns, Expected, FutureExt as _, Meta, NewEvent, Record, Scope, Store, StoreError,
};
use uuid::Uuid;

pub fn workspace() -> WorkspaceId {
    WorkspaceId(Uuid::now_v7())
}

pub fn event(name: &'static str) -> NewEvent {
    NewEvent {
        event_id: Uuid::now_v7(),
        type_name: name.into(),
        schema_version: 1,
        payload: r#"{"name":"Ada","note":"ü"}"#.to_owned(),
    }
}

pub fn append(workspace: WorkspaceId, stream_id: Uuid, expected: Expected, count: usize) -> Append {
    Append {
        workspace,
        kind: Kind::Person,
        stream_id,
        expected,
        events: (0..count).map(|_| event("PersonAdded")).collect(),
        meta: Meta::default(),
    }
}

pub async fn append_one(store: &Store, workspace: WorkspaceId, stream_id: Uuid) -> Result<Appended, StoreError> {
    store
        .write(Scope::Workspace(workspace), move |tx| {
            async move { tx.append(&append(workspace, stream_id, Expected::Any, 1)).await }.boxed()
        })
        .await
}

pub fn record(workspace: WorkspaceId, name: &str) -> Record {
    Record {
        workspace,
        id: Uuid::now_v7(),
        version: 1,
        position: 1,
        created_at: 1_000,
        updated_at: 1_000,
        deleted_at: None,
        sort_key: name.to_owned(),
        body: format!(r#"{{"name":"{name}"}}"#),
        money: None,
        columns: Columns::new(),
    }
}

pub async fn put(store: &Store, kind: Kind, record: &Record) -> Result<(), StoreError> {
    let record = record.clone();
    store
        .write(Scope::Workspace(record.workspace), move |tx| {
            let record = record.clone();
            async move { tx.put(kind, &record).await }.boxed()
        })
        .await
}
