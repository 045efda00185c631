//! Whoever changes the log past the program is found, with the position of the first event that is wrong.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use raally_application::App;
use raally_application::audit::{Auditor, Damage, Pace, WorkspaceReport};
use raally_application::caller::Caller;
use raally_domain::ids::WorkspaceId;
use raally_domain::model::Skill;
use raally_identity::chain::{AuditKey, ExportedCheckpoint};
use raally_storage::testing::TestStore;
use serde_json::json;
use support::tamper;

/// Small seals, so that a short log has many.
const PACE: Pace =
    Pace { seal_events_max: 4, between_passes: Duration::ZERO, sign_after: Duration::ZERO, sign_after_events: 1 };

struct Scene {
    engine: TestStore,
    app: App,
    auditor: Auditor,
    caller: Caller,
    positions: Vec<i64>,
    /// Positions of another workspace, between those.
    foreign: Vec<i64>,
}

impl Scene {
    /// Two workspaces whose events alternate, sealed and signed.
    async fn on(engine: TestStore) -> Self {
        let app = support::app_on(engine.store.clone());
        let auditor = Auditor::with_pace(&app, AuditKey::from_seed(&[1; 32]).unwrap(), PACE);
        let (_, caller) = support::workspace(&app).await;
        let (_, other) = support::workspace(&app).await;
        for number in 0..12 {
            skill(&app, &caller, number).await;
            skill(&app, &other, number).await;
        }
        auditor.seal_all("test").await.unwrap();
        let of = |events: Vec<raally_storage::StoredEvent>| events.iter().map(|event| event.position).collect();
        let positions: Vec<i64> = of(tamper::events(&engine, caller.workspace).await);
        let foreign = of(tamper::events(&engine, other.workspace).await);
        assert_eq!(positions.len(), 14);
        Self { engine, app, auditor, caller, positions, foreign }
    }

    async fn all() -> Vec<Self> {
        let mut scenes = Vec::new();
        for engine in support::engines().await {
            scenes.push(Self::on(engine).await);
        }
        scenes
    }

    async fn sql(&self, statements: &str) {
        tamper::sql(&self.engine, statements).await;
    }

    async fn verify(&self, kept: Option<&ExportedCheckpoint>) -> WorkspaceReport {
        let report = self.auditor.verify(Some(self.caller.workspace), kept).await.unwrap();
        report.workspaces.into_iter().find(|one| one.workspace_id == self.caller.workspace).unwrap()
    }

    /// Tampers and expects exactly this to be found.
    async fn finds(&self, statements: &str, damage: Damage, position: i64) {
        let before = self.verify(None).await;
        assert!(before.ok, "{before:?}");
        assert_eq!((before.checked, before.unsealed), (14, 0));
        assert_eq!((before.sealed_through, before.signed_through), (self.positions[13], self.positions[13]));
        self.sql(statements).await;
        let after = self.verify(None).await;
        assert!(!after.ok);
        assert_eq!(
            (after.damage, after.first_bad_position),
            (Some(damage), Some(position)),
            "{} {statements}",
            self.engine.store.engine()
        );
        assert!(after.sealed_through < position);
        let everything = self.auditor.verify(None, None).await.unwrap();
        assert!(!everything.ok, "verifying all workspaces finds it too");
    }
}

async fn skill(app: &App, caller: &Caller, number: u32) {
    let skill = serde_json::from_value(json!({"name": format!("Skill {number}")})).unwrap();
    app.create::<Skill>(caller, skill, vec![]).await.unwrap();
}

#[tokio::test]
async fn a_changed_payload_is_found() {
    for scene in Scene::all().await {
        let position = scene.positions[6];
        let change =
            format!("UPDATE event SET payload = replace(payload, 'Skill', 'Skull') WHERE position = {position}");
        scene.finds(&change, Damage::Changed, position).await;
    }
}

#[tokio::test]
async fn a_changed_instant_is_found() {
    for scene in Scene::all().await {
        let position = scene.positions[9];
        let change = format!("UPDATE event SET recorded_at = recorded_at + 1 WHERE position = {position}");
        scene.finds(&change, Damage::Changed, position).await;
    }
}

#[tokio::test]
async fn a_changed_actor_is_found() {
    for scene in Scene::all().await {
        let position = scene.positions[2];
        let change = format!("UPDATE event SET actor_id = NULL WHERE position = {position}");
        scene.finds(&change, Damage::Changed, position).await;
    }
}

#[tokio::test]
async fn an_event_that_can_not_even_be_read_is_found() {
    for scene in Scene::all().await {
        let position = scene.positions[7];
        let change = match scene.engine.store.engine() {
            "sqlite" => format!("UPDATE event SET payload = CAST(x'7bff7d' AS TEXT) WHERE position = {position}"),
            _ => format!("UPDATE event SET stream_kind = 'nothing' WHERE position = {position}"),
        };
        scene.finds(&change, Damage::Changed, position).await;
    }
}

