//! Verifying: every event against its seal, every seal against the one before and against the checkpoints, in constant
//! memory beside running writers.
//!
//! Checkpoints are read before seals and seals before events, each in a transaction of its own: what is committed
//! meanwhile only makes the later ones longer, so no long transaction holds up the database.

use std::collections::BTreeSet;

use raally_domain::ids::WorkspaceId;
use raally_domain::kind::Kind;
use raally_identity::chain::{Checkpoint, ExportedCheckpoint, StoredSeal, Verifier};
use raally_storage::{Deleted, EventQuery, Partition, Query, Scope, StoredEvent};
use uuid::Uuid;

use super::{AuditReport, Auditor, WorkspaceReport, covered, stored_seal};
use crate::app::App;
use crate::failure::Failure;

/// Seals read at a time.
const SEALS_PAGE: u32 = 16;
/// Events of the unsealed tail read at a time.
const TAIL_PAGE: u32 = 2_000;
/// Events of one seal that are read at most, whatever the stored seal says; no seal has so many.
const SEAL_EVENTS_MAX: i64 = 20_000;
/// Workspaces read at a time.
const WORKSPACES_PAGE: u32 = 1_000;

impl Auditor {
    /// Verifies one workspace's log, or all of them and the platform's. With a checkpoint that was exported earlier also
    /// a cut tail and a wholly rewritten chain of its workspace are found.
    ///
    /// # Errors
    /// `BadRequest` when the checkpoint is of another workspace; `OverLimit` when this process verifies already; when
    /// storage fails. Damage is no error: it is in the report.
    pub async fn verify(
        &self,
        workspace: Option<WorkspaceId>,
        kept: Option<&ExportedCheckpoint>,
    ) -> Result<AuditReport, Failure> {
        let busy = |_| Failure::OverLimit { retry_after_seconds: 5 };
        let _one_at_a_time = self.app.audit_desk().verifying.try_acquire().map_err(busy)?;
        let kept_of = kept.map(|kept| kept.checkpoint.workspace);
        if let (Some(workspace), Some(other)) = (workspace, kept_of)
            && workspace != other
        {
            return Err(Failure::bad_request("other-checkpoint", "the checkpoint is of another workspace"));
        }
        let mut workspaces = match workspace {
            Some(workspace) => BTreeSet::from([workspace]),
            None => self.app.all_partitions().await?,
        };
        workspaces.extend(kept_of);
        let mut reports = Vec::with_capacity(workspaces.len());
        for workspace in workspaces {
            let kept = kept.filter(|kept| kept.checkpoint.workspace == workspace);
            reports.push(self.verify_one(workspace, kept).await?);
        }
        Ok(AuditReport::of(reports))
    }

    async fn verify_one(
        &self,
        workspace: WorkspaceId,
        kept: Option<&ExportedCheckpoint>,
    ) -> Result<WorkspaceReport, Failure> {
        let mut checkpoints = self.app.stored_checkpoints(workspace).await?;
        checkpoints.extend(kept.map(|kept| kept.checkpoint.clone()));
        let mut trusted = self.keys.trusted()?;
        trusted.extend(kept.map(|kept| kept.public_key));
        let mut verifier = Verifier::new(workspace, &trusted, checkpoints);
        // Also what somebody put before the first position.
        let mut read_through = i64::MIN;
        loop {
            let after = verifier.through();
            let seals = self.app.seals_after(workspace, after).await?;
            if seals.is_empty() {
                break;
            }
            for seal in &seals {
                let limit = seal.count.clamp(0, SEAL_EVENTS_MAX) + 1;
                let limit = u32::try_from(limit).unwrap_or(u32::MAX);
                let events = self.app.events_between(workspace, read_through, seal.to_position, limit).await?;
                verifier.run(seal, events.iter().map(covered));
                read_through = read_through.max(seal.to_position);
            }
            if verifier.through() <= after {
                break;
            }
        }
        let mut tail: Option<(i64, i64)> = None;
        loop {
            let events = self.app.events_between(workspace, read_through, i64::MAX, TAIL_PAGE).await?;
            let (Some(first), Some(last)) = (events.first(), events.last()) else { break };
            tail = Some((tail.map_or(first.position, |(from, _)| from), last.position));
            read_through = last.position;
            verifier.tail(events.iter().map(|event| event.position));
        }
        Ok(WorkspaceReport::new(workspace, &verifier.finish(), tail))
    }
}

