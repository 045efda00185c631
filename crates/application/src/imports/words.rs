//! Words of files that mean something fixed here.

use raally_domain::model::TimeOffKind;

/// Beginnings of words, lower case, and what they mean; the first that fits.
const TIME_OFF: [(&str, TimeOffKind); 36] = [
    ("unpaid", TimeOffKind::UnpaidLeave),
    ("unbezahl", TimeOffKind::UnpaidLeave),
    ("sin sueldo", TimeOffKind::UnpaidLeave),
    ("sans solde", TimeOffKind::UnpaidLeave),
    ("sabbatical", TimeOffKind::UnpaidLeave),
    ("parental", TimeOffKind::ParentalLeave),
    ("maternity", TimeOffKind::ParentalLeave),
    ("paternity", TimeOffKind::ParentalLeave),
    ("eltern", TimeOffKind::ParentalLeave),
    ("mutterschutz", TimeOffKind::ParentalLeave),
    ("maternidad", TimeOffKind::ParentalLeave),
    ("paternidad", TimeOffKind::ParentalLeave),
    ("congé parental", TimeOffKind::ParentalLeave),
    ("sick", TimeOffKind::SickLeave),
    ("ill", TimeOffKind::SickLeave),
    ("medical", TimeOffKind::SickLeave),
    ("krank", TimeOffKind::SickLeave),
    ("enferm", TimeOffKind::SickLeave),
    ("baja", TimeOffKind::SickLeave),
    ("malad", TimeOffKind::SickLeave),
    ("training", TimeOffKind::Training),
    ("course", TimeOffKind::Training),
    ("fortbildung", TimeOffKind::Training),
    ("weiterbildung", TimeOffKind::Training),
    ("schulung", TimeOffKind::Training),
    ("formaci", TimeOffKind::Training),
    ("formation", TimeOffKind::Training),
    ("vacation", TimeOffKind::Vacation),
    ("annual", TimeOffKind::Vacation),
    ("holiday", TimeOffKind::Vacation),
    ("pto", TimeOffKind::Vacation),
    ("leave", TimeOffKind::Vacation),
    ("urlaub", TimeOffKind::Vacation),
    ("ferien", TimeOffKind::Vacation),
    ("vacaciones", TimeOffKind::Vacation),
    ("cong", TimeOffKind::Vacation),
];

/// The kind of absence that a word means; nothing said is vacation, an unknown word is other.
pub(crate) fn time_off_kind(word: Option<&str>) -> TimeOffKind {
    let Some(word) = word else { return TimeOffKind::Vacation };
    let word = word.trim().to_lowercase();
    let starts =
        |start: &str| word.split([' ', '-', '/', '(']).any(|part| part.starts_with(start)) || word.starts_with(start);
    TIME_OFF.iter().find(|(start, _)| starts(start)).map_or(TimeOffKind::Other, |(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_are_understood() {
        for (word, kind) in [
            (Some("Urlaub"), TimeOffKind::Vacation),
            (Some("Unpaid leave"), TimeOffKind::UnpaidLeave),
            (Some("Krankheit"), TimeOffKind::SickLeave),
            (Some("sick-leave"), TimeOffKind::SickLeave),
            (Some("Elternzeit"), TimeOffKind::ParentalLeave),
            (Some("Umzug"), TimeOffKind::Other),
            (None, TimeOffKind::Vacation),
        ] {
            assert_eq!(time_off_kind(word), kind, "{word:?}");
        }
    }
}
