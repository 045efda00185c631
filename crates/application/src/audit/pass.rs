//! One pass of the sealer: who waits, may we, read and hash, write.

use futures_util::future::BoxFuture;
use raally_domain::ids::WorkspaceId;
use raally_identity::chain::{self, Checkpoint, StoredSeal};
use raally_storage::{EventQuery, Lease, Scope, Seal, Tx, Unsealed};
use rustc_hash::FxHashMap;
use tracing::{Instrument, Span, error, trace_span};

use super::{Auditor, covered, stored_seal};
use crate::failure::Failure;
use crate::traces::Traces;

/// The lease of whoever seals.
const LEASE: &str = "audit-seal";
/// How long it is held: so long nothing is sealed after a process died while it was sealing.
const LEASE_US: i64 = 3_000_000;
/// Workspaces that one pass looks at.
const WORKSPACES_MAX: u32 = 1_000;
/// After this time without work a process that never sealed looks for seals that somebody left unsigned.
const LOOK_FOR_UNSIGNED_US: i64 = 300_000_000;

/// What a pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Something was to be done, but another process holds the lease.
    pub held_by_other: bool,
    /// Events that are sealed now.
    pub events: u64,
    /// Seals written.
    pub seals: u64,
    /// Checkpoints written.
    pub checkpoints: u64,
    /// There is more to seal at once.
    pub more: bool,
    /// Sealed workspaces whose end is not signed yet.
    pub unsigned: u64,
}

/// When checkpoints are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signing {
    /// As the pace says.
    WhenDue,
    /// All at once.
    Now,
}

/// Seals of a workspace that no checkpoint covers.
#[derive(Clone, Copy, Debug)]
struct Unsigned {
    events: u64,
    since: i64,
}

/// What the sealer knows between passes. Nothing that must be right: it is read anew with each change of the lease.
#[derive(Default)]
pub(super) struct Memory {
    lease: Option<Lease>,
    unsigned: FxHashMap<WorkspaceId, Unsigned>,
    looked_at: Option<i64>,
}

impl Memory {
    fn note(&mut self, seal: &StoredSeal) {
        let known = self.unsigned.entry(seal.workspace).or_insert(Unsigned { events: 0, since: seal.sealed_at });
        known.events += u64::try_from(seal.count).unwrap_or(0);
    }
}

impl Auditor {
    /// Workspaces whose log goes on after their last seal.
    pub(super) async fn waiting(&self) -> Result<Vec<Unsealed>, Failure> {
        self.app
            .store()
            .read(Scope::Platform, |tx| Box::pin(async move { Ok(tx.unsealed(WORKSPACES_MAX).await?) }))
            .await
    }

    pub(super) fn pass<'a>(&'a self, owner: &'a str, signing: Signing) -> BoxFuture<'a, Result<Sealed, Failure>> {
        // Boxed here, so that it is compiled once and not again into each future that waits for it.
        Box::pin(async move {
            let mut memory = self.memory.lock().await;
            let outcome = self.pass_with(&mut memory, owner, signing).await;
            if outcome.is_err() {
                // What is remembered may be wrong: the next pass asks for the lease and reads anew.
                memory.lease = None;
            }
            outcome
        })
    }

    async fn pass_with(&self, memory: &mut Memory, owner: &str, signing: Signing) -> Result<Sealed, Failure> {
        let now = self.app.mint().now_us();
        let waiting = self.waiting().await?;
        let looked = memory.looked_at.is_some_and(|at| now - at < LOOK_FOR_UNSIGNED_US) || memory.lease.is_some();
        if waiting.is_empty() && looked && !self.any_due(memory, signing, now) {
            return Ok(Sealed { unsigned: memory.unsigned.len() as u64, ..Sealed::default() });
        }
        memory.looked_at = Some(now);
        let Some(lease) = self.hold_lease(memory, owner, now).await? else {
            memory.unsigned.clear();
            return Ok(Sealed { held_by_other: !waiting.is_empty(), ..Sealed::default() });
        };
        let (seals, traces) = self.next_seals(&waiting, now).await?;
        for seal in &seals {
            memory.note(seal);
        }
        let checkpoints = self.due_checkpoints(memory, &seals, signing, now).await?;
        if !seals.is_empty() || !checkpoints.is_empty() {
            self.write(lease, &seals, &checkpoints).instrument(span(now, &seals, &traces)).await?;
        }
        for checkpoint in &checkpoints {
            memory.unsigned.remove(&checkpoint.workspace);
        }
        let ends: FxHashMap<_, _> = waiting.iter().map(|one| (one.workspace, one.head_position)).collect();
        Ok(Sealed {
            held_by_other: false,
            events: seals.iter().map(|seal| u64::try_from(seal.count).unwrap_or(0)).sum(),
            seals: seals.len() as u64,
            checkpoints: checkpoints.len() as u64,
            more: seals.iter().any(|seal| ends.get(&seal.workspace).is_some_and(|end| seal.to_position < *end)),
            unsigned: memory.unsigned.len() as u64,
        })
    }

