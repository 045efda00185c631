//! Assignments of a project: who, and how much work on which days.

use jiff::civil::DateTime;
use raally_domain::model::effort::{Effort, Span};

use super::calendar::{Working, days_between};
use super::emit::{Context, task_name};
use super::people::not_a_person;
use super::raw::{RawAssignment, Resource, Task, UNASSIGNED};
use super::timephased::{Spread, whole_minutes};
use crate::emitter::Emitter;
use crate::error::{FileError, RowError};
use crate::limits::MSPDI_DAYS_MAX;
use crate::record::{Assignee, Assignment, Record};

/// Work and its `TimephasedData` may differ by a hundredth, from the rounding of short entries; beyond it there is a warning.
const TOLERANCE: i64 = 100;

/// Why an assignment gives no record.
enum Left {
    /// It was understood and is left out.
    Out(String),
    Bad(RowError),
    File(FileError),
}

impl From<FileError> for Left {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

fn bad(raw: &RawAssignment, element: &str, code: &'static str, message: impl Into<String>) -> Left {
    Left::Bad(RowError::error(raw.line, Some(element.to_owned()), code, message))
}

impl Context<'_> {
    pub(super) fn emit_assignment(&mut self, raw: &RawAssignment, emitter: &mut Emitter<'_>) -> Result<(), FileError> {
        let task = self.tasks.get(&raw.task_uid).copied();
        let name = task.map(task_name).unwrap_or_default();
        match self.assignment(raw, task, &name, emitter) {
            Ok(assignment) => emitter.record(raw.line, Record::Assignment(Box::new(assignment))),
            Err(Left::Out(reason)) => emitter.record(raw.line, Record::skipped("assignment", &name, reason)),
            Err(Left::Bad(error)) => emitter.error(error),
            Err(Left::File(error)) => return Err(error),
        }
        Ok(())
    }

    fn assignment(
        &mut self,
        raw: &RawAssignment,
        task: Option<&Task>,
        name: &str,
        emitter: &mut Emitter<'_>,
    ) -> Result<Assignment, Left> {
        let nobody = raw.resource_uid == UNASSIGNED || raw.resource_uid == 0;
        let resource = self.resources.get(&raw.resource_uid).copied().filter(|_| !nobody);
        if resource.is_none() && !nobody {
            let message = format!("the assignment names resource {}, which the file doesn't have", raw.resource_uid);
            return Err(bad(raw, "ResourceUID", "unknown-resource", message));
        }
        let (assignee, role) = self.assignee(resource)?;
        if task.is_some_and(|task| task.is_inactive) {
            return Err(Left::Out("its task is not active".to_owned()));
        }
        let spans = self.spans(raw, task, resource, emitter)?;
        let (Some(first), Some(last)) = (spans.first(), spans.last()) else {
            return Err(Left::Out("it has no work".to_owned()));
        };
        Ok(Assignment {
            external_id: Some(self.id("assignment", raw.uid)),
            assignee,
            project: self.project.clone(),
            role,
            phase: self.phases.get(&raw.task_uid).map(|uid| self.id("task", *uid)),
            from: first.from,
            to: Some(last.to),
            effort: Effort::Phased { spans },
            tentative: false,
            note: Some(name.to_owned()).filter(|name| !name.is_empty()),
        })
    }

    fn assignee(&self, resource: Option<&Resource>) -> Result<(Assignee, Option<String>), Left> {
        let Some(resource) = resource else {
            return Ok((Assignee::Placeholder { name: None }, None));
        };
        if resource.is_generic {
            let role = Some(resource.name.clone()).filter(|name| !name.is_empty());
            return Ok((Assignee::Placeholder { name: role.clone() }, role));
        }
        match not_a_person(resource) {
            Some((_, reason)) => Err(Left::Out(format!("of \"{}\": {reason}", resource.name))),
            None => Ok((Assignee::Person(self.person_key(resource)), None)),
        }
    }

    /// Work by day as the file says, in total exactly `<Work>`; without time-phased work one span over the assignment.
    fn spans(
        &mut self,
        raw: &RawAssignment,
        task: Option<&Task>,
        resource: Option<&Resource>,
        emitter: &mut Emitter<'_>,
    ) -> Result<Vec<Span>, Left> {
        let spread = self.spread(raw, task, resource)?;
        let phased = spread.total_ms();
        // Project 2007 writes no work for a task that nobody is on; what it needs stands in the time-phased work alone.
        let work_ms = if resource.is_none() && raw.work_ms == 0 { phased } else { raw.work_ms };
        if phased == 0 || work_ms == 0 {
            return whole(raw, task, whole_minutes(work_ms));
        }
        if (phased - work_ms).abs() > work_ms / TOLERANCE + 60_000 {
            let message = format!(
                "the time-phased work adds up to {} minutes, the work is {}; it is spread in proportion",
                whole_minutes(phased),
                whole_minutes(work_ms)
            );
            emitter.error(RowError::warning(raw.line, Some("TimephasedData".to_owned()), "differs", message));
        }
        Ok(spread.spans(work_ms))
    }

    fn spread(
        &mut self,
        raw: &RawAssignment,
        task: Option<&Task>,
        resource: Option<&Resource>,
    ) -> Result<Spread, Left> {
        let uids = [
            task.map_or(-1, |task| task.calendar_uid),
            resource.map_or(-1, |resource| resource.calendar_uid),
            self.file.calendar_uid,
        ];
        let mut calendars = Vec::new();
        for uid in uids {
            calendars.extend(self.calendars.working(uid)?);
        }
        let order: Vec<&Working> = calendars.iter().map(|working| &**working).chain([&self.standard]).collect();
        let mut spread = Spread::default();
        for entry in &raw.timephased {
            spread.add(entry, &order, &mut self.days_left).map_err(|_| too_long(raw))?;
        }
        Ok(spread)
    }
}

fn too_long(raw: &RawAssignment) -> Left {
    bad(raw, "TimephasedData", "out-of-range", format!("the work reaches over more than {MSPDI_DAYS_MAX} days"))
}

/// All of the work as one span, to be spread by the calendar of whoever does it.
fn whole(raw: &RawAssignment, task: Option<&Task>, minutes: i64) -> Result<Vec<Span>, Left> {
    if minutes == 0 {
        return Ok(Vec::new());
    }
    let from = raw.start.or(task.and_then(|task| task.start)).map(DateTime::date);
    let to = raw.finish.or(task.and_then(|task| task.finish)).map(DateTime::date);
    let from = from.ok_or_else(|| bad(raw, "Start", "missing-value", "the assignment has work but no start"))?;
    let to = to.unwrap_or(from).max(from);
    if days_between(from, to) > MSPDI_DAYS_MAX {
        return Err(too_long(raw));
    }
    Ok(vec![Span { from, to, minutes }])
}