#[tokio::test]
async fn a_flipped_bit_in_the_database_file_is_found() {
    let scene = Scene::on(TestStore::sqlite().await).await;
    let position = scene.positions[5];
    let event = tamper::events(&scene.engine, scene.caller.workspace).await[5].clone();
    scene.sql("PRAGMA wal_checkpoint(TRUNCATE)").await;
    let mut bytes = std::fs::read(scene.engine.file()).unwrap();
    // The payload follows the event's id in the row; a page that was split keeps a copy that nobody reads.
    let ids: Vec<usize> =
        bytes.windows(16).enumerate().filter(|(_, id)| *id == event.event_id.as_bytes()).map(|(at, _)| at).collect();
    for at in ids {
        let row = &bytes[at..bytes.len().min(at + 300)];
        let payload = row.windows(event.payload.len()).position(|text| text == event.payload.as_bytes());
        bytes[at + payload.unwrap() + 10] ^= 1;
    }
    let copy = scene.engine.folder().unwrap().join("copy.db");
    std::fs::write(&copy, &bytes).unwrap();
    let config = raally_storage::StoreConfig::new(raally_storage::Location::Sqlite(copy), "0.1.0");
    let app = support::app_on(raally_storage::Store::open(&config).await.unwrap());
    let auditor = Auditor::new(&app, AuditKey::from_seed(&[1; 32]).unwrap());
    let report = auditor.verify(None, None).await.unwrap();
    assert!(!report.ok);
    let bad: Vec<_> = report.workspaces.iter().filter(|one| !one.ok).collect();
    assert_eq!(bad.len(), 1);
    assert_eq!((bad[0].workspace_id, bad[0].first_bad_position), (scene.caller.workspace, Some(position)));
}

#[tokio::test]
async fn a_removed_event_is_found() {
    for scene in Scene::all().await {
        let position = scene.positions[4];
        scene.finds(&format!("DELETE FROM event WHERE position = {position}"), Damage::Removed, position).await;
    }
}

#[tokio::test]
async fn an_inserted_event_is_found() {
    for scene in Scene::all().await {
        let place = scene.foreign[8];
        let source = scene.positions[10];
        let insert = format!(
            "DELETE FROM event WHERE position = {place}; {}",
            tamper::copy_to(&scene.engine, source, place, 99)
        );
        scene.finds(&insert, Damage::Inserted, place).await;
    }
}

#[tokio::test]
async fn swapped_events_are_found() {
    for scene in Scene::all().await {
        let (one, other) = (scene.positions[5], scene.positions[6]);
        scene.finds(&tamper::swap(one, other), Damage::Reordered, one).await;
    }
}

#[tokio::test]
async fn a_changed_seal_is_found() {
    for scene in Scene::all().await {
        let id = tamper::id(&scene.engine, scene.caller.workspace);
        let end = scene.positions[7];
        let change =
            format!("UPDATE seal SET sealed_at = sealed_at + 1 WHERE workspace_id = {id} AND to_position = {end}");
        scene.finds(&change, Damage::Rewritten, scene.positions[4]).await;
    }
}

#[tokio::test]
async fn a_cut_tail_is_found_with_a_checkpoint_kept_elsewhere() {
    for scene in Scene::all().await {
        let kept = scene.auditor.export_checkpoint(scene.caller.workspace).await.unwrap();
        let kept = ExportedCheckpoint::from_json(kept.to_json().as_bytes()).unwrap();
        assert!(scene.verify(Some(&kept)).await.ok);
        let end = scene.positions[7];
        scene.sql(&tamper::cut_after(&scene.engine, scene.caller.workspace, end)).await;
        let alone = scene.verify(None).await;
        assert!(alone.ok, "what is left is consistent: {alone:?}");
        let found = scene.verify(Some(&kept)).await;
        assert_eq!((found.damage, found.first_bad_position), (Some(Damage::TailCut), Some(end + 1)));
    }
}

#[tokio::test]
async fn a_wholly_rewritten_chain_is_found_with_a_checkpoint_kept_elsewhere() {
    for scene in Scene::all().await {
        let workspace = scene.caller.workspace;
        let kept = scene.auditor.export_checkpoint(workspace).await.unwrap();
        let position = scene.positions[3];
        let change =
            format!("UPDATE event SET payload = replace(payload, 'Skill', 'Skull') WHERE position = {position};");
        scene.sql(&format!("{change}{}", tamper::forget_seals(&scene.engine, workspace))).await;
        // Sealed anew by somebody with a key of their own: the key file tells.
        let thief_app = support::app_on(scene.engine.beside().await);
        let thief = Auditor::with_pace(&thief_app, AuditKey::from_seed(&[9; 32]).unwrap(), PACE);
        assert_eq!(thief.seal_all("thief").await.unwrap().events, 14);
        assert_eq!(scene.verify(None).await.damage, Some(Damage::BadSignature));
        // With our key: only what was kept elsewhere tells.
        scene.sql(&tamper::forget_seals(&scene.engine, workspace)).await;
        scene.auditor.seal_all("test").await.unwrap();
        assert!(scene.verify(None).await.ok);
        let found = scene.verify(Some(&kept)).await;
        assert_eq!((found.ok, found.damage), (false, Some(Damage::Rewritten)));
    }
}

