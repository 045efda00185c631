//! What all cells of a column have in common, gathered in one pass without keeping them.

use super::cell::{Cell, Row};
use super::date::{DateFormat, parts};
use super::number::{Decimal, decimal_hint};

/// What was seen in one column.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColumnEvidence {
    pub(crate) filled: u64,
    pub(crate) mails: u64,
    pub(crate) commas: u64,
    pub(crate) points: u64,
    pub(crate) percents: u64,
    pub(crate) number_max: f64,
    /// Dates written with numbers, the year last, other than with points.
    slashed: u64,
    dotted: u64,
    iso: u64,
    first_max: i32,
    second_max: i32,
}

/// What the dates of some columns say about the order of day and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateVerdict {
    /// No text dates, or only such as need no format.
    NotNeeded,
    Known(DateFormat),
    /// Every date can be read in both ways.
    Ambiguous,
    /// Some rows are day first, some month first.
    Mixed,
}

pub(crate) fn observe(columns: &mut Vec<ColumnEvidence>, row: &Row) {
    if columns.len() < row.cells.len() {
        columns.resize(row.cells.len(), ColumnEvidence::default());
    }
    for (column, cell) in columns.iter_mut().zip(&row.cells) {
        column.observe(cell);
    }
}

impl ColumnEvidence {
    fn observe(&mut self, cell: &Cell) {
        match cell {
            Cell::Blank => return,
            Cell::Number(number) => self.number_max = self.number_max.max(*number),
            Cell::Text(text) => self.observe_text(text),
            Cell::Date(_) | Cell::Fault(_) | Cell::Formula => {}
        }
        self.filled += 1;
    }

    fn observe_text(&mut self, text: &str) {
        self.mails += u64::from(text.contains('@') && text.contains('.') && !text.contains(' '));
        if let Some(found) = parts(text) {
            match (found.year_first, found.separator) {
                (true, _) => self.iso += 1,
                (false, '.') => self.dotted += 1,
                (false, _) => {
                    self.slashed += 1;
                    self.first_max = self.first_max.max(found.numbers[0]);
                    self.second_max = self.second_max.max(found.numbers[1]);
                }
            }
            return;
        }
        self.percents += u64::from(text.ends_with('%'));
        let decimal = match decimal_hint(text) {
            Some(Decimal::Comma) => {
                self.commas += 1;
                Decimal::Comma
            }
            Some(Decimal::Point) => {
                self.points += 1;
                Decimal::Point
            }
            None => Decimal::Point,
        };
        if let Some(number) = super::number::parse(text, decimal) {
            self.number_max = self.number_max.max(number);
        }
    }
}

/// Decides by looking at all columns with dates together: a sheet is written in one way.
pub(crate) fn date_verdict<'a>(columns: impl Iterator<Item = &'a ColumnEvidence>) -> DateVerdict {
    let mut sum = ColumnEvidence::default();
    for column in columns {
        sum.slashed += column.slashed;
        sum.dotted += column.dotted;
        sum.iso += column.iso;
        sum.first_max = sum.first_max.max(column.first_max);
        sum.second_max = sum.second_max.max(column.second_max);
    }
    match (sum.slashed > 0, sum.first_max > 12, sum.second_max > 12) {
        (true, true, true) => DateVerdict::Mixed,
        (true, true, false) => DateVerdict::Known(DateFormat::Dmy),
        (true, false, true) => DateVerdict::Known(DateFormat::Mdy),
        (true, false, false) => DateVerdict::Ambiguous,
        (false, ..) if sum.dotted > 0 => DateVerdict::Known(DateFormat::Dmy),
        (false, ..) if sum.iso > 0 => DateVerdict::Known(DateFormat::Ymd),
        (false, ..) => DateVerdict::NotNeeded,
    }
}
