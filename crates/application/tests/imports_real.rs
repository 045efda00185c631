//! Real files, imported on both engines: the figures are those that were computed independently.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/files.rs"]
mod files;
mod support;

use std::collections::BTreeMap;

use files::{folder, import, living, planning_events, real};
use jiff::civil::{Date, date};
use raally_application::imports::ImportState;
use raally_domain::kind::Kind;
use raally_domain::report::{ReportQuery, overbooking, schedule};
use raally_domain::rules::Grain;
use serde_json::Value;

fn year_2026(grain: Grain, include_tentative: bool) -> ReportQuery {
    ReportQuery {
        from: date(2026, 1, 1),
        to: date(2026, 12, 31),
        grain,
        team_ids: Vec::new(),
        role_ids: Vec::new(),
        project_ids: Vec::new(),
        client_ids: Vec::new(),
        person_ids: Vec::new(),
        skill_ids: Vec::new(),
        include_tentative,
        include_pending: false,
    }
}

fn month(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

#[tokio::test]
async fn the_long_sheet_gives_the_expected_minutes_and_overbookings() {
    let Some(folder) = folder() else { return };
    let expected: Value =
        serde_json::from_slice(&std::fs::read(folder.join("staffing/expected.json")).unwrap()).unwrap();
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        let (_, caller) = support::workspace(&app).await;
        let report = import(&app, &caller, real(folder.join("staffing/agency-long.csv"))).await.unwrap();
        assert_eq!(report.state, ImportState::Completed, "{report:?}");
        let counts = &report.findings.summary;
        assert_eq!((counts.people.created, counts.projects.created), (60, 18));
        assert_eq!((counts.clients.created, counts.assignments.created), (8, 420));

        let found = app
            .ask_plan(caller.workspace, None, |plan| {
                let asked = schedule(plan, &year_2026(Grain::Month, true)).unwrap();
                let mut found = BTreeMap::new();
                for row in &asked.people {
                    let person = plan.person(row.person_id).and_then(|slot| slot.alive()).unwrap();
                    let email = person.details.email.clone().unwrap();
                    for (bucket, minutes) in asked.buckets.iter().zip(&row.buckets) {
                        if minutes.confirmed_minutes + minutes.tentative_minutes > 0 {
                            let sums = (minutes.confirmed_minutes, minutes.tentative_minutes);
                            found.insert((email.clone(), month(bucket.from)), sums);
                        }
                    }
                }
                found
            })
            .await
            .unwrap();
        let wanted: BTreeMap<(String, String), (i64, i64)> = expected["minutes_by_person_month"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                let text = |name: &str| row[name].as_str().unwrap().to_owned();
                let sums = (row["confirmed"].as_i64().unwrap(), row["tentative"].as_i64().unwrap());
                ((text("email"), text("month")), sums)
            })
            .filter(|(_, sums)| *sums != (0, 0))
            .collect();
        assert_eq!(found, wanted);
        let totals = app
            .ask_plan(caller.workspace, None, |plan| overbooking(plan, &year_2026(Grain::Week, false)).unwrap().totals)
            .await
            .unwrap();
        assert_eq!((totals.person_days, totals.person_buckets), (3_279, 652));
    }
}

#[tokio::test]
async fn the_wide_sheet_gives_the_expected_minutes_and_no_verdict() {
    let Some(folder) = folder() else { return };
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        let (_, caller) = support::workspace(&app).await;
        let report = import(&app, &caller, real(folder.join("staffing/agency-wide.xlsx"))).await.unwrap();
        assert_eq!(report.state, ImportState::Completed, "{report:?}");
        assert_eq!(report.findings.summary.assignments.created, 408);
        let (minutes, overbooked) = app
            .ask_plan(caller.workspace, None, |plan| {
                let asked = schedule(plan, &year_2026(Grain::Total, true)).unwrap();
                let buckets = asked.people.iter().flat_map(|row| &row.buckets);
                let sum: i64 = buckets.map(|bucket| bucket.confirmed_minutes + bucket.tentative_minutes).sum();
                let totals = overbooking(plan, &year_2026(Grain::Week, true)).unwrap().totals;
                (sum, (totals.people, totals.person_days, totals.person_buckets))
            })
            .await
            .unwrap();
        assert_eq!(minutes, 4_433_142);
        assert_eq!(overbooked, (0, 0, 0));
    }
}

fn element(part: &str, tag: &str) -> Option<String> {
    let from = part.find(&format!("<{tag}>"))? + tag.len() + 2;
    Some(part[from..from + part[from..].find('<')?].to_owned())
}

/// Σ `<Work>` of the assignments of work resources, read without the importer.
fn work_in_text(text: &str) -> i64 {
    let people: Vec<String> = text
        .split("<Resource>")
        .skip(1)
        .filter(|part| element(part, "Type").as_deref() == Some("1"))
        .filter(|part| !element(part, "Name").unwrap_or_default().is_empty())
        .filter_map(|part| element(part, "UID"))
        .collect();
    text.split("<Assignment>")
        .skip(1)
        .filter(|part| people.contains(&element(part, "ResourceUID").unwrap()))
        .map(|part| {
            let work = element(part, "Work").unwrap();
            let hours: i64 = work[2..work.find('H').unwrap()].parse().unwrap();
            let minutes: i64 = work[work.find('H').unwrap() + 1..work.find('M').unwrap()].parse().unwrap();
            hours * 60 + minutes
        })
        .sum()
}

fn minutes_of(assignment: &Value) -> i64 {
    assignment["effort"]["spans"].as_array().unwrap().iter().map(|span| span["minutes"].as_i64().unwrap()).sum()
}

#[tokio::test]
async fn every_project_file_gives_exactly_its_work_and_again_nothing() {
    let Some(folder) = folder() else { return };
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        let mut files: Vec<_> =
            std::fs::read_dir(folder.join("msproject")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let mut total = 0;
        for path in files {
            let (_, caller) = support::workspace(&app).await;
            let report = import(&app, &caller, real(path.clone())).await.unwrap();
            assert_eq!(report.state, ImportState::Completed, "{path:?}: {report:?}");
            let people = living(&app, &caller, Kind::Person).await;
            let placeholders: Vec<&str> = people
                .iter()
                .filter(|person| person["kind"] == "placeholder")
                .map(|person| person["id"].as_str().unwrap())
                .collect();
            let assignments = living(&app, &caller, Kind::Assignment).await;
            let of_people = assignments.iter().filter(|one| !placeholders.contains(&one["personId"].as_str().unwrap()));
            let sum: i64 = of_people.map(minutes_of).sum();
            assert_eq!(sum, work_in_text(&std::fs::read_to_string(&path).unwrap()), "{path:?}");
            total += sum;
            let events = planning_events(&app, &caller).await;
            let again = import(&app, &caller, real(path.clone())).await.unwrap();
            assert_eq!(again.findings.summary.changes(), 0, "{path:?}: {:?}", again.findings.summary);
            assert_eq!(planning_events(&app, &caller).await, events, "{path:?}");
        }
        println!("{}: {total} minutes of work in the project files", app.store().engine());
    }
}
