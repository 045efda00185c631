//! The tenant: its settings, and who belongs to it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::calendar::DayMinutes;
use super::money::Currency;
use crate::access::Role;
use crate::ids::UserId;

/// A company's space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Workspace {
    /// Shown to people.
    pub name: String,
    /// How it plans.
    #[serde(default)]
    pub settings: Settings,
}

/// How a workspace plans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// IANA name: `Europe/Madrid`.
    pub time_zone: String,
    /// 1 = Monday … 7 = Sunday.
    pub first_day_of_week: i64,
    /// What new amounts are in.
    pub currency: Currency,
    /// What happens when a booking clashes and the request does not say.
    pub clash_policy: ClashPolicy,
    /// Allocated ÷ capacity from which a person is busy; 10,000 = 100 %.
    pub busy_from_basis_points: i64,
    /// Working minutes Monday … Sunday for placeholders and new people.
    pub default_week: DayMinutes,
    /// Whose public holidays count where a person names none.
    pub holiday_region: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            time_zone: "UTC".into(),
            first_day_of_week: 1,
            currency: Currency::EUR,
            clash_policy: ClashPolicy::Refuse,
            busy_from_basis_points: 9_000,
            default_week: [480, 480, 480, 480, 480, 0, 0],
            holiday_region: None,
        }
    }
}

/// What to do with a booking that makes somebody overbooked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClashPolicy {
    /// Nothing is saved; every clash is listed.
    #[default]
    Refuse,
    /// It is saved as tentative.
    Tentative,
    /// It is saved as asked.
    Allow,
}

/// A user's place in a workspace. Its stream has the user's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Membership {
    /// Who.
    pub user_id: UserId,
    /// May what.
    pub role: Role,
    /// Permissions beyond the role: `pay:read`.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// A suspended member sees nothing.
    #[serde(default)]
    pub status: MembershipStatus,
}

/// Whether a membership gives anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each variant explains itself")]
pub enum MembershipStatus {
    #[default]
    Active,
    Suspended,
}
