//! Base, contracted, capacity (PRODUCT rules 1 and 2).

use proptest::prelude::*;
use raally_domain::model::{Calendar, CalendarException, Observance, Schedule, Settings, WorkingTime};
use raally_domain::rules::{Absence, DayTable, Days, day_of, work_day};

use super::generate::{CALENDAR, Working, date, days, person, range, weekly, working};

fn working_week(week: [i64; 7]) -> Working {
    Working {
        person: weekly(person("P"), week),
        settings: Settings::default(),
        calendar: Calendar { name: "C".into(), weeks: vec![week], exceptions: vec![], external_id: None },
        holidays: vec![],
        absences: vec![],
    }
}

fn capacity(working: &Working, on: &str) -> Option<i64> {
    work_day(&working.calendar(), day_of(date(on))).map(|day| day.capacity_minutes)
}

#[test]
fn no_schedule_is_unknown_and_not_zero() {
    let mut working = working_week([480; 7]);
    working.person.schedules.clear();
    assert_eq!(capacity(&working, "2026-03-02"), None);
    working.person = weekly(working.person, [480; 7]);
    assert_eq!(capacity(&working, "2019-12-31"), None, "before the first schedule");
    assert_eq!(capacity(&working, "2020-01-01"), Some(480));
}

#[test]
fn a_schedule_of_a_missing_calendar_is_unknown() {
    let mut working = working_week([480; 7]);
    let gone = WorkingTime::Calendar { calendar_id: raally_domain::ids::CalendarId(super::generate::id(5)) };
    working.person.schedules.push(Schedule { valid_from: date("2026-03-01"), working_time: gone });
    assert_eq!(capacity(&working, "2026-02-28"), Some(480));
    assert_eq!(capacity(&working, "2026-03-01"), None);
}

#[test]
fn a_nine_day_fortnight_starts_in_the_week_of_its_first_day() {
    let mut working = working_week([0; 7]);
    let long = [480, 480, 480, 480, 480, 0, 0];
    let short = [480, 480, 480, 480, 0, 0, 0];
    // A Wednesday: its week, from Monday 2026-03-02 on, is the first of the cycle, whatever day weeks start on.
    working.person.schedules = vec![Schedule {
        valid_from: date("2026-03-04"),
        working_time: WorkingTime::Weeks { weeks: vec![long, short] },
    }];
    for first_day_of_week in 1..=7 {
        working.settings.first_day_of_week = first_day_of_week;
        let fridays = ["2026-03-06", "2026-03-13", "2026-03-20", "2026-03-27"];
        assert_eq!(fridays.map(|on| capacity(&working, on)), [Some(480), Some(0), Some(480), Some(0)]);
        assert_eq!(capacity(&working, "2026-03-08"), Some(0), "the Sunday belongs to the first week");
    }
}

#[test]
fn availability_rounds_half_up() {
    let mut working = working_week([481; 7]);
    let entry = raally_domain::model::Availability { valid_from: date("2026-01-01"), basis_points: 5_000 };
    working.person.availability = vec![entry];
    assert_eq!(capacity(&working, "2025-12-31"), Some(481));
    assert_eq!(capacity(&working, "2026-01-01"), Some(241));
}

#[test]
fn holidays_count_in_full_by_half_or_not_at_all() {
    let mut working = working_week([451; 7]);
    working.holidays = vec![
        (day_of(date("2026-01-01")), Observance::Full),
        (day_of(date("2026-01-02")), Observance::Half),
        (day_of(date("2026-01-03")), Observance::None),
    ];
    let found = ["2026-01-01", "2026-01-02", "2026-01-03"].map(|on| capacity(&working, on));
    assert_eq!(found, [Some(0), Some(226), Some(451)]);
}

#[test]
fn there_is_no_capacity_outside_employment() {
    let mut working = working_week([480; 7]);
    working.person.details.starts_on = Some(date("2026-03-02"));
    working.person.details.ends_on = Some(date("2026-03-04"));
    let found = ["2026-03-01", "2026-03-02", "2026-03-04", "2026-03-05"].map(|on| capacity(&working, on));
    assert_eq!(found, [Some(0), Some(480), Some(480), Some(0)]);
}

