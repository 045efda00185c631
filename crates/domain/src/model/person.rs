//! A person (or a placeholder: an open demand for a role) and the effective-dated history of one.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::calendar::DayMinutes;
use super::history::Dated;
use super::money::Money;
use crate::ids::{CalendarId, RoleId, SkillId, TeamId, UserId};

/// What is edited in one piece.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonDetails {
    /// Shown to people.
    pub name: String,
    /// Mail address; unique among the people of a workspace.
    #[serde(default)]
    pub email: Option<String>,
    /// Somebody, or an open demand.
    #[serde(default)]
    pub kind: PersonKind,
    /// The usual role, where the job title in force names none.
    #[serde(default)]
    pub role_id: Option<RoleId>,
    /// Teams.
    #[serde(default)]
    pub team_ids: Vec<TeamId>,
    /// The login of this person, if there is one.
    #[serde(default)]
    pub user_id: Option<UserId>,
    /// Whose public holidays count; absent = the workspace's.
    #[serde(default)]
    pub holiday_region: Option<String>,
    /// First day at work; no capacity before.
    #[serde(default)]
    pub starts_on: Option<Date>,
    /// Last day at work; no capacity after.
    #[serde(default)]
    pub ends_on: Option<Date>,
    /// Free text.
    #[serde(default)]
    pub notes: Option<String>,
    /// Key in the system that the person was imported from.
    #[serde(default)]
    pub external_id: Option<String>,
}

/// Somebody, or an open demand for a role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PersonKind {
    /// A human with capacity.
    #[default]
    Person,
    /// An open demand: no capacity, left out of utilisation and overbooking.
    Placeholder,
}

/// A person's planning data; pay is apart in [`PersonMoney`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// What is edited in one piece.
    #[serde(flatten)]
    pub details: PersonDetails,
    /// Ordered by date.
    #[serde(default)]
    pub job_titles: Vec<JobTitle>,
    /// Working time, ordered by date. Empty = capacity unknown.
    #[serde(default)]
    pub schedules: Vec<Schedule>,
    /// Availability factors, ordered by date.
    #[serde(default)]
    pub availability: Vec<Availability>,
    /// Abilities, one entry a skill.
    #[serde(default)]
    pub skills: Vec<PersonSkill>,
}

/// What only those with `pay:read` see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonMoney {
    /// Ordered by date.
    #[serde(default)]
    pub compensations: Vec<Compensation>,
    /// What an hour of this person is billed at, ordered by date.
    #[serde(default)]
    pub bill_rates: Vec<BillRate>,
}

/// A title from a date on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JobTitle {
    /// First day.
    pub valid_from: Date,
    /// "Senior developer".
    pub title: String,
    /// The role that this title plans as.
    #[serde(default)]
    pub role_id: Option<RoleId>,
}

/// Working time from a date on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schedule {
    /// First day; also fixes which week of the cycle is the first.
    pub valid_from: Date,
    /// Where the minutes come from.
    pub working_time: WorkingTime,
}

/// Minutes by weekday: of a calendar of the workspace, or given here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "source", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum WorkingTime {
    /// A calendar of the workspace.
    Calendar {
        /// Which.
        calendar_id: CalendarId,
    },
    /// A cycle of weeks of this person alone.
    Weeks {
        /// 1 to 26 weeks of minutes Monday … Sunday.
        weeks: Vec<DayMinutes>,
    },
}

/// Share of the working time for which a person can be planned, from a date on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Availability {
    /// First day.
    pub valid_from: Date,
    /// 10,000 = 100 %; 0 to 100,000 (MS Project units above one are a group of people).
    pub basis_points: i64,
}

/// An ability with a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonSkill {
    /// Which.
    pub skill_id: SkillId,
    /// 1 (beginner) to 5 (expert).
    pub level: i64,
}

/// Pay from a date on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Compensation {
    /// First day.
    pub valid_from: Date,
    /// Per hour or per year.
    pub kind: CompensationKind,
    /// Per hour (hourly) or per year (salaried).
    pub amount: Money,
    /// Weekly availability; creates a Monday–Friday schedule of a fifth each from the same day.
    #[serde(default)]
    pub weekly_minutes: Option<i64>,
    /// Paid days off a year.
    #[serde(default)]
    pub paid_time_off_days: Option<i64>,
    /// Free text: car, pension, insurance.
    #[serde(default)]
    pub benefits: Option<String>,
}

/// How pay is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CompensationKind {
    /// The amount is per hour.
    Hourly,
    /// The amount is per calendar year.
    Salaried,
}

/// What an hour of a person is billed at, from a date on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BillRate {
    /// First day.
    pub valid_from: Date,
    /// Per hour.
    pub per_hour: Money,
}

macro_rules! dated {
    ($($name:ident),+) => {$(
        impl Dated for $name {
            fn valid_from(&self) -> Date {
                self.valid_from
            }
        }
    )+};
}
dated!(JobTitle, Schedule, Availability, Compensation, BillRate);
