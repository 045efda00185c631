//! People per role, and how idle each role is.

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::figures::{Bucket, Minutes, Share};
use super::frame::Frame;
use super::hours::BUCKET_COLUMNS;
use super::query::{ReportFault, ReportQuery, Selection};
use super::table::{Cell, Column, Tabular, Unit, column};
use crate::ids::RoleId;
use crate::model::Person;
use crate::plan::Plan;
use crate::rules::{Days, Grain, date_of, role_on};

/// People and idleness by role over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolesReport {
    /// What each entry sums over.
    pub grain: Grain,
    /// Ordered by name; people without a role come last.
    pub rows: Vec<RoleRow>,
}

/// One role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleRow {
    /// Absent = people without a role.
    pub role_id: Option<RoleId>,
    /// Empty when there is no role.
    pub name: String,
    /// In order.
    pub buckets: Vec<RoleBucket>,
    /// The whole range.
    pub total: RoleBucket,
}

/// A role in a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleBucket {
    /// Its days.
    #[serde(flatten)]
    pub bucket: Bucket,
    /// Who are employed in it and have the role on their last day in it.
    pub people: i64,
    /// Allocated of capacity, on the days on which people have the role.
    pub utilisation: Share,
    /// The rest of the capacity.
    pub idleness: Share,
    /// What each has free, summed: more than the idle minutes where somebody else is overbooked.
    pub free_minutes: i64,
}

impl RoleBucket {
    fn new(days: Days, people: i64, minutes: &Minutes) -> Self {
        Self {
            bucket: days.into(),
            people,
            utilisation: minutes.utilisation(),
            idleness: minutes.idleness(),
            free_minutes: minutes.free_minutes,
        }
    }
}

/// People and idleness by role over time.
///
/// # Errors
/// When the range or the report is too large.
pub fn roles(plan: &Plan, query: &ReportQuery) -> Result<RolesReport, ReportFault> {
    let asked = Selection::new(plan, query)?;
    let frame = Frame::build(&asked, None)?;
    Ok(roles_of(&asked, &frame))
}

/// The role that somebody has on the last day at work in a bucket; `None` = not employed in it.
fn role_in(person: &Person, bucket: Days) -> Option<Option<RoleId>> {
    let employed = Days::new(
        person.details.starts_on.map_or(bucket.from, crate::rules::day_of),
        person.details.ends_on.map_or(bucket.to, crate::rules::day_of),
    );
    let both = employed.intersect(bucket);
    (!both.is_empty()).then(|| role_on(person, date_of(both.to)))
}

struct Sums {
    people: Vec<i64>,
    minutes: Vec<Minutes>,
    people_in_range: i64,
}

pub(super) fn roles_of(asked: &Selection<'_>, frame: &Frame<'_>) -> RolesReport {
    let length = asked.buckets.len();
    let empty = || Sums { people: vec![0; length], minutes: vec![Minutes::default(); length], people_in_range: 0 };
    let mut groups: FxHashMap<Option<RoleId>, Sums> = FxHashMap::default();
    for figures in &frame.people {
        for (role, minutes) in &figures.by_role {
            let sums = groups.entry(*role).or_insert_with(empty);
            sums.minutes.iter_mut().zip(minutes).for_each(|(sum, part)| *sum += *part);
        }
        for (at, bucket) in asked.buckets.iter().enumerate() {
            if let Some(role) = role_in(figures.person, *bucket) {
                groups.entry(role).or_insert_with(empty).people[at] += 1;
            }
        }
        if let Some(role) = role_in(figures.person, asked.range) {
            groups.entry(role).or_insert_with(empty).people_in_range += 1;
        }
    }
    let name = |id: Option<RoleId>| {
        let entry = id.and_then(|id| asked.plan.role(id));
        entry.and_then(|entry| entry.value.as_ref()).map(|role| role.name.clone()).unwrap_or_default()
    };
    let row = |(role_id, sums): (Option<RoleId>, Sums)| RoleRow {
        role_id,
        name: name(role_id),
        buckets: (0..length).map(|at| RoleBucket::new(asked.buckets[at], sums.people[at], &sums.minutes[at])).collect(),
        total: RoleBucket::new(asked.range, sums.people_in_range, &sums.minutes.iter().copied().sum()),
    };
    let mut rows: Vec<RoleRow> = groups.into_iter().map(row).collect();
    rows.sort_by(|a, b| (a.role_id.is_none(), &a.name, a.role_id).cmp(&(b.role_id.is_none(), &b.name, b.role_id)));
    RolesReport { grain: asked.query.grain, rows }
}

impl Tabular for RolesReport {
    fn columns() -> Vec<Column> {
        let names = [column("roleId", "Role id", Unit::Text), column("name", "Role", Unit::Text)];
        let sums = [
            column("people", "People", Unit::Count),
            column("allocatedMinutes", "Allocated", Unit::Minutes),
            column("capacityMinutes", "Capacity", Unit::Minutes),
            column("utilisation", "Utilisation", Unit::BasisPoints),
            column("idleMinutes", "Idle", Unit::Minutes),
            column("idleness", "Idleness", Unit::BasisPoints),
            column("freeMinutes", "Free", Unit::Minutes),
        ];
        names.into_iter().chain(BUCKET_COLUMNS).chain(sums).collect()
    }

    fn rows(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.rows.iter().flat_map(|row| {
            row.buckets.iter().map(|part| {
                vec![
                    Cell::id(row.role_id),
                    Cell::text(&row.name),
                    Cell::Date(part.bucket.from),
                    Cell::Date(part.bucket.to),
                    Cell::Int(part.people),
                    Cell::Minutes(part.utilisation.minutes),
                    Cell::Minutes(part.utilisation.of_minutes),
                    Cell::rate(part.utilisation.basis_points),
                    Cell::Minutes(part.idleness.minutes),
                    Cell::rate(part.idleness.basis_points),
                    Cell::Minutes(part.free_minutes),
                ]
            })
        })
    }
}
