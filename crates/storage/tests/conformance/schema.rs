//! Migrations: once, under a lock, and no build on a schema that it can't serve.

use raally_storage::{Mode, SchemaState, Store, StoreError, testing::TestStore};

on_both_engines!(migrating_again_changes_nothing, a_build_that_is_too_old_is_refused_by_name,);

async fn migrating_again_changes_nothing(test: TestStore) {
    let before = test.store.schema().await.unwrap();
    assert_eq!(before.version, SchemaState::newest_known());
    assert!(before.pending.is_empty());
    let together = (0..4).map(|_| {
        let store = test.store.clone();
        tokio::spawn(async move { store.migrate(Mode::Contract).await })
    });
    for state in futures_util::future::join_all(together).await {
        assert_eq!(state.unwrap().unwrap(), before);
    }
}

async fn a_build_that_is_too_old_is_refused_by_name(test: TestStore) {
    let mut config = test.config.clone();
    config.build = "0.0.9".to_owned();
    let refused = Store::open(&config).await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::BuildTooOld { oldest_safe_build, .. } if oldest_safe_build == "0.1.0"),
        "{refused}"
    );
    config.build = "0.10.0-beta".to_owned();
    Store::open(&config).await.unwrap();
}
