//! From the parts of a project to records.

use std::collections::HashMap;

use jiff::civil::{Date, DateTime};

use super::calendar::{Calendars, Working};
use super::people::{availability, currency, not_a_person, rates};
use super::raw::{File, Resource, Task};
use super::timephased::days_budget;
use crate::emitter::Emitter;
use crate::error::FileError;
use crate::record::{Basis, Calendar, Compensation, Milestone, Person, PersonKey, Phase, Project, ProjectKey, Record};
use crate::table::number::to_integer;

pub(super) struct Context<'a> {
    pub(super) file: &'a File,
    prefix: String,
    pub(super) project: ProjectKey,
    pub(super) calendars: Calendars<'a>,
    pub(super) standard: Working,
    pub(super) resources: HashMap<i64, &'a Resource>,
    pub(super) tasks: HashMap<i64, &'a Task>,
    pub(super) phases: HashMap<i64, i64>,
    pub(super) days_left: i64,
}

pub(super) fn emit(file: &File, emitter: &mut Emitter<'_>) -> Result<(), FileError> {
    let name = project_name(file);
    let prefix = if file.guid.is_empty() { name.clone() } else { file.guid.clone() };
    let project = ProjectKey { external_id: Some(prefix.clone()), code: None, name: Some(name) };
    let mut context = Context {
        file,
        prefix,
        project,
        calendars: Calendars::new(&file.calendars),
        standard: Working::standard(),
        resources: file.resources.iter().map(|resource| (resource.uid, resource)).collect(),
        tasks: file.tasks.iter().map(|task| (task.uid, task)).collect(),
        phases: phases_of_tasks(&file.tasks),
        days_left: days_budget(),
    };
    context.emit_calendars(emitter)?;
    context.emit_resources(emitter);
    context.emit_project(emitter);
    for assignment in &file.assignments {
        if emitter.flow().is_break() {
            break;
        }
        context.emit_assignment(assignment, emitter)?;
    }
    Ok(())
}

fn project_name(file: &File) -> String {
    let stem = file.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = [".xml", ".mpp", ".mspdi"].iter().find_map(|extension| stem.strip_suffix(extension)).unwrap_or(stem);
    let names = [file.title.as_str(), stem, file.guid.as_str()];
    names.iter().map(|name| name.trim()).find(|name| !name.is_empty()).unwrap_or("Project").to_owned()
}

/// Task → the summary task of the first level that it is in.
fn phases_of_tasks(tasks: &[Task]) -> HashMap<i64, i64> {
    let (mut phases, mut current) = (HashMap::new(), None);
    for task in tasks.iter().filter(|task| !task.is_null) {
        if task.outline_level <= 1 {
            current = (task.outline_level == 1 && task.is_summary).then_some(task.uid);
        }
        if let Some(phase) = current {
            phases.insert(task.uid, phase);
        }
    }
    phases
}

impl Context<'_> {
    pub(super) fn id(&self, kind: &str, uid: i64) -> String {
        format!("{}/{kind}/{uid}", self.prefix)
    }

    fn emit_calendars(&mut self, emitter: &mut Emitter<'_>) -> Result<(), FileError> {
        let default = self.calendars.effective_uid(self.file.calendar_uid);
        for raw in &self.file.calendars {
            if self.calendars.effective_uid(raw.uid) != Some(raw.uid) {
                continue;
            }
            let Some(working) = self.calendars.working(raw.uid)? else {
                continue;
            };
            let name = if raw.name.is_empty() { format!("Calendar {}", raw.uid) } else { raw.name.clone() };
            for skipped in &working.not_read {
                let reason = format!("in \"{name}\": it comes again in a way that is not read");
                emitter.record(raw.line, Record::skipped("calendar-exception", skipped, reason));
            }
            let calendar = Calendar {
                external_id: self.id("calendar", raw.uid),
                name,
                is_default: default == Some(raw.uid),
                weeks: vec![working.week_minutes()],
                exceptions: working.exceptions(),
            };
            emitter.record(raw.line, Record::Calendar(Box::new(calendar)));
        }
        Ok(())
    }

    fn emit_resources(&self, emitter: &mut Emitter<'_>) {
        let currency = currency(self.file);
        for resource in self.file.resources.iter().filter(|resource| !resource.is_null) {
            if let Some((what, reason)) = not_a_person(resource) {
                // Every file has a nameless resource 0, which stands for nobody.
                if !resource.name.is_empty() {
                    emitter.record(resource.line, Record::skipped(what, &resource.name, reason));
                }
                continue;
            }
            let key = self.person_key(resource);
            let person = Person {
                key: key.clone(),
                team: Some(resource.group.clone()).filter(|group| !group.is_empty()),
                calendar: self.calendars.effective_uid(resource.calendar_uid).map(|uid| self.id("calendar", uid)),
                availability: availability(resource),
                ..Person::default()
            };
            emitter.record(resource.line, Record::Person(Box::new(person)));
            for (valid_from, rate) in rates(resource) {
                let Some(amount_minor) = to_integer(rate * 100.0) else {
                    continue;
                };
                let compensation = Compensation {
                    person: key.clone(),
                    valid_from,
                    basis: Basis::Hourly,
                    amount_minor,
                    currency: currency.clone(),
                    weekly_minutes: None,
                };
                emitter.record(resource.line, Record::Compensation(Box::new(compensation)));
            }
        }
    }

    pub(super) fn person_key(&self, resource: &Resource) -> PersonKey {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        PersonKey {
            external_id: Some(self.id("resource", resource.uid)),
            email: text(&resource.email.to_lowercase()),
            name: text(&resource.name),
        }
    }

    fn emit_project(&self, emitter: &mut Emitter<'_>) {
        let (starts_on, ends_on) = dates_of_project(self.file);
        let active = || self.file.tasks.iter().filter(|task| !task.is_null && !task.is_inactive);
        let phases = active().filter(|task| task.outline_level == 1 && task.is_summary).map(|task| Phase {
            external_id: self.id("task", task.uid),
            name: task_name(task),
            starts_on: task.start.map(DateTime::date),
            ends_on: task.finish.map(DateTime::date),
        });
        let milestones = active().filter(|task| task.is_milestone && !task.is_summary).filter_map(|task| {
            Some(Milestone {
                external_id: self.id("task", task.uid),
                name: task_name(task),
                on: task.finish.or(task.start)?.date(),
            })
        });
        let project = Project {
            key: self.project.clone(),
            starts_on,
            ends_on,
            phases: phases.collect(),
            milestones: milestones.collect(),
            ..Project::default()
        };
        emitter.record(1, Record::Project(Box::new(project)));
    }
}

pub(super) fn task_name(task: &Task) -> String {
    if task.name.is_empty() { format!("Task {}", task.uid) } else { task.name.clone() }
}

/// From the first start to the last finish of the tasks; the project's own dates are often left as they were when it was made.
fn dates_of_project(file: &File) -> (Option<Date>, Option<Date>) {
    let leaves = || {
        file.tasks
            .iter()
            .filter(|task| !task.is_null && !task.is_inactive && task.outline_level > 0 && !task.is_summary)
    };
    let starts = leaves().filter_map(|task| task.start).min().or(file.start).map(DateTime::date);
    let ends = leaves().filter_map(|task| task.finish).max().or(file.finish).map(DateTime::date);
    (starts, ends.filter(|ends| starts.is_none_or(|starts| starts <= *ends)))
}
