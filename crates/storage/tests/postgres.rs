//! What only PostgreSQL has: row-level security, partitions, the role of the works, a server that goes away.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::{Duration, Instant};

use raally_domain::{ids::WorkspaceId, kind::Kind};
use raally_storage::{
    Append, Expected, FutureExt as _, Location, Meta, Mode, NewEvent, Scope, Store, StoreConfig, StoreError,
    tables::read_table,
    testing::{TEST_BUILD, TestStore, server::PostgresServer},
};
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn url(test: &TestStore) -> String {
    match &test.config.location {
        Location::Postgres(url) => url.clone(),
        Location::Sqlite(_) => panic!("not PostgreSQL"),
    }
}

async fn append(store: &Store, workspace: WorkspaceId) -> Result<i64, StoreError> {
    store
        .write(Scope::Workspace(workspace), move |tx| {
            async move {
                let event = NewEvent {
                    event_id: Uuid::now_v7(),
                    type_name: "PersonAdded".into(),
                    schema_version: 1,
                    payload: "{}".to_owned(),
                };
                let append = Append {
                    workspace,
                    kind: Kind::Person,
                    stream_id: Uuid::now_v7(),
                    expected: Expected::New,
                    events: vec![event],
                    meta: Meta::default(),
                };
                Ok::<_, StoreError>(tx.append(&append).await?.last_position)
            }
            .boxed()
        })
        .await
}

const TENANT_TABLES: &str = "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c \
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id' \
     WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1";

#[tokio::test]
async fn every_table_with_a_workspace_has_forced_row_level_security() {
    let Some(test) = TestStore::postgres().await else {
        return;
    };
    let client = connect(&url(&test)).await;
    let rows = client.query(TENANT_TABLES, &[]).await.unwrap();
    assert!(rows.len() > 16 * 8, "the read tables and the log have eight partitions each, found {}", rows.len());
    for row in rows {
        let (name, on, forced): (String, bool, bool) = (row.get(0), row.get(1), row.get(2));
        assert!(on && forced, "{name}");
    }
    for table in Kind::ALL.into_iter().map(|kind| read_table(kind).table).chain(["event"]) {
        let text = "SELECT count(*) FROM pg_inherits WHERE inhparent = $1::text::regclass";
        let partitions: i64 = client.query_one(text, &[&table]).await.unwrap().get(0);
        assert_eq!(partitions, 8, "{table}");
    }
}

#[tokio::test]
async fn every_unique_key_of_a_partitioned_table_contains_the_workspace() {
    let Some(test) = TestStore::postgres().await else {
        return;
    };
    let text = "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i \
                JOIN pg_class c ON c.oid = i.indrelid WHERE i.indisunique AND c.relkind = 'p'";
    let rows = connect(&url(&test)).await.query(text, &[]).await.unwrap();
    assert!(rows.len() >= 16);
    for row in rows {
        let (name, definition): (String, String) = (row.get(0), row.get(1));
        assert!(definition.contains("workspace_id"), "{name}: {definition}");
    }
}

#[tokio::test]
async fn row_level_security_hides_other_workspaces_from_raw_sql() {
    let Some(test) = TestStore::postgres().await else {
        return;
    };
    let (own, other) = (WorkspaceId(Uuid::now_v7()), WorkspaceId(Uuid::now_v7()));
    append(&test.store, own).await.unwrap();
    append(&test.store, other).await.unwrap();
    // As the works run: the owner's connection, the role of the works, a workspace set.
    let client = connect(&url(&test)).await;
    client.batch_execute("SET ROLE raally_app").await.unwrap();
    let count = async |text: &str| -> i64 { client.query_one(text, &[]).await.unwrap().get(0) };
    assert_eq!(count("SELECT count(*) FROM event").await, 0, "no workspace set, no rows");
    client.batch_execute(&format!("SET raally.workspace = '{own}'")).await.unwrap();
    assert_eq!(count("SELECT count(*) FROM event").await, 1);
    assert_eq!(count(&format!("SELECT count(*) FROM event WHERE workspace_id = '{other}'")).await, 0);
    let foreign = format!("INSERT INTO setting (workspace_id, name, value) VALUES ('{other}', 'a', 'b')");
    let refused = client.batch_execute(&foreign).await.unwrap_err();
    assert!(refused.as_db_error().unwrap().message().contains("row-level security"), "{refused}");
    for forbidden in ["DELETE FROM event", "UPDATE event SET payload = ''", "TRUNCATE event", "SELECT 1 FROM event_p0"]
    {
        let refused = client.batch_execute(forbidden).await.unwrap_err();
        assert_eq!(refused.code().unwrap().code(), "42501", "{forbidden}");
    }
}

