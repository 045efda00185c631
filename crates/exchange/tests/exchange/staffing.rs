//! A company's staffing sheet in its two usual shapes gives exactly what `expected.json` says.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use crate::shared_data::{folder, read_all, records};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use raally_domain::model::effort::Effort;
use raally_exchange::record::{Assignee, Assignment};
use raally_exchange::{Format, Mapping, Record, Source, inspect};

fn assignments(records: &[Record]) -> Vec<&Assignment> {
    records
        .iter()
        .filter_map(|record| if let Record::Assignment(assignment) = record { Some(&**assignment) } else { None })
        .collect()
}

fn count(records: &[Record], is: fn(&Record) -> bool) -> u64 {
    records.iter().filter(|record| is(record)).count() as u64
}

type Months = BTreeMap<(String, String), (i64, i64)>;

/// Weekly hours evenly over Monday to Friday, to the end of 2026.
fn minutes_by_month(assignments: &[&Assignment]) -> Months {
    let mut months = Months::new();
    for assignment in assignments {
        let Assignee::Person(person) = &assignment.assignee else { panic!("a placeholder in {assignment:?}") };
        let Effort::HoursPerWeek { minutes_per_week } = assignment.effort else {
            panic!("no weekly hours in {assignment:?}")
        };
        assert_eq!(minutes_per_week % 5, 0);
        let last = assignment.to.unwrap_or(date(2026, 12, 31)).min(date(2026, 12, 31));
        for day in assignment.from.series(1.day()).take_while(|day| *day <= last).filter(is_weekday) {
            let key = (person.email.clone().unwrap(), format!("{:04}-{:02}", day.year(), day.month()));
            let sums = months.entry(key).or_default();
            if assignment.tentative { sums.1 += minutes_per_week / 5 } else { sums.0 += minutes_per_week / 5 }
        }
    }
    months
}

fn is_weekday(day: &Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[test]
fn the_long_sheet_gives_every_person_and_month_as_expected() {
    let Some(folder) = folder() else { return };
    let expected: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("staffing/expected.json")).unwrap()).unwrap();
    let source = Source::Path(folder.join("staffing/agency-long.csv"));
    let (items, summary) = read_all(&source, "agency-long.csv", None).unwrap();
    assert_eq!((summary.errors, summary.warnings, summary.rows), (0, 0, 420));
    let records = records(items);
    assert_eq!(count(&records, |record| matches!(record, Record::Person(_))), expected["people"].as_u64().unwrap());
    assert_eq!(count(&records, |record| matches!(record, Record::Project(_))), expected["projects"].as_u64().unwrap());
    assert_eq!(count(&records, |record| matches!(record, Record::Client(_))), expected["clients"].as_u64().unwrap());
    let assignments = assignments(&records);
    assert_eq!(assignments.len() as u64, expected["assignments"].as_u64().unwrap());
    assert_eq!(
        assignments.iter().filter(|assignment| assignment.tentative).count() as u64,
        expected["tentative"].as_u64().unwrap()
    );
    assert_eq!(
        assignments.iter().filter(|assignment| assignment.to.is_none()).count() as u64,
        expected["open_ended"].as_u64().unwrap()
    );
    let months: Months = expected["minutes_by_person_month"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().unwrap().to_owned();
            (
                (text("email"), text("month")),
                (entry["confirmed"].as_i64().unwrap(), entry["tentative"].as_i64().unwrap()),
            )
        })
        .collect();
    assert_eq!(minutes_by_month(&assignments), months);
}

