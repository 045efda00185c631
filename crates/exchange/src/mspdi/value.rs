//! Values of elements as Project writes them: numbers, flags, instants, durations.

use jiff::civil::DateTime;

use super::xml::Pull;
use crate::error::FileError;

pub(super) fn integer(pull: &mut Pull<'_>) -> Result<i64, FileError> {
    let text = pull.leaf()?;
    if text.is_empty() {
        return Ok(0);
    }
    text.parse().map_err(|_| pull.malformed(&format!("\"{}\" is no whole number", short(&text))))
}

pub(super) fn number(pull: &mut Pull<'_>) -> Result<f64, FileError> {
    let text = pull.leaf()?;
    if text.is_empty() {
        return Ok(0.0);
    }
    text.parse::<f64>()
        .ok()
        .filter(|n| n.is_finite() && n.abs() < 1e12)
        .ok_or_else(|| pull.malformed(&format!("\"{}\" is no number", short(&text))))
}

pub(super) fn flag(pull: &mut Pull<'_>) -> Result<bool, FileError> {
    let text = pull.leaf()?;
    Ok(text == "1" || text.eq_ignore_ascii_case("true"))
}

pub(super) fn instant(pull: &mut Pull<'_>) -> Result<Option<DateTime>, FileError> {
    let text = pull.leaf()?;
    if text.is_empty() || text.eq_ignore_ascii_case("NA") {
        return Ok(None);
    }
    let local = text.get(..19).unwrap_or(&text);
    local.parse().map(Some).map_err(|_| pull.malformed(&format!("\"{}\" is no date and time", short(&text))))
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Milliseconds of `PT12H30M0.15S`; Project writes no years, months or days.
fn duration_ms(text: &str) -> Option<i64> {
    let (mut total, mut digits) = (0_i64, String::new());
    for character in text.strip_prefix("PT")?.chars() {
        match character {
            '0'..='9' | '.' => digits.push(character),
            'H' | 'M' => {
                let unit = if character == 'H' { 3_600_000 } else { 60_000 };
                total =
                    total.checked_add(digits.parse::<i64>().ok().filter(|n| *n < 1_000_000_000)?.checked_mul(unit)?)?;
                digits.clear();
            }
            'S' => {
                let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
                let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
                let seconds = whole.parse::<i64>().ok().filter(|n| *n < 1_000_000_000)?;
                total = total.checked_add(seconds * 1000 + fraction.parse::<i64>().ok()?)?;
                digits.clear();
            }
            _ => return None,
        }
    }
    digits.is_empty().then_some(total)
}

pub(super) fn duration(pull: &mut Pull<'_>) -> Result<i64, FileError> {
    let text = pull.leaf()?;
    if text.is_empty() {
        return Ok(0);
    }
    duration_ms(&text).ok_or_else(|| pull.malformed(&format!("\"{}\" is no duration", short(&text))))
}
