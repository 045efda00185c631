//! What placeholders stand for: open demand by role and time. Days before today drop out: nobody can be found for
//! them any more (PRODUCT rule 7).

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::figures::Bucket;
use super::frame::{Loads, RowLoad};
use super::query::{ReportFault, ReportQuery, Selection};
use super::table::{Cell, Column, Tabular, Unit, column};
use crate::ids::{AssignmentId, PersonId, RoleId};
use crate::plan::Plan;
use crate::rules::{Days, Grain, OPEN_END, date_of, day_of, role_on};

/// Open demand by role and time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DemandReport {
    /// What each entry sums over.
    pub grain: Grain,
    /// In order.
    pub buckets: Vec<Bucket>,
    /// Ordered by name; demand without a role comes last.
    pub rows: Vec<DemandRow>,
    /// One entry a bucket.
    pub minutes: Vec<i64>,
    /// The whole range.
    pub total_minutes: i64,
}

/// The demand for a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DemandRow {
    /// Of the assignment, else of the placeholder; absent = none.
    pub role_id: Option<RoleId>,
    /// Empty when there is no role.
    pub name: String,
    /// One entry a bucket.
    pub minutes: Vec<i64>,
    /// The whole range.
    pub total_minutes: i64,
    /// Placeholders with such demand.
    pub placeholder_ids: Vec<PersonId>,
    /// Their assignments.
    pub assignment_ids: Vec<AssignmentId>,
}

/// Open demand by role and time, from `today` on.
///
/// # Errors
/// When the range or the report is too large.
pub fn demand(plan: &Plan, query: &ReportQuery, today: Date) -> Result<DemandReport, ReportFault> {
    Ok(demand_of(&Selection::new(plan, query)?, today))
}

pub(super) fn demand_of(asked: &Selection<'_>, today: Date) -> DemandReport {
    let mut rows: FxHashMap<Option<RoleId>, DemandRow> = FxHashMap::default();
    let future = Days::new(day_of(today), OPEN_END);
    let mut each = |load: &RowLoad<'_>| {
        let days = load.days.intersect(future);
        if days.is_empty() {
            return;
        }
        let usual = || role_on(load.slot.alive()?, date_of(days.from));
        let role_id = asked.plan.role_of(load.row).or_else(usual);
        let wanted = &asked.query.role_ids;
        if !wanted.is_empty() && !role_id.is_some_and(|role| wanted.contains(&role)) {
            return;
        }
        let row = rows.entry(role_id).or_insert_with(|| DemandRow {
            role_id,
            name: role_name(asked.plan, role_id),
            minutes: vec![0; asked.buckets.len()],
            total_minutes: 0,
            placeholder_ids: Vec::new(),
            assignment_ids: Vec::new(),
        });
        for (sum, bucket) in row.minutes.iter_mut().zip(&asked.buckets) {
            let minutes = load.in_bucket(bucket.intersect(days));
            *sum += minutes;
            row.total_minutes += minutes;
        }
        row.placeholder_ids.push(load.slot.id);
        row.assignment_ids.push(load.row.id);
    };
    let mut loads = Loads::default();
    for slot in asked.placeholders() {
        let table = asked.plan.working_days(slot, asked.range, false);
        loads.fill(asked, slot, &table, Some(&mut each));
    }
    let mut rows: Vec<DemandRow> = rows.into_values().collect();
    for row in &mut rows {
        row.placeholder_ids.sort_unstable();
        row.placeholder_ids.dedup();
        row.assignment_ids.sort_unstable();
    }
    rows.sort_by(|a, b| (a.role_id.is_none(), &a.name, a.role_id).cmp(&(b.role_id.is_none(), &b.name, b.role_id)));
    let minutes: Vec<i64> = (0..asked.buckets.len()).map(|at| rows.iter().map(|row| row.minutes[at]).sum()).collect();
    DemandReport {
        grain: asked.query.grain,
        buckets: asked.buckets.iter().map(|bucket| Bucket::from(*bucket)).collect(),
        total_minutes: minutes.iter().sum(),
        minutes,
        rows,
    }
}

fn role_name(plan: &Plan, id: Option<RoleId>) -> String {
    let role = id.and_then(|id| plan.role(id)).and_then(|entry| entry.value.as_ref());
    role.map(|role| role.name.clone()).unwrap_or_default()
}

impl Tabular for DemandReport {
    fn columns() -> Vec<Column> {
        vec![
            column("roleId", "Role id", Unit::Text),
            column("name", "Role", Unit::Text),
            column("from", "From", Unit::Date),
            column("to", "To", Unit::Date),
            column("minutes", "Demand", Unit::Minutes),
        ]
    }

    fn rows(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.rows.iter().flat_map(|row| {
            self.buckets.iter().zip(&row.minutes).map(|(bucket, minutes)| {
                vec![
                    Cell::id(row.role_id),
                    Cell::text(&row.name),
                    Cell::Date(bucket.from),
                    Cell::Date(bucket.to),
                    Cell::Minutes(*minutes),
                ]
            })
        })
    }
}
