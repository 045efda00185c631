//! Utilisation by person, team, role, project, client or of the workspace: Σ allocated ÷ Σ effective capacity.
//!
//! Somebody in two teams counts in both. A project's or client's row sets the minutes on it against the capacity, in
//! each bucket, of those who work on it there.

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::figures::{Bucket, Share};
use super::frame::{Frame, PersonFigures, RowLoad};
use super::query::{ReportFault, ReportQuery, Selection};
use super::table::{Cell, Column, Tabular, Unit, column};
use crate::ids::PersonId;
use crate::plan::Plan;
use crate::rules::Grain;

/// Whose utilisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each variant is the word of the glossary")]
pub enum UtilisationBy {
    Person,
    Team,
    Role,
    Project,
    Client,
    Workspace,
}

/// Utilisation of groups over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UtilisationReport {
    /// Whose.
    pub by: UtilisationBy,
    /// What each share sums over.
    pub grain: Grain,
    /// In order.
    pub buckets: Vec<Bucket>,
    /// Ordered by name; those without a team, role or client come last.
    pub rows: Vec<UtilisationRow>,
    /// Everybody, once.
    pub total: UtilisationRow,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UtilisationRow {
    /// Of the person, team, role, project or client; absent = those without one, or the workspace.
    pub id: Option<Uuid>,
    /// Its name; empty where there is none.
    pub name: String,
    /// One entry a bucket: allocated of capacity.
    pub shares: Vec<Share>,
    /// The whole range.
    pub total: Share,
}

type Sums = Vec<(i64, i64)>;

impl UtilisationRow {
    fn new(id: Option<Uuid>, name: String, sums: &[(i64, i64)]) -> Self {
        let (minutes, of_minutes) = sums.iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
        let share = |(minutes, of_minutes): &(i64, i64)| Share::new(*minutes, *of_minutes);
        Self { id, name, shares: sums.iter().map(share).collect(), total: Share::new(minutes, of_minutes) }
    }
}

/// Utilisation of groups over time.
///
/// # Errors
/// When the range or the report is too large.
pub fn utilisation(plan: &Plan, query: &ReportQuery, by: UtilisationBy) -> Result<UtilisationReport, ReportFault> {
    let asked = Selection::new(plan, query)?;
    if matches!(by, UtilisationBy::Project | UtilisationBy::Client) {
        return by_work(&asked, by);
    }
    let frame = Frame::build(&asked, None)?;
    Ok(utilisation_of(&asked, &frame, by))
}

fn whole(asked: &Selection<'_>, frame: &Frame<'_>) -> UtilisationRow {
    let sums: Sums = frame
        .sums(asked.buckets.len())
        .iter()
        .map(|minutes| (minutes.allocated_minutes(), minutes.capacity_minutes))
        .collect();
    UtilisationRow::new(None, String::new(), &sums)
}

fn report(
    asked: &Selection<'_>,
    by: UtilisationBy,
    groups: FxHashMap<Option<Uuid>, Sums>,
    total: UtilisationRow,
) -> UtilisationReport {
    let named = |(id, sums): (Option<Uuid>, Sums)| UtilisationRow::new(id, name(asked.plan, by, id), &sums);
    let mut rows: Vec<UtilisationRow> = groups.into_iter().map(named).collect();
    rows.sort_by(|a, b| (a.id.is_none(), &a.name, a.id).cmp(&(b.id.is_none(), &b.name, b.id)));
    let buckets = asked.buckets.iter().map(|bucket| Bucket::from(*bucket)).collect();
    UtilisationReport { by, grain: asked.query.grain, buckets, rows, total }
}

pub(super) fn utilisation_of(asked: &Selection<'_>, frame: &Frame<'_>, by: UtilisationBy) -> UtilisationReport {
    let mut groups: FxHashMap<Option<Uuid>, Sums> = FxHashMap::default();
    let length = asked.buckets.len();
    let mut add = |id: Option<Uuid>, parts: &mut dyn Iterator<Item = (i64, i64)>| {
        let sums = groups.entry(id).or_insert_with(|| vec![(0, 0); length]);
        for (sum, part) in sums.iter_mut().zip(parts) {
            *sum = (sum.0 + part.0, sum.1 + part.1);
        }
    };
    for person in &frame.people {
        let mut all = person
            .buckets
            .iter()
            .map(|figures| &figures.minutes)
            .map(|minutes| (minutes.allocated_minutes(), minutes.capacity_minutes));
        match by {
            UtilisationBy::Person => add(Some(person.slot.id.0), &mut all),
            UtilisationBy::Team if person.person.details.team_ids.is_empty() => add(None, &mut all),
            UtilisationBy::Team => {
                for team in &person.person.details.team_ids {
                    add(Some(team.0), &mut all.clone());
                }
            }
            UtilisationBy::Role => {
                for (role, minutes) in &person.by_role {
                    let mut parts =
                        minutes.iter().map(|minutes| (minutes.allocated_minutes(), minutes.capacity_minutes));
                    add(role.map(|role| role.0), &mut parts);
                }
            }
            UtilisationBy::Workspace | UtilisationBy::Project | UtilisationBy::Client => add(None, &mut all),
        }
    }
    report(asked, by, groups, whole(asked, frame))
}

