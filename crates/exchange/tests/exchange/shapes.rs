//! The shapes that companies keep their sheets in, in CSV and XLSX, and what is said about cells that can't be read.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Cursor;

use crate::shared_data::{bytes, read_as};
use jiff::civil::date;
use raally_domain::model::effort::{Effort, Span};
use raally_exchange::record::{Assignee, Assignment, Basis, TimeOff};
use raally_exchange::table::mapping::Field;
use raally_exchange::{Format, Item, Mapping, Record, RowError, Source, Summary, inspect};
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Formula, Workbook, Worksheet, XlsxError};

fn csv(text: &str) -> (Vec<Record>, Vec<RowError>, Summary) {
    split(read_as(&bytes(text), Format::Csv, None).unwrap())
}

fn csv_with(text: &str, mapping: &str) -> (Vec<Record>, Vec<RowError>, Summary) {
    split(read_as(&bytes(text), Format::Csv, Some(Mapping::from_json(mapping.as_bytes()).unwrap())).unwrap())
}

fn split((items, summary): (Vec<Item>, Summary)) -> (Vec<Record>, Vec<RowError>, Summary) {
    let (good, bad): (Vec<Item>, Vec<Item>) = items.into_iter().partition(Result::is_ok);
    (
        good.into_iter().map(|item| item.unwrap().record).collect(),
        bad.into_iter().map(|item| item.unwrap_err()).collect(),
        summary,
    )
}

fn assignments(records: &[Record]) -> Vec<&Assignment> {
    records
        .iter()
        .filter_map(|record| if let Record::Assignment(assignment) = record { Some(&**assignment) } else { None })
        .collect()
}

fn spans(assignment: &Assignment) -> &[Span] {
    let Effort::Phased { spans } = &assignment.effort else { panic!("no spans in {assignment:?}") };
    spans
}

fn who(assignment: &Assignment) -> Option<&str> {
    match &assignment.assignee {
        Assignee::Person(key) => key.name.as_deref(),
        Assignee::Placeholder { name } => name.as_deref(),
    }
}

const WIDE: &str = "Ressourcenplan;;;;;;;\n;;;Dezember 2025;;Januar 2026;;\nMitarbeiter;Projekt;Rolle;KW 51;KW 52;KW 1;KW 2;Summe\n\
Anna;Portal;Dev;8;;37,5;-;45,5\n;Shop;Dev;;4;;4;8\n;Summe;;8;4;37,5;4;53,5\nBert;Portal;QA;0;;;;0\nN.N.;Portal;QA;;;;16;16\nGesamt;;;8;4;37,5;20;69,5\n";

#[test]
fn a_wide_csv_with_calendar_weeks_blank_names_and_sums_is_understood() {
    let (records, errors, summary) = csv(WIDE);
    assert_eq!(errors, []);
    assert_eq!((summary.rows, summary.totals_rows), (6, 2));
    let all = assignments(&records);
    assert_eq!(
        all.iter().map(|assignment| (who(assignment), assignment.project.name.as_deref())).collect::<Vec<_>>(),
        [(Some("Anna"), Some("Portal")), (Some("Anna"), Some("Shop")), (Some("N.N."), Some("Portal")),]
    );
    assert_eq!(
        spans(all[0]),
        [
            Span { from: date(2025, 12, 15), to: date(2025, 12, 21), minutes: 480 },
            Span { from: date(2025, 12, 29), to: date(2026, 1, 4), minutes: 2_250 },
        ]
    );
    assert_eq!(spans(all[1])[0], Span { from: date(2025, 12, 22), to: date(2025, 12, 28), minutes: 240 });
    assert!(matches!(all[2].assignee, Assignee::Placeholder { .. }));
    assert!(
        records
            .iter()
            .any(|record| matches!(record, Record::Skipped(skipped) if skipped.reason == "the row has no hours"))
    );
}

#[test]
fn a_bad_week_cell_is_named_by_row_letter_and_header_and_nothing_of_its_row_is_taken() {
    let (records, errors, _) = csv(&WIDE.replace(";4;;4;8", ";viel;;200;8"));
    assert_eq!(
        errors.iter().map(|error| (error.row, error.column.as_deref().unwrap(), error.code)).collect::<Vec<_>>(),
        [(5, "E \"KW 52\"", "not-a-number"), (5, "G \"KW 2\"", "out-of-range"),]
    );
    assert_eq!(assignments(&records).len(), 2);
}

