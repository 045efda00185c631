//! The proof behind the audit trail: events are sealed into a hash chain per workspace within a second of their commit,
//! the chain's end is signed now and then, and both can be verified, also against a checkpoint that was kept elsewhere.
//!
//! One consumer over all processes seals at a time, by a lease. It reads and hashes outside of any write transaction and
//! writes the seals of all workspaces in one short one. Nothing is written while nothing happens.
//!
//! The signature is worth what the key file is worth: whoever can run this program with the key can sign any chain. So
//! checkpoints are to be exported and kept where the database's administrators can't reach.

mod pass;
mod report;
mod seal;
mod verify;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use raally_domain::decide::Refusal;
use raally_domain::ids::WorkspaceId;
use raally_identity::chain::{AuditEvent, AuditKey, AuditPublicKey, ExportedCheckpoint, StoredSeal, TrustedKeys};
use raally_storage::{Scope, Seal, Store, StoredEvent};
use tokio::sync::{Mutex, Semaphore};

use crate::app::App;
use crate::failure::Failure;
use pass::Memory;

pub use pass::Sealed;
pub use report::{AuditReport, Damage, WorkspaceReport};

/// How often and how much is sealed and signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Events of one seal.
    pub seal_events_max: u32,
    /// Pause between two passes.
    pub between_passes: Duration,
    /// A seal is signed after this time at the latest,
    pub sign_after: Duration,
    /// or after so many events of its workspace.
    pub sign_after_events: u64,
}

impl Default for Pace {
    /// Sealed well within a second; signed once a minute or every 10,000 events.
    fn default() -> Self {
        Self {
            seal_events_max: 2_000,
            between_passes: Duration::from_millis(300),
            sign_after: Duration::from_secs(60),
            sign_after_events: 10_000,
        }
    }
}

/// Seals, signs and verifies. Cheap to clone; clones share what they remember.
#[derive(Clone)]
pub struct Auditor {
    app: App,
    keys: Arc<Keys>,
    pace: Pace,
    memory: Arc<Mutex<Memory>>,
}

/// The key that signs, and where those of earlier times are.
pub(crate) struct Keys {
    signing: AuditKey,
    earlier: Option<TrustedKeys>,
}

impl Keys {
    /// Whose signatures count, read anew each time: another process may have changed the key.
    fn trusted(&self) -> Result<Vec<AuditPublicKey>, Failure> {
        let mut keys = vec![self.signing.public()];
        if let Some(earlier) = &self.earlier {
            keys.extend(earlier.read().map_err(Failure::bug)?);
        }
        Ok(keys)
    }
}

/// What the application keeps for auditing: the keys, and a bound on verifications at a time.
pub(crate) struct AuditDesk {
    keys: OnceLock<Arc<Keys>>,
    verifying: Semaphore,
}

impl Default for AuditDesk {
    fn default() -> Self {
        Self { keys: OnceLock::new(), verifying: Semaphore::new(1) }
    }
}

/// Whether anything is sealed yet; only a process that has the audit key does that.
///
/// # Errors
/// When storage fails.
pub async fn is_sealed(store: &Store) -> Result<bool, Failure> {
    let last = store.read(Scope::Platform, |tx| {
        Box::pin(async move { Ok::<_, Failure>(tx.last_seal(WorkspaceId::PLATFORM).await?) })
    });
    Ok(last.await?.is_some())
}

impl Auditor {
    /// Audits the application's log with this key, which from now on also serves [`App::auditor`].
    #[must_use]
    pub fn new(app: &App, key: AuditKey) -> Self {
        Self::with_pace(app, key, Pace::default())
    }

    /// As [`Auditor::new`], at another pace.
    #[must_use]
    pub fn with_pace(app: &App, key: AuditKey, pace: Pace) -> Self {
        Self::signing(app, Keys { signing: key, earlier: None }, pace)
    }

    /// As [`Auditor::new`]; what earlier keys of this list signed counts too.
    #[must_use]
    pub fn trusting(app: &App, key: AuditKey, earlier: TrustedKeys) -> Self {
        Self::signing(app, Keys { signing: key, earlier: Some(earlier) }, Pace::default())
    }

    fn signing(app: &App, keys: Keys, pace: Pace) -> Self {
        let keys = Arc::new(keys);
        let keys = Arc::clone(app.audit_desk().keys.get_or_init(|| keys));
        Self::of(app, keys, pace)
    }

    fn of(app: &App, keys: Arc<Keys>, pace: Pace) -> Self {
        Self { app: app.clone(), keys, pace, memory: Arc::default() }
    }

    /// A signed checkpoint of where the workspace's chain stands now, to be kept elsewhere. Changes nothing.
    ///
    /// # Errors
    /// `NotFound` when nothing is sealed yet.
    pub async fn export_checkpoint(&self, workspace: WorkspaceId) -> Result<ExportedCheckpoint, Failure> {
        let last = self
            .app
            .store()
            .read(Scope::Workspace(workspace), move |tx| {
                Box::pin(async move { Ok::<_, Failure>(tx.last_seal(workspace).await?) })
            })
            .await?
            .ok_or(Refusal::NotFound)?;
        let checkpoint = self.keys.signing.checkpoint(&stored_seal(last), self.app.mint().now_us());
        let checkpoint = checkpoint.ok_or_else(|| Failure::bug("the last seal is not readable"))?;
        Ok(ExportedCheckpoint { checkpoint, public_key: self.keys.signing.public() })
    }

    /// How many positions lie between the last seals and the ends of the logs, over all workspaces: the lag.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn lag(&self) -> Result<u64, Failure> {
        let waiting = self.waiting().await?;
        let behind = waiting.iter().map(|one| one.head_position.saturating_sub(one.sealed_position));
        Ok(behind.filter_map(|positions| u64::try_from(positions).ok()).sum())
    }
}

impl App {
    /// Verifies and exports; none in a process that was given no audit key.
    #[must_use]
    pub fn auditor(&self) -> Option<Auditor> {
        let keys = self.audit_desk().keys.get()?;
        Some(Auditor::of(self, Arc::clone(keys), Pace::default()))
    }
}

/// An event as the chain covers it.
fn covered(event: &StoredEvent) -> AuditEvent<'_> {
    AuditEvent {
        position: event.position,
        workspace: event.workspace,
        kind: event.kind.name(),
        stream_id: event.stream_id,
        version: event.version,
        event_id: event.event_id,
        type_name: &event.type_name,
        schema_version: event.schema_version,
        recorded_at: event.recorded_at,
        actor: event.actor,
        import: event.import,
        trace: event.trace.as_deref(),
        payload: event.payload.as_bytes(),
    }
}

fn stored_seal(row: Seal) -> StoredSeal {
    StoredSeal {
        workspace: row.workspace,
        from_position: row.from_position,
        to_position: row.to_position,
        count: row.count,
        root_hash: row.root_hash,
        previous_hash: row.previous_hash,
        sealed_at: row.sealed_at,
    }
}
