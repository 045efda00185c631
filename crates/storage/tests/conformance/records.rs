//! Read rows: what is put comes back, lists filter, search, order and page alike.

use std::sync::Mutex;

use raally_domain::{ids::WorkspaceId, kind::Kind};
use raally_storage::{
    Columns, Deleted, FutureExt as _, Op, OrderBy, Query, Record, Scope, StoreError, Value, testing::TestStore,
};
use uuid::Uuid;

use crate::sample::{put, record, workspace};

on_both_engines!(
    a_row_comes_back_as_it_was_put,
    putting_again_replaces,
    every_kind_has_a_table_that_takes_all_its_columns,
    lists_filter_by_every_operator,
    text_search_ignores_case_beyond_ascii,
    pages_by_keyset_miss_and_repeat_nothing,
    tombstones_are_listed_on_demand,
    rows_are_lent_without_copies,
    unknown_columns_are_refused,
    living_members_and_mail_addresses_are_unique,
);

/// What the engine lists; rows that no table holds are listed alike.
async fn list(test: &TestStore, workspace: WorkspaceId, query: Query) -> Vec<Record> {
    let all = Query::new(query.kind).deleted(Deleted::Include);
    let asked = query.clone();
    let (found, all) = test
        .store
        .read(Scope::Workspace(workspace), move |tx| {
            async move { Ok::<_, StoreError>((tx.list(&asked).await?, tx.list(&all).await?)) }.boxed()
        })
        .await
        .unwrap();
    assert_eq!(query.recall(&all).into_iter().cloned().collect::<Vec<_>>(), found, "{query:?}");
    found
}

