//! Public holidays from an iCalendar file (RFC 5545): all-day events, also of several days, once or yearly.

use icalendar::parser::{Component, Property, read_components};
use jiff::civil::Date;
use jiff::{Span as Period, ToSpan};

use crate::emitter::Emitter;
use crate::error::{FileError, RowError};
use crate::limits::{HOLIDAY_DAYS_MAX, HOLIDAYS_MAX, ICS_BYTES_MAX, ICS_DEPTH_MAX, XML_TOKEN_BYTES_MAX};
use crate::record::{Holiday, Record};
use crate::source::Source;
use crate::table::encoding::decode_all;

/// Repetitions of one event that are looked at.
const REPEATS_MAX: i64 = 500;
const NAME_CHARS_MAX: usize = 500;

/// One `VEVENT` as text, unfolded, with the line that it begins on.
struct EventText {
    line: u64,
    text: String,
}

pub(crate) fn read(source: &Source, range: Option<(Date, Date)>, emitter: &mut Emitter<'_>) -> Result<(), FileError> {
    let text = decode_all(&source.read_all(ICS_BYTES_MAX)?)?;
    let events = events(&text)?;
    let mut count = 0;
    for event in events {
        match holidays(&event, range) {
            Ok(found) => {
                count += found.len();
                if count > HOLIDAYS_MAX {
                    return Err(FileError::new(
                        "too-many-holidays",
                        format!("the calendar gives more than {HOLIDAYS_MAX} holidays"),
                    ));
                }
                for holiday in found {
                    emitter.record(event.line, Record::Holiday(holiday));
                }
            }
            Err((property, code, message)) => {
                emitter.error(RowError::error(event.line, Some(property.to_owned()), code, message))
            }
        }
        if emitter.flow().is_break() {
            break;
        }
    }
    Ok(())
}

/// Cuts the file into events; everything else (time zones, to-dos, alarms of events) is left out.
fn events(text: &str) -> Result<Vec<EventText>, FileError> {
    let bad = |line: u64, why: &str| FileError::new("malformed", format!("line {line} of the calendar: {why}"));
    let (mut events, mut open, mut event): (Vec<EventText>, Vec<String>, Option<EventText>) =
        (Vec::new(), Vec::new(), None);
    for (line, content) in unfold(text) {
        if content.len() as u64 > XML_TOKEN_BYTES_MAX {
            return Err(bad(line, "it is too long"));
        }
        let upper = content.get(..6).map(str::to_ascii_uppercase).unwrap_or_default();
        if upper == "BEGIN:" {
            let name = content[6..].trim().to_ascii_uppercase();
            if open.is_empty() && name != "VCALENDAR" {
                return Err(bad(line, "the file doesn't begin with BEGIN:VCALENDAR"));
            }
            open.push(name);
            if open.len() > ICS_DEPTH_MAX {
                return Err(bad(line, "components are nested too deeply"));
            }
            if open.len() == 2 && open[1] == "VEVENT" {
                event = Some(EventText { line, text: "BEGIN:VEVENT\n".to_owned() });
            }
        } else if content.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("END:")) {
            if open.pop().as_deref() != Some(content[4..].trim().to_ascii_uppercase().as_str()) {
                return Err(bad(line, "an END that fits no BEGIN"));
            }
            if open.len() == 1
                && let Some(mut done) = event.take()
            {
                done.text.push_str("END:VEVENT\n");
                events.push(done);
            }
        } else if open.is_empty() {
            if !content.trim().is_empty() {
                return Err(bad(line, "text outside of BEGIN:VCALENDAR … END:VCALENDAR"));
            }
        } else if open.len() == 2
            && let Some(event) = &mut event
            && !content.trim().is_empty()
        {
            event.text.push_str(&content);
            event.text.push('\n');
        }
    }
    if open.is_empty() {
        Ok(events)
    } else {
        Err(FileError::new("malformed", "the calendar is cut off: END:VCALENDAR is missing"))
    }
}

/// Lines with those folded into them. Source: RFC 5545, 3.1.
fn unfold(text: &str) -> Vec<(u64, String)> {
    let mut lines: Vec<(u64, String)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        match line.strip_prefix([' ', '\t']) {
            Some(rest) if !lines.is_empty() => {
                if let Some((_, last)) = lines.last_mut() {
                    last.push_str(rest);
                }
            }
            _ => lines.push((number, line.to_owned())),
        }
    }
    lines
}

type Refusal = (&'static str, &'static str, String);

fn holidays(event: &EventText, range: Option<(Date, Date)>) -> Result<Vec<Holiday>, Refusal> {
    let component = read_components(&event.text)
        .ok()
        .and_then(|mut found| found.pop())
        .ok_or_else(|| ("VEVENT", "malformed", "the event can't be read".to_owned()))?;
    let find =
        |name: &str| component.properties.iter().find(|property| property.name.as_str().eq_ignore_ascii_case(name));
    if find("STATUS").is_some_and(|status| status.val.as_str().eq_ignore_ascii_case("CANCELLED")) {
        return Ok(Vec::new());
    }
    if find("RDATE").is_some() || find("RECURRENCE-ID").is_some() {
        return Err((
            "RDATE",
            "recurrence",
            "dates that are added to or moved out of a series are not read".to_owned(),
        ));
    }
    let start = find("DTSTART").ok_or(("DTSTART", "missing-value", "the event has no start".to_owned()))?;
    let start = day(start, "DTSTART")?;
    let days = length(start, find("DTEND"), find("DURATION"))?;
    let name = find("SUMMARY")
        .map(|name| name.val.as_str().trim().chars().take(NAME_CHARS_MAX).collect::<String>())
        .unwrap_or_default();
    if name.is_empty() {
        return Err(("SUMMARY", "missing-value", "the event has no name".to_owned()));
    }
    let external_id = find("UID").map(|uid| uid.val.as_str().trim().to_owned()).filter(|uid| !uid.is_empty());
    let left_out = left_out(&component)?;
    let starts = match find("RRULE") {
        None => vec![start],
        Some(rule) => yearly(start, rule.val.as_str(), range)?,
    };
    let mut found = Vec::new();
    for first in starts.into_iter().filter(|first| !left_out.contains(first)) {
        for offset in 0..days {
            let Ok(on) = first.checked_add(offset.days()) else {
                break;
            };
            if range.is_none_or(|(from, to)| from <= on && on <= to) {
                found.push(Holiday { external_id: external_id.clone(), on, name: name.clone() });
            }
        }
    }
    Ok(found)
}

