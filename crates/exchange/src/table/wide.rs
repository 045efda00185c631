//! One row of a wide table: person × project × role, hours in a column per week. It becomes one assignment with a span for
//! each week that has hours.

use jiff::ToSpan;
use jiff::civil::Weekday;
use raally_domain::model::effort::{Effort, Span};

use super::cell::Cell;
use super::kinds::Head;
use super::mapping::HoursUnit;
use super::number::{self, to_integer};
use super::row::{RowReader, shown};
use super::weeks::SpanColumn;
use crate::emitter::Emitter;
use crate::error::{FileError, RowError};

/// Minutes of a full week where week columns are in percent and the mapping says nothing.
const WEEK_MINUTES: i64 = 2_400;

pub(crate) fn assignment(
    reader: &mut RowReader<'_>,
    columns: &[SpanColumn],
    emitter: &mut Emitter<'_>,
) -> Result<(), FileError> {
    let head = Head::read(reader);
    let spans = spans(reader, columns);
    if reader.has_errors() {
        return Ok(());
    }
    let ends = spans.first().zip(spans.last()).map(|(first, last)| (first.from, last.to));
    let work = ends.map(|(from, to)| (from, Some(to), Effort::Phased { spans }));
    head.emit(reader, emitter, work)
}

fn spans(reader: &mut RowReader<'_>, columns: &[SpanColumn]) -> Vec<Span> {
    let mut spans = Vec::new();
    for column in columns {
        match minutes(reader, column) {
            Ok(Some(minutes)) => spans.push(Span { from: column.from, to: column.to, minutes }),
            Ok(None) => {}
            Err((code, message)) => {
                let place = reader.columns.place(column.index);
                let value = shown(&reader.row.cell(column.index).display());
                reader.errors.push(RowError::error(reader.row.number, Some(place), code, message).showing(value));
            }
        }
    }
    spans
}

fn minutes(reader: &RowReader<'_>, column: &SpanColumn) -> Result<Option<i64>, (&'static str, String)> {
    let mut in_percent = false;
    let number = match reader.row.cell(column.index) {
        Cell::Blank => return Ok(None),
        Cell::Number(number) => *number,
        Cell::Text(text) if matches!(text.as_str(), "-" | "–" | "—" | "." | "/") => {
            return Ok(None);
        }
        Cell::Text(text) => {
            in_percent = text.ends_with('%');
            number::parse(text, reader.decimal())
                .ok_or_else(|| ("not-a-number", format!("\"{}\" is no number", shown(text))))?
        }
        Cell::Date(date) => {
            return Err(("not-a-number", format!("the date {date} stands where hours are expected")));
        }
        Cell::Fault(fault) => return Err(("cell-error", format!("the cell shows {fault}"))),
        Cell::Formula => {
            let message = "the cell holds a formula whose result was never stored; open the file in a spreadsheet program and save it";
            return Err(("formula-without-result", message.to_owned()));
        }
    };
    let (days, weekdays) = days(column);
    #[expect(clippy::cast_precision_loss, reason = "small counts of days and minutes")]
    let (day_minutes, share_minutes, weekdays) = (
        reader.mapping.day_minutes() as f64,
        reader.mapping.minutes_per_week.unwrap_or(WEEK_MINUTES) as f64 * weekdays as f64 / 5.0,
        weekdays as f64,
    );
    let exact = match reader.mapping.hours_unit {
        _ if in_percent => number / 100.0 * share_minutes,
        HoursUnit::HoursPerWeek | HoursUnit::TotalHours => number * 60.0,
        HoursUnit::HoursPerDay => number * 60.0 * weekdays,
        HoursUnit::DaysPerWeek | HoursUnit::TotalDays => number * day_minutes,
        HoursUnit::Percent => number / 100.0 * share_minutes,
        HoursUnit::Fraction => number * share_minutes,
    };
    let most = days * 1_440;
    match to_integer(exact).filter(|minutes| (0..=most).contains(minutes)) {
        Some(0) => Ok(None),
        Some(minutes) => Ok(Some(minutes)),
        None => Err((
            "out-of-range",
            format!("{number} must be 0 or more and fit into the {days} days of {} to {}", column.from, column.to),
        )),
    }
}

/// All days of a column, and those from Monday to Friday.
fn days(column: &SpanColumn) -> (i64, i64) {
    let (mut day, mut all, mut weekdays) = (column.from, 0, 0);
    while day <= column.to {
        all += 1;
        weekdays += i64::from(!matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
        match day.checked_add(1.day()) {
            Ok(next) => day = next,
            Err(_) => break,
        }
    }
    (all, weekdays)
}