    /// The lease, renewed when half of it is over; none when another process has it.
    async fn hold_lease(&self, memory: &mut Memory, owner: &str, now: i64) -> Result<Option<Lease>, Failure> {
        let held = memory.lease.take().filter(|lease| lease.owner == owner);
        if let Some(lease) = held.clone().filter(|lease| lease.until - now > LEASE_US / 2) {
            memory.lease = Some(lease.clone());
            return Ok(Some(lease));
        }
        let name = owner.to_owned();
        let lease = self
            .app
            .store()
            .write(Scope::Platform, move |tx| {
                let name = name.clone();
                Box::pin(async move { Ok::<_, Failure>(tx.acquire_lease(LEASE, &name, now, LEASE_US).await?) })
            })
            .await?;
        let Some(lease) = lease else { return Ok(None) };
        if held.is_none_or(|held| held.token != lease.token) {
            memory.unsigned = self.find_unsigned().await?;
        }
        memory.lease = Some(lease.clone());
        Ok(Some(lease))
    }

    /// Gives the lease back.
    pub(super) async fn give_back(&self) -> Result<(), Failure> {
        let mut memory = self.memory.lock().await;
        let Some(lease) = memory.lease.take() else { return Ok(()) };
        self.app
            .store()
            .write(Scope::Platform, move |tx| {
                let lease = lease.clone();
                Box::pin(async move { Ok(tx.release_lease(&lease).await?) })
            })
            .await
    }

    /// Workspaces with seals that no checkpoint covers: left by a process that died between the two.
    async fn find_unsigned(&self) -> Result<FxHashMap<WorkspaceId, Unsigned>, Failure> {
        self.app
            .store()
            .read_long(Scope::Platform, |tx| {
                Box::pin(async move {
                    let mut unsigned = FxHashMap::default();
                    for workspace in tx.partitions().await? {
                        let Some(seal) = tx.last_seal(workspace).await? else { continue };
                        let signed = tx.checkpoints(workspace).await?.last().map_or(0, |last| last.position);
                        if signed < seal.to_position {
                            let events = u64::try_from(seal.count).unwrap_or(0);
                            unsigned.insert(workspace, Unsigned { events, since: seal.sealed_at });
                        }
                    }
                    Ok::<_, Failure>(unsigned)
                })
            })
            .await
    }

    /// The next seal of each workspace that waits; hashed on a thread for blocking work. A workspace whose log can't be
    /// sealed is logged and left out, so that it holds up no other.
    async fn next_seals(&self, waiting: &[Unsealed], now: i64) -> Result<(Vec<StoredSeal>, Traces), Failure> {
        let (workspaces, limit) = (waiting.to_vec(), self.pace.seal_events_max);
        if workspaces.is_empty() {
            return Ok(Default::default());
        }
        self.app
            .store()
            .read_long(Scope::Platform, move |tx| {
                Box::pin(async move {
                    let (mut seals, mut traces) = (Vec::new(), Traces::default());
                    for Unsealed { workspace, .. } in workspaces {
                        match next_seal(tx, workspace, limit, now, &mut traces).await {
                            Ok(seal) => seals.extend(seal),
                            Err(failure) if failure.retryable() => return Err(failure),
                            Err(failure) => error!(%workspace, %failure, "this log can't be sealed; verify it"),
                        }
                    }
                    Ok::<_, Failure>((seals, traces))
                })
            })
            .await
    }

