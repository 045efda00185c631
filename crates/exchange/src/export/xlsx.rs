//! A table as an Excel workbook with one sheet. Text is always written as text, so that nothing in it is a formula.

use std::io::{Seek, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::ExportError;
use super::table::{Column, ColumnKind, Table, Value, decimal_text, hour_hundredths};

/// Rows of a sheet, the header included. Source: Microsoft, "Excel specifications and limits".
const ROWS_MAX: u32 = 1_048_576;
const TEXT_CHARS_MAX: usize = 32_767;
const NAME_CHARS_MAX: usize = 31;
const DATE_WIDTH: f64 = 12.0;

/// Writes a table, a row in memory at a time (finished rows go to a temporary file).
///
/// # Errors
/// The output fails, a row has a wrong number of values, or the table is larger than a sheet can be.
pub fn write_xlsx<R, W>(table: Table<R>, out: W) -> Result<(), ExportError>
where
    R: IntoIterator<Item = Vec<Value>>,
    W: Write + Seek + Send,
{
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory().map_err(from_xlsx)?;
    sheet.set_name(sheet_name(&table.name)).map_err(from_xlsx)?;
    let formats: Vec<Format> =
        table.columns.iter().map(|column| Format::new().set_num_format(number_format(&column.kind))).collect();
    let bold = Format::new().set_bold();
    for (index, column) in (0_u16..).zip(&table.columns) {
        if matches!(column.kind, ColumnKind::Date | ColumnKind::Instant) {
            sheet.set_column_width(index, DATE_WIDTH).map_err(from_xlsx)?;
        }
        sheet.write_string_with_format(0, index, column.heading(), &bold).map_err(from_xlsx)?;
    }
    for (row, values) in (1_u32..).zip(table.rows) {
        if row >= ROWS_MAX {
            return Err(ExportError::TooLarge("more than 1,048,575 rows"));
        }
        if values.len() != table.columns.len() {
            return Err(ExportError::Shape { row: u64::from(row), cells: values.len(), columns: table.columns.len() });
        }
        for (index, value) in values.iter().enumerate() {
            let column = u16::try_from(index).map_err(|_| ExportError::TooLarge("more than 16,384 columns"))?;
            write_cell(sheet, (row, column), value, &table.columns[index], &formats[index])?;
        }
    }
    workbook.save_to_writer(out).map_err(from_xlsx)
}

fn write_cell(
    sheet: &mut Worksheet,
    (row, index): (u32, u16),
    value: &Value,
    column: &Column,
    format: &Format,
) -> Result<(), ExportError> {
    let written =
        match value {
            Value::Blank => return Ok(()),
            Value::Text(text) if text.chars().count() > TEXT_CHARS_MAX => {
                return Err(ExportError::TooLarge("text of more than 32,767 characters in a cell"));
            }
            Value::Text(text) => sheet.write_string(row, index, text),
            Value::Int(number) => sheet.write_number_with_format(row, index, float(*number, &column.kind), format),
            Value::Date(date) => match date.year().try_into().ok().and_then(|year| {
                ExcelDateTime::from_ymd(year, date.month().unsigned_abs(), date.day().unsigned_abs()).ok()
            }) {
                Some(day) => sheet.write_datetime_with_format(row, index, &day, format),
                None => sheet.write_string(row, index, date.to_string()),
            },
            Value::Instant(instant) => sheet.write_string(row, index, instant.to_string()),
        };
    written.map(|_| ()).map_err(from_xlsx)
}

fn float(number: i64, kind: &ColumnKind) -> f64 {
    let text = match kind {
        ColumnKind::Minutes => decimal_text(hour_hundredths(number), 2),
        ColumnKind::Money { digits, .. } => decimal_text(number, *digits),
        ColumnKind::Percent => decimal_text(number, 4),
        _ => number.to_string(),
    };
    text.parse().unwrap_or(0.0)
}

fn number_format(kind: &ColumnKind) -> String {
    match kind {
        ColumnKind::Text | ColumnKind::Instant => "General".to_owned(),
        ColumnKind::Int => "0".to_owned(),
        ColumnKind::Minutes => "0.00".to_owned(),
        ColumnKind::Money { digits: 0, .. } => "#,##0".to_owned(),
        ColumnKind::Money { digits, .. } => format!("#,##0.{}", "0".repeat(usize::from(*digits))),
        ColumnKind::Percent => "0.00%".to_owned(),
        ColumnKind::Date => "yyyy-mm-dd".to_owned(),
    }
}

/// A name without what Excel forbids in names of sheets.
fn sheet_name(name: &str) -> String {
    let clean: String = name
        .chars()
        .map(|c| if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') { '-' } else { c })
        .take(NAME_CHARS_MAX)
        .collect();
    let clean = clean.trim_matches('\'').trim();
    if clean.is_empty() || clean.eq_ignore_ascii_case("history") { "Sheet1".to_owned() } else { clean.to_owned() }
}

fn from_xlsx(error: XlsxError) -> ExportError {
    match error {
        XlsxError::IoError(error) => ExportError::Io(error),
        other => ExportError::Workbook(other.to_string()),
    }
}
