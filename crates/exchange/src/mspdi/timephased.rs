//! Minutes per day out of `TimephasedData`, exact in total.
//!
//! An entry may reach over midnight (`17:00` to `17:00` of the next day) or over a year: its work falls on the working times
//! of the calendar inside of it, not on the day on which it begins.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use raally_domain::model::effort::Span;

use super::calendar::{Working, days_between, overlap, window};
use super::raw::Timephased;
use crate::limits::{MSPDI_DAYS_MAX, SPANS_MAX};

/// Days that all entries of a file may reach over together.
const DAYS_TOTAL_MAX: i64 = 20_000_000;
const MINUTE_MS: i64 = 60_000;

/// Why an assignment's work can't be spread.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    TooLong,
    TooMuch,
}

/// Work by day of one assignment.
#[derive(Default)]
pub(super) struct Spread {
    by_day: BTreeMap<Date, i64>,
}

impl Spread {
    pub(super) fn add(
        &mut self,
        entry: &Timephased,
        calendars: &[&Working],
        days_left: &mut i64,
    ) -> Result<(), Refusal> {
        let (first, last) = (entry.start.date(), entry.finish.date().max(entry.start.date()));
        let days = days_between(first, last);
        *days_left -= days;
        if days > MSPDI_DAYS_MAX || *days_left < 0 {
            return Err(Refusal::TooLong);
        }
        if first == last {
            *self.by_day.entry(first).or_default() += entry.work_ms;
            return self.check();
        }
        let weights = |weigh: &dyn Fn(Date) -> i64| -> Vec<(Date, i64)> {
            first
                .series(1.day())
                .take_while(|day| *day <= last)
                .map(|day| (day, weigh(day)))
                .filter(|(_, weight)| *weight > 0)
                .collect()
        };
        let in_hours = |working: &Working| weights(&|day| overlap(working.times(day), day, entry.start, entry.finish));
        let found = calendars.iter().map(|working| in_hours(working)).find(|found| !found.is_empty()).or_else(|| {
            // No calendar has time in it: by the hours that it lasts on each day.
            let found = weights(&|day| {
                let (from, to) = window(day, entry.start, entry.finish);
                to - from
            });
            (!found.is_empty()).then_some(found)
        });
        let found = found.unwrap_or_else(|| vec![(first, 1)]);
        let total: i128 = found.iter().map(|(_, weight)| i128::from(*weight)).sum();
        let (mut weight_so_far, mut work_so_far) = (0_i128, 0_i128);
        for (day, weight) in found {
            weight_so_far += i128::from(weight);
            let until = i128::from(entry.work_ms) * weight_so_far / total;
            *self.by_day.entry(day).or_default() += i64::try_from(until - work_so_far).unwrap_or(0);
            work_so_far = until;
        }
        self.check()
    }

    fn check(&self) -> Result<(), Refusal> {
        if self.by_day.len() > SPANS_MAX { Err(Refusal::TooMuch) } else { Ok(()) }
    }

    pub(super) fn total_ms(&self) -> i64 {
        self.by_day.values().sum()
    }

    /// One span a day, together exactly `work_ms` in whole minutes: each day's share of what the entries give, rounded in the order of the days.
    pub(super) fn spans(&self, work_ms: i64) -> Vec<Span> {
        let total = i128::from(self.total_ms());
        let target = i128::from(whole_minutes(work_ms));
        let (mut so_far, mut given) = (0_i128, 0_i128);
        let mut spans = Vec::new();
        for (day, work) in self.by_day.iter().filter(|_| total > 0) {
            so_far += i128::from(*work);
            let until = (so_far * target * 2 + total) / (total * 2);
            let minutes = i64::try_from(until - given).unwrap_or(0);
            given = until;
            if minutes > 0 {
                spans.push(Span { from: *day, to: *day, minutes });
            }
        }
        spans
    }
}

pub(super) fn whole_minutes(work_ms: i64) -> i64 {
    work_ms.saturating_add(MINUTE_MS / 2) / MINUTE_MS
}

pub(super) const fn days_budget() -> i64 {
    DAYS_TOTAL_MAX
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn spread(entries: &[(&str, &str, i64)], work_minutes: i64) -> Vec<(String, i64)> {
        let mut spread = Spread::default();
        let (standard, mut left) = (Working::standard(), DAYS_TOTAL_MAX);
        for (start, finish, seconds) in entries {
            let entry =
                Timephased { start: start.parse().unwrap(), finish: finish.parse().unwrap(), work_ms: seconds * 1000 };
            spread.add(&entry, &[&standard], &mut left).unwrap();
        }
        spread.spans(work_minutes * MINUTE_MS).into_iter().map(|span| (span.from.to_string(), span.minutes)).collect()
    }

    #[test]
    fn an_entry_over_midnight_falls_on_the_working_times_inside_of_it() {
        let evening = ("2011-02-14T17:00:00", "2011-02-15T17:00:00", 7 * 3600);
        assert_eq!(spread(&[evening], 420), [("2011-02-15".to_owned(), 420)]);
        let noon = ("2016-01-06T13:00:00", "2016-01-07T13:00:00", 8 * 3600);
        assert_eq!(spread(&[noon], 480), [("2016-01-06".to_owned(), 240), ("2016-01-07".to_owned(), 240)]);
        let weekend = ("2016-01-08T08:00:00", "2016-01-11T08:00:00", 8 * 3600);
        assert_eq!(spread(&[weekend], 480), [("2016-01-08".to_owned(), 480)]);
    }

    #[test]
    fn a_year_in_one_entry_is_spread_over_its_working_days() {
        let spans = spread(&[("2011-02-07T08:00:00", "2012-02-07T08:00:00", 2088 * 3600)], 2088 * 60);
        assert_eq!(spans.len(), 261);
        assert!(spans.iter().all(|(_, minutes)| *minutes == 480));
    }

    #[test]
    fn the_total_is_exact_where_the_entries_are_cut_short() {
        let spans = spread(
            &[
                ("2016-01-04T08:00:00", "2016-01-04T17:00:00", 28_799),
                ("2016-01-05T08:00:00", "2016-01-05T17:00:00", 28_700),
            ],
            960,
        );
        assert_eq!(spans.iter().map(|(_, minutes)| minutes).sum::<i64>(), 960);
    }
}
