//! From rows to records: goes through a table once under a mapping, gives people, clients and projects before what names them.

use std::ops::ControlFlow;

use super::cell::{Cell, Row};
use super::header::{self, Header};
use super::kinds;
use super::mapping::{Field, Kind, Layout, Mapping};
use super::row::{Columns, RowReader};
use super::synonyms::is_total;
use super::weeks::{SpanColumn, clip};
use super::{absence, pay, rows, wide};
use crate::detect::Format;
use crate::emitter::Emitter;
use crate::error::FileError;
use crate::limits::{SAMPLE_ROWS, SPANS_MAX};
use crate::source::Source;

/// Reads a table under a mapping.
pub(crate) fn read(
    source: &Source,
    format: Format,
    mapping: &Mapping,
    emitter: &mut Emitter<'_>,
) -> Result<(), FileError> {
    mapping.check()?;
    let mut reading = Reading { mapping, waiting: Vec::new(), ready: None, carried: Vec::new() };
    rows(source, format, mapping, &mut |row| reading.take(row, emitter))?;
    reading.finish(emitter)
}

/// The first rows wait until the headers are known.
struct Reading<'a> {
    mapping: &'a Mapping,
    waiting: Vec<Row>,
    ready: Option<Ready>,
    carried: Vec<(usize, Cell)>,
}

struct Ready {
    columns: Columns,
    spans: Vec<SpanColumn>,
}

impl Reading<'_> {
    fn take(&mut self, row: &mut Row, emitter: &mut Emitter<'_>) -> Result<ControlFlow<()>, FileError> {
        if self.ready.is_some() {
            self.data_row(row, emitter)?;
            return Ok(emitter.flow());
        }
        let number = row.number;
        self.waiting.push(std::mem::take(row));
        row.number = number;
        if self.waiting.len() == SAMPLE_ROWS {
            self.start(emitter)?;
        }
        Ok(emitter.flow())
    }

    fn finish(mut self, emitter: &mut Emitter<'_>) -> Result<(), FileError> {
        if self.ready.is_none() {
            self.start(emitter)?;
        }
        if emitter.summary.rows == 0 {
            return Err(FileError::new("no-rows", "the table has headers but no rows below them"));
        }
        Ok(())
    }

    fn start(&mut self, emitter: &mut Emitter<'_>) -> Result<(), FileError> {
        let rows = std::mem::take(&mut self.waiting);
        if rows.is_empty() {
            return Err(FileError::new("empty-file", "the table has no cells with anything in them"));
        }
        let header = header::find(&rows, self.mapping, self.mapping.sheet.as_deref())?;
        let spans = self.spans(&header)?;
        self.ready = Some(Ready { columns: Columns::resolve(self.mapping, &header)?, spans });
        for mut row in rows.into_iter().filter(|row| row.number > header.last_row) {
            if emitter.flow().is_continue() {
                self.data_row(&mut row, emitter)?;
            }
        }
        Ok(())
    }

    fn spans(&self, header: &Header) -> Result<Vec<SpanColumn>, FileError> {
        if self.mapping.layout == Layout::Long {
            return Ok(Vec::new());
        }
        if header.spans.is_empty() {
            return Err(FileError::new(
                "no-weeks",
                "no columns for weeks were found; weeks without a year need one in the title or in the mapping (year)",
            ));
        }
        let spans: Vec<SpanColumn> = header.spans.iter().filter_map(|span| clip(span, self.mapping.period)).collect();
        if spans.is_empty() {
            return Err(FileError::new("no-weeks", "none of the week columns lies in the mapping's period"));
        }
        if spans.len() > SPANS_MAX {
            let message = format!("the table has {} columns for weeks; at most {SPANS_MAX} are read", spans.len());
            return Err(FileError::new("too-many-columns", message));
        }
        Ok(spans)
    }

    fn data_row(&mut self, row: &mut Row, emitter: &mut Emitter<'_>) -> Result<(), FileError> {
        let Some(ready) = &self.ready else {
            return Ok(());
        };
        emitter.summary.rows += 1;
        if is_totals_row(row, &ready.columns) {
            emitter.summary.totals_rows += 1;
            return Ok(());
        }
        carry_down(row, ready, self.mapping, &mut self.carried);
        let mut reader = RowReader::new(row, &ready.columns, self.mapping);
        match (self.mapping.kind, self.mapping.layout) {
            (Kind::Assignments, Layout::Wide) => wide::assignment(&mut reader, &ready.spans, emitter)?,
            (Kind::Assignments, Layout::Long) => kinds::assignment(&mut reader, emitter)?,
            (Kind::People, _) => kinds::person(&mut reader, emitter)?,
            (Kind::Projects, _) => kinds::project(&mut reader, emitter)?,
            (Kind::Compensation, _) => pay::compensation(&mut reader, emitter)?,
            (Kind::TimeOff, _) => absence::time_off(&mut reader, emitter)?,
        }
        for error in std::mem::take(&mut reader.errors) {
            emitter.error(error);
        }
        Ok(())
    }
}

/// A row of sums: its first text says so, or the text where a person or a project should stand.
fn is_totals_row(row: &Row, columns: &Columns) -> bool {
    let says_total = |cell: &Cell| matches!(cell, Cell::Text(text) if is_total(text));
    let has_start = columns.index(Field::From).is_some_and(|index| !row.cell(index).is_blank());
    let first = row.cells.iter().find(|cell| !cell.is_blank());
    let key_says_total = [Field::Person, Field::Project]
        .iter()
        .filter_map(|field| columns.index(*field))
        .any(|index| says_total(row.cell(index)));
    !has_start && (first.is_some_and(says_total) || key_says_total)
}

/// Fills blank cells of the mapping's `carryDown` from above, in rows that say anything else.
fn carry_down(row: &mut Row, ready: &Ready, mapping: &Mapping, carried: &mut Vec<(usize, Cell)>) {
    let indexes: Vec<usize> = mapping.carry_down.iter().filter_map(|field| ready.columns.index(*field)).collect();
    let keys = [Field::Project, Field::ProjectCode, Field::ProjectId, Field::Role];
    let says_more =
        keys.iter().filter_map(|field| ready.columns.index(*field)).any(|index| !row.cell(index).is_blank());
    if indexes.iter().any(|index| !row.cell(*index).is_blank()) {
        *carried = indexes.iter().map(|index| (*index, row.cell(*index).clone())).collect();
    } else if says_more {
        for (index, cell) in carried.iter() {
            if row.cells.len() <= *index {
                row.cells.resize(index + 1, Cell::Blank);
            }
            row.cells[*index] = cell.clone();
        }
    }
}