#[tokio::test]
async fn events_after_the_last_seal_are_shown_as_the_unsealed_tail() {
    for scene in Scene::all().await {
        skill(&scene.app, &scene.caller, 100).await;
        skill(&scene.app, &scene.caller, 101).await;
        let tail: Vec<i64> = tamper::events(&scene.engine, scene.caller.workspace).await[14..]
            .iter()
            .map(|event| event.position)
            .collect();
        let report = scene.verify(None).await;
        assert!(report.ok);
        assert_eq!(report.unsealed, 2);
        assert_eq!((report.unsealed_from, report.unsealed_to), (Some(tail[0]), Some(tail[1])));
        assert_eq!(report.sealed_through, scene.positions[13]);
    }
}

#[tokio::test]
async fn a_checkpoint_of_another_workspace_is_refused() {
    let scene = Scene::on(TestStore::sqlite().await).await;
    let platform = scene.auditor.export_checkpoint(WorkspaceId::PLATFORM).await.unwrap();
    assert!(scene.auditor.verify(Some(scene.caller.workspace), Some(&platform)).await.is_err());
    assert!(scene.auditor.verify(None, Some(&platform)).await.unwrap().ok);
}

#[derive(Clone, Debug)]
enum Mutation {
    Payload(usize),
    RecordedAt(usize, i64),
    Version(usize),
    Delete(usize),
    Swap(usize, usize),
    Insert { from: usize, at: usize },
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let own = 0..14_usize;
    prop_oneof![
        own.clone().prop_map(Mutation::Payload),
        (own.clone(), -3..3_i64).prop_map(|(at, by)| Mutation::RecordedAt(at, by)),
        own.clone().prop_map(Mutation::Version),
        own.clone().prop_map(Mutation::Delete),
        (own.clone(), own.clone()).prop_map(|(one, other)| Mutation::Swap(one, other)),
        (own, 0..14_usize).prop_map(|(from, at)| Mutation::Insert { from, at }),
    ]
}

impl Mutation {
    fn sql(&self, scene: &Scene, number: usize) -> String {
        let at = |index: &usize| scene.positions[*index];
        match self {
            Self::Payload(index) => {
                format!("UPDATE event SET payload = payload || ' ' WHERE position = {};", at(index))
            }
            Self::RecordedAt(index, by) => {
                format!("UPDATE event SET recorded_at = recorded_at + {by} WHERE position = {};", at(index))
            }
            Self::Version(index) => {
                format!("UPDATE event SET version = version + {} WHERE position = {};", 1_000 + number, at(index))
            }
            Self::Delete(index) => format!("DELETE FROM event WHERE position = {};", at(index)),
            Self::Swap(one, other) if one == other => String::new(),
            Self::Swap(one, other) => tamper::swap(at(one), at(other)),
            Self::Insert { from, at: index } => {
                let place = scene.foreign[*index];
                let version = 5_000 + i64::try_from(number).unwrap();
                let copy = tamper::copy_to(&scene.engine, at(from), place, version);
                format!("DELETE FROM event WHERE position = {place};{copy}")
            }
        }
    }
}

/// The first place at which the log is not what was sealed, by comparing both as maps.
fn first_difference(sealed: &[raally_storage::StoredEvent], now: &[raally_storage::StoredEvent]) -> Option<i64> {
    let map = |events: &[raally_storage::StoredEvent]| -> BTreeMap<i64, raally_storage::StoredEvent> {
        events.iter().map(|event| (event.position, event.clone())).collect()
    };
    let (sealed, now) = (map(sealed), map(now));
    let end = *sealed.keys().last().unwrap();
    sealed.keys().chain(now.keys().filter(|at| **at <= end)).filter(|at| sealed.get(at) != now.get(at)).min().copied()
}

/// Whatever is done to the events, and however often, the report names the first difference, or none when there is none.
fn any_mutation_is_found(engine: Option<TestStore>, runtime: &tokio::runtime::Runtime, cases: u32) {
    let Some(engine) = engine else { return };
    let scene = runtime.block_on(Scene::on(engine));
    let workspace = scene.caller.workspace;
    let sealed = runtime.block_on(tamper::events(&scene.engine, workspace));
    runtime.block_on(scene.sql("CREATE TABLE event_before AS SELECT * FROM event"));
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&proptest::collection::vec(mutation(), 1..4), |mutations| {
        let statements: String =
            mutations.iter().enumerate().map(|(number, mutation)| mutation.sql(&scene, number)).collect();
        let (found, expected) = runtime.block_on(async {
            scene.sql(&statements).await;
            let now = tamper::events(&scene.engine, workspace).await;
            let report = scene.verify(None).await;
            scene.sql("DELETE FROM event; INSERT INTO event SELECT * FROM event_before;").await;
            (report, first_difference(&sealed, &now))
        });
        prop_assert_eq!(found.first_bad_position, expected);
        prop_assert_eq!(found.ok, expected.is_none());
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn any_mutation_is_found_on_both_engines() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sqlite = runtime.block_on(TestStore::sqlite());
    any_mutation_is_found(Some(sqlite), &runtime, 200);
    let postgres = runtime.block_on(TestStore::postgres());
    any_mutation_is_found(postgres, &runtime, 40);
}
