//! What a batch of an import needs of the workspace, fetched in few queries before its first row.

use raally_domain::event::Envelope;
use raally_domain::kind::Kind;
use raally_domain::model::TimeOff;
use raally_exchange::{Located, Record as ImportRecord};
use raally_storage::{Deleted, Query, Record, Tx};
use rustc_hash::FxHashSet;
use uuid::Uuid;

use super::settle::Settling;
use crate::codec::{Indexed, from_record};
use crate::failure::Failure;

/// Rows that one query fetches.
const FETCHED_AT_ONCE: usize = 500;

impl Settling<'_> {
    /// What of the batch is there already, in few queries.
    pub(super) async fn find_existing(
        &mut self,
        tx: &mut Tx<'_>,
        batch: &[Located<ImportRecord>],
    ) -> Result<(), Failure> {
        let (mut keys, mut absent) = (Vec::new(), FxHashSet::default());
        let mut named: [(Kind, FxHashSet<Uuid>); 3] =
            [Kind::Person, Kind::Project, Kind::Role].map(|kind| (kind, FxHashSet::default()));
        let known = &self.resolved.known;
        for Located { row, record } in batch {
            let (person, project, role) = match record {
                ImportRecord::Assignment(assignment) => match self.assignment_refs(*row, assignment) {
                    Ok((refs, key)) => {
                        keys.push(key);
                        (Some(refs.person.0), Some(refs.project.0), refs.role.map(|role| role.0))
                    }
                    Err(_) => continue,
                },
                ImportRecord::TimeOff(absence) => {
                    let person = known.find_person(&absence.person).ok();
                    absent.extend(person);
                    (person, None, None)
                }
                ImportRecord::Person(person) => (known.find_person(&person.key).ok(), None, None),
                ImportRecord::Compensation(pay) => (known.find_person(&pay.person).ok(), None, None),
                ImportRecord::Project(project) => (None, known.find_project(&project.key).ok(), None),
                _ => continue,
            };
            for ((_, ids), id) in named.iter_mut().zip([person, project, role]) {
                ids.extend(id);
            }
        }
        for (kind, ids) in named {
            self.fetch(tx, kind, ids).await?;
        }
        for keys in keys.chunks(FETCHED_AT_ONCE) {
            let query = Query::new(Kind::Assignment).one_of("external_id", keys.iter().cloned());
            for record in tx.list(&query).await? {
                if let Some(key) = record.columns.text("external_id") {
                    self.assignments.insert(key.to_owned(), record.id);
                }
                self.fetched.insert((Kind::Assignment, record.id), Some(record));
            }
        }
        let absent: Vec<Uuid> = absent.into_iter().collect();
        for people in absent.chunks(FETCHED_AT_ONCE) {
            let query = Query::new(Kind::TimeOff).one_of("person_id", people.iter().copied());
            for record in tx.list(&query).await? {
                let absence = from_record::<TimeOff>(&record)?.state.details;
                if let Some(key) = absence.external_id {
                    self.time_off.insert((absence.person_id.0, key), record.id);
                }
            }
        }
        Ok(())
    }

    async fn fetch(&mut self, tx: &mut Tx<'_>, kind: Kind, ids: FxHashSet<Uuid>) -> Result<(), Failure> {
        let ids: Vec<Uuid> = ids.into_iter().filter(|id| !self.fetched.contains_key(&(kind, *id))).collect();
        for ids in ids.chunks(FETCHED_AT_ONCE) {
            self.fetched.extend(ids.iter().map(|id| ((kind, *id), None)));
            let query = Query::new(kind).deleted(Deleted::Include).one_of("id", ids.iter().copied());
            for record in tx.list(&query).await? {
                self.fetched.insert((kind, record.id), Some(record));
            }
        }
        Ok(())
    }

    pub(super) async fn load<A: Indexed>(&self, tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Envelope<A>>, Failure> {
        match self.fetched.get(&(A::KIND, id)) {
            Some(record) => record.as_ref().map(from_record).transpose(),
            None => self.app.load::<A>(tx, id).await,
        }
    }

    /// Asks once a batch whether an object is alive.
    pub(super) async fn see(&mut self, tx: &mut Tx<'_>, kind: Kind, id: Uuid) -> Result<(), Failure> {
        if self.dry || !self.asked.insert((kind, id)) {
            return Ok(());
        }
        let is_alive = |record: &Record| record.deleted_at.is_none();
        let found = match self.fetched.get(&(kind, id)) {
            Some(record) => record.as_ref().is_some_and(is_alive),
            None => tx.get(kind, id).await?.as_ref().is_some_and(is_alive),
        };
        if found {
            self.alive.push((kind, id));
        }
        Ok(())
    }
}