#[test]
fn time_off_takes_its_minutes_or_the_whole_day() {
    let mut working = working_week([480; 7]);
    working.absences = vec![
        Absence { days: days("2026-03-02", "2026-03-03"), minutes_per_day: Some(120) },
        Absence { days: days("2026-03-03", "2026-03-03"), minutes_per_day: Some(400) },
        Absence { days: days("2026-03-04", "2026-03-04"), minutes_per_day: None },
    ];
    let found = ["2026-03-02", "2026-03-03", "2026-03-04"].map(|on| capacity(&working, on));
    assert_eq!(found, [Some(360), Some(0), Some(0)]);
}

#[test]
fn an_exception_holds_instead_of_its_weekday() {
    let mut working = working_week([480, 480, 480, 480, 480, 0, 0]);
    let exception = |from: &str, minutes| CalendarException { from: date(from), to: date(from), minutes, name: None };
    working.calendar.exceptions = vec![exception("2026-03-06", 240), exception("2026-03-07", 300)];
    working.person.schedules = vec![Schedule {
        valid_from: date("2020-01-01"),
        working_time: WorkingTime::Calendar { calendar_id: CALENDAR },
    }];
    let of = |on: &str| work_day(&working.calendar(), day_of(date(on))).unwrap();
    let (friday, saturday) = (of("2026-03-06"), of("2026-03-07"));
    assert_eq!((friday.contracted_minutes, friday.base_minutes), (480, 240));
    assert_eq!((saturday.contracted_minutes, saturday.base_minutes), (300, 300));
}

proptest! {
    #[test]
    fn the_table_says_what_the_rule_says(working in working(), window in range()) {
        let calendar = working.calendar();
        let table = DayTable::build(&calendar, window);
        for day in window.iter() {
            prop_assert_eq!(table.day(day), work_day(&calendar, day), "day {}", day);
        }
        prop_assert_eq!(table.has_unknown(window), window.iter().any(|day| work_day(&calendar, day).is_none()));
        prop_assert_eq!(table.all_unknown(window), window.iter().all(|day| work_day(&calendar, day).is_none()));
    }

    #[test]
    fn prefix_sums_equal_naive_sums(working in working(), window in range(), cut in range()) {
        let calendar = working.calendar();
        let table = DayTable::build(&calendar, window);
        let inside = cut.intersect(window);
        let naive = |field: fn(&raally_domain::rules::WorkDay) -> i64| -> i64 {
            inside.iter().filter_map(|day| work_day(&calendar, day)).map(|day| field(&day)).sum()
        };
        prop_assert_eq!(table.capacity_sum(cut), naive(|day| day.capacity_minutes));
        prop_assert_eq!(table.base_sum(cut), naive(|day| day.base_minutes));
        prop_assert_eq!(table.contracted_sum(cut), naive(|day| day.contracted_minutes));
    }

    #[test]
    fn capacity_is_never_negative_nor_more_than_contracted(working in working(), window in range()) {
        let calendar = working.calendar();
        for day in window.iter().filter_map(|day| work_day(&calendar, day)) {
            prop_assert!(0 <= day.capacity_minutes && day.capacity_minutes <= day.base_minutes);
            prop_assert!(day.base_minutes <= day.contracted_minutes);
            prop_assert!(day.contracted_minutes <= day.pattern_minutes);
        }
    }

    #[test]
    fn a_window_cut_in_two_is_the_same_days(working in working(), window in range(), at in 0_usize..120) {
        let calendar = working.calendar();
        let middle = window.from + (at % window.len()) as i32;
        let whole = DayTable::build(&calendar, window);
        let left = DayTable::build(&calendar, Days::new(window.from, middle));
        let right = DayTable::build(&calendar, Days::new(middle + 1, window.to));
        prop_assert_eq!(whole.capacity_sum(window), left.capacity_sum(window) + right.capacity_sum(window));
    }
}
