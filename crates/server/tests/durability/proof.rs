//! What must be true of every database: its pages are whole, its read tables are what its log gives, its seals hold.

use raally_application::accounts::{Accounts, SignUp};
use raally_application::vault::Vault;
use raally_application::{App, Failure, Mint};
use raally_domain::ids::WorkspaceId;
use raally_domain::kind::Kind;
use raally_identity::Keyring;
use raally_identity::password::HasherLimits;
use raally_storage::testing::TEST_BUILD;
use raally_storage::{Scope, Store, StoreConfig};

use crate::installation::Installation;

/// For what needs a runtime.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
}

/// Proves it; nobody may write meanwhile. Returns how many events there are.
pub fn holds(installation: &Installation) -> usize {
    let events = block_on(async {
        let store = Store::open(&StoreConfig::new(installation.location(), TEST_BUILD)).await.unwrap();
        store.integrity_check().await.unwrap();
        let app = app(installation, store.clone());
        let before = dump(&store).await;
        for partition in partitions(&app).await {
            rebuild(&app, partition).await;
        }
        let after = dump(&store).await;
        for (before, after) in before.lines().zip(after.lines()) {
            assert_eq!(before, after, "the read tables (left) are not what the log gives (right)");
        }
        assert_eq!(before.len(), after.len(), "the read tables have other rows than the log gives");
        let events = store.subscribe_page(raally_storage::Cursor::default(), 10_000_000).await.unwrap().0.len();
        store.close().await;
        events
    });
    let report: serde_json::Value = serde_json::from_str(&installation.done(&["audit", "verify", "--json"])).unwrap();
    assert_eq!(report["ok"], true, "{report}");
    events
}

fn app(installation: &Installation, store: Store) -> App {
    let keyring = || Keyring::load_or_create(&installation.folder().join("secret.key")).unwrap();
    let accounts = Accounts::new(&keyring(), SignUp::Closed, HasherLimits::default()).unwrap();
    App::new(store, Mint::system(), Vault::new(keyring()).unwrap(), accounts)
}

async fn partitions(app: &App) -> Vec<WorkspaceId> {
    app.store()
        .read(Scope::Platform, |tx| Box::pin(async move { Ok::<_, Failure>(tx.partitions().await?) }))
        .await
        .unwrap()
}

async fn rebuild(app: &App, partition: WorkspaceId) {
    let inner = app.clone();
    app.store()
        .write(Scope::Platform, move |tx| {
            let app = inner.clone();
            Box::pin(async move { app.rebuild(tx, partition).await })
        })
        .await
        .unwrap();
}

async fn dump(store: &Store) -> String {
    store
        .read_long(Scope::Platform, |tx| {
            Box::pin(async move {
                let mut lines = String::new();
                tx.dump_read_tables(&Kind::ALL, |line| {
                    lines.push_str(line);
                    lines.push('\n');
                })
                .await?;
                Ok::<_, Failure>(lines)
            })
        })
        .await
        .unwrap()
}
