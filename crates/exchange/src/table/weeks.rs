//! Columns that stand for a stretch of days: dates, ISO weeks, `KW 05`, `29. Dez`, months.

use jiff::ToSpan;
use jiff::civil::{Date, ISOWeekDate, Weekday};

use super::cell::{Cell, Row};
use super::date::{DateFormat, monday_of, month_of, parse, parts};
use super::mapping::PlanPeriod;
use super::synonyms::plain;

/// A column and the days that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SpanColumn {
    pub(crate) index: usize,
    pub(crate) from: Date,
    pub(crate) to: Date,
}

/// What one header says before the year is known for sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    Day(Date),
    /// Month and day of a year to be found.
    YearlessDay(i8, i8),
    Week(Option<i16>, i8),
    /// A whole month.
    Month(Option<i16>, i8),
}

/// Fewer columns than this are no plan by weeks.
pub(crate) const WEEK_COLUMNS_MIN: usize = 3;

const WEEK_WORDS: [&str; 12] =
    ["kw", "w", "wk", "cw", "week", "woche", "sem", "semana", "semaine", "s", "sw", "calendarweek"];

/// The first year that stands in a text alone (`Staffing plan 2026`); `None` if there is none or several different ones.
pub(crate) fn year_in(text: &str) -> Option<i16> {
    let years: Vec<i16> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() == 4)
        .filter_map(|digits| digits.parse().ok())
        .filter(|year| (1990..=2100).contains(year))
        .collect();
    years.first().copied().filter(|first| years.iter().all(|year| year == first))
}

fn label(cell: &Cell, format: Option<DateFormat>) -> Option<Label> {
    if let Some(day) = cell.day() {
        return Some(Label::Day(day));
    }
    let Cell::Text(text) = cell else { return None };
    if text.len() > 40 {
        return None;
    }
    if parts(text).is_some() {
        return parse(text, format.or(Some(DateFormat::Dmy))).ok().map(Label::Day);
    }
    week_label(text)
        .or_else(|| month_label(text))
        .or_else(|| parse(text, format).ok().map(Label::Day))
        .or_else(|| yearless(text, format))
}

/// `2026-W05`, `W05 2026`, `KW05`, `KW 5/26`, `Semaine 5`.
fn week_label(text: &str) -> Option<Label> {
    // What stands in brackets or on a second line is the date of its Monday.
    let text = text.split(['(', '\n']).next()?;
    let lower = plain(text);
    let start = lower.find(|c: char| c.is_ascii_alphabetic())?;
    let (year_before, rest) = lower.split_at(start);
    let digits = rest.find(|c: char| c.is_ascii_digit())?;
    let (word, behind) = rest.split_at(digits);
    if !WEEK_WORDS.contains(&word) || !behind.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut numbers =
        text.split(|c: char| !c.is_ascii_digit()).filter(|piece| !piece.is_empty()).map(str::parse::<i16>);
    let year = |number: i16| if number < 100 { number + 2000 } else { number };
    let (found_year, week) = if year_before.is_empty() {
        let week = numbers.next()?.ok()?;
        (numbers.next().and_then(Result::ok).map(year), week)
    } else {
        (numbers.next().and_then(Result::ok).map(year), numbers.next()?.ok()?)
    };
    let week = i8::try_from(week).ok().filter(|week| (1..=53).contains(week))?;
    (numbers.next().is_none() && found_year.is_none_or(|year| (1900..=2200).contains(&year)))
        .then_some(Label::Week(found_year, week))
}

/// `Januar`, `Jan 2026`, `2026 January`.
fn month_label(text: &str) -> Option<Label> {
    let words: Vec<&str> = text.split([' ', '-', '/', '\'']).filter(|word| !word.is_empty()).collect();
    match words[..] {
        [word] => month_of(word).map(|month| Label::Month(None, month)),
        [a, b] => {
            let (month, year) = month_of(a).map(|month| (month, b)).or_else(|| month_of(b).map(|month| (month, a)))?;
            let year: i16 = year.parse().ok().filter(|_| year.len() == 4)?;
            (1900..=2200).contains(&year).then_some(Label::Month(Some(year), month))
        }
        _ => None,
    }
}

/// `29.12.`, `5/1`, `29. Dez`, `Dec 29`.
fn yearless(text: &str, format: Option<DateFormat>) -> Option<Label> {
    let words: Vec<&str> = text.split(['.', '/', '-', ' ']).filter(|word| !word.is_empty()).collect();
    let [a, b] = words[..] else { return None };
    let day_and_month = |day: &str, month: i8| {
        Date::new(2024, month, day.parse().ok()?).ok().map(|found| Label::YearlessDay(found.month(), found.day()))
    };
    if let Some(month) = month_of(a) {
        return day_and_month(b, month);
    }
    if let Some(month) = month_of(b) {
        return day_and_month(a, month);
    }
    let (day, month) = if format == Some(DateFormat::Mdy) { (b, a) } else { (a, b) };
    (a.len() <= 2 && b.len() <= 2).then(|| day_and_month(day, month.parse().ok()?))?
}