/// `20260101`, or that with a time at which `VALUE` says otherwise.
fn day(property: &Property<'_>, name: &'static str) -> Result<Date, Refusal> {
    let text = property.val.as_str().trim();
    if text.contains('T') {
        return Err((name, "not-all-day", format!("the event has a time ({text}); only all-day events are holidays")));
    }
    strict_day(text)
        .ok_or_else(|| (name, "not-a-date", format!("\"{}\" is no date", text.chars().take(40).collect::<String>())))
}

fn strict_day(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?);
    Date::new(year, month, day).ok()
}

/// Days of the event: to the day before `DTEND`, by `DURATION`, else one. Source: RFC 5545, 3.6.1.
fn length(start: Date, end: Option<&Property<'_>>, duration: Option<&Property<'_>>) -> Result<i64, Refusal> {
    let days = if let Some(end) = end {
        let end = day(end, "DTEND")?;
        // Some programs write the same day as the end of a whole day.
        if end == start { 1 } else { i64::from((end - start).get_days()) }
    } else if let Some(duration) = duration {
        let text = duration.val.as_str().trim();
        let number = |suffix: char| {
            text.strip_prefix('P')
                .and_then(|rest| rest.strip_suffix(suffix))
                .and_then(|digits| digits.parse::<i64>().ok())
        };
        number('D').or_else(|| number('W').and_then(|weeks| weeks.checked_mul(7))).ok_or((
            "DURATION",
            "not-all-day",
            "only whole days or weeks are read".to_owned(),
        ))?
    } else {
        1
    };
    if (1..=HOLIDAY_DAYS_MAX).contains(&days) {
        Ok(days)
    } else {
        Err(("DTEND", "out-of-range", format!("the event is {days} days long; 1 to {HOLIDAY_DAYS_MAX} are read")))
    }
}

fn left_out(component: &Component<'_>) -> Result<Vec<Date>, Refusal> {
    let mut days = Vec::new();
    for property in component.properties.iter().filter(|property| property.name.as_str().eq_ignore_ascii_case("EXDATE"))
    {
        for text in property.val.as_str().split(',') {
            let text = text.trim();
            days.push(
                strict_day(text.get(..8).unwrap_or(text))
                    .ok_or_else(|| ("EXDATE", "not-a-date", "a left-out day can't be read".to_owned()))?,
            );
        }
    }
    Ok(days)
}

/// The starts of a yearly rule within `range`; without a range the first one alone.
fn yearly(start: Date, rule: &str, range: Option<(Date, Date)>) -> Result<Vec<Date>, Refusal> {
    let refuse = |what: &str| {
        (
            "RRULE",
            "recurrence",
            format!(
                "the rule \"{}\" is not read ({what}); only the same day each year is",
                rule.chars().take(80).collect::<String>()
            ),
        )
    };
    let (mut interval, mut count, mut until, mut is_yearly) = (1_i64, REPEATS_MAX, None, false);
    for part in rule.split(';').filter(|part| !part.trim().is_empty()) {
        let (key, value) = part.split_once('=').ok_or_else(|| refuse("it is malformed"))?;
        let value = value.trim();
        let same = |own: i8| value.parse::<i8>().is_ok_and(|given| given == own);
        match key.trim().to_ascii_uppercase().as_str() {
            "FREQ" if value.eq_ignore_ascii_case("YEARLY") => is_yearly = true,
            "INTERVAL" => {
                interval = value.parse().ok().filter(|n| (1..=100).contains(n)).ok_or_else(|| refuse("INTERVAL"))?
            }
            "COUNT" => {
                count = value.parse::<i64>().ok().filter(|n| *n >= 1).ok_or_else(|| refuse("COUNT"))?.min(REPEATS_MAX)
            }
            "UNTIL" => until = Some(strict_day(value.get(..8).unwrap_or(value)).ok_or_else(|| refuse("UNTIL"))?),
            "BYMONTH" if same(start.month()) => {}
            "BYMONTHDAY" if same(start.day()) => {}
            "WKST" => {}
            other => return Err(refuse(other)),
        }
    }
    if !is_yearly {
        return Err(refuse("no FREQ=YEARLY"));
    }
    let Some((_, last)) = range else {
        return Ok(vec![start]);
    };
    let last = until.map_or(last, |until: Date| until.min(last));
    let mut starts = Vec::new();
    let (mut step, mut given) = (0, 0);
    while given < count && step <= REPEATS_MAX {
        let Ok(next) = start.checked_add(Period::new().years(interval * step)) else {
            break;
        };
        if next > last {
            break;
        }
        // 29 February comes again in leap years only. Source: RFC 5545, 3.3.10, invalid dates are ignored.
        if next.day() == start.day() {
            starts.push(next);
            given += 1;
        }
        step += 1;
    }
    Ok(starts)
}
