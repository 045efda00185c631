//! Who is overbooked on which days and in which buckets, and by what (PRODUCT rule 4).
//!
//! All work of a person counts; a filter by project or client leaves the days and buckets in which such work takes part.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::figures::Bucket;
use super::frame::{Frame, Loads, PersonFigures, RowLoad};
use super::query::{ReportFault, ReportQuery, Selection};
use super::table::{Cell, Column, Tabular, Unit, column};
use crate::ids::{AssignmentId, PersonId};
use crate::plan::Plan;
use crate::rules::{Booking, Days, Grain, counted_in_bucket, date_of};

/// Overbooked people with their days and buckets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverbookingReport {
    /// What is judged beside days: by default weeks.
    pub grain: Grain,
    /// How much of it there is.
    pub totals: OverbookingTotals,
    /// Ordered by name.
    pub people: Vec<OverbookedPerson>,
}

/// How much overbooking there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverbookingTotals {
    /// People with an overbooked day or bucket.
    pub people: i64,
    /// Overbooked person-days.
    pub person_days: i64,
    /// Overbooked person-buckets: person-weeks when the grain is the week.
    pub person_buckets: i64,
}

/// One person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverbookedPerson {
    /// Who.
    pub person_id: PersonId,
    /// The name.
    pub name: String,
    /// In order.
    pub days: Vec<OverbookedDay>,
    /// In order; empty when the grain is the day.
    pub buckets: Vec<OverbookedBucket>,
}

/// One day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverbookedDay {
    /// The day.
    pub on: Date,
    /// What is booked.
    pub load_minutes: i64,
    /// What there is.
    pub capacity_minutes: i64,
    /// What takes part.
    pub assignment_ids: Vec<AssignmentId>,
}

/// One bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverbookedBucket {
    /// Its days.
    #[serde(flatten)]
    pub bucket: Bucket,
    /// What counts in it.
    pub load_minutes: i64,
    /// What there is.
    pub capacity_minutes: i64,
    /// What takes part.
    pub assignment_ids: Vec<AssignmentId>,
}

/// Overbooked people with their days and buckets.
///
/// # Errors
/// When the range or the report is too large.
pub fn overbooking(plan: &Plan, query: &ReportQuery) -> Result<OverbookingReport, ReportFault> {
    let asked = Selection::new(plan, query)?.with_all_work();
    let frame = Frame::build(&asked, None)?;
    let mut people: Vec<OverbookedPerson> = frame
        .people
        .iter()
        .filter(|person| person.buckets.iter().any(|figures| figures.overbooked || figures.overbooked_days > 0))
        .map(|person| details(&asked, person))
        .filter(|person| !(person.days.is_empty() && person.buckets.is_empty()))
        .collect();
    people.sort_by(|a, b| (&a.name, a.person_id).cmp(&(&b.name, b.person_id)));
    let count = |of: fn(&OverbookedPerson) -> usize| people.iter().map(of).sum::<usize>() as i64;
    let totals = OverbookingTotals {
        people: people.len() as i64,
        person_days: count(|person| person.days.len()),
        person_buckets: count(|person| person.buckets.len()),
    };
    Ok(OverbookingReport { grain: query.grain, totals, people })
}

pub(super) fn totals_of(frame: &Frame<'_>, grain: Grain) -> OverbookingTotals {
    let mut totals = OverbookingTotals::default();
    for person in &frame.people {
        let days: i64 = person.buckets.iter().map(|figures| figures.overbooked_days).sum();
        let judged = person.buckets.iter().filter(|figures| grain != Grain::Day && figures.overbooked);
        let buckets = judged.count() as i64;
        totals.people += i64::from(days + buckets > 0);
        totals.person_days += days;
        totals.person_buckets += buckets;
    }
    totals
}

/// An assignment's minutes, kept to name who takes part.
struct Part {
    id: AssignmentId,
    days: Days,
    minutes: Vec<i64>,
    counted: Vec<i64>,
    selected: bool,
}

