//! The audit chain: every run of events is sealed by a hash over it and over the seal before, and checkpoints sign
//! where the chain stands. Who changes history must rebuild all later seals, and can't sign what comes out.
//!
//! Pure: the caller reads events and seals, and stores what comes back. Hashes cover the stored bytes, so private
//! fields are covered as ciphertext and erasing a subject changes nothing here.

mod checkpoint;
mod event;
mod seal;
mod trusted;
mod verify;

pub use checkpoint::{AuditKey, AuditPublicKey, Checkpoint, ExportedCheckpoint, NotACheckpoint};
pub use event::{AuditEvent, Digest};
pub use seal::{SealFault, StoredSeal, seal};
pub use trusted::{RotatedKey, TrustedKeys};
pub use verify::{Fault, FaultKind, Report, Verifier, verify_chain};
