//! One row of a sheet of time off.

use super::fields::{DAY_MINUTES_MAX, check_order, in_range, known_person, person_of};
use super::mapping::Field;
use super::row::{RowReader, shown};
use super::synonyms::approval_of;
use crate::emitter::Emitter;
use crate::error::FileError;
use crate::record::{Record, TimeOff};

pub(crate) fn time_off(reader: &mut RowReader<'_>, emitter: &mut Emitter<'_>) -> Result<(), FileError> {
    let key = known_person(reader);
    let from = reader.date(Field::From);
    let from = reader.require(Field::From, from, "the first day");
    let to = reader.date(Field::To).or(from);
    check_order(reader, from, to);
    let minutes_per_day = reader.number(Field::Effort).and_then(|hours| {
        in_range(
            reader,
            Field::Effort,
            hours * 60.0,
            1,
            DAY_MINUTES_MAX,
            "hours off a day must be more than 0 and at most 24",
        )
    });
    let approved = match reader.text(Field::Status) {
        None => Some(true),
        Some(text) => match approval_of(&text) {
            Some("approved") => Some(true),
            Some("pending") => Some(false),
            Some(_) => None,
            None => {
                reader.fail(
                    Field::Status,
                    "unknown-value",
                    format!(
                        "the status \"{}\" is not known; the mapping can say what it means (values.status)",
                        shown(&text)
                    ),
                );
                None
            }
        },
    };
    let (type_name, note, external_id) =
        (reader.text(Field::TimeOffType), reader.text(Field::Note), reader.text(Field::RowId));
    let (Some(from), Some(to), false) = (from, to, reader.has_errors()) else {
        return Ok(());
    };
    let person = person_of(reader, key.clone());
    emitter.person(reader, person)?;
    let row = reader.row.number;
    let Some(approved) = approved else {
        let name = key.name.or(key.email).unwrap_or_default();
        emitter.record(row, Record::skipped("time-off", &name, "it was refused or cancelled"));
        return Ok(());
    };
    emitter.record(
        row,
        Record::TimeOff(Box::new(TimeOff {
            external_id,
            person: key,
            type_name,
            from,
            to,
            minutes_per_day,
            approved,
            note,
        })),
    );
    Ok(())
}
