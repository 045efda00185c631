//! A first look at a table: headers, sample, and the mapping that it suggests. Reads the whole file once, keeping little of it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::Serialize;

use super::cell::{Cell, Row, letter};
use super::evidence::{ColumnEvidence, observe};
use super::header::{self, Header};
use super::mapping::{Field, Mapping};
use super::note::Note;
use super::{TableInfo, rows, suggest};
use crate::detect::Format;
use crate::error::FileError;
use crate::limits::SAMPLE_ROWS;
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

/// Everything that a suggestion is made from.
pub(crate) struct Look {
    pub(crate) info: TableInfo,
    pub(crate) header: Header,
    /// The first rows below the header.
    pub(crate) data: Vec<Row>,
    pub(crate) evidence: Vec<ColumnEvidence>,
    pub(crate) rows: u64,
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

fn look(source: &Source, format: Format, base: &Mapping) -> Result<Look, FileError> {
    let (mut sample, mut evidence, mut rest): (Vec<Row>, Vec<ColumnEvidence>, u64) = (Vec::new(), Vec::new(), 0);
    let info = rows(source, format, base, &mut |row| {
        if sample.len() < SAMPLE_ROWS {
            sample.push(std::mem::take(row));
            row.number = sample[sample.len() - 1].number;
        } else {
            observe(&mut evidence, row);
            rest += 1;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if sample.is_empty() {
        return Err(FileError::new("empty-file", "the table has no cells with anything in them"));
    }
    let header = header::find(&sample, base, info.sheet.as_deref())?;
    let data: Vec<Row> = sample.into_iter().filter(|row| row.number > header.last_row).collect();
    for row in &data {
        observe(&mut evidence, row);
    }
    if data.is_empty() {
        return Err(FileError::new("no-rows", "the table has headers but no rows below them"));
    }
    Ok(Look { rows: data.len() as u64 + rest, info, header, data, evidence })
}
