//! Working times day by day: a calendar with everything that it inherits.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use super::raw::{RawCalendar, RawDay};
use crate::error::FileError;
use crate::limits::MSPDI_DAYS_MAX;
use crate::record::CalendarException;

/// From and to within a day, in seconds.
pub(super) type Times = Vec<(i64, i64)>;

/// Days of exceptions of all calendars of a file together.
const EXCEPTION_DAYS_MAX: usize = 1_000_000;
const BASES_MAX: usize = 8;
const DAY_SECONDS: i64 = 86_400;
const YEARS_MAX: i16 = 200;

/// A calendar, resolved.
#[derive(Clone, Debug, Default)]
pub(super) struct Working {
    /// Monday to Sunday.
    week: [Rc<Times>; 7],
    days: BTreeMap<Date, (Rc<Times>, Rc<str>)>,
    /// Names of exceptions that come again in a way that is not read.
    pub(super) not_read: Vec<String>,
}

/// All calendars of a file.
pub(super) struct Calendars<'a> {
    raw: HashMap<i64, &'a RawCalendar>,
    resolved: HashMap<i64, Rc<Working>>,
    exception_days: usize,
}

impl<'a> Calendars<'a> {
    pub(super) fn new(raw: &'a [RawCalendar]) -> Self {
        Self {
            raw: raw.iter().map(|calendar| (calendar.uid, calendar)).collect(),
            resolved: HashMap::new(),
            exception_days: 0,
        }
    }

    /// The calendar that holds the days that count for `uid`: itself, or its base if it adds nothing.
    pub(super) fn effective_uid(&self, uid: i64) -> Option<i64> {
        let mut uid = uid;
        for _ in 0..BASES_MAX {
            let calendar = self.raw.get(&uid)?;
            if !calendar.days.is_empty() || calendar.is_base || !self.raw.contains_key(&calendar.base_uid) {
                return Some(uid);
            }
            uid = calendar.base_uid;
        }
        Some(uid)
    }

    pub(super) fn working(&mut self, uid: i64) -> Result<Option<Rc<Working>>, FileError> {
        let Some(uid) = self.effective_uid(uid) else {
            return Ok(None);
        };
        if let Some(found) = self.resolved.get(&uid) {
            return Ok(Some(Rc::clone(found)));
        }
        let mut chain = Vec::new();
        let mut next = self.raw.get(&uid);
        while let Some(calendar) = next.filter(|_| chain.len() < BASES_MAX) {
            chain.push(*calendar);
            next = self.raw.get(&calendar.base_uid).filter(|base| !chain.iter().any(|known| known.uid == base.uid));
        }
        let working = Rc::new(resolve(&chain));
        self.exception_days += working.days.len();
        if self.exception_days > EXCEPTION_DAYS_MAX {
            return Err(FileError::new(
                "too-many-items",
                format!("the calendars have more than {EXCEPTION_DAYS_MAX} days of exceptions"),
            ));
        }
        self.resolved.insert(uid, Rc::clone(&working));
        Ok(Some(working))
    }
}

impl Working {
    /// Project's own standard: Monday to Friday, 8 to 12 and 13 to 17.
    pub(super) fn standard() -> Self {
        let (day, off) = (Rc::new(standard_day()), Rc::new(Times::new()));
        let week = std::array::from_fn(|index| Rc::clone(if index < 5 { &day } else { &off }));
        Self { week, ..Self::default() }
    }

    pub(super) fn times(&self, day: Date) -> &Times {
        match self.days.get(&day) {
            Some((times, _)) => times,
            None => &self.week[usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0)],
        }
    }

    pub(super) fn week_minutes(&self) -> [i64; 7] {
        std::array::from_fn(|index| minutes(&self.week[index]))
    }

    /// Exceptions with their days in a row put together.
    pub(super) fn exceptions(&self) -> Vec<CalendarException> {
        let mut all: Vec<CalendarException> = Vec::new();
        for (day, (times, name)) in &self.days {
            let (minutes_per_day, name) = (minutes(times), Some(name.to_string()).filter(|name| !name.is_empty()));
            match all.last_mut() {
                Some(last)
                    if last.to.tomorrow().is_ok_and(|next| next == *day)
                        && last.minutes_per_day == minutes_per_day
                        && last.name == name =>
                {
                    last.to = *day
                }
                _ => all.push(CalendarException { name, from: *day, to: *day, minutes_per_day }),
            }
        }
        all
    }
}

fn standard_day() -> Times {
    vec![(8 * 3600, 12 * 3600), (13 * 3600, 17 * 3600)]
}

fn minutes(times: &Times) -> i64 {
    (times.iter().map(|(from, to)| to - from).sum::<i64>() + 30) / 60
}

