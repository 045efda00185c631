//! How many durable bookings with a clash check a second, below HTTP: for profiling the write path.
//! `cargo run --release -p raally-application --example book_speed [WRITERS] [BOOKINGS]`
#![expect(clippy::unwrap_used, reason = "a measurement may panic")]

use std::time::Instant;

use raally_application::accounts::{Accounts, SignUp};
use raally_application::vault::Vault;
use raally_application::{App, Caller, Mint};
use raally_domain::event::NewWorkspace;
use raally_domain::ids::{PersonId, ProjectId, UserId, WorkspaceId};
use raally_domain::model::{
    AssignmentDetails, ClashPolicy, Commitment, Effort, PersonDetails, PersonKind, ProjectDetails, Settings,
};
use raally_identity::Keyring;
use raally_identity::password::HasherLimits;
use raally_storage::{Location, Mode, Store, StoreConfig};

fn person(number: usize) -> PersonDetails {
    PersonDetails {
        name: format!("Person {number}"),
        email: None,
        kind: PersonKind::Person,
        role_id: None,
        team_ids: Vec::new(),
        user_id: None,
        holiday_region: None,
        starts_on: None,
        ends_on: None,
        notes: None,
        external_id: None,
    }
}

fn booking(person_id: PersonId, project_id: ProjectId, number: usize) -> AssignmentDetails {
    let starts_on = jiff::civil::date(2026, 1, 5).checked_add(jiff::Span::new().days((number % 360) as i64)).unwrap();
    AssignmentDetails {
        person_id,
        project_id,
        phase_id: None,
        role_id: None,
        starts_on,
        ends_on: Some(starts_on.checked_add(jiff::Span::new().days(11)).unwrap()),
        effort: Effort::HoursPerDay { minutes_per_day: 1 },
        commitment: Commitment::Confirmed,
        note: None,
        external_id: None,
    }
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let argument =
        |at: usize, default: usize| std::env::args().nth(at).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (writers, bookings) = (argument(1, 32), argument(2, 40_000));
    let folder = tempfile::tempdir().unwrap();
    let location = Location::parse(folder.path().join("raally.db").to_str().unwrap()).unwrap();
    let store = Store::open(&StoreConfig::new(location, "0.1.0")).await.unwrap();
    store.migrate(Mode::Expand).await.unwrap();
    let keyring = Keyring::from_secret(&[7; 32]).unwrap();
    let accounts = Accounts::new(&keyring, SignUp::Open, HasherLimits::default()).unwrap();
    let app = App::new(store, Mint::system(), Vault::new(keyring).unwrap(), accounts);
    let owner: UserId = app.mint().id();
    let new = NewWorkspace { name: "Speed".into(), settings: Settings::default() };
    let platform = Caller { user: Some(owner), ..Caller::system(WorkspaceId::PLATFORM) };
    let workspace = WorkspaceId(app.create_workspace(owner, &platform, new).await.unwrap().id);
    let caller = Caller { user: Some(owner), ..Caller::system(workspace) };
    let mut people = Vec::new();
    for number in 0..200 {
        people.push(PersonId(app.add_person(&caller, person(number), Some(2_400)).await.unwrap().id));
    }
    let mut projects = Vec::new();
    for number in 0..50 {
        let details: ProjectDetails =
            serde_json::from_value(serde_json::json!({"name": format!("Project {number}")})).unwrap();
        projects.push(ProjectId(app.add_project(&caller, details).await.unwrap().id));
    }
    let mut run = 0;
    for (what, count) in [("seed", 5_000), ("measure", bookings)] {
        let begin = Instant::now();
        let tasks: Vec<_> = (0..writers)
            .map(|writer| {
                let (app, caller, people, projects) = (app.clone(), caller.clone(), people.clone(), projects.clone());
                tokio::spawn(async move {
                    for number in (writer..count).step_by(writers) {
                        let details = booking(people[number % 200], projects[number % 50], number / 7 + run);
                        app.book(&caller, details, Some(ClashPolicy::Refuse)).await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let seconds = begin.elapsed().as_secs_f64();
        println!("{what}: {count} bookings in {seconds:.2} s = {:.0}/s", count as f64 / seconds);
        run += 13;
    }
    println!("{:?}", app.store().metrics());
}
