//! A calendar of a project: weekdays, exceptions in both of their forms, weeks that differ.

use super::raw::{RawCalendar, RawDay};
use super::value::{flag, instant, integer};
use super::xml::Pull;
use crate::error::FileError;
use crate::limits::MSPDI_ITEMS_MAX;

pub(super) fn calendar(pull: &mut Pull<'_>) -> Result<RawCalendar, FileError> {
    let mut calendar = RawCalendar { line: pull.line(), base_uid: -1, ..RawCalendar::default() };
    while let Some(name) = pull.child()? {
        match name.as_str() {
            "UID" => calendar.uid = integer(pull)?,
            "Name" => calendar.name = pull.leaf()?,
            "BaseCalendarUID" => calendar.base_uid = integer(pull)?,
            "IsBaseCalendar" => calendar.is_base = flag(pull)?,
            "WeekDays" | "Exceptions" => {
                while pull.child()?.is_some() {
                    let day = day(pull, RawDay::default())?;
                    calendar.push(pull, day)?;
                }
            }
            "WorkWeeks" => {
                while pull.child()?.is_some() {
                    work_week(pull, &mut calendar)?;
                }
            }
            _ => pull.skip()?,
        }
    }
    Ok(calendar)
}

impl RawCalendar {
    fn push(&mut self, pull: &mut Pull<'_>, day: RawDay) -> Result<(), FileError> {
        self.days.push(day);
        if self.days.len() > MSPDI_ITEMS_MAX { Err(pull.malformed("a calendar has too many days")) } else { Ok(()) }
    }
}

fn work_week(pull: &mut Pull<'_>, calendar: &mut RawCalendar) -> Result<(), FileError> {
    let (mut head, mut days) = (RawDay::default(), Vec::new());
    while let Some(name) = pull.child()? {
        match name.as_str() {
            "TimePeriod" => time_period(pull, &mut head)?,
            "Name" => head.name = pull.leaf()?,
            "WeekDays" => {
                while pull.child()?.is_some() && days.len() < 100 {
                    days.push(day(pull, RawDay::default())?);
                }
            }
            _ => pull.skip()?,
        }
    }
    for day in days {
        let day = RawDay { from: head.from, to: head.to, name: head.name.clone(), in_work_week: true, ..day };
        calendar.push(pull, day)?;
    }
    Ok(())
}

fn time_period(pull: &mut Pull<'_>, day: &mut RawDay) -> Result<(), FileError> {
    while let Some(name) = pull.child()? {
        match name.as_str() {
            "FromDate" => day.from = instant(pull)?,
            "ToDate" => day.to = instant(pull)?,
            _ => pull.skip()?,
        }
    }
    Ok(())
}

fn day(pull: &mut Pull<'_>, mut day: RawDay) -> Result<RawDay, FileError> {
    while let Some(name) = pull.child()? {
        match name.as_str() {
            "DayType" => day.day_type = integer(pull)?,
            "DayWorking" => day.working = flag(pull)?,
            "Name" => day.name = pull.leaf()?,
            "Type" => day.recurrence = integer(pull)?,
            "Period" => day.period = integer(pull)?,
            "Month" => day.month = integer(pull)?,
            "MonthDay" => day.month_day = integer(pull)?,
            "TimePeriod" => time_period(pull, &mut day)?,
            "WorkingTimes" => {
                while pull.child()?.is_some() {
                    let (mut from, mut to) = (String::new(), String::new());
                    while let Some(name) = pull.child()? {
                        match name.as_str() {
                            "FromTime" => from = pull.leaf()?,
                            "ToTime" => to = pull.leaf()?,
                            _ => pull.skip()?,
                        }
                    }
                    if day.times.len() < 48 {
                        day.times.push((from, to));
                    }
                }
            }
            _ => pull.skip()?,
        }
    }
    Ok(day)
}
