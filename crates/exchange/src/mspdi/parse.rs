//! From XML to the parts of a project as the file has them.

use super::parse_calendar::calendar;
use super::raw::{File, RawAssignment, Resource, Task, Timephased, UNASSIGNED};
use super::value::{duration, flag, instant, integer, number};
use super::xml::Pull;
use crate::error::FileError;
use crate::limits::{MSPDI_ITEMS_MAX, MSPDI_TIMEPHASED_MAX};

/// Kinds of `TimephasedData` that together are the work of an assignment.
///
/// Source: Project XML schema, `TimephasedDataType`: 1 assignment remaining work, 2 assignment actual work. Overtime is inside
/// of both; 4 and up are baselines, costs and totals of tasks and resources.
const WORK_TYPES: [&str; 2] = ["1", "2"];

pub(super) fn parse(text: &str) -> Result<File, FileError> {
    let mut pull = Pull::new(text);
    match pull.child()? {
        Some(root) if root == "Project" => {}
        _ => {
            return Err(FileError::new(
                "unsupported-format",
                "this XML is no Microsoft Project file: its first element is not <Project>",
            ));
        }
    }
    let mut file = File { calendar_uid: -1, ..File::default() };
    while let Some(name) = pull.child()? {
        match name.as_str() {
            "Name" => file.name = pull.leaf()?,
            "Title" => file.title = pull.leaf()?,
            "GUID" => file.guid = pull.leaf()?,
            "StartDate" => file.start = instant(&mut pull)?,
            "FinishDate" => file.finish = instant(&mut pull)?,
            "CalendarUID" => file.calendar_uid = integer(&mut pull)?,
            "CurrencyCode" => file.currency_code = pull.leaf()?,
            "CurrencySymbol" => file.currency_symbol = pull.leaf()?,
            "Calendars" => list(&mut pull, "Calendar", &mut file, |pull, file| {
                file.calendars.push(calendar(pull)?);
                Ok(())
            })?,
            "Tasks" => list(&mut pull, "Task", &mut file, |pull, file| {
                file.tasks.push(task(pull)?);
                Ok(())
            })?,
            "Resources" => list(&mut pull, "Resource", &mut file, |pull, file| {
                file.resources.push(resource(pull)?);
                Ok(())
            })?,
            "Assignments" => list(&mut pull, "Assignment", &mut file, |pull, file| {
                let assignment = assignment(pull, &mut file.timephased)?;
                file.assignments.push(assignment);
                Ok(())
            })?,
            _ => pull.skip()?,
        }
    }
    if let Some(more) = pull.child()? {
        return Err(pull.malformed(&format!("<{more}> stands behind the project")));
    }
    Ok(file)
}

