//! Tables written as CSV and XLSX.

mod csv;
pub mod neutral;
pub mod table;
mod xlsx;

pub use csv::{CsvOptions, write_csv};
pub use table::{Column, ColumnKind, Table, Value};
pub use xlsx::write_xlsx;

/// A table can't be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The output can't be written to.
    #[error("the output can't be written: {0}")]
    Io(#[from] std::io::Error),
    /// A row has another number of cells than the table has columns.
    #[error("row {row} has {cells} cells, the table has {columns} columns")]
    Shape {
        /// Row of data, from 1.
        row: u64,
        /// Its cells.
        cells: usize,
        /// Columns of the table.
        columns: usize,
    },
    /// More rows or longer text than a workbook can hold.
    #[error("a workbook can't hold {0}")]
    TooLarge(&'static str),
    /// The workbook can't be made.
    #[error("the workbook can't be made: {0}")]
    Workbook(String),
}
