//! What each report promises, on a workspace small enough to count by hand.

use jiff::civil::Date;
use raally_domain::ids::{AssignmentId, PersonId, ProjectId, RoleId, SkillId, TimeOffId};
use raally_domain::model::{
    Commitment, Currency, Effort, Money, PersonKind, PersonSkill, Role, Settings, TimeOff, TimeOffDetails, TimeOffKind,
    TimeOffStatus,
};
use raally_domain::plan::Plan;
use raally_domain::report::{
    Occupancy, ReportFault, ReportQuery, UtilisationBy, dashboard, demand, hours, occupancy, overbooking,
    project_schedule, roles, schedule, utilisation,
};
use raally_domain::rules::Grain;
use serde_json::json;

use super::generate::{assignment, date, id, person, weekly};

const FULL_TIME: [i64; 7] = [480, 480, 480, 480, 480, 0, 0];
pub const ANNE: PersonId = PersonId(uuid::Uuid::from_u128(1));
pub const BEN: PersonId = PersonId(uuid::Uuid::from_u128(2));
const CAT: PersonId = PersonId(uuid::Uuid::from_u128(3));
pub const WANTED: PersonId = PersonId(uuid::Uuid::from_u128(4));
pub const PROJECT: ProjectId = ProjectId(uuid::Uuid::from_u128(1));
pub const DEVELOPER: RoleId = RoleId(uuid::Uuid::from_u128(1));
pub const RUST: SkillId = SkillId(uuid::Uuid::from_u128(1));
pub const TODAY: Date = Date::constant(2026, 3, 2);

pub fn daily(minutes_per_day: i64) -> Effort {
    Effort::HoursPerDay { minutes_per_day }
}

pub fn euro(amount_minor: i64) -> Money {
    Money { amount_minor, currency: Currency::EUR }
}

/// Anne and Ben work full time, Cat's schedule is unknown, and a developer is wanted. One week in March.
pub fn small() -> Plan {
    let mut plan = Plan::default();
    let mut anne = weekly(person("Anne"), FULL_TIME);
    anne.details.role_id = Some(DEVELOPER);
    anne.skills = vec![PersonSkill { skill_id: RUST, level: 4 }];
    plan.put_person(ANNE, anne);
    plan.put_person(BEN, weekly(person("Ben"), FULL_TIME));
    plan.put_person(CAT, person("Cat"));
    let mut wanted = person("Developer wanted");
    wanted.details.kind = PersonKind::Placeholder;
    wanted.details.role_id = Some(DEVELOPER);
    wanted.skills = vec![PersonSkill { skill_id: RUST, level: 3 }];
    plan.put_person(WANTED, wanted);
    plan.put_role(DEVELOPER, Role { name: "Developer".into() });
    plan.put_project(PROJECT, serde_json::from_value(json!({ "name": "Shop", "code": "P-1" })).unwrap());
    plan
}

pub fn book(plan: &mut Plan, number: u128, person: PersonId, from: &str, to: &str, effort: Effort) {
    plan.put_assignment(AssignmentId(id(number)), 1, &assignment(person, from, Some(to), effort));
}

pub fn week() -> ReportQuery {
    ReportQuery::new(date("2026-03-02"), date("2026-03-08"), Grain::Week)
}

#[test]
fn hours_leave_out_placeholders_and_set_unknown_capacity_apart() {
    let mut plan = small();
    book(&mut plan, 1, ANNE, "2026-03-02", "2026-03-08", daily(240));
    book(&mut plan, 2, CAT, "2026-03-02", "2026-03-08", daily(60));
    book(&mut plan, 3, WANTED, "2026-03-02", "2026-03-08", daily(480));
    let report = hours(&plan, &week()).unwrap();
    let minutes = report.total.minutes;
    assert_eq!((report.people, report.people_of_unknown_capacity), (3, 1));
    assert_eq!(
        (minutes.capacity_minutes, minutes.confirmed_minutes, minutes.unknown_capacity_minutes),
        (4_800, 1_200, 300)
    );
    assert_eq!(report.total.utilisation.basis_points, Some(2_500));
    assert_eq!(minutes.free_minutes, 3_600);
}