fn list(
    pull: &mut Pull<'_>,
    element: &str,
    file: &mut File,
    read: fn(&mut Pull<'_>, &mut File) -> Result<(), FileError>,
) -> Result<(), FileError> {
    let mut count = 0;
    while let Some(name) = pull.child()? {
        if name != element {
            pull.skip()?;
            continue;
        }
        count += 1;
        if count > MSPDI_ITEMS_MAX {
            return Err(FileError::new(
                "too-many-items",
                format!("the project has more than {MSPDI_ITEMS_MAX} elements <{element}>"),
            ));
        }
        read(pull, file)?;
    }
    Ok(())
}

fn task(pull: &mut Pull<'_>) -> Result<Task, FileError> {
    let mut task = Task { calendar_uid: -1, ..Task::default() };
    while let Some(name) = pull.child()? {
        match name.as_str() {
            "UID" => task.uid = integer(pull)?,
            "Name" => task.name = pull.leaf()?,
            "IsNull" => task.is_null = flag(pull)?,
            "OutlineLevel" => task.outline_level = integer(pull)?,
            "Summary" => task.is_summary = flag(pull)?,
            "Milestone" => task.is_milestone = flag(pull)?,
            "Active" => task.is_inactive = !flag(pull)?,
            "Start" => task.start = instant(pull)?,
            "Finish" => task.finish = instant(pull)?,
            "CalendarUID" => task.calendar_uid = integer(pull)?,
            _ => pull.skip()?,
        }
    }
    Ok(task)
}

fn resource(pull: &mut Pull<'_>) -> Result<Resource, FileError> {
    let mut resource = Resource { line: pull.line(), kind: 1, calendar_uid: -1, ..Resource::default() };
    while let Some(name) = pull.child()? {
        match name.as_str() {
            "UID" => resource.uid = integer(pull)?,
            "Name" => resource.name = pull.leaf()?,
            "EmailAddress" => resource.email = pull.leaf()?,
            "Group" => resource.group = pull.leaf()?,
            "Type" => resource.kind = integer(pull)?,
            "IsNull" => resource.is_null = flag(pull)?,
            "IsCostResource" => resource.is_cost = flag(pull)?,
            "IsGeneric" => resource.is_generic = flag(pull)?,
            "MaxUnits" => resource.max_units = Some(number(pull)?),
            "CalendarUID" => resource.calendar_uid = integer(pull)?,
            "StandardRate" => resource.standard_rate = number(pull)?,
            "AvailabilityPeriods" => availability(pull, &mut resource)?,
            "Rates" => rates(pull, &mut resource)?,
            _ => pull.skip()?,
        }
    }
    Ok(resource)
}

fn availability(pull: &mut Pull<'_>, resource: &mut Resource) -> Result<(), FileError> {
    while pull.child()?.is_some() {
        let (mut from, mut to, mut units) = (None, None, 0.0);
        while let Some(name) = pull.child()? {
            match name.as_str() {
                "AvailableFrom" => from = instant(pull)?,
                "AvailableTo" => to = instant(pull)?,
                "AvailableUnits" => units = number(pull)?,
                _ => pull.skip()?,
            }
        }
        resource.availability.push((from, to, units));
    }
    Ok(())
}

/// The default table (0) alone. A rate is per hour whatever its format says: the format is how Project shows it.
fn rates(pull: &mut Pull<'_>, resource: &mut Resource) -> Result<(), FileError> {
    while pull.child()?.is_some() {
        let (mut from, mut table, mut rate) = (None, 0, 0.0);
        while let Some(name) = pull.child()? {
            match name.as_str() {
                "RatesFrom" => from = instant(pull)?,
                "RateTable" => table = integer(pull)?,
                "StandardRate" => rate = number(pull)?,
                _ => pull.skip()?,
            }
        }
        if table == 0 {
            resource.rates.push((from, rate));
        }
    }
    Ok(())
}

fn assignment(pull: &mut Pull<'_>, timephased: &mut usize) -> Result<RawAssignment, FileError> {
    let mut assignment = RawAssignment { line: pull.line(), resource_uid: UNASSIGNED, ..RawAssignment::default() };
    while let Some(name) = pull.child()? {
        match name.as_str() {
            "UID" => assignment.uid = integer(pull)?,
            "TaskUID" => assignment.task_uid = integer(pull)?,
            "ResourceUID" => assignment.resource_uid = integer(pull)?,
            "Work" => assignment.work_ms = duration(pull)?,
            "Start" => assignment.start = instant(pull)?,
            "Finish" => assignment.finish = instant(pull)?,
            "TimephasedData" => {
                *timephased += 1;
                if *timephased > MSPDI_TIMEPHASED_MAX {
                    return Err(FileError::new(
                        "too-many-items",
                        format!("the project has more than {MSPDI_TIMEPHASED_MAX} elements <TimephasedData>"),
                    ));
                }
                assignment.timephased.extend(one_timephased(pull)?);
            }
            _ => pull.skip()?,
        }
    }
    Ok(assignment)
}

fn one_timephased(pull: &mut Pull<'_>) -> Result<Option<Timephased>, FileError> {
    let (mut kind, mut start, mut finish, mut work_ms) = (String::new(), None, None, 0);
    while let Some(name) = pull.child()? {
        match name.as_str() {
            "Type" => kind = pull.leaf()?,
            "Start" => start = instant(pull)?,
            "Finish" => finish = instant(pull)?,
            "Value" if WORK_TYPES.contains(&kind.as_str()) => work_ms = duration(pull)?,
            _ => pull.skip()?,
        }
    }
    let (Some(start), Some(finish)) = (start, finish) else {
        return Ok(None);
    };
    Ok((work_ms > 0 && WORK_TYPES.contains(&kind.as_str())).then_some(Timephased { start, finish, work_ms }))
}
