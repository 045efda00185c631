//! The planner's desk: a workspace's plan as the running write transaction sees it, so that a booking is judged in
//! microseconds instead of a dozen queries.
//!
//! Only where writes are serial in this process ([`raally_storage::Store::writes_are_serial`]). At the start of a work
//! the desk fetches what is newer than it knows, from inside the transaction: commits of other processes and the works
//! before it in the same batch. A work that is given up later has not touched the desk; a batch that is lost as a whole
//! makes it worthless, which the count of lost batches tells.

use std::sync::{Mutex, PoisonError};

use raally_domain::ids::WorkspaceId;
use raally_domain::plan::Plan;
use raally_storage::Tx;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::app::App;
use crate::failure::Failure;
use crate::plans::{PLANNED, decode_record, fetch, put};

/// Desks kept at a time; when there are more, all are cleared away.
const DESKS_MAX: usize = 32;
/// Newer events that are fetched one by one; more than that are fetched kind by kind.
const NEWER_EVENTS_MAX: u32 = 256;

/// A plan up to a position of the log.
pub(crate) struct Desk {
    pub(crate) plan: Plan,
    position: i64,
    lost_batches: u64,
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
    /// The desk of a workspace as this transaction sees the plan; give it back after use.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn desk(&self, tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<Desk, Failure> {
        let lost_batches = self.store().lost_batches();
        let kept = self.desks().take(workspace).filter(|desk| desk.lost_batches == lost_batches);
        let mut desk = kept.unwrap_or_else(|| Desk { plan: Plan::default(), position: 0, lost_batches });
        let head = tx.head(workspace).await?.position;
        if head < desk.position {
            // The file was set back under this process.
            desk = Desk { plan: Plan::default(), position: 0, lost_batches };
        }
        if head > desk.position {
            desk.catch_up(tx, workspace, head).await?;
        }
        Ok(desk)
    }
}

impl Desk {
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