#[test]
fn tentative_work_and_pending_time_off_count_only_when_asked_for() {
    let mut plan = small();
    let mut tentative = assignment(ANNE, "2026-03-02", Some("2026-03-06"), daily(240));
    tentative.commitment = Commitment::Tentative;
    plan.put_assignment(AssignmentId(id(1)), 1, &tentative);
    let details = TimeOffDetails {
        person_id: BEN,
        kind: TimeOffKind::Vacation,
        starts_on: date("2026-03-02"),
        ends_on: date("2026-03-02"),
        minutes_per_day: None,
        note: None,
        external_id: None,
    };
    plan.put_time_off(TimeOffId(id(1)), &TimeOff { details, status: TimeOffStatus::Pending });
    let found = |query: &ReportQuery| {
        let minutes = hours(&plan, query).unwrap().total.minutes;
        (minutes.tentative_minutes, minutes.time_off_minutes, minutes.capacity_minutes)
    };
    assert_eq!(found(&week()), (0, 0, 4_800));
    assert_eq!(found(&ReportQuery { include_tentative: true, include_pending: true, ..week() }), (1_200, 480, 4_320));
    assert_eq!(found(&week()), (0, 0, 4_800), "asking leaves nothing behind");
}

#[test]
fn nobody_is_idle_without_capacity() {
    let mut plan = small();
    book(&mut plan, 1, ANNE, "2026-03-02", "2026-03-06", daily(432));
    let report = occupancy(&plan, &week()).unwrap();
    let states: Vec<Occupancy> = report.people.iter().map(|person| person.occupancy).collect();
    assert_eq!(states, [Occupancy::Busy, Occupancy::Idle, Occupancy::Unknown]);
    book(&mut plan, 1, ANNE, "2026-03-02", "2026-03-06", daily(431));
    assert_eq!(occupancy(&plan, &week()).unwrap().people[0].occupancy, Occupancy::PartlyIdle);
    let weekend = ReportQuery::new(date("2026-03-07"), date("2026-03-08"), Grain::Week);
    let counts = occupancy(&plan, &weekend).unwrap().total;
    assert_eq!((counts.unavailable, counts.unknown, counts.idle), (2, 1, 0));
    assert_eq!(hours(&plan, &weekend).unwrap().total.utilisation.basis_points, None, "0 of 0 is no rate");
}

#[test]
fn idleness_of_a_role_is_the_rest_of_its_capacity() {
    let mut plan = small();
    book(&mut plan, 1, ANNE, "2026-03-02", "2026-03-06", daily(360));
    let report = roles(&plan, &week()).unwrap();
    let developer = &report.rows[0];
    assert_eq!((developer.name.as_str(), developer.total.people), ("Developer", 1));
    assert_eq!(developer.total.idleness.basis_points, Some(2_500));
    assert_eq!((report.rows[1].role_id, report.rows[1].total.people), (None, 2));
}

#[test]
fn a_project_is_measured_against_those_who_work_on_it() {
    let mut plan = small();
    book(&mut plan, 1, ANNE, "2026-03-02", "2026-03-06", daily(240));
    let report = utilisation(&plan, &week(), UtilisationBy::Project).unwrap();
    assert_eq!((report.rows[0].name.as_str(), report.rows[0].total.basis_points), ("Shop", Some(5_000)));
    assert_eq!(report.total.total.basis_points, Some(2_500));
}