fn workbook(fill: fn(&mut Worksheet) -> Result<(), XlsxError>) -> Source {
    let mut book = Workbook::new();
    fill(book.add_worksheet().set_name("Plan 2026").unwrap()).unwrap();
    let mut out = Cursor::new(Vec::new());
    book.save_to_writer(&mut out).unwrap();
    bytes(out.into_inner())
}

fn merged_plan(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let (plain, day) = (CellFormat::new(), CellFormat::new().set_num_format("dd.mm.yyyy"));
    sheet.merge_range(0, 0, 0, 6, "Kapazität", &plain)?;
    sheet.write(1, 0, "Name")?.write(1, 1, "Project")?.write(1, 2, "Role")?.write(1, 6, "Total")?;
    for (column, start) in [(3, 5), (4, 12), (5, 19)] {
        sheet.write_with_format(1, column, ExcelDateTime::from_ymd(2026, 1, start)?, &day)?;
    }
    sheet.merge_range(2, 0, 3, 0, "Anna", &plain)?;
    sheet.write(2, 1, "Portal")?.write(2, 2, "Dev")?.write(2, 3, 8)?.write(2, 4, 8.25)?;
    sheet.write(3, 1, "Shop")?.write(3, 2, "Dev")?.write_formula(3, 4, Formula::new("=2*8").set_result("16"))?;
    sheet.write(4, 1, "Shop")?.write(4, 2, "QA")?.write_formula(4, 3, Formula::new("=1/0").set_result("#DIV/0!"))?;
    sheet.write(5, 0, "Total")?.write_formula(5, 3, Formula::new("=SUM(D3:D5)").set_result("8"))?;
    Ok(())
}

#[test]
fn a_workbook_with_merged_people_real_dates_and_formulas_is_understood() {
    let source = workbook(merged_plan);
    let (records, errors, summary) = split(read_as(&source, Format::Xlsx, None).unwrap());
    assert_eq!(summary.totals_rows, 1);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!((errors[0].row, errors[0].column.as_deref()), (5, Some("D \"2026-01-05\"")));
    let all = assignments(&records);
    let found: Vec<_> = all.iter().map(|assignment| (who(assignment), spans(assignment).len())).collect();
    assert_eq!(found, [(Some("Anna"), 2), (Some("Anna"), 1)]);
    assert_eq!(spans(all[0])[1], Span { from: date(2026, 1, 12), to: date(2026, 1, 18), minutes: 495 });
    assert_eq!(spans(all[1])[0].minutes, 960);
}

#[test]
fn the_order_of_day_and_month_is_seen_in_the_whole_column_not_guessed() {
    let row = "Anna,Portal,Dev,8,01/02/2026,03/04/2026\n";
    let head = "Name,Project,Role,Hours per week,Start,End\n";
    let many = row.repeat(500);
    let start =
        |last: &str| assignments(&csv(&format!("{head}{many}{last}")).0).first().map(|assignment| assignment.from);
    assert_eq!(start("Bert,Portal,Dev,8,25/02/2026,26/02/2026\n"), Some(date(2026, 2, 1)));
    assert_eq!(start("Bert,Portal,Dev,8,02/25/2026,02/26/2026\n"), Some(date(2026, 1, 2)));
    let (records, errors, _) = csv(&format!("{head}{row}"));
    assert!(assignments(&records).is_empty());
    assert_eq!(
        errors.iter().map(|error| (error.code, error.column.as_deref().unwrap())).collect::<Vec<_>>(),
        [("ambiguous-date", "E \"Start\""), ("ambiguous-date", "F \"End\"")]
    );
    let mixed = csv(&format!("{head}{row}Bert,P,Dev,8,25/02/2026,02/26/2026\n"));
    assert_eq!(mixed.1.len(), 2, "dates with one reading are taken, the others refused");
}

