//! What was at an instant, kept for a minute: the log up to a position never changes, and whoever travels there asks for
//! several parts of a page, and for several pages of a list.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use raally_domain::ids::WorkspaceId;
use raally_domain::kind::Kind;
use raally_storage::{Record, Scope};
use tokio::sync::OnceCell;

use crate::app::App;
use crate::failure::Failure;
use crate::plans::Slot;
use crate::replay::Past;

/// Plans kept at a time, of all workspaces.
const PLANS_MAX: u64 = 4;
/// Bytes of rows kept, of all workspaces. A list that is larger alone is folded anew for each page.
const ROWS_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// How long: what was erased since must be gone soon.
const AGE_MAX: Duration = Duration::from_secs(60);
/// Of a row, beside its texts.
const ROW_BYTES: usize = 256;

type Rows = Arc<Vec<Record>>;

/// Plans and rows of the past, by the position up to which the log was folded.
pub(crate) struct Pasts {
    plans: Cache<(WorkspaceId, i64), Arc<OnceCell<Arc<Slot>>>>,
    rows: Cache<(WorkspaceId, Kind, i64), Rows>,
}

impl Default for Pasts {
    fn default() -> Self {
        Self::lasting(AGE_MAX)
    }
}

impl Pasts {
    fn lasting(age: Duration) -> Self {
        let weight = |_: &(WorkspaceId, Kind, i64), rows: &Rows| {
            let bytes: usize = rows.iter().map(|row| row.body.len() + row.sort_key.len() + ROW_BYTES).sum();
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        Self {
            plans: Cache::builder().max_capacity(PLANS_MAX).time_to_live(age).build(),
            rows: Cache::builder().max_capacity(ROWS_BYTES_MAX).weigher(weight).time_to_live(age).build(),
        }
    }

    /// Lets go of what is over: the caches do so by themselves only while they are used.
    pub(crate) fn let_go(&self) {
        self.plans.run_pending_tasks();
        self.rows.run_pending_tasks();
    }
}

impl App {
    async fn position_at(&self, workspace: WorkspaceId, at: i64) -> Result<i64, Failure> {
        self.store()
            .read(Scope::Workspace(workspace), move |tx| {
                Box::pin(async move { Ok(tx.position_at(workspace, at).await?) })
            })
            .await
    }

    /// The plan as it was at an instant. Who asks for it while it is folded waits for that.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn plan_as_of(&self, workspace: WorkspaceId, at: i64) -> Result<Arc<Slot>, Failure> {
        let through = self.position_at(workspace, at).await?;
        let cell = self.pasts().plans.get_with((workspace, through), Arc::default);
        cell.get_or_try_init(|| self.fold_plan(workspace, through)).await.cloned()
    }

    /// Every row of a kind as it was at an instant, deleted ones too, in no order.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn rows_as_of(&self, workspace: WorkspaceId, kind: Kind, at: i64) -> Result<Rows, Failure> {
        let through = self.position_at(workspace, at).await?;
        let key = (workspace, kind, through);
        if let Some(rows) = self.pasts().rows.get(&key) {
            return Ok(rows);
        }
        let app = self.clone();
        let rows = self
            .store()
            .read_long(Scope::Workspace(workspace), move |tx| {
                let app = app.clone();
                Box::pin(async move {
                    let past = Past { workspace, kind: Some(kind), stream: None, through: Some(through) };
                    let states = app.fold(tx, past).await?;
                    let rows = states.values().map(|(state, position)| {
                        let mut row = state.record(workspace, *position)?;
                        row.sort_key = row.sort_key.to_lowercase();
                        row.money = None;
                        Ok(row)
                    });
                    rows.collect::<Result<Vec<_>, Failure>>()
                })
            })
            .await?;
        let rows = Arc::new(rows);
        self.pasts().rows.insert(key, Arc::clone(&rows));
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_is_let_go_by_a_server_that_nobody_asks() {
        let pasts = Pasts::lasting(Duration::from_secs(1));
        pasts.plans.insert((WorkspaceId::PLATFORM, 1), Arc::default());
        pasts.rows.insert((WorkspaceId::PLATFORM, Kind::Person, 1), Arc::default());
        pasts.let_go();
        assert_eq!((pasts.plans.entry_count(), pasts.rows.entry_count()), (1, 1), "it is not over yet");
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        while pasts.plans.iter().count() + pasts.rows.iter().count() > 0 {
            assert!(std::time::Instant::now() < deadline, "it is never over");
            std::thread::sleep(Duration::from_millis(10));
        }
        pasts.let_go();
        assert_eq!((pasts.plans.entry_count(), pasts.rows.entry_count()), (0, 0));
    }
}