/// Minutes on a project or client, by person and bucket.
type Work = FxHashMap<(Option<Uuid>, PersonId), Vec<i64>>;

fn by_work(asked: &Selection<'_>, by: UtilisationBy) -> Result<UtilisationReport, ReportFault> {
    let mut work: Work = FxHashMap::default();
    let mut each = |load: &RowLoad<'_>| {
        let entry = asked.plan.project_of(load.row);
        let id = match by {
            UtilisationBy::Client => {
                entry.and_then(|entry| entry.value.as_ref()?.details.client_id).map(|client| client.0)
            }
            _ => entry.map(|entry| entry.id.0),
        };
        let sums = work.entry((id, load.slot.id)).or_insert_with(|| vec![0; asked.buckets.len()]);
        let unknown = load.table.has_unknown(load.days);
        for (sum, bucket) in sums.iter_mut().zip(&asked.buckets) {
            *sum += if unknown { known_minutes(load, *bucket) } else { load.in_bucket(*bucket) };
        }
    };
    let frame = Frame::build(asked, Some(&mut each))?;
    let people: FxHashMap<PersonId, &PersonFigures<'_>> =
        frame.people.iter().map(|person| (person.slot.id, person)).collect();
    let mut groups: FxHashMap<Option<Uuid>, Sums> = FxHashMap::default();
    for ((id, person), minutes) in &work {
        let sums = groups.entry(*id).or_insert_with(|| vec![(0, 0); asked.buckets.len()]);
        let Some(figures) = people.get(person) else {
            continue;
        };
        for ((sum, minutes), figures) in sums.iter_mut().zip(minutes).zip(&figures.buckets) {
            if *minutes > 0 {
                *sum = (sum.0 + minutes, sum.1 + figures.minutes.capacity_minutes);
            }
        }
    }
    Ok(report(asked, by, groups, whole(asked, &frame)))
}

fn known_minutes(load: &RowLoad<'_>, bucket: crate::rules::Days) -> i64 {
    let both = bucket.intersect(load.days);
    let known = both.iter().filter(|day| !load.table.is_unknown(*day));
    known.map(|day| load.minutes[(day - load.days.from) as usize]).sum()
}

fn name(plan: &Plan, by: UtilisationBy, id: Option<Uuid>) -> String {
    let Some(id) = id else { return String::new() };
    let found = match by {
        UtilisationBy::Person => plan.person(id.into()).map(|slot| slot.name().to_owned()),
        UtilisationBy::Team => plan.team(id.into()).and_then(|entry| Some(entry.value.as_ref()?.name.clone())),
        UtilisationBy::Role => plan.role(id.into()).and_then(|entry| Some(entry.value.as_ref()?.name.clone())),
        UtilisationBy::Project => {
            plan.project(id.into()).and_then(|entry| Some(entry.value.as_ref()?.details.name.clone()))
        }
        UtilisationBy::Client => plan.client(id.into()).and_then(|entry| Some(entry.value.as_ref()?.name.clone())),
        UtilisationBy::Workspace => None,
    };
    found.unwrap_or_default()
}

impl Tabular for UtilisationReport {
    fn columns() -> Vec<Column> {
        vec![
            column("id", "Id", Unit::Text),
            column("name", "Name", Unit::Text),
            column("from", "From", Unit::Date),
            column("to", "To", Unit::Date),
            column("minutes", "Allocated", Unit::Minutes),
            column("ofMinutes", "Capacity", Unit::Minutes),
            column("basisPoints", "Utilisation", Unit::BasisPoints),
        ]
    }

    fn rows(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.rows.iter().flat_map(|row| {
            self.buckets.iter().zip(&row.shares).map(|(bucket, share)| {
                vec![
                    Cell::id(row.id),
                    Cell::text(&row.name),
                    Cell::Date(bucket.from),
                    Cell::Date(bucket.to),
                    Cell::Minutes(share.minutes),
                    Cell::Minutes(share.of_minutes),
                    Cell::rate(share.basis_points),
                ]
            })
        })
    }
}
