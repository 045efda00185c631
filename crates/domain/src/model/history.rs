//! Effective-dated entries: each is in force from its date until the next one's (exclusive).
//! Source: PRODUCT rule 8.

use jiff::civil::Date;

/// Something that is in force from a date on.
pub trait Dated {
    /// The first day on which it holds.
    fn valid_from(&self) -> Date;
}

/// The entry in force on `day`: the one with the greatest `valid_from` ≤ day. Entries are ordered by date.
pub fn in_force<T: Dated>(entries: &[T], day: Date) -> Option<&T> {
    let after = entries.partition_point(|entry| entry.valid_from() <= day);
    entries[..after].last()
}

/// Puts an entry in its place; one with the same date is replaced.
pub fn put_dated<T: Dated>(entries: &mut Vec<T>, entry: T) {
    let at = entries.partition_point(|known| known.valid_from() < entry.valid_from());
    match entries.get_mut(at) {
        Some(known) if known.valid_from() == entry.valid_from() => *known = entry,
        _ => entries.insert(at, entry),
    }
}

/// Takes the entry of this date out; tells whether there was one.
pub fn remove_dated<T: Dated>(entries: &mut Vec<T>, valid_from: Date) -> bool {
    let before = entries.len();
    entries.retain(|entry| entry.valid_from() != valid_from);
    entries.len() != before
}
