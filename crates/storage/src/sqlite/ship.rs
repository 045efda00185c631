//! What a continuous backup needs of a SQLite database: which pages every commit of every process changes, and the whole
//! of it now and then. Where the pages go is not known here.

mod files;
mod log;
mod pages;
mod tap;

pub use pages::{Snapshot, hash_of};
pub use tap::{Change, Sink, Tap};
