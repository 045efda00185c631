//! All or nothing, also inside one batch.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use raally_domain::kind::Kind;
use raally_storage::{Expected, FutureExt as _, Query, Scope, StoreError, testing::TestStore};
use uuid::Uuid;

use crate::sample::{append, append_one, put, record, workspace};

on_both_engines!(
    a_refused_work_leaves_nothing_and_its_neighbours_stay,
    a_work_sees_what_it_wrote_itself,
    a_read_sees_one_snapshot,
    going_on_after_a_refused_statement_saves_nothing,
    a_statement_that_fails_is_the_fault_of_its_work_alone,
    works_of_one_workspace_are_committed_together,
    reads_cannot_write,
    a_panic_in_a_work_harms_nobody_else,
    what_an_undone_run_answered_is_forgotten,
);

async fn a_refused_work_leaves_nothing_and_its_neighbours_stay(test: TestStore) {
    let workspace = workspace();
    let works = (0..60).map(|number| {
        let store = test.store.clone();
        tokio::spawn(async move {
            store
                .write(Scope::Workspace(workspace), move |tx| {
                    async move {
                        tx.append(&append(workspace, Uuid::now_v7(), Expected::New, 1)).await?;
                        tx.put(Kind::Team, &record(workspace, "team")).await?;
                        if number % 2 == 0 {
                            // Now it has reached the database for certain.
                            tx.count(&Query::new(Kind::Team)).await?;
                        }
                        if number % 3 == 0 { Err(StoreError::Setup { detail: "no".to_owned() }) } else { Ok(()) }
                    }
                    .boxed()
                })
                .await
        })
    });
    let accepted =
        futures_util::future::join_all(works).await.into_iter().filter(|outcome| outcome.as_ref().unwrap().is_ok());
    assert_eq!(accepted.count(), 40);
    let (events, rows) = test
        .store
        .read(Scope::Workspace(workspace), |tx| {
            async move {
                let events = tx.events(&raally_storage::EventQuery::after(workspace, 0, 1000)).await?.len();
                Ok::<_, StoreError>((events, tx.count(&Query::new(Kind::Team)).await?))
            }
            .boxed()
        })
        .await
        .unwrap();
    assert_eq!((events, rows), (40, 40));
}

async fn a_work_sees_what_it_wrote_itself(test: TestStore) {
    let workspace = workspace();
    let team = record(workspace, "Ops");
    let found = test
        .store
        .write(Scope::Workspace(workspace), move |tx| {
            let team = team.clone();
            async move {
                tx.put(Kind::Team, &team).await?;
                tx.get(Kind::Team, team.id).await
            }
            .boxed()
        })
        .await
        .unwrap();
    assert!(found.is_some());
}

async fn a_read_sees_one_snapshot(test: TestStore) {
    let workspace = workspace();
    put(&test.store, Kind::Team, &record(workspace, "one")).await.unwrap();
    let store = test.store.clone();
    let counts = test
        .store
        .read_long(Scope::Workspace(workspace), move |tx| {
            async move {
                let before = tx.count(&Query::new(Kind::Team)).await?;
                let writing = std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    runtime.block_on(put(&store, Kind::Team, &record(workspace, "two"))).unwrap();
                });
                // Blocks this thread, not the runtime: `read_long` is made for it on SQLite, and PostgreSQL's test has two.
                writing.join().unwrap();
                Ok::<_, StoreError>((before, tx.count(&Query::new(Kind::Team)).await?))
            }
            .boxed()
        })
        .await
        .unwrap();
    assert_eq!(counts, (1, 1));
}

async fn going_on_after_a_refused_statement_saves_nothing(test: TestStore) {
    let workspace = workspace();
    let user = Uuid::now_v7();
    let member = |name: &str| {
        let mut member = record(workspace, name);
        member.columns.set("user_id", user);
        member
    };
    put(&test.store, Kind::Membership, &member("first")).await.unwrap();
    let second = member("second");
    let refused = test
        .store
        .write(Scope::Workspace(workspace), move |tx| {
            let second = second.clone();
            async move {
                tx.put(Kind::Team, &record(workspace, "before")).await?;
                _ = tx.put(Kind::Membership, &second).await;
                Ok::<_, StoreError>(())
            }
            .boxed()
        })
        .await
        .unwrap_err();
    assert!(matches!(refused, StoreError::Duplicate { .. }), "{refused}");
    let teams = test
        .store
        .read(Scope::Workspace(workspace), |tx| async move { tx.count(&Query::new(Kind::Team)).await }.boxed())
        .await
        .unwrap();
    assert_eq!(teams, 0);
}

