//! The log is the truth: read tables are what a replay gives, byte by byte; the past can be read as it was; what was
//! erased reads "erased", and nothing else is lost by it.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use raally_application::caller::Origin;
use raally_application::history::AuditFilter;
use raally_application::sign_in::NewAccount;
use raally_application::{App, Failure, Mint};
use raally_domain::decide::Refusal;
use raally_domain::event::SessionEnd;
use raally_domain::ids::WorkspaceId;
use raally_domain::kind::Kind;
use raally_domain::model::{Person, Project};
use raally_identity::Secret;
use raally_storage::testing::TestStore;
use raally_storage::{Scope, StoreConfig};
use serde_json::{Value, json};

const DAY_US: i64 = 86_400_000_000;

async fn rebuild(app: &App, workspace: WorkspaceId) -> usize {
    let inner = app.clone();
    app.store()
        .write(Scope::Platform, move |tx| {
            let app = inner.clone();
            Box::pin(async move { app.rebuild(tx, workspace).await })
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn read_tables_equal_a_replay_of_the_log() {
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        let (_, caller) = support::workspace(&app).await;
        let (_, other) = support::workspace(&app).await;
        support::history::make(&app, &caller).await;
        support::history::make(&app, &other).await;
        support::member(&app, &caller, raally_domain::access::Role::Member).await;
        let before = support::dump(app.store()).await;
        assert!(before.contains("7200000") && before.contains("Bicycle"), "pay is in the money column");
        assert!(rebuild(&app, caller.workspace).await > 10);
        assert_eq!(before, support::dump(app.store()).await, "{}", app.store().engine());
    }
}

#[tokio::test]
async fn many_who_find_a_plan_old_at_once_fetch_it_once() {
    const ASKING: u64 = 32;
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        let (_, caller) = support::workspace(&app).await;
        support::history::make(&app, &caller).await;
        let before = app.store().metrics().reads;
        let ask = || app.ask_plan(caller.workspace, None, |plan| plan.people().count());
        let answers = futures_util::future::join_all((0..ASKING).map(|_| ask())).await;
        assert!(answers.into_iter().all(|people| people.unwrap() > 0));
        // Each asks for the log's position.
        assert_eq!(app.store().metrics().reads - before, ASKING + 1, "{}", app.store().engine());
    }
}

#[tokio::test]
async fn users_and_sessions_equal_a_replay_of_the_platforms_log() {
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        let account = NewAccount {
            email: "Grace@Example.test".into(),
            password: Secret::from("a lengthy pass phrase, that is".to_owned()),
            name: "Grace".into(),
            join_token: None,
        };
        let user = app.create_user(account, true, None, None).await.unwrap();
        let sign_in = || {
            let password = Secret::from("a lengthy pass phrase, that is".to_owned());
            app.sign_in(
                "grace@example.test",
                password,
                Origin { address: "192.0.2.7".into(), client: "Test ü".into(), trace: None },
            )
        };
        sign_in().await.unwrap();
        sign_in().await.unwrap();
        let first = app.sessions(user).await.unwrap()[0].id;
        app.end_session(user, first, SessionEnd::Revoked).await.unwrap();
        app.rename_user(user, "Grace H.".into()).await.unwrap();
        let before = support::dump(app.store()).await;
        assert_eq!(rebuild(&app, WorkspaceId::PLATFORM).await, 3);
        assert_eq!(before, support::dump(app.store()).await, "{}", app.store().engine());
    }
}

/// A store and an application whose clocks are moved together.
async fn with_clock(postgres: bool) -> Option<(TestStore, App, Arc<AtomicI64>)> {
    let now = Arc::new(AtomicI64::new(1_790_000_000_000_000));
    let (for_store, for_app) = (Arc::clone(&now), Arc::clone(&now));
    let change = move |mut config: StoreConfig| {
        config.clock = Arc::new(move || for_store.load(Ordering::SeqCst));
        config
    };
    let engine = if postgres { TestStore::postgres_with(change).await? } else { TestStore::sqlite_with(change).await };
    let mint = Mint::with_clock(move || Timestamp::from_microsecond(for_app.load(Ordering::SeqCst)).unwrap());
    let app = support::app_with(engine.store.clone(), mint);
    Some((engine, app, now))
}

