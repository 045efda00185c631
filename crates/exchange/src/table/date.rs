//! Dates as people write them.

use jiff::civil::{Date, date};
use jiff::{Span as Period, ToSpan};
use serde::{Deserialize, Serialize};

/// The order of day, month and year in a column. ISO dates are read whatever this says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DateFormat {
    /// `2026-02-01`, `2026/2/1`.
    #[serde(rename = "YYYY-MM-DD", alias = "ymd", alias = "iso")]
    Ymd,
    /// `01.02.2026`, `1/2/26`.
    #[serde(rename = "DD.MM.YYYY", alias = "dmy", alias = "DD/MM/YYYY", alias = "DD-MM-YYYY")]
    Dmy,
    /// `02/01/2026`.
    #[serde(rename = "MM/DD/YYYY", alias = "mdy", alias = "MM-DD-YYYY")]
    Mdy,
}

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoDate {
    /// No reading makes a date of it.
    Unreadable,
    /// Day and month can't be told apart, and the mapping doesn't say.
    Ambiguous,
}

const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "januar", "jänner", "janner", "enero", "ene", "janeiro", "janvier", "janv"],
    &[
        "february",
        "feb",
        "februar",
        "feber",
        "febrero",
        "fevereiro",
        "fev",
        "février",
        "fevrier",
        "févr",
        "fevr",
        "fév",
    ],
    &["march", "mar", "märz", "marz", "mrz", "mär", "marzo", "março", "marco", "mars"],
    &["april", "apr", "abril", "abr", "avril", "avr"],
    &["may", "mai", "mayo", "maio"],
    &["june", "jun", "juni", "junio", "junho", "juin"],
    &["july", "jul", "juli", "julio", "julho", "juillet", "juil"],
    &["august", "aug", "agosto", "ago", "août", "aout"],
    &["september", "sep", "sept", "septiembre", "setembro", "set", "septembre"],
    &["october", "oct", "oktober", "okt", "octubre", "outubro", "out", "octobre"],
    &["november", "nov", "noviembre", "novembro", "novembre"],
    &["december", "dec", "dezember", "dez", "diciembre", "dic", "dezembro", "décembre", "decembre", "déc"],
];

/// A month by its English, German, Spanish, Portuguese or French name, long or short.
pub(crate) fn month_of(word: &str) -> Option<i8> {
    let word = word.trim_end_matches('.').to_lowercase();
    (1..).zip(MONTHS).find(|(_, names)| names.contains(&word.as_str())).map(|(number, _)| number)
}

/// A date in Excel's count of days (1900 system).
///
/// Source: ECMA-376 part 1, 18.17.4.1; the day that Excel wrongly gives to 29 February 1900 is accounted for from March 1900 on.
pub(crate) fn date_of_serial(serial: f64) -> Option<Date> {
    if !(61.0..2_958_466.0).contains(&serial) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked to be below three million")]
    let days = serial.floor() as i64;
    date(1899, 12, 30).checked_add(days.days()).ok()
}

/// Three numbers with a separator, as found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) numbers: [i32; 3],
    pub(crate) year_first: bool,
    pub(crate) separator: char,
}

/// Cuts `01.02.2026`, `2026-02-01`, `1/2/26 00:00` into numbers.
pub(crate) fn parts(text: &str) -> Option<Parts> {
    let day = text.split(['T', ' ']).next().unwrap_or(text);
    let rest = &text[day.len()..];
    if !rest.chars().all(|c| c.is_ascii_digit() || matches!(c, 'T' | 'Z' | ':' | '.' | ' ' | '+' | '-')) {
        return None;
    }
    let separator = day.chars().find(|c| matches!(c, '.' | '/' | '-'))?;
    let mut numbers = [0; 3];
    let mut widths = [0; 3];
    let mut pieces = day.split(separator);
    for (number, width) in numbers.iter_mut().zip(&mut widths) {
        let piece = pieces.next()?;
        if piece.is_empty() || piece.len() > 4 || !piece.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        (*number, *width) = (piece.parse().ok()?, piece.len());
    }
    if pieces.next().is_some() {
        return None;
    }
    let year_first = widths[0] == 4;
    let year_width = if year_first { widths[0] } else { widths[2] };
    (widths[1] <= 2 && (year_first || widths[0] <= 2) && matches!(year_width, 2 | 4)).then_some(Parts {
        numbers,
        year_first,
        separator,
    })
}

