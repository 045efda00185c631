//! The examples of the guide work as they stand there.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use raally_domain::model::effort::Effort;
use raally_exchange::{Format, Mapping, Record};

use crate::shared_data::{bytes, read_as, records};

const GUIDE: &str = include_str!("../../../../docs/how-to/import.md");

fn blocks(language: &str) -> Vec<&'static str> {
    let start = format!("```{language}\n");
    GUIDE.split(start.as_str()).skip(1).map(|rest| &rest[..rest.find("```").unwrap()]).collect()
}

#[test]
fn the_sheets_of_the_guide_are_read_without_a_mapping() {
    let efforts: Vec<Vec<Effort>> = blocks("csv")
        .into_iter()
        .map(|text| {
            let found = records(read_as(&bytes(text), Format::Csv, None).unwrap().0);
            let effort = |record| {
                if let Record::Assignment(assignment) = record { Some(assignment.effort) } else { None }
            };
            found.into_iter().filter_map(effort).collect()
        })
        .collect();
    assert_eq!(efforts[0], [Effort::HoursPerWeek { minutes_per_week: 2_250 }]);
    let sums: Vec<i64> = efforts[1]
        .iter()
        .map(
            |effort| {
                if let Effort::Phased { spans } = effort { spans.iter().map(|span| span.minutes).sum() } else { 0 }
            },
        )
        .collect();
    assert_eq!(sums, [2_730, 240]);
}

#[test]
fn the_mapping_of_the_guide_is_one() {
    let mapping = Mapping::from_json(blocks("json")[0].as_bytes()).unwrap();
    assert_eq!(mapping.columns.len(), 8);
}

#[test]
fn the_guide_names_every_field() {
    for field in ["person", "first-name", "time-off-type", "row-id", "contract-hours", "basis"] {
        assert!(GUIDE.contains(&format!("`{field}`")), "{field}");
        assert!(Mapping::from_json(format!("{{\"columns\": {{\"{field}\": 1}}}}").as_bytes()).is_ok(), "{field}");
    }
}
