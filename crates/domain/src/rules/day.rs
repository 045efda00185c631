//! Calendar days as integers, so that ranges, weeks and tables of days are plain arithmetic.

use jiff::civil::Date;

/// Days since 1970-01-01; negative before.
pub type Day = i32;

/// The last day of what has no end.
pub const OPEN_END: Day = i32::MAX;

/// The day number of a date.
///
/// Source: H. Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
#[must_use]
pub fn day_of(date: Date) -> Day {
    let (month, day) = (i32::from(date.month()), i32::from(date.day()));
    let year = i32::from(date.year()) - i32::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The date of a day number; what no date can show becomes the last date there is.
///
/// Source: as [`day_of`], `civil_from_days`.
#[must_use]
pub fn date_of(day: Day) -> Date {
    let shifted = i64::from(day) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    match (i16::try_from(year), i8::try_from(month), i8::try_from(day_of_month)) {
        (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).unwrap_or(Date::MAX),
        _ => Date::MAX,
    }
}

/// 0 = Monday … 6 = Sunday.
#[must_use]
pub const fn weekday(day: Day) -> usize {
    ((day as i64 + 3).rem_euclid(7)) as usize
}

/// The first day of the week that holds `day`; `first_day_of_week` is 1 = Monday … 7 = Sunday.
#[must_use]
pub const fn week_start(day: Day, first_day_of_week: i64) -> Day {
    let first = (first_day_of_week - 1).rem_euclid(7);
    let since = (weekday(day) as i64 + 7 - first) % 7;
    day.saturating_sub(since as Day)
}

/// A range of days, both ends inclusive; empty when `to < from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Days {
    /// First day.
    pub from: Day,
    /// Last day; [`OPEN_END`] when there is none.
    pub to: Day,
}

impl Days {
    /// From one day to another.
    #[must_use]
    pub const fn new(from: Day, to: Day) -> Self {
        Self { from, to }
    }

    /// From one date to another; no last date = open.
    #[must_use]
    pub fn of_dates(from: Date, to: Option<Date>) -> Self {
        Self::new(day_of(from), to.map_or(OPEN_END, day_of))
    }

    /// No day in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.to < self.from
    }

    /// How many days.
    #[must_use]
    pub const fn len(self) -> usize {
        if self.is_empty() { 0 } else { (self.to as i64 - self.from as i64 + 1) as usize }
    }

    /// What both have in common.
    #[must_use]
    pub fn intersect(self, other: Self) -> Self {
        Self::new(self.from.max(other.from), self.to.min(other.to))
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        Self::new(self.from.min(other.from), self.to.max(other.to))
    }

    /// Is the day in it?
    #[must_use]
    pub const fn contains(self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }

    /// Is every day of the other in it?
    #[must_use]
    pub const fn covers(self, other: Self) -> bool {
        other.is_empty() || (self.from <= other.from && other.to <= self.to)
    }

    /// Have they a day in common?
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        !self.intersect(other).is_empty()
    }

    /// Every day in order.
    pub fn iter(self) -> impl Iterator<Item = Day> {
        self.from..=self.to
    }

    /// Widened to whole weeks.
    #[must_use]
    pub fn whole_weeks(self, first_day_of_week: i64) -> Self {
        if self.is_empty() {
            return self;
        }
        let last = week_start(self.to, first_day_of_week).saturating_add(6);
        Self::new(week_start(self.from, first_day_of_week), last)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_epoch_is_a_thursday() {
        assert_eq!(day_of(Date::constant(1970, 1, 1)), 0);
        assert_eq!(weekday(0), 3);
        assert_eq!(week_start(0, 1), -3);
        assert_eq!(week_start(0, 7), -4);
        assert_eq!(week_start(0, 4), 0);
    }

    proptest! {
        #[test]
        fn day_numbers_agree_with_the_calendar_library(day in -700_000_i32..2_900_000) {
            let date = date_of(day);
            let epoch = Date::constant(1970, 1, 1);
            prop_assert_eq!(day_of(date), day);
            prop_assert_eq!((date - epoch).get_days(), day);
            prop_assert_eq!(usize::try_from(date.weekday().to_monday_zero_offset()).unwrap(), weekday(day));
        }

        #[test]
        fn a_week_starts_on_its_first_day(day in -9_000_i32..90_000, first in 1_i64..=7) {
            let start = week_start(day, first);
            prop_assert!(start <= day && day < start + 7);
            prop_assert_eq!(weekday(start) as i64, first - 1);
        }
    }
}