#[tokio::test]
async fn works_run_as_a_role_that_neither_owns_nor_bypasses() {
    let Some(test) = TestStore::postgres().await else {
        return;
    };
    let client = connect(&url(&test)).await;
    let text = "SELECT rolsuper, rolbypassrls, rolcanlogin, rolcreaterole FROM pg_roles WHERE rolname = 'raally_app'";
    let row = client.query_one(text, &[]).await.unwrap();
    assert_eq!((0..4).map(|index| row.get::<_, bool>(index)).collect::<Vec<_>>(), [false; 4]);
    let text = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = 'raally_app'";
    assert_eq!(client.query_one(text, &[]).await.unwrap().get::<_, i64>(0), 0);
}

#[tokio::test]
async fn a_user_without_rights_is_told_what_to_run() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let owner = server.empty_database().await;
    server.as_admin(&owner, "CREATE ROLE weak LOGIN; GRANT ALL ON SCHEMA public TO weak").await;
    let weak = owner.replace("raally_owner@", "weak@");
    let store = Store::open(&StoreConfig::new(Location::Postgres(weak), TEST_BUILD)).await.unwrap();
    let refused = store.migrate(Mode::Expand).await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::Setup { detail } if detail.contains("CREATE ROLE raally_app NOLOGIN; GRANT raally_app TO \"weak\"")),
        "{refused}"
    );
}

#[tokio::test]
async fn a_store_before_its_migration_says_so() {
    let Some(server) = PostgresServer::shared() else {
        return;
    };
    let url = server.empty_database().await;
    let store = Store::open(&StoreConfig::new(Location::Postgres(url), TEST_BUILD)).await.unwrap();
    assert_eq!(store.schema().await.unwrap().version, 0);
    let refused = append(&store, WorkspaceId(Uuid::now_v7())).await.unwrap_err();
    assert!(matches!(refused, StoreError::Setup { .. }), "{refused}");
    let (one, two) = tokio::join!(store.migrate(Mode::Expand), store.migrate(Mode::Expand));
    assert_eq!(one.unwrap(), two.unwrap());
    append(&store, WorkspaceId(Uuid::now_v7())).await.unwrap();
}

