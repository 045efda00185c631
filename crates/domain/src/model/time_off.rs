//! An absence of a person, asked for and approved.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::PersonId;

/// What is edited in one piece.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TimeOffDetails {
    /// Who is away.
    pub person_id: PersonId,
    /// Why, in one word.
    #[serde(default)]
    pub kind: TimeOffKind,
    /// First day.
    pub starts_on: Date,
    /// Last day, inclusive.
    pub ends_on: Date,
    /// Minutes off on each day, 1 to 1,440; absent = the whole day.
    #[serde(default)]
    pub minutes_per_day: Option<i64>,
    /// Free text.
    #[serde(default)]
    pub note: Option<String>,
    /// Key in the system that it was imported from.
    #[serde(default)]
    pub external_id: Option<String>,
}

/// Why somebody is away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each variant is the word that planners use")]
pub enum TimeOffKind {
    #[default]
    Vacation,
    SickLeave,
    ParentalLeave,
    UnpaidLeave,
    Training,
    Other,
}

/// An absence and where its approval stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimeOff {
    /// What is edited in one piece.
    #[serde(flatten)]
    pub details: TimeOffDetails,
    /// Only approved time off lowers capacity.
    pub status: TimeOffStatus,
}

/// Where an approval stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each variant explains itself")]
pub enum TimeOffStatus {
    #[default]
    Pending,
    Approved,
    Rejected,
}
