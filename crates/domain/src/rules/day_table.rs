//! The working days of one person over a window, as arrays: what [`super::work_day`] says of each day, built in runs
//! instead of day by day, with prefix sums of the capacity. 10 bytes a day.

use super::calendar::{DAY_MINUTES_MAX, WorkCalendar, WorkDay};
use super::day::{Day, Days, day_of, week_start, weekday};
use super::ratio::scale_half_up;
use crate::model::Observance;

/// Marks a day without a schedule in `pattern`.
const UNKNOWN: u16 = u16::MAX;
/// What a day of an unknown schedule weighs: Monday to Friday alike (PRODUCT rule 3).
const NOMINAL_DAY: i64 = 480;

/// The working days of one person over a window of days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayTable {
    window: Days,
    employed: Days,
    first_day_of_week: i64,
    unknown: Unknown,
    pattern: Box<[u16]>,
    base: Box<[u16]>,
    capacity: Box<[u16]>,
    /// Σ capacity of the days before each day of the window, and of all.
    capacity_before: Box<[u32]>,
}

/// How much of a window has no schedule in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unknown {
    Nothing,
    Some,
    All,
}

impl DayTable {
    /// The days of `window`.
    #[must_use]
    pub fn build(calendar: &WorkCalendar<'_>, window: Days) -> Self {
        let length = window.len();
        let mut pattern = vec![UNKNOWN; length];
        let mut base = vec![0_u16; length];
        fill_patterns(calendar, window, &mut pattern, &mut base);
        scale_by_availability(calendar, window, &mut pattern, &mut base);
        if !calendar.patterns.is_empty() {
            leave_only_employment(calendar, window, &mut pattern, &mut base);
        }
        observe_holidays(calendar, window, &mut base);
        let mut capacity = base.clone();
        take_absences(calendar, window, &mut capacity);
        let mut sum = 0_u32;
        let mut capacity_before = Vec::with_capacity(length + 1);
        capacity_before.push(0);
        for minutes in &capacity {
            sum = sum.saturating_add(u32::from(*minutes));
            capacity_before.push(sum);
        }
        let unknown = match pattern.iter().filter(|minutes| **minutes == UNKNOWN).count() {
            0 => Unknown::Nothing,
            count if count == length => Unknown::All,
            _ => Unknown::Some,
        };
        Self {
            window,
            employed: calendar.employed,
            first_day_of_week: calendar.first_day_of_week,
            unknown,
            pattern: pattern.into_boxed_slice(),
            base: base.into_boxed_slice(),
            capacity: capacity.into_boxed_slice(),
            capacity_before: capacity_before.into_boxed_slice(),
        }
    }

    /// Days of which nothing is known.
    #[must_use]
    pub fn unknown(window: Days, first_day_of_week: i64) -> Self {
        let calendar = WorkCalendar {
            patterns: Vec::new(),
            availability: Vec::new(),
            employed: Days::new(Day::MIN, Day::MAX),
            holidays: &[],
            absences: Vec::new(),
            first_day_of_week,
        };
        Self::build(&calendar, window)
    }

    /// Which days it knows.
    #[must_use]
    pub const fn window(&self) -> Days {
        self.window
    }

    /// Where the week of "hours per week" starts: 1 = Monday … 7 = Sunday.
    #[must_use]
    pub const fn first_day_of_week(&self) -> i64 {
        self.first_day_of_week
    }

    /// One day; `None` = no schedule in force (unknown), or outside the window.
    #[must_use]
    pub fn day(&self, day: Day) -> Option<WorkDay> {
        let at = self.at(day)?;
        (self.pattern[at] != UNKNOWN).then(|| WorkDay {
            pattern_minutes: i64::from(self.pattern[at]),
            contracted_minutes: if self.employed.contains(day) { i64::from(self.pattern[at]) } else { 0 },
            base_minutes: i64::from(self.base[at]),
            capacity_minutes: i64::from(self.capacity[at]),
        })
    }

    /// Is any day of the range without a schedule?
    #[must_use]
    pub fn has_unknown(&self, days: Days) -> bool {
        match self.unknown {
            Unknown::Nothing => false,
            Unknown::All => !days.is_empty(),
            Unknown::Some => self.slice(&self.pattern, days).contains(&UNKNOWN),
        }
    }

    /// Is every day of the range without a schedule?
    #[must_use]
    pub fn all_unknown(&self, days: Days) -> bool {
        match self.unknown {
            Unknown::Nothing => false,
            Unknown::All => true,
            Unknown::Some => self.slice(&self.pattern, days).iter().all(|minutes| *minutes == UNKNOWN),
        }
    }

    /// Has the day no schedule?
    #[must_use]
    pub fn is_unknown(&self, day: Day) -> bool {
        self.at(day).is_none_or(|at| self.pattern[at] == UNKNOWN)
    }

    /// Σ capacity of a range, by prefix sums.
    #[must_use]
    pub fn capacity_sum(&self, days: Days) -> i64 {
        let days = days.intersect(self.window);
        if days.is_empty() {
            return 0;
        }
        let (from, to) = (self.offset(days.from), self.offset(days.to) + 1);
        i64::from(self.capacity_before[to]) - i64::from(self.capacity_before[from])
    }

    /// Σ base of a range.
    #[must_use]
    pub fn base_sum(&self, days: Days) -> i64 {
        self.base(days).iter().map(|minutes| u32::from(*minutes)).sum::<u32>().into()
    }

    /// Σ contracted minutes of a range: before holidays and time off.
    #[must_use]
    pub fn contracted_sum(&self, days: Days) -> i64 {
        let known = |minutes: &u16| {
            if *minutes == UNKNOWN { 0 } else { u32::from(*minutes) }
        };
        let days = days.intersect(self.employed);
        self.slice(&self.pattern, days).iter().map(known).sum::<u32>().into()
    }

