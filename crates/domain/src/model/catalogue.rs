//! The small lists that planning refers to: clients, teams, skills, roles.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::history::Dated;
use super::money::Money;

/// Whom projects are for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Client {
    /// Shown to people.
    pub name: String,
    /// Free text.
    #[serde(default)]
    pub notes: Option<String>,
    /// Key in the system that it was imported from.
    #[serde(default)]
    pub external_id: Option<String>,
}

/// A group of people; people name their teams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Team {
    /// Shown to people.
    pub name: String,
    /// Free text.
    #[serde(default)]
    pub notes: Option<String>,
}

/// An ability; people have it with a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Skill {
    /// Shown to people.
    pub name: String,
    /// Groups skills in lists: "Languages".
    #[serde(default)]
    pub category: Option<String>,
}

/// A job on a project: "Senior developer".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Role {
    /// Shown to people.
    pub name: String,
}

/// The rates of a role, ordered by date.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleMoney {
    /// Ordered by date.
    #[serde(default)]
    pub rates: Vec<RoleRate>,
}

/// What an hour of a role costs and is billed at, from a date on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleRate {
    /// First day.
    pub valid_from: Date,
    /// Billed per hour.
    #[serde(default)]
    pub bill_per_hour: Option<Money>,
    /// Cost per hour, for those whose pay is not known and for placeholders.
    #[serde(default)]
    pub cost_per_hour: Option<Money>,
}

impl Dated for RoleRate {
    fn valid_from(&self) -> Date {
        self.valid_from
    }
}
