//! Effort of an assignment, expanded to integer minutes per day (PRODUCT rule 3).
//!
//! Hours per week and percent round cumulatively inside each week of the workspace, totals from their first day on:
//! a full week and a total are exact, and what a day gets of an hours form does not hang on where the assignment
//! starts or ends, so that a split conserves minutes and any sub-range can be read without the days before it.
//!
//! - *Hours per day*: in full on each day with base > 0, time off or not: the clash shows.
//! - *Hours per week*: by pattern minutes in the week; lost on days without capacity, and the shortened part of a
//!   half holiday too; partial time off loses nothing.
//! - *Percent*: of the week's capacity so far.
//! - *Total*: in proportion to capacity; where the range has none, to base, then pattern, then Monday to Friday,
//!   then evenly, so that no minute is lost and the clash shows.
//! - *Total until done*: at its pace from the first day on; an end that is stored beside it does not cut it.
//! - *Phased*: each span by base minutes, else Monday to Friday, else evenly.
//!
//! Where no schedule is in force the hours forms fall on Monday to Friday; percent and totals are unknown there.

use super::calendar::WorkCalendar;
use super::day::{Day, Days, OPEN_END, day_of, week_start, weekday};
use super::day_table::DayTable;
use super::ratio::scale_half_up;
use crate::model::{AssignmentDetails, Effort, Pace, Span};

/// What of an assignment decides its minutes.
#[derive(Clone, Copy, Debug)]
pub struct Booking<'a> {
    /// First to last day; open = [`OPEN_END`].
    pub days: Days,
    /// How much.
    pub effort: &'a Effort,
}

impl<'a> Booking<'a> {
    /// The booking of an assignment. A total with a flexible end has none until it is used up.
    #[must_use]
    pub fn of(assignment: &'a AssignmentDetails) -> Self {
        let mut days = Days::of_dates(assignment.starts_on, assignment.ends_on);
        if matches!(assignment.effort, Effort::TotalUntilDone { .. }) {
            days.to = OPEN_END;
        }
        Self { days, effort: &assignment.effort }
    }
}

/// Minutes per day of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expansion {
    /// One entry a day of the range.
    pub minutes: Vec<i64>,
    /// The load of some day is unknown, for want of a schedule; it counts as 0 here.
    pub unknown: bool,
}

/// The days that a table must know so that the load of `range` can be told.
#[must_use]
pub fn needed_days(booking: &Booking<'_>, range: Days, first_day_of_week: i64) -> Days {
    let both = booking.days.intersect(range);
    if both.is_empty() {
        return both;
    }
    match booking.effort {
        Effort::HoursPerDay { .. } => both,
        Effort::HoursPerWeek { .. } | Effort::Percent { .. } => both.whole_weeks(first_day_of_week),
        Effort::Total { .. } if booking.days.to == OPEN_END => both,
        Effort::Total { .. } => booking.days,
        Effort::TotalUntilDone { .. } => Days::new(booking.days.from, both.to),
        Effort::Phased { spans } => {
            spans_in(spans, both).iter().fold(both, |needed, span| needed.union(span_days(span)))
        }
    }
}

/// Expands a booking over a range.
#[must_use]
pub fn expand(booking: &Booking<'_>, calendar: &WorkCalendar<'_>, range: Days) -> Expansion {
    let table = DayTable::build(calendar, needed_days(booking, range, calendar.first_day_of_week));
    let mut minutes = vec![0; range.len()];
    let known = add_load(booking, &table, range, &mut minutes);
    Expansion { minutes, unknown: !known }
}

/// Adds the booking's minutes to `load`, one entry a day of `range`. The table must know [`needed_days`].
/// Tells whether all of it is known.
pub fn add_load(booking: &Booking<'_>, table: &DayTable, range: Days, load: &mut [i64]) -> bool {
    let days = booking.days.intersect(range);
    if days.is_empty() {
        return true;
    }
    debug_assert!(
        table.window().covers(needed_days(booking, range, table.first_day_of_week())),
        "the table knows the days that the load hangs on"
    );
    let first = (i64::from(days.from) - i64::from(range.from)) as usize;
    let load = &mut load[first..first + days.len()];
    match booking.effort {
        Effort::HoursPerDay { minutes_per_day } => {
            add_hours_per_day(*minutes_per_day, table, days, load);
            true
        }
        Effort::HoursPerWeek { minutes_per_week } => {
            add_hours_per_week(*minutes_per_week, table, days, load);
            true
        }
        Effort::Percent { basis_points } => {
            add_percent(*basis_points, table, days, load);
            !table.has_unknown(days)
        }
        Effort::Total { .. } if booking.days.to == OPEN_END => false,
        Effort::Total { minutes } => {
            let known = !table.all_unknown(booking.days);
            if known {
                add_total(*minutes, table, booking.days, days, load);
            }
            known
        }
        Effort::TotalUntilDone { minutes, pace } => {
            let known = !table.has_unknown(Days::new(booking.days.from, days.to));
            add_until_done(*minutes, *pace, table, booking.days.from, days, load);
            known
        }
        Effort::Phased { spans } => {
            for span in spans_in(spans, days) {
                add_span(span, table, days, load);
            }
            true
        }
    }
}

