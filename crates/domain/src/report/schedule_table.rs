//! The schedule as a table: a row per person and bucket.

use super::hours::BUCKET_COLUMNS;
use super::schedule::ScheduleReport;
use super::schedule_json::document;
use super::table::{Cell, Column, Tabular, Unit, column};

impl Tabular for ScheduleReport {
    fn json(&self) -> serde_json::Result<Vec<u8>> {
        document(self)
    }

    fn columns() -> Vec<Column> {
        let names = [column("personId", "Person id", Unit::Text), column("name", "Person", Unit::Text)];
        let sums = [
            column("contractedMinutes", "Contracted", Unit::Minutes),
            column("holidayMinutes", "Holidays", Unit::Minutes),
            column("timeOffMinutes", "Time off", Unit::Minutes),
            column("capacityMinutes", "Capacity", Unit::Minutes),
            column("confirmedMinutes", "Confirmed", Unit::Minutes),
            column("tentativeMinutes", "Tentative", Unit::Minutes),
            column("overbooked", "Overbooked", Unit::Text),
        ];
        names.into_iter().chain(BUCKET_COLUMNS).chain(sums).collect()
    }

    fn rows(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.people.iter().flat_map(|person| {
            self.buckets.iter().zip(&person.buckets).map(|(bucket, part)| {
                vec![
                    Cell::id(Some(person.person_id)),
                    Cell::text(&person.name),
                    Cell::Date(bucket.from),
                    Cell::Date(bucket.to),
                    Cell::Minutes(part.contracted_minutes),
                    Cell::Minutes(part.holiday_minutes),
                    Cell::Minutes(part.time_off_minutes),
                    Cell::minutes(part.capacity_minutes),
                    Cell::Minutes(part.confirmed_minutes),
                    Cell::Minutes(part.tentative_minutes),
                    if part.overbooked { Cell::text("yes") } else { Cell::Empty },
                ]
            })
        })
    }
}
