//! Names of objects. What comes back from a store is parsed here and never becomes a path of this machine.

use jiff::Timestamp;

/// Objects of one generation begin with its name: the moment it began, and something that no other has.
pub(crate) fn generation(began_at: Timestamp) -> String {
    let tail = uuid::Uuid::now_v7().as_u128() & 0xffff_ffff;
    format!("{}-{tail:08x}", began_at.strftime("%Y%m%dT%H%M%S%6fZ"))
}

/// Whether a name is one of a generation.
pub(crate) fn is_generation(name: &str) -> bool {
    let Some((moment, tail)) = name.split_once('-') else { return false };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let split = moment.strip_suffix('Z').and_then(|moment| moment.split_once('T'));
    split.is_some_and(|(day, time)| day.len() == 8 && digits(day) && time.len() == 12 && digits(time))
        && tail.len() == 8
        && tail.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Written first: the generation has begun.
pub(crate) fn begun(generation: &str) -> String {
    format!("{generation}/begun.json")
}

/// The folder of a base, by the last record before it.
pub(crate) fn base(generation: &str, sequence: u64) -> String {
    format!("{generation}/base-{sequence:012}")
}

/// The sequence of a base's folder.
pub(crate) fn base_sequence(folder: &str) -> Option<u64> {
    number(folder.strip_prefix("base-")?)
}

pub(crate) fn part(base: &str, number: usize) -> String {
    format!("{base}/part-{number:06}")
}

pub(crate) fn keys(base: &str) -> String {
    format!("{base}/keys")
}

pub(crate) fn manifest(base: &str) -> String {
    format!("{base}/manifest.json")
}

pub(crate) fn log(generation: &str) -> String {
    format!("{generation}/log")
}

/// Records from one to another.
pub(crate) fn records(generation: &str, first: u64, last: u64) -> String {
    format!("{generation}/log/{first:012}-{last:012}")
}

/// First and last record of an object of the log.
pub(crate) fn records_of(name: &str) -> Option<(u64, u64)> {
    let (first, last) = name.split_once('-')?;
    let range = (number(first)?, number(last)?);
    (range.0 <= range.1).then_some(range)
}

fn number(text: &str) -> Option<u64> {
    (text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_foreign_ones_are_none() {
        let name = generation("2026-11-28T01:02:03.5Z".parse().expect("a moment"));
        assert!(is_generation(&name), "{name}");
        assert!(name.starts_with("20261128T010203500000Z-"), "{name}");
        for foreign in ["", "..", "../../etc", "20261128T010203500000Z", "20261128T010203500000Z-xyzxyzxy", "a-b"] {
            assert!(!is_generation(foreign), "{foreign}");
        }
        assert_eq!(records_of("000000000003-000000000007"), Some((3, 7)));
        for foreign in ["..", "3-7", "000000000007-000000000003", "000000000003-00000000000x", "-", "/etc/passwd"] {
            assert_eq!(records_of(foreign), None, "{foreign}");
        }
        assert_eq!(base_sequence("base-000000000012"), Some(12));
        assert_eq!(base_sequence("base-../../x"), None);
    }
}
