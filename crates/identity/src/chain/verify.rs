//! Verifying a chain: run by run in constant memory, up to the first thing that is not what was sealed.
//!
//! What it can't see: events after the last seal, and, without a checkpoint from elsewhere, a chain rewritten as a
//! whole by somebody who also removed the checkpoints. The report says how far the seals and the signatures reach.

use raally_domain::ids::WorkspaceId;
use serde::Serialize;

use super::checkpoint::{AuditPublicKey, Checkpoint};
use super::event::{AuditEvent, Digest};
use super::seal::{Mark, StoredSeal};

/// What was done to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// An event is not what was sealed.
    Changed,
    /// A sealed event is gone, with others after it.
    Removed,
    /// There is an event that was not sealed.
    Inserted,
    /// Events stand at each other's places.
    Reordered,
    /// The end of the log is gone.
    TailCut,
    /// Seals are not the ones that were chained or signed.
    Rewritten,
    /// A checkpoint is not signed by a key that is trusted.
    BadSignature,
}

/// The first thing that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// What was done.
    pub kind: FaultKind,
    /// Position of the event concerned, or the first that may be.
    pub position: i64,
}

/// What verifying found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Nothing is wrong.
    pub ok: bool,
    /// Position of the first event that is wrong.
    pub first_bad_position: Option<i64>,
    /// What was done to it.
    pub kind: Option<FaultKind>,
    /// How many events were compared with their seal and found good.
    pub checked: u64,
    /// Up to here the events are what was sealed; 0 when nothing is.
    pub sealed_through: i64,
    /// Up to here the seals are what was signed; 0 when nothing is.
    pub signed_through: i64,
    /// How many events stand after the last seal.
    pub unsealed_tail: u64,
}

/// Verifies one workspace's chain as its seals and events are read.
#[derive(Debug)]
pub struct Verifier<'k> {
    workspace: WorkspaceId,
    trusted: &'k [AuditPublicKey],
    /// Those not reached yet, the next one last.
    checkpoints: Vec<Checkpoint>,
    last_hash: Option<Digest>,
    /// Position of the last event that was handed in with a seal.
    through: i64,
    /// Position of the last event that is what was sealed.
    good_through: i64,
    fault: Option<Fault>,
    /// The fault is that events are gone, and none has been seen after them.
    open_end: bool,
    checked: u64,
    signed_through: i64,
    tail: u64,
    tail_from: i64,
}

impl<'k> Verifier<'k> {
    /// With the keys to trust, and all checkpoints: the stored ones and any kept elsewhere.
    #[must_use]
    pub fn new(workspace: WorkspaceId, trusted: &'k [AuditPublicKey], mut checkpoints: Vec<Checkpoint>) -> Self {
        checkpoints.sort_by_key(|checkpoint| std::cmp::Reverse(checkpoint.position));
        Self {
            workspace,
            trusted,
            checkpoints,
            last_hash: None,
            through: 0,
            good_through: 0,
            fault: None,
            open_end: false,
            checked: 0,
            signed_through: 0,
            tail: 0,
            tail_from: i64::MAX,
        }
    }

    /// Position of the last event that was handed in with a seal: read on after it.
    #[must_use]
    pub const fn through(&self) -> i64 {
        self.through
    }

