//! Idempotency keys: one effect, one answer (TRUST.md P3).

use raally_domain::kind::Kind;
use raally_storage::{EventQuery, Expected, FutureExt as _, Scope, StoreError, testing::TestStore};
use uuid::Uuid;

use crate::sample::{append, workspace};

on_both_engines!(
    fifty_parallel_twins_make_one_event_and_get_one_answer,
    keys_are_scoped_by_user_and_workspace,
    a_taken_key_is_refused
);

async fn fifty_parallel_twins_make_one_event_and_get_one_answer(test: TestStore) {
    let (workspace, user) = (workspace(), Uuid::now_v7());
    let twins = (0..50).map(|number| {
        let store = test.store.clone();
        tokio::spawn(async move {
            store
                .write(Scope::Workspace(workspace), move |tx| {
                    async move {
                        if let Some(kept) = tx.remembered(user, "key").await? {
                            return Ok(kept.body);
                        }
                        let body = format!("answer {number}");
                        tx.append(&append(workspace, Uuid::now_v7(), Expected::New, 1)).await?;
                        tx.remember(user, "key", b"hash", 201, &body).await?;
                        Ok::<_, StoreError>(body)
                    }
                    .boxed()
                })
                .await
        })
    });
    let answers: Vec<String> =
        futures_util::future::join_all(twins).await.into_iter().map(|answer| answer.unwrap().unwrap()).collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let events = test
        .store
        .read(Scope::Workspace(workspace), |tx| {
            async move { tx.events(&EventQuery::after(workspace, 0, 100)).await }.boxed()
        })
        .await
        .unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].kind, Kind::Person);
}

async fn keys_are_scoped_by_user_and_workspace(test: TestStore) {
    let (one, other) = (workspace(), workspace());
    let (user, stranger) = (Uuid::now_v7(), Uuid::now_v7());
    test.store
        .write(Scope::Workspace(one), move |tx| {
            async move { tx.remember(user, "key", b"hash", 201, "body").await }.boxed()
        })
        .await
        .unwrap();
    for (scope, user, wanted) in [(one, user, true), (one, stranger, false), (other, user, false)] {
        let found = test
            .store
            .write(Scope::Workspace(scope), move |tx| async move { tx.remembered(user, "key").await }.boxed())
            .await
            .unwrap();
        assert_eq!(found.is_some(), wanted);
        if let Some(kept) = found {
            assert_eq!(
                (kept.request_hash.as_slice(), kept.status, kept.body.as_str()),
                (b"hash".as_slice(), 201, "body")
            );
        }
    }
}

async fn a_taken_key_is_refused(test: TestStore) {
    let (workspace, user) = (workspace(), Uuid::now_v7());
    let remember = async || {
        test.store
            .write(Scope::Workspace(workspace), move |tx| {
                async move { tx.remember(user, "key", b"hash", 201, "body").await }.boxed()
            })
            .await
    };
    remember().await.unwrap();
    assert!(matches!(remember().await, Err(StoreError::Duplicate { .. })));
    let purged =
        test.store.write(Scope::Platform, |tx| async move { tx.purge_remembered(100).await }.boxed()).await.unwrap();
    assert_eq!(purged, 0, "an answer is kept for 24 hours");
}
