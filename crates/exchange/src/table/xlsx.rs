//! Rows of one sheet of an XLSX, streamed: one row in memory at a time.
//!
//! The sheet is read with an XML reader of our own limits rather than with a spreadsheet library: see the decision on
//! exchange formats. Merged ranges give their text or date to every cell that they cover.

use std::ops::ControlFlow;

use quick_xml::events::{BytesStart, Event};

use super::cell::{Cell, Row, letter, place_of};
use super::date::date_of_serial;
use super::xlsx_book::Book;
use super::xlsx_merged::{Merged, merged_ranges};
use super::xlsx_package::{Package, Xml, attribute, text_of};
use super::{RowSink, TableInfo};
use crate::error::FileError;
use crate::limits::{CELL_BYTES_MAX, COLUMNS_MAX, ROWS_MAX};
use crate::source::Source;

/// Days between the epochs of the 1904 and the 1900 date systems.
const EPOCH_1904_DAYS: f64 = 1462.0;

pub(crate) fn rows(source: &Source, sheet: Option<&str>, sink: &mut RowSink<'_>) -> Result<TableInfo, FileError> {
    let mut package = Package::open(source)?;
    let book = Book::read(&mut package)?;
    let names: Vec<String> = book.sheets.iter().map(|(name, _)| name.clone()).collect();
    let (name, part) = match sheet {
        None => &book.sheets[0],
        Some(wanted) => {
            book.sheets.iter().find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted.trim())).ok_or_else(|| {
                FileError::new(
                    "no-sheet",
                    format!("the workbook has no sheet \"{wanted}\"; it has {}", names.join(", ")),
                )
            })?
        }
    };
    let merged = merged_ranges(&mut package, part)?;
    let Some(mut xml) = package.part(part)? else {
        return Err(FileError::new(
            "malformed",
            format!("the workbook lists the sheet \"{name}\" but does not hold it"),
        ));
    };
    let mut rows = SheetRows { book: &book, merged: Merged::new(merged), row: Row::default(), count: 0 };
    rows.run(&mut xml, sink)?;
    Ok(TableInfo { sheet: Some(name.clone()), sheets: names, ..TableInfo::default() })
}

struct SheetRows<'a> {
    book: &'a Book,
    merged: Merged,
    row: Row,
    count: u64,
}

