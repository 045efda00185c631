//! A project with its phases and milestones; budget and rate card apart.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::history::Dated;
use super::money::Money;
use crate::ids::{ClientId, MilestoneId, PersonId, PhaseId, RateId, RoleId, UserId};

/// What is edited in one piece.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectDetails {
    /// Shown to people.
    pub name: String,
    /// Short and unique in the workspace: "P-107".
    #[serde(default)]
    pub code: Option<String>,
    /// Whom it is for.
    #[serde(default)]
    pub client_id: Option<ClientId>,
    /// How the work is organised.
    #[serde(default)]
    pub kind: ProjectKind,
    /// Where it stands.
    #[serde(default)]
    pub status: ProjectStatus,
    /// First day.
    #[serde(default)]
    pub starts_on: Option<Date>,
    /// Last day, inclusive.
    #[serde(default)]
    pub ends_on: Option<Date>,
    /// `#rrggbb`.
    #[serde(default)]
    pub color: Option<String>,
    /// Users whose own project this is (project managers).
    #[serde(default)]
    pub manager_ids: Vec<UserId>,
    /// Free text.
    #[serde(default)]
    pub notes: Option<String>,
    /// Key in the system that it was imported from.
    #[serde(default)]
    pub external_id: Option<String>,
}

/// How the work is organised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProjectKind {
    /// We run it.
    #[default]
    Managed,
    /// The client runs it.
    NonManaged,
    /// People are lent to the client's team.
    TeamAugmentation,
}

/// Where a project stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProjectStatus {
    /// Not sold yet.
    Proposed,
    /// Work goes on.
    #[default]
    Active,
    /// Paused.
    OnHold,
    /// Finished.
    Completed,
    /// Out of sight.
    Archived,
}

/// A project's planning data; money is apart in [`ProjectMoney`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    /// What is edited in one piece.
    #[serde(flatten)]
    pub details: ProjectDetails,
    /// In the order of their first days.
    #[serde(default)]
    pub phases: Vec<Phase>,
    /// In the order of their days.
    #[serde(default)]
    pub milestones: Vec<Milestone>,
}

/// A part of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Phase {
    /// Minted by the server.
    pub id: PhaseId,
    /// Shown to people.
    pub name: String,
    /// First day.
    #[serde(default)]
    pub starts_on: Option<Date>,
    /// Last day, inclusive.
    #[serde(default)]
    pub ends_on: Option<Date>,
    /// Key in the system that it was imported from.
    #[serde(default)]
    pub external_id: Option<String>,
}

/// A day that matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Milestone {
    /// Minted by the server.
    pub id: MilestoneId,
    /// Shown to people.
    pub name: String,
    /// The day.
    pub on: Date,
    /// Reached.
    #[serde(default)]
    pub done: bool,
    /// Key in the system that it was imported from.
    #[serde(default)]
    pub external_id: Option<String>,
}

/// Budget and rate card of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectMoney {
    /// What may be used.
    #[serde(default)]
    pub budget: Budget,
    /// What is billed for whom.
    #[serde(default)]
    pub rates: Vec<ProjectRate>,
}

/// What a project may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Budget {
    /// Minutes of work.
    #[serde(default)]
    pub minutes: Option<i64>,
    /// Money.
    #[serde(default)]
    pub amount: Option<Money>,
}

/// A line of the rate card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectRate {
    /// Minted by the server.
    pub id: RateId,
    /// Whom it is for.
    pub scope: RateScope,
    /// First day.
    pub valid_from: Date,
    /// Billed per hour.
    pub bill_per_hour: Money,
}

/// Whom a line of the rate card is for; the first found counts: phase, person, role on this project, project (PRODUCT rule 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "of", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum RateScope {
    /// Everybody in a phase.
    Phase {
        /// Which.
        phase_id: PhaseId,
    },
    /// One person on this project.
    Person {
        /// Who.
        person_id: PersonId,
    },
    /// One role on this project.
    Role {
        /// Which.
        role_id: RoleId,
    },
    /// Everybody else.
    Project,
}

impl Dated for ProjectRate {
    fn valid_from(&self) -> Date {
        self.valid_from
    }
}