#[test]
fn a_long_row_says_all_that_is_wrong_with_it() {
    let text = "Name;E-Mail;Projekt;Rolle;Std./Woche;Von;Bis;Status\nAnna;anna;Portal;Dev;viel;31.02.2026;01.01.2026;vielleicht\nBert;;;Dev;8;02.02.2026;01.02.2026;fix\nCara;;Shop;Dev;8;02.02.2026;;storniert\n";
    let (records, errors, _) = csv(text);
    assert!(assignments(&records).is_empty());
    assert_eq!(
        errors.iter().map(|error| (error.row, error.code)).collect::<Vec<_>>(),
        [
            (2, "not-an-email"),
            (2, "unknown-value"),
            (2, "not-a-date"),
            (2, "not-a-number"),
            (3, "missing-value"),
            (3, "end-before-start"),
        ]
    );
    assert!(matches!(&records[..], [Record::Skipped(skipped)] if skipped.reason == "its status is \"storniert\""));
}

#[test]
fn every_unit_of_effort_is_read() {
    let first = |header: &str, value: &str| {
        assignments(&csv(&format!("Name;Projekt;Von;Bis;{header}\nAnna;Portal;02.02.2026;06.02.2026;{value}\n")).0)
            .first()
            .map(|assignment| assignment.effort.clone())
    };
    assert_eq!(first("Std./Woche", "37,5"), Some(Effort::HoursPerWeek { minutes_per_week: 2_250 }));
    assert_eq!(first("Std./Tag", "7:30"), Some(Effort::HoursPerDay { minutes_per_day: 450 }));
    assert_eq!(first("Auslastung", "50 %"), Some(Effort::Percent { basis_points: 5_000 }));
    assert_eq!(first("Auslastung", "0,5"), Some(Effort::Percent { basis_points: 5_000 }));
    assert_eq!(first("Stunden gesamt", "1.200,5"), Some(Effort::Total { minutes: 72_030 }));
    assert_eq!(first("Tage pro Woche", "2,5"), Some(Effort::HoursPerWeek { minutes_per_week: 1_200 }));
}

#[test]
fn a_mapping_names_columns_values_defaults_and_units() {
    let mapping = r#"{"kind": "assignments", "columns": {"person": "Wer", "project": 2, "effort": "X", "from": "Ab", "status": "S"},
        "values": {"status": {"A": "confirmed", "b": "tentative"}}, "defaults": {"role": "Consultant"}, "hoursUnit": "days-per-week", "minutesPerDay": 450, "dateFormat": "MM/DD/YYYY"}"#;
    let (records, errors, _) = csv_with("Wer,,X,Ab,S\nAnna,Portal,2,02/03/2026,B\n", mapping);
    assert_eq!(errors, []);
    let all = assignments(&records);
    assert_eq!((all[0].from, all[0].role.as_deref(), all[0].tentative), (date(2026, 2, 3), Some("Consultant"), true));
    assert_eq!(all[0].effort, Effort::HoursPerWeek { minutes_per_week: 900 });
    let missing =
        read_as(&bytes("A,B\n1,2\n"), Format::Csv, Some(Mapping::from_json(mapping.as_bytes()).unwrap())).unwrap_err();
    assert_eq!(missing.code, "missing-column");
    for bad in [
        "{",
        "{\"colums\": {}}",
        "{\"decimal\": \"x\"}",
        "{\"columns\": {\"person\": 0}}",
        "{\"period\": {\"from\": \"2026-02-01\", \"to\": \"2026-01-01\"}}",
    ] {
        assert_eq!(Mapping::from_json(bad.as_bytes()).unwrap_err().code, "bad-mapping", "{bad}");
    }
}

