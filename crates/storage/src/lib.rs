//! Event log and read tables on SQLite and PostgreSQL behind one interface.
//!
//! # The life of a write
//! A use case calls [`Store::write`] with a [`Scope`] and a work: a closure over [`Tx`] that loads what it decides on, asks
//! the pure domain, appends events ([`Tx::append`]), writes the read rows that follow from them ([`Tx::put`]) and keeps the
//! answer of an idempotent request ([`Tx::remember`]). All that is one transaction.
//!
//! On **SQLite** the work goes into a bounded queue. One thread takes what waits, up to 512 works, begins a transaction, runs
//! one after the other, commits (write-ahead log, `synchronous=FULL`: the commit is on disk), and only then answers them all.
//! When one is refused after it wrote, all are undone and run again, each in a savepoint of its own. Each work sees what
//! those before it in the batch have written; there is one writer, over all processes, by SQLite's own lock. After an I/O
//! error nothing is tried over it: every connection is closed, the file reopened and checked, then writes are accepted again.
//!
//! On **PostgreSQL** a work of a workspace goes into the lane of that workspace. The lane takes what waits, begins a
//! transaction on a pooled connection, locks the workspace's head row against other processes, runs one work after the other
//! and commits once, as the writer of SQLite does; so within a workspace positions become visible in order and time never
//! runs backwards. Statements of which only failure matters travel with the next one. Works of the platform scope run in
//! transactions of their own, again after a deadlock or a serialization failure. The connection runs as a role that neither
//! owns the tables nor bypasses row-level security, and sees the rows of its scope only.
//!
//! # What is absent, and why
//! No hashing, no sealing of text, no upcasting of events, no rules: they live above. No SQL leaves this crate, and no caller
//! can tell the engines apart but by [`Store::engine`]. No prompt, no environment variable: all comes by [`StoreConfig`].

mod command;
pub mod config;
pub mod error;
pub mod event;
pub mod metrics;
pub mod migrate;
mod postgres;
pub mod query;
mod recall;
pub mod record;
mod row;
pub mod scope;
mod select;
mod spans;
mod sqlite;
mod store;
pub mod tables;
#[cfg(feature = "testing")]
pub mod testing;
mod transfer;
pub mod tx;
mod work;

pub use config::{Clock, Location, StoreConfig, system_clock};
pub use error::StoreError;
pub use event::{Append, Appended, Cursor, EventQuery, Expected, Head, Meta, NewEvent, StoredEvent};
pub use futures_util::{FutureExt, future::BoxFuture};
pub use metrics::{Histogram, MetricsSnapshot};
pub use migrate::{Mode, PendingMigration, SchemaState};
pub use query::{After, Deleted, Filter, LIST_LIMIT_MAX, Op, OrderBy, Partition, Query};
pub use record::{Columns, Record, RowView, Value};
pub use scope::Scope;
pub use sqlite::backup::{BackupReport, RestoreReport, restore};
pub use sqlite::ship::{Change, Sink, Snapshot, Tap, hash_of};
pub use store::Store;
pub use transfer::Transferred;
pub use tx::{
    Checkpoint, Credential, FILE_BYTES_MAX, FileInfo, Job, JobProgress, JobState, JoinLink, Lease, LinkUse,
    RefreshState, Remembered, Seal, SigningKey, SubjectKey, Tx, Unsealed,
};
