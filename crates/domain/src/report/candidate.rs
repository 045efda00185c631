//! What "who could take this" is asked and answers.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::figures::Share;
use super::table::{Cell, Column, Tabular, Unit, column};
use crate::ids::{PersonId, ProjectId, RoleId, SkillId, TeamId};
use crate::model::Effort;
use crate::rules::Clash;

/// The work that somebody is wanted for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CandidateQuery {
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub to: Date,
    /// How much; absent = as much as possible.
    #[serde(default)]
    pub effort: Option<Effort>,
    /// Of which role.
    #[serde(default)]
    pub role_id: Option<RoleId>,
    /// With which abilities.
    #[serde(default)]
    pub skills: Vec<SkillWanted>,
    /// Only people of any of these teams.
    #[serde(default)]
    pub team_ids: Vec<TeamId>,
    /// Those who have worked on it know it.
    #[serde(default)]
    pub project_id: Option<ProjectId>,
    /// Tentative assignments take capacity too.
    #[serde(default)]
    pub include_tentative: bool,
    /// Time off that waits for approval takes capacity too.
    #[serde(default)]
    pub include_pending: bool,
    /// At most so many answers; 0 = 20.
    #[serde(default)]
    pub limit: usize,
}

/// An ability that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SkillWanted {
    /// Which.
    pub skill_id: SkillId,
    /// 1 (beginner) to 5 (expert).
    #[serde(default = "beginner")]
    pub minimum_level: i64,
}

const fn beginner() -> i64 {
    1
}

/// The answer, best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CandidatesReport {
    /// Best first.
    pub candidates: Vec<Candidate>,
    /// People looked at.
    pub considered: i64,
}

/// Somebody who could take it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// From 1.
    pub rank: i64,
    /// Who.
    pub person_id: PersonId,
    /// The name.
    pub name: String,
    /// Role on the last day of the range.
    pub role_id: Option<RoleId>,
    /// Capacity that is not used on the days of the work; absent = unknown.
    pub free_minutes: Option<i64>,
    /// What of the work fits into free capacity day by day, of what it needs of this person; absent = unknown.
    pub fits: Option<Share>,
    /// Why they stand where they stand.
    pub reasons: Vec<FitReason>,
    /// What taking it would overbook.
    pub conflicts: Vec<Clash>,
}

/// Why somebody fits or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "reason", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "each field is named as what it holds")]
pub enum FitReason {
    /// Has the wanted role.
    RoleMatches { role_id: RoleId },
    /// Has another role, or none.
    RoleDiffers { role_id: Option<RoleId>, wanted_role_id: RoleId },
    /// Has the ability at the wanted level.
    SkillMet { skill_id: SkillId, level: i64, minimum_level: i64 },
    /// Has the ability, but below the wanted level.
    SkillTooLow { skill_id: SkillId, level: i64, minimum_level: i64 },
    /// Has not the ability.
    SkillMissing { skill_id: SkillId, minimum_level: i64 },
    /// All of it fits into free capacity.
    FullyFree { free_minutes: i64, needed_minutes: i64 },
    /// Some of it fits.
    PartlyFree { free_minutes: i64, needed_minutes: i64, fitting_minutes: i64 },
    /// Nothing is free.
    NotFree { needed_minutes: i64 },
    /// Taking it overbooks days or weeks.
    WouldOverbook { days: i64, weeks: i64 },
    /// Is away for part of it.
    TimeOff { minutes: i64 },
    /// Is or was on the project.
    KnowsProject { project_id: ProjectId },
    /// No schedule is in force: no verdict.
    CapacityUnknown,
}

impl Tabular for CandidatesReport {
    fn columns() -> Vec<Column> {
        vec![
            column("rank", "Rank", Unit::Count),
            column("personId", "Person id", Unit::Text),
            column("name", "Person", Unit::Text),
            column("freeMinutes", "Free", Unit::Minutes),
            column("fittingMinutes", "Fits", Unit::Minutes),
            column("neededMinutes", "Needed", Unit::Minutes),
            column("conflicts", "Conflicts", Unit::Count),
        ]
    }

    fn rows(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.candidates.iter().map(|candidate| {
            vec![
                Cell::Int(candidate.rank),
                Cell::id(Some(candidate.person_id)),
                Cell::text(&candidate.name),
                Cell::minutes(candidate.free_minutes),
                Cell::minutes(candidate.fits.map(|fits| fits.minutes)),
                Cell::minutes(candidate.fits.map(|fits| fits.of_minutes)),
                Cell::Int(candidate.conflicts.len() as i64),
            ]
        })
    }
}
