//! Continuous backup of a SQLite installation to a store of objects (a folder, S3), and its restore to a moment.
//!
//! # What lies in the store
//! One process at a time ships; its reign is a **generation**, a folder of its own, so that no two ever write the same
//! name. A generation has **bases** (every page, in parts, with a manifest that is written last) and a **log** of
//! **records**: the pages that commits have changed, who they follow, and what all pages then add up to. A restore takes
//! the newest base before the wanted moment and the records up to it; each part and record has a digest, each record the
//! digest of the one before, and after each the pages must add up. What does not is named, never skipped.
//!
//! # What is sealed
//! With recipients, parts and records are sealed with age to them, and the installation's keys lie sealed beside each
//! base. Without, the pages lie there as they are, and keys are never shipped.
//!
//! # What is absent, and why
//! No SQL and no SQLite: which pages changed is `raally_storage::Tap`'s business. No PostgreSQL, which has tools of its own.

mod base;
mod body;
mod failed;
mod housekeeping;
mod manifest;
mod names;
mod place;
mod progress;
mod record;
mod reign;
mod restore;
mod shipper;

pub use body::{Identities, Recipients};
pub use failed::ShippingError;
pub use place::Place;
pub use progress::{Progress, Seen};
pub use restore::{Keys, Restored, Wanted, restore};
pub use shipper::{Options, Shipper};
