//! The typed functions beside the log: identity, links, jobs, leases, files, seals, settings.

use raally_domain::ids::WorkspaceId;
use raally_storage::{
    Checkpoint, Credential, FileInfo, FutureExt as _, Job, JobProgress, JobState, JoinLink, LinkUse, Scope, Seal,
    SigningKey, StoreError, testing::TestStore,
};
use uuid::Uuid;

use crate::sample::{append_one, workspace};

on_both_engines!(
    credentials_keys_and_throttles_are_kept,
    of_parallel_uses_of_a_join_link_one_wins,
    a_job_is_claimed_once_and_taken_over_when_its_worker_dies,
    a_lease_has_one_owner_and_a_growing_token,
    files_come_back_in_chunks_and_have_a_bound,
    seals_follow_each_other,
    settings_and_mappings_are_kept_by_name,
    an_erased_subject_key_is_gone,
);

macro_rules! on_platform {
    ($test:expr, |$tx:ident| $body:block) => {
        $test.store.write(Scope::Platform, move |$tx| async move { Ok::<_, StoreError>($body) }.boxed()).await.unwrap()
    };
}

async fn credentials_keys_and_throttles_are_kept(test: TestStore) {
    let user = Uuid::now_v7();
    on_platform!(test, |tx| {
        for hash in ["old", "new"] {
            let credential = Credential { user_id: user, password_hash: hash.to_owned(), changed_at: 5 };
            tx.put_credential(&credential).await?;
        }
        assert_eq!(tx.credential(user).await?.unwrap().password_hash, "new");
        let key = SigningKey {
            kid: "k1".to_owned(),
            sealed_private: vec![1, 0, 2],
            public: vec![3],
            created_at: 1,
            retired_at: None,
        };
        tx.add_signing_key(&key).await?;
        assert!(tx.retire_signing_key("k1", 9).await?);
        assert!(!tx.retire_signing_key("k1", 10).await?);
        assert_eq!(tx.signing_keys().await?, vec![SigningKey { retired_at: Some(9), ..key }]);
        assert_eq!(tx.remove_signing_keys_retired_before(10).await?, 1);
        assert_eq!(tx.count_failure("a", 1_000, 100).await?, 1);
        assert_eq!(tx.count_failure("a", 1_050, 100).await?, 2);
        assert_eq!(tx.failures("a", 1_060, 100).await?, (2, 1_000));
        assert_eq!(tx.count_failure("a", 1_100, 100).await?, 1, "the window is over");
        tx.clear_failures("a").await?;
        assert_eq!(tx.failures("a", 1_101, 100).await?.0, 0);
    });
    let counts = (0..20).map(|_| {
        let store = test.store.clone();
        tokio::spawn(async move {
            store.write(Scope::Platform, |tx| tx.count_failure("b", 10, 1_000).boxed()).await.unwrap()
        })
    });
    let mut counts: Vec<i64> =
        futures_util::future::join_all(counts).await.into_iter().map(|count| count.unwrap()).collect();
    counts.sort_unstable();
    assert_eq!(counts, (1..=20).collect::<Vec<_>>());
}

async fn of_parallel_uses_of_a_join_link_one_wins(test: TestStore) {
    let link = JoinLink {
        token_hash: vec![7; 32],
        workspace: workspace(),
        id: Uuid::now_v7(),
        role: "member".to_owned(),
        created_by: Uuid::now_v7(),
        created_at: 1,
        expires_at: 1_000,
        used_at: None,
        used_by: None,
        revoked_at: None,
    };
    let stored = link.clone();
    test.store
        .write(Scope::Workspace(link.workspace), move |tx| {
            let stored = stored.clone();
            async move { tx.add_join_link(&stored).await }.boxed()
        })
        .await
        .unwrap();
    let late = on_platform!(test, |tx| { tx.consume_join_link(&[7; 32], Uuid::now_v7(), 1_000).await? });
    assert_eq!(late, LinkUse::Invalid, "expired");
    let uses = (0..20).map(|_| {
        let store = test.store.clone();
        tokio::spawn(async move {
            store
                .write(Scope::Platform, |tx| tx.consume_join_link(&[7; 32], Uuid::now_v7(), 999).boxed())
                .await
                .unwrap()
        })
    });
    let won = futures_util::future::join_all(uses)
        .await
        .into_iter()
        .filter(|used| used.as_ref().unwrap() != &LinkUse::Invalid);
    assert_eq!(won.count(), 1);
    let links = on_platform!(test, |tx| { tx.join_links(link.workspace).await? });
    assert!(links.len() == 1 && links[0].used_by.is_some());
    assert!(!on_platform!(test, |tx| { tx.revoke_join_link(link.workspace, link.id, 5).await? }), "used already");
}

