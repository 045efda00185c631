//! Calendars (working minutes by weekday, possibly in a cycle of weeks) and public holidays.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Working minutes of Monday … Sunday, each 0 to 1,440.
pub type DayMinutes = [i64; 7];

/// A named working-time pattern that schedules refer to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Calendar {
    /// Shown to people.
    pub name: String,
    /// The cycle: 1 to 26 weeks of minutes Monday … Sunday. Its first week is the one that contains a schedule's `validFrom`.
    pub weeks: Vec<DayMinutes>,
    /// Days on which other minutes hold.
    #[serde(default)]
    pub exceptions: Vec<CalendarException>,
    /// Key in the system that it was imported from.
    #[serde(default)]
    pub external_id: Option<String>,
}

/// Days on which a calendar's minutes are others than its week says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CalendarException {
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub to: Date,
    /// Working minutes of each of these days; 0 = a day off.
    pub minutes: i64,
    /// Why.
    #[serde(default)]
    pub name: Option<String>,
}

/// A public holiday of a region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Holiday {
    /// `DE`, `US-CA`, or a name of your own.
    pub region: String,
    /// The day.
    pub on: Date,
    /// What it is called.
    pub name: String,
    /// How this workspace observes it.
    #[serde(default)]
    pub observance: Observance,
}

/// How a workspace observes a holiday.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Observance {
    /// Nobody works.
    #[default]
    Full,
    /// Half of the day's base is worked (rounded half up).
    Half,
    /// Switched off: an ordinary day.
    None,
}
