//! The schedule: per person the buckets of capacity and load, the assignments, the time off.

use jiff::civil::Date;
use rustc_hash::FxHashSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::figures::Bucket;
use super::frame::{Figures, Loads, RowLoad};
use super::query::{ReportFault, ReportQuery, Selection};
use crate::ids::{AssignmentId, ClientId, PersonId, PhaseId, ProjectId, RoleId, TeamId, TimeOffId};
use crate::model::{Commitment, Effort, Person, TimeOffKind, TimeOffStatus};
use crate::plan::{PersonSlot, Plan};
use crate::rules::{Grain, OPEN_END, date_of};

/// Everybody's schedule of a range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleReport {
    /// What each entry sums over.
    pub grain: Grain,
    /// In order.
    pub buckets: Vec<Bucket>,
    /// Ordered by name, placeholders after people.
    pub people: Vec<ScheduleRow>,
    /// The projects that are named, ordered by name.
    pub projects: Vec<ScheduleProject>,
}

/// One person or placeholder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleRow {
    /// Who.
    pub person_id: PersonId,
    /// The name.
    pub name: String,
    /// An open demand: no capacity.
    pub placeholder: bool,
    /// On the last day of the range.
    pub role_id: Option<RoleId>,
    /// Teams.
    pub team_ids: Vec<TeamId>,
    /// One entry a bucket.
    pub buckets: Vec<ScheduleBucket>,
    /// Those that touch the range, ordered by first day.
    pub assignments: Vec<ScheduleAssignment>,
    /// Approved absences that touch the range, and pending ones if asked for.
    pub time_off: Vec<ScheduleTimeOff>,
}

/// One bucket of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleBucket {
    /// Before holidays and time off.
    pub contracted_minutes: i64,
    /// Lost to holidays and shortened days.
    pub holiday_minutes: i64,
    /// Lost to time off.
    pub time_off_minutes: i64,
    /// What is left; absent for placeholders and where the schedule of some day is unknown.
    pub capacity_minutes: Option<i64>,
    /// Confirmed work.
    pub confirmed_minutes: i64,
    /// Tentative work; 0 unless asked for.
    pub tentative_minutes: i64,
    /// The bucket, or a day in it, has more load than capacity.
    pub overbooked: bool,
}

/// An assignment that touches the range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleAssignment {
    /// Which.
    pub id: AssignmentId,
    /// For `If-Match`.
    pub version: i64,
    /// On what.
    pub project_id: ProjectId,
    /// In which part of it.
    pub phase_id: Option<PhaseId>,
    /// As what.
    pub role_id: Option<RoleId>,
    /// First day, also when before the range.
    pub starts_on: Date,
    /// Last day; absent = open, or until used up.
    pub ends_on: Option<Date>,
    /// How much.
    pub effort: Effort,
    /// Promised or thought of.
    pub commitment: Commitment,
    /// Work in the range; absent = unknown, for want of a schedule.
    pub minutes: Option<i64>,
}

/// An absence that touches the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleTimeOff {
    /// Which.
    pub id: TimeOffId,
    /// First day.
    pub starts_on: Date,
    /// Last day, inclusive.
    pub ends_on: Date,
    /// Absent = the whole day.
    pub minutes_per_day: Option<i64>,
    /// Why.
    pub kind: TimeOffKind,
    /// Where its approval stands.
    pub status: TimeOffStatus,
}

/// A project that the schedule names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleProject {
    /// Which.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: Option<String>,
    /// `#rrggbb`.
    pub color: Option<String>,
    /// Whom it is for.
    pub client_id: Option<ClientId>,
}

