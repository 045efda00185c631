//! Three workspaces, every role, commands at random, also on other workspaces' objects: what the application answers and
//! keeps is what a model of a few lines answers and keeps (TRUST T6).
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use raally_application::caller::Caller;
use raally_application::managed::Resource;
use raally_application::{Answer, App, Failure};
use raally_domain::access::{Action, Grant, Role};
use raally_domain::decide::Refusal;
use raally_domain::kind::Kind;
use raally_domain::model::{Assignment, ClashPolicy, Person, Project, Skill};
use raally_storage::testing::TestStore;
use raally_storage::{Deleted, Query};
use serde_json::{Value, json};
use uuid::Uuid;

const KINDS: [Kind; 4] = [Kind::Skill, Kind::Person, Kind::Project, Kind::Assignment];

/// What somebody tries. Numbers pick an object among all of its kind, of every workspace.
#[derive(Clone, Debug)]
enum Try {
    Create(usize),
    Book { person: usize, project: usize },
    Change { kind: usize, target: usize, stale: bool },
    Remove { kind: usize, target: usize, stale: bool },
    Restore { kind: usize, target: usize, stale: bool },
    Read { kind: usize, target: usize },
}

fn tries() -> impl Strategy<Value = Try> {
    let on = || (0..4_usize, 0..1_000_usize, prop::bool::weighted(0.1));
    prop_oneof![
        3 => (0..3_usize).prop_map(Try::Create),
        3 => (0..1_000_usize, 0..1_000_usize).prop_map(|(person, project)| Try::Book { person, project }),
        3 => on().prop_map(|(kind, target, stale)| Try::Change { kind, target, stale }),
        2 => on().prop_map(|(kind, target, stale)| Try::Remove { kind, target, stale }),
        2 => on().prop_map(|(kind, target, stale)| Try::Restore { kind, target, stale }),
        2 => (0..4_usize, 0..1_000_usize).prop_map(|(kind, target)| Try::Read { kind, target }),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done(i64),
    NotFound,
    Mismatch,
    NotYours,
    Deleted,
    NotDeleted,
    Invalid,
}

fn outcome(answered: Result<Answer, Failure>) -> Outcome {
    match answered {
        Ok(answer) => Outcome::Done(answer.version),
        Err(Failure::VersionMismatch { .. }) => Outcome::Mismatch,
        Err(Failure::Refused(Refusal::NotFound)) => Outcome::NotFound,
        Err(Failure::Refused(Refusal::NotYours)) => Outcome::NotYours,
        Err(Failure::Refused(Refusal::Deleted)) => Outcome::Deleted,
        Err(Failure::Refused(Refusal::NotDeleted)) => Outcome::NotDeleted,
        Err(Failure::Refused(Refusal::Invalid(_))) => Outcome::Invalid,
        Err(other) => panic!("no rule of the model answers {other:?}"),
    }
}

/// An object as the model knows it.
#[derive(Clone, Debug)]
struct Thing {
    workspace: usize,
    kind: Kind,
    version: i64,
    deleted: bool,
    /// Whose it is: the one manager of a project.
    manager: Option<Uuid>,
    /// Of an assignment.
    project: Option<Uuid>,
}

struct World {
    app: App,
    /// By workspace, then by role.
    callers: Vec<Vec<Caller>>,
    things: BTreeMap<Uuid, Thing>,
    made: u32,
}

const fn action(kind: Kind) -> Action {
    match kind {
        Kind::Project => Action::EditProjects,
        Kind::Assignment => Action::EditAssignments,
        _ => Action::EditPeople,
    }
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

impl World {
    async fn on(app: &App) -> Self {
        let mut callers = Vec::new();
        for _ in 0..3 {
            let (_, owner) = support::workspace(app).await;
            let mut all = vec![owner.clone()];
            for role in &Role::ALL[1..] {
                all.push(support::member(app, &owner, *role).await);
            }
            callers.push(all);
        }
        Self { app: app.clone(), callers, things: BTreeMap::new(), made: 0 }
    }

    fn pick(&self, kind: Kind, number: usize) -> Option<Uuid> {
        let all: Vec<Uuid> = self.things.iter().filter(|(_, thing)| thing.kind == kind).map(|(id, _)| *id).collect();
        (!all.is_empty()).then(|| all[number % all.len()])
    }

    fn name(&mut self) -> String {
        self.made += 1;
        format!("Thing {}", self.made)
    }

    /// Whether the thing is the caller's own, as far as that matters for the kind.
    fn owns(&self, caller: &Caller, thing: &Thing) -> bool {
        let manager = match thing.project {
            Some(project) => self.things.get(&project).and_then(|project| project.manager),
            None => thing.manager,
        };
        caller.grant != Grant::Own || manager == caller.user.map(Uuid::from)
    }

    /// What a change of an existing object should come to; `wants_deleted` tells a restore.
    fn expected(&self, workspace: usize, caller: &Caller, id: Uuid, version: i64, wants_deleted: bool) -> Outcome {
        let Some(thing) = self.things.get(&id).filter(|thing| thing.workspace == workspace) else {
            return Outcome::NotFound;
        };
        if thing.version != version {
            Outcome::Mismatch
        } else if !self.owns(caller, thing) {
            Outcome::NotYours
        } else if thing.deleted && !wants_deleted {
            Outcome::Deleted
        } else if !thing.deleted && wants_deleted {
            Outcome::NotDeleted
        } else {
            Outcome::Done(version + 1)
        }
    }

    async fn act(&mut self, workspace: usize, role: usize, attempt: &Try) {
        let caller = self.callers[workspace][role].clone();
        match *attempt {
            Try::Create(kind) => self.create(workspace, &caller, KINDS[kind]).await,
            Try::Book { person, project } => self.book(workspace, &caller, person, project).await,
            Try::Read { kind, target } => self.look(workspace, &caller, KINDS[kind], target).await,
            Try::Change { kind, target, stale }
            | Try::Remove { kind, target, stale }
            | Try::Restore { kind, target, stale } => {
                let kind = KINDS[kind];
                let Some(id) = self.pick(kind, target) else { return };
                let version = self.things[&id].version + i64::from(stale);
                let Some(caller) = support::caller_for(&caller, action(kind)) else { return };
                let restores = matches!(attempt, Try::Restore { .. });
                let expected = self.expected(workspace, &caller, id, version, restores);
                let got = match kind {
                    Kind::Skill => self.attempt::<Skill>(&caller, id, version, attempt).await,
                    Kind::Person => self.attempt::<Person>(&caller, id, version, attempt).await,
                    Kind::Project => self.attempt::<Project>(&caller, id, version, attempt).await,
                    _ => self.attempt::<Assignment>(&caller, id, version, attempt).await,
                };
                assert_eq!(got, expected, "{:?} {attempt:?} {:?}", caller.role, self.things[&id]);
                if let Outcome::Done(version) = got {
                    let thing = self.things.get_mut(&id).unwrap();
                    thing.version = version;
                    thing.deleted = match attempt {
                        Try::Remove { .. } => true,
                        Try::Restore { .. } => false,
                        _ => thing.deleted,
                    };
                }
            }
        }
    }

    async fn attempt<A: Resource>(&mut self, caller: &Caller, id: Uuid, version: i64, attempt: &Try) -> Outcome {
        let name = self.name();
        outcome(match attempt {
            Try::Remove { .. } => self.app.remove::<A>(caller, id, version).await,
            Try::Restore { .. } => self.app.restore::<A>(caller, id, version).await,
            _ => {
                let field = if A::KIND == Kind::Assignment { "note" } else { "name" };
                self.app.patch::<A>(caller, id, version, json!({field: name})).await
            }
        })
    }

    async fn create(&mut self, workspace: usize, caller: &Caller, kind: Kind) {
        let Some(caller) = support::caller_for(caller, action(kind)) else { return };
        let details = json!({"name": self.name()});
        let made = match kind {
            Kind::Skill => self.app.create::<Skill>(&caller, read(details), vec![]).await,
            Kind::Person => self.app.add_person(&caller, read(details), Some(2_400)).await,
            _ => self.app.add_project(&caller, read(details)).await,
        }
        .unwrap();
        let manager = caller.user.filter(|_| caller.grant == Grant::Own).map(Uuid::from);
        let version = if kind == Kind::Person { 2 } else { 1 };
        assert_eq!(made.version, version);
        self.things.insert(made.id, Thing { workspace, kind, version, deleted: false, manager, project: None });
    }

    async fn book(&mut self, workspace: usize, caller: &Caller, person: usize, project: usize) {
        let Some(caller) = support::caller_for(caller, Action::EditAssignments) else { return };
        let (Some(person), Some(project)) = (self.pick(Kind::Person, person), self.pick(Kind::Project, project)) else {
            return;
        };
        let details = json!({
            "personId": person, "projectId": project, "startsOn": "2026-03-02", "endsOn": "2026-03-06",
            "effort": {"form": "hours-per-day", "minutesPerDay": 60},
        });
        let booked = self.app.book(&caller, read(details), Some(ClashPolicy::Allow)).await;
        let id = booked.as_ref().map_or(Uuid::nil(), |answer| answer.id);
        let got = outcome(booked);
        let alive = |id: Uuid| self.things[&id].workspace == workspace && !self.things[&id].deleted;
        let in_place = alive(person) && alive(project);
        let thing = Thing {
            workspace,
            kind: Kind::Assignment,
            version: 1,
            deleted: false,
            manager: None,
            project: Some(project),
        };
        let own = self.things[&project].workspace == workspace && self.owns(&caller, &thing);
        match (in_place, own) {
            (true, true) => {
                assert_eq!(got, Outcome::Done(1));
                self.things.insert(id, thing);
            }
            (true, false) => assert_eq!(got, Outcome::NotYours),
            (false, _) if caller.grant == Grant::Own => {
                assert!(matches!(got, Outcome::NotYours | Outcome::Invalid), "{got:?}");
            }
            (false, _) => assert_eq!(got, Outcome::Invalid),
        }
    }

    async fn look(&self, workspace: usize, caller: &Caller, kind: Kind, target: usize) {
        let Some(id) = self.pick(kind, target) else { return };
        let got = outcome(self.app.read(caller, kind, id, None).await);
        let thing = &self.things[&id];
        let seen = thing.workspace == workspace && !thing.deleted;
        assert_eq!(got, if seen { Outcome::Done(thing.version) } else { Outcome::NotFound });
    }

    /// Every workspace has exactly the model's objects, in the model's versions, living and deleted.
    async fn compare(&self) {
        for (workspace, callers) in self.callers.iter().enumerate() {
            for kind in KINDS {
                for (deleted, scope) in [(false, Deleted::Exclude), (true, Deleted::Only)] {
                    let page = self.app.list(&callers[5], Query::new(kind).deleted(scope).limit(200)).await.unwrap();
                    let rows: Vec<Value> = serde_json::from_str(&format!("[{}]", page.items)).unwrap();
                    let kept: BTreeMap<Uuid, i64> = rows
                        .iter()
                        .map(|row| (row["id"].as_str().unwrap().parse().unwrap(), row["version"].as_i64().unwrap()))
                        .collect();
                    let mine =
                        |thing: &Thing| thing.workspace == workspace && thing.kind == kind && thing.deleted == deleted;
                    let known: BTreeMap<Uuid, i64> = self
                        .things
                        .iter()
                        .filter(|(_, thing)| mine(thing))
                        .map(|(id, thing)| (*id, thing.version))
                        .collect();
                    assert_eq!(kept, known, "{kind:?} of workspace {workspace}, deleted: {deleted}");
                }
            }
        }
    }
}

fn model_holds(engine: Option<TestStore>, runtime: &tokio::runtime::Runtime, cases: u32) {
    let Some(engine) = engine else { return };
    let app = support::app_on(engine.store.clone());
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let step = (0..3_usize, 0..6_usize, tries());
    let outcome = runner.run(&proptest::collection::vec(step, 20..70), |steps| {
        runtime.block_on(async {
            let mut world = World::on(&app).await;
            for (workspace, role, attempt) in &steps {
                world.act(*workspace, *role, attempt).await;
            }
            world.compare().await;
        });
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn random_commands_of_every_role_do_what_the_model_does() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sqlite = runtime.block_on(TestStore::sqlite());
    model_holds(Some(sqlite), &runtime, 40);
    let postgres = runtime.block_on(TestStore::postgres());
    model_holds(postgres, &runtime, 8);
}
