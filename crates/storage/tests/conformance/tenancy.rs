//! Another workspace's rows don't exist, on both engines by the same check, and on PostgreSQL behind a second wall.

use raally_domain::{ids::WorkspaceId, kind::Kind};
use raally_storage::{EventQuery, FutureExt as _, Partition, Query, Record, Scope, StoreError, testing::TestStore};
use uuid::Uuid;

use crate::sample::{append_one, put, record, workspace};

on_both_engines!(
    a_workspace_sees_its_own_rows_only,
    naming_another_workspace_is_refused,
    the_platform_sees_all_when_it_says_so,
);

async fn a_workspace_sees_its_own_rows_only(test: TestStore) {
    let (own, other) = (workspace(), workspace());
    let row = record(other, "secret");
    put(&test.store, Kind::Team, &row).await.unwrap();
    let (found, listed) = test
        .store
        .read(Scope::Workspace(own), move |tx| {
            async move {
                    Ok::<_, StoreError>((tx.get(Kind::Team, row.id).await?, tx.list(&Query::new(Kind::Team)).await?))
                }
                .boxed()
        })
        .await
        .unwrap();
    assert!(found.is_none() && listed.is_empty());
}

async fn naming_another_workspace_is_refused(test: TestStore) {
    let (own, other) = (workspace(), workspace());
    append_one(&test.store, other, Uuid::now_v7()).await.unwrap();
    let refused: Vec<Result<(), StoreError>> = test
        .store
        .write(Scope::Workspace(own), move |tx| {
            async move {
                let mut listing = Query::new(Kind::Team);
                listing.partition = Partition::In(other);
                let mut everywhere = Query::new(Kind::Team);
                everywhere.partition = Partition::All;
                Ok::<_, StoreError>(vec![
                    tx.put(Kind::Team, &record(other, "x")).await,
                    tx.list(&listing).await.map(|_| ()),
                    tx.list(&everywhere).await.map(|_| ()),
                    tx.events(&EventQuery::after(other, 0, 1)).await.map(|_| ()),
                    tx.head(other).await.map(|_| ()),
                    tx.setting(other, "x").await.map(|_| ()),
                    tx.subject_keys(other).await.map(|_| ()),
                    tx.credential(Uuid::now_v7()).await.map(|_| ()),
                    tx.signing_keys().await.map(|_| ()),
                    tx.partitions().await.map(|_| ()),
                ])
            }
            .boxed()
        })
        .await
        .unwrap();
    for (index, refused) in refused.into_iter().enumerate() {
        assert!(matches!(refused, Err(StoreError::OutOfScope { .. })), "{index}: {refused:?}");
    }
}

async fn the_platform_sees_all_when_it_says_so(test: TestStore) {
    let user = Uuid::now_v7();
    let mut homes: Vec<WorkspaceId> = Vec::new();
    for _ in 0..12 {
        let mut member = record(workspace(), "m");
        member.columns.set("user_id", user);
        put(&test.store, Kind::Membership, &member).await.unwrap();
        homes.push(member.workspace);
    }
    let query = Query::new(Kind::Membership).filter("user_id", raally_storage::Op::Eq, user);
    let (everywhere, home): (Vec<Record>, Vec<Record>) = test
        .store
        .read(Scope::Platform, move |tx| {
            async move {
                let home = tx.list(&query).await?;
                Ok::<_, StoreError>((tx.list(&query.clone().partition(Partition::All)).await?, home))
            }
            .boxed()
        })
        .await
        .unwrap();
    assert!(home.is_empty());
    let mut found: Vec<WorkspaceId> = everywhere.iter().map(|row| row.workspace).collect();
    found.sort();
    homes.sort();
    assert_eq!(found, homes);
}
