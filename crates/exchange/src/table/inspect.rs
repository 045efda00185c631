//! A first look at a table as people see it: headers, sample, and the mapping that it suggests.

use std::collections::BTreeMap;

use serde::Serialize;

use super::cell::{Cell, letter};
use super::look::look;
use super::mapping::{Field, Mapping};
use super::note::Note;
use super::suggest;
use crate::detect::Format;
use crate::error::FileError;
use crate::source::Source;

/// Rows shown in a preview.
const PREVIEW_ROWS: usize = 20;
/// Columns shown in a preview.
const PREVIEW_COLUMNS: usize = 200;

/// What a table looks like and how it would be read.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// Sheets of a workbook, the visible ones first.
    pub sheets: Vec<String>,
    /// The columns.
    pub columns: Vec<PreviewColumn>,
    /// The first rows of data as people read them.
    pub sample: Vec<Vec<String>>,
    /// Rows of data, sums included.
    pub rows: u64,
    /// How it would be read.
    pub mapping: Mapping,
    /// How sure the mapping is, 0 to 100: as sure as its least sure column that is needed; 0 if one is missing.
    pub confidence: u8,
    /// What should be looked at.
    pub notes: Vec<Note>,
}

/// A column of a table.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PreviewColumn {
    /// `A`, `B`, …
    pub letter: String,
    /// Its header.
    pub header: String,
    /// What it is taken for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    /// How sure, 0 to 100.
    pub confidence: u8,
    /// First day of a week (day, month) column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<jiff::civil::Date>,
}

/// Looks at a table and suggests how to read it. What `base` says (kind, sheet, encoding, columns, …) is kept; the rest is found.
///
/// # Errors
/// The file is no table, breaks a bound, or has no header.
pub fn inspect(source: &Source, format: Format, base: &Mapping) -> Result<Preview, FileError> {
    base.check()?;
    let look = look(source, format, base)?;
    let suggestion = suggest::suggest(&look, base);
    let fields: BTreeMap<usize, (Field, u8)> =
        suggestion.columns.iter().map(|(field, (index, sure))| (*index, (*field, *sure))).collect();
    let columns = (0..look.header.names.len().min(PREVIEW_COLUMNS))
        .map(|index| PreviewColumn {
            letter: letter(index),
            header: look.header.names[index].clone(),
            field: fields.get(&index).map(|found| found.0),
            confidence: fields.get(&index).map_or(0, |found| found.1),
            starts_on: look.header.spans.iter().find(|span| span.index == index).map(|span| span.from),
        })
        .collect();
    let sample = look
        .data
        .iter()
        .take(PREVIEW_ROWS)
        .map(|row| row.cells.iter().take(PREVIEW_COLUMNS).map(Cell::display).collect())
        .collect();
    Ok(Preview {
        sheets: look.info.sheets,
        columns,
        sample,
        rows: look.rows,
        mapping: suggestion.mapping,
        confidence: suggestion.confidence,
        notes: suggestion.notes,
    })
}