#[test]
fn overbooking_names_days_weeks_and_who_takes_part() {
    let mut plan = small();
    book(&mut plan, 1, ANNE, "2026-03-02", "2026-03-06", daily(300));
    book(&mut plan, 2, ANNE, "2026-03-03", "2026-03-06", daily(300));
    book(&mut plan, 3, CAT, "2026-03-02", "2026-03-06", daily(1_000));
    book(&mut plan, 4, WANTED, "2026-03-02", "2026-03-06", daily(1_000));
    let report = overbooking(&plan, &week()).unwrap();
    assert_eq!((report.totals.people, report.totals.person_days, report.totals.person_buckets), (1, 4, 1));
    let bucket = &report.people[0].buckets[0];
    assert_eq!((bucket.load_minutes, bucket.capacity_minutes, bucket.assignment_ids.len()), (2_700, 2_400, 2));
    assert_eq!(report.people[0].days[0].on, date("2026-03-03"));
    let clipped = ReportQuery::new(date("2026-03-02"), date("2026-03-03"), Grain::Week);
    let report = overbooking(&plan, &clipped).unwrap();
    assert_eq!((report.totals.person_days, report.totals.person_buckets), (1, 0), "900 of 960 in the clipped week");
}

#[test]
fn the_dashboard_counts_no_bucket_beside_days_when_the_grain_is_the_day() {
    let mut plan = small();
    book(&mut plan, 1, ANNE, "2026-03-02", "2026-03-06", daily(600));
    let asked = ReportQuery { grain: Grain::Day, ..week() };
    let report = overbooking(&plan, &asked).unwrap();
    assert_eq!((report.totals.person_days, report.totals.person_buckets), (5, 0));
    assert_eq!(dashboard(&plan, &asked, date("2026-03-02")).unwrap().overbooking, report.totals);
}

#[test]
fn a_total_overbooks_a_week_only_with_what_its_other_weeks_cannot_hold() {
    let mut plan = small();
    book(&mut plan, 1, ANNE, "2026-03-02", "2026-03-06", daily(480));
    book(&mut plan, 2, ANNE, "2026-03-02", "2026-03-13", Effort::Total { minutes: 2_400 });
    let asked = ReportQuery::new(date("2026-03-02"), date("2026-03-15"), Grain::Week);
    assert_eq!(overbooking(&plan, &asked).unwrap().totals.person_buckets, 0);
    book(&mut plan, 2, ANNE, "2026-03-02", "2026-03-13", Effort::Total { minutes: 2_401 });
    assert_eq!(overbooking(&plan, &asked).unwrap().totals.person_buckets, 1);
}

#[test]
fn demand_is_by_role_and_past_demand_drops_out() {
    let mut plan = small();
    book(&mut plan, 1, WANTED, "2026-02-23", "2026-03-06", daily(480));
    book(&mut plan, 2, WANTED, "2026-02-02", "2026-02-06", daily(480));
    let asked = ReportQuery::new(date("2026-02-01"), date("2026-03-31"), Grain::Month);
    let report = demand(&plan, &asked, TODAY).unwrap();
    assert_eq!((report.rows.len(), report.minutes, report.total_minutes), (1, vec![0, 2_400], 2_400));
    assert_eq!((report.rows[0].name.as_str(), report.rows[0].assignment_ids.len()), ("Developer", 1));
}

#[test]
fn the_schedule_shows_capacity_load_and_assignments() {
    let mut plan = small();
    book(&mut plan, 1, ANNE, "2026-02-02", "2026-03-04", daily(500));
    book(&mut plan, 2, CAT, "2026-03-02", "2026-03-06", Effort::Percent { basis_points: 5_000 });
    let report = schedule(&plan, &week()).unwrap();
    let names: Vec<_> = report.people.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["Anne", "Ben", "Cat", "Developer wanted"]);
    let anne = &report.people[0];
    assert_eq!((anne.buckets[0].capacity_minutes, anne.buckets[0].confirmed_minutes), (Some(2_400), 1_500));
    assert!(anne.buckets[0].overbooked, "three days are, the week is not");
    assert_eq!((anne.assignments[0].minutes, anne.assignments[0].starts_on), (Some(1_500), date("2026-02-02")));
    assert_eq!((report.people[2].buckets[0].capacity_minutes, report.people[2].assignments[0].minutes), (None, None));
    assert_eq!((report.people[3].placeholder, report.people[3].buckets[0].capacity_minutes), (true, None));
    assert_eq!(report.projects.len(), 1);
}