#[test]
fn people_projects_pay_and_time_off_have_their_own_sheets() {
    let (people, errors, _) = csv(
        "Vorname;Nachname;E-Mail;Team;Kenntnisse;Wochenstunden\nAnna;Weiß;Anna@X.example;Berlin;Rust, SQL;32\nAnna;Weiß;anna@x.example;Lisboa;;\n",
    );
    assert!(
        matches!(&people[..], [Record::Person(person)] if person.key.name.as_deref() == Some("Anna Weiß") && person.skills == ["Rust", "SQL"] && person.weekly_minutes == Some(1_920))
    );
    assert_eq!(errors.iter().map(|error| (error.row, error.code)).collect::<Vec<_>>(), [(3, "differs")]);
    let (projects, ..) =
        csv("Project code,Project,Client,Start date,End date\nP-1,Portal,ACME,2026-01-05,2026-03-31\n");
    assert!(
        matches!(&projects[..], [Record::Client(_), Record::Project(project)] if project.ends_on == Some(date(2026, 3, 31)))
    );
    let (pay, ..) =
        csv("Employee;Email;Salary;Currency;Basis;Valid from\nAnna;anna@x.example;60.000,50;€;Jahr;01.01.2026\n");
    assert!(
        matches!(&pay[..], [Record::Person(_), Record::Compensation(pay)] if pay.amount_minor == 6_000_050 && pay.basis == Basis::Yearly && pay.currency.as_deref() == Some("EUR"))
    );
    let (off, errors, _) = csv(
        "Mitarbeiter;Abwesenheitsart;Von;Bis;Status\nAnna;Urlaub;01.07.2026;14.07.2026;genehmigt\nBert;krank;01.07.2026;;beantragt\nCara;Urlaub;01.07.2026;;abgelehnt\n",
    );
    assert_eq!(errors, []);
    let times: Vec<&TimeOff> =
        off.iter().filter_map(|record| if let Record::TimeOff(off) = record { Some(&**off) } else { None }).collect();
    assert_eq!(
        times.iter().map(|off| (off.type_name.as_deref().unwrap(), off.to.day(), off.approved)).collect::<Vec<_>>(),
        [("Urlaub", 14, true), ("krank", 1, false)]
    );
}

#[test]
fn rows_wider_than_their_headers_are_read() {
    let (records, errors, _) =
        csv("Name;Projekt;Von;Std./Woche\nAnna;P;02.02.2026;8;;a@x.example\nBert;P;02.02.2026;8;;b@x.example\n");
    assert_eq!(errors, []);
    assert!(matches!(&records[0], Record::Person(person) if person.key.email.as_deref() == Some("a@x.example")));
}

#[test]
fn a_table_that_is_not_understood_asks_for_a_mapping() {
    let source = bytes("foo;bar;baz\n1;2;3\n");
    let error = read_as(&source, Format::Csv, None).unwrap_err();
    assert_eq!(error.code, "mapping-needed");
    let preview = inspect(&source, Format::Csv, &Mapping::default()).unwrap();
    assert_eq!((preview.confidence, preview.columns.len()), (0, 3));
    for (text, code) in [
        ("", "empty-file"),
        ("\n \n", "empty-file"),
        ("Name;Projekt;Von;Std./Woche\n", "no-rows"),
        (";;\n;;\n", "empty-file"),
    ] {
        assert_eq!(read_as(&bytes(text), Format::Csv, None).unwrap_err().code, code, "{text:?}");
    }
}

#[test]
fn a_hundred_thousand_rows_come_one_by_one() {
    let mut text = String::from("Name;E-Mail;Projekt;Rolle;Std./Woche;Von;Bis\n");
    for row in 0..100_000 {
        text.push_str(&format!(
            "Person {p};p{p}@x.example;Projekt {q};Dev;8;02.02.2026;{d:02}.03.2026\n",
            p = row % 1_000,
            q = row % 50,
            d = row % 28 + 1
        ));
    }
    let source = bytes(text);
    let mut records = raally_exchange::stream(source.clone(), Format::Csv, raally_exchange::ReadOptions::default());
    let mut count = 0;
    for item in records.by_ref() {
        count += u64::from(matches!(item.unwrap().unwrap().record, Record::Assignment(_)));
    }
    assert_eq!(count, 100_000);
    assert_eq!(records.summary().unwrap().records, 100_000 + 1_000 + 50);
    let mut stopped = raally_exchange::stream(source, Format::Csv, raally_exchange::ReadOptions::default());
    assert!(stopped.next().is_some());
    drop(stopped);
}

#[test]
fn hours_a_week_of_a_list_of_people_are_those_of_their_contracts() {
    let sheet =
        "Name,Email,Team,Hours per week\nIda Moen,ida@example.org,Design,40\nJon Moe,jon@example.org,Design,many\n";
    let preview = inspect(&bytes(sheet), Format::Csv, &Mapping::default()).unwrap();
    assert!(preview.mapping.columns.contains_key(&Field::ContractHours), "{:?}", preview.mapping.columns);
    let (records, errors, _) = csv(sheet);
    assert!(matches!(&records[..], [Record::Person(ida)] if ida.weekly_minutes == Some(2_400)), "{records:?}");
    let fault = &errors[0];
    assert_eq!((fault.row, fault.code, fault.value.as_deref()), (3, "not-a-number", Some("many")));
}
