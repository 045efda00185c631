//! Bytes changed at random, in real and in made files of every format: an answer or an error, never a panic.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{Cursor, Read, Write};

use crate::shared_data::{bytes, folder};
use proptest::prelude::*;
use raally_exchange::{Format, Mapping, ReadOptions, Source, detect, inspect, read};
use zip::write::{SimpleFileOptions, ZipWriter};

const CSV: &str = "Mitarbeiter;E-Mail;Projekt;Rolle;Std./Woche;Von;Bis;Status\nAnna;a@x.example;Portal;Dev;37,5;01.02.2026;;fix\n\"Be;rt\";b@x.example;Shop;QA;8;03/04/2026;05/06/2026;geplant\nTotal;;;;45,5;;;\n";
const ICS: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Day\\, one\r\nDTSTART;VALUE=DATE:20260501\r\nDTEND;VALUE=DATE:20260503\r\nRRULE:FREQ=YEARLY;COUNT=3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
const XML: &str = "<Project><Name>x</Name><CalendarUID>1</CalendarUID><Calendars><Calendar><UID>1</UID><WeekDays><WeekDay><DayType>2</DayType><DayWorking>1</DayWorking><WorkingTimes><WorkingTime><FromTime>08:00:00</FromTime><ToTime>00:00:00</ToTime></WorkingTime></WorkingTimes></WeekDay></WeekDays></Calendar></Calendars><Resources><Resource><UID>1</UID><Name>A</Name></Resource></Resources><Assignments><Assignment><UID>1</UID><ResourceUID>1</ResourceUID><Work>PT8H0M0S</Work><TimephasedData><Type>1</Type><Start>2026-01-05T08:00:00</Start><Finish>2026-01-06T08:00:00</Finish><Value>PT8H0M0S</Value></TimephasedData></Assignment></Assignments></Project>";

/// A real file, or the made one where the real ones are not present.
fn sample(name: &str, made: &str) -> Vec<u8> {
    folder().map_or_else(|| made.as_bytes().to_vec(), |folder| std::fs::read(folder.join(name)).unwrap())
}

/// Places (as a share of the length) and bytes to put there, to insert or to take away.
fn changes() -> impl Strategy<Value = Vec<(f64, u8, u8)>> {
    prop::collection::vec((0.0..1.0_f64, 0..3_u8, any::<u8>()), 1..12)
}

fn change(mut bytes: Vec<u8>, changes: &[(f64, u8, u8)]) -> Vec<u8> {
    for (place, action, byte) in changes {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place within a small file"
        )]
        let at = (place * bytes.len() as f64) as usize;
        match action {
            0 if at < bytes.len() => bytes[at] = *byte,
            1 => bytes.insert(at, *byte),
            _ if at < bytes.len() => {
                bytes.drain(at..(at + usize::from(*byte)).min(bytes.len()));
            }
            _ => {}
        }
    }
    bytes
}

fn go(source: &Source, format: Format) {
    let _ = detect(&source.head().unwrap(), "file.xml");
    let holidays = Some(("2020-01-01".parse().unwrap(), "2030-12-31".parse().unwrap()));
    let _ =
        read(source, format, &ReadOptions { mapping: None, holidays }, &mut |_| std::ops::ControlFlow::Continue(()));
    if let Ok(preview) = inspect(source, format, &Mapping::default()) {
        let options = ReadOptions { mapping: Some(preview.mapping), holidays: None };
        let _ = read(source, format, &options, &mut |_| std::ops::ControlFlow::Continue(()));
    }
}

/// The workbook with its sheet's XML changed and packed again, so that the changes get past the checksums.
fn repacked(workbook: &[u8], edits: &[(f64, u8, u8)]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = Vec::new();
        part.read_to_end(&mut text).unwrap();
        let text =
            if name.ends_with("sheet1.xml") || name.ends_with("styles.xml") { change(text, edits) } else { text };
        out.start_file(name, SimpleFileOptions::default()).unwrap();
        out.write_all(&text).unwrap();
    }
    out.finish().unwrap().into_inner()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_csv_never_panics(edits in changes()) {
        go(&bytes(change(CSV.as_bytes().to_vec(), &edits)), Format::Csv);
    }

    #[test]
    fn changed_calendars_never_panic(edits in changes()) {
        go(&bytes(change(ICS.as_bytes().to_vec(), &edits)), Format::Ics);
    }

    #[test]
    fn changed_projects_never_panic(edits in changes()) {
        go(&bytes(change(XML.as_bytes().to_vec(), &edits)), Format::Mspdi);
        go(&bytes(change(sample("msproject/mspdiavailability.xml", XML), &edits)), Format::Mspdi);
    }

    #[test]
    fn changed_mappings_never_panic(edits in changes()) {
        let mapping = inspect(&bytes(CSV), Format::Csv, &Mapping::default()).unwrap().mapping;
        if let Ok(mapping) = Mapping::from_json(&change(mapping.to_json().into_bytes(), &edits)) {
            let _ = inspect(&bytes(CSV), Format::Csv, &mapping);
            let _ = read(&bytes(CSV), Format::Csv, &ReadOptions { mapping: Some(mapping), holidays: None }, &mut |_| std::ops::ControlFlow::Continue(()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_workbooks_never_panic(edits in changes()) {
        if let Some(folder) = folder() {
            let workbook = std::fs::read(folder.join("staffing/agency-wide.xlsx")).unwrap();
            go(&bytes(change(workbook.clone(), &edits)), Format::Xlsx);
            go(&bytes(repacked(&workbook, &edits)), Format::Xlsx);
        }
    }
}
