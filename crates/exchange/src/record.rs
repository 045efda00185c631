//! What a file says, row by row. Text is trimmed; an absent value is `None` and means "says nothing", not "remove".

use jiff::civil::Date;
use raally_domain::model::effort::Effort;
use serde::Serialize;

/// A record and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Located<T> {
    /// Row of a sheet, line of a text or XML file; from 1.
    pub row: u64,
    /// What the row says.
    pub record: T,
}

/// One thing that a file says. People, clients and projects come before the assignments that name them; the same one comes
/// again only when a later row adds something to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Record {
    /// Somebody who can be planned.
    Person(Box<Person>),
    /// A client.
    Client(Client),
    /// A project.
    Project(Box<Project>),
    /// Person × project × role with its effort.
    Assignment(Box<Assignment>),
    /// Pay or cost rate of a person from a day on.
    Compensation(Box<Compensation>),
    /// Days off of a person.
    TimeOff(Box<TimeOff>),
    /// Weekly minutes with exceptions.
    Calendar(Box<Calendar>),
    /// A public holiday.
    Holiday(Holiday),
    /// Something that was understood and left out, with the reason.
    Skipped(Skipped),
}

impl Record {
    pub(crate) fn skipped(what: &'static str, name: &str, reason: impl Into<String>) -> Self {
        Self::Skipped(Skipped { what, name: name.to_owned(), reason: reason.into() })
    }
}

/// Whom a row means: the first of external id, mail address, name that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonKey {
    /// Key in the system that the file comes from.
    pub external_id: Option<String>,
    /// Mail address, lower case.
    pub email: Option<String>,
    /// Full name.
    pub name: Option<String>,
}

/// Which project a row means: the first of external id, code, name that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectKey {
    /// Key in the system that the file comes from.
    pub external_id: Option<String>,
    /// Code (`P-107`).
    pub code: Option<String>,
    /// Name.
    pub name: Option<String>,
}

/// Who does the work of an assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Assignee {
    /// A person.
    Person(PersonKey),
    /// Nobody yet: an open demand.
    Placeholder {
        /// What the file calls it, if anything.
        name: Option<String>,
    },
}

/// Somebody who can be planned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Whom the row means.
    pub key: PersonKey,
    /// Job title.
    pub title: Option<String>,
    /// The role that the person usually plays; given by sheets of people only.
    pub role: Option<String>,
    /// Team.
    pub team: Option<String>,
    /// Skills.
    pub skills: Vec<String>,
    /// Contracted minutes a week.
    pub weekly_minutes: Option<i64>,
    /// External id or name of the [`Calendar`].
    pub calendar: Option<String>,
    /// Availability from a day on, in order; empty: says nothing.
    pub availability: Vec<Factor>,
}

/// Availability from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Factor {
    /// First day; `None`: since ever.
    pub valid_from: Option<Date>,
    /// 10,000 = 100 %.
    pub basis_points: i64,
}

/// A client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Client {
    /// Name.
    pub name: String,
}

/// A project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    /// Which project the row means.
    pub key: ProjectKey,
    /// Name of the client.
    pub client: Option<String>,
    /// First day.
    pub starts_on: Option<Date>,
    /// Last day, inclusive.
    pub ends_on: Option<Date>,
    /// Phases in order.
    pub phases: Vec<Phase>,
    /// Milestones in order.
    pub milestones: Vec<Milestone>,
    /// Anything else.
    pub note: Option<String>,
}

/// A phase of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Phase {
    /// Key in the system that the file comes from.
    pub external_id: String,
    /// Name.
    pub name: String,
    /// First day.
    pub starts_on: Option<Date>,
    /// Last day, inclusive.
    pub ends_on: Option<Date>,
}

/// A milestone of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Milestone {
    /// Key in the system that the file comes from.
    pub external_id: String,
    /// Name.
    pub name: String,
    /// The day.
    pub on: Date,
}

/// Person × project × role over a range of days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    /// Key in the system that the file comes from; without one the caller makes a key of person, project, role and ordinal.
    pub external_id: Option<String>,
    /// Who.
    pub assignee: Assignee,
    /// On what.
    pub project: ProjectKey,
    /// As what.
    pub role: Option<String>,
    /// External id of the [`Phase`].
    pub phase: Option<String>,
    /// First day.
    pub from: Date,
    /// Last day, inclusive; `None`: open.
    pub to: Option<Date>,
    /// How much.
    pub effort: Effort,
    /// Planned, not agreed.
    pub tentative: bool,
    /// Anything else.
    pub note: Option<String>,
}

/// What an amount of pay stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Per hour.
    Hourly,
    /// Per month; the caller makes it a yearly amount.
    Monthly,
    /// Per year.
    Yearly,
}

/// Pay or cost rate of a person from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Compensation {
    /// Whose.
    pub person: PersonKey,
    /// First day; `None`: since ever.
    pub valid_from: Option<Date>,
    /// Hourly, monthly, yearly.
    pub basis: Basis,
    /// Hundredths of the currency unit.
    pub amount_minor: i64,
    /// ISO 4217; `None`: the workspace's.
    pub currency: Option<String>,
    /// Contracted minutes a week.
    pub weekly_minutes: Option<i64>,
}

/// Days off of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TimeOff {
    /// Key in the system that the file comes from.
    pub external_id: Option<String>,
    /// Whose.
    pub person: PersonKey,
    /// What the file calls it (`Urlaub`, `vacation`).
    pub type_name: Option<String>,
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub to: Date,
    /// Minutes off on each of the days; `None`: the whole day.
    pub minutes_per_day: Option<i64>,
    /// Approved, or still asked for.
    pub approved: bool,
    /// Anything else.
    pub note: Option<String>,
}

/// Weekly working minutes with exceptions, everything inherited already filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Calendar {
    /// Key in the system that the file comes from.
    pub external_id: String,
    /// Name.
    pub name: String,
    /// The calendar that the file uses where it names none.
    pub is_default: bool,
    /// Minutes Monday to Sunday, for each week of the cycle.
    pub weeks: Vec<[i64; 7]>,
    /// Days that differ, in order of their first day.
    pub exceptions: Vec<CalendarException>,
}

/// Days of a calendar that differ from its week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CalendarException {
    /// Name, if it has one.
    pub name: Option<String>,
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub to: Date,
    /// Working minutes on each of the days; 0: none.
    pub minutes_per_day: i64,
}

/// A public holiday.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Holiday {
    /// `UID` of the event.
    pub external_id: Option<String>,
    /// The day.
    pub on: Date,
    /// Name.
    pub name: String,
}

/// Something that was understood and left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// `material-resource`, `cost-resource`, `assignment`, `row`, `calendar-exception`, …
    pub what: &'static str,
    /// Its name in the file.
    pub name: String,
    /// Why.
    pub reason: String,
}
