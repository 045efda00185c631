//! Merged ranges of a sheet.

use quick_xml::events::Event;

use super::cell::{Cell, Row, place_of};
use super::xlsx_package::{Package, attribute};
use crate::error::FileError;
use crate::limits::{COLUMNS_MAX, MERGED_RANGES_MAX};

/// Rows and columns, from 0, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Range {
    top: u64,
    left: usize,
    bottom: u64,
    right: usize,
}

/// The merged ranges stand behind the cells, so that the sheet is gone through once for them alone.
pub(super) fn merged_ranges(package: &mut Package, part: &str) -> Result<Vec<Range>, FileError> {
    let mut ranges = Vec::new();
    let Some(mut xml) = package.part(part)? else {
        return Ok(ranges);
    };
    loop {
        match xml.next()? {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "mergeCell" => {
                let Some(place) = attribute(&tag, "ref") else {
                    continue;
                };
                let (from, to) = place.split_once(':').unwrap_or((&place, &place));
                let ((top, left), (bottom, right)) = (place_of(from)?, place_of(to)?);
                if bottom >= top && right >= left && right < COLUMNS_MAX {
                    ranges.push(Range { top, left, bottom, right });
                }
                if ranges.len() > MERGED_RANGES_MAX {
                    return Err(FileError::new(
                        "too-many-merged",
                        format!("the sheet has more than {MERGED_RANGES_MAX} merged ranges"),
                    ));
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    ranges.sort_unstable();
    Ok(ranges)
}

/// Gives the text or date of a merged range to all of its cells.
#[derive(Default)]
pub(super) struct Merged {
    ranges: Vec<Range>,
    next: usize,
    active: Vec<(Range, Cell)>,
}

impl Merged {
    pub(super) fn new(ranges: Vec<Range>) -> Self {
        Self { ranges, ..Self::default() }
    }

    pub(super) fn fill(&mut self, row: &mut Row) {
        let index = row.number - 1;
        self.active.retain(|(range, _)| range.bottom >= index);
        while let Some(range) = self.ranges.get(self.next).filter(|range| range.top <= index) {
            if range.top == index && self.active.len() < COLUMNS_MAX {
                let value = row.cell(range.left).clone();
                self.active.push((range.clone(), value));
            }
            self.next += 1;
        }
        // A number is not repeated: hours would be counted twice. Ranges of a sound file do not overlap, so the budget is never used up.
        let mut budget = COLUMNS_MAX;
        for (range, value) in self.active.iter().filter(|(_, value)| matches!(value, Cell::Text(_) | Cell::Date(_))) {
            let width = range.right - range.left + 1;
            let Some(rest) = budget.checked_sub(width) else {
                break;
            };
            budget = rest;
            if row.cells.len() <= range.right {
                row.cells.resize(range.right + 1, Cell::Blank);
            }
            for cell in row.cells[range.left..=range.right].iter_mut().filter(|cell| cell.is_blank()) {
                *cell = value.clone();
            }
        }
    }
}