    /// The next seal, with **all** events whose positions lie after [`Self::through`] and up to the seal's last, in
    /// position order.
    pub fn run<'e>(&mut self, seal: &StoredSeal, events: impl IntoIterator<Item = AuditEvent<'e>>) {
        let run: Vec<_> = events.into_iter().map(|event| (event.position, event.digest())).collect();
        if self.fault.is_some() {
            self.open_end &= run.is_empty();
            self.through = self.through.max(seal.to_position);
            return;
        }
        let fault = self.chain_fault(seal, &run).or_else(|| run_fault(seal, &run));
        if let Some(fault) = fault {
            self.open_end = fault.kind == FaultKind::Removed && run.iter().all(|event| event.0 < fault.position);
            self.fault = Some(fault);
            self.through = self.through.max(seal.to_position);
            return;
        }
        self.checked += run.len() as u64;
        self.last_hash = seal.hash();
        self.through = seal.to_position;
        self.good_through = seal.to_position;
        self.fault = self.checkpoint_fault(seal);
    }

    /// Events after the last seal; may be called again for further ones.
    pub fn tail(&mut self, positions: impl IntoIterator<Item = i64>) {
        for position in positions {
            self.tail += 1;
            self.tail_from = self.tail_from.min(position);
            self.open_end = false;
        }
    }

    /// What was found.
    #[must_use]
    pub fn finish(mut self) -> Report {
        if self.open_end
            && let Some(fault) = &mut self.fault
        {
            fault.kind = FaultKind::TailCut;
        }
        if self.fault.is_none() {
            self.fault = self.checkpoints.pop().map(|next| self.fault_of_unreached(&next));
        }
        let before_fault = self.fault.map_or(i64::MAX, |fault| fault.position.saturating_sub(1));
        Report {
            ok: self.fault.is_none(),
            first_bad_position: self.fault.map(|fault| fault.position),
            kind: self.fault.map(|fault| fault.kind),
            checked: self.checked,
            sealed_through: self.good_through.min(before_fault),
            signed_through: self.signed_through,
            unsealed_tail: self.tail,
        }
    }

    /// Whether the seal follows the one before.
    fn chain_fault(&self, seal: &StoredSeal, run: &[(i64, Digest)]) -> Option<Fault> {
        let previous = self.last_hash.map_or_else(Vec::new, |hash| hash.0.to_vec());
        let ordered = self.through < seal.from_position && seal.from_position <= seal.to_position;
        if seal.workspace == self.workspace && ordered && seal.previous_hash == previous {
            return None;
        }
        let position = self.through.saturating_add(1);
        let gone = !run.iter().any(|event| event.0 < seal.from_position);
        let kind =
            if ordered && gone && position < seal.from_position { FaultKind::Removed } else { FaultKind::Rewritten };
        Some(Fault { kind, position })
    }

    /// Whether the checkpoints up to this seal's end say what the chain says.
    fn checkpoint_fault(&mut self, seal: &StoredSeal) -> Option<Fault> {
        while let Some(next) = self.checkpoints.pop_if(|next| next.position <= seal.to_position) {
            if next.workspace != self.workspace || !next.is_signed_by_one_of(self.trusted) {
                return Some(Fault { kind: FaultKind::BadSignature, position: next.position });
            }
            if next.position != seal.to_position || next.digest() != self.last_hash {
                let position = self.signed_through.saturating_add(1);
                return Some(Fault { kind: FaultKind::Rewritten, position });
            }
            self.signed_through = next.position;
        }
        None
    }

    /// A checkpoint beyond the last seal: the end is gone, or its seals are.
    fn fault_of_unreached(&self, next: &Checkpoint) -> Fault {
        if next.workspace != self.workspace || !next.is_signed_by_one_of(self.trusted) {
            return Fault { kind: FaultKind::BadSignature, position: next.position };
        }
        let kind = if self.tail_from <= next.position { FaultKind::Rewritten } else { FaultKind::TailCut };
        Fault { kind, position: self.through.saturating_add(1) }
    }
}

/// Whether the events are those that the seal covers, and if not, which is not.
fn run_fault(seal: &StoredSeal, run: &[(i64, Digest)]) -> Option<Fault> {
    let actual: Vec<Mark> = run.iter().map(|(position, digest)| Mark::of(*position, digest)).collect();
    let outline = seal.outline();
    let hash_fits = Some(seal.hash_over(run)) == seal.hash();
    let count_fits = i64::try_from(run.len()) == Ok(seal.count);
    let ends_fit = run.first().map(|event| event.0) == Some(seal.from_position)
        && run.last().map(|event| event.0) == Some(seal.to_position);
    if hash_fits && count_fits && ends_fit && outline.as_ref() == Some(&actual) {
        return None;
    }
    let located = outline.and_then(|outline| first_difference(&outline, &actual));
    Some(located.unwrap_or(Fault { kind: FaultKind::Rewritten, position: seal.from_position }))
}

/// The first place where the sealed and the actual events part, and what was done there.
fn first_difference(sealed: &[Mark], actual: &[Mark]) -> Option<Fault> {
    let same = sealed.iter().zip(actual).take_while(|(one, other)| one == other).count();
    let (sealed, actual) = (&sealed[same..], &actual[same..]);
    let known = |mark: &Mark, among: &[Mark]| among.iter().any(|other| other.print == mark.print);
    let fault = |kind, position| Some(Fault { kind, position });
    match (sealed.first(), actual.first()) {
        (None, None) => None,
        (Some(gone), None) => fault(FaultKind::Removed, gone.position),
        (None, Some(new)) => fault(FaultKind::Inserted, new.position),
        (Some(gone), Some(new)) => {
            let position = gone.position.min(new.position);
            match (known(gone, actual), known(new, sealed)) {
                (true, true) => fault(FaultKind::Reordered, position),
                (true, false) => fault(FaultKind::Inserted, position),
                (false, true) => fault(FaultKind::Removed, position),
                (false, false) if gone.position == new.position => fault(FaultKind::Changed, position),
                (false, false) if gone.position < new.position => fault(FaultKind::Removed, position),
                (false, false) => fault(FaultKind::Inserted, position),
            }
        }
    }
}

/// Verifies a chain whose events are at hand, all of one workspace and in position order.
#[must_use]
pub fn verify_chain<'e>(
    workspace: WorkspaceId,
    trusted: &[AuditPublicKey],
    events: impl IntoIterator<Item = AuditEvent<'e>>,
    seals: &[StoredSeal],
    checkpoints: Vec<Checkpoint>,
) -> Report {
    let mut verifier = Verifier::new(workspace, trusted, checkpoints);
    let mut events = events.into_iter().peekable();
    for seal in seals {
        verifier.run(seal, std::iter::from_fn(|| events.next_if(|event| event.position <= seal.to_position)));
    }
    verifier.tail(events.map(|event| event.position));
    verifier.finish()
}
