//! PostgreSQL kept by pgBackRest: backups and restores of an environment, planned, shown and carried out; the throw-away
//! servers on which they are proven; and the cluster of a rehearsal.
//!
//! pgBackRest does the copying, encrypting and playing back. Its own file says where the server and the places are; what
//! is added here is the order of things, the proof by `raally`, the keys and the journal.

mod aside;
mod cluster;
mod drill;
mod keys;
pub mod plan;
mod server;
mod settings;
mod store;
mod work;

pub use cluster::Cluster;
pub use drill::{Verdict, run as drill};
pub use plan::{BackupWanted, Plan, RestoreWanted, Step};
pub use store::{Base, Kind, Repository, Store};
pub use work::{Database, Done};
