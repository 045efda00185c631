//! Buckets of days: what a report sums over. Buckets at the edges of a range are clipped to it (PRODUCT rule 4).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::{Day, Days, date_of, day_of, week_start};
use jiff::civil::Date;

/// How long a bucket is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Grain {
    /// One day.
    Day,
    /// Seven days from the workspace's first day of the week on.
    #[default]
    Week,
    /// A calendar month.
    Month,
    /// January to March and so on.
    Quarter,
    /// A calendar year.
    Year,
    /// The whole range.
    Total,
}

/// The buckets of a range in order; together they are the range.
#[must_use]
pub fn buckets(range: Days, grain: Grain, first_day_of_week: i64) -> Vec<Days> {
    let mut found = Vec::new();
    let mut from = range.from;
    while from <= range.to {
        let to = last_day(from, grain, first_day_of_week).min(range.to);
        found.push(Days::new(from, to));
        match to.checked_add(1) {
            Some(next) => from = next,
            None => break,
        }
    }
    found
}

fn last_day(day: Day, grain: Grain, first_day_of_week: i64) -> Day {
    match grain {
        Grain::Day => day,
        Grain::Week => week_start(day, first_day_of_week).saturating_add(6),
        Grain::Month => last_of_months(day, 1),
        Grain::Quarter => last_of_months(day, 3),
        Grain::Year => last_of_months(day, 12),
        Grain::Total => Day::MAX,
    }
}

fn last_of_months(day: Day, months: i8) -> Day {
    let date = date_of(day);
    let next = (date.month() - 1) / months * months + months + 1;
    let (year, month) = if next > 12 { (date.year().saturating_add(1), 1) } else { (date.year(), next) };
    Date::new(year, month, 1).map_or(Day::MAX, |first| day_of(first) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GRAINS: [Grain; 6] = [Grain::Day, Grain::Week, Grain::Month, Grain::Quarter, Grain::Year, Grain::Total];

    #[test]
    fn quarters_end_with_their_third_month() {
        let year = Days::new(day_of(Date::constant(2026, 2, 10)), day_of(Date::constant(2026, 12, 31)));
        let ends: Vec<Date> = buckets(year, Grain::Quarter, 1).iter().map(|bucket| date_of(bucket.to)).collect();
        assert_eq!(ends, [(3, 31), (6, 30), (9, 30), (12, 31)].map(|(month, day)| Date::constant(2026, month, day)));
    }

    proptest! {
        #[test]
        fn buckets_are_the_range_cut_without_gap_or_overlap(
            from in -3_000_i32..30_000, length in 0_i32..900, grain in 0_usize..6, first in 1_i64..=7,
        ) {
            let range = Days::new(from, from + length);
            let found = buckets(range, GRAINS[grain], first);
            prop_assert_eq!(found[0].from, range.from);
            prop_assert_eq!(found[found.len() - 1].to, range.to);
            for pair in found.windows(2) {
                prop_assert_eq!(pair[0].to + 1, pair[1].from);
            }
        }
    }
}
