//! The plan in memory: any order, any history, the same answers; and the answers against naive sums.

use jiff::civil::Date;
use proptest::prelude::*;
use raally_domain::ids::{AssignmentId, HolidayId, PersonId, ProjectId, RoleId, TeamId, TimeOffId};
use raally_domain::model::{
    Assignment, Calendar, Commitment, Effort, Holiday, JobTitle, Observance, Person, PersonKind, Project, Settings,
    TimeOff, TimeOffDetails, TimeOffKind, TimeOffStatus,
};
use raally_domain::plan::Plan;
use raally_domain::report::{
    ReportQuery, ScheduleReport, Tabular, UtilisationBy, cost, dashboard, demand, hours, occupancy, overbooking,
    project_schedule, roles, schedule, utilisation,
};
use raally_domain::rules::{Booking, Grain, WorkCalendar, date_of, day_of, expand, work_day};
use serde_json::{Value, json};

use super::generate::{CALENDAR, Working, booking, date, day, id, known_working, working};

const PEOPLE: u128 = 4;
const PROJECTS: u128 = 3;

/// One order to the plan.
#[derive(Clone, Debug)]
pub enum Put {
    Settings(i64),
    Person(u128, Box<Person>),
    Project(u128, Box<Project>),
    Assignment(u128, Box<Assignment>),
    TimeOff(u128, Box<TimeOff>),
    Holiday(u128, Box<Holiday>),
    Calendar(Box<Calendar>),
}

fn apply(plan: &mut Plan, put: &Put) {
    match put {
        Put::Settings(first_day_of_week) => plan.put_settings(Settings {
            first_day_of_week: *first_day_of_week,
            holiday_region: Some("XX".into()),
            ..Settings::default()
        }),
        Put::Person(at, person) => plan.put_person(PersonId(id(*at)), (**person).clone()),
        Put::Project(at, project) => plan.put_project(ProjectId(id(*at)), (**project).clone()),
        Put::Assignment(at, assignment) => plan.put_assignment(AssignmentId(id(*at)), 1, assignment),
        Put::TimeOff(at, time_off) => plan.put_time_off(TimeOffId(id(*at)), time_off),
        Put::Holiday(at, holiday) => plan.put_holiday(HolidayId(id(*at)), holiday),
        Put::Calendar(calendar) => plan.put_calendar(CALENDAR, (**calendar).clone()),
    }
}

fn plan_of(puts: &[Put]) -> Plan {
    let mut plan = Plan::default();
    puts.iter().for_each(|put| apply(&mut plan, put));
    plan
}

fn person_of(at: u128, working: &Working, kind: PersonKind) -> Person {
    let mut person = working.person.clone();
    person.details.name = format!("Person {at}");
    person.details.kind = kind;
    person.details.team_ids = vec![TeamId(id(at % 2))];
    person.details.role_id = (at != 2).then(|| RoleId(id(at % 3)));
    if at == 1 {
        let title =
            |from, role| JobTitle { valid_from: date(from), title: "T".into(), role_id: Some(RoleId(id(role))) };
        person.job_titles = vec![title("2026-02-04", 1), title("2026-03-15", 2)];
    }
    person
}

fn project(at: u128) -> Project {
    serde_json::from_value(json!({ "name": format!("Project {at}") })).unwrap()
}

prop_compose! {
    fn assignments()(
        parts in proptest::collection::vec((0..PEOPLE + 1, 0..PROJECTS, booking(), any::<bool>(), any::<bool>()), 0..14)
    ) -> Vec<Put> {
        parts.into_iter().enumerate().map(|(at, (person, project, (days, effort), tentative, open))| {
            let open = open && !matches!(effort, Effort::Total { .. });
            Put::Assignment(at as u128, Box::new(Assignment {
                person_id: PersonId(id(person)),
                project_id: ProjectId(id(project)),
                phase_id: None,
                role_id: (at % 3 == 0).then(|| RoleId(id(2))),
                starts_on: date_of(days.from),
                ends_on: (!open).then(|| date_of(days.to)),
                effort,
                commitment: if tentative { Commitment::Tentative } else { Commitment::Confirmed },
                note: None,
                external_id: None,
            }))
        }).collect()
    }
}

prop_compose! {
    fn absences()(
        parts in proptest::collection::vec((0..PEOPLE, day(), 0_i32..15, proptest::option::of(1_i64..500), 0_usize..3), 0..6)
    ) -> Vec<Put> {
        parts.into_iter().enumerate().map(|(at, (person, from, length, minutes_per_day, status))| {
            let details = TimeOffDetails {
                person_id: PersonId(id(person)),
                kind: TimeOffKind::Vacation,
                starts_on: date_of(from),
                ends_on: date_of(from + length),
                minutes_per_day,
                note: None,
                external_id: None,
            };
            let status = [TimeOffStatus::Pending, TimeOffStatus::Approved, TimeOffStatus::Rejected][status];
            Put::TimeOff(at as u128, Box::new(TimeOff { details, status }))
        }).collect()
    }
}

