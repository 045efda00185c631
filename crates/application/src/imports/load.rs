//! Reads the keys of a workspace's living objects, page by page.

use raally_domain::kind::Kind;
use raally_storage::{After, OrderBy, Query, RowView, Tx};
use serde::Deserialize;
use uuid::Uuid;

use super::known::{Known, folded};
use crate::failure::Failure;

/// Rows read at a time.
const PAGE_ROWS: u32 = 2_000;

/// The keys in a stored document.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    name: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    external_id: Option<String>,
    #[serde(default)]
    kind: Option<String>,
}

/// Visits every living row of a kind.
///
/// # Errors
/// When storage fails, or what `each` answers.
pub(crate) async fn each_living(
    tx: &mut Tx<'_>,
    kind: Kind,
    mut each: impl FnMut(&RowView<'_>) -> Result<(), Failure> + Send,
) -> Result<(), Failure> {
    let mut query = Query::new(kind).order(OrderBy::Id).limit(PAGE_ROWS);
    loop {
        let (mut last, mut outcome) = (None, Ok(()));
        let count = tx
            .visit(&query, |row| {
                last = Some(row.id);
                if outcome.is_ok() {
                    outcome = each(&row);
                }
            })
            .await?;
        outcome?;
        match last {
            Some(id) if count >= u64::from(PAGE_ROWS) => query.after = Some(After { key: id.into(), id }),
            _ => return Ok(()),
        }
    }
}

fn put(known: &mut Known, kind: Kind, id: Uuid, keys: &Keys) {
    let (name, external_id) = (keys.name.as_str(), keys.external_id.as_deref());
    match kind {
        Kind::Person if keys.kind.as_deref() == Some("placeholder") => known.placeholders.put(name, id),
        Kind::Person => {
            known.people.put(id, external_id, keys.email.as_deref(), Some(name));
        }
        Kind::Project => {
            known.projects.put(id, external_id, keys.code.as_deref(), Some(name));
        }
        Kind::Client => known.clients.put(name, id),
        Kind::Team => known.teams.put(name, id),
        Kind::Skill => known.skills.put(name, id),
        Kind::Role => known.roles.put(name, id),
        Kind::Calendar => {
            known.calendar_names.insert(folded(name), id);
            if let Some(key) = external_id {
                known.calendars.insert(key.to_owned(), id);
            }
        }
        _ => {}
    }
}

/// Every key that a file can name.
///
/// # Errors
/// When storage fails.
pub(crate) async fn known(tx: &mut Tx<'_>) -> Result<Known, Failure> {
    let mut known = Known::default();
    for kind in [Kind::Person, Kind::Project, Kind::Client, Kind::Team, Kind::Skill, Kind::Role, Kind::Calendar] {
        each_living(tx, kind, |row| {
            let keys: Keys = serde_json::from_str(row.body).map_err(Failure::bug)?;
            put(&mut known, kind, row.id, &keys);
            Ok(())
        })
        .await?;
    }
    Ok(known)
}