/// The columns of `row` that stand for days, if there are at least [`WEEK_COLUMNS_MIN`] and they go forward in time.
///
/// `above` are the rows over it, for the year of a merged header; `year` is the year of the plan, where the labels have none.
pub(crate) fn span_columns(row: &Row, above: &[Row], format: Option<DateFormat>, year: Option<i16>) -> Vec<SpanColumn> {
    let labels: Vec<(usize, Label)> =
        row.cells.iter().enumerate().filter_map(|(index, cell)| Some((index, label(cell, format)?))).collect();
    let days = labels.iter().filter(|(_, label)| !matches!(label, Label::Month(..))).count();
    // A month's name between weeks is a heading, not a column; a table by months has nothing else.
    let labels: Vec<_> = if days > 0 {
        labels.into_iter().filter(|(_, label)| !matches!(label, Label::Month(..))).collect()
    } else {
        labels
    };
    if labels.len() < WEEK_COLUMNS_MIN {
        return Vec::new();
    }
    let Some(starts) = starts(&labels, above, year) else {
        return Vec::new();
    };
    if starts.windows(2).any(|pair| pair[1].1 <= pair[0].1) {
        return Vec::new();
    }
    let by_month = days == 0;
    let step = typical_step(&starts);
    starts.iter().filter_map(|(index, start)| span(*index, *start, step, by_month)).collect()
}

fn typical_step(starts: &[(usize, Date)]) -> i64 {
    let mut steps: Vec<i64> = starts.windows(2).map(|pair| i64::from((pair[1].1 - pair[0].1).get_days())).collect();
    steps.sort_unstable();
    steps[steps.len() / 2]
}

fn span(index: usize, start: Date, step: i64, by_month: bool) -> Option<SpanColumn> {
    let (from, to) = if by_month || step >= 28 {
        (start.first_of_month(), start.last_of_month())
    } else if step >= 5 {
        let monday = monday_of(start);
        (monday, monday.checked_add(6.days()).ok()?)
    } else {
        (start, start)
    };
    Some(SpanColumn { index, from, to })
}

/// First days of the labels; years are taken from the label, from the headers above, or counted on from the plan's year.
fn starts(labels: &[(usize, Label)], above: &[Row], year: Option<i16>) -> Option<Vec<(usize, Date)>> {
    let first_year = above_years(labels, above);
    let mut current = labels.iter().find_map(|(_, label)| known_year(label)).or(first_year).or(year)?;
    let given_year = labels.iter().any(|(_, label)| known_year(label).is_some()) || first_year.is_some();
    let mut previous: Option<(i8, i8)> = None;
    let mut years = Vec::with_capacity(labels.len());
    for (_, label) in labels {
        let order = match label {
            Label::Day(day) => (day.month(), day.day()),
            Label::YearlessDay(month, day) => (*month, *day),
            Label::Week(_, week) => (*week, 0),
            Label::Month(_, month) => (*month, 0),
        };
        match known_year(label) {
            Some(known) => current = known,
            None if previous.is_some_and(|before| order < before) => current = current.checked_add(1)?,
            None => {}
        }
        previous = Some(order);
        years.push(current);
    }
    // A plan for 2026 that begins with the last week of December begins in 2025: most columns lie in the plan's year.
    let shift = match year {
        Some(year) if !given_year && years.iter().filter(|found| **found == year).count() * 2 < years.len() => 1,
        _ => 0,
    };
    labels
        .iter()
        .zip(years)
        .map(|((index, label), year)| Some((*index, start(label, year.checked_sub(shift)?)?)))
        .collect()
}

fn known_year(label: &Label) -> Option<i16> {
    match label {
        Label::Day(day) => Some(day.year()),
        Label::Week(year, _) | Label::Month(year, _) => *year,
        Label::YearlessDay(..) => None,
    }
}

/// The year in the merged header over the first column (`Dezember 2025`, `2026`).
fn above_years(labels: &[(usize, Label)], above: &[Row]) -> Option<i16> {
    let (first, _) = labels.first()?;
    above.iter().rev().find_map(|row| {
        let cells = row.cells.get(..=*first)?;
        let cell = cells.iter().rev().find(|cell| !cell.is_blank())?;
        let has_own_heading = row.cells.iter().filter(|cell| !cell.is_blank()).count() > 1;
        if has_own_heading { year_in(&cell.display()) } else { None }
    })
}

