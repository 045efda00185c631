//! Who is busy, partly idle, idle (PRODUCT rule 10).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::figures::{Bucket, Minutes, Share};
use super::frame::Frame;
use super::query::{ReportFault, ReportQuery, Selection};
use super::table::{Cell, Column, Tabular, Unit, column};
use crate::ids::PersonId;
use crate::plan::Plan;
use crate::rules::Grain;

/// How much of somebody's capacity is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Occupancy {
    /// From the workspace's setting on.
    Busy,
    /// Something, but less than busy.
    PartlyIdle,
    /// Nothing.
    Idle,
    /// No capacity: away, or not employed.
    Unavailable,
    /// No schedule: capacity unknown.
    Unknown,
}

impl Occupancy {
    /// Judged by minutes, not by a rounded rate.
    pub(super) fn of(minutes: &Minutes, unknown_days: i64, busy_from_basis_points: i64) -> Self {
        let allocated = i128::from(minutes.allocated_minutes());
        match minutes.capacity_minutes {
            0 if unknown_days > 0 => Self::Unknown,
            0 => Self::Unavailable,
            _ if allocated == 0 => Self::Idle,
            capacity if allocated * 10_000 >= i128::from(capacity) * i128::from(busy_from_basis_points) => Self::Busy,
            _ => Self::PartlyIdle,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::PartlyIdle => "partly-idle",
            Self::Idle => "idle",
            Self::Unavailable => "unavailable",
            Self::Unknown => "unknown",
        }
    }
}

/// How many people are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "each field is named as its occupancy")]
pub struct OccupancyCounts {
    pub busy: i64,
    pub partly_idle: i64,
    pub idle: i64,
    pub unavailable: i64,
    pub unknown: i64,
}

impl OccupancyCounts {
    fn add(&mut self, occupancy: Occupancy) {
        match occupancy {
            Occupancy::Busy => self.busy += 1,
            Occupancy::PartlyIdle => self.partly_idle += 1,
            Occupancy::Idle => self.idle += 1,
            Occupancy::Unavailable => self.unavailable += 1,
            Occupancy::Unknown => self.unknown += 1,
        }
    }
}

/// Busy, partly idle and idle people over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OccupancyReport {
    /// What each row judges.
    pub grain: Grain,
    /// Allocated ÷ capacity from which somebody is busy.
    pub busy_from_basis_points: i64,
    /// In order.
    pub rows: Vec<OccupancyRow>,
    /// Judged over the whole range.
    pub total: OccupancyCounts,
    /// Everybody over the whole range, ordered by name.
    pub people: Vec<PersonOccupancy>,
}

/// One bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OccupancyRow {
    /// Its days.
    #[serde(flatten)]
    pub bucket: Bucket,
    /// How many people are what in it.
    #[serde(flatten)]
    pub counts: OccupancyCounts,
}

/// One person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonOccupancy {
    /// Who.
    pub person_id: PersonId,
    /// The name.
    pub name: String,
    /// What they are.
    pub occupancy: Occupancy,
    /// Allocated of capacity.
    pub utilisation: Share,
}

/// Busy, partly idle and idle people over time.
///
/// # Errors
/// When the range or the report is too large.
pub fn occupancy(plan: &Plan, query: &ReportQuery) -> Result<OccupancyReport, ReportFault> {
    let asked = Selection::new(plan, query)?;
    let frame = Frame::build(&asked, None)?;
    Ok(occupancy_of(&asked, &frame))
}

pub(super) fn occupancy_of(asked: &Selection<'_>, frame: &Frame<'_>) -> OccupancyReport {
    let busy_from = asked.plan.settings().busy_from_basis_points;
    let mut total = OccupancyCounts::default();
    let mut rows: Vec<OccupancyRow> = asked
        .buckets
        .iter()
        .map(|bucket| OccupancyRow { bucket: (*bucket).into(), counts: OccupancyCounts::default() })
        .collect();
    let mut people = Vec::with_capacity(frame.people.len());
    for figures in &frame.people {
        for (row, bucket) in rows.iter_mut().zip(&figures.buckets) {
            row.counts.add(Occupancy::of(&bucket.minutes, bucket.unknown_days, busy_from));
        }
        let minutes = figures.total();
        let occupancy = Occupancy::of(&minutes, figures.unknown_days(), busy_from);
        total.add(occupancy);
        let (person_id, name) = (figures.slot.id, figures.slot.name().to_owned());
        people.push(PersonOccupancy { person_id, name, occupancy, utilisation: minutes.utilisation() });
    }
    people.sort_by(|a, b| (&a.name, a.person_id).cmp(&(&b.name, b.person_id)));
    OccupancyReport { grain: asked.query.grain, busy_from_basis_points: busy_from, rows, total, people }
}

impl Tabular for OccupancyReport {
    fn columns() -> Vec<Column> {
        vec![
            column("personId", "Person id", Unit::Text),
            column("name", "Person", Unit::Text),
            column("occupancy", "Occupancy", Unit::Text),
            column("minutes", "Allocated", Unit::Minutes),
            column("ofMinutes", "Capacity", Unit::Minutes),
            column("basisPoints", "Utilisation", Unit::BasisPoints),
        ]
    }

    fn rows(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.people.iter().map(|person| {
            vec![
                Cell::id(Some(person.person_id)),
                Cell::text(&person.name),
                Cell::text(person.occupancy.name()),
                Cell::Minutes(person.utilisation.minutes),
                Cell::Minutes(person.utilisation.of_minutes),
                Cell::rate(person.utilisation.basis_points),
            ]
        })
    }
}
