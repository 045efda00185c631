//! Text that a spreadsheet program would run as a formula is made harmless.
//!
//! Source: OWASP, "CSV Injection"; ASVS 5.0, 1.2.10.

use std::borrow::Cow;

/// Whether a spreadsheet program may take the text for a formula: it begins with one of `= + - @`, tab or line end, also in
/// full width, after any blanks.
#[must_use]
pub fn is_formula_like(text: &str) -> bool {
    let start = text.trim_start_matches([' ', '\u{a0}', '\u{3000}', '\u{feff}', '\u{200b}']);
    start.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
}

/// The text with an apostrophe in front if it is like a formula.
#[must_use]
pub fn neutral_text(text: &str) -> Cow<'_, str> {
    if is_formula_like(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Takes back what [`neutral_text`] did, so that an exported table reads as it was.
#[must_use]
pub fn plain_text(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_formula_like(rest)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_begin_a_formula_is_made_harmless_and_read_back() {
        for text in ["=1+1", "+1", "-2", "@SUM(A1)", "\tx", "\r=1", "＝1", "＋1", "－1", "＠x", "  =1", "\u{a0}@x"]
        {
            let neutral = neutral_text(text);
            assert!(neutral.starts_with('\'') && !is_formula_like(&neutral), "{text:?}");
            assert_eq!(plain_text(&neutral), text);
        }
        for text in ["", "O'Neill", "a=b", "'quoted'", "1+1"] {
            assert_eq!(neutral_text(text), text);
            assert_eq!(plain_text(text), text);
        }
    }
}