#[tokio::test]
async fn a_project_and_a_person_are_read_as_of_yesterday() {
    for postgres in [false, true] {
        let Some((_engine, app, clock)) = with_clock(postgres).await else { continue };
        let (_, caller) = support::workspace(&app).await;
        let made = support::history::make(&app, &caller).await;
        let yesterday = clock.load(Ordering::SeqCst);
        let person = app.read(&caller, Kind::Person, made.person.0, None).await.unwrap();
        let project = app.read(&caller, Kind::Project, made.project, None).await.unwrap();
        clock.fetch_add(DAY_US, Ordering::SeqCst);
        let patch = json!({"name": "Ada Byron"});
        app.patch::<Person>(&caller, made.person.0, person.version, patch).await.unwrap();
        let patch = json!({"name": "Tunnel"});
        app.patch::<Project>(&caller, made.project, project.version, patch).await.unwrap();
        let person_then = app.read(&caller, Kind::Person, made.person.0, Some(yesterday)).await.unwrap();
        let project_then = app.read(&caller, Kind::Project, made.project, Some(yesterday)).await.unwrap();
        assert_eq!(person_then, person);
        assert_eq!(project_then, project);
        let before = app.read(&caller, Kind::Person, made.person.0, Some(yesterday - DAY_US)).await;
        assert!(matches!(before, Err(Failure::Refused(Refusal::NotFound))));
        let now = app.read(&caller, Kind::Person, made.person.0, None).await.unwrap();
        assert!(now.body.contains("Ada Byron"));
    }
}

#[tokio::test]
async fn the_plan_is_read_as_of_yesterday() {
    for postgres in [false, true] {
        let Some((_engine, app, clock)) = with_clock(postgres).await else { continue };
        let (_, caller) = support::workspace(&app).await;
        let made = support::history::make(&app, &caller).await;
        let yesterday = clock.load(Ordering::SeqCst);
        clock.fetch_add(DAY_US, Ordering::SeqCst);
        let booking = json!({
            "personId": made.person, "projectId": made.project, "startsOn": "2026-05-04", "endsOn": "2026-05-08",
            "effort": {"form": "hours-per-day", "minutesPerDay": 60},
        });
        let count = |at| app.ask_plan(caller.workspace, at, |plan| plan.assignment_count());
        let tomorrow = clock.load(Ordering::SeqCst) + DAY_US;
        let (then, so_far) = (count(Some(yesterday)).await.unwrap(), count(Some(tomorrow)).await.unwrap());
        assert_eq!(then, so_far);
        app.book(&caller, serde_json::from_value(booking).unwrap(), None).await.unwrap();
        for (at, wanted) in [(None, then + 1), (Some(yesterday), then), (Some(tomorrow), then + 1)] {
            assert_eq!(count(at).await.unwrap(), wanted, "what is kept of the past is not of the future: {at:?}");
        }
    }
}

#[tokio::test]
async fn after_erasure_the_log_reads_erased_and_still_rebuilds() {
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        let (_, caller) = support::workspace(&app).await;
        let made = support::history::make(&app, &caller).await;
        let (inner, workspace, subject) = (app.clone(), caller.workspace, made.person.0);
        app.store()
            .write(Scope::Workspace(workspace), move |tx| {
                let app = inner.clone();
                Box::pin(async move { app.vault().erase(tx, workspace, subject, 1).await })
            })
            .await
            .unwrap();
        let filter = AuditFilter { object: Some(subject), limit: 100, ..AuditFilter::default() };
        let events = app.audit_events(&caller, filter).await.unwrap();
        let data = |name: &str| -> Value { events.iter().find(|event| event.type_name == name).unwrap().data.clone() };
        assert_eq!(data("person-added")["name"], "erased");
        assert_eq!(data("compensation-set")["amount"]["amountMinor"], 0);
        rebuild(&app, workspace).await;
        let rebuilt = support::dump(app.store()).await;
        for private in ["Ada", "Łovelace", "Prefers", "7200000", "Bicycle", "Sea, "] {
            assert!(!rebuilt.contains(private), "{private:?} is gone from the read tables");
        }
        assert!(rebuilt.contains("BR-1"), "the rest is there");
    }
}
