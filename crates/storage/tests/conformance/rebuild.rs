//! What a rebuild rests on: emptying read tables of one workspace, and a text of them that is the same on both engines.

use raally_domain::{ids::WorkspaceId, kind::Kind};
use raally_storage::{FutureExt as _, Scope, Store, StoreError, testing::TestStore};
use uuid::Uuid;

use crate::sample::{put, record};

on_both_engines!(the_dump_is_canonical_and_clearing_touches_one_workspace);

async fn dump(store: &Store) -> Vec<String> {
    store
        .read_long(Scope::Platform, |tx| {
            async move {
                let mut lines = Vec::new();
                tx.dump_read_tables(&Kind::ALL, |line| lines.push(line.to_owned())).await?;
                Ok::<_, StoreError>(lines)
            }
            .boxed()
        })
        .await
        .unwrap()
}

async fn the_dump_is_canonical_and_clearing_touches_one_workspace(test: TestStore) {
    for (workspace, id) in [(2, 1), (1, 0xFF), (1, 2)] {
        let mut row = record(WorkspaceId(Uuid::from_u128(workspace)), "Ünal");
        row.id = Uuid::from_u128(id);
        row.columns = row.columns.with("user_id", Uuid::from_u128(9)).with("role", "member");
        row.columns.set("user_id", Uuid::from_u128(id));
        put(&test.store, Kind::Membership, &row).await.unwrap();
    }
    let line = |workspace: u128, id: u128| {
        let (workspace, id) = (Uuid::from_u128(workspace), Uuid::from_u128(id));
        format!(
            r#"["membership","{workspace}","{id}",1,1,1000,1000,null,"ünal","{{\"name\":\"Ünal\"}}",null,["{id}","member"]]"#
        )
    };
    assert_eq!(dump(&test.store).await, [line(1, 2), line(1, 0xFF), line(2, 1)]);
    let one = WorkspaceId(Uuid::from_u128(1));
    test.store
        .write(Scope::Workspace(one), move |tx| async move { tx.clear_read_tables(one, &Kind::ALL).await }.boxed())
        .await
        .unwrap();
    assert_eq!(dump(&test.store).await, [line(2, 1)]);
}