/// Own exceptions, then inherited ones, then weeks that differ, then weekdays; the nearest calendar first in each.
fn resolve(chain: &[&RawCalendar]) -> Working {
    let mut working = Working::standard();
    for (index, slot) in working.week.iter_mut().enumerate() {
        // 1 is Sunday, 2 Monday.
        let day_type = i64::try_from((index + 1) % 7 + 1).unwrap_or(0);
        let own =
            chain.iter().flat_map(|calendar| &calendar.days).find(|day| day.day_type == day_type && !day.in_work_week);
        if let Some(day) = own {
            *slot = Rc::new(times(day));
        }
    }
    for calendar in chain {
        for day in calendar.days.iter().filter(|day| day.day_type == 0 && !day.in_work_week) {
            add_exception(&mut working, day);
        }
    }
    for calendar in chain {
        for day in calendar.days.iter().filter(|day| day.in_work_week) {
            add_work_week(&mut working, day);
        }
    }
    working
}

fn period(day: &RawDay) -> Option<(Date, Date)> {
    let (from, to) = (day.from?.date(), day.to?.date());
    (from <= to).then_some((from, to))
}

fn add_exception(working: &mut Working, day: &RawDay) {
    let (found, name) = (Rc::new(times(day)), Rc::<str>::from(day.name.as_str()));
    let Some((from, to)) = period(day) else {
        return;
    };
    match day.recurrence {
        0 | 1 | 7 | 9 if day.period <= 1 && days_between(from, to) <= MSPDI_DAYS_MAX => {
            for date in from.series(1.day()).take_while(|date| *date <= to) {
                working.days.entry(date).or_insert_with(|| (Rc::clone(&found), Rc::clone(&name)));
            }
        }
        2 if day.period <= 1 && to.year().saturating_sub(from.year()) <= YEARS_MAX => {
            // Months are counted from 0.
            let (Ok(month), Ok(month_day)) = (i8::try_from(day.month + 1), i8::try_from(day.month_day)) else {
                return;
            };
            let dates = (from.year()..=to.year()).filter_map(|year| Date::new(year, month, month_day).ok());
            for date in dates.filter(|date| (from..=to).contains(date)) {
                working.days.entry(date).or_insert_with(|| (Rc::clone(&found), Rc::clone(&name)));
            }
        }
        _ => working.not_read.push(if day.name.is_empty() { format!("{from} to {to}") } else { day.name.clone() }),
    }
}

fn add_work_week(working: &mut Working, day: &RawDay) {
    let Some((from, to)) = period(day) else {
        return;
    };
    if days_between(from, to) > MSPDI_DAYS_MAX {
        working.not_read.push(format!("the working week {from} to {to}"));
        return;
    }
    let (found, name) = (Rc::new(times(day)), Rc::<str>::from(day.name.as_str()));
    let is_day = |date: &Date| i64::from(date.weekday().to_sunday_zero_offset()) + 1 == day.day_type;
    for date in from.series(1.day()).take_while(|date| *date <= to).filter(is_day) {
        working.days.entry(date).or_insert_with(|| (Rc::clone(&found), Rc::clone(&name)));
    }
}

pub(super) fn days_between(from: Date, to: Date) -> i64 {
    i64::from((to - from).get_days()) + 1
}

fn times(day: &RawDay) -> Times {
    if !day.working {
        return Times::new();
    }
    let mut times: Times = day
        .times
        .iter()
        .filter_map(|(from, to)| Some((clock(from)?, clock(to)?)))
        .map(|(from, to)| (from, if to == 0 { DAY_SECONDS } else { to }))
        .filter(|(from, to)| from < to)
        .collect();
    times.sort_unstable();
    // Overlapping times would count twice.
    times.dedup_by(|next, before| {
        let joined = next.0 <= before.1;
        if joined {
            before.1 = before.1.max(next.1);
        }
        joined
    });
    if times.is_empty() && day.times.is_empty() { standard_day() } else { times }
}

fn clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':').map(|part| part.parse::<i64>().ok().filter(|n| (0..60).contains(n)));
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    (hours < 24).then_some(hours * 3600 + minutes * 60 + seconds)
}

/// Working seconds of a day within an interval.
pub(super) fn overlap(times: &Times, day: Date, start: DateTime, finish: DateTime) -> i64 {
    let (from, to) = window(day, start, finish);
    times.iter().map(|(a, b)| (b.min(&to) - a.max(&from)).max(0)).sum()
}

/// The part of `day`, in seconds, that lies in an interval.
pub(super) fn window(day: Date, start: DateTime, finish: DateTime) -> (i64, i64) {
    let seconds = |moment: DateTime| {
        i64::from(moment.hour()) * 3600 + i64::from(moment.minute()) * 60 + i64::from(moment.second())
    };
    let from = if start.date() == day { seconds(start) } else { 0 };
    let to = match finish.date().cmp(&day) {
        std::cmp::Ordering::Greater => DAY_SECONDS,
        std::cmp::Ordering::Equal => seconds(finish),
        std::cmp::Ordering::Less => 0,
    };
    (from, to.max(from))
}
