//! The sealer's life: a pass when something was committed, checkpoints when they are due, all of it signed at the end.

use std::time::Duration;

use tracing::{info, warn};

use super::Auditor;
use super::pass::{Sealed, Signing};
use crate::failure::Failure;

/// How soon a sealer looks again when another process holds the lease but something waits.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// Longest pause after failures in a row.
const BACK_OFF_MAX: Duration = Duration::from_secs(10);
/// Passes of a last run; what is left then is sealed by the next process.
const LAST_PASSES_MAX: u32 = 1_000;

impl Auditor {
    /// Seals what waits, at most one seal per workspace, and signs what is due, unless another process holds the lease.
    /// `owner` names the process, and must be its own.
    ///
    /// # Errors
    /// When storage fails; the next pass begins anew.
    pub async fn seal_once(&self, owner: &str) -> Result<Sealed, Failure> {
        self.pass(owner, Signing::WhenDue).await
    }

    /// Seals and signs everything, and gives the lease back: before a process ends, and for the command line.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn seal_all(&self, owner: &str) -> Result<Sealed, Failure> {
        let mut all = Sealed::default();
        for _ in 0..LAST_PASSES_MAX {
            let pass = self.pass(owner, Signing::Now).await?;
            all = Sealed {
                events: all.events + pass.events,
                seals: all.seals + pass.seals,
                checkpoints: all.checkpoints + pass.checkpoints,
                ..pass
            };
            if !pass.more {
                break;
            }
        }
        self.give_back().await?;
        Ok(all)
    }

    /// Seals whatever any process commits, within a second, until `shutdown` is ready; then seals and signs the rest.
    /// Failures are logged and tried again.
    pub async fn run(&self, owner: &str, shutdown: impl Future<Output = ()> + Send) {
        let mut changes = self.app.store().changes();
        let mut failures = 0_u32;
        tokio::pin!(shutdown);
        loop {
            changes.mark_unchanged();
            let (pause, wait) = match self.seal_once(owner).await {
                Ok(sealed) => {
                    failures = 0;
                    self.pauses(sealed)
                }
                Err(failure) => {
                    failures += 1;
                    warn!(%failure, failures, "sealing the log failed; it is tried again");
                    (back_off(failures), Some(Duration::ZERO))
                }
            };
            tokio::select! {
                () = &mut shutdown => break,
                () = tokio::time::sleep(pause) => {}
            }
            tokio::select! {
                () = &mut shutdown => break,
                changed = changes.changed() => if changed.is_err() { break },
                () = until(wait) => {}
            }
        }
        match self.seal_all(owner).await {
            Ok(sealed) => info!(events = sealed.events, checkpoints = sealed.checkpoints, "the log is sealed"),
            Err(failure) => warn!(%failure, "the end of the log is not sealed; the next start does it"),
        }
    }

    /// The pause before anything, and how long to wait for a change then; none is for ever.
    fn pauses(&self, sealed: Sealed) -> (Duration, Option<Duration>) {
        if sealed.more {
            (Duration::ZERO, Some(Duration::ZERO))
        } else if sealed.held_by_other {
            (LOOK_AGAIN, Some(Duration::ZERO))
        } else if sealed.unsigned > 0 {
            (self.pace.between_passes, Some(self.pace.sign_after))
        } else {
            (self.pace.between_passes, None)
        }
    }
}

async fn until(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}

fn back_off(failures: u32) -> Duration {
    Duration::from_millis(200).saturating_mul(1 << failures.min(6)).min(BACK_OFF_MAX)
}
