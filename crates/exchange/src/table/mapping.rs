//! How the columns of a table are to be read: suggested by [`inspect`](super::inspect::inspect), corrected by people, saved as
//! JSON and given again for the next file of the same shape.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use super::date::DateFormat;
use crate::error::FileError;

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// People with title, team, contracted hours.
    People,
    /// Projects with client and dates.
    Projects,
    /// Assignments; people, clients and projects come with them.
    #[default]
    Assignments,
    /// Pay and cost rates.
    Compensation,
    /// Days off.
    TimeOff,
}

/// Shape of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// A row per thing.
    #[default]
    Long,
    /// A row per person, project and role, with a column per week (day, month).
    Wide,
}

/// A meaning that a column can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// Full name of the person.
    Person,
    /// First name, where it has a column of its own.
    FirstName,
    /// Last name, where it has a column of its own.
    LastName,
    /// Mail address of the person.
    Email,
    /// The person's key in another system.
    PersonId,
    /// Job title of the person.
    Title,
    /// Team of the person.
    Team,
    /// Skills of the person, separated by `,` `;` or `/`.
    Skills,
    /// Contracted hours a week of the person.
    ContractHours,
    /// Calendar of the person.
    Calendar,
    /// Code of the project.
    ProjectCode,
    /// Name of the project.
    Project,
    /// The project's key in another system.
    ProjectId,
    /// Name of the client.
    Client,
    /// Role on the project; in a sheet of people the usual role.
    Role,
    /// The assignment's or absence's key in another system.
    RowId,
    /// Effort of the assignment, or hours a day of time off, in [`Mapping::hours_unit`].
    Effort,
    /// First day; for pay the day from which it holds.
    From,
    /// Last day.
    To,
    /// `tentative`, `confirmed` or `skip`; for time off `approved` or `pending`.
    Status,
    /// Remark.
    Note,
    /// Amount of pay or cost rate.
    Amount,
    /// Currency of the amount.
    Currency,
    /// `hourly`, `monthly` or `yearly`.
    Basis,
    /// Type of time off.
    TimeOffType,
}

/// Which column a field is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ColumnRef {
    /// Counted from 1.
    Number(usize),
    /// By header; case and blanks don't matter.
    Header(String),
}

/// What the numbers in the effort or week columns are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoursUnit {
    /// Hours on each working day.
    HoursPerDay,
    /// Hours a week; in a wide table the hours of the column.
    #[default]
    HoursPerWeek,
    /// Days a week; in a wide table the days of the column.
    DaysPerWeek,
    /// 50 is half.
    Percent,
    /// 0.5 is half.
    Fraction,
    /// Hours over the whole range.
    TotalHours,
    /// Days over the whole range.
    TotalDays,
}

/// The days that a plan is for; week columns at its edges are cut to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanPeriod {
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub to: Date,
}

/// How to read a table. Every part but the columns has a default that is found by looking at the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Mapping {
    /// What the rows are.
    pub kind: Kind,
    /// Shape of the table.
    pub layout: Layout,
    /// Sheet of a workbook; absent: the first visible one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Row of the headers, from 1; absent: found by its words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_row: Option<u64>,
    /// Encoding of a CSV file; absent: found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Delimiter of a CSV file; absent: found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// Field → column.
    pub columns: BTreeMap<Field, ColumnRef>,
    /// Field → what stands in the file → what it means.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<Field, BTreeMap<String, String>>,
    /// Field → value where the column is absent or the cell blank.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub defaults: BTreeMap<Field, String>,
    /// Order of day, month, year; absent: only dates with one reading are taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_format: Option<DateFormat>,
    /// `,` or `.`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<char>,
    /// What the effort is given in.
    pub hours_unit: HoursUnit,
    /// Minutes of one day, where effort is given in days. Absent: 480.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes_per_day: Option<i64>,
    /// Minutes of a full week, where week columns are given in percent. Absent: 2,400.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes_per_week: Option<i64>,
    /// The project column holds `P-107 Shop H7`: code, then name.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub split_project: bool,
    /// Fields whose blank cells mean "as above".
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub carry_down: Vec<Field>,
    /// Year of the first week column, where its label has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    /// The days that a wide plan is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<PlanPeriod>,
}

/// Longest minutes of a day and a week that a mapping may set.
const DAY_MINUTES_MAX: i64 = 1_440;

impl Mapping {
    /// Reads a saved mapping.
    ///
    /// # Errors
    /// `bad-mapping` with the place and the reason.
    pub fn from_json(json: &[u8]) -> Result<Self, FileError> {
        let mapping: Self = serde_json::from_slice(json)
            .map_err(|error| FileError::new("bad-mapping", format!("the mapping can't be read: {error}")))?;
        mapping.check()?;
        Ok(mapping)
    }

    /// The mapping as it is saved.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    pub(crate) fn check(&self) -> Result<(), FileError> {
        let bad = |message: &str| Err(FileError::new("bad-mapping", message));
        if self.decimal.is_some_and(|decimal| !matches!(decimal, ',' | '.')) {
            return bad("decimal must be \",\" or \".\"");
        }
        if self
            .delimiter
            .is_some_and(|delimiter| !delimiter.is_ascii() || matches!(delimiter, '"' | '\r' | '\n' | '\0'))
        {
            return bad("delimiter must be one ASCII character other than a quotation mark or line end");
        }
        if self.minutes_per_day.is_some_and(|minutes| !(1..=DAY_MINUTES_MAX).contains(&minutes)) {
            return bad("minutesPerDay must be 1 to 1440");
        }
        if self.minutes_per_week.is_some_and(|minutes| !(1..=DAY_MINUTES_MAX * 7).contains(&minutes)) {
            return bad("minutesPerWeek must be 1 to 10080");
        }
        if self.year.is_some_and(|year| !(1900..=2200).contains(&year)) {
            return bad("year must be 1900 to 2200");
        }
        if self.period.is_some_and(|period| period.to < period.from) {
            return bad("period ends before it starts");
        }
        if self.columns.values().any(|column| matches!(column, ColumnRef::Number(0))) {
            return bad("columns are counted from 1");
        }
        Ok(())
    }

    pub(crate) fn day_minutes(&self) -> i64 {
        self.minutes_per_day.unwrap_or(480)
    }
}