fn add_hours_per_day(minutes: i64, table: &DayTable, days: Days, load: &mut [i64]) {
    for (load, base) in load.iter_mut().zip(table.base(days)) {
        *load += if *base > 0 { minutes } else { 0 };
    }
    if table.has_unknown(days) {
        for (load, day) in load.iter_mut().zip(days.iter()) {
            if table.is_unknown(day) && weekday(day) < 5 {
                *load += minutes;
            }
        }
    }
}

fn add_hours_per_week(minutes: i64, table: &DayTable, days: Days, load: &mut [i64]) {
    if table.has_unknown(days.whole_weeks(table.first_day_of_week())) {
        return add_hours_per_week_to_unknown(minutes, table, days, load);
    }
    let (base, capacity) = (table.base(days), table.capacity(days));
    let mut known_weights: &[u16] = &[];
    let mut shares = [0; 7];
    let mut week_from = week_start(days.from, table.first_day_of_week());
    while week_from <= days.to {
        let weights = table.pattern(Days::new(week_from, week_from + 6));
        if weights != known_weights {
            shares = split(minutes, &table.week_weights(week_from));
            known_weights = weights;
        }
        let week = Days::new(week_from, week_from + 6).intersect(days);
        let (skipped, first) = ((week.from - week_from) as usize, (week.from - days.from) as usize);
        for at in 0..week.len() {
            let (share, weight) = (shares[skipped + at], weights[skipped + at]);
            let (base, capacity) = (base[first + at], capacity[first + at]);
            load[first + at] += match capacity {
                0 => 0,
                _ if base == weight => share,
                _ => scale_half_up(share, i64::from(base), i64::from(weight)),
            };
        }
        week_from += 7;
    }
}

fn add_hours_per_week_to_unknown(minutes: i64, table: &DayTable, days: Days, load: &mut [i64]) {
    let mut week_from = Day::MAX;
    let mut shares = [0; 7];
    for (load, day) in load.iter_mut().zip(days.iter()) {
        let this_week = week_start(day, table.first_day_of_week());
        if week_from != this_week {
            week_from = this_week;
            shares = split(minutes, &table.week_weights(week_from));
        }
        let share = shares[(day - week_from) as usize];
        *load += match table.day(day) {
            None => share,
            Some(known) if known.capacity_minutes == 0 => 0,
            Some(known) => scale_half_up(share, known.base_minutes, known.pattern_minutes),
        };
    }
}

/// Cuts an amount by weights, rounding cumulatively; nothing when nothing weighs.
fn split(amount: i64, weights: &[i64; 7]) -> [i64; 7] {
    let whole: i64 = weights.iter().sum();
    let (mut weight_so_far, mut given) = (0, 0);
    weights.map(|weight| {
        weight_so_far += weight;
        let until_here = scale_half_up(amount, weight_so_far, whole);
        let share = until_here - given;
        given = until_here;
        share
    })
}

fn add_percent(basis_points: i64, table: &DayTable, days: Days, load: &mut [i64]) {
    let capacity = table.capacity(days);
    let mut week_from = week_start(days.from, table.first_day_of_week());
    let mut so_far = table.capacity_sum(Days::new(week_from, days.from.saturating_sub(1)));
    let mut given = scale_half_up(so_far, basis_points, 10_000);
    for (at, day) in days.iter().enumerate() {
        if i64::from(day) - i64::from(week_from) >= 7 {
            week_from = day;
            (so_far, given) = (0, 0);
        }
        so_far += i64::from(capacity[at]);
        let until_here = scale_half_up(so_far, basis_points, 10_000);
        load[at] += until_here - given;
        given = until_here;
    }
}

