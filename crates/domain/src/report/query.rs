//! What a report is asked for, and whom and what that selects.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ClientId, PersonId, ProjectId, RoleId, SkillId, TeamId};
use crate::model::Person;
use crate::plan::{AssignmentRow, PersonSlot, Plan};
use crate::rules::{Days, Grain, buckets, date_of, day_of, role_on};

/// Longest range of a report, in days (about ten years).
pub const REPORT_DAYS_MAX: usize = 3_660;
/// Most rows × buckets of a report.
pub const REPORT_CELLS_MAX: usize = 400_000;

/// Range, grain and filters of a report. An empty filter filters nothing; several filters must all match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportQuery {
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub to: Date,
    /// What to sum over; buckets at the edges are clipped to the range.
    #[serde(default)]
    pub grain: Grain,
    /// People of any of these teams.
    #[serde(default)]
    pub team_ids: Vec<TeamId>,
    /// People whose role on the last day of the range is one of these.
    #[serde(default)]
    pub role_ids: Vec<RoleId>,
    /// Work on any of these projects; capacity stays whole.
    #[serde(default)]
    pub project_ids: Vec<ProjectId>,
    /// Work for any of these clients; capacity stays whole.
    #[serde(default)]
    pub client_ids: Vec<ClientId>,
    /// These people.
    #[serde(default)]
    pub person_ids: Vec<PersonId>,
    /// People with any of these skills.
    #[serde(default)]
    pub skill_ids: Vec<SkillId>,
    /// Tentative assignments count too.
    #[serde(default)]
    pub include_tentative: bool,
    /// Time off that waits for approval lowers capacity too.
    #[serde(default)]
    pub include_pending: bool,
}

/// Why a report is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportFault {
    /// The range has no day.
    #[error("the range ends before it starts")]
    EndBeforeStart,
    /// The range is too long.
    #[error("the range has more than {days_max} days")]
    RangeTooLong {
        /// The most days.
        days_max: usize,
    },
    /// Too many rows × buckets.
    #[error("the report has more than {cells_max} cells: take a coarser grain, a shorter range or a filter")]
    TooManyCells {
        /// The most cells.
        cells_max: usize,
    },
    /// There is no such assignment in the plan.
    #[error("there is no such assignment")]
    NoSuchAssignment,
}

impl ReportQuery {
    /// Everything of a range.
    #[must_use]
    pub const fn new(from: Date, to: Date, grain: Grain) -> Self {
        Self {
            from,
            to,
            grain,
            team_ids: Vec::new(),
            role_ids: Vec::new(),
            project_ids: Vec::new(),
            client_ids: Vec::new(),
            person_ids: Vec::new(),
            skill_ids: Vec::new(),
            include_tentative: false,
            include_pending: false,
        }
    }

    /// The asked days.
    ///
    /// # Errors
    /// When there are none or too many.
    pub fn range(&self) -> Result<Days, ReportFault> {
        checked_range(self.from, self.to)
    }
}

pub(super) fn checked_range(from: Date, to: Date) -> Result<Days, ReportFault> {
    let range = Days::new(day_of(from), day_of(to));
    match range.len() {
        0 => Err(ReportFault::EndBeforeStart),
        1..=REPORT_DAYS_MAX => Ok(range),
        _ => Err(ReportFault::RangeTooLong { days_max: REPORT_DAYS_MAX }),
    }
}

/// A query against a plan: its days and buckets, and whom and what it selects.
pub(super) struct Selection<'a> {
    pub(super) plan: &'a Plan,
    pub(super) query: &'a ReportQuery,
    pub(super) range: Days,
    pub(super) buckets: Vec<Days>,
    projects: Option<Vec<u32>>,
    all_work: bool,
}

impl<'a> Selection<'a> {
    pub(super) fn new(plan: &'a Plan, query: &'a ReportQuery) -> Result<Self, ReportFault> {
        Self::with_grain(plan, query, query.grain)
    }

    pub(super) fn with_grain(plan: &'a Plan, query: &'a ReportQuery, grain: Grain) -> Result<Self, ReportFault> {
        let range = query.range()?;
        let buckets = buckets(range, grain, plan.settings().first_day_of_week);
        let filtered = !(query.project_ids.is_empty() && query.client_ids.is_empty());
        let projects = filtered.then(|| selected_projects(plan, query));
        Ok(Self { plan, query, range, buckets, projects, all_work: false })
    }

