//! How long the heaviest questions to a plan take. Prints milliseconds; the goals are those of the benchmarks.
//!
//! `cargo run --release -p raally-domain --example plan_speed`
#![expect(clippy::unwrap_used, reason = "an example may panic")]

use std::time::Instant;

use jiff::civil::Date;
use raally_domain::ids::{AssignmentId, HolidayId, PersonId, ProjectId, RoleId, TeamId, TimeOffId};
use raally_domain::model::{
    Assignment, Commitment, Effort, Holiday, Observance, Person, PersonKind, Schedule, Settings, TimeOff,
    TimeOffDetails, TimeOffKind, TimeOffStatus, WorkingTime,
};
use raally_domain::plan::Plan;
use raally_domain::report::{
    CandidateQuery, ReportQuery, UtilisationBy, candidates, cost, dashboard, hours, overbooking, schedule, utilisation,
};
use raally_domain::rules::{Booking, Grain, check_clash, clash_range, date_of};
use uuid::Uuid;

/// 2026-01-01.
const NEW_YEAR: i32 = 20_454;

/// A plain linear congruential generator: the same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn id(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.0, (u64::from(self.below(1 << 31) as u32) << 32) | self.below(1 << 31))
    }
}

fn effort(numbers: &mut Numbers) -> Effort {
    match numbers.below(10) {
        0..4 => Effort::HoursPerDay { minutes_per_day: 60 + 30 * numbers.below(10) as i64 },
        4..7 => Effort::HoursPerWeek { minutes_per_week: 240 + 60 * numbers.below(30) as i64 },
        7..9 => Effort::Percent { basis_points: 1_000 + 500 * numbers.below(10) as i64 },
        _ => Effort::Total { minutes: 600 + 60 * numbers.below(200) as i64 },
    }
}

fn person(at: u64) -> Person {
    let details = serde_json::json!({
        "name": format!("Person {at:04}"), "roleId": Uuid::from_u128(u128::from(at % 8)), "teamIds": [Uuid::from_u128(u128::from(at % 12))],
        "kind": if at % 50 == 49 { PersonKind::Placeholder } else { PersonKind::Person },
    });
    let working_time = WorkingTime::Weeks { weeks: vec![[480, 480, 480, 480, 480, 0, 0]] };
    Person {
        details: serde_json::from_value(details).unwrap(),
        job_titles: vec![],
        schedules: vec![Schedule { valid_from: date_of(NEW_YEAR - 2_000), working_time }],
        availability: vec![],
        skills: vec![],
    }
}

fn assignment(numbers: &mut Numbers, people: u64, projects: u64, spread: u64) -> Assignment {
    let starts = NEW_YEAR - spread as i32 / 2 + numbers.below(spread) as i32;
    Assignment {
        person_id: PersonId(Uuid::from_u128(u128::from(numbers.below(people)))),
        project_id: ProjectId(Uuid::from_u128(u128::from(numbers.below(projects)))),
        phase_id: None,
        role_id: None,
        starts_on: date_of(starts),
        ends_on: Some(date_of(starts + 5 + numbers.below(115) as i32)),
        effort: effort(numbers),
        commitment: if numbers.below(5) == 0 { Commitment::Tentative } else { Commitment::Confirmed },
        note: None,
        external_id: None,
    }
}

/// Assignments start within `spread` days around the new year and last up to 120.
fn plan_of(people: u64, projects: u64, assignments: u64, spread: u64) -> Plan {
    let mut numbers = Numbers(42);
    let mut plan = Plan::default();
    plan.put_settings(Settings { holiday_region: Some("XX".into()), ..Settings::default() });
    for at in 0..24 {
        let on = date_of(NEW_YEAR + 31 * at - 100);
        let holiday = Holiday { region: "XX".into(), on, name: "H".into(), observance: Observance::Full };
        plan.put_holiday(HolidayId(Uuid::from_u128(at as u128)), &holiday);
    }
    for at in 0..8_u128 {
        plan.put_role(RoleId(Uuid::from_u128(at)), raally_domain::model::Role { name: format!("Role {at}") });
    }
    for at in 0..12_u128 {
        let team = raally_domain::model::Team { name: format!("Team {at}"), notes: None };
        plan.put_team(TeamId(Uuid::from_u128(at)), team);
    }
    for at in 0..people {
        plan.put_person(PersonId(Uuid::from_u128(u128::from(at))), person(at));
        let starts = NEW_YEAR + numbers.below(365) as i32;
        let details = TimeOffDetails {
            person_id: PersonId(Uuid::from_u128(u128::from(at))),
            kind: TimeOffKind::Vacation,
            starts_on: date_of(starts),
            ends_on: date_of(starts + 13),
            minutes_per_day: None,
            note: None,
            external_id: None,
        };
        plan.put_time_off(TimeOffId(numbers.id()), &TimeOff { details, status: TimeOffStatus::Approved });
    }
    for at in 0..projects {
        let project = serde_json::json!({ "name": format!("Project {at}") });
        plan.put_project(ProjectId(Uuid::from_u128(u128::from(at))), serde_json::from_value(project).unwrap());
    }
    for _ in 0..assignments {
        let assignment = assignment(&mut numbers, people, projects, spread);
        plan.put_assignment(AssignmentId(numbers.id()), 1, &assignment);
    }
    plan
}