/// Cuts `minutes` over all days of `range` by their weights and adds what falls on `days`.
fn add_shares(minutes: i64, range: Days, weight: impl Fn(Day) -> i64, days: Days, load: &mut [i64]) {
    let sum = |days: Days| -> i64 { days.iter().map(&weight).sum() };
    let mut so_far = sum(Days::new(range.from, days.from - 1));
    let whole = so_far + sum(Days::new(days.from, range.to));
    add_shares_from(minutes, whole, &mut so_far, weight, days, load);
}

fn add_shares_from(
    minutes: i64,
    whole: i64,
    so_far: &mut i64,
    weight: impl Fn(Day) -> i64,
    days: Days,
    load: &mut [i64],
) {
    let mut given = scale_half_up(minutes, *so_far, whole);
    for (load, day) in load.iter_mut().zip(days.iter()) {
        let weight = weight(day);
        if weight == 0 {
            continue;
        }
        *so_far += weight;
        let until_here = scale_half_up(minutes, *so_far, whole);
        *load += until_here - given;
        given = until_here;
    }
}

fn add_total(minutes: i64, table: &DayTable, range: Days, days: Days, load: &mut [i64]) {
    let capacity = table.capacity_sum(range);
    if capacity > 0 {
        let mut so_far = table.capacity_sum(Days::new(range.from, days.from - 1));
        let in_days = table.capacity(days);
        let weight = |day: Day| i64::from(in_days[(day - days.from) as usize]);
        return add_shares_from(minutes, capacity, &mut so_far, weight, days, load);
    }
    let pattern = |day: Day| table.day(day).map_or(0, |day| day.pattern_minutes);
    if table.base_sum(range) > 0 {
        add_by_base(minutes, table, range, days, load);
    } else if range.iter().any(|day| pattern(day) > 0) {
        add_shares(minutes, range, pattern, days, load);
    } else {
        add_by_weekdays(minutes, range, days, load);
    }
}

fn add_by_base(minutes: i64, table: &DayTable, range: Days, days: Days, load: &mut [i64]) {
    let base = table.base(range);
    let weight = |day: Day| i64::from(base[(day - range.from) as usize]);
    add_shares(minutes, range, weight, days, load);
}

/// Monday to Friday alike; evenly when the range has no such day.
fn add_by_weekdays(minutes: i64, range: Days, days: Days, load: &mut [i64]) {
    let only_weekend = range.len() <= 2 && range.iter().all(|day| weekday(day) >= 5);
    let weight = |day: Day| i64::from(only_weekend || weekday(day) < 5);
    add_shares(minutes, range, weight, days, load);
}

fn add_until_done(minutes: i64, pace: Pace, table: &DayTable, start: Day, days: Days, load: &mut [i64]) {
    let before = Days::new(start, days.from.saturating_sub(1));
    let mut so_far = match pace {
        Pace::HoursPerDay { .. } => table.base(before).iter().filter(|base| **base > 0).count() as i64,
        Pace::Percent { .. } => table.capacity_sum(before),
    };
    let used = |so_far: i64| match pace {
        Pace::HoursPerDay { minutes_per_day } => so_far.saturating_mul(minutes_per_day).min(minutes),
        Pace::Percent { basis_points } => scale_half_up(so_far, basis_points, 10_000).min(minutes),
    };
    let (base, capacity) = (table.base(days), table.capacity(days));
    let mut given = used(so_far);
    for (at, load) in load.iter_mut().enumerate() {
        if given == minutes {
            break;
        }
        so_far += match pace {
            Pace::HoursPerDay { .. } => i64::from(base[at] > 0),
            Pace::Percent { .. } => i64::from(capacity[at]),
        };
        let until_here = used(so_far);
        *load += until_here - given;
        given = until_here;
    }
}

fn add_span(span: &Span, table: &DayTable, days: Days, load: &mut [i64]) {
    let range = span_days(span);
    let both = range.intersect(days);
    if both.is_empty() {
        return;
    }
    let first = (both.from - days.from) as usize;
    let load = &mut load[first..first + both.len()];
    if table.base_sum(range) > 0 {
        add_by_base(span.minutes, table, range, both, load);
    } else {
        add_by_weekdays(span.minutes, range, both, load);
    }
}

fn span_days(span: &Span) -> Days {
    Days::new(day_of(span.from), day_of(span.to))
}

/// The spans that touch a range; spans are ordered and don't overlap.
fn spans_in(spans: &[Span], days: Days) -> &[Span] {
    let first = spans.partition_point(|span| day_of(span.to) < days.from);
    let after = spans.partition_point(|span| day_of(span.from) <= days.to);
    spans.get(first..after).unwrap_or(&[])
}
