//! What the process depends on: the database, and the sealing of the audit trail.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Instant;

use raally_api::{Dependency, Health, State};
use raally_application::App;
use raally_application::audit::Auditor;
use raally_storage::{BoxFuture, StoreError};

/// Sealing that is behind for so long is worth a word, in seconds: it should take one.
const SEAL_LATE_S: u64 = 10;

/// Asked by readiness probes.
pub struct Dependencies {
    app: App,
    auditor: Auditor,
    behind_since: Mutex<Option<Instant>>,
}

impl Dependencies {
    /// Of this application.
    pub const fn new(app: App, auditor: Auditor) -> Self {
        Self { app, auditor, behind_since: Mutex::new(None) }
    }

    /// Late only when every probe for a while has found events that wait.
    async fn seal(&self) -> Dependency {
        let lag = self.auditor.lag().await;
        let mut since = self.behind_since.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = match lag {
            Ok(0) => None,
            Ok(_) | Err(_) => Some(since.unwrap_or_else(Instant::now)),
        };
        *since = behind;
        let late = behind.is_some_and(|since| since.elapsed().as_secs() >= SEAL_LATE_S);
        let (state, detail) = if late { (State::Degraded, Some("behind")) } else { (State::Up, None) };
        Dependency { name: "audit-seal".into(), state, required: false, detail: detail.map(Into::into) }
    }
}

impl Health for Dependencies {
    fn dependencies(&self) -> BoxFuture<'_, Vec<Dependency>> {
        Box::pin(async move { vec![database(&self.app).await, self.seal().await] })
    }
}

async fn database(app: &App) -> Dependency {
    let (state, detail) = match app.store().health().await {
        Ok(()) => (State::Up, None),
        Err(StoreError::Overloaded { .. }) => (State::Degraded, Some("busy")),
        Err(error) => {
            tracing::warn!(%error, "the database is not healthy");
            (State::Down, Some("writes are not accepted"))
        }
    };
    Dependency { name: "database".into(), state, required: true, detail: detail.map(Into::into) }
}