impl Part {
    fn on(&self, day: i32) -> i64 {
        if self.days.contains(day) { self.minutes[(day - self.days.from) as usize] } else { 0 }
    }
}

fn details(asked: &Selection<'_>, person: &PersonFigures<'_>) -> OverbookedPerson {
    let table = asked.plan.working_days(person.slot, asked.range, asked.query.include_pending);
    let mut parts: Vec<Part> = Vec::new();
    let mut each = |load: &RowLoad<'_>| {
        let effort = load.row.effort();
        let booking = Booking { days: load.row.days(), effort: &effort };
        let counted = |bucket: &Days| match (load.known, load.in_bucket(*bucket)) {
            (true, expanded) if bucket.overlaps(load.days) => {
                counted_in_bucket(&booking, load.table, *bucket, expanded)
            }
            _ => 0,
        };
        parts.push(Part {
            id: load.row.id,
            days: load.days,
            minutes: load.minutes.to_vec(),
            counted: asked.buckets.iter().map(counted).collect(),
            selected: asked.is_selected(load.row),
        });
    };
    let mut loads = Loads::default();
    loads.fill(asked, person.slot, &table, Some(&mut each));
    let mut found = OverbookedPerson {
        person_id: person.slot.id,
        name: person.slot.name().to_owned(),
        days: Vec::new(),
        buckets: Vec::new(),
    };
    for (at, bucket) in asked.buckets.iter().enumerate() {
        let figures = &person.buckets[at];
        let in_bucket = || parts.iter().filter(|part| part.counted[at] > 0);
        if asked.query.grain != Grain::Day && figures.overbooked && in_bucket().any(|part| part.selected) {
            found.buckets.push(OverbookedBucket {
                bucket: (*bucket).into(),
                load_minutes: figures.counted_minutes,
                capacity_minutes: figures.minutes.capacity_minutes,
                assignment_ids: in_bucket().map(|part| part.id).collect(),
            });
        }
        if figures.overbooked_days == 0 {
            continue;
        }
        for day in bucket.iter() {
            let Some(capacity_minutes) = table.day(day).map(|known| known.capacity_minutes) else {
                continue;
            };
            let on_day = || parts.iter().filter(move |part| part.on(day) > 0);
            let load_minutes: i64 = on_day().map(|part| part.on(day)).sum();
            if load_minutes > capacity_minutes && on_day().any(|part| part.selected) {
                let assignment_ids = on_day().map(|part| part.id).collect();
                found.days.push(OverbookedDay { on: date_of(day), load_minutes, capacity_minutes, assignment_ids });
            }
        }
    }
    found
}

impl Tabular for OverbookingReport {
    fn columns() -> Vec<Column> {
        vec![
            column("personId", "Person id", Unit::Text),
            column("name", "Person", Unit::Text),
            column("scope", "Scope", Unit::Text),
            column("from", "From", Unit::Date),
            column("to", "To", Unit::Date),
            column("loadMinutes", "Booked", Unit::Minutes),
            column("capacityMinutes", "Capacity", Unit::Minutes),
            column("assignments", "Assignments", Unit::Count),
        ]
    }

    fn rows(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.people.iter().flat_map(|person| {
            let row = |scope: &str, days: Bucket, load: i64, capacity: i64, assignments: usize| {
                vec![
                    Cell::id(Some(person.person_id)),
                    Cell::text(&person.name),
                    Cell::text(scope),
                    Cell::Date(days.from),
                    Cell::Date(days.to),
                    Cell::Minutes(load),
                    Cell::Minutes(capacity),
                    Cell::Int(assignments as i64),
                ]
            };
            let days = person.days.iter().map(move |day| {
                let days = Bucket { from: day.on, to: day.on };
                row("day", days, day.load_minutes, day.capacity_minutes, day.assignment_ids.len())
            });
            let buckets = person.buckets.iter().map(move |part| {
                row("bucket", part.bucket, part.load_minutes, part.capacity_minutes, part.assignment_ids.len())
            });
            days.chain(buckets)
        })
    }
}
