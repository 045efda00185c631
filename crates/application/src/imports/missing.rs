//! What an earlier import of the same file made and the file no longer has.

use raally_domain::event::{AssignmentEvent, PersonEvent, ProjectEvent, TimeOffEvent};
use raally_domain::kind::Kind;
use raally_domain::model::{Assignment, ImportStatus, Person, Project, TimeOff};
use raally_storage::{EventQuery, Tx};
use rustc_hash::FxHashMap;
use serde::Deserialize;
use uuid::Uuid;

use super::load::each_living;
use super::resolve::Resolved;
use super::summary::Missing;
use crate::app::App;
use crate::caller::Caller;
use crate::change::Expect;
use crate::failure::Failure;

/// Events read at a time.
const PAGE_EVENTS: u32 = 2_000;

/// Objects that an earlier import made and that the file has not named so far.
pub(crate) type Candidates = FxHashMap<Uuid, Kind>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    file_name: String,
    status: ImportStatus,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    #[serde(default)]
    external_id: Option<String>,
}

/// The kinds that the rows of a file are: assignments and absences, else people and projects.
fn kinds(resolved: &Resolved) -> Vec<Kind> {
    let mut kinds = Vec::new();
    if resolved.has_assignments {
        kinds.push(Kind::Assignment);
    }
    if resolved.has_time_off {
        kinds.push(Kind::TimeOff);
    }
    if kinds.is_empty() && !resolved.has_pay {
        kinds.extend([Kind::Person, Kind::Project]);
    }
    kinds
}

/// Everything that completed imports of a file of this name made.
///
/// # Errors
/// When storage fails.
pub(crate) async fn candidates(
    tx: &mut Tx<'_>,
    caller: &Caller,
    file_name: &str,
    resolved: &Resolved,
) -> Result<Candidates, Failure> {
    let mut runs = Vec::new();
    each_living(tx, Kind::Import, |row| {
        let run: Run = serde_json::from_str(row.body).map_err(Failure::bug)?;
        if run.file_name == file_name && run.status == ImportStatus::Completed {
            runs.push(row.id);
        }
        Ok(())
    })
    .await?;
    let (kinds, mut found) = (kinds(resolved), Candidates::default());
    for run in runs {
        let mut query = EventQuery::after(caller.workspace, 0, PAGE_EVENTS);
        query.import = Some(run);
        loop {
            let events = tx.events(&query).await?;
            let Some(last) = events.last() else { break };
            query.after_position = last.position;
            let made = events.iter().filter(|event| event.version == 1 && kinds.contains(&event.kind));
            found.extend(made.map(|event| (event.stream_id, event.kind)));
        }
    }
    Ok(found)
}

/// The candidates that live, as they are listed; ordered.
///
/// # Errors
/// When storage fails.
pub(crate) async fn living(tx: &mut Tx<'_>, candidates: &Candidates) -> Result<Vec<Missing>, Failure> {
    let mut all: Vec<(Kind, Uuid)> = candidates.iter().map(|(id, kind)| (*kind, *id)).collect();
    all.sort_unstable();
    let mut living = Vec::new();
    for (kind, id) in all {
        if let Some(record) = tx.get(kind, id).await?.filter(|record| record.deleted_at.is_none()) {
            let key: Key = serde_json::from_str(&record.body).map_err(Failure::bug)?;
            living.push(Missing { kind, id, external_id: key.external_id });
        }
    }
    Ok(living)
}

/// Soft-deletes what is missing.
///
/// # Errors
/// When storage fails.
pub(crate) async fn prune(app: &App, tx: &mut Tx<'_>, caller: &Caller, missing: &[Missing]) -> Result<(), Failure> {
    for Missing { kind, id, .. } in missing {
        let gone = tx.get(*kind, *id).await?.is_none_or(|record| record.deleted_at.is_some());
        if gone {
            continue;
        }
        match kind {
            Kind::Assignment => {
                app.change::<Assignment>(tx, caller, *id, Expect::Current, vec![AssignmentEvent::Removed]).await?;
            }
            Kind::TimeOff => {
                app.change::<TimeOff>(tx, caller, *id, Expect::Current, vec![TimeOffEvent::Removed]).await?;
            }
            Kind::Person => {
                app.change::<Person>(tx, caller, *id, Expect::Current, vec![PersonEvent::Removed]).await?;
            }
            Kind::Project => {
                app.change::<Project>(tx, caller, *id, Expect::Current, vec![ProjectEvent::Removed]).await?;
            }
            _ => {}
        }
    }
    Ok(())
}