#[test]
fn the_long_sheet_is_read_clean_of_its_blanks_quotes_and_formulas() {
    let Some(folder) = folder() else { return };
    let source = Source::Path(folder.join("staffing/agency-long.csv"));
    let preview = inspect(&source, Format::Csv, &Mapping::default()).unwrap();
    assert_eq!(
        (preview.mapping.encoding.as_deref(), preview.mapping.delimiter, preview.mapping.decimal),
        (Some("windows-1252"), Some(';'), Some(','))
    );
    assert!(preview.confidence >= 90, "{} {:?}", preview.confidence, preview.notes);
    let records = records(read_all(&source, "agency-long.csv", None).unwrap().0);
    let Some(Record::Person(person)) = records.iter().find(|record| matches!(record, Record::Person(_))) else {
        panic!("no person")
    };
    assert_eq!(
        (person.key.name.as_deref(), person.weekly_minutes, person.title.as_deref()),
        (Some("Jürgen Nuñez"), Some(2400), Some("Designer"))
    );
    let notes: Vec<&str> = assignments(&records).iter().filter_map(|assignment| assignment.note.as_deref()).collect();
    for note in ["Semikolon; im Text", "mit \"Zitat\"", "=1+1"] {
        assert!(notes.contains(&note), "{note}");
    }
    assert!(records.iter().all(|record| !matches!(record, Record::Project(project) if project.key.name.as_deref().is_none_or(|name| name.trim() != name))));
}

#[test]
fn the_wide_sheet_gives_each_row_and_every_minute_in_its_year() {
    let Some(folder) = folder() else { return };
    let source = Source::Path(folder.join("staffing/agency-wide.xlsx"));
    let (items, summary) = read_all(&source, "agency-wide.xlsx", None).unwrap();
    assert_eq!((summary.errors, summary.warnings, summary.rows, summary.totals_rows), (0, 0, 409, 1));
    let records = records(items);
    let assignments = assignments(&records);
    assert_eq!(assignments.len(), 408);
    assert_eq!(count(&records, |record| matches!(record, Record::Person(_))), 60);
    assert_eq!(count(&records, |record| matches!(record, Record::Project(_))), 18);
    let mut minutes = 0;
    for assignment in &assignments {
        let Effort::Phased { spans } = &assignment.effort else { panic!("no spans in {assignment:?}") };
        assert_eq!(
            (Some(assignment.from), assignment.to),
            (spans.first().map(|span| span.from), spans.last().map(|span| span.to))
        );
        assert!(spans.windows(2).all(|pair| pair[0].to < pair[1].from));
        assert!(spans.iter().all(|span| span.from >= date(2026, 1, 1) && span.to <= date(2026, 12, 31)));
        assert!(assignment.project.code.is_some() && assignment.project.name.is_some() && assignment.role.is_some());
        minutes += spans.iter().map(|span| span.minutes).sum::<i64>();
    }
    assert_eq!(minutes, 4_433_142);
}

#[test]
fn the_wide_sheet_is_cut_to_the_year_in_its_title() {
    let Some(folder) = folder() else { return };
    let source = Source::Path(folder.join("staffing/agency-wide.xlsx"));
    let preview = inspect(&source, Format::Xlsx, &Mapping::default()).unwrap();
    let period = preview.mapping.period.unwrap();
    assert_eq!((period.from, period.to), (date(2026, 1, 1), date(2026, 12, 31)));
    assert_eq!((preview.mapping.header_row, preview.mapping.split_project, preview.rows), (Some(3), true, 409));
    assert!(preview.confidence >= 90, "{:?}", preview.notes);
    assert_eq!(preview.columns.iter().filter(|column| column.starts_on.is_some()).count(), 53);
}

#[test]
fn a_saved_mapping_reads_the_same_as_the_suggested_one() {
    let Some(folder) = folder() else { return };
    for (name, format) in [("agency-long.csv", Format::Csv), ("agency-wide.xlsx", Format::Xlsx)] {
        let source = Source::Path(folder.join("staffing").join(name));
        let mapping = inspect(&source, format, &Mapping::default()).unwrap().mapping;
        let saved = Mapping::from_json(mapping.to_json().as_bytes()).unwrap();
        assert_eq!(saved, mapping);
        assert_eq!(read_all(&source, name, Some(saved)).unwrap().0, read_all(&source, name, None).unwrap().0);
    }
}
