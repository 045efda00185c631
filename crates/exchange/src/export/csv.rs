//! A table as CSV: RFC 4180, UTF-8, decimals with a point, formulas made harmless.

use std::io::Write;

use super::ExportError;
use super::neutral::neutral_text;
use super::table::{Column, ColumnKind, Table, Value, decimal_text, hour_hundredths};

/// How to write CSV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsvOptions {
    /// Begin with a byte-order mark, by which Excel knows UTF-8.
    pub byte_order_mark: bool,
    /// `,` by default.
    pub delimiter: u8,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { byte_order_mark: false, delimiter: b',' }
    }
}

/// Writes a table row by row, in constant memory.
///
/// # Errors
/// The output fails, or a row has a wrong number of values.
pub fn write_csv<R: IntoIterator<Item = Vec<Value>>>(
    table: Table<R>,
    options: CsvOptions,
    mut out: impl Write,
) -> Result<(), ExportError> {
    if options.byte_order_mark {
        out.write_all("\u{feff}".as_bytes())?;
    }
    let mut writer =
        ::csv::WriterBuilder::new().delimiter(options.delimiter).terminator(::csv::Terminator::CRLF).from_writer(out);
    writer
        .write_record(table.columns.iter().map(|column| neutral_text(&column.heading()).into_owned()))
        .map_err(from_csv)?;
    for (row, values) in (1..).zip(table.rows) {
        if values.len() != table.columns.len() {
            return Err(ExportError::Shape { row, cells: values.len(), columns: table.columns.len() });
        }
        for (value, column) in values.iter().zip(&table.columns) {
            writer.write_field(text(value, column)).map_err(from_csv)?;
        }
        writer.write_record(None::<&[u8]>).map_err(from_csv)?;
    }
    writer.flush()?;
    Ok(())
}

fn text(value: &Value, column: &Column) -> String {
    match value {
        Value::Blank => String::new(),
        Value::Text(text) => neutral_text(text).into_owned(),
        Value::Date(date) => date.to_string(),
        Value::Instant(instant) => instant.to_string(),
        Value::Int(number) => match &column.kind {
            ColumnKind::Minutes => decimal_text(hour_hundredths(*number), 2),
            ColumnKind::Money { digits, .. } => decimal_text(*number, *digits),
            ColumnKind::Percent => decimal_text(*number, 2),
            _ => number.to_string(),
        },
    }
}

fn from_csv(error: ::csv::Error) -> ExportError {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => ExportError::Io(error),
        other => ExportError::Io(std::io::Error::other(format!("{other:?}"))),
    }
}
