//! From headers and cells to a mapping, with how sure it is and what a person should look at.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::Cell;
use super::guess::{carried, date_format, decimal, hours_unit, is_split_project, period, plan_year};
use super::look::Look;
use super::mapping::{ColumnRef, Field, HoursUnit, Kind, Layout, Mapping};
use super::note::Note;
use super::synonyms::{Language, approval_of, field_of, is_total, plain, status_of};

/// A mapping with reasons.
pub(crate) struct Suggestion {
    pub(crate) mapping: Mapping,
    /// Field → column from 0, how sure.
    pub(crate) columns: BTreeMap<Field, (usize, u8)>,
    pub(crate) confidence: u8,
    pub(crate) notes: Vec<Note>,
}

const STATUS_VALUES_MAX: usize = 30;

pub(crate) fn suggest(look: &Look, base: &Mapping) -> Suggestion {
    let mut mapping = base.clone();
    let mut notes = Vec::new();
    let is_wide = !look.header.spans.is_empty() && (base.columns.is_empty() || base.layout == Layout::Wide);
    let (mut columns, day_first) = find_columns(look, base);
    if base.columns.is_empty() {
        mapping.layout = if is_wide { Layout::Wide } else { Layout::Long };
        if is_wide {
            columns.retain(|field, _| !matches!(field, Field::Effort | Field::From | Field::To));
        } else if columns.contains_key(&Field::Project)
            && !columns.contains_key(&Field::Effort)
            && let Some((index, _)) = columns.remove(&Field::ContractHours)
        {
            columns.insert(Field::Effort, (index, 50));
            let name = look.header.name(index);
            let message = format!("\"{name}\" is taken for the hours of the assignment, not of the contract");
            notes.push(Note::new("contract-hours-taken", message).about(name));
        }
        mapping.kind = kind(&columns, is_wide);
        if base.kind != Kind::default() {
            mapping.kind = base.kind;
        }
        let mut unsaid = Vec::new();
        if mapping.kind == Kind::People
            && !columns.contains_key(&Field::ContractHours)
            && hours_unit(look, &columns, is_wide, &mut unsaid) == HoursUnit::HoursPerWeek
            && unsaid.is_empty()
            && let Some(found) = columns.remove(&Field::Effort)
        {
            // The hours a week of a list of people are those of their contracts.
            columns.insert(Field::ContractHours, found);
        }
        mapping.columns = columns.iter().map(|(field, (index, _))| (*field, reference(look, *index))).collect();
        mapping.hours_unit = hours_unit(look, &columns, is_wide, &mut notes);
        mapping.split_project = is_split_project(look, &columns);
        mapping.carry_down = if is_wide { carried(look, &columns) } else { Vec::new() };
    }
    mapping.sheet = mapping.sheet.or_else(|| look.info.sheet.clone());
    mapping.encoding = mapping.encoding.or_else(|| look.info.encoding.clone());
    mapping.delimiter = mapping.delimiter.or(look.info.delimiter);
    mapping.header_row = mapping.header_row.or(Some(look.header.row));
    mapping.decimal = mapping.decimal.or_else(|| Some(decimal(look, day_first)));
    mapping.date_format = mapping.date_format.or_else(|| date_format(look, &columns, day_first, &mut notes));
    if is_wide {
        mapping.year = mapping.year.or_else(|| plan_year(look));
        mapping.period = mapping.period.or_else(|| period(look, &mut notes));
    }
    status_values(look, &columns, &mut mapping, &mut notes);
    let confidence = confidence(&mapping, &columns, &mut notes);
    Suggestion { mapping, columns, confidence, notes }
}

fn reference(look: &Look, index: usize) -> ColumnRef {
    let name = look.header.name(index);
    let unique = look.header.names.iter().filter(|other| plain(other) == plain(name)).count() == 1;
    if unique && !plain(name).is_empty() { ColumnRef::Header(name.to_owned()) } else { ColumnRef::Number(index + 1) }
}

/// The surest column for each field, and whether the headers are in a language that writes the day first.
fn find_columns(look: &Look, base: &Mapping) -> (BTreeMap<Field, (usize, u8)>, bool) {
    let mut found = BTreeMap::<Field, (usize, u8)>::new();
    let (mut day_first, mut english) = (0, 0);
    let spans: BTreeSet<usize> = look.header.spans.iter().map(|span| span.index).collect();
    for (index, name) in look.header.names.iter().enumerate().filter(|(index, _)| !spans.contains(index)) {
        let Some((field, sure, language)) = field_of(name) else {
            continue;
        };
        match language {
            Language::DayFirst => day_first += 1,
            Language::English => english += 1,
        }
        if found.get(&field).is_none_or(|(_, other)| sure > *other) {
            found.insert(field, (index, sure));
        }
    }
    let mail =
        look.evidence.iter().enumerate().find(|(_, column)| column.filled > 0 && column.mails * 10 > column.filled * 8);
    if let (Some((index, _)), None) = (mail, found.get(&Field::Email)) {
        found.retain(|_, (other, _)| *other != index);
        found.insert(Field::Email, (index, 80));
    }
    if !base.columns.is_empty() {
        found = base
            .columns
            .iter()
            .filter_map(|(field, column)| match column {
                ColumnRef::Number(number) => Some((*field, (number - 1, 100))),
                ColumnRef::Header(header) => look
                    .header
                    .names
                    .iter()
                    .position(|name| plain(name) == plain(header))
                    .map(|index| (*field, (index, 100))),
            })
            .collect();
    }
    (found, day_first > english)
}

