//! Append and read back.

use raally_domain::kind::Kind;
use raally_storage::{EventQuery, Expected, FutureExt as _, Head, Meta, Scope, StoreError, testing::TestStore};
use uuid::Uuid;

use crate::sample::{append, append_one, workspace};

on_both_engines!(
    events_come_back_byte_for_byte,
    versions_and_positions_grow,
    a_wrong_expectation_is_refused_and_names_both_versions,
    recorded_at_never_runs_backwards,
    many_events_of_one_append_keep_their_order,
    as_of_an_instant_is_one_position,
    of_parallel_appends_with_one_expectation_one_wins,
    the_head_follows_every_append_of_a_work_and_stands_at_the_last_after_it,
);

async fn events_come_back_byte_for_byte(test: TestStore) {
    let (workspace, stream) = (workspace(), Uuid::now_v7());
    let mut wanted = append(workspace, stream, Expected::New, 2);
    wanted.meta = Meta {
        actor: Some(Uuid::now_v7()),
        import: Some(Uuid::now_v7()),
        trace: Some("00-abc".to_owned()),
        recorded_at_hint: Some(42),
    };
    wanted.events[0].payload = "{ \"b\" : 1,  \"a\":\"\\u0000 ü 😀\"}".to_owned();
    let sent = wanted.clone();
    let appended = test
        .store
        .write(Scope::Workspace(workspace), move |tx| {
            let sent = sent.clone();
            async move { tx.append(&sent).await }.boxed()
        })
        .await
        .unwrap();
    let found = test
        .store
        .read(Scope::Workspace(workspace), |tx| {
            async move { tx.events(&EventQuery::after(workspace, 0, 10)).await }.boxed()
        })
        .await
        .unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(appended.recorded_at, 42);
    for (index, (found, wanted_event)) in found.iter().zip(&wanted.events).enumerate() {
        assert_eq!(found.payload, wanted_event.payload);
        assert_eq!(found.event_id, wanted_event.event_id);
        assert_eq!(found.version, i64::try_from(index).unwrap() + 1);
        assert_eq!((found.kind, found.stream_id, found.workspace), (Kind::Person, stream, workspace));
        assert_eq!((found.actor, found.import), (wanted.meta.actor, wanted.meta.import));
        assert_eq!(found.trace, wanted.meta.trace);
    }
    assert_eq!((found[0].position, found[1].position), (appended.first_position, appended.last_position));
}

async fn versions_and_positions_grow(test: TestStore) {
    let (workspace, stream) = (workspace(), Uuid::now_v7());
    let mut last = 0;
    for version in 1..=5 {
        let appended = append_one(&test.store, workspace, stream).await.unwrap();
        assert_eq!(appended.version, version);
        assert!(appended.first_position > last);
        last = appended.last_position;
    }
    let head = test
        .store
        .read(Scope::Workspace(workspace), |tx| async move { tx.head(workspace).await }.boxed())
        .await
        .unwrap();
    assert_eq!(head.position, last);
    let none: Head = test
        .store
        .read(Scope::Platform, |tx| async move { tx.head(crate::sample::workspace()).await }.boxed())
        .await
        .unwrap();
    assert_eq!(none, Head::default());
}

async fn a_wrong_expectation_is_refused_and_names_both_versions(test: TestStore) {
    let (workspace, stream) = (workspace(), Uuid::now_v7());
    append_one(&test.store, workspace, stream).await.unwrap();
    for expected in [Expected::New, Expected::Version(0), Expected::Version(7)] {
        let refused = test
            .store
            .write(Scope::Workspace(workspace), move |tx| {
                async move { tx.append(&append(workspace, stream, expected, 1)).await }.boxed()
            })
            .await
            .unwrap_err();
        assert!(
            matches!(refused, StoreError::VersionConflict { actual: 1, expected: e, stream_id } if e == expected && stream_id == stream),
            "{refused}"
        );
    }
}

async fn recorded_at_never_runs_backwards(test: TestStore) {
    let workspace = workspace();
    let mut last = 0;
    for hint in [5_000_000, 4_000_000, 6_000_000, 1] {
        let appended = test
            .store
            .write(Scope::Workspace(workspace), move |tx| {
                async move {
                    let mut append = append(workspace, Uuid::now_v7(), Expected::New, 1);
                    append.meta.recorded_at_hint = Some(hint);
                    tx.append(&append).await
                }
                .boxed()
            })
            .await
            .unwrap();
        assert!(appended.recorded_at >= last, "a clock that is set back doesn't turn time back");
        last = appended.recorded_at;
    }
    assert_eq!(last, 6_000_000);
}

