//! Working days of a person: schedule in force, rotating weeks, calendar exceptions, availability, holidays,
//! employment, time off. This is the rule itself, day by day; [`super::DayTable`] is its fast form.
//!
//! Source: PRODUCT rules 1 and 2. Days of a pattern are Monday … Sunday, and the cycle counts weeks from the Monday
//! on or before `validFrom`, whatever day the workspace's week starts on: only sums over weeks follow that setting.

use super::day::{Day, Days, OPEN_END, day_of, week_start, weekday};
use super::ratio::scale_half_up;
use crate::ids::CalendarId;
use crate::model::{
    Calendar, CalendarException, DayMinutes, Holiday, Observance, Person, PersonKind, Settings, TimeOff, TimeOffStatus,
    WorkingTime, in_force,
};

/// Minutes of work of one day that are agreed on, at most (a group of ten people around the clock).
pub(super) const DAY_MINUTES_MAX: i64 = 14_400;

/// Days off of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    /// From the first to the last day.
    pub days: Days,
    /// Minutes off on each day; `None` = the whole day.
    pub minutes_per_day: Option<i64>,
}

impl Absence {
    /// The absence that lowers capacity: approved, and pending too where a report asks for it.
    #[must_use]
    pub fn of(time_off: &TimeOff, include_pending: bool) -> Option<Self> {
        let counts = match time_off.status {
            TimeOffStatus::Approved => true,
            TimeOffStatus::Pending => include_pending,
            TimeOffStatus::Rejected => false,
        };
        counts.then(|| Self {
            days: Days::of_dates(time_off.details.starts_on, Some(time_off.details.ends_on)),
            minutes_per_day: time_off.details.minutes_per_day,
        })
    }
}

/// A working-time pattern from a day on.
#[derive(Clone, Copy, Debug)]
pub struct Pattern<'a> {
    /// First day; fixes which week of the cycle is the first. [`Day::MIN`] = has no beginning.
    pub valid_from: Day,
    /// The cycle; empty = the calendar is not known, and so is the capacity.
    pub weeks: &'a [DayMinutes],
    /// Days on which other minutes hold; a later entry wins.
    pub exceptions: &'a [CalendarException],
}

impl Pattern<'_> {
    /// Minutes that the week says, without exceptions.
    pub(super) fn week_minutes(&self, day: Day) -> Option<i64> {
        let count = i32::try_from(self.weeks.len()).ok().filter(|count| *count > 0)?;
        let first = week_start(self.valid_from, 1);
        let index = day.saturating_sub(first).div_euclid(7).rem_euclid(count);
        let week = self.weeks.get(usize::try_from(index).ok()?)?;
        Some(week[weekday(day)].clamp(0, DAY_MINUTES_MAX))
    }

    /// Minutes that the day is paid for: a shortening exception does not lower them.
    pub(super) fn day_minutes(&self, day: Day) -> Option<i64> {
        let week_minutes = self.week_minutes(day)?;
        Some(self.exception_minutes(day).map_or(week_minutes, |minutes| minutes.max(week_minutes)))
    }

    fn exception_minutes(&self, day: Day) -> Option<i64> {
        let on_day = |entry: &&CalendarException| day_of(entry.from) <= day && day <= day_of(entry.to);
        self.exceptions.iter().rev().find(on_day).map(|entry| entry.minutes.clamp(0, DAY_MINUTES_MAX))
    }
}

/// All that decides a person's working days.
#[derive(Clone, Debug)]
pub struct WorkCalendar<'a> {
    /// Ordered by date; empty = the working time is unknown.
    pub patterns: Vec<Pattern<'a>>,
    /// `(first day, factor in basis points)`, ordered; 100 % before the first.
    pub availability: Vec<(Day, i64)>,
    /// First to last day at work.
    pub employed: Days,
    /// Days of the region with their observance, ordered, one entry a day.
    pub holidays: &'a [(Day, Observance)],
    /// In any order.
    pub absences: Vec<Absence>,
    /// 1 = Monday … 7 = Sunday: where the week of "hours per week" starts.
    pub first_day_of_week: i64,
}

impl<'a> WorkCalendar<'a> {
    /// The calendar of a person, or of a placeholder (which works the workspace's default week).
    ///
    /// `holidays` are the [`holiday_days`] of the person's region ([`holiday_region`]); `absences` are the person's own.
    pub fn of(
        person: &'a Person,
        settings: &'a Settings,
        calendar: impl Fn(CalendarId) -> Option<&'a Calendar>,
        holidays: &'a [(Day, Observance)],
        absences: Vec<Absence>,
    ) -> Self {
        let details = &person.details;
        let placeholder = details.kind == PersonKind::Placeholder;
        let patterns = if placeholder {
            let weeks = std::slice::from_ref(&settings.default_week);
            vec![Pattern { valid_from: Day::MIN, weeks, exceptions: &[] }]
        } else {
            person.schedules.iter().map(|schedule| pattern(schedule, &calendar)).collect()
        };
        let availability = |entry: &crate::model::Availability| (day_of(entry.valid_from), entry.basis_points);
        Self {
            patterns,
            availability: person.availability.iter().filter(|_| !placeholder).map(availability).collect(),
            employed: Days::new(
                details.starts_on.filter(|_| !placeholder).map_or(Day::MIN, day_of),
                details.ends_on.filter(|_| !placeholder).map_or(OPEN_END, day_of),
            ),
            holidays,
            absences: if placeholder { Vec::new() } else { absences },
            first_day_of_week: settings.first_day_of_week,
        }
    }

