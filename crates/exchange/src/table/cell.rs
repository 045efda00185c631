//! A cell and a row, whichever format they come from.

use jiff::civil::Date;

use super::date::date_of_serial;
use crate::error::FileError;
use crate::limits::COLUMNS_MAX;

#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) enum Cell {
    #[default]
    Blank,
    /// Trimmed, not empty.
    Text(String),
    Number(f64),
    Date(Date),
    /// `#REF!` and the like.
    Fault(String),
    /// A formula whose result was never stored.
    Formula,
}

impl Cell {
    pub(crate) fn text(text: &str) -> Self {
        let trimmed = trim(text);
        if trimmed.is_empty() { Self::Blank } else { Self::Text(trimmed.to_owned()) }
    }

    pub(crate) fn is_blank(&self) -> bool {
        matches!(self, Self::Blank)
    }

    /// The cell as a person reads it.
    pub(crate) fn display(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Text(text) | Self::Fault(text) => text.clone(),
            Self::Number(number) => format!("{number}"),
            Self::Date(date) => date.to_string(),
            Self::Formula => "(formula without a result)".to_owned(),
        }
    }

    /// A day, if the cell holds a real one or a number that Excel would show as a day between 1982 and 2064.
    pub(crate) fn day(&self) -> Option<Date> {
        match self {
            Self::Date(date) => Some(*date),
            Self::Number(number) if (30_000.0..60_000.0).contains(number) => date_of_serial(*number),
            _ => None,
        }
    }
}

/// Blanks, and what copies from web pages and from Excel leaves behind.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200B}' | '\u{200C}' | '\u{200D}' | '\u{2060}')
    })
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// Row of the sheet, line of the file; from 1.
    pub(crate) number: u64,
    pub(crate) cells: Vec<Cell>,
}

impl Row {
    pub(crate) fn cell(&self, index: usize) -> &Cell {
        self.cells.get(index).unwrap_or(&Cell::Blank)
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_blank)
    }
}

/// `A` for 0, `AA` for 26.
pub(crate) fn letter(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(b'A' + u8::try_from(index % 26).unwrap_or(0));
        if index < 26 {
            break;
        }
        index = index / 26 - 1;
    }
    letters.iter().rev().map(|byte| char::from(*byte)).collect()
}

/// Row and column of `B3`, from 0.
pub(crate) fn place_of(text: &str) -> Result<(u64, usize), FileError> {
    let bad = || {
        FileError::new("malformed", format!("\"{}\" is no place of a cell", text.chars().take(20).collect::<String>()))
    };
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (column, row) = text.split_at(letters);
    if letters == 0 || letters > 5 || row.len() > 9 || !row.bytes().all(|b| b.is_ascii_digit()) {
        return Err(if letters > 5 {
            FileError::new("too-many-columns", format!("a row has more than {COLUMNS_MAX} columns"))
        } else {
            bad()
        });
    }
    let column = column.bytes().fold(0_usize, |sum, byte| sum * 26 + usize::from(byte.to_ascii_uppercase() - b'A') + 1);
    let row = row.parse::<u64>().map_err(|_| bad())?.checked_sub(1).ok_or_else(bad)?;
    Ok((row, column - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_count_as_spreadsheets_do() {
        assert_eq!([0, 25, 26, 56, 701, 702].map(letter), ["A", "Z", "AA", "BE", "ZZ", "AAA"]);
    }

    #[test]
    fn places_are_read_and_bad_ones_refused() {
        assert_eq!(place_of("BE412"), Ok((411, 56)));
        for place in ["", "A", "A0", "1", "Ä1", "A1:B2", "A99999999999"] {
            assert!(place_of(place).is_err(), "{place}");
        }
        assert_eq!(place_of("AAAAAAAAAAAA1").map_err(|error| error.code), Err("too-many-columns"));
    }

    #[test]
    fn invisible_blanks_are_trimmed() {
        assert_eq!(Cell::text("\u{a0} Søren \u{200b}\t"), Cell::Text("Søren".to_owned()));
        assert_eq!(Cell::text(" \u{feff} "), Cell::Blank);
    }
}
