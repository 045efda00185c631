//! Fields that several kinds of rows have: who, on what, whether it is agreed.

use jiff::civil::Date;

use super::guess::split_code;
use super::mapping::Field;
use super::number::to_integer;
use super::row::{RowReader, shown};
use super::synonyms::{is_open_person, status_of};
use crate::record::{Assignee, Person, PersonKey, ProjectKey};

pub(crate) const WEEK_MINUTES_MAX: i64 = 10_080;

pub(crate) const DAY_MINUTES_MAX: i64 = 1_440;

const EMAIL_CHARS_MAX: usize = 254;

pub(crate) fn person_key(reader: &mut RowReader<'_>) -> PersonKey {
    let (first, last) = (reader.text(Field::FirstName), reader.text(Field::LastName));
    let parts: Vec<String> = first.into_iter().chain(last).collect();
    let name = reader.text(Field::Person).or_else(|| (!parts.is_empty()).then(|| parts.join(" ")));
    let email = reader.text(Field::Email).map(|email| email.to_lowercase());
    if let Some(email) = &email
        && (email.len() > EMAIL_CHARS_MAX
            || email.contains(char::is_whitespace)
            || email.split('@').filter(|part| !part.is_empty()).count() != 2)
    {
        reader.fail(Field::Email, "not-an-email", format!("\"{}\" is no mail address", shown(email)));
    }
    PersonKey { external_id: reader.text(Field::PersonId), email, name }
}

fn is_nobody(key: &PersonKey) -> bool {
    key.external_id.is_none() && key.email.is_none() && key.name.as_deref().is_none_or(is_open_person)
}

pub(crate) fn known_person(reader: &mut RowReader<'_>) -> PersonKey {
    let key = person_key(reader);
    let missing = key == PersonKey::default();
    reader.require(Field::Person, (!missing).then_some(()), "the person");
    key
}

/// What a row says about its person. Skills and usual role only come from sheets of people.
pub(crate) fn person_of(reader: &mut RowReader<'_>, key: PersonKey) -> Person {
    let weekly_minutes = contract_minutes(reader);
    Person {
        key,
        title: reader.text(Field::Title),
        team: reader.text(Field::Team),
        weekly_minutes,
        calendar: reader.text(Field::Calendar),
        ..Person::default()
    }
}

fn contract_minutes(reader: &mut RowReader<'_>) -> Option<i64> {
    let hours = reader.number(Field::ContractHours)?;
    in_range(
        reader,
        Field::ContractHours,
        hours * 60.0,
        0,
        WEEK_MINUTES_MAX,
        "contracted hours a week must be 0 to 168",
    )
}

pub(crate) fn in_range(
    reader: &mut RowReader<'_>,
    field: Field,
    value: f64,
    min: i64,
    max: i64,
    message: &str,
) -> Option<i64> {
    let found = to_integer(value).filter(|value| (min..=max).contains(value));
    if found.is_none() {
        reader.fail(field, "out-of-range", message.to_owned());
    }
    found
}

pub(crate) fn project_key(reader: &mut RowReader<'_>) -> ProjectKey {
    let mut key = ProjectKey {
        external_id: reader.text(Field::ProjectId),
        code: reader.text(Field::ProjectCode),
        name: reader.text(Field::Project),
    };
    if reader.mapping.split_project
        && let Some((code, name)) = key.name.as_deref().and_then(split_code)
    {
        (key.code, key.name) = (Some(code.to_owned()), Some(name.to_owned()));
    }
    let missing = key == ProjectKey::default();
    reader.require(Field::Project, (!missing).then_some(()), "the project");
    key
}

/// Who is to do the work: a person, or nobody yet if there is a role.
pub(crate) fn assignee(reader: &mut RowReader<'_>, role: Option<&str>) -> Assignee {
    let key = person_key(reader);
    if is_nobody(&key) {
        if role.is_none() && key.name.is_none() {
            reader.fail(Field::Person, "missing-value", "neither a person nor a role is given".to_owned());
        }
        return Assignee::Placeholder { name: key.name };
    }
    Assignee::Person(key)
}

/// `Some(tentative)`, or `None` if the row is to be left out.
pub(crate) fn tentative(reader: &mut RowReader<'_>) -> Option<bool> {
    let Some(text) = reader.text(Field::Status) else {
        return Some(false);
    };
    match status_of(&text) {
        Some("tentative") => Some(true),
        Some("skip") => None,
        Some(_) => Some(false),
        None => {
            reader.fail(
                Field::Status,
                "unknown-value",
                format!(
                    "the status \"{}\" is not known; the mapping can say what it means (values.status)",
                    shown(&text)
                ),
            );
            Some(false)
        }
    }
}

pub(crate) fn currency_code(text: &str) -> Option<String> {
    match text.trim() {
        "€" => Some("EUR".to_owned()),
        "£" => Some("GBP".to_owned()),
        "R$" => Some("BRL".to_owned()),
        "US$" => Some("USD".to_owned()),
        other => {
            (other.len() == 3 && other.bytes().all(|b| b.is_ascii_alphabetic())).then(|| other.to_ascii_uppercase())
        }
    }
}

/// Reports a last day before the first one.
pub(crate) fn check_order(reader: &mut RowReader<'_>, from: Option<Date>, to: Option<Date>) {
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        reader.fail(Field::To, "end-before-start", format!("the last day {to} is before the first day {from}"));
    }
}