    /// The load is all work of the selected people, whatever the projects asked for.
    pub(super) fn with_all_work(mut self) -> Self {
        self.all_work = true;
        self
    }

    /// # Errors
    /// When so many rows would make the report too large.
    pub(super) fn bound(&self, rows: usize) -> Result<(), ReportFault> {
        self.bound_to(rows, REPORT_CELLS_MAX)
    }

    /// # Errors
    /// When so many rows would have more cells than that.
    pub(super) fn bound_to(&self, rows: usize, cells_max: usize) -> Result<(), ReportFault> {
        if rows.saturating_mul(self.buckets.len()) > cells_max {
            return Err(ReportFault::TooManyCells { cells_max });
        }
        Ok(())
    }

    /// People, without placeholders.
    pub(super) fn people(&self) -> impl Iterator<Item = (&'a PersonSlot, &'a Person)> {
        self.everybody().filter(|(slot, _)| !slot.is_placeholder())
    }

    /// Placeholders, whatever their role.
    pub(super) fn placeholders(&self) -> impl Iterator<Item = &'a PersonSlot> {
        let alive = self.plan.people().filter_map(|slot| Some((slot, slot.alive()?)));
        let selected = alive.filter(|(slot, person)| slot.is_placeholder() && self.selects_beside_role(slot, person));
        selected.map(|(slot, _)| slot)
    }

    /// People and placeholders.
    pub(super) fn everybody(&self) -> impl Iterator<Item = (&'a PersonSlot, &'a Person)> {
        let alive = self.plan.people().filter_map(|slot| Some((slot, slot.alive()?)));
        alive.filter(|(slot, person)| self.selects(slot, person))
    }

    fn selects(&self, slot: &PersonSlot, person: &Person) -> bool {
        let wanted = &self.query.role_ids;
        let in_role = || self.role_at_end(person).is_some_and(|role| wanted.contains(&role));
        (wanted.is_empty() || in_role()) && self.selects_beside_role(slot, person)
    }

    fn selects_beside_role(&self, slot: &PersonSlot, person: &Person) -> bool {
        let query = self.query;
        let details = &person.details;
        let any = |wanted: &[_]| wanted.is_empty() || details.team_ids.iter().any(|team| wanted.contains(team));
        let skilled = || person.skills.iter().any(|skill| query.skill_ids.contains(&skill.skill_id));
        (query.person_ids.is_empty() || query.person_ids.contains(&slot.id))
            && any(&query.team_ids)
            && (query.skill_ids.is_empty() || skilled())
    }

    /// The role on the last day of the range, or of the employment in it.
    pub(super) fn role_at_end(&self, person: &Person) -> Option<RoleId> {
        let last = person.details.ends_on.map_or(self.range.to, |ends_on| self.range.to.min(day_of(ends_on)));
        role_on(person, date_of(last.max(self.range.from)))
    }

    /// Does the work count?
    pub(super) fn keeps(&self, row: &AssignmentRow) -> bool {
        self.all_work || self.is_selected(row)
    }

    /// Are only some projects asked for?
    pub(super) const fn has_projects(&self) -> bool {
        self.projects.is_some()
    }

    pub(super) fn selects_project(&self, number: u32) -> bool {
        self.projects.as_ref().is_none_or(|projects| projects.binary_search(&number).is_ok())
    }

    /// Is the work on a project that is asked for?
    pub(super) fn is_selected(&self, row: &AssignmentRow) -> bool {
        self.selects_project(row.project)
    }
}

fn selected_projects(plan: &Plan, query: &ReportQuery) -> Vec<u32> {
    let matches = |id: ProjectId, client: Option<ClientId>| {
        (query.project_ids.is_empty() || query.project_ids.contains(&id))
            && (query.client_ids.is_empty() || client.is_some_and(|client| query.client_ids.contains(&client)))
    };
    let alive = plan.projects().filter_map(|entry| Some((entry.id, entry.alive()?)));
    let mut numbers: Vec<u32> = alive
        .filter(|(id, project)| matches(*id, project.details.client_id))
        .filter_map(|(id, _)| plan.project_number(id))
        .collect();
    numbers.sort_unstable();
    numbers
}
