//! Import and export of files: what a spreadsheet, a Microsoft Project file or a holiday calendar says, as records;
//! and tables written as CSV and XLSX.
//!
//! It knows no database and no ids of stored objects: keys in the records ([`record::PersonKey`], [`record::ProjectKey`])
//! are what the file says, and the caller resolves them. Every bound is a constant in [`limits`]; a file that breaks one is
//! refused as a whole with a [`FileError`], a row that can't be understood is reported with its row and column as a
//! [`RowError`] and the rows around it are still read.

pub mod codes;
pub mod detect;
mod emitter;
mod error;
pub mod export;
pub mod ics;
pub mod limits;
pub mod mspdi;
pub mod picture;
pub mod read;
pub mod record;
mod source;
pub mod table;

pub use detect::{Format, detect};
pub use emitter::{Item, Summary};
pub use error::{FileError, RowError, Severity};
pub use read::{ReadOptions, Records, read, stream};
pub use record::{Located, Record};
pub use source::Source;
pub use table::inspect::{Preview, inspect};
pub use table::mapping::Mapping;
