//! Files that are broken or meant to harm get one clear error, quickly and in little memory.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use crate::shared_data::{bytes, folder, read_all, read_as};
use raally_exchange::{Format, Source, detect};
use zip::write::{SimpleFileOptions, ZipWriter};

const RELS: &str =
    r#"<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#;
const BOOK_RELS: &str = r#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;

type Fill<'a> = &'a dyn Fn(&mut dyn Write);

fn xlsx(parts: &[(&str, Fill<'_>)]) -> Source {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let fixed: [(&str, &str); 3] =
        [("_rels/.rels", RELS), ("xl/workbook.xml", BOOK), ("xl/_rels/workbook.xml.rels", BOOK_RELS)];
    for (name, text) in fixed {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    for (name, fill) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        fill(&mut zip);
    }
    bytes(zip.finish().unwrap().into_inner())
}

fn sheet(cells: &str) -> Source {
    let text = format!("<worksheet><sheetData>{cells}</sheetData></worksheet>");
    xlsx(&[("xl/worksheets/sheet1.xml", &|out| out.write_all(text.as_bytes()).unwrap())])
}

fn code(source: &Source, format: Format) -> &'static str {
    read_as(source, format, None).unwrap_err().code
}

fn zeros(out: &mut dyn Write, megabytes: usize) {
    let block = vec![0_u8; 1024 * 1024];
    for _ in 0..megabytes {
        out.write_all(&block).unwrap();
    }
}

#[test]
fn a_gigabyte_of_zeros_in_a_workbook_fails_fast() {
    let in_sheet = xlsx(&[("xl/worksheets/sheet1.xml", &|out| zeros(out, 1024))]);
    let aside = xlsx(&[
        ("xl/worksheets/sheet1.xml", &|out| out.write_all(b"<worksheet><sheetData/></worksheet>").unwrap()),
        ("xl/media/x.bin", &|out| zeros(out, 64)),
    ]);
    let started = Instant::now();
    assert_eq!(code(&in_sheet, Format::Xlsx), "zip-bomb");
    assert_eq!(code(&aside, Format::Xlsx), "zip-bomb");
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

#[test]
fn a_bomb_that_lies_about_its_size_is_stopped_while_it_unpacks() {
    let Source::Bytes(honest) = xlsx(&[("xl/worksheets/sheet1.xml", &|out| zeros(out, 64))]) else {
        return;
    };
    let mut lying = honest.to_vec();
    let real = (64_u32 * 1024 * 1024).to_le_bytes();
    let places: Vec<usize> =
        lying.windows(4).enumerate().filter(|(_, window)| *window == real).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        lying[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
    }
    let error = code(&bytes(lying), Format::Xlsx);
    assert!(matches!(error, "zip-bomb" | "malformed"), "{error}");
}

fn shared_strings(text: &str) -> Source {
    let sheet = br#"<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>7</v></c></row></sheetData></worksheet>"#;
    xlsx(&[
        ("xl/sharedStrings.xml", &|out| out.write_all(text.as_bytes()).unwrap()),
        ("xl/worksheets/sheet1.xml", &|out| out.write_all(sheet).unwrap()),
    ])
}

#[test]
fn hostile_shared_strings_are_refused_by_name() {
    for (text, expected) in [
        (r#"<sst uniqueCount="99999999999999"><si><t>a</t></si></sst>"#, "malformed"),
        (r#"<!DOCTYPE sst [<!ENTITY a "x">]><sst><si><t>&a;</t></si></sst>"#, "doctype"),
        (&format!("<sst><si><t>{}</t></si></sst>", "x".repeat(200_000)), "too-many-strings"),
    ] {
        assert_eq!(code(&shared_strings(text), Format::Xlsx), expected);
    }
}

#[test]
fn hostile_sheets_are_refused_by_name() {
    let long = format!(r#"<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>"#, "x".repeat(200_000));
    let wide = format!("<row>{}</row>", "<c><v>1</v></c>".repeat(10_001));
    for (cells, expected) in [
        (r#"<row r="1"><c r="BDWGO1"><v>1</v></c></row>"#, "too-many-columns"),
        (r#"<row r="1"><c r="ZZZZZZZZZZZZ1"><v>1</v></c></row>"#, "too-many-columns"),
        (&wide, "too-many-columns"),
        (r#"<row r="99999999999999999999"><c><v>1</v></c></row>"#, "malformed"),
        (r#"<row r="4000000000"><c><v>1</v></c></row>"#, "malformed"),
        (r#"<row r="2"><c><v>1</v></c></row><row r="1"><c><v>1</v></c></row>"#, "malformed"),
        (r#"<row r="1"><c r="A1"><v>1e999</v></c></row>"#, "malformed"),
        (&long, "cell-too-large"),
        (&"<a>".repeat(100), "malformed"),
        (r#"<row r="1"><c r="A1"><v>1"#, "malformed"),
        ("", "empty-file"),
    ] {
        assert_eq!(code(&sheet(cells), Format::Xlsx), expected, "{}", &cells[..cells.len().min(80)]);
    }
    assert_eq!(code(&xlsx(&[]), Format::Xlsx), "malformed");
}

#[test]
fn entity_bombs_and_document_types_are_refused_unread() {
    let laughs = r#"<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><Project xmlns="http://schemas.microsoft.com/project"><Name>&c;</Name></Project>"#;
    assert_eq!(read_all(&bytes(laughs), "x.xml", None).unwrap_err().code, "doctype");
    let external = r#"<!DOCTYPE Project SYSTEM "file:///etc/passwd"><Project/>"#;
    assert_eq!(read_all(&bytes(external), "x.xml", None).unwrap_err().code, "doctype");
    for (text, expected) in [
        ("<Project><Name>&unknown;</Name></Project>", "malformed"),
        ("<Project><Name>x</Name>", "malformed"),
        ("<Project><Name>x</Project>", "malformed"),
        ("<Project><Assignments><Assignment><Work>P9Y</Work></Assignment></Assignments></Project>", "malformed"),
        ("<Project><StartDate>2026-99-99T00:00:00</StartDate></Project>", "malformed"),
        ("<Project/><More/>", "malformed"),
        ("<projects/>", "unsupported-format"),
    ] {
        assert_eq!(code(&bytes(text), Format::Mspdi), expected, "{text}");
    }
    assert_eq!(code(&bytes(format!("<Project>{}", "<a>".repeat(100_000))), Format::Mspdi), "malformed");
    assert_eq!(
        code(&bytes(format!("<Project><Name>{}</Name></Project>", "x".repeat(3_000_000))), Format::Mspdi),
        "malformed"
    );
    assert!(read_as(&bytes("<Project/>"), Format::Mspdi, None).is_ok());
}

#[test]
fn work_over_thousands_of_years_is_one_row_error() {
    let text = "<Project><Assignments><Assignment><UID>1</UID><Work>PT8H0M0S</Work><TimephasedData><Type>1</Type><Start>0001-01-01T00:00:00</Start><Finish>9999-12-31T00:00:00</Finish><Value>PT8H0M0S</Value></TimephasedData></Assignment></Assignments></Project>";
    let (items, summary) = read_as(&bytes(text), Format::Mspdi, None).unwrap();
    assert_eq!(summary.errors, 1);
    assert!(items.iter().any(|item| { item.as_ref().is_err_and(|error| error.code == "out-of-range") }));
}

#[test]
fn calendars_that_go_round_in_circles_are_read_once() {
    let loops = "<Project><CalendarUID>1</CalendarUID><Calendars><Calendar><UID>1</UID><BaseCalendarUID>2</BaseCalendarUID></Calendar><Calendar><UID>2</UID><BaseCalendarUID>1</BaseCalendarUID></Calendar></Calendars></Project>";
    assert!(read_as(&bytes(loops), Format::Mspdi, None).is_ok());
}

#[test]
fn hostile_calendars_are_refused() {
    for (text, expected) in [
        ("BEGIN:VCALENDAR\n", "malformed"),
        ("BEGIN:VCALENDAR\nEND:VEVENT\n", "malformed"),
        ("BEGIN:VEVENT\nEND:VEVENT\n", "malformed"),
        ("x\n", "malformed"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\n\0", "not-text"),
    ] {
        assert_eq!(code(&bytes(text), Format::Ics), expected, "{text:?}");
    }
    assert_eq!(code(&bytes("BEGIN:VCALENDAR\n".to_owned() + &"BEGIN:X\n".repeat(100_000)), Format::Ics), "malformed");
}

#[test]
fn every_real_file_cut_anywhere_gives_an_error_or_rows_but_no_panic() {
    let Some(folder) = folder() else { return };
    for name in [
        "staffing/agency-long.csv",
        "staffing/agency-wide.xlsx",
        "msproject/mspdiresource.xml",
        "msproject/mspdiavailability.xml",
    ] {
        let whole = std::fs::read(folder.join(name)).unwrap();
        for part in 0..20 {
            let cut = &whole[..whole.len() * part / 20];
            let outcome = read_all(&bytes(cut), name, None);
            if !name.ends_with("csv") {
                assert!(outcome.is_err(), "{name} cut to {part}/20");
            }
        }
    }
}

#[test]
fn other_formats_are_named_and_refused() {
    let Some(folder) = folder() else { return };
    let json = Source::Path(folder.join("boards/trello.json"));
    assert_eq!(detect(&json.head().unwrap(), "trello.json").unwrap_err().code, "unsupported-format");
    let wrong = Source::Path(folder.join("staffing/agency-long.csv"));
    assert_eq!(code(&wrong, Format::Xlsx), "malformed");
    assert_eq!(code(&wrong, Format::Mspdi), "malformed");
    assert_eq!(code(&wrong, Format::Ics), "malformed");
    let workbook = Source::Path(folder.join("staffing/agency-wide.xlsx"));
    assert_eq!(code(&workbook, Format::Csv), "not-text");
}
