//! Hours used against hours available.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::figures::{Bucket, Minutes, Share};
use super::frame::Frame;
use super::query::{ReportFault, ReportQuery, Selection};
use super::table::{Cell, Column, Tabular, Unit, column};
use crate::plan::Plan;
use crate::rules::Grain;

/// Hours used against hours available, all people together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HoursReport {
    /// What each row sums over.
    pub grain: Grain,
    /// People counted, placeholders left out.
    pub people: i64,
    /// People with days of which no capacity is known.
    pub people_of_unknown_capacity: i64,
    /// Assignments without known minutes: percent or totals of people without a schedule.
    pub unknown_assignments: i64,
    /// In order.
    pub rows: Vec<HoursRow>,
    /// The whole range.
    pub total: HoursRow,
}

/// One bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HoursRow {
    /// Its days.
    #[serde(flatten)]
    pub bucket: Bucket,
    /// Its sums.
    #[serde(flatten)]
    pub minutes: Minutes,
    /// Allocated of capacity.
    pub utilisation: Share,
}

impl HoursRow {
    pub(super) fn new(bucket: impl Into<Bucket>, minutes: Minutes) -> Self {
        Self { bucket: bucket.into(), minutes, utilisation: minutes.utilisation() }
    }
}

/// Hours used against hours available.
///
/// # Errors
/// When the range or the report is too large.
pub fn hours(plan: &Plan, query: &ReportQuery) -> Result<HoursReport, ReportFault> {
    let asked = Selection::new(plan, query)?;
    let frame = Frame::build(&asked, None)?;
    Ok(hours_of(&asked, &frame, query.grain))
}

pub(super) fn hours_of(asked: &Selection<'_>, frame: &Frame<'_>, grain: Grain) -> HoursReport {
    let sums = frame.sums(asked.buckets.len());
    let total = sums.iter().copied().sum();
    HoursReport {
        grain,
        people: frame.people.len() as i64,
        people_of_unknown_capacity: frame.people.iter().filter(|person| person.unknown_days() > 0).count() as i64,
        unknown_assignments: frame.people.iter().map(|person| person.unknown_assignments).sum(),
        rows: asked.buckets.iter().zip(sums).map(|(bucket, minutes)| HoursRow::new(*bucket, minutes)).collect(),
        total: HoursRow::new(asked.range, total),
    }
}

pub(super) const MINUTES_COLUMNS: [Column; 10] = [
    column("contractedMinutes", "Contracted", Unit::Minutes),
    column("holidayMinutes", "Holidays", Unit::Minutes),
    column("timeOffMinutes", "Time off", Unit::Minutes),
    column("capacityMinutes", "Capacity", Unit::Minutes),
    column("confirmedMinutes", "Confirmed", Unit::Minutes),
    column("tentativeMinutes", "Tentative", Unit::Minutes),
    column("allocatedMinutes", "Allocated", Unit::Minutes),
    column("freeMinutes", "Free", Unit::Minutes),
    column("unknownCapacityMinutes", "Work without known capacity", Unit::Minutes),
    column("utilisation", "Utilisation", Unit::BasisPoints),
];

pub(super) fn minutes_cells(minutes: &Minutes) -> [Cell; 10] {
    [
        Cell::Minutes(minutes.contracted_minutes),
        Cell::Minutes(minutes.holiday_minutes),
        Cell::Minutes(minutes.time_off_minutes),
        Cell::Minutes(minutes.capacity_minutes),
        Cell::Minutes(minutes.confirmed_minutes),
        Cell::Minutes(minutes.tentative_minutes),
        Cell::Minutes(minutes.allocated_minutes()),
        Cell::Minutes(minutes.free_minutes),
        Cell::Minutes(minutes.unknown_capacity_minutes),
        Cell::rate(minutes.utilisation().basis_points),
    ]
}

pub(super) const BUCKET_COLUMNS: [Column; 2] = [column("from", "From", Unit::Date), column("to", "To", Unit::Date)];

impl Tabular for HoursReport {
    fn columns() -> Vec<Column> {
        BUCKET_COLUMNS.into_iter().chain(MINUTES_COLUMNS).collect()
    }

    fn rows(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.rows.iter().map(|row| {
            let days = [Cell::Date(row.bucket.from), Cell::Date(row.bucket.to)];
            days.into_iter().chain(minutes_cells(&row.minutes)).collect()
        })
    }
}
