//! A real company's staffing sheet against the figures that were worked out for it by hand.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;
use raally_domain::ids::{AssignmentId, PersonId, ProjectId};
use raally_domain::model::{Assignment, Commitment, Effort, Schedule, WorkingTime};
use raally_domain::plan::Plan;
use raally_domain::report::{ReportQuery, hours, overbooking, schedule};
use raally_domain::rules::Grain;

use super::generate::{date, id, person};

fn data_dir() -> PathBuf {
    std::env::var_os("RAALLY_SHARED_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from)
}

/// Latin-1 text, `;` between fields, no quotes.
fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    let lines = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    lines.map(|line| line.split(';').map(|field| field.trim().to_owned()).collect()).collect()
}

/// `37,5` hours are 2,250 minutes.
fn hours_as_minutes(text: &str) -> i64 {
    let (whole, part) = text.split_once(',').unwrap_or((text, "0"));
    let part: i64 = format!("{part:0<2}")[..2].parse().unwrap();
    whole.parse::<i64>().unwrap() * 60 + part * 60 / 100
}

fn german_date(text: &str) -> Date {
    let parts: Vec<&str> = text.split('.').collect();
    date(&format!("{}-{}-{}", parts[2], parts[1], parts[0]))
}

fn number(of: &mut BTreeMap<String, u128>, key: &str) -> u128 {
    let next = of.len() as u128 + 1;
    *of.entry(key.to_owned()).or_insert(next)
}

fn plan_of(sheet: &[Vec<String>]) -> (Plan, BTreeMap<String, u128>) {
    let (mut plan, mut people, mut projects) = (Plan::default(), BTreeMap::new(), BTreeMap::new());
    for (at, row) in sheet.iter().enumerate() {
        let person_id = PersonId(id(number(&mut people, &row[1])));
        let mut somebody = person(&row[0]);
        let day = hours_as_minutes(&row[3]) / 5;
        let working_time = WorkingTime::Weeks { weeks: vec![[day, day, day, day, day, 0, 0]] };
        somebody.schedules.push(Schedule { valid_from: date("2020-01-01"), working_time });
        plan.put_person(person_id, somebody);
        let project_id = ProjectId(id(number(&mut projects, &row[4])));
        let project = serde_json::json!({ "name": row[5], "code": row[4] });
        plan.put_project(project_id, serde_json::from_value(project).unwrap());
        let assignment = Assignment {
            person_id,
            project_id,
            phase_id: None,
            role_id: None,
            starts_on: german_date(&row[9]),
            ends_on: (!row[10].is_empty()).then(|| german_date(&row[10])),
            effort: Effort::HoursPerWeek { minutes_per_week: hours_as_minutes(&row[8]) },
            commitment: if row[11] == "geplant" { Commitment::Tentative } else { Commitment::Confirmed },
            note: None,
            external_id: None,
        };
        plan.put_assignment(AssignmentId(id(at as u128)), 1, &assignment);
    }
    (plan, people)
}

/// Minutes by person's mail and month: confirmed, tentative.
type Months = BTreeMap<(String, String), (i64, i64)>;

fn found_months(plan: &Plan, people: &BTreeMap<String, u128>, query: &ReportQuery) -> Months {
    let months = schedule(plan, query).unwrap();
    let emails: BTreeMap<PersonId, &String> = people.iter().map(|(email, at)| (PersonId(id(*at)), email)).collect();
    let mut found = BTreeMap::new();
    for row in &months.people {
        for (bucket, part) in months.buckets.iter().zip(&row.buckets) {
            if part.confirmed_minutes + part.tentative_minutes > 0 {
                let month = bucket.from.to_string()[..7].to_owned();
                found.insert((emails[&row.person_id].clone(), month), (part.confirmed_minutes, part.tentative_minutes));
            }
        }
    }
    found
}

fn wanted_months(expected: &serde_json::Value) -> Months {
    expected["minutes_by_person_month"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().unwrap().to_owned();
            let minutes = |key: &str| entry[key].as_i64().unwrap();
            ((text("email"), text("month")), (minutes("confirmed"), minutes("tentative")))
        })
        .collect()
}

#[test]
fn the_staffing_sheet_comes_out_as_expected() {
    let folder = data_dir().join("staffing");
    let (Ok(sheet), Ok(expected)) =
        (std::fs::read(folder.join("agency-long.csv")), std::fs::read(folder.join("expected.json")))
    else {
        println!("skipped: no staffing sheet under {}", folder.display());
        return;
    };
    let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
    let sheet = rows(&sheet);
    let (plan, people) = plan_of(&sheet);
    assert_eq!(people.len() as u64, expected["people"].as_u64().unwrap());
    assert_eq!(plan.assignment_count() as u64, expected["assignments"].as_u64().unwrap());

    let mut query = ReportQuery::new(date("2026-01-01"), date("2026-12-31"), Grain::Month);
    query.include_tentative = true;
    let wanted = wanted_months(&expected);
    assert_eq!(found_months(&plan, &people, &query), wanted);

    query.include_tentative = false;
    query.grain = Grain::Week;
    let report = overbooking(&plan, &query).unwrap();
    assert_eq!(report.totals.person_days, expected["overbooked_person_days_confirmed"].as_i64().unwrap());
    assert_eq!(report.totals.person_buckets, expected["overbooked_person_weeks_confirmed"].as_i64().unwrap());
    let confirmed: i64 = wanted.values().map(|(confirmed, _)| confirmed).sum();
    assert_eq!(hours(&plan, &query).unwrap().total.minutes.confirmed_minutes, confirmed);
}
