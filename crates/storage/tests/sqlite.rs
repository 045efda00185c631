//! What only SQLite has: its version and pragmas, the queue, several stores on one file, backup and restore.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use raally_domain::{ids::WorkspaceId, kind::Kind};
use raally_storage::{
    Append, Expected, FutureExt as _, Location, Meta, NewEvent, Scope, Store, StoreConfig, StoreError, restore,
    testing::{TEST_BUILD, TestStore},
};
use rusqlite::Connection;
use uuid::Uuid;

async fn append(store: &Store) -> Result<i64, StoreError> {
    let workspace = WorkspaceId(Uuid::from_u128(1));
    store
        .write(Scope::Workspace(workspace), move |tx| {
            async move {
                let append = Append {
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
                Ok::<_, StoreError>(tx.append(&append).await?.last_position)
            }
            .boxed()
        })
        .await
}

async fn events(store: &Store) -> usize {
    store.subscribe_page(raally_storage::Cursor::default(), 1_000_000).await.unwrap().0.len()
}

#[test]
fn the_bundled_sqlite_has_no_wal_reset_bug() {
    let connection = Connection::open_in_memory().unwrap();
    let version: String = connection.query_row("SELECT sqlite_version()", [], |row| row.get(0)).unwrap();
    let numbers: Vec<u32> = version.split('.').map(|number| number.parse().unwrap()).collect();
    assert!(numbers >= vec![3, 51, 3], "{version} is older than 3.51.3");
}

#[tokio::test]
async fn the_file_is_in_wal_mode() {
    let test = TestStore::sqlite().await;
    let mode: String =
        Connection::open(test.file()).unwrap().pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test]
async fn columns_after_all_migrations_are_those_of_the_descriptors() {
    let test = TestStore::sqlite().await;
    let connection = Connection::open(test.file()).unwrap();
    for kind in Kind::ALL {
        let table = raally_storage::tables::read_table(kind);
        let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)").unwrap();
        let found: Vec<String> =
            statement.query_map([table.table], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let wanted: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        assert_eq!(&found[10..], wanted, "{}", table.table);
    }
}

#[tokio::test]
async fn a_newer_schema_is_accepted_while_it_is_safe_and_refused_by_name_after() {
    let test = TestStore::sqlite().await;
    let newer = |oldest: &str| {
        let connection = Connection::open(test.file()).unwrap();
        connection.execute("DELETE FROM schema_migration WHERE version = 99", []).unwrap();
        connection
            .execute("INSERT INTO schema_migration VALUES (99, 'later', 'expand', ?1, 0, '9.9.9')", [oldest])
            .unwrap();
    };
    newer(TEST_BUILD);
    let store = Store::open(&test.config).await.unwrap();
    assert_eq!(store.schema().await.unwrap().version, 99);
    append(&store).await.unwrap();
    newer("0.2.0");
    let refused = Store::open(&test.config).await.unwrap_err();
    assert_eq!(refused.to_string(), "schema 99 needs raally 0.2.0 or newer, this is 0.1.0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_commands_share_a_commit() {
    let test = TestStore::sqlite().await;
    let tasks: Vec<_> = (0..400)
        .map(|_| {
            let store = test.store.clone();
            tokio::spawn(async move { append(&store).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let metrics = test.store.metrics();
    assert_eq!(metrics.commit_batch.sum, 400);
    assert!(metrics.commit_batch.count() < 200, "{:?}", metrics.commit_batch);
    assert_eq!(metrics.write_latency_us.count(), 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_is_overloaded() {
    let test = TestStore::sqlite_with(|mut config| {
        config.write_queue_max = 2;
        config
    })
    .await;
    let (started, go) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (seen, released, store) = (Arc::clone(&started), Arc::clone(&go), test.store.clone());
    let blocking = tokio::spawn(async move {
        store
            .write(Scope::Platform, move |_| {
                seen.store(true, Ordering::SeqCst);
                while !released.load(Ordering::SeqCst) {
                    std::thread::yield_now();
                }
                async { Ok::<_, StoreError>(()) }.boxed()
            })
            .await
    });
    while !started.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let store = test.store.clone();
            tokio::spawn(async move { append(&store).await })
        })
        .collect();
    while test.store.metrics().queue_depth < 2 {
        tokio::task::yield_now().await;
    }
    let refused = append(&test.store).await.unwrap_err();
    assert!(matches!(refused, StoreError::Overloaded { .. }), "{refused}");
    go.store(true, Ordering::SeqCst);
    blocking.await.unwrap().unwrap();
    for task in waiting {
        task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_work_that_waits_for_something_else_is_a_bug() {
    let test = TestStore::sqlite().await;
    let refused = test
        .store
        .write(Scope::Platform, |_| std::future::pending::<Result<(), StoreError>>().boxed())
        .await
        .unwrap_err();
    assert!(matches!(refused, StoreError::Bug { .. }), "{refused}");
    append(&test.store).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stores_on_one_file_both_get_their_turn() {
    let test = TestStore::sqlite().await;
    let other = test.beside().await;
    let done = Arc::new(AtomicBool::new(false));
    // One store is kept busy all the time; the other must not starve.
    let busy: Vec<_> = (0..8)
        .map(|_| {
            let (store, done) = (test.store.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                let mut count = 0;
                while !done.load(Ordering::SeqCst) {
                    append(&store).await.unwrap();
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut slowest = Duration::ZERO;
    for _ in 0..30 {
        let started = std::time::Instant::now();
        append(&other).await.unwrap();
        slowest = slowest.max(started.elapsed());
    }
    done.store(true, Ordering::SeqCst);
    let mut written = 30;
    for task in busy {
        written += task.await.unwrap();
    }
    assert!(slowest < Duration::from_secs(3), "the second store waited {slowest:?}");
    assert_eq!(events(&test.store).await, written);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_beside_a_running_writer_is_consistent_and_restores() {
    let test = TestStore::sqlite().await;
    let folder = test.folder().unwrap().to_path_buf();
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let done = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let (store, acknowledged, done) = (test.store.clone(), Arc::clone(&acknowledged), Arc::clone(&done));
            tokio::spawn(async move {
                while !done.load(Ordering::SeqCst) {
                    append(&store).await.unwrap();
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    while acknowledged.load(Ordering::SeqCst) < 20 {
        tokio::task::yield_now().await;
    }
    // As another process would take it.
    let other = test.beside().await;
    let before = acknowledged.load(Ordering::SeqCst);
    let target = folder.join("backup.db");
    let report = other.backup(&target).await.unwrap();
    done.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(usize::try_from(report.events).unwrap() >= before, "what was acknowledged before is in it");
    assert!(!folder.join("backup.db.part").exists());
    assert!(matches!(other.backup(&target).await, Err(StoreError::Setup { .. })), "never overwrites");

    let restored = folder.join("restored.db");
    assert_eq!(restore(&target, &restored, false).await.unwrap().events, report.events);
    let store = Store::open(&StoreConfig::new(Location::Sqlite(restored), TEST_BUILD)).await.unwrap();
    assert_eq!(i64::try_from(events(&store).await).unwrap(), report.events);
    append(&store).await.unwrap();
    store.integrity_check().await.unwrap();
}

#[tokio::test]
async fn a_restore_refuses_what_would_lose_data() {
    let test = TestStore::sqlite().await;
    append(&test.store).await.unwrap();
    let folder = test.folder().unwrap().to_path_buf();
    let backup = folder.join("backup.db");
    test.store.backup(&backup).await.unwrap();
    append(&test.store).await.unwrap();
    let refusal = async |backup: &Path, force| match restore(backup, &test.file(), force).await {
        Err(StoreError::Setup { detail }) => detail,
        other => panic!("{other:?}"),
    };
    assert!(refusal(&backup, false).await.contains("has data"));
    assert!(refusal(&backup, true).await.contains("open in another process"));

    let broken = folder.join("broken.db");
    let mut bytes = std::fs::read(&backup).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0xA5);
    std::fs::write(&broken, bytes).unwrap();
    test.store.close().await;
    refusal(&broken, true).await;
    std::fs::write(&broken, b"not a database at all").unwrap();
    refusal(&broken, true).await;

    let report = restore(&backup, &test.file(), true).await.unwrap();
    assert_eq!(report.events, 1);
    assert!(report.replaced.unwrap().exists());
    let store = Store::open(&test.config).await.unwrap();
    assert_eq!(events(&store).await, 1);
}

#[tokio::test]
async fn a_closed_store_is_unavailable_and_has_finished_its_queue() {
    let test = TestStore::sqlite().await;
    let other = test.beside().await;
    let writes: Vec<_> = (0..20)
        .map(|_| {
            let store = other.clone();
            tokio::spawn(async move { append(&store).await })
        })
        .collect();
    let mut accepted = 0;
    for write in writes {
        accepted += usize::from(write.await.unwrap().is_ok());
    }
    other.close().await;
    assert!(matches!(append(&other).await, Err(StoreError::Unavailable { .. })));
    assert_eq!(events(&test.store).await, accepted);
}