fn start(label: &Label, year: i16) -> Option<Date> {
    match label {
        Label::Day(day) => Some(*day),
        Label::YearlessDay(month, day) => Date::new(year, *month, *day).ok(),
        Label::Week(_, week) => ISOWeekDate::new(year, *week, Weekday::Monday).ok().map(ISOWeekDate::date),
        Label::Month(_, month) => Date::new(year, *month, 1).ok(),
    }
}

/// Cuts a column to the plan's days; `None` if nothing of it is left.
pub(crate) fn clip(column: &SpanColumn, period: Option<PlanPeriod>) -> Option<SpanColumn> {
    let Some(period) = period else {
        return Some(column.clone());
    };
    let (from, to) = (column.from.max(period.from), column.to.min(period.to));
    (from <= to).then_some(SpanColumn { index: column.index, from, to })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn row(cells: &[&str]) -> Row {
        Row { number: 1, cells: cells.iter().map(|text| Cell::text(text)).collect() }
    }

    fn first_and_last(labels: &[&str], above: &[&str], year: Option<i16>) -> Option<(Date, Date)> {
        let columns = span_columns(&row(labels), &[row(above)], None, year);
        Some((columns.first()?.from, columns.last()?.to))
    }

    #[test]
    fn week_labels_of_every_kind_give_the_same_weeks() {
        let expected = Some((date(2025, 12, 29), date(2026, 1, 18)));
        for labels in [
            ["2026-W01", "2026-W02", "2026-W03"],
            ["KW01/2026", "KW02/2026", "KW03/2026"],
            ["W1 2026", "W2 2026", "W3 2026"],
            ["29.12.2025", "05.01.2026", "12.01.2026"],
            ["2025-12-29", "2026-01-05", "2026-01-12"],
            ["29 Dec 2025", "5 Jan 2026", "12 Jan 2026"],
        ] {
            assert_eq!(first_and_last(&labels, &[], None), expected, "{labels:?}");
        }
        for labels in [
            ["KW 01", "KW 02", "KW 03"],
            ["29. Dez", "5. Jan", "12. Jan"],
            ["29.12.", "05.01.", "12.01."],
            ["S1", "S2", "S3"],
            ["Semaine 1", "Semaine 2", "Semaine 3"],
        ] {
            assert_eq!(first_and_last(&labels, &[], Some(2026)), expected, "{labels:?}");
            assert_eq!(first_and_last(&labels, &[], None), None, "a week without a year is not guessed: {labels:?}");
        }
    }

    #[test]
    fn the_year_of_a_merged_header_counts_on_over_new_year() {
        let labels = ["Name", "KW 51", "KW 52", "KW 1", "KW 2"];
        let above = ["", "Dezember 2025", "", "Januar 2026", ""];
        assert_eq!(first_and_last(&labels, &above, None), Some((date(2025, 12, 15), date(2026, 1, 11))));
        assert_eq!(first_and_last(&labels, &[], Some(2025)), Some((date(2025, 12, 15), date(2026, 1, 11))));
    }

    #[test]
    fn days_and_months_are_columns_too() {
        assert_eq!(
            first_and_last(&["05.01.2026", "06.01.2026", "07.01.2026"], &[], None),
            Some((date(2026, 1, 5), date(2026, 1, 7)))
        );
        assert_eq!(
            first_and_last(&["Jan", "Feb", "Mrz"], &[], Some(2026)),
            Some((date(2026, 1, 1), date(2026, 3, 31)))
        );
        assert_eq!(
            first_and_last(&["Jan 2026", "Feb 2026", "Mar 2026"], &[], None),
            Some((date(2026, 1, 1), date(2026, 3, 31)))
        );
    }

    #[test]
    fn ordinary_headers_are_no_weeks() {
        for labels in [
            ["Name", "Team", "Project"],
            ["W1x", "W2x", "W3x"],
            ["1", "2", "3"],
            ["2026-W54", "2026-W99", "2026-W00"],
            ["12.01.2026", "05.01.2026", "29.12.2025"],
        ] {
            assert_eq!(first_and_last(&labels, &[], Some(2026)), None, "{labels:?}");
        }
    }

    #[test]
    fn a_plan_says_its_year_in_its_title() {
        assert_eq!(year_in("Staffing plan 2026 (hours per week)"), Some(2026));
        assert_eq!(year_in("Plan 2025/2026"), None);
        assert_eq!(year_in("P-1070 Shop"), None);
    }
}