fn time<T>(what: &str, goal: &str, mut run: impl FnMut() -> T) {
    let mut taken: Vec<f64> = (0..15)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(run());
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    let first = taken[0];
    taken.sort_by(f64::total_cmp);
    println!("{what:<66} first {first:>8.2} ms   median {:>8.2} ms   goal {goal}", taken[7]);
}

/// Resident memory in MB, where the system tells it.
fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = status.split_whitespace().nth(1).and_then(|text| text.parse().ok()).unwrap_or(0.0);
    pages * 4_096.0 / 1e6
}

fn main() {
    let quarter = |grain| ReportQuery::new(Date::constant(2026, 1, 1), Date::constant(2026, 3, 31), grain);
    let today = Date::constant(2026, 2, 1);

    let before = resident_mb();
    let start = Instant::now();
    let small = plan_of(200, 50, 5_000, 730);
    println!("200 people × 5,000 assignments: built in {:.1} ms", start.elapsed().as_secs_f64() * 1_000.0);
    time("dashboard of a quarter by week", "< 8", || dashboard(&small, &quarter(Grain::Week), today));
    time("dashboard as JSON", "", || serde_json::to_vec(&dashboard(&small, &quarter(Grain::Week), today).unwrap()));
    time("schedule of a quarter by week", "< 15 with HTTP", || schedule(&small, &quarter(Grain::Week)));
    time("schedule of a quarter by day", "", || schedule(&small, &quarter(Grain::Day)));
    time("schedule of a quarter by week as JSON", "", || {
        serde_json::to_vec(&schedule(&small, &quarter(Grain::Week)).unwrap())
    });
    time("overbooking of a quarter", "", || overbooking(&small, &quarter(Grain::Week)));
    time("cost of a quarter", "", || cost(&small, &quarter(Grain::Week), today));
    let wanted: CandidateQuery = serde_json::from_value(serde_json::json!({
        "from": "2026-02-02", "to": "2026-03-31", "effort": { "form": "hours-per-day", "minutesPerDay": 240 },
    }))
    .unwrap();
    time("who could take this, two months", "", || candidates(&small, &wanted));
    clash(&small);
    large_plan(before, &quarter);
}

fn large_plan(before: f64, quarter: &impl Fn(Grain) -> ReportQuery) {
    let middle = resident_mb();
    let start = Instant::now();
    let large = plan_of(1_000, 200, 100_000, 730);
    println!(
        "1,000 people × 100,000 assignments over two years: built in {:.0} ms, {:.1} MB (before: {before:.1}, {middle:.1} MB)",
        start.elapsed().as_secs_f64() * 1_000.0,
        resident_mb() - middle,
    );
    time("weekly load and capacity per person of a quarter", "< 30", || {
        utilisation(&large, &quarter(Grain::Week), UtilisationBy::Person)
    });
    println!("with the working days of the year: {:.1} MB", resident_mb() - middle);
    let two_years = ReportQuery::new(Date::constant(2026, 1, 1), Date::constant(2027, 12, 31), Grain::Month);
    time("capacity and utilisation over two years by month", "one pass", || hours(&large, &two_years));
    time("a snapshot (clone)", "", || large.clone());

    let dense = plan_of(1_000, 200, 100_000, 60);
    time("the same quarter, all 100,000 assignments in it", "< 30", || {
        utilisation(&dense, &quarter(Grain::Week), UtilisationBy::Person)
    });
}

fn clash(plan: &Plan) {
    let slot = plan.person(PersonId(Uuid::from_u128(7))).unwrap();
    let effort = Effort::HoursPerDay { minutes_per_day: 240 };
    let proposed = Booking { days: raally_domain::rules::Days::new(NEW_YEAR + 30, NEW_YEAR + 90), effort: &effort };
    let range = clash_range(&proposed, NEW_YEAR, 1);
    let rows: Vec<_> = plan.rows_in(slot, range, false).map(|row| (row.id, row.days(), row.effort())).collect();
    let others: Vec<_> = rows.iter().map(|(id, days, effort)| (*id, Booking { days: *days, effort })).collect();
    let calendar = plan.work_calendar(slot, false).unwrap();
    time(&format!("clash check of two months against {} assignments", others.len()), "", || {
        check_clash(&calendar, &proposed, &others, range, Grain::Week)
    });
}
