//! A cell and a row, whichever format they come from.

use jiff::civil::Date;

use super::date::date_of_serial;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_count_as_spreadsheets_do() {
        assert_eq!([0, 25, 26, 56, 701, 702].map(letter), ["A", "Z", "AA", "BE", "ZZ", "AAA"]);
    }

    #[test]
    fn invisible_blanks_are_trimmed() {
        assert_eq!(Cell::text("\u{a0} Søren \u{200b}\t"), Cell::Text("Søren".to_owned()));
        assert_eq!(Cell::text(" \u{feff} "), Cell::Blank);
    }
}
