//! The planner's desk: a workspace's plan as the running write transaction sees it, so that a booking is judged in
//! microseconds instead of a dozen queries.
//!
//! Only in works that write to one workspace, which are serial in this process ([`raally_storage::Tx::batch`]). What a work
//! changes is noted on the desk at once; at the start of a work the desk fetches what is newer than it knows, from inside the
//! transaction: commits of other processes. What may yet be undone (the changes of a work until it is kept, those of a
//! batch until it is committed) is remembered by name and read anew when it was.

use std::sync::{Mutex, PoisonError};

use raally_domain::event::Envelope;
use raally_domain::ids::WorkspaceId;
use raally_domain::kind::Kind;
use raally_domain::plan::Plan;
use raally_storage::{Appended, Tx};
use rustc_hash::{FxHashMap, FxHashSet};
use uuid::Uuid;

use crate::app::App;
use crate::codec::Indexed;
use crate::failure::Failure;
use crate::plans::{PLANNED, decode_record, fetch, put, remove};
use crate::replay::State;

/// A state and whether it is deleted; none for a kind that no plan has.
type Noted = Option<(State, bool)>;

/// Desks kept at a time; when there are more, all are cleared away.
const DESKS_MAX: usize = 32;
/// Newer events that are fetched one by one; more than that are fetched kind by kind.
const NEWER_EVENTS_MAX: u32 = 256;

/// A plan up to a position of the log.
pub(crate) struct Desk {
    pub(crate) plan: Plan,
    position: i64,
    unsure: Unsure,
    lost_batches: u64,
}

/// What the running batch put on the desk.
#[derive(Default)]
struct Unsure {
    batch: u64,
    /// The work whose own changes are among it, until that work is kept.
    work: Option<u64>,
    position_before: i64,
    objects: Vec<(Kind, Uuid)>,
    /// The whole plan was fetched.
    everything: bool,
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

    /// Notes a state that was recorded at these positions, if the desk knows all before it.
    fn note(&self, tx: &Tx<'_>, batch: u64, workspace: WorkspaceId, noted: Noted, appended: &Appended) -> bool {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(desk) = free.get_mut(&workspace).filter(|desk| desk.position == appended.previous_position) else {
            return false;
        };
        desk.begin_unsure(batch, Some(tx.number()));
        if let Some((state, deleted)) = noted {
            desk.unsure.objects.push((state.kind(), state.id()));
            put(&mut desk.plan, state, deleted);
        }
        desk.position = appended.last_position;
        true
    }

    /// The work is kept.
    fn keep(&self, workspace: WorkspaceId, work: u64) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(desk) = free.get_mut(&workspace).filter(|desk| desk.unsure.work == Some(work)) {
            desk.unsure.work = None;
        }
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
    /// Notes a change on the desk, so that nobody need fetch it.
    pub(crate) fn note_on_desk<A: Indexed>(
        &self,
        tx: &mut Tx<'_>,
        workspace: WorkspaceId,
        after: &Envelope<A>,
        appended: &Appended,
    ) {
        // Changes of the whole platform are fetched by position, like those of other processes.
        let Some(batch) = tx.batch() else { return };
        let work = tx.number();
        let planned = PLANNED.contains(&A::KIND);
        let noted = planned.then(|| (A::kept(after.clone()), after.deleted_at.is_some()));
        if self.desks().note(tx, batch, workspace, noted, appended) {
            let app = self.clone();
            tx.when_kept(move || app.desks().keep(workspace, work));
        }
    }

    /// The desk of a workspace as this transaction sees the plan; give it back after use.
    ///
    /// # Errors
    /// When storage fails; a bug when the work is none that writes to one workspace.
    pub(crate) async fn desk(&self, tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<Desk, Failure> {
        let batch = tx.batch().ok_or_else(|| Failure::bug("a desk outside of a batch"))?;
        let lost_batches = self.store().lost_batches();
        let mut desk = self.desks().take(workspace).unwrap_or_else(|| Desk::empty(lost_batches));
        let undone = desk.unsure.work.is_some_and(|work| work != tx.number());
        if undone || desk.lost_batches != lost_batches {
            desk.forget_unsure(tx, workspace, lost_batches).await?;
        }
        let head = tx.head(workspace).await?.position;
        if head < desk.position {
            // The file was set back under this process.
            desk = Desk::empty(lost_batches);
        }
        if head > desk.position {
            let work = tx.has_appended().then(|| tx.number());
            desk.begin_unsure(batch, work);
            desk.catch_up(tx, workspace, head).await?;
            if let Some(work) = work {
                let app = self.clone();
                tx.when_kept(move || app.desks().keep(workspace, work));
            }
        }
        Ok(desk)
    }
}

impl Desk {
    fn empty(lost_batches: u64) -> Self {
        Self { plan: Plan::default(), position: 0, unsure: Unsure::default(), lost_batches }
    }

    /// What is put on the desk from here on may be undone with the running batch, and with `work` if there is one.
    fn begin_unsure(&mut self, batch: u64, work: Option<u64>) {
        if self.unsure.batch != batch {
            self.unsure = Unsure { batch, position_before: self.position, ..Unsure::default() };
        }
        self.unsure.work = work.or(self.unsure.work);
    }

    /// Something was undone: what was unsure is read as it is now.
    async fn forget_unsure(&mut self, tx: &mut Tx<'_>, workspace: WorkspaceId, lost: u64) -> Result<(), Failure> {
        let unsure = std::mem::take(&mut self.unsure);
        self.lost_batches = lost;
        if unsure.everything {
            *self = Self::empty(lost);
            return Ok(());
        }
        for (kind, id) in unsure.objects {
            match tx.get_in(workspace, kind, id).await? {
                Some(record) => {
                    let (state, deleted) = decode_record(kind, &record)?;
                    put(&mut self.plan, state, deleted);
                }
                None => remove(&mut self.plan, kind, id),
            }
        }
        if unsure.batch != 0 {
            self.position = unsure.position_before;
        }
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
                        self.unsure.objects.push((kind, id));
                        put(&mut self.plan, state, deleted);
                    }
                }
            }
            None => {
                self.unsure.everything = true;
                for (state, deleted) in fetch(tx, self.position).await? {
                    put(&mut self.plan, state, deleted);
                }
            }
        }
        self.position = head;
        Ok(())
    }
}