fn job(workspace: WorkspaceId) -> Job {
    Job {
        id: Uuid::now_v7(),
        workspace,
        kind: "import".to_owned(),
        state: JobState::Queued,
        progress: JobProgress::default(),
        input: "{}".to_owned(),
        result: None,
        created_by: None,
        created_at: 1,
        updated_at: 1,
        attempts: 0,
        lease_owner: None,
        lease_until: None,
    }
}

async fn a_job_is_claimed_once_and_taken_over_when_its_worker_dies(test: TestStore) {
    let workspace = workspace();
    on_platform!(test, |tx| { tx.add_job(&job(workspace)).await? });
    let claims = (0..10).map(|number| {
        let store = test.store.clone();
        tokio::spawn(async move {
            let owner = format!("worker {number}");
            store
                .write(Scope::Platform, move |tx| {
                    let owner = owner.clone();
                    async move { tx.claim_job("import", &owner, 100, 50).await }.boxed()
                })
                .await
                .unwrap()
        })
    });
    let claimed: Vec<Job> =
        futures_util::future::join_all(claims).await.into_iter().filter_map(|job| job.unwrap()).collect();
    let [first] = claimed.as_slice() else { panic!("claimed {} times", claimed.len()) };
    let first = first.clone();
    let lost = &*Box::leak(Box::new(first));
    on_platform!(test, |tx| {
        assert!(tx.claim_job("export", "x", 1_000, 50).await?.is_none(), "another kind");
        let mut first = lost.clone();
        first.progress = JobProgress { done: 3, total: 9 };
        assert!(tx.heartbeat_job(&first, 120, 50).await?);
        assert!(tx.claim_job("import", "second", 169, 50).await?.is_none(), "still heard of");
        let mut second = tx.claim_job("import", "second", 170, 50).await?.expect("taken over");
        assert_eq!((second.progress.done, second.attempts), (3, 2));
        assert!(!tx.heartbeat_job(&first, 171, 50).await?, "the first has lost it");
        second.state = JobState::Succeeded;
        second.result = Some("{}".to_owned());
        assert!(tx.finish_job(&second, 180).await?);
        assert!(tx.claim_job("import", "third", 9_999, 50).await?.is_none());
        assert_eq!(tx.job(workspace, second.id).await?.unwrap().state, JobState::Succeeded);
        assert!(!tx.cancel_job(workspace, second.id, 200).await?);
        assert_eq!(tx.jobs(workspace, 10).await?.len(), 1);
    });
}

async fn a_lease_has_one_owner_and_a_growing_token(test: TestStore) {
    on_platform!(test, |tx| {
        let first = tx.acquire_lease("seal", "a", 0, 100).await?.unwrap();
        assert!(tx.acquire_lease("seal", "b", 99, 100).await?.is_none());
        let renewed = tx.acquire_lease("seal", "a", 90, 100).await?.unwrap();
        assert_eq!((first.token, renewed.token), (1, 1));
        let taken = tx.acquire_lease("seal", "b", 190, 100).await?.unwrap();
        assert_eq!(taken.token, 2);
        assert!(!tx.holds_lease(&renewed).await?);
        assert!(tx.holds_lease(&taken).await?);
        tx.release_lease(&taken).await?;
        assert_eq!(tx.acquire_lease("seal", "a", 191, 100).await?.unwrap().token, 3);
    });
}

