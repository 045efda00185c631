//! What the admin socket may do: look, replace the table, drain a target. One change at a time, each on disk before it
//! is in use.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::{Mutex as AsyncMutex, MutexGuard};
use tokio::time::{Instant, timeout_at};

use crate::keep::Kept;
use crate::routes::Routes;
use crate::shared::{Shared, Totals};
use crate::table::{Table, TargetId};
use crate::target::TargetRuntime;
use crate::wire::{Applied, Counts, DrainOutcome, Refusal, State};

#[derive(Debug)]
pub(crate) struct Steering {
    pub shared: Arc<Shared>,
    pub listens: Vec<String>,
    /// Held by a change, and by the handover to a successor.
    changes: AsyncMutex<()>,
    /// Targets that left the table with requests open.
    gone: Mutex<Vec<Weak<TargetRuntime>>>,
}

impl Steering {
    pub fn new(shared: Arc<Shared>, listens: Vec<String>) -> Self {
        Self { shared, listens, changes: AsyncMutex::new(()), gone: Mutex::default() }
    }

    /// Keeps changes away until the guard is dropped.
    pub async fn freeze(&self) -> MutexGuard<'_, ()> {
        self.changes.lock().await
    }

    pub fn kept(&self) -> Kept {
        let routes = self.shared.routes.load();
        let draining = routes.targets().filter(|target| target.is_draining()).map(|target| target.id.clone());
        Kept { epoch: routes.epoch, table: routes.table.clone(), draining: draining.collect() }
    }

    pub fn state(&self) -> State {
        let (routes, now_us) = (self.shared.routes.load(), self.shared.now_us());
        let mut targets: Vec<_> = routes.targets().map(|target| target.state(now_us, true)).collect();
        let mut gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        gone.retain(|target| target.upgrade().is_some_and(|target| target.open() > 0));
        targets.extend(gone.iter().filter_map(Weak::upgrade).map(|target| target.state(now_us, false)));
        State {
            instance: self.shared.instance.clone(),
            pid: std::process::id(),
            epoch: routes.epoch,
            draining: self.shared.draining.load(Ordering::Relaxed),
            listens: self.listens.clone(),
            table: routes.table.clone(),
            targets,
        }
    }

    pub fn counts(&self) -> Counts {
        Totals::count(&self.shared.totals.counts_read);
        let (routes, now_us) = (self.shared.routes.load(), self.shared.now_us());
        let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        Counts {
            instance: self.shared.instance.clone(),
            at_ms: u64::try_from(at_ms).unwrap_or(u64::MAX),
            groups: routes.groups.iter().map(|group| (group.name.clone(), group.counts(now_us))).collect(),
        }
    }

    pub async fn put_table(&self, epoch: u64, table: Table) -> Result<Applied, Refusal> {
        let faults = table.faults();
        if !faults.is_empty() {
            return Err(Refusal::BadTable { faults });
        }
        let _alone = self.changes.lock().await;
        let before = self.shared.routes.load_full();
        if before.epoch != epoch {
            return Err(Refusal::OtherEpoch { epoch: before.epoch });
        }
        let epoch = epoch + 1;
        let mut kept = self.kept();
        kept.draining.retain(|id| table.targets().any(|(_, target)| target.id == *id));
        self.store(Kept { epoch, table: table.clone(), ..kept }).await?;
        let routes = Routes::new(epoch, table, Some(&before), &self.shared.config, self.shared.workers);
        for target in before.targets() {
            if !routes.targets().any(|kept| Arc::ptr_eq(kept, target)) {
                target.pools.iter().for_each(crate::pool::Pool::clear);
                self.gone.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(target));
            }
        }
        let split = serde_json::to_string(&routes.table.split).unwrap_or_default();
        self.shared.routes.store(Arc::new(routes));
        self.shared.routes_changed.notify_one();
        tracing::info!(epoch, split, "the table was replaced");
        Ok(Applied { epoch })
    }

    /// Sends a target no new requests and waits until it has none.
    pub async fn drain(&self, id: &TargetId, patience: Duration) -> Result<DrainOutcome, Refusal> {
        let deadline = Instant::now() + patience;
        let target = self.set_draining(id, true).await?;
        loop {
            let emptied = target.emptied.notified();
            tokio::pin!(emptied);
            // Waits from here on, so that no end between the look and the wait is missed.
            emptied.as_mut().enable();
            let open = target.open();
            if open == 0 || timeout_at(deadline, emptied).await.is_err() {
                let open = target.open();
                if open == 0 {
                    target.pools.iter().for_each(crate::pool::Pool::clear);
                }
                return Ok(DrainOutcome { open });
            }
        }
    }

    pub async fn undrain(&self, id: &TargetId) -> Result<DrainOutcome, Refusal> {
        let target = self.set_draining(id, false).await?;
        Ok(DrainOutcome { open: target.open() })
    }

    async fn set_draining(&self, id: &TargetId, draining: bool) -> Result<Arc<TargetRuntime>, Refusal> {
        let _alone = self.changes.lock().await;
        let routes = self.shared.routes.load_full();
        let target = routes.target(id).ok_or_else(|| Refusal::UnknownTarget { id: id.clone() })?;
        if target.is_draining() != draining {
            let mut kept = self.kept();
            kept.draining.retain(|known| known != id);
            if draining {
                kept.draining.push(id.clone());
            }
            self.store(kept).await?;
            target.set_draining(draining);
            tracing::info!(target_id = %id, draining, "drain");
        }
        Ok(Arc::clone(target))
    }

    async fn store(&self, kept: Kept) -> Result<(), Refusal> {
        let path = self.shared.config.state_file.clone();
        let stored = tokio::task::spawn_blocking(move || kept.store(&path)).await;
        let reason = match stored {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        tracing::error!(reason, "the table can't be kept on disk");
        Err(Refusal::NotKept { reason })
    }
}