    /// Base minutes of each day of a range; 0 on unknown days.
    #[must_use]
    pub fn base(&self, days: Days) -> &[u16] {
        self.slice(&self.base, days)
    }

    /// Capacity of each day of a range; 0 on unknown days.
    #[must_use]
    pub fn capacity(&self, days: Days) -> &[u16] {
        self.slice(&self.capacity, days)
    }

    /// Pattern minutes of each day of a range. Without meaning where days are unknown.
    pub(super) fn pattern(&self, days: Days) -> &[u16] {
        self.slice(&self.pattern, days)
    }

    /// What each day of a week weighs when weekly hours are spread; the week may lie partly outside the window.
    #[must_use]
    pub fn week_weights(&self, week_start: Day) -> [i64; 7] {
        std::array::from_fn(|index| {
            let day = week_start.saturating_add(index as i32);
            match self.at(day).map(|at| self.pattern[at]) {
                Some(UNKNOWN) if weekday(day) < 5 => NOMINAL_DAY,
                Some(UNKNOWN) | None => 0,
                Some(minutes) => i64::from(minutes),
            }
        })
    }

    fn at(&self, day: Day) -> Option<usize> {
        self.window.contains(day).then(|| self.offset(day))
    }

    const fn offset(&self, day: Day) -> usize {
        (day as i64 - self.window.from as i64) as usize
    }

    #[inline]
    fn slice<'a>(&self, of: &'a [u16], days: Days) -> &'a [u16] {
        let days = days.intersect(self.window);
        if days.is_empty() {
            return &[];
        }
        &of[self.offset(days.from)..=self.offset(days.to)]
    }
}

fn each(window: Days, days: Days) -> impl Iterator<Item = (usize, Day)> {
    let both = days.intersect(window);
    (both.from..=both.to).map(move |day| ((i64::from(day) - i64::from(window.from)) as usize, day))
}

fn fill_patterns(calendar: &WorkCalendar<'_>, window: Days, pattern: &mut [u16], base: &mut [u16]) {
    for (index, entry) in calendar.patterns.iter().enumerate() {
        let until = calendar.patterns.get(index + 1).map_or(Day::MAX, |next| next.valid_from - 1);
        let run = Days::new(entry.valid_from, until).intersect(window);
        if run.is_empty() || entry.weeks.is_empty() {
            continue;
        }
        let cycle_start = week_start(entry.valid_from, 1);
        let weeks = entry.weeks.len() as i64;
        let week_of = |day: Day| (i64::from(day) - i64::from(cycle_start)).div_euclid(7).rem_euclid(weeks) as usize;
        let (mut week, mut on) = (week_of(run.from), weekday(run.from));
        for (at, _) in each(window, run) {
            let minutes = entry.weeks[week][on].clamp(0, DAY_MINUTES_MAX) as u16;
            pattern[at] = minutes;
            base[at] = minutes;
            on += 1;
            if on == 7 {
                on = 0;
                week = (week + 1) % entry.weeks.len();
            }
        }
        for exception in entry.exceptions {
            let days = Days::new(day_of(exception.from), day_of(exception.to)).intersect(run);
            for (at, _) in each(window, days) {
                base[at] = exception.minutes.clamp(0, DAY_MINUTES_MAX) as u16;
            }
        }
        for (at, _) in each(window, run) {
            pattern[at] = pattern[at].max(base[at]);
        }
    }
}

fn scale_by_availability(calendar: &WorkCalendar<'_>, window: Days, pattern: &mut [u16], base: &mut [u16]) {
    for (index, (from, _)) in calendar.availability.iter().enumerate() {
        let until = calendar.availability.get(index + 1).map_or(Day::MAX, |(next, _)| *next - 1);
        let factor = calendar.factor_on(*from);
        if factor == 10_000 {
            continue;
        }
        let scaled = |minutes: u16| scale_half_up(i64::from(minutes), factor, 10_000).min(DAY_MINUTES_MAX) as u16;
        for (at, _) in each(window, Days::new(*from, until)) {
            base[at] = scaled(base[at]);
            if pattern[at] != UNKNOWN {
                pattern[at] = scaled(pattern[at]);
            }
        }
    }
}

fn leave_only_employment(calendar: &WorkCalendar<'_>, window: Days, pattern: &mut [u16], base: &mut [u16]) {
    let employed = calendar.employed;
    let before = Days::new(Day::MIN, employed.from.saturating_sub(1));
    let after = Days::new(employed.to.saturating_add(1), Day::MAX);
    for outside in [before, after] {
        for (at, day) in each(window, outside) {
            if !employed.contains(day) {
                base[at] = 0;
                if pattern[at] == UNKNOWN {
                    pattern[at] = 0;
                }
            }
        }
    }
}

fn observe_holidays(calendar: &WorkCalendar<'_>, window: Days, base: &mut [u16]) {
    let first = calendar.holidays.partition_point(|(day, _)| *day < window.from);
    for (day, observance) in calendar.holidays[first..].iter().take_while(|(day, _)| *day <= window.to) {
        for (at, _) in each(window, Days::new(*day, *day)) {
            base[at] = match observance {
                Observance::Full => 0,
                Observance::Half => base[at].div_ceil(2),
                Observance::None => base[at],
            };
        }
    }
}

fn take_absences(calendar: &WorkCalendar<'_>, window: Days, capacity: &mut [u16]) {
    for absence in &calendar.absences {
        let off = absence.minutes_per_day.unwrap_or(DAY_MINUTES_MAX).clamp(0, DAY_MINUTES_MAX) as u16;
        for (at, _) in each(window, absence.days) {
            capacity[at] = capacity[at].saturating_sub(off);
        }
    }
}
