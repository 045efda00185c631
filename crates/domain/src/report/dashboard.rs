//! The headline figures of a range, in one pass.

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::demand::{DemandReport, demand_of};
use super::frame::{Frame, RowLoad};
use super::hours::{HoursReport, hours_of};
use super::occupancy::{OccupancyReport, occupancy_of};
use super::overbooking::{OverbookingTotals, totals_of};
use super::query::{ReportFault, ReportQuery, Selection};
use super::roles::{RolesReport, roles_of};
use super::utilisation::{UtilisationBy, UtilisationReport, utilisation_of};
use crate::ids::ProjectId;
use crate::model::Commitment;
use crate::plan::Plan;

/// The headline figures of a range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dashboard {
    /// Hours used against available.
    pub hours: HoursReport,
    /// Busy, partly idle and idle people.
    pub occupancy: OccupancyReport,
    /// People and idleness by role.
    pub roles: RolesReport,
    /// Utilisation by team.
    pub teams: UtilisationReport,
    /// How much overbooking there is.
    pub overbooking: OverbookingTotals,
    /// What placeholders stand for, from today on.
    pub demand: DemandReport,
    /// Projects with work in the range, the largest first.
    pub projects: Vec<DashboardProject>,
}

/// Work on a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DashboardProject {
    /// Which.
    pub project_id: ProjectId,
    /// Its name.
    pub name: String,
    /// Confirmed work of people.
    pub confirmed_minutes: i64,
    /// Tentative work of people; 0 unless asked for.
    pub tentative_minutes: i64,
}

/// The headline figures of a range.
///
/// # Errors
/// When the range or the report is too large.
pub fn dashboard(plan: &Plan, query: &ReportQuery, today: Date) -> Result<Dashboard, ReportFault> {
    let asked = Selection::new(plan, query)?;
    let mut work: FxHashMap<u32, (i64, i64)> = FxHashMap::default();
    let mut each = |load: &RowLoad<'_>| {
        let minutes: i64 = load.minutes.iter().sum();
        let sum = work.entry(load.row.project).or_default();
        match load.row.commitment {
            Commitment::Confirmed => sum.0 += minutes,
            Commitment::Tentative => sum.1 += minutes,
        }
    };
    let frame = Frame::build(&asked, Some(&mut each))?;
    Ok(Dashboard {
        hours: hours_of(&asked, &frame, query.grain),
        occupancy: occupancy_of(&asked, &frame),
        roles: roles_of(&asked, &frame),
        teams: utilisation_of(&asked, &frame, UtilisationBy::Team),
        overbooking: totals_of(&frame, query.grain),
        demand: demand_of(&asked, today),
        projects: projects(plan, &work),
    })
}

fn projects(plan: &Plan, work: &FxHashMap<u32, (i64, i64)>) -> Vec<DashboardProject> {
    let found = plan.projects().filter_map(|entry| {
        let (confirmed_minutes, tentative_minutes) = *work.get(&plan.project_number(entry.id)?)?;
        let name = entry.alive()?.details.name.clone();
        Some(DashboardProject { project_id: entry.id, name, confirmed_minutes, tentative_minutes })
    });
    let mut rows: Vec<DashboardProject> = found.collect();
    rows.sort_by(|a, b| {
        let size = |row: &DashboardProject| -(row.confirmed_minutes + row.tentative_minutes);
        (size(a), &a.name, a.project_id).cmp(&(size(b), &b.name, b.project_id))
    });
    rows
}
