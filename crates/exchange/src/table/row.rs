//! One row seen through a mapping: fields instead of columns, with an error by row and column for what can't be read.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::cell::{Cell, Row, letter};
use super::date::{self, NoDate};
use super::header::Header;
use super::mapping::{ColumnRef, Field, Mapping};
use super::number::{self, Decimal};
use super::synonyms::plain;
use crate::error::{FileError, RowError};
use crate::export::neutral::plain_text;

/// Column of each field in this file.
pub(crate) struct Columns {
    by_field: BTreeMap<Field, usize>,
    names: Vec<String>,
}

impl Columns {
    pub(crate) fn resolve(mapping: &Mapping, header: &Header) -> Result<Self, FileError> {
        let mut by_field = BTreeMap::new();
        for (field, column) in &mapping.columns {
            let index = match column {
                ColumnRef::Number(number) => number.saturating_sub(1),
                ColumnRef::Header(wanted) => header
                    .names
                    .iter()
                    .position(|name| plain(name) == plain(wanted) && name.is_empty() == wanted.is_empty())
                    .ok_or_else(|| {
                        let known: Vec<&str> =
                            header.names.iter().filter(|name| !name.is_empty()).take(30).map(String::as_str).collect();
                        FileError::new(
                            "missing-column",
                            format!(
                                "the mapping wants a column \"{wanted}\"; the headers in row {} are: {}",
                                header.row,
                                known.join(", ")
                            ),
                        )
                    })?,
            };
            by_field.insert(*field, index);
        }
        Ok(Self { by_field, names: header.names.clone() })
    }

    pub(crate) fn index(&self, field: Field) -> Option<usize> {
        self.by_field.get(&field).copied()
    }

    /// `I "Std./Woche"`.
    pub(crate) fn place(&self, index: usize) -> String {
        match self.names.get(index).filter(|name| !name.is_empty()) {
            Some(name) => format!("{} \"{name}\"", letter(index)),
            None => letter(index),
        }
    }
}

/// A row, its columns, and what was wrong with it so far.
pub(crate) struct RowReader<'a> {
    pub(crate) row: &'a Row,
    pub(crate) columns: &'a Columns,
    pub(crate) mapping: &'a Mapping,
    pub(crate) errors: Vec<RowError>,
}

const SHOWN_CHARS_MAX: usize = 60;

pub(crate) fn shown(text: &str) -> String {
    let mut out: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

impl<'a> RowReader<'a> {
    pub(crate) fn new(row: &'a Row, columns: &'a Columns, mapping: &'a Mapping) -> Self {
        Self { row, columns, mapping, errors: Vec::new() }
    }

    pub(crate) fn place(&self, field: Field) -> Option<String> {
        self.columns.index(field).map(|index| self.columns.place(index))
    }

    pub(crate) fn fail(&mut self, field: Field, code: &'static str, message: String) {
        let place = self.place(field);
        self.errors.push(RowError::error(self.row.number, place, code, message).showing(self.raw_text(field)));
    }

    pub(crate) fn warn(&mut self, field: Field, code: &'static str, message: String) {
        let place = self.place(field);
        self.errors.push(RowError::warning(self.row.number, place, code, message).showing(self.raw_text(field)));
    }

    fn cell(&self, field: Field) -> &'a Cell {
        self.columns.index(field).map_or(&Cell::Blank, |index| self.row.cell(index))
    }

    /// The cell after the mapping's values and defaults; `None` for blank and for what was reported as an error.
    fn value(&mut self, field: Field) -> Option<Cell> {
        let mapping = self.mapping;
        let cell = self.cell(field);
        match cell {
            Cell::Fault(fault) => {
                self.fail(field, "cell-error", format!("the cell shows {fault}"));
                return None;
            }
            Cell::Formula => {
                self.fail(field, "formula-without-result", "the cell holds a formula whose result was never stored; open the file in a spreadsheet program and save it".to_owned());
                return None;
            }
            _ => {}
        }
        if let Some(values) = mapping.values.get(&field) {
            let text = cell.display();
            let mapped = values.get(&text).or_else(|| {
                values.iter().find(|(from, _)| from.trim().to_lowercase() == text.to_lowercase()).map(|(_, to)| to)
            });
            if let Some(to) = mapped {
                return Some(Cell::text(to)).filter(|cell| !cell.is_blank());
            }
        }
        if cell.is_blank() {
            return mapping.defaults.get(&field).map(|text| Cell::text(text)).filter(|cell| !cell.is_blank());
        }
        Some(cell.clone())
    }

    pub(crate) fn text(&mut self, field: Field) -> Option<String> {
        self.value(field).map(|cell| plain_text(&cell.display()).to_owned())
    }

    /// The cell as it stands, before the mapping's values.
    pub(crate) fn raw_text(&self, field: Field) -> String {
        shown(&self.cell(field).display())
    }

    pub(crate) fn decimal(&self) -> Decimal {
        if self.mapping.decimal == Some(',') { Decimal::Comma } else { Decimal::Point }
    }

    pub(crate) fn number(&mut self, field: Field) -> Option<f64> {
        match self.value(field)? {
            Cell::Number(number) => Some(number),
            Cell::Text(text) => {
                let found = number::parse(&text, self.decimal());
                if found.is_none() {
                    self.fail(field, "not-a-number", format!("\"{}\" is no number", shown(&text)));
                }
                found
            }
            other => {
                self.fail(field, "not-a-number", format!("\"{}\" is no number", shown(&other.display())));
                None
            }
        }
    }

    pub(crate) fn date(&mut self, field: Field) -> Option<Date> {
        let cell = self.value(field)?;
        if let Some(day) = cell.day() {
            return Some(day);
        }
        let text = cell.display();
        match date::parse(&text, self.mapping.date_format) {
            Ok(day) => Some(day),
            Err(NoDate::Unreadable) => {
                match number::parse(&text, Decimal::Point).map(Cell::Number).and_then(|cell| cell.day()) {
                    Some(day) => Some(day),
                    None => {
                        self.fail(field, "not-a-date", format!("\"{}\" is no date", shown(&text)));
                        None
                    }
                }
            }
            Err(NoDate::Ambiguous) => {
                self.fail(
                    field,
                    "ambiguous-date",
                    format!(
                        "\"{}\" could be day first or month first; the mapping must say which (dateFormat)",
                        shown(&text)
                    ),
                );
                None
            }
        }
    }

    /// Reports a blank cell of a field that is needed, unless its cell was reported already.
    pub(crate) fn require<T>(&mut self, field: Field, value: Option<T>, what: &str) -> Option<T> {
        if value.is_none()
            && !self.errors.iter().any(|error| {
                Some(&error.column) == Some(&self.place(field)) && error.severity == crate::error::Severity::Error
            })
        {
            self.fail(field, "missing-value", format!("{what} is missing"));
        }
        value
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.errors.iter().any(|error| error.severity == crate::error::Severity::Error)
    }
}