fn kind(columns: &BTreeMap<Field, (usize, u8)>, is_wide: bool) -> Kind {
    let has = |field| columns.contains_key(&field);
    let has_project = has(Field::Project) || has(Field::ProjectCode) || has(Field::ProjectId);
    let has_person = has(Field::Person) || has(Field::Email) || has(Field::PersonId) || has(Field::LastName);
    if is_wide || (has_project && (has_person || has(Field::Role)) && (has(Field::Effort) || has(Field::From))) {
        Kind::Assignments
    } else if has(Field::Amount) && has_person {
        Kind::Compensation
    } else if has_person && has(Field::From) && (has(Field::TimeOffType) || has(Field::To)) {
        Kind::TimeOff
    } else if has_project && !has_person {
        Kind::Projects
    } else {
        Kind::People
    }
}

fn status_values(look: &Look, columns: &BTreeMap<Field, (usize, u8)>, mapping: &mut Mapping, notes: &mut Vec<Note>) {
    let Some((index, _)) = columns.get(&Field::Status) else {
        return;
    };
    if mapping.values.contains_key(&Field::Status) || !matches!(mapping.kind, Kind::Assignments | Kind::TimeOff) {
        return;
    }
    let seen: BTreeSet<String> = look
        .data
        .iter()
        .filter(|row| !is_total(&row.cell(0).display()))
        .filter_map(|row| match row.cell(*index) {
            Cell::Text(text) => Some(text.clone()),
            _ => None,
        })
        .take(STATUS_VALUES_MAX)
        .collect();
    let mut known = BTreeMap::new();
    for value in seen {
        match if mapping.kind == Kind::TimeOff { approval_of(&value) } else { status_of(&value) } {
            Some(meaning) => {
                known.insert(value, meaning.to_owned());
            }
            None => {
                let message = format!("the status \"{value}\" is not known; say what it means (values.status)");
                notes.push(Note::new("unknown-status", message).about(value));
            }
        }
    }
    if !known.is_empty() {
        mapping.values.insert(Field::Status, known);
    }
}

/// What is looked for, and the code of the note when it is not found.
const PERSON: (&str, &str) = ("person", "no-person-column");
const WITH_ROLE: (&str, &str) = ("person or role", "no-person-or-role-column");
const PROJECT: (&str, &str) = ("project", "no-project-column");
const FIRST_DAY: (&str, &str) = ("first day", "no-first-day-column");

fn confidence(mapping: &Mapping, columns: &BTreeMap<Field, (usize, u8)>, notes: &mut Vec<Note>) -> u8 {
    use Field::{Amount, Effort, Email, From, LastName, Person, PersonId, Project, ProjectCode, ProjectId, Role};
    let person: &[Field] = &[Person, Email, PersonId, LastName];
    let with_role: &[Field] = &[Person, Email, PersonId, LastName, Role];
    let project: &[Field] = &[Project, ProjectCode, ProjectId];
    let needed: Vec<((&str, &'static str), &[Field])> = match (mapping.kind, mapping.layout) {
        (Kind::Assignments, Layout::Wide) => {
            vec![(WITH_ROLE, with_role), (PROJECT, project)]
        }
        (Kind::Assignments, Layout::Long) => {
            vec![
                (WITH_ROLE, with_role),
                (PROJECT, project),
                (("effort", "no-effort-column"), &[Effort]),
                (FIRST_DAY, &[From]),
            ]
        }
        (Kind::People, _) => vec![(PERSON, person)],
        (Kind::Projects, _) => vec![(PROJECT, project)],
        (Kind::Compensation, _) => vec![(PERSON, person), (("amount", "no-amount-column"), &[Amount])],
        (Kind::TimeOff, _) => vec![(PERSON, person), (FIRST_DAY, &[From])],
    };
    let mut least = 100;
    for ((what, code), fields) in needed {
        let with_default = fields.iter().any(|field| mapping.defaults.contains_key(field));
        match fields.iter().filter_map(|field| columns.get(field)).map(|found| found.1).max() {
            Some(sure) => least = least.min(sure),
            None if with_default => {}
            None => {
                notes.push(Note::new(code, format!("no column for the {what} was found")));
                least = 0;
            }
        }
    }
    least
}
