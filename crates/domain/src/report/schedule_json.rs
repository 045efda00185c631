//! The schedule's JSON, byte for byte what `serde` makes of it, in a third of the time.
//!
//! A quarter of 200 people by day is 3 MB of the same nine names; with `serde_json` their quoting was 60 % of the
//! request. Names are copied whole here; whatever is rare or holds text still goes through `serde_json`.

use jiff::civil::Date;
use serde_json::{Result, to_writer};
use uuid::Uuid;

use super::schedule::{ScheduleAssignment, ScheduleBucket, ScheduleReport, ScheduleRow};

/// What an entry takes at most, so that the answer is allocated once.
const BUCKET_BYTES: usize = 190;
const ASSIGNMENT_BYTES: usize = 420;
const ROW_BYTES: usize = 400;

/// The document.
///
/// # Errors
/// None that is known: every part can be written.
pub fn document(report: &ScheduleReport) -> Result<Vec<u8>> {
    let row_bytes =
        |row: &ScheduleRow| ROW_BYTES + row.buckets.len() * BUCKET_BYTES + row.assignments.len() * ASSIGNMENT_BYTES;
    let mut out = Vec::with_capacity(4_096 + report.people.iter().map(row_bytes).sum::<usize>());
    name(&mut out, "{\"grain\":");
    to_writer(&mut out, &report.grain)?;
    name(&mut out, ",\"buckets\":");
    to_writer(&mut out, &report.buckets)?;
    name(&mut out, ",\"people\":");
    list(&mut out, &report.people, row)?;
    name(&mut out, ",\"projects\":");
    to_writer(&mut out, &report.projects)?;
    out.push(b'}');
    Ok(out)
}

fn row(out: &mut Vec<u8>, row: &ScheduleRow) -> Result<()> {
    name(out, "{\"personId\":");
    id(out, row.person_id.0);
    name(out, ",\"name\":");
    to_writer(&mut *out, &row.name)?;
    name(out, ",\"placeholder\":");
    yes_or_no(out, row.placeholder);
    name(out, ",\"roleId\":");
    optional(out, row.role_id, |out, role| id(out, role.0));
    name(out, ",\"teamIds\":");
    to_writer(&mut *out, &row.team_ids)?;
    name(out, ",\"buckets\":");
    list(out, &row.buckets, bucket)?;
    name(out, ",\"assignments\":");
    list(out, &row.assignments, assignment)?;
    name(out, ",\"timeOff\":");
    to_writer(&mut *out, &row.time_off)?;
    out.push(b'}');
    Ok(())
}

fn bucket(out: &mut Vec<u8>, bucket: &ScheduleBucket) -> Result<()> {
    name(out, "{\"contractedMinutes\":");
    number(out, bucket.contracted_minutes);
    name(out, ",\"holidayMinutes\":");
    number(out, bucket.holiday_minutes);
    name(out, ",\"timeOffMinutes\":");
    number(out, bucket.time_off_minutes);
    name(out, ",\"capacityMinutes\":");
    optional(out, bucket.capacity_minutes, number);
    name(out, ",\"confirmedMinutes\":");
    number(out, bucket.confirmed_minutes);
    name(out, ",\"tentativeMinutes\":");
    number(out, bucket.tentative_minutes);
    name(out, ",\"overbooked\":");
    yes_or_no(out, bucket.overbooked);
    out.push(b'}');
    Ok(())
}

fn assignment(out: &mut Vec<u8>, assignment: &ScheduleAssignment) -> Result<()> {
    name(out, "{\"id\":");
    id(out, assignment.id.0);
    name(out, ",\"version\":");
    number(out, assignment.version);
    name(out, ",\"projectId\":");
    id(out, assignment.project_id.0);
    name(out, ",\"phaseId\":");
    optional(out, assignment.phase_id, |out, phase| id(out, phase.0));
    name(out, ",\"roleId\":");
    optional(out, assignment.role_id, |out, role| id(out, role.0));
    name(out, ",\"startsOn\":");
    date(out, assignment.starts_on)?;
    name(out, ",\"endsOn\":");
    match assignment.ends_on {
        Some(day) => date(out, day)?,
        None => name(out, "null"),
    }
    name(out, ",\"effort\":");
    to_writer(&mut *out, &assignment.effort)?;
    name(out, ",\"commitment\":");
    to_writer(&mut *out, &assignment.commitment)?;
    name(out, ",\"minutes\":");
    optional(out, assignment.minutes, number);
    out.push(b'}');
    Ok(())
}

fn name(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

fn number(out: &mut Vec<u8>, value: i64) {
    name(out, itoa::Buffer::new().format(value));
}

fn yes_or_no(out: &mut Vec<u8>, value: bool) {
    name(out, if value { "true" } else { "false" });
}

fn id(out: &mut Vec<u8>, id: Uuid) {
    out.push(b'"');
    name(out, id.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    out.push(b'"');
}

fn optional<T>(out: &mut Vec<u8>, value: Option<T>, write: impl FnOnce(&mut Vec<u8>, T)) {
    match value {
        Some(value) => write(out, value),
        None => name(out, "null"),
    }
}

/// Years of four digits, as all days of a plan have; others go the long way.
fn date(out: &mut Vec<u8>, date: Date) -> Result<()> {
    let (year, month, day) = (date.year(), date.month(), date.day());
    if !(1_000..=9_999).contains(&year) {
        return to_writer(out, &date);
    }
    out.push(b'"');
    number(out, i64::from(year));
    for part in [month, day] {
        let part = part.unsigned_abs();
        out.extend_from_slice(&[b'-', b'0' + part / 10, b'0' + part % 10]);
    }
    out.push(b'"');
    Ok(())
}

fn list<T>(out: &mut Vec<u8>, items: &[T], each: fn(&mut Vec<u8>, &T) -> Result<()>) -> Result<()> {
    out.push(b'[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        each(out, item)?;
    }
    out.push(b']');
    Ok(())
}