/// A user can be a member once. Of ten works that would make him one, nine fail in the middle of batches with others.
async fn a_statement_that_fails_is_the_fault_of_its_work_alone(test: TestStore) {
    let (workspace, user) = (workspace(), Uuid::now_v7());
    let works = (0..40).map(|number| {
        let store = test.store.clone();
        tokio::spawn(async move {
            store
                .write(Scope::Workspace(workspace), move |tx| {
                    async move {
                        tx.append(&append(workspace, Uuid::now_v7(), Expected::New, 1)).await?;
                        if number % 4 == 0 {
                            let mut membership = record(workspace, "member");
                            membership.columns.set("user_id", user);
                            tx.put(Kind::Membership, &membership).await?;
                        }
                        tx.put(Kind::Team, &record(workspace, "team")).await
                    }
                    .boxed()
                })
                .await
        })
    });
    let mut refused = 0;
    for outcome in futures_util::future::join_all(works).await {
        match outcome.unwrap() {
            Ok(()) => {}
            Err(StoreError::Duplicate { .. }) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(refused, 9);
    let count = |kind| {
        test.store.read(Scope::Workspace(workspace), move |tx| async move { tx.count(&Query::new(kind)).await }.boxed())
    };
    assert_eq!((count(Kind::Team).await.unwrap(), count(Kind::Membership).await.unwrap()), (31, 1));
}

async fn works_of_one_workspace_are_committed_together(test: TestStore) {
    let workspace = workspace();
    let before = test.store.metrics().commit_batch;
    let works = (0..200).map(|_| {
        let store = test.store.clone();
        tokio::spawn(async move { append_one(&store, workspace, Uuid::now_v7()).await.unwrap() })
    });
    let positions: Vec<i64> =
        futures_util::future::join_all(works).await.into_iter().map(|done| done.unwrap().last_position).collect();
    let batches = test.store.metrics().commit_batch;
    assert_eq!(batches.sum - before.sum, 200);
    assert!(batches.count() - before.count() <= 100, "{batches:?}");
    let stored = test
        .store
        .read(Scope::Workspace(workspace), |tx| {
            async move { tx.events(&raally_storage::EventQuery::after(workspace, 0, 1000)).await }.boxed()
        })
        .await
        .unwrap();
    let mut told = positions;
    told.sort_unstable();
    assert_eq!(stored.iter().map(|event| event.position).collect::<Vec<_>>(), told, "each is where it was said to be");
}

async fn reads_cannot_write(test: TestStore) {
    let workspace = workspace();
    let refused = test
        .store
        .read(Scope::Workspace(workspace), move |tx| {
            async move { tx.put(Kind::Team, &record(workspace, "x")).await }.boxed()
        })
        .await;
    assert!(refused.is_err());
    let refused = test
        .store
        .read_one(Scope::Workspace(workspace), move |tx| {
            async move { tx.put(Kind::Team, &record(workspace, "x")).await }.boxed()
        })
        .await;
    assert!(refused.is_err());
    put(&test.store, Kind::Team, &record(workspace, "y")).await.unwrap();
}

async fn a_panic_in_a_work_harms_nobody_else(test: TestStore) {
    let workspace = workspace();
    let store = test.store.clone();
    let panicked = tokio::spawn(async move {
        store
            .write(Scope::Workspace(workspace), move |tx| {
                async move {
                    tx.put(Kind::Team, &record(workspace, "x")).await?;
                    assert!(tx.now() < 0, "a panic inside a work");
                    Ok::<_, StoreError>(())
                }
                .boxed()
            })
            .await
    });
    assert!(panicked.await.unwrap().is_err());
    append_one(&test.store, workspace, Uuid::now_v7()).await.unwrap();
    let teams = test
        .store
        .read(Scope::Workspace(workspace), |tx| async move { tx.count(&Query::new(Kind::Team)).await }.boxed())
        .await
        .unwrap();
    assert_eq!(teams, 0);
}

/// A work is run again because its neighbour had to be undone, and panics this time: its first answer is worth nothing.
async fn what_an_undone_run_answered_is_forgotten(test: TestStore) {
    let workspace = workspace();
    let mut ran_twice = 0;
    for _ in 0..50 {
        let runs = Arc::new(AtomicUsize::new(0));
        let (store, counted) = (test.store.clone(), Arc::clone(&runs));
        let fragile = tokio::spawn(async move {
            store
                .write(Scope::Workspace(workspace), move |tx| {
                    let run = counted.fetch_add(1, Ordering::SeqCst);
                    async move {
                        tx.put(Kind::Team, &record(workspace, "x")).await?;
                        assert_eq!(run, 0, "a panic in the second run");
                        Ok::<_, StoreError>(())
                    }
                    .boxed()
                })
                .await
        });
        let store = test.store.clone();
        let refused = tokio::spawn(async move {
            store
                .write(Scope::Workspace(workspace), move |tx| {
                    async move {
                        tx.put(Kind::Team, &record(workspace, "y")).await?;
                        tx.count(&Query::new(Kind::Team)).await?;
                        Err::<(), _>(StoreError::Setup { detail: "no".to_owned() })
                    }
                    .boxed()
                })
                .await
        });
        let (fragile, refused) = (fragile.await.unwrap(), refused.await.unwrap());
        assert!(refused.is_err());
        let again = runs.load(Ordering::SeqCst) > 1;
        assert_eq!(fragile.is_err(), again, "{fragile:?}");
        ran_twice += usize::from(again);
    }
    assert!(ran_twice > 0, "no two of them met in a batch");
}
