//! Reports as files, and whose projects a caller may ask about.

use std::io::Cursor;

use raally_domain::ids::ProjectId;
use raally_domain::kind::Kind;
use raally_domain::model::Project;
use raally_domain::report::{Cell, Tabular, Unit};
use raally_exchange::export::{Column, ColumnKind, CsvOptions, ExportError, Table, Value, write_csv, write_xlsx};
use raally_storage::Query;

use crate::app::App;
use crate::caller::Caller;
use crate::codec::from_record;
use crate::failure::Failure;

/// A file that a table is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// UTF-8 with a byte-order mark, so that spreadsheets read it right.
    Csv,
    /// A spreadsheet.
    Xlsx,
}

impl FileKind {
    /// For `Content-Type`.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// The ending of its name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// Digits after the point of a currency's minor unit. Source: ISO 4217, the currencies that differ from 2.
fn digits(currency: &str) -> u8 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// The one currency of a column; none when there are several.
fn currency_of(rows: &[Vec<Cell>], index: usize) -> Option<String> {
    let mut found: Option<String> = None;
    for row in rows {
        if let Some(Cell::Money(money)) = row.get(index) {
            match &found {
                Some(code) if code != money.currency.code() => return None,
                _ => found = Some(money.currency.code().to_owned()),
            }
        }
    }
    found
}

fn value(cell: Cell, kind: &ColumnKind) -> Value {
    match cell {
        Cell::Empty => Value::Blank,
        Cell::Text(text) => Value::Text(text),
        Cell::Int(number) | Cell::Minutes(number) | Cell::BasisPoints(number) => Value::Int(number),
        Cell::Date(date) => Value::Date(date),
        Cell::Money(money) if matches!(kind, ColumnKind::Money { .. }) => Value::Int(money.amount_minor),
        Cell::Money(money) => Value::Text(format!("{} {} (minor units)", money.amount_minor, money.currency.code())),
    }
}

/// A report's table as a file; formulas in its texts are made harmless.
///
/// # Errors
/// When the table is too large for the file's kind.
pub fn write_table<R: Tabular>(report: &R, name: &str, kind: FileKind) -> Result<Vec<u8>, ExportError> {
    write_rows(report.rows().collect(), R::columns(), name, kind)
}

fn write_rows(
    rows: Vec<Vec<Cell>>,
    columns: Vec<raally_domain::report::Column>,
    name: &str,
    kind: FileKind,
) -> Result<Vec<u8>, ExportError> {
    let columns: Vec<Column> = columns
        .into_iter()
        .enumerate()
        .map(|(index, column)| {
            let kind = match column.unit {
                Unit::Text => ColumnKind::Text,
                Unit::Count => ColumnKind::Int,
                Unit::Minutes => ColumnKind::Minutes,
                Unit::Date => ColumnKind::Date,
                Unit::BasisPoints => ColumnKind::Percent,
                Unit::Money => match currency_of(&rows, index) {
                    Some(currency) => ColumnKind::Money { digits: digits(&currency), currency },
                    None => ColumnKind::Text,
                },
            };
            Column::new(column.key, column.title, kind)
        })
        .collect();
    let kinds: Vec<ColumnKind> = columns.iter().map(|column| column.kind.clone()).collect();
    let rows = rows
        .into_iter()
        .map(|row| row.into_iter().zip(&kinds).map(|(cell, kind)| value(cell, kind)).collect::<Vec<_>>());
    let table = Table { name: name.to_owned(), columns, rows };
    let mut file = Cursor::new(Vec::new());
    match kind {
        FileKind::Csv => {
            let options = CsvOptions { byte_order_mark: true, ..CsvOptions::default() };
            write_csv(table, options, &mut file)?;
        }
        FileKind::Xlsx => write_xlsx(table, &mut file)?,
    }
    Ok(file.into_inner())
}

impl App {
    /// The projects that the caller manages.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn own_projects(&self, caller: &Caller) -> Result<Vec<ProjectId>, Failure> {
        let Some(user) = caller.user else { return Ok(Vec::new()) };
        self.store()
            .read(caller.scope(), move |tx| {
                Box::pin(async move {
                    let mut own = Vec::new();
                    for record in tx.list(&Query::new(Kind::Project)).await? {
                        let project = from_record::<Project>(&record)?.state;
                        if project.details.manager_ids.contains(&user) {
                            own.push(ProjectId(record.id));
                        }
                    }
                    Ok(own)
                })
            })
            .await
    }
}
