//! A subscription over all workspaces never skips an event, whatever the order of commits (ARCHITECTURE, decision 4).

use std::{collections::HashMap, collections::HashSet, time::Duration};

use raally_storage::{Cursor, Expected, FutureExt as _, Scope, StoreError, testing::TestStore};
use uuid::Uuid;

use crate::sample::{append, append_one, workspace};

on_both_engines!(
    concurrent_writers_with_delays_are_never_skipped,
    a_page_ends_where_the_next_begins,
    only_the_platform_subscribes,
    commits_of_another_store_are_noticed,
);

const WRITERS: usize = 12;
const WRITES: usize = 15;

async fn concurrent_writers_with_delays_are_never_skipped(test: TestStore) {
    let on_postgres = test.store.engine() == "postgres";
    let shared: Vec<_> = (0..3).map(|_| workspace()).collect();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let store = test.store.clone();
            let workspace = shared[writer % 3];
            tokio::spawn(async move {
                let mut written = Vec::new();
                for turn in 0..WRITES {
                    let appended = store
                        .write(Scope::Workspace(workspace), move |tx| {
                            async move {
                                let delay = Duration::from_micros(
                                    u64::try_from((writer * 7919 + turn * 104_729) % 9_000).unwrap(),
                                );
                                // Takes its transaction id early in some transactions and late in others, so that neither
                                // ids nor positions come in the order of commits.
                                if on_postgres && turn % 2 == 0 {
                                    tx.put_setting(workspace, &format!("writer {writer}"), "x").await?;
                                    tokio::time::sleep(delay).await;
                                }
                                let appended = tx.append(&append(workspace, Uuid::now_v7(), Expected::New, 1)).await?;
                                if on_postgres {
                                    tokio::time::sleep(delay).await;
                                }
                                Ok::<_, StoreError>(appended)
                            }
                            .boxed()
                        })
                        .await
                        .unwrap();
                    written.push(appended.last_position);
                }
                written
            })
        })
        .collect();
    let mut changes = test.store.changes();
    let mut seen = HashSet::new();
    let mut last_of: HashMap<_, i64> = HashMap::new();
    let mut cursor = Cursor::default();
    while seen.len() < WRITERS * WRITES {
        let (events, next) = test.store.subscribe_page(cursor, 7).await.unwrap();
        if events.is_empty() {
            tokio::time::timeout(Duration::from_secs(20), changes.changed())
                .await
                .expect("an event was skipped")
                .unwrap();
        }
        for event in events {
            assert!(seen.insert(event.position), "twice: {}", event.position);
            let last = last_of.insert(event.workspace, event.position).unwrap_or(0);
            assert!(event.position > last, "order within a workspace");
        }
        cursor = next;
    }
    let mut written = HashSet::new();
    for writer in writers {
        written.extend(writer.await.unwrap());
    }
    assert_eq!(seen, written);
}

async fn a_page_ends_where_the_next_begins(test: TestStore) {
    let workspace = workspace();
    for _ in 0..5 {
        append_one(&test.store, workspace, Uuid::now_v7()).await.unwrap();
    }
    let mut cursor = Cursor::default();
    let mut sizes = Vec::new();
    loop {
        let (events, next) = test.store.subscribe_page(cursor, 2).await.unwrap();
        // The cursor survives being kept as text.
        cursor = next.to_string().parse().unwrap();
        if events.is_empty() && sizes.iter().sum::<usize>() == 5 {
            break;
        }
        sizes.push(events.len());
    }
    sizes.retain(|size| *size > 0);
    assert_eq!(sizes.iter().sum::<usize>(), 5);
}

async fn only_the_platform_subscribes(test: TestStore) {
    let refused = test
        .store
        .read(Scope::Workspace(workspace()), |tx| async move { tx.events_after(Cursor::default(), 1).await }.boxed())
        .await;
    assert!(matches!(refused, Err(StoreError::OutOfScope { .. })));
}

async fn commits_of_another_store_are_noticed(test: TestStore) {
    let other = test.beside().await;
    let mut changes = test.store.changes();
    for _ in 0..5 {
        // Ticks of what went before are eaten first.
        while tokio::time::timeout(Duration::from_millis(400), changes.changed()).await.is_ok() {}
        let started = std::time::Instant::now();
        append_one(&other, workspace(), Uuid::now_v7()).await.unwrap();
        tokio::time::timeout(Duration::from_secs(2), changes.changed()).await.expect("not noticed").unwrap();
        assert!(started.elapsed() < Duration::from_secs(1), "a revocation must work within a second");
    }
}
