//! One row of a sheet of pay or cost rates.

use super::fields::{currency_code, in_range, known_person, person_of};
use super::mapping::Field;
use super::row::{RowReader, shown};
use super::synonyms::basis_of;
use crate::emitter::Emitter;
use crate::error::FileError;
use crate::record::{Basis, Compensation, Record};

pub(crate) fn compensation(reader: &mut RowReader<'_>, emitter: &mut Emitter<'_>) -> Result<(), FileError> {
    let key = known_person(reader);
    let amount = reader.number(Field::Amount);
    let amount = reader.require(Field::Amount, amount, "the amount");
    let amount_minor = amount.and_then(|amount| {
        in_range(reader, Field::Amount, amount * 100.0, 0, i64::MAX / 1000, "the amount must be 0 or more")
    });
    let basis = match reader.text(Field::Basis) {
        None => basis_of_header(reader),
        Some(text) => basis_of(&text).or_else(|| {
            reader.fail(
                Field::Basis,
                "unknown-value",
                format!("\"{}\" is not hourly, monthly or yearly", shown(&text)),
            );
            None
        }),
    };
    let currency = reader.text(Field::Currency).map(|text| currency_code(&text).unwrap_or(text));
    if let Some(code) = &currency
        && !(code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()))
    {
        reader.fail(
            Field::Currency,
            "unknown-value",
            format!("\"{}\" is no currency code of three letters", shown(code)),
        );
    }
    let valid_from = reader.date(Field::From);
    let person = person_of(reader, key.clone());
    let weekly_minutes = person.weekly_minutes;
    let (Some(amount_minor), Some(basis), false) = (amount_minor, basis, reader.has_errors()) else {
        return Ok(());
    };
    let basis = match basis {
        "hourly" => Basis::Hourly,
        "monthly" => Basis::Monthly,
        _ => Basis::Yearly,
    };
    emitter.person(reader, person)?;
    let compensation = Compensation { person: key, valid_from, basis, amount_minor, currency, weekly_minutes };
    emitter.record(reader.row.number, Record::Compensation(Box::new(compensation)));
    Ok(())
}

/// The header of the amount may say it (`Stundensatz`, `Annual salary`); else it must be given.
fn basis_of_header(reader: &mut RowReader<'_>) -> Option<&'static str> {
    let header = super::synonyms::plain(&reader.place(Field::Amount).unwrap_or_default());
    let any = |words: &[&str]| words.iter().any(|word| header.contains(word));
    if any(&["hour", "stunde", "hora", "heure", "horaire"]) {
        Some("hourly")
    } else if any(&["month", "monat", "mens", "mois"]) {
        Some("monthly")
    } else if any(&["year", "annual", "jahr", "anua", "annuel"]) {
        Some("yearly")
    } else {
        reader.fail(
            Field::Basis,
            "missing-value",
            "nothing says whether the amount is hourly, monthly or yearly (defaults.basis)".to_owned(),
        );
        None
    }
}