async fn files_come_back_in_chunks_and_have_a_bound(test: TestStore) {
    let info = FileInfo {
        id: Uuid::now_v7(),
        workspace: workspace(),
        name: "plan.xlsx".to_owned(),
        content_type: "application/octet-stream".to_owned(),
        size: 0,
        created_at: 1,
    };
    let (workspace, id) = (info.workspace, info.id);
    on_platform!(test, |tx| {
        let info = FileInfo {
            id,
            workspace,
            name: "plan.xlsx".to_owned(),
            content_type: "application/octet-stream".to_owned(),
            size: 0,
            created_at: 1,
        };
        tx.add_file(&info).await?;
        tx.add_file_chunk(workspace, id, 0, &[1; 1000]).await?;
        tx.add_file_chunk(workspace, id, 1, &[2; 10]).await?;
    });
    on_platform!(test, |tx| {
        assert_eq!(tx.file(workspace, id).await?.unwrap().size, 1010);
        assert_eq!(tx.file_chunk(workspace, id, 1).await?, Some(vec![2; 10]));
        assert_eq!(tx.file_chunk(workspace, id, 2).await?, None);
    });
    let refused = test
        .store
        .write(Scope::Workspace(workspace), move |tx| {
            async move {
                for number in 2..70 {
                    tx.add_file_chunk(workspace, id, number, &vec![0; 1024 * 1024]).await?;
                }
                Ok::<_, StoreError>(())
            }
            .boxed()
        })
        .await;
    assert!(matches!(refused, Err(StoreError::Setup { .. })), "{refused:?}");
    assert!(on_platform!(test, |tx| { tx.remove_file(workspace, id).await? }));
    assert_eq!(on_platform!(test, |tx| { tx.file_chunk(workspace, id, 0).await? }), None);
}

async fn seals_follow_each_other(test: TestStore) {
    let workspace = workspace();
    let first = append_one(&test.store, workspace, Uuid::now_v7()).await.unwrap().last_position;
    let last = append_one(&test.store, workspace, Uuid::now_v7()).await.unwrap().last_position;
    let seal = move |from_position, to_position| Seal {
        workspace,
        from_position,
        to_position,
        count: 1,
        root_hash: vec![1],
        previous_hash: vec![],
        sealed_at: 1,
    };
    on_platform!(test, |tx| {
        let open = tx.unsealed(10).await?;
        assert_eq!((open[0].workspace, open[0].sealed_position, open[0].head_position), (workspace, 0, last));
        tx.add_seal(&seal(first, first)).await?;
        assert!(matches!(tx.add_seal(&seal(first, last)).await, Err(StoreError::Duplicate { .. })), "overlaps");
        tx.add_seal(&seal(last, last)).await?;
        assert!(tx.unsealed(10).await?.is_empty());
        assert_eq!(tx.seals(workspace, first, 10).await?, vec![seal(last, last)]);
        assert_eq!(tx.last_seal(workspace).await?, Some(seal(last, last)));
        let checkpoint = Checkpoint {
            workspace,
            position: last,
            hash: vec![1],
            signature: vec![2],
            key_id: "k".to_owned(),
            signed_at: 3,
        };
        tx.add_checkpoint(&checkpoint).await?;
        assert_eq!(tx.checkpoints(workspace).await?, vec![checkpoint]);
        assert_eq!(tx.partitions().await?, vec![workspace]);
    });
}

async fn settings_and_mappings_are_kept_by_name(test: TestStore) {
    let workspace = workspace();
    on_platform!(test, |tx| {
        tx.put_setting(workspace, "a", "1").await?;
        tx.put_setting(workspace, "a", "2").await?;
        assert_eq!(tx.settings(workspace).await?, vec![("a".to_owned(), "2".to_owned())]);
        assert!(tx.remove_setting(workspace, "a").await?);
        assert_eq!(tx.setting(workspace, "a").await?, None);
        tx.put_import_mapping(workspace, "hr sheet", "{}").await?;
        assert_eq!(tx.import_mapping(workspace, "hr sheet").await?.as_deref(), Some("{}"));
        assert_eq!(tx.import_mappings(workspace).await?.len(), 1);
        assert!(tx.remove_import_mapping(workspace, "hr sheet").await?);
    });
}

async fn an_erased_subject_key_is_gone(test: TestStore) {
    let (workspace, subject) = (workspace(), Uuid::now_v7());
    on_platform!(test, |tx| {
        tx.add_subject_key(workspace, subject, &[1, 2, 3]).await?;
        assert_eq!(tx.subject_key(workspace, subject).await?.unwrap().sealed_key, Some(vec![1, 2, 3]));
        assert!(tx.erase_subject_key(workspace, subject, 77).await?);
        assert!(!tx.erase_subject_key(workspace, subject, 78).await?);
        let erased = tx.erased_subjects().await?;
        assert_eq!((erased.len(), &erased[0].sealed_key, erased[0].erased_at), (1, &None, Some(77)));
        assert_eq!(tx.subject_keys(workspace).await?.len(), 1);
    });
}
