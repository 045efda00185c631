//! Effort in all its forms (PRODUCT rule 3).

use proptest::prelude::*;
use raally_domain::model::{Effort, Observance, Pace, PersonKind, Settings, Span};
use raally_domain::rules::{
    Absence, Booking, Days, OPEN_END, WorkCalendar, date_of, day_of, expand, week_start, weekday, work_day,
};

use super::generate::{booking, date, days, hours_form, known_working, person, range, weekly, working};

const FULL_TIME: [i64; 7] = [480, 480, 480, 480, 480, 0, 0];

fn minutes(effort: &Effort, booked: Days, calendar: &WorkCalendar<'_>, range: Days) -> Vec<i64> {
    expand(&Booking { days: booked, effort }, calendar, range).minutes
}

fn full_time(of: impl FnOnce(&WorkCalendar<'_>)) {
    let (person, settings) = (weekly(person("P"), FULL_TIME), Settings::default());
    let holidays = [(day_of(date("2026-03-03")), Observance::Full), (day_of(date("2026-03-04")), Observance::Half)];
    let off = Absence { days: days("2026-03-05", "2026-03-05"), minutes_per_day: None };
    let partly = Absence { days: days("2026-03-06", "2026-03-06"), minutes_per_day: Some(120) };
    of(&WorkCalendar::of(&person, &settings, |_| None, &holidays, vec![off, partly]));
}

/// Monday to Sunday: full day, holiday, half holiday, day off, partly off, weekend.
fn odd_week() -> Days {
    days("2026-03-02", "2026-03-08")
}

#[test]
fn hours_per_day_fall_in_full_on_days_with_base() {
    full_time(|calendar| {
        let found = minutes(&Effort::HoursPerDay { minutes_per_day: 300 }, odd_week(), calendar, odd_week());
        assert_eq!(found, [300, 0, 300, 300, 300, 0, 0]);
    });
}

#[test]
fn hours_per_week_lose_the_share_of_holidays_and_days_off() {
    full_time(|calendar| {
        let found = minutes(&Effort::HoursPerWeek { minutes_per_week: 1_000 }, odd_week(), calendar, odd_week());
        assert_eq!(found, [200, 0, 100, 0, 200, 0, 0]);
    });
}

#[test]
fn percent_is_of_each_days_capacity() {
    full_time(|calendar| {
        let found = minutes(&Effort::Percent { basis_points: 5_000 }, odd_week(), calendar, odd_week());
        assert_eq!(found, [240, 0, 120, 0, 180, 0, 0]);
    });
}

#[test]
fn a_total_is_spread_by_capacity() {
    full_time(|calendar| {
        let found = minutes(&Effort::Total { minutes: 1_080 }, odd_week(), calendar, odd_week());
        assert_eq!(found, [480, 0, 240, 0, 360, 0, 0]);
        let second = minutes(&Effort::Total { minutes: 1_080 }, odd_week(), calendar, days("2026-03-06", "2026-03-09"));
        assert_eq!(second, [360, 0, 0, 0], "a part of the range is that part of the whole");
    });
}

#[test]
fn a_total_until_done_ends_when_it_is_used_up() {
    full_time(|calendar| {
        let pace = Pace::HoursPerDay { minutes_per_day: 300 };
        let effort = Effort::TotalUntilDone { minutes: 1_000, pace };
        let open = Days::new(day_of(date("2026-03-02")), OPEN_END);
        assert_eq!(minutes(&effort, open, calendar, odd_week()), [300, 0, 300, 300, 100, 0, 0]);
        let effort = Effort::TotalUntilDone { minutes: 500, pace: Pace::Percent { basis_points: 5_000 } };
        assert_eq!(minutes(&effort, open, calendar, odd_week()), [240, 0, 120, 0, 140, 0, 0]);
    });
}

#[test]
fn a_total_without_any_capacity_is_not_lost() {
    full_time(|calendar| {
        let holiday = days("2026-03-03", "2026-03-03");
        assert_eq!(minutes(&Effort::Total { minutes: 60 }, holiday, calendar, holiday), [60]);
        let weekend = days("2026-03-07", "2026-03-08");
        assert_eq!(minutes(&Effort::Total { minutes: 61 }, weekend, calendar, weekend), [31, 30]);
    });
}

#[test]
fn without_a_schedule_hours_fall_on_monday_to_friday_and_the_rest_is_unknown() {
    let (person, settings) = (person("P"), Settings::default());
    let calendar = WorkCalendar::of(&person, &settings, |_| None, &[], vec![]);
    let week = odd_week();
    let found = |effort: &Effort| expand(&Booking { days: week, effort }, &calendar, week);
    let weekly = found(&Effort::HoursPerWeek { minutes_per_week: 1_002 });
    assert_eq!((weekly.minutes, weekly.unknown), (vec![200, 201, 200, 201, 200, 0, 0], false));
    let daily = found(&Effort::HoursPerDay { minutes_per_day: 60 });
    assert_eq!((daily.minutes, daily.unknown), (vec![60, 60, 60, 60, 60, 0, 0], false));
    for effort in [
        Effort::Percent { basis_points: 5_000 },
        Effort::Total { minutes: 600 },
        Effort::TotalUntilDone { minutes: 600, pace: Pace::HoursPerDay { minutes_per_day: 60 } },
    ] {
        let unknown = found(&effort);
        assert_eq!((unknown.minutes, unknown.unknown), (vec![0; 7], true), "{effort:?}");
    }
}

#[test]
fn a_placeholder_works_the_default_week() {
    let mut placeholder = person("Developer wanted");
    placeholder.details.kind = PersonKind::Placeholder;
    let settings = Settings { default_week: [360, 360, 360, 360, 0, 0, 0], ..Settings::default() };
    let calendar = WorkCalendar::of(&placeholder, &settings, |_| None, &[], vec![]);
    let found =
        expand(&Booking { days: odd_week(), effort: &Effort::Percent { basis_points: 10_000 } }, &calendar, odd_week());
    assert_eq!((found.minutes, found.unknown), (vec![360, 360, 360, 360, 0, 0, 0], false));
}

#[test]
fn a_week_of_seven_uneven_days_is_exact() {
    let (person, settings) = (weekly(person("P"), [100, 200, 300, 77, 13, 1, 9]), Settings::default());
    let calendar = WorkCalendar::of(&person, &settings, |_| None, &[], vec![]);
    let found = minutes(&Effort::HoursPerWeek { minutes_per_week: 2_399 }, odd_week(), &calendar, odd_week());
    assert_eq!(found.iter().sum::<i64>(), 2_399);
}

proptest! {
    #[test]
    fn a_part_of_the_range_is_that_part_of_the_whole(working in working(), (booked, effort) in booking(), asked in range()) {
        let calendar = working.calendar();
        let whole = booked.union(asked);
        let all = minutes(&effort, booked, &calendar, whole);
        let part = minutes(&effort, booked, &calendar, asked);
        let first = (asked.from - whole.from) as usize;
        prop_assert_eq!(&all[first..first + asked.len()], &part[..]);
    }

    #[test]
    fn no_minute_of_a_total_is_lost(working in known_working(), booked in range(), total in 1_i64..1_000_000) {
        let found = minutes(&Effort::Total { minutes: total }, booked, &working.calendar(), booked);
        prop_assert_eq!(found.iter().sum::<i64>(), total);
        prop_assert!(found.iter().all(|minutes| *minutes >= 0));
    }

    #[test]
    fn no_minute_of_time_phased_work_is_lost(working in working(), (booked, effort) in range().prop_flat_map(|range| (Just(range), super::generate::spans(range)))) {
        let Effort::Phased { spans } = &effort else { unreachable!() };
        let total: i64 = spans.iter().map(|span: &Span| span.minutes).sum();
        let found = minutes(&effort, booked, &working.calendar(), booked);
        prop_assert_eq!(found.iter().sum::<i64>(), total);
    }

    #[test]
    fn a_total_until_done_is_never_exceeded_and_used_in_order(working in known_working(), from in super::generate::day(), total in 1_i64..20_000, pace in 1_i64..900) {
        let effort = Effort::TotalUntilDone { minutes: total, pace: Pace::HoursPerDay { minutes_per_day: pace } };
        let found = minutes(&effort, Days::new(from, OPEN_END), &working.calendar(), Days::new(from, from + 700));
        let sum: i64 = found.iter().sum();
        prop_assert!(sum <= total);
        let used: Vec<i64> = found.iter().copied().filter(|minutes| *minutes > 0).collect();
        for minutes in used.iter().rev().skip(1) {
            prop_assert_eq!(*minutes, pace, "each day but the last has the full pace");
        }
    }

    #[test]
    fn splitting_an_hours_form_at_any_day_conserves_minutes(working in working(), booked in range(), effort in hours_form(), at in 0_usize..120) {
        let calendar = working.calendar();
        let cut = booked.from + (at % booked.len()) as i32;
        let whole = minutes(&effort, booked, &calendar, booked);
        let left = minutes(&effort, Days::new(booked.from, cut), &calendar, booked);
        let right = minutes(&effort, Days::new(cut + 1, booked.to), &calendar, booked);
        let both: Vec<i64> = left.iter().zip(&right).map(|(left, right)| left + right).collect();
        prop_assert_eq!(whole, both);
    }

    #[test]
    fn a_full_week_of_weekly_hours_is_exact(working in known_working(), day in super::generate::day(), weekly in 1_i64..=10_080) {
        let calendar = working.calendar();
        let from = week_start(day, working.settings.first_day_of_week);
        let week = Days::new(from, from + 6);
        let known: Vec<_> = week.iter().map(|day| work_day(&calendar, day).unwrap()).collect();
        let nothing_lost = known.iter().all(|day| day.base_minutes == day.pattern_minutes && (day.capacity_minutes > 0 || day.base_minutes == 0));
        let found: i64 = minutes(&Effort::HoursPerWeek { minutes_per_week: weekly }, week, &calendar, week).iter().sum();
        if nothing_lost && known.iter().any(|day| day.base_minutes > 0) {
            prop_assert_eq!(found, weekly);
        } else {
            prop_assert!(found <= weekly);
        }
    }

    #[test]
    fn a_full_week_of_percent_is_exact(working in known_working(), day in super::generate::day(), basis_points in 1_i64..20_000) {
        let calendar = working.calendar();
        let from = week_start(day, working.settings.first_day_of_week);
        let week = Days::new(from, from + 6);
        let capacity: i64 = week.iter().map(|day| work_day(&calendar, day).unwrap().capacity_minutes).sum();
        let found: i64 = minutes(&Effort::Percent { basis_points }, week, &calendar, week).iter().sum();
        prop_assert_eq!(found, (2 * capacity * basis_points + 10_000) / 20_000);
    }

    #[test]
    fn hours_never_fall_on_days_without_base(working in known_working(), (booked, effort) in (range(), hours_form())) {
        let calendar = working.calendar();
        let found = minutes(&effort, booked, &calendar, booked);
        for (day, minutes) in booked.iter().zip(found) {
            let known = work_day(&calendar, day).unwrap();
            prop_assert!(known.base_minutes > 0 || minutes == 0, "{} {}", date_of(day), weekday(day));
        }
    }
}
