//! What an import did or would do, by kind, as people and programs read it. Every list is bounded.

use raally_domain::kind::Kind;
use raally_exchange::table::mapping;
use raally_exchange::{Format, Mapping, RowError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Errors, warnings and missing rows that a report lists; more are counted only.
pub const LISTED_MAX: usize = 1_000;

/// What is wrong in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowFault {
    /// Row of a sheet, line of an XML file; from 1.
    pub row: u64,
    /// Letter and header of the column, the element, or the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Stable, for programs.
    pub code: String,
    /// What the cell shows, where the fault is about that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// One sentence for people.
    pub message: String,
}

impl RowFault {
    /// A fault without a column.
    pub(crate) fn new(row: u64, code: &str, message: impl Into<String>) -> Self {
        debug_assert!(crate::codes::rows().any(|known| known == code), "{code} is missing in codes");
        Self { row, column: None, code: code.to_owned(), value: None, message: message.into() }
    }
}

impl From<RowError> for RowFault {
    fn from(error: RowError) -> Self {
        let RowError { row, column, code, value, message, .. } = error;
        Self { row, column, code: code.to_owned(), value, message }
    }
}

/// What becomes of the objects of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Counts {
    /// New.
    pub created: u64,
    /// Changed.
    pub updated: u64,
    /// As they were.
    pub unchanged: u64,
    /// Understood and left out.
    pub skipped: u64,
    /// Removed, because the file no longer has them and that was asked for.
    pub removed: u64,
    /// Rows that can't be taken over; the first of them.
    pub errors: Vec<RowFault>,
}

impl Counts {
    /// Objects that are new, changed or removed.
    pub(crate) const fn changes(&self) -> u64 {
        self.created + self.updated + self.removed
    }
}

/// What becomes of everything in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "each field is a kind")]
pub struct Summary {
    pub people: Counts,
    pub projects: Counts,
    pub clients: Counts,
    pub teams: Counts,
    pub skills: Counts,
    pub roles: Counts,
    pub calendars: Counts,
    pub assignments: Counts,
    pub time_off: Counts,
    pub compensations: Counts,
}

/// A part of a [`Summary`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// People and placeholders.
    People,
    /// Projects with phases and milestones.
    Projects,
    /// Clients.
    Clients,
    /// Teams.
    Teams,
    /// Skills.
    Skills,
    /// Roles.
    Roles,
    /// Calendars.
    Calendars,
    /// Assignments.
    Assignments,
    /// Absences.
    TimeOff,
    /// Pay.
    Compensations,
}

/// What became of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Outcome {
    Created,
    Updated,
    Unchanged,
}

impl Summary {
    /// The counts of a part.
    pub(crate) fn of(&mut self, part: Part) -> &mut Counts {
        match part {
            Part::People => &mut self.people,
            Part::Projects => &mut self.projects,
            Part::Clients => &mut self.clients,
            Part::Teams => &mut self.teams,
            Part::Skills => &mut self.skills,
            Part::Roles => &mut self.roles,
            Part::Calendars => &mut self.calendars,
            Part::Assignments => &mut self.assignments,
            Part::TimeOff => &mut self.time_off,
            Part::Compensations => &mut self.compensations,
        }
    }

    /// Every part.
    #[must_use]
    pub fn parts(&self) -> [&Counts; 10] {
        [
            &self.people,
            &self.projects,
            &self.clients,
            &self.teams,
            &self.skills,
            &self.roles,
            &self.calendars,
            &self.assignments,
            &self.time_off,
            &self.compensations,
        ]
    }

    /// Objects that are new, changed or removed.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.parts().iter().map(|counts| counts.changes()).sum()
    }

    /// Notes what became of an object.
    pub(crate) fn note(&mut self, part: Part, outcome: Outcome) {
        let counts = self.of(part);
        match outcome {
            Outcome::Created => counts.created += 1,
            Outcome::Updated => counts.updated += 1,
            Outcome::Unchanged => counts.unchanged += 1,
        }
    }
}

/// Something that an earlier import of this file made and the file no longer has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Missing {
    /// What it is.
    pub kind: Kind,
    /// Which.
    pub id: Uuid,
    /// Its key.
    pub external_id: Option<String>,
}

/// What a file comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Findings {
    /// By kind.
    pub summary: Summary,
    /// Rows that can't be taken over; while there is one, nothing is changed.
    pub error_count: u64,
    /// Rows that were taken over and should be looked at; the first of them.
    pub warnings: Vec<RowFault>,
    /// All of them.
    pub warning_count: u64,
    /// What an earlier import of this file made and the file no longer has; the first of them.
    pub missing: Vec<Missing>,
    /// All of them.
    pub missing_count: u64,
}

impl Findings {
    /// Notes a row that can't be taken over.
    pub(crate) fn error(&mut self, part: Part, fault: RowFault) {
        self.error_count += 1;
        let errors = &mut self.summary.of(part).errors;
        if errors.len() < LISTED_MAX {
            errors.push(fault);
        }
    }

    /// For those who don't see pay: what is quoted of a file that has rows of it is left out, the counts stay.
    pub(crate) fn without_pay(&mut self) {
        if self.summary.compensations != Counts::default() {
            self.summary.compensations.errors.clear();
            self.warnings.clear();
        }
    }

    /// Notes a row that should be looked at.
    pub(crate) fn warning(&mut self, fault: RowFault) {
        self.warning_count += 1;
        if self.warnings.len() < LISTED_MAX {
            self.warnings.push(fault);
        }
    }
}

/// What the rows of a file are: where its errors are counted.
pub(crate) fn part_of_rows(format: Format, mapping: Option<&Mapping>) -> Part {
    match (format, mapping.map(|mapping| mapping.kind)) {
        (Format::Csv | Format::Xlsx, Some(mapping::Kind::People)) => Part::People,
        (Format::Csv | Format::Xlsx, Some(mapping::Kind::Projects)) => Part::Projects,
        (Format::Csv | Format::Xlsx, Some(mapping::Kind::Compensation)) => Part::Compensations,
        (Format::Csv | Format::Xlsx, Some(mapping::Kind::TimeOff)) => Part::TimeOff,
        _ => Part::Assignments,
    }
}

/// Something that people changed, or came to use, since the import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Touched {
    /// What it is.
    pub kind: Kind,
    /// Which.
    pub id: Uuid,
    /// What it is called or sorted by.
    pub name: String,
    /// `changed`: somebody changed it; `in-use`: something that is not of this import refers to it.
    pub why: String,
}

/// What taking an import back did, or why it was not done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct UndoReport {
    /// Whether it was taken back.
    pub done: bool,
    /// Objects that were removed.
    pub removed: u64,
    /// Objects that are as they were before.
    pub restored: u64,
    /// What people changed since; while there is something and they were not overruled, nothing is taken back.
    pub touched: Vec<Touched>,
    /// All of them.
    pub touched_count: u64,
    /// Objects that stay, because something that is not of this import refers to them.
    pub kept: u64,
}