prop_compose! {
    /// Everything that a workspace holds, each thing once.
    fn workspace(workings: fn() -> BoxedStrategy<Working>)(
        people in proptest::collection::vec(workings(), PEOPLE as usize),
        assignments in assignments(),
        absences in absences(),
        holidays in proptest::collection::vec((day(), any::<bool>()), 0..8),
        first in 1_i64..=7,
    ) -> Vec<Put> {
        let mut puts = vec![Put::Settings(first), Put::Calendar(Box::new(people[0].calendar.clone()))];
        for (at, working) in people.iter().enumerate() {
            puts.push(Put::Person(at as u128, Box::new(person_of(at as u128, working, PersonKind::Person))));
        }
        puts.push(Put::Person(PEOPLE, Box::new(person_of(PEOPLE, &people[0], PersonKind::Placeholder))));
        puts.extend((0..PROJECTS).map(|at| Put::Project(at, Box::new(project(at)))));
        puts.extend(assignments);
        puts.extend(absences);
        for (at, (day, half)) in holidays.into_iter().enumerate() {
            let observance = if half { Observance::Half } else { Observance::Full };
            let holiday = Holiday { region: "XX".into(), on: date_of(day), name: "H".into(), observance };
            puts.push(Put::Holiday(at as u128, Box::new(holiday)));
        }
        puts
    }
}

fn any_working() -> BoxedStrategy<Working> {
    working().boxed()
}

fn any_known() -> BoxedStrategy<Working> {
    known_working().boxed()
}

fn query(grain: Grain) -> ReportQuery {
    ReportQuery {
        include_tentative: true,
        include_pending: true,
        ..ReportQuery::new(date("2026-01-07"), date("2026-04-19"), grain)
    }
}

const TODAY: Date = Date::constant(2026, 2, 2);

/// Every report at once.
fn answers(plan: &Plan) -> Value {
    let mut found = Vec::new();
    for grain in [Grain::Day, Grain::Week, Grain::Month, Grain::Total] {
        let plain = ReportQuery { include_tentative: false, include_pending: false, ..query(grain) };
        for query in [query(grain), plain] {
            found.push(json!({
                "hours": hours(plan, &query).unwrap(),
                "occupancy": occupancy(plan, &query).unwrap(),
                "roles": roles(plan, &query).unwrap(),
                "project": utilisation(plan, &query, UtilisationBy::Project).unwrap(),
                "overbooking": overbooking(plan, &query).unwrap(),
                "demand": demand(plan, &query, TODAY).unwrap(),
                "cost": cost(plan, &query, TODAY).unwrap(),
                "schedule": written(&schedule(plan, &query).unwrap()),
                "projects": project_schedule(plan, &query).unwrap(),
                "dashboard": dashboard(plan, &query, TODAY).unwrap(),
            }));
        }
    }
    Value::Array(found)
}