async fn a_row_comes_back_as_it_was_put(test: TestStore) {
    let workspace = workspace();
    let mut wanted = record(workspace, "ada");
    wanted.deleted_at = Some(7);
    wanted.money = Some(r#"{"pay":1}"#.to_owned());
    wanted.columns = Columns::new()
        .with("user_id", Uuid::now_v7())
        .with("email", "ada@example.org")
        .with("external_id", Value::Null)
        .with("placeholder", false);
    put(&test.store, Kind::Person, &wanted).await.unwrap();
    let id = wanted.id;
    let found = test
        .store
        .read(Scope::Workspace(workspace), move |tx| async move { tx.get(Kind::Person, id).await }.boxed())
        .await
        .unwrap();
    assert_eq!(found, Some(wanted));
}

async fn putting_again_replaces(test: TestStore) {
    let workspace = workspace();
    let mut row = record(workspace, "a");
    put(&test.store, Kind::Team, &row).await.unwrap();
    row.version = 2;
    row.sort_key = "b".to_owned();
    put(&test.store, Kind::Team, &row).await.unwrap();
    assert_eq!(list(&test, workspace, Query::new(Kind::Team)).await, vec![row]);
}

async fn every_kind_has_a_table_that_takes_all_its_columns(test: TestStore) {
    use raally_storage::tables::{ColumnType, read_table};
    let workspace = workspace();
    for kind in Kind::ALL {
        let mut row = record(workspace, "x");
        for (name, column) in read_table(kind).columns {
            let value = match column {
                ColumnType::Int => Value::Int(i64::from(i32::MAX)),
                ColumnType::Text => Value::Text("t".to_owned()),
                ColumnType::Id => Value::Id(Uuid::now_v7()),
            };
            row.columns.set(name, value);
        }
        put(&test.store, kind, &row).await.unwrap();
        assert_eq!(list(&test, workspace, Query::new(kind)).await, vec![row], "{kind:?}");
    }
}

/// Five assignments on the days 1 to 5 and one without a day.
async fn seed_days(test: &TestStore, workspace: WorkspaceId) {
    for day in 1..=5_i64 {
        let mut row = record(workspace, &format!("day {day}"));
        row.columns = Columns::new().with("starts_on", day).with("tentative", day % 2 == 0);
        put(&test.store, Kind::Assignment, &row).await.unwrap();
    }
    let mut open = record(workspace, "open");
    open.columns = Columns::new().with("tentative", false);
    put(&test.store, Kind::Assignment, &open).await.unwrap();
}

async fn lists_filter_by_every_operator(test: TestStore) {
    let workspace = workspace();
    seed_days(&test, workspace).await;
    let cases: [(Query, usize); 10] = [
        (Query::new(Kind::Assignment).filter("starts_on", Op::Eq, 3), 1),
        (Query::new(Kind::Assignment).filter("starts_on", Op::Ne, 3), 4),
        (Query::new(Kind::Assignment).filter("starts_on", Op::Lt, 3), 2),
        (Query::new(Kind::Assignment).filter("starts_on", Op::Le, 3), 3),
        (Query::new(Kind::Assignment).filter("starts_on", Op::Gt, 3), 2),
        (Query::new(Kind::Assignment).filter("starts_on", Op::Ge, 3), 3),
        (Query::new(Kind::Assignment).filter("starts_on", Op::Eq, Value::Null), 1),
        (Query::new(Kind::Assignment).filter("starts_on", Op::Ne, Value::Null), 5),
        (Query::new(Kind::Assignment).one_of("starts_on", [1_i64, 2, 5, 9, 9]), 3),
        (Query::new(Kind::Assignment).one_of("starts_on", Vec::<i64>::new()), 0),
    ];
    for (query, wanted) in cases {
        let count_query = query.clone();
        assert_eq!(list(&test, workspace, query.clone()).await.len(), wanted, "{query:?}");
        let count = test
            .store
            .read(Scope::Workspace(workspace), move |tx| async move { tx.count(&count_query).await }.boxed())
            .await
            .unwrap();
        assert_eq!(count, u64::try_from(wanted).unwrap());
    }
}

async fn text_search_ignores_case_beyond_ascii(test: TestStore) {
    let workspace = workspace();
    for name in ["Jürgen 100% Öztürk", "Ada_Lovelace", "Zoë"] {
        put(&test.store, Kind::Person, &record(workspace, name)).await.unwrap();
    }
    for (text, wanted) in [("öz", 1), ("ÖZTÜRK", 1), ("%", 1), ("_", 1), ("ada_l", 1), ("ZOË", 1), ("x", 0), ("", 3)]
    {
        let mut query = Query::new(Kind::Person);
        query.text = Some(text.to_owned());
        assert_eq!(list(&test, workspace, query).await.len(), wanted, "{text}");
    }
}

async fn pages_by_keyset_miss_and_repeat_nothing(test: TestStore) {
    let workspace = workspace();
    for number in 0..25_i64 {
        // Some share a sort key, so that the id has to break ties.
        let mut row = record(workspace, &format!("Name {}", number / 4));
        row.position = number / 2;
        row.columns.set("starts_on", number / 3);
        put(&test.store, Kind::Assignment, &row).await.unwrap();
    }
    for order in [OrderBy::SortKey, OrderBy::Id, OrderBy::Position, OrderBy::Column("starts_on")] {
        for descending in [false, true] {
            let mut query = Query::new(Kind::Assignment).order(order);
            query.descending = descending;
            let whole: Vec<Uuid> = list(&test, workspace, query.clone()).await.iter().map(|row| row.id).collect();
            assert_eq!(whole.len(), 25);
            let mut paged = Vec::new();
            query.limit = 4;
            loop {
                let page = list(&test, workspace, query.clone()).await;
                let Some(last) = page.last() else { break };
                query.after = Some(query.after_record(last));
                paged.extend(page.iter().map(|row| row.id));
            }
            assert_eq!(paged, whole, "{order:?} descending {descending}");
        }
    }
}

async fn tombstones_are_listed_on_demand(test: TestStore) {
    let workspace = workspace();
    let mut gone = record(workspace, "gone");
    gone.deleted_at = Some(5);
    gone.position = 9;
    put(&test.store, Kind::Team, &gone).await.unwrap();
    put(&test.store, Kind::Team, &record(workspace, "here")).await.unwrap();
    for (deleted, wanted) in [(Deleted::Exclude, 1), (Deleted::Only, 1), (Deleted::Include, 2)] {
        assert_eq!(list(&test, workspace, Query::new(Kind::Team).deleted(deleted)).await.len(), wanted);
    }
    let mut since = Query::new(Kind::Team).deleted(Deleted::Include).order(OrderBy::Position);
    since.position_after = Some(1);
    assert_eq!(list(&test, workspace, since).await, vec![gone]);
}

async fn rows_are_lent_without_copies(test: TestStore) {
    let workspace = workspace();
    let row = record(workspace, "a");
    put(&test.store, Kind::Team, &row).await.unwrap();
    let bodies = std::sync::Arc::new(Mutex::new(Vec::new()));
    let (kept, id) = (std::sync::Arc::clone(&bodies), row.id);
    let (count, found, missing) = test
        .store
        .read(Scope::Workspace(workspace), move |tx| {
            async move {
                let query = Query::new(Kind::Team);
                let count = tx.visit(&query, |view| kept.lock().unwrap().push(view.body.to_owned())).await?;
                let found =
                    tx.visit_one(Kind::Team, id, |view| kept.lock().unwrap().push(view.body.to_owned())).await?;
                let missing = tx.visit_one(Kind::Team, Uuid::now_v7(), |_| ()).await?;
                Ok::<_, StoreError>((count, found, missing))
            }
            .boxed()
        })
        .await
        .unwrap();
    assert_eq!((count, found, missing), (1, true, false));
    assert_eq!(*bodies.lock().unwrap(), vec![row.body.clone(), row.body]);
}

async fn unknown_columns_are_refused(test: TestStore) {
    let workspace = workspace();
    let mut row = record(workspace, "a");
    row.columns.set("salary", 1);
    assert!(matches!(put(&test.store, Kind::Team, &row).await, Err(StoreError::Bug { .. })));
    for query in [
        Query::new(Kind::Team).filter("name; DROP TABLE event", Op::Eq, 1),
        Query::new(Kind::Team).order(OrderBy::Column("body")),
    ] {
        let refused: Result<Vec<Record>, StoreError> =
            test.store.read(Scope::Workspace(workspace), move |tx| async move { tx.list(&query).await }.boxed()).await;
        assert!(matches!(refused, Err(StoreError::Bug { .. })));
    }
}

async fn living_members_and_mail_addresses_are_unique(test: TestStore) {
    let workspace = workspace();
    let user = Uuid::now_v7();
    let mut first = record(workspace, "a");
    first.columns.set("user_id", user);
    let mut second = record(workspace, "b");
    second.columns.set("user_id", user);
    put(&test.store, Kind::Membership, &first).await.unwrap();
    let refused = put(&test.store, Kind::Membership, &second).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Duplicate { table, .. } if table.starts_with("r_membership")), "{refused}");
    first.deleted_at = Some(1);
    put(&test.store, Kind::Membership, &first).await.unwrap();
    put(&test.store, Kind::Membership, &second).await.unwrap();
}