#[test]
fn a_project_schedule_counts_people_and_open_demand_apart() {
    let mut plan = small();
    book(&mut plan, 1, ANNE, "2026-03-02", "2026-03-06", daily(100));
    book(&mut plan, 2, WANTED, "2026-03-02", "2026-03-06", daily(200));
    let report = project_schedule(&plan, &week()).unwrap();
    let shop = &report.projects[0];
    assert_eq!((shop.total.confirmed_minutes, shop.total.placeholder_minutes), (500, 1_000));
    assert_eq!(shop.members.iter().map(|member| member.total_minutes).collect::<Vec<_>>(), [500, 1_000]);
}

#[test]
fn a_project_schedule_of_more_members_than_anybody_reads_is_refused() {
    let mut plan = small();
    for number in 0..1_100 {
        let person_id = PersonId(id(10_000 + number));
        plan.put_person(person_id, weekly(person("Somebody"), FULL_TIME));
        book(&mut plan, number, person_id, "2026-03-02", "2026-03-06", daily(60));
    }
    let query = |to, grain| ReportQuery::new(date("2026-01-01"), date(to), grain);
    assert_eq!(
        project_schedule(&plan, &query("2035-12-31", Grain::Day)).unwrap_err(),
        ReportFault::TooManyCells { cells_max: 4_000_000 }
    );
    let report = project_schedule(&plan, &query("2035-12-31", Grain::Month)).unwrap();
    assert_eq!((report.projects[0].members.len(), report.projects[0].total.confirmed_minutes), (1_100, 330_000));
}

#[test]
fn what_is_removed_counts_nowhere_and_comes_back() {
    let mut plan = small();
    book(&mut plan, 1, ANNE, "2026-03-02", "2026-03-06", daily(240));
    let used = |plan: &Plan| hours(plan, &week()).unwrap().total.minutes.confirmed_minutes;
    plan.remove_project(PROJECT);
    assert_eq!(used(&plan), 0);
    plan.put_project(PROJECT, serde_json::from_value(json!({ "name": "Shop" })).unwrap());
    assert_eq!(used(&plan), 1_200);
    plan.remove_person(ANNE);
    assert_eq!(hours(&plan, &week()).unwrap().people, 2);
    assert_eq!(plan.person(ANNE).unwrap().name(), "Anne", "the name stays");
    plan.put_settings(Settings::default());
    plan.remove_assignment(AssignmentId(id(1)));
    assert_eq!(plan.assignment_count(), 0);
}

#[test]
fn filters_select_people_or_work() {
    let mut plan = small();
    book(&mut plan, 1, ANNE, "2026-03-02", "2026-03-06", daily(240));
    let found = |query: &ReportQuery| {
        let report = hours(&plan, query).unwrap();
        (report.people, report.total.minutes.confirmed_minutes)
    };
    assert_eq!(found(&ReportQuery { role_ids: vec![DEVELOPER], ..week() }), (1, 1_200));
    assert_eq!(found(&ReportQuery { skill_ids: vec![RUST], ..week() }), (1, 1_200));
    assert_eq!(found(&ReportQuery { person_ids: vec![BEN], ..week() }), (1, 0));
    assert_eq!(found(&ReportQuery { project_ids: vec![ProjectId(id(55))], ..week() }), (3, 0));
}

#[test]
fn ranges_and_cells_are_bounded() {
    let plan = small();
    let backwards = ReportQuery::new(date("2026-03-02"), date("2026-03-01"), Grain::Week);
    assert_eq!(hours(&plan, &backwards), Err(ReportFault::EndBeforeStart));
    let endless = ReportQuery::new(date("2000-01-01"), date("2026-03-01"), Grain::Week);
    assert!(matches!(hours(&plan, &endless), Err(ReportFault::RangeTooLong { .. })));
}
