//! Seals: a hash over a run of events and over the seal before, with an outline of the run that tells later *which*
//! event is not what it was.

use aws_lc_rs::digest::{Context, SHA256};
use raally_domain::ids::WorkspaceId;

use super::event::{AuditEvent, Digest};

const LABEL: &[u8] = b"raally audit seal v1\0";
const HASH_BYTES: usize = 32;
const PRINT_BYTES: usize = 8;
const MARK_BYTES: usize = 8 + PRINT_BYTES;

/// A seal as it is stored; the fields are the table's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSeal {
    /// The tenant, or the platform partition.
    pub workspace: WorkspaceId,
    /// Position of the first event.
    pub from_position: i64,
    /// Position of the last event.
    pub to_position: i64,
    /// How many events.
    pub count: i64,
    /// The hash (32 bytes), then the outline: per event its position and the first 8 bytes of its digest.
    pub root_hash: Vec<u8>,
    /// The hash of the seal before; empty for a chain's first.
    pub previous_hash: Vec<u8>,
    /// Microseconds since the epoch.
    pub sealed_at: i64,
}

/// Why a run can't be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    /// No events.
    #[error("there is nothing to seal")]
    Empty,
    /// Not in position order after the last seal, or of another workspace.
    #[error("the event at position {position} does not belong at this place of the chain")]
    OutOfOrder {
        /// Of the first such event.
        position: i64,
    },
    /// The last seal is not readable.
    #[error("the last seal is not readable")]
    BadPrevious,
}

/// What a seal keeps of one event to find it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub position: i64,
    pub print: [u8; PRINT_BYTES],
}

impl Mark {
    pub fn of(position: i64, digest: &Digest) -> Self {
        let mut print = [0; PRINT_BYTES];
        print.copy_from_slice(&digest.0[..PRINT_BYTES]);
        Self { position, print }
    }
}

/// Seals the events that follow the last seal of their workspace, in position order; `now` in microseconds.
///
/// # Errors
/// When the run is empty, or not the continuation of the chain.
pub fn seal<'e>(
    previous: Option<&StoredSeal>,
    events: impl IntoIterator<Item = AuditEvent<'e>>,
    now: i64,
) -> Result<StoredSeal, SealFault> {
    let mut workspace = previous.map(|seal| seal.workspace);
    let mut last = previous.map_or(i64::MIN, |seal| seal.to_position);
    let mut run = Vec::new();
    for event in events {
        if event.position <= last || *workspace.get_or_insert(event.workspace) != event.workspace {
            return Err(SealFault::OutOfOrder { position: event.position });
        }
        last = event.position;
        run.push((event.position, event.digest()));
    }
    let (Some(workspace), Some(first)) = (workspace, run.first()) else {
        return Err(SealFault::Empty);
    };
    let mut sealed = StoredSeal {
        workspace,
        from_position: first.0,
        to_position: last,
        count: i64::try_from(run.len()).unwrap_or(i64::MAX),
        root_hash: Vec::new(),
        previous_hash: previous
            .map_or_else(|| Some(Vec::new()), |seal| seal.hash().map(|hash| hash.0.to_vec()))
            .ok_or(SealFault::BadPrevious)?,
        sealed_at: now,
    };
    sealed.root_hash = sealed.hash_over(&run).0.to_vec();
    for (position, digest) in &run {
        sealed.root_hash.extend_from_slice(&position.to_be_bytes());
        sealed.root_hash.extend_from_slice(&Mark::of(*position, digest).print);
    }
    Ok(sealed)
}

impl StoredSeal {
    /// The hash that the next seal and a checkpoint refer to; none when what is stored is too short.
    #[must_use]
    pub fn hash(&self) -> Option<Digest> {
        self.root_hash.get(..HASH_BYTES).and_then(Digest::from_bytes)
    }

    /// What the stored hash should be, were these its events.
    pub(super) fn hash_over(&self, run: &[(i64, Digest)]) -> Digest {
        let mut context = Context::new(&SHA256);
        context.update(LABEL);
        context.update(&(self.previous_hash.len() as u64).to_be_bytes());
        context.update(&self.previous_hash);
        context.update(self.workspace.0.as_bytes());
        for number in [self.from_position, self.to_position, self.count, self.sealed_at] {
            context.update(&number.to_be_bytes());
        }
        for (position, digest) in run {
            context.update(&position.to_be_bytes());
            context.update(&digest.0);
        }
        Digest::of(context)
    }

    /// The marks of the sealed events; none when what is stored is no outline.
    pub(super) fn outline(&self) -> Option<Vec<Mark>> {
        let (marks, rest) = self.root_hash.get(HASH_BYTES..)?.as_chunks::<MARK_BYTES>();
        let mark = |bytes: &[u8; MARK_BYTES]| {
            let (mut position, mut print) = ([0; 8], [0; PRINT_BYTES]);
            position.copy_from_slice(&bytes[..8]);
            print.copy_from_slice(&bytes[8..]);
            Mark { position: i64::from_be_bytes(position), print }
        };
        rest.is_empty().then(|| marks.iter().map(mark).collect())
    }
}
