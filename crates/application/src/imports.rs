//! Import of files: staffing sheets and Microsoft Project files, as one change that can be repeated, corrected, undone.
//!
//! An import is a stored file, a job, and (once it changes something) a stream of kind `import`. The file is read three
//! times in constant memory: to resolve its keys and find every bad row, to compare it with the workspace, and, when no
//! row is bad and it is no dry run, to take it over in batches between which other writers come through. Each event
//! carries the import's id. A job whose process was killed is claimed again after its lease; what is there already is
//! unchanged, so that it ends as if nothing had happened. What can't be completed is undone.

mod facts;
mod fetched;
mod jobs;
mod known;
mod load;
mod missing;
mod pass;
mod resolve;
mod restore;
mod run;
mod settle;
mod stored;
mod summary;
mod undo;
mod views;
mod words;
mod work;

pub use jobs::IMPORT_JOB;
pub(crate) use load::each_living;
pub use raally_exchange::Mapping;
pub use stored::FileWriter;
pub use summary::{Counts, Findings, Missing, Part, RowFault, Summary, Touched, UndoReport};
pub use views::{ImportReport, ImportState, Look, Progress};
pub use work::LEASE_US;

use raally_exchange::Source;

/// What to import, and how.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// The file's name; a later import of the same name is a correction of this one.
    pub name: String,
    /// The file.
    pub source: Source,
    /// How to read a table; absent: as it is suggested, if the suggestion is sure enough.
    pub mapping: Option<Mapping>,
    /// Only find out what would change.
    pub dry_run: bool,
    /// Remove what an earlier import of this file made and the file no longer has.
    pub prune: bool,
}

/// How to apply a file that was uploaded.
#[derive(Clone, Debug, Default)]
pub struct ApplyRequest {
    /// As in [`ImportRequest`].
    pub mapping: Option<Mapping>,
    /// As in [`ImportRequest`].
    pub dry_run: bool,
    /// As in [`ImportRequest`].
    pub prune: bool,
}