    /// Which pattern holds on a day: the one with the greatest `valid_from` ≤ day.
    #[must_use]
    pub fn pattern_on(&self, day: Day) -> Option<&Pattern<'a>> {
        let after = self.patterns.partition_point(|pattern| pattern.valid_from <= day);
        self.patterns[..after].last()
    }

    /// The availability factor of a day in basis points.
    #[must_use]
    pub fn factor_on(&self, day: Day) -> i64 {
        let after = self.availability.partition_point(|(from, _)| *from <= day);
        self.availability[..after].last().map_or(10_000, |(_, factor)| (*factor).clamp(0, 100_000))
    }
}

fn pattern<'a>(
    schedule: &'a crate::model::Schedule,
    calendar: &impl Fn(CalendarId) -> Option<&'a Calendar>,
) -> Pattern<'a> {
    let (weeks, exceptions): (&[DayMinutes], &[CalendarException]) = match &schedule.working_time {
        WorkingTime::Weeks { weeks } => (weeks, &[]),
        WorkingTime::Calendar { calendar_id } => {
            calendar(*calendar_id).map_or((&[], &[]), |found| (&found.weeks, &found.exceptions))
        }
    };
    Pattern { valid_from: day_of(schedule.valid_from), weeks, exceptions }
}

/// The region whose public holidays count for a person: the own, else the workspace's.
#[must_use]
pub fn holiday_region<'a>(person: &'a Person, settings: &'a Settings) -> Option<&'a str> {
    person.details.holiday_region.as_deref().or(settings.holiday_region.as_deref())
}

/// The days of a region in order, one entry a day: where a day has several holidays, the strongest observance holds.
pub fn holiday_days<'a>(holidays: impl IntoIterator<Item = &'a Holiday>, region: &str) -> Vec<(Day, Observance)> {
    let mut days: Vec<(Day, Observance)> = holidays
        .into_iter()
        .filter(|holiday| holiday.region == region)
        .map(|holiday| (day_of(holiday.on), holiday.observance))
        .collect();
    days.sort_by_key(|(day, observance)| (*day, std::cmp::Reverse(strength(*observance))));
    days.dedup_by_key(|(day, _)| *day);
    days
}

/// Which of two observances of one day holds: the greater.
pub(crate) const fn strength(observance: Observance) -> u8 {
    match observance {
        Observance::Full => 2,
        Observance::Half => 1,
        Observance::None => 0,
    }
}

/// The role that a person plans as on a day: of the job title in force, else the usual one.
#[must_use]
pub fn role_on(person: &Person, date: jiff::civil::Date) -> Option<crate::ids::RoleId> {
    in_force(&person.job_titles, date).and_then(|title| title.role_id).or(person.details.role_id)
}

/// What one day is for a person with a known schedule. Always `pattern ≥ contracted ≥ base ≥ capacity ≥ 0`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkDay {
    /// Minutes of the pattern × availability, employed or not: the weight of the day in its week.
    pub pattern_minutes: i64,
    /// The same on days of employment: minutes before holidays.
    pub contracted_minutes: i64,
    /// Minutes after holidays and shortening exceptions.
    pub base_minutes: i64,
    /// Minutes after time off.
    pub capacity_minutes: i64,
}

/// A day's minutes, or `None` when no schedule is in force: unknown, not zero. Outside the employment of somebody
/// who has a schedule it is zero.
///
/// A calendar exception that shortens a day counts like a holiday (its share of weekly hours is lost); one that
/// lengthens it raises the contracted minutes.
#[must_use]
pub fn work_day(calendar: &WorkCalendar<'_>, day: Day) -> Option<WorkDay> {
    if calendar.patterns.is_empty() {
        return None;
    }
    let employed = calendar.employed.contains(day);
    let known = calendar.pattern_on(day).and_then(|found| Some((found, found.week_minutes(day)?)));
    let Some((pattern, week_minutes)) = known else {
        return (!employed).then(WorkDay::default);
    };
    let factor = calendar.factor_on(day);
    let scaled = |minutes: i64| scale_half_up(minutes, factor, 10_000).min(DAY_MINUTES_MAX);
    let day_minutes = pattern.exception_minutes(day).unwrap_or(week_minutes);
    let pattern_minutes = scaled(week_minutes.max(day_minutes));
    if !employed {
        return Some(WorkDay { pattern_minutes, ..WorkDay::default() });
    }
    let observance = calendar.holidays.binary_search_by_key(&day, |(on, _)| *on);
    let base_minutes = match observance.map(|at| calendar.holidays[at].1) {
        Ok(Observance::Full) => 0,
        Ok(Observance::Half) => scale_half_up(scaled(day_minutes), 1, 2),
        Ok(Observance::None) | Err(_) => scaled(day_minutes),
    };
    let off: i64 = calendar
        .absences
        .iter()
        .filter(|absence| absence.days.contains(day))
        .map(|absence| absence.minutes_per_day.unwrap_or(DAY_MINUTES_MAX).max(0))
        .sum();
    Some(WorkDay {
        pattern_minutes,
        contracted_minutes: pattern_minutes,
        base_minutes,
        capacity_minutes: (base_minutes - off).max(0),
    })
}
