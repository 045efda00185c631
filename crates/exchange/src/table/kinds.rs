//! One row of a long table as records: assignments, people, projects.

use jiff::civil::Date;
use raally_domain::model::effort::Effort;

use super::fields::{
    DAY_MINUTES_MAX, WEEK_MINUTES_MAX, assignee, check_order, in_range, known_person, person_of, project_key, tentative,
};
use super::mapping::{Field, HoursUnit};
use super::row::RowReader;
use crate::emitter::Emitter;
use crate::error::FileError;
use crate::record::{Assignee, Assignment, Person, Project, ProjectKey, Record};

const TOTAL_MINUTES_MAX: i64 = 60 * 1_000_000;
const BASIS_POINTS_MAX: i64 = 100_000;
const PERCENT_RANGE: &str = "the share must be more than 0 and at most 1,000 %";
const TOTAL_RANGE: &str = "the effort in total must be more than 0 and at most 1,000,000 hours";

/// What long and wide rows of assignments have in common.
pub(crate) struct Head {
    assignee: Assignee,
    person: Option<Person>,
    project: ProjectKey,
    role: Option<String>,
    client: Option<String>,
    /// `None`: the row is to be left out.
    tentative: Option<bool>,
}

impl Head {
    pub(crate) fn read(reader: &mut RowReader<'_>) -> Self {
        let role = reader.text(Field::Role);
        let assignee = assignee(reader, role.as_deref());
        let person = match &assignee {
            Assignee::Person(key) => Some(person_of(reader, key.clone())),
            Assignee::Placeholder { .. } => None,
        };
        Self {
            assignee,
            person,
            project: project_key(reader),
            role,
            client: reader.text(Field::Client),
            tentative: tentative(reader),
        }
    }

    /// Gives person, client, project, and the assignment or why there is none.
    pub(crate) fn emit(
        self,
        reader: &mut RowReader<'_>,
        emitter: &mut Emitter<'_>,
        work: Option<(Date, Option<Date>, Effort)>,
    ) -> Result<(), FileError> {
        let row = reader.row.number;
        let name = self.project.name.as_ref().or(self.project.code.as_ref()).cloned().unwrap_or_default();
        let Some(tentative) = self.tentative else {
            let reason = format!("its status is \"{}\"", reader.raw_text(Field::Status));
            emitter.record(row, Record::skipped("assignment", &name, reason));
            return Ok(());
        };
        if let Some(person) = self.person {
            emitter.person(reader, person)?;
        }
        let project = Project { key: self.project.clone(), client: self.client, ..Project::default() };
        emitter.project(reader, project)?;
        let Some((from, to, effort)) = work else {
            emitter.record(row, Record::skipped("assignment", &name, "the row has no hours"));
            return Ok(());
        };
        let assignment = Assignment {
            external_id: reader.text(Field::RowId),
            assignee: self.assignee,
            project: self.project,
            role: self.role,
            phase: None,
            from,
            to,
            effort,
            tentative,
            note: reader.text(Field::Note),
        };
        emitter.record(row, Record::Assignment(Box::new(assignment)));
        Ok(())
    }
}

pub(crate) fn assignment(reader: &mut RowReader<'_>, emitter: &mut Emitter<'_>) -> Result<(), FileError> {
    let head = Head::read(reader);
    let from = reader.date(Field::From);
    let from = reader.require(Field::From, from, "the first day");
    let to = reader.date(Field::To);
    check_order(reader, from, to);
    let effort = effort(reader);
    let effort = reader.require(Field::Effort, effort, "the effort");
    if to.is_none() && matches!(effort, Some(Effort::Total { .. })) {
        reader.fail(Field::To, "missing-value", "hours in total need a last day".to_owned());
    }
    match (from, effort) {
        (Some(from), Some(effort)) if !reader.has_errors() => head.emit(reader, emitter, Some((from, to, effort))),
        _ => Ok(()),
    }
}

fn effort(reader: &mut RowReader<'_>) -> Option<Effort> {
    let number = reader.number(Field::Effort)?;
    #[expect(clippy::cast_precision_loss, reason = "at most 1,440")]
    let minutes_of_days = number * reader.mapping.day_minutes() as f64;
    let unit = reader.mapping.hours_unit;
    let mut take = |value: f64, max: i64, message: &str| in_range(reader, Field::Effort, value, 1, max, message);
    match unit {
        HoursUnit::HoursPerDay => {
            take(number * 60.0, DAY_MINUTES_MAX, "hours a day must be more than 0 and at most 24")
                .map(|minutes_per_day| Effort::HoursPerDay { minutes_per_day })
        }
        HoursUnit::HoursPerWeek => {
            take(number * 60.0, WEEK_MINUTES_MAX, "hours a week must be more than 0 and at most 168")
                .map(|minutes_per_week| Effort::HoursPerWeek { minutes_per_week })
        }
        HoursUnit::DaysPerWeek => {
            take(minutes_of_days, WEEK_MINUTES_MAX, "days a week must be more than 0 and at most 7")
                .map(|minutes_per_week| Effort::HoursPerWeek { minutes_per_week })
        }
        HoursUnit::Percent => {
            take(number * 100.0, BASIS_POINTS_MAX, PERCENT_RANGE).map(|basis_points| Effort::Percent { basis_points })
        }
        HoursUnit::Fraction => take(number * 10_000.0, BASIS_POINTS_MAX, PERCENT_RANGE)
            .map(|basis_points| Effort::Percent { basis_points }),
        HoursUnit::TotalHours => {
            take(number * 60.0, TOTAL_MINUTES_MAX, TOTAL_RANGE).map(|minutes| Effort::Total { minutes })
        }
        HoursUnit::TotalDays => {
            take(minutes_of_days, TOTAL_MINUTES_MAX, TOTAL_RANGE).map(|minutes| Effort::Total { minutes })
        }
    }
}

pub(crate) fn project(reader: &mut RowReader<'_>, emitter: &mut Emitter<'_>) -> Result<(), FileError> {
    let key = project_key(reader);
    let (starts_on, ends_on) = (reader.date(Field::From), reader.date(Field::To));
    check_order(reader, starts_on, ends_on);
    let (client, note) = (reader.text(Field::Client), reader.text(Field::Note));
    if reader.has_errors() {
        return Ok(());
    }
    emitter.project(reader, Project { key, client, starts_on, ends_on, note, ..Project::default() })
}

pub(crate) fn person(reader: &mut RowReader<'_>, emitter: &mut Emitter<'_>) -> Result<(), FileError> {
    let key = known_person(reader);
    let mut person = person_of(reader, key);
    person.role = reader.text(Field::Role);
    person.skills = reader.text(Field::Skills).map(|text| split_list(&text)).unwrap_or_default();
    if reader.has_errors() {
        return Ok(());
    }
    emitter.person(reader, person)
}

fn split_list(text: &str) -> Vec<String> {
    text.split([',', ';', '/', '|', '\n']).map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}
