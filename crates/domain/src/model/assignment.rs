//! A person on a project over a range of dates, with an effort rule.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::effort::Effort;
use crate::ids::{PersonId, PhaseId, ProjectId, RoleId};

/// What is edited in one piece.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssignmentDetails {
    /// Who, or which placeholder.
    pub person_id: PersonId,
    /// On what.
    pub project_id: ProjectId,
    /// In which part of it.
    #[serde(default)]
    pub phase_id: Option<PhaseId>,
    /// As what.
    #[serde(default)]
    pub role_id: Option<RoleId>,
    /// First day.
    pub starts_on: Date,
    /// Last day, inclusive; absent = open: it counts as far as the asked range goes.
    #[serde(default)]
    pub ends_on: Option<Date>,
    /// How much.
    pub effort: Effort,
    /// Promised or thought of.
    #[serde(default)]
    pub commitment: Commitment,
    /// Free text.
    #[serde(default)]
    pub note: Option<String>,
    /// Key in the system that it was imported from.
    #[serde(default)]
    pub external_id: Option<String>,
}

/// Promised or thought of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Commitment {
    /// Counts everywhere.
    #[default]
    Confirmed,
    /// Counts only in reports that ask for it.
    Tentative,
}

/// An assignment is its details; confirming and changing are events of their own.
pub type Assignment = AssignmentDetails;
