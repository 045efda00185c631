//! Public holidays from iCalendar files.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::shared_data::{bytes, folder};
use icalendar::{Calendar, Component, Event};
use jiff::civil::{Date, date};
use raally_exchange::{Format, ReadOptions, Record, RowError, Source, read};

fn holidays(source: &Source, range: Option<(Date, Date)>) -> (Vec<(Date, String)>, Vec<RowError>) {
    let (mut days, mut errors) = (Vec::new(), Vec::new());
    read(source, Format::Ics, &ReadOptions { holidays: range, ..ReadOptions::default() }, &mut |item| {
        match item {
            Ok(located) => {
                let Record::Holiday(holiday) = located.record else { panic!("{located:?}") };
                days.push((holiday.on, holiday.name));
            }
            Err(error) => errors.push(error),
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    (days, errors)
}

fn event(lines: &str) -> Source {
    bytes(format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Day\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ))
}

fn range(from: i16, to: i16) -> Option<(Date, Date)> {
    Some((date(from, 1, 1), date(to, 12, 31)))
}

#[test]
fn real_names_and_dates_survive_the_way_through_icalendar() {
    let Some(folder) = folder() else { return };
    for name in ["GB_ENG", "BR_COMMON", "ES_COMMON", "FR_COMMON", "IN_COMMON", "US_CA"] {
        let days: BTreeMap<Date, String> =
            serde_json::from_slice(&std::fs::read(folder.join(format!("holidays/{name}.json"))).unwrap()).unwrap();
        let mut calendar = Calendar::new();
        for (day, title) in &days {
            let start = format!("{day}").replace('-', "");
            calendar.push(Event::new().summary(title).add_multi_property("DTSTART;VALUE=DATE", &start).done());
        }
        let (found, errors) = holidays(&bytes(calendar.to_string()), None);
        assert_eq!(errors, []);
        assert_eq!(found, days.into_iter().collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn several_days_folded_names_and_escapes_are_read() {
    let (days, errors) = holidays(&event("DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227"), None);
    assert_eq!(
        (days.iter().map(|day| day.0).collect::<Vec<_>>(), errors.len()),
        (vec![date(2026, 12, 25), date(2026, 12, 26)], 0)
    );
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Karfrei\n tag\\, ganz\nDTSTART;VALUE=DATE:20260403\nBEGIN:VALARM\nSUMMARY:x\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR";
    assert_eq!(holidays(&bytes(text), None).0, [(date(2026, 4, 3), "Karfreitag, ganz".to_owned())]);
}

#[test]
fn a_yearly_day_is_expanded_over_the_range_and_no_further() {
    let days = |rule: &str, start: &str, range| {
        holidays(&event(&format!("DTSTART;VALUE=DATE:{start}\r\nRRULE:{rule}")), range)
            .0
            .into_iter()
            .map(|day| day.0.year())
            .collect::<Vec<_>>()
    };
    assert_eq!(days("FREQ=YEARLY", "20200501", range(2025, 2027)), [2025, 2026, 2027]);
    assert_eq!(days("FREQ=YEARLY", "20200501", None), [2020]);
    assert_eq!(days("FREQ=YEARLY;UNTIL=20260101", "20200501", range(2024, 2027)), [2024, 2025]);
    assert_eq!(days("FREQ=YEARLY;COUNT=6", "20200501", range(2024, 2027)), [2024, 2025]);
    assert_eq!(days("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "20200229", range(2020, 2028)), [2020, 2024, 2028]);
}

#[test]
fn what_is_no_holiday_is_refused_with_its_line() {
    for (lines, code) in [
        ("DTSTART:20260501T100000Z", "not-all-day"),
        ("DTSTART;VALUE=DATE:20260501\r\nRRULE:FREQ=WEEKLY", "recurrence"),
        ("DTSTART;VALUE=DATE:20260525\r\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", "recurrence"),
        ("DTSTART;VALUE=DATE:20260231", "not-a-date"),
        ("DTSTART;VALUE=DATE:20260501\r\nDTEND;VALUE=DATE:20260401", "out-of-range"),
        ("DTSTART;VALUE=DATE:20260501\r\nDTEND;VALUE=DATE:20360401", "out-of-range"),
        ("X-NOTHING:1", "missing-value"),
    ] {
        let (days, errors) = holidays(&event(lines), range(2026, 2027));
        assert_eq!((days.len(), errors.len()), (0, 1), "{lines}");
        assert_eq!((errors[0].code, errors[0].row), (code, 3), "{lines}");
    }
}