impl SheetRows<'_> {
    fn run(&mut self, xml: &mut Xml<'_>, sink: &mut RowSink<'_>) -> Result<(), FileError> {
        let mut has_data = false;
        loop {
            match xml.next()? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "sheetData" => has_data = true,
                    "row" if has_data => self.start_row(&tag)?,
                    "c" if has_data => {
                        let cell = CellTag::read(&tag, self.row.number, self.row.cells.len())?;
                        let value = self.cell_value(xml, &cell)?;
                        self.put(cell.column, value)?;
                    }
                    _ => {}
                },
                Event::Empty(tag) if has_data && tag.local_name().as_ref() == "c" => {
                    let cell = CellTag::read(&tag, self.row.number, self.row.cells.len())?;
                    self.put(cell.column, Cell::Blank)?;
                }
                Event::Empty(tag) if has_data && tag.local_name().as_ref() == "row" => self.start_row(&tag)?,
                Event::End(tag) => match tag.local_name().as_ref() {
                    "row" if has_data => {
                        self.merged.fill(&mut self.row);
                        if !self.row.is_blank() && sink(&mut self.row)? == ControlFlow::Break(()) {
                            return Ok(());
                        }
                    }
                    "sheetData" => return Ok(()),
                    _ => {}
                },
                Event::Eof if has_data => return Ok(()),
                Event::Eof => return Err(FileError::new("malformed", "the sheet holds no cells")),
                _ => {}
            }
        }
    }

    fn start_row(&mut self, tag: &BytesStart<'_>) -> Result<(), FileError> {
        let number = match attribute(tag, "r") {
            Some(text) => {
                text.parse().map_err(|_| FileError::new("malformed", format!("\"{text}\" is no row number")))?
            }
            None => self.row.number + 1,
        };
        self.count += 1;
        if number <= self.row.number || number > ROWS_MAX * 2 {
            return Err(FileError::new(
                "malformed",
                format!("row {number} follows row {} in the sheet", self.row.number),
            ));
        }
        if self.count > ROWS_MAX {
            return Err(FileError::new("too-many-rows", format!("the table has more than {ROWS_MAX} rows")));
        }
        self.row.number = number;
        self.row.cells.clear();
        Ok(())
    }

    fn put(&mut self, column: usize, value: Cell) -> Result<(), FileError> {
        if column < self.row.cells.len() {
            return Err(FileError::new("malformed", format!("the cells of row {} are out of order", self.row.number)));
        }
        self.row.cells.resize(column, Cell::Blank);
        self.row.cells.push(value);
        Ok(())
    }

    fn cell_value(&self, xml: &mut Xml<'_>, cell: &CellTag) -> Result<Cell, FileError> {
        let (mut value, mut inline, mut formula) = (String::new(), String::new(), false);
        let (mut in_value, mut in_text, mut in_phonetic) = (false, false, false);
        loop {
            let event = xml.next()?;
            match &event {
                Event::Start(tag) | Event::Empty(tag) => {
                    let opens = matches!(event, Event::Start(_));
                    match tag.local_name().as_ref() {
                        "v" => in_value = opens,
                        "t" => in_text = opens,
                        "rPh" => in_phonetic = opens,
                        "f" => formula = true,
                        _ => {}
                    }
                }
                Event::End(tag) => match tag.local_name().as_ref() {
                    "v" => in_value = false,
                    "t" => in_text = false,
                    "rPh" => in_phonetic = false,
                    "c" => return self.interpret(cell, &value, &inline, formula),
                    _ => {}
                },
                Event::Eof => {
                    return Err(FileError::new("malformed", "the sheet ends inside of a cell"));
                }
                other if in_value => value.push_str(&text_of(other).unwrap_or_default()),
                other if in_text && !in_phonetic => inline.push_str(&text_of(other).unwrap_or_default()),
                _ => {}
            }
            if value.len() + inline.len() > CELL_BYTES_MAX {
                let place = letter(cell.column);
                return Err(FileError::new(
                    "cell-too-large",
                    format!("cell {place}{} has more than {CELL_BYTES_MAX} bytes", self.row.number),
                ));
            }
        }
    }

    fn interpret(&self, cell: &CellTag, value: &str, inline: &str, formula: bool) -> Result<Cell, FileError> {
        let value = value.trim_matches([' ', '\n', '\r', '\t']);
        let bad = || {
            FileError::new(
                "malformed",
                format!("cell {}{} can't be read: \"{value}\"", letter(cell.column), self.row.number),
            )
        };
        Ok(match cell.kind.as_str() {
            "inlineStr" => Cell::text(inline),
            _ if value.is_empty() && formula => Cell::Formula,
            _ if value.is_empty() => Cell::text(inline),
            "s" => Cell::text(self.book.string(value.parse().map_err(|_| bad())?).ok_or_else(bad)?),
            "str" => Cell::text(value),
            "b" => Cell::text(if value == "1" { "TRUE" } else { "FALSE" }),
            "e" => Cell::Fault(value.to_owned()),
            "d" => super::date::parse(value, None).map_or_else(|_| Cell::text(value), Cell::Date),
            _ => {
                let number = value.parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(bad)?;
                let shift = if self.book.is_1904 { EPOCH_1904_DAYS } else { 0.0 };
                match date_of_serial(number + shift) {
                    Some(date) if self.book.is_date_style(cell.style) => Cell::Date(date),
                    _ => Cell::Number(number),
                }
            }
        })
    }
}

struct CellTag {
    column: usize,
    kind: String,
    style: usize,
}

impl CellTag {
    fn read(tag: &BytesStart<'_>, row: u64, next_column: usize) -> Result<Self, FileError> {
        let column = match attribute(tag, "r") {
            Some(place) => {
                let (found_row, column) = place_of(&place)?;
                if found_row + 1 != row {
                    return Err(FileError::new("malformed", format!("cell {place} stands in row {row}")));
                }
                column
            }
            None => next_column,
        };
        if column >= COLUMNS_MAX {
            return Err(FileError::new("too-many-columns", format!("row {row} has more than {COLUMNS_MAX} columns")));
        }
        let style = attribute(tag, "s").and_then(|style| style.parse().ok()).unwrap_or(0);
        Ok(Self { column, kind: attribute(tag, "t").unwrap_or_default(), style })
    }
}
