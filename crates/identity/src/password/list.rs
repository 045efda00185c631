//! The lists of passwords and words that everybody's attackers try first. Made by `scripts/passwords.py`.

/// Passwords and words of fewer than 15 characters.
const COMMON: &str = include_str!("../../data/common.gen.txt");
/// Whole passwords of 15 characters and more, from breaches.
const BREACHED: &str = include_str!("../../data/breached.gen.txt");

/// The longest entry of the short list that is looked for inside a password.
pub const WORD_LENGTH_MAX: usize = 14;

/// Whether a lower-case text is a common password or word.
pub fn is_common(text: &str) -> bool {
    holds(entries(COMMON), text)
}

/// Whether a lower-case text is a long password known from breaches.
pub fn is_breached(text: &str) -> bool {
    holds(entries(BREACHED), text)
}

/// Without the lines of the head.
fn entries(file: &'static str) -> &'static str {
    let mut rest = file;
    while rest.starts_with('#') {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    rest
}

/// Halves the sorted lines where they lie: no index, no memory, nothing to do at start.
fn holds(lines: &str, wanted: &str) -> bool {
    let bytes = lines.as_bytes();
    let (mut from, mut to) = (0, bytes.len());
    while from < to {
        let middle = from + (to - from) / 2;
        let start = bytes[from..middle].iter().rposition(|byte| *byte == b'\n').map_or(from, |at| from + at + 1);
        let end = bytes[middle..to].iter().position(|byte| *byte == b'\n').map_or(to, |at| middle + at);
        match bytes[start..end].cmp(wanted.as_bytes()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => from = end + 1,
            std::cmp::Ordering::Greater => to = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_found_and_nothing_else() {
        for file in [COMMON, BREACHED] {
            let lines = entries(file);
            assert!(lines.lines().count() > 5000);
            for line in lines.lines() {
                assert!(holds(lines, line), "{line}");
            }
            for foreign in ["", "\n", "#", "zzzzzzzzzzzzzzzzzzzzzz", "passwor\nd", "\u{10ffff}"] {
                assert!(!holds(lines, foreign), "{foreign:?}");
            }
        }
    }

    #[test]
    fn lists_are_sorted_and_small() {
        for file in [COMMON, BREACHED] {
            let lines: Vec<&str> = entries(file).lines().collect();
            assert!(lines.windows(2).all(|pair| pair[0] < pair[1]));
        }
        assert!(COMMON.len() + BREACHED.len() < 300_000);
        assert!(entries(COMMON).lines().all(|line| line.len() <= WORD_LENGTH_MAX));
        assert!(entries(BREACHED).lines().all(|line| line.len() > WORD_LENGTH_MAX));
    }
}
