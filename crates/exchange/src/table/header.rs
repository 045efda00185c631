//! Where the headers of a table stand, and which columns are weeks. Titles above them are understood.

use std::collections::BTreeSet;

use super::cell::{Cell, Row};
use super::mapping::{ColumnRef, Mapping};
use super::synonyms::{field_of, plain};
use super::weeks::{SpanColumn, span_columns, year_in};
use crate::error::FileError;

/// The rows above the data.
#[derive(Clone, Debug, Default)]
pub(crate) struct Header {
    /// Row with the names of the columns.
    pub(crate) row: u64,
    /// Last row above the data.
    pub(crate) last_row: u64,
    /// Name of each column; blank where it has none.
    pub(crate) names: Vec<String>,
    /// Columns that stand for days.
    pub(crate) spans: Vec<SpanColumn>,
    /// Texts above the headers, and the sheet's name.
    pub(crate) titles: Vec<String>,
}

impl Header {
    /// Name of a column; rows may be wider than the headers.
    pub(crate) fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }
}

/// Columns that are looked at to find the row of names.
const SCORED_COLUMNS_MAX: usize = 500;
const TITLE_ROWS_MAX: usize = 30;
/// Rows between the names of the columns and the row of the weeks, either way.
const BLOCK_ROWS_MAX: usize = 3;

/// Finds the headers among the first rows.
///
/// # Errors
/// `no-header` if no row looks like one, or the row that the mapping names is not there.
pub(crate) fn find(rows: &[Row], mapping: &Mapping, sheet: Option<&str>) -> Result<Header, FileError> {
    let names_at = names_row(rows, mapping)?;
    let titles: Vec<String> = titles(rows, names_at, sheet);
    let year = mapping.year.or_else(|| titles.iter().find_map(|title| year_in(title)));
    let (weeks_at, spans) = weeks_row(rows, names_at, mapping, year);
    let (first, last) = (names_at.min(weeks_at), names_at.max(weeks_at));
    let width = rows[first..=last].iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let names = (0..width).map(|column| name(rows, names_at, first, last, column)).collect();
    Ok(Header { row: rows[names_at].number, last_row: rows[last].number, names, spans, titles })
}

fn names_row(rows: &[Row], mapping: &Mapping) -> Result<usize, FileError> {
    if let Some(wanted) = mapping.header_row {
        return rows.iter().position(|row| row.number == wanted).ok_or_else(|| {
            FileError::new(
                "no-header",
                format!("row {wanted}, which the mapping names as the headers, is blank or too far down"),
            )
        });
    }
    let wanted: BTreeSet<String> = mapping
        .columns
        .values()
        .filter_map(|column| if let ColumnRef::Header(header) = column { Some(plain(header)) } else { None })
        .collect();
    let score = |row: &Row| -> u32 {
        let texts = || {
            row.cells
                .iter()
                .take(SCORED_COLUMNS_MAX)
                .filter_map(|cell| if let Cell::Text(text) = cell { Some(text) } else { None })
        };
        let given = texts().filter(|text| wanted.contains(&plain(text))).count();
        let fields: BTreeSet<_> = texts()
            .filter(|text| text.len() < 60)
            .filter_map(|text| field_of(text))
            .map(|(field, sure, _)| (field, sure))
            .collect();
        let known: u32 = fields.iter().map(|(_, sure)| u32::from(*sure)).sum();
        u32::try_from(given).unwrap_or(u32::MAX / 2000).saturating_mul(1000) + known
    };
    let best = rows.iter().take(TITLE_ROWS_MAX).enumerate().map(|(at, row)| (score(row), std::cmp::Reverse(at))).max();
    if let Some((found, std::cmp::Reverse(at))) = best
        && found >= 95
    {
        return Ok(at);
    }
    let several = |row: &Row| row.cells.iter().filter(|cell| matches!(cell, Cell::Text(_))).count() >= 2;
    let fallback = rows.iter().take(TITLE_ROWS_MAX).position(several).or(if rows.is_empty() { None } else { Some(0) });
    fallback.ok_or_else(|| FileError::new("no-header", "the table has no rows, so it has no headers either"))
}

fn titles(rows: &[Row], names_at: usize, sheet: Option<&str>) -> Vec<String> {
    let single = |row: &Row| {
        let texts: BTreeSet<String> = row.cells.iter().filter(|cell| !cell.is_blank()).map(Cell::display).collect();
        if texts.len() == 1 { texts.into_iter().next() } else { None }
    };
    rows[..names_at].iter().filter_map(single).chain(sheet.map(str::to_owned)).collect()
}

fn weeks_row(rows: &[Row], names_at: usize, mapping: &Mapping, year: Option<i16>) -> (usize, Vec<SpanColumn>) {
    let from = names_at.saturating_sub(BLOCK_ROWS_MAX);
    let to = (names_at + BLOCK_ROWS_MAX).min(rows.len() - 1);
    (from..=to)
        .map(|at| (at, span_columns(&rows[at], &rows[..at], mapping.date_format, year)))
        .filter(|(at, spans)| !spans.is_empty() && (*at <= names_at || is_under_names(&rows[names_at], &rows[*at])))
        .max_by_key(|(at, spans)| (spans.len(), usize::MAX - at.abs_diff(names_at)))
        .unwrap_or((names_at, Vec::new()))
}

/// A row below the names belongs to the headers only if it has nothing under them.
fn is_under_names(names: &Row, below: &Row) -> bool {
    let named = |index: usize| matches!(names.cell(index), Cell::Text(text) if field_of(text).is_some());
    (0..below.cells.len())
        .all(|index| below.cell(index).is_blank() || !named(index) || below.cell(index) == names.cell(index))
}

fn name(rows: &[Row], names_at: usize, first: usize, last: usize, column: usize) -> String {
    let own = rows[names_at].cell(column);
    let found = if own.is_blank() {
        rows[first..=last].iter().rev().map(|row| row.cell(column)).find(|cell| !cell.is_blank())
    } else {
        Some(own)
    };
    found.map(Cell::display).unwrap_or_default()
}