/// What the report's own writer makes of it, which is what serde makes of it.
fn written(schedule: &ScheduleReport) -> Value {
    let text = String::from_utf8(schedule.json().unwrap()).unwrap();
    assert_eq!(text, serde_json::to_string(schedule).unwrap());
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_schedule_is_written_as_serde_would() {
    let none = ScheduleReport { grain: Grain::Week, buckets: Vec::new(), people: Vec::new(), projects: Vec::new() };
    assert_eq!(written(&none)["people"], json!([]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_order_of_puts_does_not_matter(
        (puts, shuffled) in workspace(any_working).prop_flat_map(|puts| (Just(puts.clone()), Just(puts).prop_shuffle()))
    ) {
        prop_assert_eq!(answers(&plan_of(&puts)), answers(&plan_of(&shuffled)));
    }

    #[test]
    fn a_plan_that_changed_step_by_step_is_a_fresh_one(before in workspace(any_working), after in workspace(any_working)) {
        let mut plan = plan_of(&before);
        let snapshot = plan.clone();
        let old = answers(&snapshot);
        for put in &before {
            match put {
                Put::Assignment(at, _) => plan.remove_assignment(AssignmentId(id(*at))),
                Put::TimeOff(at, _) => plan.remove_time_off(TimeOffId(id(*at))),
                Put::Holiday(at, _) => plan.remove_holiday(HolidayId(id(*at))),
                Put::Person(at, _) if *at == 1 => plan.remove_person(PersonId(id(*at))),
                Put::Project(at, _) if *at == 1 => plan.remove_project(ProjectId(id(*at))),
                _ => {}
            }
        }
        for put in after.iter().chain(&after) {
            apply(&mut plan, put);
            // Reading in between fills caches that the next put must not leave stale.
            let _ = hours(&plan, &query(Grain::Week));
        }
        prop_assert_eq!(answers(&plan), answers(&plan_of(&after)));
        prop_assert_eq!(answers(&snapshot), old, "a snapshot does not change");
    }

    #[test]
    fn a_put_of_the_same_value_changes_nothing(puts in workspace(any_working), again in 0_usize..20) {
        let mut plan = plan_of(&puts);
        let before = answers(&plan);
        apply(&mut plan, &puts[again % puts.len()]);
        prop_assert_eq!(before, answers(&plan));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn sums_of_all_grains_are_the_same(puts in workspace(any_working)) {
        let plan = plan_of(&puts);
        let total = hours(&plan, &query(Grain::Total)).unwrap();
        let free = |minutes: &raally_domain::report::Minutes| raally_domain::report::Minutes { free_minutes: 0, ..*minutes };
        for grain in [Grain::Day, Grain::Week, Grain::Month, Grain::Quarter, Grain::Year] {
            let report = hours(&plan, &query(grain)).unwrap();
            prop_assert_eq!(free(&report.total.minutes), free(&total.total.minutes));
            let rows: raally_domain::report::Minutes = report.rows.iter().map(|row| row.minutes).sum();
            prop_assert_eq!(rows, report.total.minutes);
        }
    }

    #[test]
    fn the_reports_equal_naive_sums(puts in workspace(any_working)) {
        let plan = plan_of(&puts);
        let asked = query(Grain::Total);
        let report = hours(&plan, &asked).unwrap().total.minutes;
        let (mut capacity, mut contracted, mut used) = (0, 0, 0);
        let range = asked.range().unwrap();
        for slot in plan.people().filter(|slot| !slot.is_placeholder()) {
            let calendar: WorkCalendar<'_> = plan.work_calendar(slot, true).unwrap();
            for known in range.iter().filter_map(|day| work_day(&calendar, day)) {
                capacity += known.capacity_minutes;
                contracted += known.contracted_minutes;
            }
            for put in &puts {
                if let Put::Assignment(_, assignment) = put && assignment.person_id == slot.id {
                    used += expand(&Booking::of(assignment), &calendar, range).minutes.iter().sum::<i64>();
                }
            }
        }
        prop_assert_eq!(report.capacity_minutes, capacity);
        prop_assert_eq!(report.contracted_minutes, contracted);
        prop_assert_eq!(report.contracted_minutes - report.holiday_minutes - report.time_off_minutes, capacity);
        prop_assert_eq!(report.allocated_minutes() + report.unknown_capacity_minutes, used);
    }

    #[test]
    fn a_group_is_the_sum_of_its_people_and_not_the_mean_of_rates(puts in workspace(any_working)) {
        let plan = plan_of(&puts);
        let of = |by| utilisation(&plan, &query(Grain::Month), by).unwrap();
        let people = of(UtilisationBy::Person);
        let sum = |rows: &[raally_domain::report::UtilisationRow]| {
            rows.iter().fold((0, 0), |sum, row| (sum.0 + row.total.minutes, sum.1 + row.total.of_minutes))
        };
        for by in [UtilisationBy::Person, UtilisationBy::Team, UtilisationBy::Role, UtilisationBy::Workspace] {
            let report = of(by);
            prop_assert_eq!(sum(&report.rows), (people.total.total.minutes, people.total.total.of_minutes), "{:?}", by);
        }
        let whole = people.total.total;
        let rate = (whole.of_minutes > 0).then(|| (2 * whole.minutes * 10_000 + whole.of_minutes) / (2 * whole.of_minutes));
        prop_assert_eq!(whole.basis_points, rate);
    }

    #[test]
    fn overbooking_by_day_equals_a_count_by_hand(puts in workspace(any_known)) {
        let plan = plan_of(&puts);
        let asked = query(Grain::Week);
        let range = asked.range().unwrap();
        let report = overbooking(&plan, &asked).unwrap();
        let board = dashboard(&plan, &asked, TODAY).unwrap();
        prop_assert_eq!(report.totals, board.overbooking);
        let mut days = 0;
        for slot in plan.people().filter(|slot| !slot.is_placeholder()) {
            let calendar = plan.work_calendar(slot, true).unwrap();
            let mut load = vec![0; range.len()];
            for put in &puts {
                if let Put::Assignment(_, assignment) = put && assignment.person_id == slot.id {
                    for (sum, minutes) in load.iter_mut().zip(expand(&Booking::of(assignment), &calendar, range).minutes) {
                        *sum += minutes;
                    }
                }
            }
            let over = range.iter().zip(load).filter(|(day, load)| {
                work_day(&calendar, *day).is_some_and(|known| *load > known.capacity_minutes)
            });
            days += over.count() as i64;
        }
        prop_assert_eq!(report.totals.person_days, days);
    }

    #[test]
    fn clipped_ranges_add_up(puts in workspace(any_working), cut in 0_i32..103) {
        let plan = plan_of(&puts);
        let asked = query(Grain::Week);
        let middle = date_of(day_of(asked.from) + cut);
        let next = date_of(day_of(asked.from) + cut + 1);
        let part = |from: Date, to: Date| {
            if from > to { return raally_domain::report::Minutes::default(); }
            let minutes = hours(&plan, &ReportQuery { from, to, ..asked.clone() }).unwrap().total.minutes;
            raally_domain::report::Minutes { free_minutes: 0, ..minutes }
        };
        let mut both = part(asked.from, middle);
        both += part(next, asked.to);
        prop_assert_eq!(both, part(asked.from, asked.to));
    }
}