async fn many_events_of_one_append_keep_their_order(test: TestStore) {
    let (workspace, stream) = (workspace(), Uuid::now_v7());
    let wanted = append(workspace, stream, Expected::New, 150);
    let sent = wanted.clone();
    let appended = test
        .store
        .write(Scope::Workspace(workspace), move |tx| {
            let sent = sent.clone();
            async move { tx.append(&sent).await }.boxed()
        })
        .await
        .unwrap();
    assert_eq!(appended.version, 150);
    let found = test
        .store
        .read(Scope::Workspace(workspace), |tx| {
            async move { tx.events(&EventQuery::after(workspace, 0, 1000)).await }.boxed()
        })
        .await
        .unwrap();
    let ids: Vec<Uuid> = found.iter().map(|event| event.event_id).collect();
    assert_eq!(ids, wanted.events.iter().map(|event| event.event_id).collect::<Vec<_>>());
    assert!(found.windows(2).all(|pair| pair[0].version + 1 == pair[1].version));
}

async fn as_of_an_instant_is_one_position(test: TestStore) {
    let workspace = workspace();
    let mut positions = Vec::new();
    for hint in [100, 200, 200, 300] {
        // Another workspace's events stand between.
        append_one(&test.store, crate::sample::workspace(), Uuid::now_v7()).await.unwrap();
        let appended = test
            .store
            .write(Scope::Workspace(workspace), move |tx| {
                async move {
                    let mut append = append(workspace, Uuid::now_v7(), Expected::New, 1);
                    append.meta.recorded_at_hint = Some(hint);
                    tx.append(&append).await
                }
                .boxed()
            })
            .await
            .unwrap();
        positions.push(appended.last_position);
    }
    for (instant, wanted) in [
        (99, 0),
        (100, positions[0]),
        (199, positions[0]),
        (200, positions[2]),
        (299, positions[2]),
        (1_000, positions[3]),
    ] {
        let found = test
            .store
            .read(Scope::Workspace(workspace), move |tx| {
                async move { tx.position_at(workspace, instant).await }.boxed()
            })
            .await
            .unwrap();
        assert_eq!(found, wanted);
    }
}

async fn of_parallel_appends_with_one_expectation_one_wins(test: TestStore) {
    let (workspace, stream) = (workspace(), Uuid::now_v7());
    append_one(&test.store, workspace, stream).await.unwrap();
    let tries = (0..50).map(|_| {
        let store = test.store.clone();
        tokio::spawn(async move {
            store
                .write(Scope::Workspace(workspace), move |tx| {
                    async move { tx.append(&append(workspace, stream, Expected::Version(1), 1)).await }.boxed()
                })
                .await
        })
    });
    let mut won = 0;
    for outcome in futures_util::future::join_all(tries).await {
        match outcome.unwrap() {
            Ok(_) => won += 1,
            Err(refused) => assert!(matches!(refused, StoreError::VersionConflict { actual: 2, .. }), "{refused}"),
        }
    }
    assert_eq!(won, 1);
}

/// Two workspaces in one work, one of them twice: what a later append and a reader see is the end of each.
async fn the_head_follows_every_append_of_a_work_and_stands_at_the_last_after_it(test: TestStore) {
    let (one, other) = (workspace(), workspace());
    let appended = test
        .store
        .write(Scope::Platform, move |tx| {
            async move {
                let mut all = Vec::new();
                for (workspace, hint) in [(one, 50), (other, 10), (one, 40)] {
                    let mut wanted = append(workspace, Uuid::now_v7(), Expected::New, 3);
                    wanted.meta.recorded_at_hint = Some(hint);
                    let appended = tx.append(&wanted).await?;
                    let head = tx.head(workspace).await?;
                    assert_eq!((head.position, head.recorded_at), (appended.last_position, appended.recorded_at));
                    all.push(appended);
                }
                Ok::<_, StoreError>(all)
            }
            .boxed()
        })
        .await
        .unwrap();
    let [first, second, third] = &appended[..] else { panic!("three appends: {appended:?}") };
    assert_eq!((first.previous_position, second.previous_position), (0, 0));
    assert_eq!(third.previous_position, first.last_position, "the second append to a workspace knows of the first");
    assert_eq!(third.recorded_at, 50, "time does not run backwards within a work either");
    for (workspace, last) in [(one, third), (other, second)] {
        let head = test
            .store
            .read(Scope::Workspace(workspace), move |tx| async move { tx.head(workspace).await }.boxed())
            .await
            .unwrap();
        assert_eq!(head, Head { position: last.last_position, recorded_at: last.recorded_at });
    }
}
