//! A workspace with a varied past: every managed kind, money, private text, deleted and restored rows, split and moved
//! bookings.

use raally_application::App;
use raally_application::caller::Caller;
use raally_domain::event::{PersonEvent, ProjectEvent, RoleEvent, TimeOffEvent};
use raally_domain::ids::PersonId;
use raally_domain::kind::Kind;
use raally_domain::model::{Assignment, Calendar, Client, Holiday, Person, Project, Role, Skill, Team, TimeOff};
use serde_json::{Value, json};
use uuid::Uuid;

/// What the past is about.
pub struct Made {
    /// A person with pay, a title, a skill and a schedule.
    pub person: PersonId,
    /// A project with budget, rates, phase and milestone.
    pub project: Uuid,
    /// Approved time off of the person.
    pub time_off: Uuid,
    /// A deleted client.
    pub client: Uuid,
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// Makes the past.
pub async fn make(app: &App, caller: &Caller) -> Made {
    let role = app.create::<Role>(caller, read(json!({"name": "Engineer"})), vec![]).await.unwrap();
    let rate = read(json!({"validFrom": "2026-01-01", "billPerHour": eur(9_000), "costPerHour": eur(5_500)}));
    app.record::<Role>(caller, role.id, role.version, vec![RoleEvent::RateSet(rate)]).await.unwrap();
    let team = app.create::<Team>(caller, read(json!({"name": "Core"})), vec![]).await.unwrap();
    let skill = app.create::<Skill>(caller, read(json!({"name": "Rust", "category": "Code"})), vec![]).await.unwrap();
    let calendar = json!({"name": "Four days", "weeks": [[480, 480, 480, 480, 0, 0, 0]]});
    app.create::<Calendar>(caller, read(calendar), vec![]).await.unwrap();
    let holiday = json!({"region": "DE-BY", "on": "2026-01-06", "name": "Epiphany"});
    app.create::<Holiday>(caller, read(holiday), vec![]).await.unwrap();
    let client = app.create::<Client>(caller, read(json!({"name": "Acme"})), vec![]).await.unwrap();
    let gone = app.remove::<Client>(caller, client.id, client.version).await.unwrap();
    let back = app.restore::<Client>(caller, client.id, gone.version).await.unwrap();
    app.remove::<Client>(caller, client.id, back.version).await.unwrap();
    let person = person(app, caller, [role.id, team.id, skill.id]).await;
    let project = project(app, caller).await;
    let time_off = json!({"personId": person, "startsOn": "2026-08-03", "endsOn": "2026-08-07", "note": "Sea, ✓"});
    let asked = app.create::<TimeOff>(caller, read(time_off), vec![]).await.unwrap();
    let approved = vec![TimeOffEvent::Approved];
    let time_off = app.record::<TimeOff>(caller, asked.id, asked.version, approved).await.unwrap();
    bookings(app, caller, person, project).await;
    Made { person, project, time_off: time_off.id, client: client.id }
}

/// Money in euro.
pub fn eur(minor: i64) -> Value {
    json!({"amountMinor": minor, "currency": "EUR"})
}

async fn person(app: &App, caller: &Caller, [role, team, skill]: [Uuid; 3]) -> PersonId {
    let details = json!({
        "name": "Ada Łovelace", "email": "Ada@Example.test", "roleId": role, "teamIds": [team],
        "notes": "Prefers mornings. \"Quoted\" \\ and ü", "holidayRegion": "DE-BY",
    });
    let made = app.add_person(caller, read(details), Some(2_400)).await.unwrap();
    let pay = json!({
        "validFrom": "2026-01-01", "kind": "salaried", "amount": eur(7_200_000), "weeklyMinutes": 2_280,
        "paidTimeOffDays": 30, "benefits": "Bicycle",
    });
    let facts = vec![
        PersonEvent::JobTitleSet(read(json!({"validFrom": "2026-01-01", "title": "Engineer", "roleId": role}))),
        PersonEvent::SkillSet(read(json!({"skillId": skill, "level": 4}))),
        PersonEvent::CompensationSet(read(pay)),
        PersonEvent::BillRateSet(read(json!({"validFrom": "2026-02-01", "perHour": eur(12_000)}))),
        PersonEvent::AvailabilitySet(read(json!({"validFrom": "2026-06-01", "basisPoints": 8_000}))),
    ];
    let changed = app.record::<Person>(caller, made.id, made.version, facts).await.unwrap();
    let patch = json!({"notes": "Prefers evenings", "externalId": "p-1"});
    app.patch::<Person>(caller, made.id, changed.version, patch).await.unwrap();
    PersonId(made.id)
}

async fn project(app: &App, caller: &Caller) -> Uuid {
    let details = json!({"name": "Bridge", "code": "BR-1", "startsOn": "2026-01-01", "endsOn": "2026-12-31"});
    let made = app.add_project(caller, read(details)).await.unwrap();
    let phase = Uuid::now_v7();
    let facts = vec![
        ProjectEvent::PhaseSet(read(json!({"id": phase, "name": "Design", "startsOn": "2026-01-01"}))),
        ProjectEvent::MilestoneSet(read(json!({"id": Uuid::now_v7(), "name": "Draft", "on": "2026-03-31"}))),
        ProjectEvent::BudgetSet(read(json!({"minutes": 60_000, "amount": eur(5_000_000)}))),
        ProjectEvent::RateSet(read(json!({
            "id": Uuid::now_v7(), "scope": {"of": "phase", "phaseId": phase}, "validFrom": "2026-01-01",
            "billPerHour": eur(11_000),
        }))),
    ];
    app.record::<Project>(caller, made.id, made.version, facts).await.unwrap();
    made.id
}

async fn bookings(app: &App, caller: &Caller, person: PersonId, project: Uuid) {
    let booking = json!({
        "personId": person, "projectId": project, "startsOn": "2026-03-02", "endsOn": "2026-04-30",
        "effort": {"form": "hours-per-day", "minutesPerDay": 240},
    });
    let booked = app.book(caller, read(booking), None).await.unwrap();
    let halves = app.split_assignment(caller, booked.id, booked.version, "2026-04-01".parse().unwrap()).await.unwrap();
    let second: Uuid = super::id_at(&halves.body, "/1/id");
    let open = json!({
        "personId": person, "projectId": project, "startsOn": "2026-09-01", "commitment": "tentative",
        "effort": {"form": "percent", "basisPoints": 5_000}, "note": "Maybe",
    });
    app.book(caller, read(open), None).await.unwrap();
    let removed = app.read(caller, Kind::Assignment, second, None).await.unwrap();
    app.remove::<Assignment>(caller, second, removed.version).await.unwrap();
}
