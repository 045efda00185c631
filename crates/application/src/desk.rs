//! The planner's desk: a workspace's plan as the running write transaction sees it, so that a booking is judged in
//! microseconds instead of a dozen queries.
//!
//! Only where writes are serial in this process ([`raally_storage::Store::writes_are_serial`]). What a kept work of this
//! process changed is noted on the desk at once; at the start of a work the desk fetches what is newer than it knows, from
//! inside the transaction: commits of other processes. A work that is given up has not touched the desk; a batch that is
//! lost as a whole makes it worthless, which the count of lost batches tells.

use std::sync::{Mutex, PoisonError};

use raally_domain::event::Envelope;
use raally_domain::ids::WorkspaceId;
use raally_domain::plan::Plan;
use raally_storage::{Appended, Store, Tx};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::app::App;
use crate::codec::Indexed;
use crate::failure::Failure;
use crate::plans::{PLANNED, decode_record, fetch, put};
use crate::replay::State;

/// Desks kept at a time; when there are more, all are cleared away.
const DESKS_MAX: usize = 32;
/// Newer events that are fetched one by one; more than that are fetched kind by kind.
const NEWER_EVENTS_MAX: u32 = 256;

/// A plan up to a position of the log.
pub(crate) struct Desk {
    pub(crate) plan: Plan,
    position: i64,
    /// What works of the latest batch changed, to be read anew should that batch be lost.
    noted: Noted,
    lost_batches: u64,
}

#[derive(Default)]
struct Noted {
    batch: u64,
    position_before: i64,
    states: Vec<State>,
}

/// The desks of this process.
#[derive(Default)]
pub struct Desks {
    free: Mutex<FxHashMap<WorkspaceId, Desk>>,
}

impl Desks {
    fn take(&self, workspace: WorkspaceId) -> Option<Desk> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).remove(&workspace)
    }

    fn has(&self, workspace: WorkspaceId) -> bool {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&workspace)
    }

    /// A state that was recorded at these positions, if the desk knows all before it.
    fn note(&self, store: &Store, workspace: WorkspaceId, state: Option<(State, bool)>, appended: &Appended) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let knows_all_before =
            |desk: &&mut Desk| desk.position == appended.previous_position && desk.lost_batches == store.lost_batches();
        let Some(desk) = free.get_mut(&workspace).filter(knows_all_before) else {
            return;
        };
        let batch = store.ended_batches();
        if desk.noted.batch != batch || desk.noted.states.is_empty() {
            desk.noted = Noted { batch, position_before: desk.position, states: Vec::new() };
        }
        if let Some((state, deleted)) = state {
            desk.noted.states.push(state.clone());
            put(&mut desk.plan, state, deleted);
        }
        desk.position = appended.last_position;
    }

    /// Gives a desk back for the next work.
    pub(crate) fn give_back(&self, workspace: WorkspaceId, desk: Desk) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() >= DESKS_MAX {
            free.clear();
        }
        free.insert(workspace, desk);
    }
}

impl App {
    /// Notes a change on the desk once this work is kept, so that the next one need not fetch it.
    pub(crate) fn note_on_desk<A: Indexed>(
        &self,
        tx: &mut Tx<'_>,
        workspace: WorkspaceId,
        after: &Envelope<A>,
        appended: &Appended,
    ) {
        if !self.store().writes_are_serial() || !self.desks().has(workspace) {
            return;
        }
        let planned = PLANNED.contains(&A::KIND);
        let state = planned.then(|| (A::kept(after.clone()), after.deleted_at.is_some()));
        let (app, appended) = (self.clone(), *appended);
        tx.when_kept(move || app.desks().note(app.store(), workspace, state, &appended));
    }

    /// The desk of a workspace as this transaction sees the plan; give it back after use.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn desk(&self, tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<Desk, Failure> {
        let lost_batches = self.store().lost_batches();
        let mut desk = self.desks().take(workspace).unwrap_or_else(|| Desk::empty(lost_batches));
        if desk.lost_batches != lost_batches {
            desk.forget_noted(tx, workspace).await?;
            desk.lost_batches = lost_batches;
        }
        let head = tx.head(workspace).await?.position;
        if head < desk.position {
            // The file was set back under this process.
            desk = Desk::empty(lost_batches);
        }
        if head > desk.position {
            desk.catch_up(tx, workspace, head).await?;
        }
        Ok(desk)
    }
}

impl Desk {
    fn empty(lost_batches: u64) -> Self {
        Self { plan: Plan::default(), position: 0, noted: Noted::default(), lost_batches }
    }

    /// A batch was lost: what was noted of it, if it was that one, is read as it is now.
    async fn forget_noted(&mut self, tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<(), Failure> {
        let Noted { position_before, states, .. } = std::mem::take(&mut self.noted);
        if states.is_empty() {
            return Ok(());
        }
        for noted in states {
            match tx.get_in(workspace, noted.kind(), noted.id()).await? {
                Some(record) => {
                    let (state, deleted) = decode_record(noted.kind(), &record)?;
                    put(&mut self.plan, state, deleted);
                }
                None => put(&mut self.plan, noted, true),
            }
        }
        self.position = position_before;
        Ok(())
    }

    async fn catch_up(&mut self, tx: &mut Tx<'_>, workspace: WorkspaceId, head: i64) -> Result<(), Failure> {
        let newer = match self.position {
            0 => None,
            position => Some(tx.changed_after(workspace, position, NEWER_EVENTS_MAX + 1).await?),
        };
        match newer.filter(|changed| changed.len() <= NEWER_EVENTS_MAX as usize) {
            Some(changed) => {
                let mut seen = FxHashSet::default();
                for (kind, id) in changed.into_iter().filter(|(kind, _)| PLANNED.contains(kind)) {
                    if seen.insert(id)
                        && let Some(record) = tx.get_in(workspace, kind, id).await?
                    {
                        let (state, deleted) = decode_record(kind, &record)?;
                        put(&mut self.plan, state, deleted);
                    }
                }
            }
            None => {
                for (state, deleted) in fetch(tx, self.position).await? {
                    put(&mut self.plan, state, deleted);
                }
            }
        }
        self.position = head;
        Ok(())
    }
}
