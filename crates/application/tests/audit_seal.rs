//! The sealer: one at a time over all processes, within a second of the commit, and healed after a death at any point.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use raally_application::audit::{Auditor, Pace};
use raally_application::caller::Caller;
use raally_application::{App, Mint};
use raally_domain::ids::WorkspaceId;
use raally_domain::model::Skill;
use raally_identity::chain::AuditKey;
use raally_storage::testing::TestStore;
use raally_storage::{Scope, Store};
use serde_json::json;

const MINUTE_US: i64 = 60_000_000;

async fn skill(app: &App, caller: &Caller, name: &str) {
    let skill = serde_json::from_value(json!({"name": name})).unwrap();
    app.create::<Skill>(caller, skill, vec![]).await.unwrap();
}

fn auditor(app: &App) -> Auditor {
    Auditor::new(app, AuditKey::from_seed(&[1; 32]).unwrap())
}

/// A process: its own store, application and sealer, with a clock that tests move.
struct Process {
    app: App,
    auditor: Auditor,
    clock: Arc<AtomicI64>,
}

impl Process {
    fn on(store: Store) -> Self {
        let clock = Arc::new(AtomicI64::new(Timestamp::now().as_microsecond()));
        let read = Arc::clone(&clock);
        let now = move || Timestamp::from_microsecond(read.load(Ordering::SeqCst)).unwrap();
        let app = support::app_with(store, Mint::with_clock(now));
        Self { auditor: auditor(&app), app, clock }
    }

    fn wait(&self, us: i64) {
        self.clock.fetch_add(us, Ordering::SeqCst);
    }
}

async fn two(engine: &TestStore) -> (Process, Process, Caller) {
    let (a, b) = (Process::on(engine.store.clone()), Process::on(engine.beside().await));
    let (_, caller) = support::workspace(&a.app).await;
    (a, b, caller)
}

#[tokio::test]
async fn of_two_sealers_one_holds_the_lease() {
    for engine in support::engines().await {
        let (a, b, caller) = two(&engine).await;
        assert_eq!(a.auditor.seal_once("a").await.unwrap().events, 3);
        skill(&b.app, &caller, "One").await;
        let turned_away = b.auditor.seal_once("b").await.unwrap();
        assert!(turned_away.held_by_other);
        assert_eq!(turned_away.events, 0);
        assert_eq!(a.auditor.seal_once("a").await.unwrap().events, 1);
        a.auditor.seal_all("a").await.unwrap();
        skill(&a.app, &caller, "Two").await;
        assert_eq!(b.auditor.seal_once("b").await.unwrap().events, 1, "the lease was given back");
        assert!(b.auditor.verify(None, None).await.unwrap().ok);
    }
}

#[tokio::test]
async fn a_dead_sealers_lease_ends_and_the_late_one_is_fenced_off() {
    for engine in support::engines().await {
        let (a, b, caller) = two(&engine).await;
        assert_eq!(a.auditor.seal_once("a").await.unwrap().events, 3);
        skill(&a.app, &caller, "One").await;
        b.wait(MINUTE_US);
        assert_eq!(b.auditor.seal_once("b").await.unwrap().events, 1);
        skill(&a.app, &caller, "Two").await;
        // By its clock the first one still holds the lease.
        assert!(a.auditor.seal_once("a").await.is_err());
        assert!(a.auditor.seal_once("a").await.unwrap().held_by_other);
        assert_eq!(b.auditor.seal_once("b").await.unwrap().events, 1);
        assert!(b.auditor.verify(None, None).await.unwrap().ok);
    }
}

#[tokio::test]
async fn a_death_between_seal_and_checkpoint_heals() {
    for engine in support::engines().await {
        let (a, b, caller) = two(&engine).await;
        let sealed = a.auditor.seal_once("a").await.unwrap();
        assert_eq!((sealed.events, sealed.checkpoints, sealed.unsigned), (3, 0, 2));
        drop(a);
        let report = b.auditor.verify(Some(caller.workspace), None).await.unwrap();
        assert_eq!((report.ok, report.workspaces[0].signed_through), (true, 0));
        b.wait(2 * MINUTE_US);
        let healed = b.auditor.seal_once("b").await.unwrap();
        assert_eq!((healed.events, healed.checkpoints, healed.unsigned), (0, 2, 0));
        let report = b.auditor.verify(Some(caller.workspace), None).await.unwrap();
        assert_eq!(report.workspaces[0].signed_through, report.workspaces[0].sealed_through);
    }
}

