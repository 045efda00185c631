//! What is written can be read back, by this crate and by another library, and nothing in it is a formula.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use jiff::Timestamp;
use jiff::civil::date;
use raally_exchange::export::neutral::is_formula_like;
use raally_exchange::export::{Column, ColumnKind, CsvOptions, ExportError, Table, Value, write_csv, write_xlsx};

const FORMULAS: [&str; 9] =
    ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1+1", "  =HYPERLINK(\"http://x\")", "=cmd|' /C calc'!A0"];

fn table() -> Table<Vec<Vec<Value>>> {
    let money = ColumnKind::Money { currency: "EUR".to_owned(), digits: 2 };
    let columns = vec![
        Column::new("name", "Name", ColumnKind::Text),
        Column::new("hours", "Booked", ColumnKind::Minutes),
        Column::new("cost", "Cost", money),
        Column::new("share", "Utilisation", ColumnKind::Percent),
        Column::new("from", "From", ColumnKind::Date),
        Column::new("at", "Changed", ColumnKind::Instant),
        Column::new("count", "Count", ColumnKind::Int),
    ];
    let row = |name: &str| {
        vec![
            Value::Text(name.to_owned()),
            Value::Int(2_250),
            Value::Int(-123_456),
            Value::Int(8_750),
            Value::Date(date(2026, 2, 1)),
            Value::Instant(Timestamp::from_second(1_767_225_600).unwrap()),
            Value::Int(-3),
        ]
    };
    let mut rows: Vec<_> = FORMULAS.iter().map(|text| row(text)).collect();
    rows.push(row("Zoë \"Z\"; a,b\nnext"));
    rows.push(vec![Value::Blank; 7]);
    Table { name: "Plan [2026]".to_owned(), columns, rows }
}

#[test]
fn csv_reads_back_and_holds_no_formula() {
    let mut out = Vec::new();
    write_csv(table(), CsvOptions { byte_order_mark: true, ..CsvOptions::default() }, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with("\u{feff}Name,Booked (h),Cost (EUR),Utilisation (%),From,Changed,Count\r\n"));
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    for (row, formula) in rows.iter().zip(FORMULAS) {
        assert_eq!(row.get(0), Some(format!("'{formula}").as_str()));
        assert_eq!(
            row.iter().skip(1).collect::<Vec<_>>(),
            ["37.50", "-1234.56", "87.50", "2026-02-01", "2026-01-01T00:00:00Z", "-3"]
        );
        assert!(!is_formula_like(&row[0]));
    }
    assert_eq!(&rows[FORMULAS.len()][0], "Zoë \"Z\"; a,b\nnext");
    assert!(rows.last().unwrap().iter().all(str::is_empty));
}

#[test]
fn xlsx_reads_back_in_another_library_and_holds_no_formula() {
    let mut out = Cursor::new(Vec::new());
    write_xlsx(table(), &mut out).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(out).unwrap();
    assert_eq!(book.sheet_names(), ["Plan -2026-"]);
    let formulas = book.worksheet_formula("Plan -2026-").unwrap();
    assert!(formulas.used_cells().next().is_none());
    let range = book.worksheet_range("Plan -2026-").unwrap();
    for (row, formula) in (1..).zip(FORMULAS) {
        let Some(Data::String(text)) = range.get_value((row, 0)) else { panic!("no text in row {row}") };
        // XML reads a lone carriage return as a line feed.
        assert_eq!(text.replace(['\r', '\n'], " ").trim(), formula.replace(['\r', '\n'], " ").trim());
        assert_eq!(range.get_value((row, 1)), Some(&Data::Float(37.5)));
        assert_eq!(range.get_value((row, 2)), Some(&Data::Float(-1234.56)));
        assert_eq!(range.get_value((row, 3)), Some(&Data::Float(0.875)));
        assert!(matches!(range.get_value((row, 4)), Some(Data::DateTime(day)) if day.as_f64() == 46_054.0));
    }
}

#[test]
fn a_row_of_another_width_is_refused() {
    let mut broken = table();
    broken.rows[1].pop();
    assert!(matches!(
        write_csv(broken.clone(), CsvOptions::default(), Vec::new()),
        Err(ExportError::Shape { row: 2, cells: 6, columns: 7 })
    ));
    assert!(matches!(write_xlsx(broken, Cursor::new(Vec::new())), Err(ExportError::Shape { .. })));
}
