//! Numbers as people write them: decimal comma or point, thousands, units behind, hours as `7:30`.

/// Which character separates the decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Decimal {
    #[default]
    Point,
    Comma,
}

const UNITS: [&str; 24] = [
    "h", "hr", "hrs", "hour", "hours", "std", "std.", "stunde", "stunden", "hora", "horas", "heure", "heures", "d",
    "day", "days", "tag", "tage", "pt", "%", "€", "$", "£", "eur",
];

/// Largest number that is taken; beyond it is a mistake in any column here.
const NUMBER_MAX: f64 = 1e12;

pub(crate) fn parse(text: &str, decimal: Decimal) -> Option<f64> {
    let text = text.trim();
    let bare = strip_unit(text);
    if let Some((hours, minutes)) = bare.split_once(':') {
        return clock(hours, minutes);
    }
    let (point, group) = match decimal {
        Decimal::Point => ('.', ','),
        Decimal::Comma => (',', '.'),
    };
    let mut plain = String::with_capacity(bare.len());
    let (mut groups, mut digits_since, mut points) = (0, 0, 0);
    for (index, character) in bare.chars().enumerate() {
        match character {
            '0'..='9' => {
                plain.push(character);
                digits_since += 1;
            }
            '-' | '+' | '\u{2212}' if index == 0 => plain.push(if character == '+' { '+' } else { '-' }),
            c if c == point => {
                points += 1;
                if points > 1 || (groups > 0 && digits_since != 3) {
                    return None;
                }
                plain.push('.');
                digits_since = 0;
            }
            c if c == group || matches!(c, '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}') => {
                if points > 0
                    || digits_since == 0
                    || (groups > 0 && digits_since != 3)
                    || (groups == 0 && digits_since > 3)
                {
                    return None;
                }
                groups += 1;
                digits_since = 0;
            }
            _ => return None,
        }
    }
    if groups > 0 && points == 0 && digits_since != 3 {
        return None;
    }
    plain.parse().ok().filter(|number: &f64| number.abs() <= NUMBER_MAX)
}

fn strip_unit(text: &str) -> &str {
    let start = text.strip_prefix(['€', '$', '£']).map_or(text, str::trim_start);
    let end = start.rfind(|c: char| c.is_ascii_digit()).map_or(start.len(), |at| at + 1);
    let unit = start[end..].trim().to_lowercase();
    if UNITS.contains(&unit.as_str()) { start[..end].trim_end() } else { start }
}

fn clock(hours: &str, minutes: &str) -> Option<f64> {
    let number = |text: &str, digits_max: usize| {
        (!text.is_empty() && text.len() <= digits_max && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse::<u32>().ok())
            .flatten()
    };
    let (hours, minutes) = (number(hours, 4)?, number(minutes, 2)?);
    (minutes < 60).then(|| f64::from(hours) + f64::from(minutes) / 60.0)
}

/// Rounds to an integer, half away from zero; `None` where an integer of 2^53 can't hold it.
pub(crate) fn to_integer(number: f64) -> Option<i64> {
    let rounded = number.round();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to lie within the integers that a float holds exactly"
    )]
    (rounded.is_finite() && rounded.abs() < 9_007_199_254_740_992.0).then_some(rounded as i64)
}

/// Whether a text can only be meant with a decimal comma (`37,5`, `1.234,50`) or only with a point.
pub(crate) fn decimal_hint(text: &str) -> Option<Decimal> {
    let bare = strip_unit(text.trim());
    let (comma, point) = (bare.rfind(','), bare.rfind('.'));
    let behind = |at: usize| bare.len() - at - 1;
    let other = |decimal| parse(bare, decimal).is_some();
    match (comma, point) {
        (Some(c), Some(p)) if c > p && other(Decimal::Comma) => Some(Decimal::Comma),
        (Some(c), Some(p)) if p > c && other(Decimal::Point) => Some(Decimal::Point),
        (Some(c), None) if behind(c) != 3 && other(Decimal::Comma) => Some(Decimal::Comma),
        (None, Some(p)) if behind(p) != 3 && other(Decimal::Point) => Some(Decimal::Point),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_decimal_styles_are_read() {
        for (text, number) in [
            ("37,5", 37.5),
            ("1.234,5", 1234.5),
            ("40", 40.0),
            ("8 h", 8.0),
            ("7:30", 7.5),
            ("50 %", 50.0),
            ("-3", -3.0),
            ("1 234,5", 1234.5),
            ("€ 12,50", 12.5),
        ] {
            assert_eq!(parse(text, Decimal::Comma), Some(number), "{text}");
        }
        for (text, number) in [("37.5", 37.5), ("1,234.5", 1234.5), ("1'234", 1234.0), ("12.50 €", 12.5)] {
            assert_eq!(parse(text, Decimal::Point), Some(number), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "x",
            "1.5.2",
            "37.5",
            "12,34,5",
            "1e9",
            "NaN",
            "inf",
            "--3",
            "3-",
            "1.23",
            "7:75",
            "99999999999999999999",
        ] {
            assert_eq!(parse(text, Decimal::Comma), None, "{text}");
        }
    }

    #[test]
    fn hints_are_given_only_where_there_is_one_reading() {
        assert_eq!(decimal_hint("37,5"), Some(Decimal::Comma));
        assert_eq!(decimal_hint("37.5 h"), Some(Decimal::Point));
        assert_eq!(decimal_hint("1.234,50"), Some(Decimal::Comma));
        assert_eq!(decimal_hint("1.234"), None);
        assert_eq!(decimal_hint("01.02.2026"), None);
    }
}