impl App {
    /// Every workspace, deleted ones too, and the platform. Asked of the logs' heads and of the read table, so that
    /// neither alone can hide one.
    async fn all_partitions(&self) -> Result<BTreeSet<WorkspaceId>, Failure> {
        self.store()
            .read_long(Scope::Platform, |tx| {
                Box::pin(async move {
                    let mut all: BTreeSet<_> = tx.partitions().await?.into_iter().collect();
                    let mut query = Query::new(Kind::Workspace).partition(Partition::All).limit(WORKSPACES_PAGE);
                    query.deleted = Deleted::Include;
                    loop {
                        let page = tx.list(&query).await?;
                        all.extend(page.iter().map(|record| record.workspace));
                        match page.last().filter(|_| page.len() == WORKSPACES_PAGE as usize) {
                            Some(last) => query.after = Some(query.after_record(last)),
                            None => return Ok::<_, Failure>(all),
                        }
                    }
                })
            })
            .await
    }

    async fn stored_checkpoints(&self, workspace: WorkspaceId) -> Result<Vec<Checkpoint>, Failure> {
        self.store()
            .read_long(Scope::Platform, move |tx| {
                Box::pin(async move {
                    let rows = tx.checkpoints(workspace).await?;
                    Ok::<_, Failure>(rows.into_iter().map(checkpoint).collect())
                })
            })
            .await
    }

    async fn seals_after(&self, workspace: WorkspaceId, after: i64) -> Result<Vec<StoredSeal>, Failure> {
        self.store()
            .read_long(Scope::Platform, move |tx| {
                Box::pin(async move {
                    let rows = tx.seals(workspace, after, SEALS_PAGE).await?;
                    Ok::<_, Failure>(rows.into_iter().map(stored_seal).collect())
                })
            })
            .await
    }

    /// Events between two positions. One that can't even be read (a flipped byte can leave text that is none) is found
    /// by halving and ends the answer as an event that no seal fits.
    async fn events_between(
        &self,
        workspace: WorkspaceId,
        after: i64,
        to: i64,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, Failure> {
        match self.readable(workspace, after, to, limit).await {
            Err(Failure::Bug { .. }) => {}
            other => return other,
        }
        // The first `low` positions are readable, those up to `high` are not.
        let (mut low, mut high) = (after, to);
        while i128::from(high) - i128::from(low) > 1 {
            let middle = i64::midpoint(low, high);
            match self.readable(workspace, after, middle, limit).await {
                Ok(_) => low = middle,
                Err(Failure::Bug { .. }) => high = middle,
                Err(failure) => return Err(failure),
            }
        }
        let mut events = self.readable(workspace, after, low, limit).await?;
        events.push(unreadable(workspace, high));
        Ok(events)
    }

    async fn readable(
        &self,
        workspace: WorkspaceId,
        after: i64,
        to: i64,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, Failure> {
        let query = EventQuery { to_position: Some(to), ..EventQuery::after(workspace, after, limit) };
        self.store().read_long(Scope::Platform, move |tx| Box::pin(async move { Ok(tx.events(&query).await?) })).await
    }
}

fn unreadable(workspace: WorkspaceId, position: i64) -> StoredEvent {
    StoredEvent {
        position,
        workspace,
        kind: Kind::Workspace,
        stream_id: Uuid::nil(),
        version: 0,
        event_id: Uuid::nil(),
        type_name: String::new(),
        schema_version: 0,
        recorded_at: 0,
        actor: None,
        import: None,
        trace: None,
        payload: String::new(),
    }
}

fn checkpoint(row: raally_storage::Checkpoint) -> Checkpoint {
    Checkpoint {
        workspace: row.workspace,
        position: row.position,
        hash: row.hash,
        signature: row.signature,
        key_id: row.key_id,
        signed_at: row.signed_at,
    }
}