/// Everybody's schedule of a range. With a filter by project or client only those who work on it are shown.
///
/// # Errors
/// When the range or the report is too large.
pub fn schedule(plan: &Plan, query: &ReportQuery) -> Result<ScheduleReport, ReportFault> {
    let asked = Selection::new(plan, query)?;
    let selected: Vec<_> = asked.everybody().collect();
    asked.bound(selected.len())?;
    let mut loads = Loads::default();
    let mut named = FxHashSet::default();
    let mut people = Vec::with_capacity(selected.len());
    for (slot, person) in selected {
        let row = row(&asked, &mut loads, slot, person);
        if asked.has_projects() && row.assignments.is_empty() {
            continue;
        }
        named.extend(row.assignments.iter().map(|assignment| assignment.project_id));
        people.push(row);
    }
    people.sort_by(|a, b| (a.placeholder, &a.name, a.person_id).cmp(&(b.placeholder, &b.name, b.person_id)));
    let mut projects: Vec<ScheduleProject> = named.into_iter().filter_map(|id| project(plan, id)).collect();
    projects.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    let buckets = asked.buckets.iter().map(|bucket| Bucket::from(*bucket)).collect();
    Ok(ScheduleReport { grain: query.grain, buckets, people, projects })
}

fn row(asked: &Selection<'_>, loads: &mut Loads, slot: &PersonSlot, person: &Person) -> ScheduleRow {
    let table = asked.plan.working_days(slot, asked.range, asked.query.include_pending);
    let mut assignments = Vec::new();
    let mut each = |load: &RowLoad<'_>| assignments.extend(assignment(asked.plan, load));
    loads.fill(asked, slot, &table, Some(&mut each));
    let placeholder = slot.is_placeholder();
    let bucket = |figures: Figures| bucket(&figures, placeholder);
    ScheduleRow {
        person_id: slot.id,
        name: slot.name().to_owned(),
        placeholder,
        role_id: asked.role_at_end(person),
        team_ids: person.details.team_ids.clone(),
        buckets: loads.bucket_figures(asked, &table).into_iter().map(bucket).collect(),
        assignments,
        time_off: time_off(asked, slot),
    }
}

fn bucket(figures: &Figures, placeholder: bool) -> ScheduleBucket {
    let minutes = &figures.minutes;
    let known = !placeholder && figures.unknown_days == 0;
    let of_people = |minutes: i64| if placeholder { 0 } else { minutes };
    ScheduleBucket {
        contracted_minutes: of_people(minutes.contracted_minutes),
        holiday_minutes: of_people(minutes.holiday_minutes),
        time_off_minutes: of_people(minutes.time_off_minutes),
        capacity_minutes: known.then_some(minutes.capacity_minutes),
        confirmed_minutes: figures.confirmed_minutes,
        tentative_minutes: figures.tentative_minutes,
        overbooked: !placeholder && (figures.overbooked || figures.overbooked_days > 0),
    }
}

fn assignment(plan: &Plan, load: &RowLoad<'_>) -> Option<ScheduleAssignment> {
    let row = load.row;
    let days = row.days();
    Some(ScheduleAssignment {
        id: row.id,
        version: i64::from(row.version),
        project_id: plan.project_of(row)?.id,
        phase_id: plan.phase_of(row),
        role_id: plan.role_of(row),
        starts_on: date_of(days.from),
        ends_on: (days.to != OPEN_END).then(|| date_of(days.to)),
        effort: row.effort().into_owned(),
        commitment: row.commitment,
        minutes: load.known.then(|| load.minutes.iter().sum()),
    })
}

fn time_off(asked: &Selection<'_>, slot: &PersonSlot) -> Vec<ScheduleTimeOff> {
    let shown = |status: TimeOffStatus| match status {
        TimeOffStatus::Approved => true,
        TimeOffStatus::Pending => asked.query.include_pending,
        TimeOffStatus::Rejected => false,
    };
    let rows = slot.time_off().iter().filter(|row| row.days.overlaps(asked.range) && shown(row.status));
    rows.map(|row| ScheduleTimeOff {
        id: row.id,
        starts_on: date_of(row.days.from),
        ends_on: date_of(row.days.to),
        minutes_per_day: row.minutes_per_day,
        kind: row.kind,
        status: row.status,
    })
    .collect()
}

fn project(plan: &Plan, id: ProjectId) -> Option<ScheduleProject> {
    let details = &plan.project(id)?.value.as_ref()?.details;
    Some(ScheduleProject {
        id,
        name: details.name.clone(),
        code: details.code.clone(),
        color: details.color.clone(),
        client_id: details.client_id,
    })
}
