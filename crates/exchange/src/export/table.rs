//! A table to be written: columns with a kind, rows that are made as they are written.

use jiff::Timestamp;
use jiff::civil::Date;

/// What the values of a column are, and so how they are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// Whole number.
    Int,
    /// Minutes, shown as hours with two decimals.
    Minutes,
    /// Minor units, shown as amount; the currency stands in the header.
    Money {
        /// ISO 4217.
        currency: String,
        /// Minor units in one unit are 10 to the power of this: 2 for most, 0 for JPY.
        digits: u8,
    },
    /// Basis points, shown as percent.
    Percent,
    /// Calendar date.
    Date,
    /// Instant, UTC.
    Instant,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name for programs.
    pub key: String,
    /// Header for people.
    pub title: String,
    /// What its values are.
    pub kind: ColumnKind,
}

impl Column {
    /// A column.
    #[must_use]
    pub fn new(key: &str, title: &str, kind: ColumnKind) -> Self {
        Self { key: key.to_owned(), title: title.to_owned(), kind }
    }

    /// Header with the unit: `Budget (EUR)`.
    pub(crate) fn heading(&self) -> String {
        match &self.kind {
            ColumnKind::Money { currency, .. } => format!("{} ({currency})", self.title),
            ColumnKind::Minutes => format!("{} (h)", self.title),
            ColumnKind::Percent => format!("{} (%)", self.title),
            _ => self.title.clone(),
        }
    }
}

/// A value; whole numbers mean what the column's kind says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Blank,
    /// Text.
    Text(String),
    /// Number, minutes, minor units, basis points.
    Int(i64),
    /// Calendar date.
    Date(Date),
    /// Instant.
    Instant(Timestamp),
}

/// A table. `rows` is gone through once, a row at a time.
#[derive(Clone, Debug)]
pub struct Table<R> {
    /// Name of the sheet.
    pub name: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, each with as many values as there are columns.
    pub rows: R,
}

/// `value` ÷ 10^`digits` as decimal text, exact.
pub(crate) fn decimal_text(value: i64, digits: u8) -> String {
    if digits == 0 {
        return value.to_string();
    }
    let unit = 10_u64.pow(u32::from(digits.min(18)));
    let whole = value.unsigned_abs();
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}.{:0width$}", whole / unit, whole % unit, width = usize::from(digits.min(18)))
}

/// Minutes as hundredths of an hour, rounded half away from zero.
pub(crate) fn hour_hundredths(minutes: i64) -> i64 {
    let tripled = i128::from(minutes) * 5;
    let rounded = (tripled.abs() + 1) / 3;
    i64::try_from(rounded * tripled.signum()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_exactly() {
        assert_eq!(decimal_text(-5, 2), "-0.05");
        assert_eq!(decimal_text(123_456, 2), "1234.56");
        assert_eq!(decimal_text(i64::MIN, 2), "-92233720368547758.08");
        assert_eq!(decimal_text(7, 0), "7");
        for (minutes, hundredths) in [(450, 750), (1, 2), (2, 3), (-1, -2), (20, 33), (0, 0)] {
            assert_eq!(hour_hundredths(minutes), hundredths, "{minutes}");
        }
    }
}
