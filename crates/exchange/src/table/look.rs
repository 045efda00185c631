//! A look at a table: its header, its first rows, and what the cells of each column are like. Reads the whole file once,
//! keeping little of it.

use std::ops::ControlFlow;

use super::cell::Row;
use super::evidence::{ColumnEvidence, observe};
use super::header::{self, Header};
use super::mapping::Mapping;
use super::{TableInfo, rows};
use crate::detect::Format;
use crate::error::FileError;
use crate::limits::SAMPLE_ROWS;
use crate::source::Source;

/// Everything that a suggestion is made from.
pub(crate) struct Look {
    pub(crate) info: TableInfo,
    pub(crate) header: Header,
    /// The first rows below the header.
    pub(crate) data: Vec<Row>,
    pub(crate) evidence: Vec<ColumnEvidence>,
    pub(crate) rows: u64,
}

/// Looks at a table.
pub(super) fn look(source: &Source, format: Format, base: &Mapping) -> Result<Look, FileError> {
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