/// Reads a date; without a `format` only where there is one way to read it.
pub(crate) fn parse(text: &str, format: Option<DateFormat>) -> Result<Date, NoDate> {
    let Some(Parts { numbers: [a, b, c], year_first, separator }) = parts(text) else {
        return spelled(text).ok_or(NoDate::Unreadable);
    };
    let make = |year: i32, month: i32, day: i32| {
        let year = if year < 100 { year + if year < 70 { 2000 } else { 1900 } } else { year };
        Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    };
    if year_first {
        return make(a, b, c).ok_or(NoDate::Unreadable);
    }
    let found = match format {
        Some(DateFormat::Mdy) => make(c, a, b),
        Some(DateFormat::Dmy) => make(c, b, a),
        Some(DateFormat::Ymd) if c < 100 && a >= 32 => make(a, b, c),
        _ if separator == '.' => make(c, b, a),
        _ => match (make(c, b, a), make(c, a, b)) {
            (Some(day_first), Some(month_first)) if day_first != month_first => {
                return Err(NoDate::Ambiguous);
            }
            (day_first, month_first) => day_first.or(month_first),
        },
    };
    found.ok_or(NoDate::Unreadable)
}

/// `1 Feb 2026`, `Feb 1, 2026`, `1. Februar 2026`, `20260201`.
fn spelled(text: &str) -> Option<Date> {
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Date::strptime("%Y%m%d", text).ok();
    }
    let words: Vec<&str> =
        text.split([' ', ',', '.', '-', '/']).filter(|word| !word.is_empty() && *word != "de").collect();
    let [a, b, c] = words[..] else { return None };
    let (day, month) = match (month_of(a), month_of(b)) {
        (Some(month), None) => (b, month),
        (None, Some(month)) => (a, month),
        _ => return None,
    };
    let day: i8 = day.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()?;
    let year: i16 = c.parse().ok().filter(|year| *year >= 1900)?;
    Date::new(year, month, day).ok()
}

/// Monday of a date's week.
pub(crate) fn monday_of(day: Date) -> Date {
    let back = Period::new().days(i64::from(day.weekday().to_monday_zero_offset()));
    day.checked_sub(back).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_the_given_order_and_iso_always() {
        let day = date(2026, 2, 1);
        for format in [None, Some(DateFormat::Dmy), Some(DateFormat::Mdy), Some(DateFormat::Ymd)] {
            for text in [
                "2026-02-01",
                "2026-02-01T08:00:00",
                "2026/2/1",
                "1 Feb 2026",
                "Feb 1, 2026",
                "1. Februar 2026",
                "1 de fevereiro de 2026",
                "20260201",
            ] {
                assert_eq!(parse(text, format), Ok(day), "{text} {format:?}");
            }
        }
        assert_eq!(parse("01.02.2026", None), Ok(day));
        assert_eq!(parse("1/2/26", Some(DateFormat::Dmy)), Ok(day));
        assert_eq!(parse("2/1/2026 00:00", Some(DateFormat::Mdy)), Ok(day));
        assert_eq!(parse("28/02/2026", None), Ok(date(2026, 2, 28)));
    }

    #[test]
    fn an_ambiguous_date_is_not_guessed() {
        assert_eq!(parse("01/02/2026", None), Err(NoDate::Ambiguous));
        assert_eq!(parse("03/03/2026", None), Ok(date(2026, 3, 3)));
        for text in ["", "31.02.2026", "31/31/2026", "soon", "1.2", "2026", "99999999", "0/0/0", "ä/b/c"] {
            assert_eq!(parse(text, None), Err(NoDate::Unreadable), "{text}");
        }
    }

    #[test]
    fn serials_are_excels() {
        assert_eq!(date_of_serial(46020.0), Some(date(2025, 12, 29)));
        assert_eq!(date_of_serial(61.9), Some(date(1900, 3, 1)));
        assert_eq!(date_of_serial(f64::NAN), None);
        assert_eq!(date_of_serial(1e300), None);
    }
}
