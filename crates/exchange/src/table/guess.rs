//! What the cells of a table say about how they are meant: units, order of dates, decimals, the days of the plan.

use std::collections::BTreeMap;

use jiff::civil::date;

use super::evidence::{DateVerdict, date_verdict};
use super::look::Look;
use super::mapping::{DateFormat, Field, HoursUnit, PlanPeriod};
use super::note::Note;
use super::synonyms::plain;
use super::weeks::{clip, year_in};

pub(crate) fn hours_unit(
    look: &Look,
    columns: &BTreeMap<Field, (usize, u8)>,
    is_wide: bool,
    notes: &mut Vec<Note>,
) -> HoursUnit {
    let effort: Vec<usize> = if is_wide {
        look.header.spans.iter().map(|span| span.index).collect()
    } else {
        columns.get(&Field::Effort).map(|found| vec![found.0]).unwrap_or_default()
    };
    let evidence = || effort.iter().filter_map(|index| look.evidence.get(*index));
    let words = if is_wide {
        look.header.titles.join(" ")
    } else {
        effort.first().map(|index| look.header.name(*index).to_owned()).unwrap_or_default()
    };
    let word = plain(&words);
    let any = |list: &[&str]| list.iter().any(|entry| word.contains(entry));
    let number_max = evidence().map(|column| column.number_max).fold(0.0, f64::max);
    if evidence().any(|column| column.percents > 0)
        || any(&["percent", "prozent", "auslastung", "allocation", "asignacion", "alocacao", "fte", "dedicacion"])
    {
        let is_fraction = number_max > 0.0 && number_max <= 2.0 && evidence().all(|column| column.percents == 0);
        return if is_fraction { HoursUnit::Fraction } else { HoursUnit::Percent };
    }
    let is_days =
        any(&["days", "tage", "dias", "jours", "manday", "persontage"]) && !any(&["hour", "stunden", "hora", "heure"]);
    if is_wide {
        return if is_days { HoursUnit::DaysPerWeek } else { HoursUnit::HoursPerWeek };
    }
    let is_week = any(&["week", "woche", "semana", "semaine", "wk"]);
    let is_day = any(&["day", "tag", "dia", "jour"]) && !is_days;
    let is_total = any(&["total", "gesamt", "planned", "plan", "budget"]);
    match (is_week, is_days, is_day, is_total) {
        (true, true, ..) => HoursUnit::DaysPerWeek,
        (true, ..) => HoursUnit::HoursPerWeek,
        (_, true, ..) => HoursUnit::TotalDays,
        (_, _, true, _) => HoursUnit::HoursPerDay,
        (.., true) => HoursUnit::TotalHours,
        _ => {
            if !words.is_empty() {
                let message = format!(
                    "\"{words}\" doesn't say whether its hours are per day, per week or in total; per week is taken (hoursUnit)"
                );
                notes.push(Note::new("hours-unit-unsaid", message).about(words));
            }
            HoursUnit::HoursPerWeek
        }
    }
}

/// `P-107 Shop H7` in nearly every cell of the project column.
pub(crate) fn is_split_project(look: &Look, columns: &BTreeMap<Field, (usize, u8)>) -> bool {
    let (Some((index, _)), None) = (columns.get(&Field::Project), columns.get(&Field::ProjectCode)) else {
        return false;
    };
    let texts: Vec<String> =
        look.data.iter().map(|row| row.cell(*index).display()).filter(|text| !text.is_empty()).collect();
    let split = texts.iter().filter(|text| split_code(text).is_some()).count();
    split >= 2 && split * 10 >= texts.len() * 8
}

/// Code and name of `P-107 Shop H7`, `1042 – Relaunch`, `ACME_12: Portal`.
pub(crate) fn split_code(text: &str) -> Option<(&str, &str)> {
    let (code, name) = text.split_once(char::is_whitespace)?;
    let code = code.trim_end_matches([':', ',', '|']);
    let name = name.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | ':' | '|'));
    let is_code = code.len() <= 20
        && code.bytes().any(|b| b.is_ascii_digit())
        && code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/'));
    (is_code && !name.is_empty()).then_some((code, name))
}

/// Fields of the person, if their cells are blank under one that is filled.
pub(crate) fn carried(look: &Look, columns: &BTreeMap<Field, (usize, u8)>) -> Vec<Field> {
    let Some((person, _)) = columns.get(&Field::Person).or_else(|| columns.get(&Field::Email)) else {
        return Vec::new();
    };
    let project = columns.get(&Field::Project).or_else(|| columns.get(&Field::ProjectCode)).map(|found| found.0);
    let blank_under = look
        .data
        .iter()
        .any(|row| row.cell(*person).is_blank() && project.is_some_and(|index| !row.cell(index).is_blank()));
    if !blank_under || look.data.first().is_none_or(|row| row.cell(*person).is_blank()) {
        return Vec::new();
    }
    let carried =
        [Field::Person, Field::FirstName, Field::LastName, Field::Email, Field::PersonId, Field::Team, Field::Title];
    carried.into_iter().filter(|field| columns.contains_key(field)).collect()
}

pub(crate) fn decimal(look: &Look, day_first: bool) -> char {
    let (commas, points) =
        look.evidence.iter().fold((0, 0), |(commas, points), column| (commas + column.commas, points + column.points));
    match commas.cmp(&points) {
        std::cmp::Ordering::Greater => ',',
        std::cmp::Ordering::Less => '.',
        std::cmp::Ordering::Equal => {
            if day_first {
                ','
            } else {
                '.'
            }
        }
    }
}

pub(crate) fn date_format(
    look: &Look,
    columns: &BTreeMap<Field, (usize, u8)>,
    day_first: bool,
    notes: &mut Vec<Note>,
) -> Option<DateFormat> {
    let dates = [Field::From, Field::To]
        .into_iter()
        .filter_map(|field| columns.get(&field))
        .filter_map(|(index, _)| look.evidence.get(*index));
    match date_verdict(dates) {
        DateVerdict::NotNeeded => None,
        DateVerdict::Known(format) => Some(format),
        DateVerdict::Ambiguous if day_first => Some(DateFormat::Dmy),
        DateVerdict::Ambiguous => {
            notes.push(Note::new(
                "ambiguous-dates",
                "every date could be day first or month first; say which (dateFormat)",
            ));
            None
        }
        DateVerdict::Mixed => {
            notes.push(Note::new("mixed-dates", "some dates are day first, others month first; those with two readings are refused until dateFormat is given"));
            None
        }
    }
}

pub(crate) fn plan_year(look: &Look) -> Option<i16> {
    look.header.titles.iter().find_map(|title| year_in(title))
}

/// A plan that says "2026" and has weeks that reach over New Year is cut to 2026.
pub(crate) fn period(look: &Look, notes: &mut Vec<Note>) -> Option<PlanPeriod> {
    let year = plan_year(look)?;
    let period = PlanPeriod { from: date(year, 1, 1), to: date(year, 12, 31) };
    let all_touch = look.header.spans.iter().all(|span| clip(span, Some(period)).is_some());
    let any_cut = look.header.spans.iter().any(|span| span.from < period.from || span.to > period.to);
    if !(all_touch && any_cut) {
        return None;
    }
    let message = format!("the plan is for {year}: the first and last week are cut to that year (period)");
    notes.push(Note::new("cut-to-year", message).about(year));
    Some(period)
}
