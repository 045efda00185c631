//! Would a booking make its person overbooked? Asked before it is saved (PRODUCT rule 4, ARCHITECTURE §10).
//!
//! Only days and buckets in which the booking itself takes part count: a week that is overbooked already does not
//! refuse an unrelated booking. Weeks are whole weeks here, as there is no report range to clip them to.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bucket::{Grain, buckets};
use super::calendar::WorkCalendar;
use super::day::{Day, Days, OPEN_END, date_of};
use super::day_table::DayTable;
use super::effort::{Booking, add_load, needed_days};
use super::overallocation::{BucketLoad, bucket_capacity, counted_in_bucket};
use crate::ids::AssignmentId;

/// How far an open end is looked ahead, in days.
pub const OPEN_END_CHECK_DAYS: Day = 366;

/// A day or bucket in which the booking makes its person overbooked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Clash {
    /// One day, or a whole bucket.
    pub scope: ClashScope,
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub to: Date,
    /// Confirmed load with the booking.
    pub load_minutes: i64,
    /// What there is.
    pub capacity_minutes: i64,
    /// The other assignments that take part in the load.
    pub assignment_ids: Vec<AssignmentId>,
}

/// What is overbooked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClashScope {
    /// One day.
    Day,
    /// A bucket: by default a week.
    Bucket,
}

/// What could not be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClashWarning {
    /// No schedule is in force on some day of the booking: capacity unknown, no verdict there.
    UnknownSchedule,
    /// The booking's own minutes are unknown: percent or total without a schedule.
    UnknownLoad,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClashCheck {
    /// Days first, then buckets, each in order.
    pub clashes: Vec<Clash>,
    /// Each at most once.
    pub warnings: Vec<ClashWarning>,
}

/// The days to check for a booking: its whole weeks; an open end as far as a year after its start or `today`.
#[must_use]
pub fn clash_range(booking: &Booking<'_>, today: Day, first_day_of_week: i64) -> Days {
    let mut days = booking.days;
    if days.to == OPEN_END {
        days.to = days.from.max(today).saturating_add(OPEN_END_CHECK_DAYS);
    }
    days.whole_weeks(first_day_of_week)
}

struct Loaded<'a> {
    id: AssignmentId,
    booking: &'a Booking<'a>,
    load: Vec<i64>,
}

/// Checks a confirmed booking against the person's other confirmed assignments.
///
/// `others` must hold neither the booking itself nor tentative ones; those outside `range` don't matter. Ask with
/// [`clash_range`]. A placeholder has no capacity: don't ask.
#[must_use]
pub fn check_clash(
    calendar: &WorkCalendar<'_>,
    proposed: &Booking<'_>,
    others: &[(AssignmentId, Booking<'_>)],
    range: Days,
    grain: Grain,
) -> ClashCheck {
    let mut check = ClashCheck::default();
    let range = range.intersect(Days::new(Day::MIN, OPEN_END - 7));
    let touching = || others.iter().filter(|(_, booking)| booking.days.overlaps(range));
    let mut window = range.whole_weeks(calendar.first_day_of_week);
    for booking in touching().map(|(_, booking)| booking).chain([proposed]) {
        window = window.union(needed_days(booking, range, calendar.first_day_of_week));
    }
    let table = DayTable::build(calendar, window);
    let mut own = vec![0; range.len()];
    if !add_load(proposed, &table, range, &mut own) {
        check.warnings.push(ClashWarning::UnknownLoad);
    }
    if table.has_unknown(proposed.days.intersect(range)) {
        check.warnings.insert(0, ClashWarning::UnknownSchedule);
    }
    let loaded: Vec<Loaded<'_>> = touching()
        .map(|(id, booking)| {
            let mut load = vec![0; range.len()];
            add_load(booking, &table, range, &mut load);
            Loaded { id: *id, booking, load }
        })
        .collect();
    judge_days(&table, range, &own, &loaded, &mut check);
    if grain != Grain::Day {
        for bucket in buckets(range, grain, calendar.first_day_of_week) {
            judge_bucket(&table, range, bucket, (proposed, &own), &loaded, &mut check);
        }
    }
    check
}

fn judge_days(table: &DayTable, range: Days, own: &[i64], loaded: &[Loaded<'_>], check: &mut ClashCheck) {
    for (at, day) in range.iter().enumerate().filter(|(at, _)| own[*at] > 0) {
        let Some(known) = table.day(day) else {
            continue;
        };
        let load = own[at] + loaded.iter().map(|other| other.load[at]).sum::<i64>();
        if load > known.capacity_minutes {
            let others = loaded.iter().filter(|other| other.load[at] > 0);
            check.clashes.push(Clash {
                scope: ClashScope::Day,
                from: date_of(day),
                to: date_of(day),
                load_minutes: load,
                capacity_minutes: known.capacity_minutes,
                assignment_ids: others.map(|other| other.id).collect(),
            });
        }
    }
}

fn judge_bucket(
    table: &DayTable,
    range: Days,
    bucket: Days,
    (proposed, own): (&Booking<'_>, &[i64]),
    loaded: &[Loaded<'_>],
    check: &mut ClashCheck,
) {
    let slots = (bucket.from - range.from) as usize..=(bucket.to - range.from) as usize;
    let counted = |booking: &Booking<'_>, load: &[i64]| {
        counted_in_bucket(booking, table, bucket, load[slots.clone()].iter().sum())
    };
    let own = counted(proposed, own);
    if own == 0 {
        return;
    }
    let mut load_minutes = own;
    let mut assignment_ids = Vec::new();
    for other in loaded {
        let minutes = counted(other.booking, &other.load);
        if minutes > 0 {
            load_minutes += minutes;
            assignment_ids.push(other.id);
        }
    }
    let verdict = BucketLoad { load_minutes, capacity_minutes: bucket_capacity(table, bucket) };
    if let (true, Some(capacity_minutes)) = (verdict.is_over(), verdict.capacity_minutes) {
        let (from, to) = (date_of(bucket.from), date_of(bucket.to));
        check.clashes.push(Clash {
            scope: ClashScope::Bucket,
            from,
            to,
            load_minutes,
            capacity_minutes,
            assignment_ids,
        });
    }
}
