//! The schedule of projects: who works on each and when, open demand included.

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::figures::Bucket;
use super::frame::{Loads, RowLoad, touched};
use super::hours::BUCKET_COLUMNS;
use super::query::{REPORT_CELLS_MAX, ReportFault, ReportQuery, Selection};
use super::table::{Cell, Column, Tabular, Unit, column};
use crate::ids::{AssignmentId, ClientId, PersonId, ProjectId};
use crate::model::{Commitment, Milestone, Phase, ProjectStatus};
use crate::plan::Plan;
use crate::rules::Grain;

/// Most members × buckets: each is a figure, where a cell of other reports is a dozen.
const MEMBER_CELLS_MAX: usize = 10 * REPORT_CELLS_MAX;

/// The schedule of projects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectScheduleReport {
    /// What each entry sums over.
    pub grain: Grain,
    /// In order.
    pub buckets: Vec<Bucket>,
    /// Ordered by name; also those without work in the range.
    pub projects: Vec<ProjectScheduleRow>,
}

/// One project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectScheduleRow {
    /// Which.
    pub project_id: ProjectId,
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: Option<String>,
    /// Whom it is for.
    pub client_id: Option<ClientId>,
    /// Where it stands.
    pub status: ProjectStatus,
    /// First day.
    pub starts_on: Option<Date>,
    /// Last day, inclusive.
    pub ends_on: Option<Date>,
    /// Its parts.
    pub phases: Vec<Phase>,
    /// Days that matter.
    pub milestones: Vec<Milestone>,
    /// One entry a bucket.
    pub work: Vec<ProjectBucket>,
    /// The whole range.
    pub total: ProjectBucket,
    /// Ordered by name, placeholders after people.
    pub members: Vec<ProjectMember>,
}

/// Work on a project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectBucket {
    /// Confirmed work of people.
    pub confirmed_minutes: i64,
    /// Tentative work of people; 0 unless asked for.
    pub tentative_minutes: i64,
    /// What placeholders stand for.
    pub placeholder_minutes: i64,
}

/// Somebody, or an open demand, on a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectMember {
    /// Who.
    pub person_id: PersonId,
    /// The name.
    pub name: String,
    /// An open demand.
    pub placeholder: bool,
    /// Work, one entry a bucket.
    pub minutes: Vec<i64>,
    /// Work of the whole range.
    pub total_minutes: i64,
    /// Assignments that touch the range.
    pub assignment_ids: Vec<AssignmentId>,
}

/// The schedule of the projects that are asked for, else of all.
///
/// # Errors
/// When the range or the report is too large.
pub fn project_schedule(plan: &Plan, query: &ReportQuery) -> Result<ProjectScheduleReport, ReportFault> {
    let asked = Selection::new(plan, query)?;
    let mut rows: FxHashMap<ProjectId, ProjectScheduleRow> = plan
        .projects()
        .filter(|entry| plan.project_number(entry.id).is_some_and(|number| asked.selects_project(number)))
        .filter_map(|entry| Some((entry.id, empty_row(&asked, entry.id)?)))
        .collect();
    asked.bound(rows.len())?;
    let (mut loads, mut members) = (Loads::default(), 0);
    for (slot, _) in asked.everybody() {
        let table = plan.working_days(slot, asked.range, query.include_pending);
        let mut each = |load: &RowLoad<'_>| {
            let id = plan.project_of(load.row).map(|entry| entry.id);
            if let Some(row) = id.and_then(|id| rows.get_mut(&id)) {
                members += usize::from(add(&asked, row, load));
            }
        };
        loads.fill(&asked, slot, &table, Some(&mut each));
        asked.bound_to(members, MEMBER_CELLS_MAX)?;
    }
    let mut projects: Vec<ProjectScheduleRow> = rows.into_values().collect();
    for row in &mut projects {
        row.members.sort_by(|a, b| (a.placeholder, &a.name, a.person_id).cmp(&(b.placeholder, &b.name, b.person_id)));
    }
    projects.sort_by(|a, b| (&a.name, a.project_id).cmp(&(&b.name, b.project_id)));
    let buckets = asked.buckets.iter().map(|bucket| Bucket::from(*bucket)).collect();
    Ok(ProjectScheduleReport { grain: query.grain, buckets, projects })
}

fn empty_row(asked: &Selection<'_>, id: ProjectId) -> Option<ProjectScheduleRow> {
    let project = asked.plan.project(id)?.alive()?;
    let details = &project.details;
    Some(ProjectScheduleRow {
        project_id: id,
        name: details.name.clone(),
        code: details.code.clone(),
        client_id: details.client_id,
        status: details.status,
        starts_on: details.starts_on,
        ends_on: details.ends_on,
        phases: project.phases.clone(),
        milestones: project.milestones.clone(),
        work: vec![ProjectBucket::default(); asked.buckets.len()],
        total: ProjectBucket::default(),
        members: Vec::new(),
    })
}

/// Adds an assignment; whether its person is new on the project. Person after person.
fn add(asked: &Selection<'_>, row: &mut ProjectScheduleRow, load: &RowLoad<'_>) -> bool {
    let placeholder = load.slot.is_placeholder();
    let new = row.members.last().is_none_or(|member| member.person_id != load.slot.id);
    if new {
        row.members.push(ProjectMember {
            person_id: load.slot.id,
            name: load.slot.name().to_owned(),
            placeholder,
            minutes: vec![0; asked.buckets.len()],
            total_minutes: 0,
            assignment_ids: Vec::new(),
        });
    }
    let Some(member) = row.members.last_mut() else {
        return new;
    };
    member.assignment_ids.push(load.row.id);
    for (at, bucket) in touched(&asked.buckets, load.days) {
        let minutes = load.in_bucket(bucket);
        member.minutes[at] += minutes;
        member.total_minutes += minutes;
        for sum in [&mut row.work[at], &mut row.total] {
            *match (placeholder, load.row.commitment) {
                (true, _) => &mut sum.placeholder_minutes,
                (false, Commitment::Confirmed) => &mut sum.confirmed_minutes,
                (false, Commitment::Tentative) => &mut sum.tentative_minutes,
            } += minutes;
        }
    }
    new
}

impl Tabular for ProjectScheduleReport {
    fn columns() -> Vec<Column> {
        let names = [
            column("projectId", "Project id", Unit::Text),
            column("code", "Code", Unit::Text),
            column("project", "Project", Unit::Text),
            column("personId", "Person id", Unit::Text),
            column("person", "Person", Unit::Text),
            column("placeholder", "Placeholder", Unit::Text),
        ];
        names.into_iter().chain(BUCKET_COLUMNS).chain([column("minutes", "Work", Unit::Minutes)]).collect()
    }

    fn rows(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.projects.iter().flat_map(move |project| {
            project.members.iter().flat_map(move |member| {
                self.buckets.iter().zip(&member.minutes).map(move |(bucket, minutes)| {
                    vec![
                        Cell::id(Some(project.project_id)),
                        project.code.as_ref().map_or(Cell::Empty, Cell::text),
                        Cell::text(&project.name),
                        Cell::id(Some(member.person_id)),
                        Cell::text(&member.name),
                        if member.placeholder { Cell::text("yes") } else { Cell::Empty },
                        Cell::Date(bucket.from),
                        Cell::Date(bucket.to),
                        Cell::Minutes(*minutes),
                    ]
                })
            })
        })
    }
}