#[tokio::test]
async fn checkpoints_are_signed_when_they_are_due() {
    let engine = TestStore::sqlite().await;
    let one = Process::on(engine.store.clone());
    let (_, caller) = support::workspace(&one.app).await;
    assert_eq!(one.auditor.seal_once("a").await.unwrap().checkpoints, 0);
    assert_eq!(one.auditor.seal_once("a").await.unwrap().unsigned, 2);
    one.wait(MINUTE_US);
    assert_eq!(one.auditor.seal_once("a").await.unwrap().checkpoints, 2);
    assert_eq!(one.auditor.seal_once("a").await.unwrap(), raally_application::audit::Sealed::default());
    let pace = Pace { sign_after_events: 2, ..Pace::default() };
    let often = Auditor::with_pace(&one.app, AuditKey::from_seed(&[1; 32]).unwrap(), pace);
    skill(&one.app, &caller, "One").await;
    assert_eq!(often.seal_once("a").await.unwrap().checkpoints, 0);
    skill(&one.app, &caller, "Two").await;
    assert_eq!(often.seal_once("a").await.unwrap().checkpoints, 1);
}

#[tokio::test]
async fn a_long_log_is_sealed_in_batches() {
    let engine = TestStore::sqlite().await;
    let app = support::app_on(engine.store.clone());
    let pace = Pace { seal_events_max: 3, ..Pace::default() };
    let auditor = Auditor::with_pace(&app, AuditKey::from_seed(&[1; 32]).unwrap(), pace);
    let (_, caller) = support::workspace(&app).await;
    for number in 0..6 {
        skill(&app, &caller, &format!("Skill {number}")).await;
    }
    let first = auditor.seal_once("a").await.unwrap();
    assert!(first.more);
    let rest = auditor.seal_all("a").await.unwrap();
    assert_eq!(first.events + rest.events, 9);
    assert_eq!(auditor.lag().await.unwrap(), 0);
    assert_eq!(auditor.verify(None, None).await.unwrap().checked, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_committed_is_sealed_within_a_second() {
    for engine in support::engines().await {
        let (app, other) = (support::app_on(engine.store.clone()), support::app_on(engine.beside().await));
        let (_, caller) = support::workspace(&app).await;
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let mut sealers = Vec::new();
        for (owner, app) in [("a", &app), ("b", &other)] {
            let (sealer, mut stopped) = (auditor(app), stopped.clone());
            sealers.push(tokio::spawn(async move {
                let over = async move { drop(stopped.wait_for(|stopped| *stopped).await) };
                sealer.run(owner, over).await;
            }));
        }
        let watching = auditor(&app);
        let mut took = Vec::new();
        for round in 0..15 {
            skill(if round % 2 == 0 { &app } else { &other }, &caller, &format!("Skill {round}")).await;
            let committed = Instant::now();
            let mut changes = app.store().changes();
            while watching.lag().await.unwrap() > 0 {
                assert!(committed.elapsed() < Duration::from_secs(20), "never sealed");
                drop(tokio::time::timeout(Duration::from_millis(20), changes.changed()).await);
            }
            took.push(committed.elapsed());
        }
        took.sort();
        println!("{}: sealed after {:?} (median), {:?} (worst)", engine.store.engine(), took[7], took[14]);
        assert!(took[7] < Duration::from_secs(1), "the machine is shared, so the median counts: {took:?}");
        stop.send(true).unwrap();
        for sealer in sealers {
            sealer.await.unwrap();
        }
        let report = watching.verify(None, None).await.unwrap();
        assert!(report.ok);
        assert!(report.workspaces.iter().all(|one| one.unsealed == 0 && one.signed_through == one.sealed_through));
    }
}

#[tokio::test]
async fn an_erased_subject_leaves_the_chain_whole() {
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        let (_, caller) = support::workspace(&app).await;
        let made = support::history::make(&app, &caller).await;
        let auditor = auditor(&app);
        auditor.seal_all("a").await.unwrap();
        let before = auditor.verify(None, None).await.unwrap();
        assert!(before.ok && before.checked > 20);
        let (inner, workspace, subject) = (app.clone(), caller.workspace, made.person.0);
        app.store()
            .write(Scope::Workspace(workspace), move |tx| {
                let app = inner.clone();
                Box::pin(async move { app.vault().erase(tx, workspace, subject, 1).await })
            })
            .await
            .unwrap();
        assert_eq!(before, auditor.verify(None, None).await.unwrap());
    }
}

#[tokio::test]
async fn identity_facts_are_sealed_like_all_others() {
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        support::user(&app).await;
        let auditor = auditor(&app);
        auditor.seal_all("a").await.unwrap();
        let report = auditor.verify(Some(WorkspaceId::PLATFORM), None).await.unwrap();
        assert_eq!((report.ok, report.checked), (true, 1));
        assert_eq!(app.auditor().unwrap().verify(None, None).await.unwrap(), report);
    }
}
