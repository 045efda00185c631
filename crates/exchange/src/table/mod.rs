//! Tables: CSV and XLSX, a row per thing or a row per person and project with a column per week.

pub(crate) mod absence;
pub(crate) mod cell;
pub(crate) mod csv_rows;
pub(crate) mod date;
pub(crate) mod encoding;
pub(crate) mod evidence;
pub(crate) mod fields;
pub(crate) mod guess;
pub(crate) mod header;
pub mod inspect;
pub(crate) mod kinds;
pub(crate) mod look;
pub mod mapping;
pub(crate) mod names;
pub mod note;
pub(crate) mod number;
pub(crate) mod pay;
pub(crate) mod records;
pub(crate) mod row;
pub(crate) mod suggest;
pub mod synonyms;
pub(crate) mod weeks;
pub(crate) mod wide;
pub(crate) mod xlsx;
mod xlsx_book;
mod xlsx_merged;
mod xlsx_package;

use std::ops::ControlFlow;

use crate::detect::Format;
use crate::error::FileError;
use crate::source::Source;
use cell::Row;
use mapping::Mapping;

/// What is known about a table before its rows are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct TableInfo {
    /// Sheets of a workbook; empty for CSV.
    pub(crate) sheets: Vec<String>,
    /// The sheet that was read.
    pub(crate) sheet: Option<String>,
    pub(crate) encoding: Option<String>,
    pub(crate) delimiter: Option<char>,
}

pub(crate) type RowSink<'a> = dyn FnMut(&mut Row) -> Result<ControlFlow<()>, FileError> + 'a;

/// Gives each row that has a cell with something in it to `sink`, in order.
pub(crate) fn rows(
    source: &Source,
    format: Format,
    mapping: &Mapping,
    sink: &mut RowSink<'_>,
) -> Result<TableInfo, FileError> {
    match format {
        Format::Csv => csv_rows::rows(source, mapping.encoding.as_deref(), mapping.delimiter, sink),
        Format::Xlsx => xlsx::rows(source, mapping.sheet.as_deref(), sink),
        Format::Mspdi | Format::Ics => {
            Err(FileError::new("no-table", "this format has no rows and columns, so it takes no mapping"))
        }
    }
}