    fn is_due(&self, unsigned: Unsigned, signing: Signing, now: i64) -> bool {
        let sign_after = i64::try_from(self.pace.sign_after.as_micros()).unwrap_or(i64::MAX);
        signing == Signing::Now
            || unsigned.events >= self.pace.sign_after_events
            || now.saturating_sub(unsigned.since) >= sign_after
    }

    fn any_due(&self, memory: &Memory, signing: Signing, now: i64) -> bool {
        memory.unsigned.values().any(|unsigned| self.is_due(*unsigned, signing, now))
    }

    async fn due_checkpoints(
        &self,
        memory: &Memory,
        seals: &[StoredSeal],
        signing: Signing,
        now: i64,
    ) -> Result<Vec<Checkpoint>, Failure> {
        let mut checkpoints = Vec::new();
        for (workspace, unsigned) in &memory.unsigned {
            if !self.is_due(*unsigned, signing, now) {
                continue;
            }
            let last = match seals.iter().find(|seal| seal.workspace == *workspace) {
                Some(seal) => Some(seal.clone()),
                None => self.last_seal(*workspace).await?,
            };
            checkpoints.extend(last.and_then(|last| self.keys.signing.checkpoint(&last, now)));
        }
        Ok(checkpoints)
    }

    async fn last_seal(&self, workspace: WorkspaceId) -> Result<Option<StoredSeal>, Failure> {
        self.app
            .store()
            .read(Scope::Platform, move |tx| {
                Box::pin(async move { Ok(tx.last_seal(workspace).await?.map(stored_seal)) })
            })
            .await
    }

    async fn write(&self, lease: Lease, seals: &[StoredSeal], checkpoints: &[Checkpoint]) -> Result<(), Failure> {
        let seals: Vec<Seal> = seals.iter().cloned().map(seal_row).collect();
        let checkpoints: Vec<_> = checkpoints.iter().cloned().map(checkpoint_row).collect();
        self.app
            .store()
            .write(Scope::Platform, move |tx| {
                let (lease, seals, checkpoints) = (lease.clone(), seals.clone(), checkpoints.clone());
                Box::pin(async move {
                    if !tx.holds_lease(&lease).await? {
                        let detail = "another process took the lease of the sealer".to_owned();
                        return Err(Failure::Unavailable { detail });
                    }
                    for seal in &seals {
                        tx.add_seal(seal).await?;
                    }
                    for checkpoint in &checkpoints {
                        tx.add_checkpoint(checkpoint).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

async fn next_seal(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    limit: u32,
    now: i64,
    traces: &mut Traces,
) -> Result<Option<StoredSeal>, Failure> {
    let last = tx.last_seal(workspace).await?.map(stored_seal);
    let after = last.as_ref().map_or(0, |last| last.to_position);
    let events = tx.events(&EventQuery::after(workspace, after, limit)).await?;
    if events.is_empty() {
        return Ok(None);
    }
    traces.add(events.iter().filter_map(|event| event.trace.as_deref()));
    chain::seal(last.as_ref(), events.iter().map(covered), now).map(Some).map_err(Failure::bug)
}

/// In the trace: what was sealed, with links to the requests that it came from; none when none of them is recorded.
fn span(started: i64, seals: &[StoredSeal], traces: &Traces) -> Span {
    if traces.is_empty() {
        return Span::none();
    }
    trace_span!(
        target: "raally::trace::root",
        "seal",
        otel.kind = "consumer",
        started_us = started,
        links = traces.as_str(),
        raally.seals = seals.len() as u64,
        raally.events = seals.iter().map(|seal| seal.count).sum::<i64>(),
    )
}

fn seal_row(seal: StoredSeal) -> Seal {
    Seal {
        workspace: seal.workspace,
        from_position: seal.from_position,
        to_position: seal.to_position,
        count: seal.count,
        root_hash: seal.root_hash,
        previous_hash: seal.previous_hash,
        sealed_at: seal.sealed_at,
    }
}

fn checkpoint_row(checkpoint: Checkpoint) -> raally_storage::Checkpoint {
    raally_storage::Checkpoint {
        workspace: checkpoint.workspace,
        position: checkpoint.position,
        hash: checkpoint.hash,
        signature: checkpoint.signature,
        key_id: checkpoint.key_id,
        signed_at: checkpoint.signed_at,
    }
}