/// Repeats until the store answers again; the deadline makes a store that doesn't heal fail the test.
async fn until_it_works(store: &Store, workspace: WorkspaceId) -> i64 {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match append(store, workspace).await {
            Ok(position) => return position,
            Err(error) => assert!(error.retryable() && Instant::now() < deadline, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_server_is_unavailable_and_heals_by_itself() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let url = server.migrated_database().await;
    let store = Store::open(&StoreConfig::new(Location::Postgres(url), TEST_BUILD)).await.unwrap();
    let workspace = WorkspaceId(Uuid::now_v7());
    let before = append(&store, workspace).await.unwrap();
    let mut changes = store.changes();
    server.crash();
    for _ in 0..3 {
        let refused = append(&store, workspace).await.unwrap_err();
        assert!(matches!(refused, StoreError::Unavailable { .. }), "{refused}");
        let refused = store.health().await.unwrap_err();
        assert!(matches!(refused, StoreError::Unavailable { .. }), "{refused}");
    }
    server.resume();
    let after = until_it_works(&store, workspace).await;
    assert!(after > before);
    store.health().await.unwrap();
    let (events, _) = store.subscribe_page(raally_storage::Cursor::default(), 10).await.unwrap();
    assert_eq!(events.iter().map(|event| event.position).collect::<Vec<_>>(), [before, after]);
    // The listener is back as well.
    changes.mark_unchanged();
    let other = WorkspaceId(Uuid::now_v7());
    append(&store, other).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), changes.changed()).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_run_again() {
    let Some(test) = TestStore::postgres().await else {
        return;
    };
    let (one, other) = (WorkspaceId(Uuid::now_v7()), WorkspaceId(Uuid::now_v7()));
    append(&test.store, one).await.unwrap();
    append(&test.store, other).await.unwrap();
    // Each appends to both workspaces, in opposite order, after both have locked their first.
    let met = std::sync::Arc::new(tokio::sync::Barrier::new(2));
    let works = [(one, other), (other, one)].map(|(first, second)| {
        let (store, met) = (test.store.clone(), std::sync::Arc::clone(&met));
        let first_run = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
        tokio::spawn(async move {
            store
                .write(Scope::Platform, move |tx| {
                    let (met, first_run) = (std::sync::Arc::clone(&met), std::sync::Arc::clone(&first_run));
                    async move {
                        let one_event = |workspace| Append {
                            workspace,
                            kind: Kind::Person,
                            stream_id: Uuid::now_v7(),
                            expected: Expected::New,
                            events: vec![NewEvent {
                                event_id: Uuid::now_v7(),
                                type_name: "X".into(),
                                schema_version: 1,
                                payload: "{}".to_owned(),
                            }],
                            meta: Meta::default(),
                        };
                        tx.append(&one_event(first)).await?;
                        if first_run.swap(false, std::sync::atomic::Ordering::SeqCst) {
                            met.wait().await;
                        }
                        tx.append(&one_event(second)).await?;
                        Ok::<_, StoreError>(())
                    }
                    .boxed()
                })
                .await
        })
    });
    for work in works {
        work.await.unwrap().unwrap();
    }
    assert!(test.store.metrics().retries >= 1);
    let (events, _) = test.store.subscribe_page(raally_storage::Cursor::default(), 100).await.unwrap();
    assert_eq!(events.len(), 6, "each work once");
}

#[tokio::test]
async fn a_cancelled_write_leaves_no_open_transaction_in_the_pool() {
    let Some(test) = TestStore::postgres_with(|mut config| {
        config.pool_size = 1;
        config
    })
    .await
    else {
        return;
    };
    let workspace = WorkspaceId(Uuid::now_v7());
    let store = test.store.clone();
    let hanging = store.write(Scope::Workspace(workspace), move |tx| {
        async move {
            tx.put_setting(workspace, "a", "b").await?;
            std::future::pending::<()>().await;
            Ok::<_, StoreError>(())
        }
        .boxed()
    });
    assert!(tokio::time::timeout(Duration::from_millis(300), hanging).await.is_err());
    append(&test.store, workspace).await.unwrap();
    let found = test
        .store
        .read(Scope::Workspace(workspace), move |tx| async move { tx.setting(workspace, "a").await }.boxed())
        .await
        .unwrap();
    assert_eq!(found, None);
}

#[tokio::test]
async fn a_pool_that_is_used_up_is_overloaded() {
    let Some(test) = TestStore::postgres_with(|mut config| {
        config.pool_size = 1;
        config.pool_wait_max = Duration::from_millis(50);
        config
    })
    .await
    else {
        return;
    };
    let workspace = WorkspaceId(Uuid::now_v7());
    let store = test.store.clone();
    let hog = tokio::spawn(async move {
        store.read(Scope::Platform, |_| std::future::pending::<Result<(), StoreError>>().boxed()).await
    });
    while test.store.metrics().connections_in_use == 0 {
        tokio::task::yield_now().await;
    }
    let refused = append(&test.store, workspace).await.unwrap_err();
    assert!(matches!(refused, StoreError::Overloaded { .. }), "{refused}");
    hog.abort();
}

/// A read that fails ends PostgreSQL's transaction too, and its COMMIT is then a rollback without an error.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_fails_takes_no_acknowledged_write_of_its_batch_along() {
    let Some(test) = TestStore::postgres_with(|mut config| {
        config.lock_wait_max = Duration::from_millis(20);
        config
    })
    .await
    else {
        return;
    };
    let holder = connect(&url(&test)).await;
    holder.execute("SELECT pg_advisory_lock(hashtextextended('taken', 7))", &[]).await.unwrap();
    let workspace = WorkspaceId(Uuid::now_v7());
    let run = |name: String, fails: bool| {
        let (store, work) = (test.store.clone(), name.clone());
        tokio::spawn(async move {
            let kept = store
                .write(Scope::Workspace(workspace), move |tx| {
                    let name = work.clone();
                    async move {
                        if fails { tx.exclusive("taken").await } else { tx.put_setting(workspace, &name, "here").await }
                    }
                    .boxed()
                })
                .await;
            kept.map(|()| name)
        })
    };
    let mut acknowledged = Vec::new();
    // The one that fails is the last of its batch, or nearly always.
    for round in 0..10 {
        let works: Vec<_> = (0..4).map(|number| run(format!("setting {round} {number}"), number == 3)).collect();
        for work in works {
            acknowledged.extend(work.await.unwrap());
        }
    }
    assert_eq!(acknowledged.len(), 30, "{acknowledged:?}");
    for name in acknowledged {
        let asked = name.clone();
        let found = test.store.read(Scope::Workspace(workspace), move |tx| {
            let asked = asked.clone();
            async move { tx.setting(workspace, &asked).await }.boxed()
        });
        assert_eq!(found.await.unwrap().as_deref(), Some("here"), "{name} was acknowledged");
    }
}
