//! The first look at a file: which objects its rows mean, what they get as key, and every row that can't be taken over.
//! Nothing is written; what the workspace lacks gets its id.

use std::hash::{Hash, Hasher};

use jiff::civil::Date;
use raally_domain::rules::day_of;
use raally_exchange::record::{Assignee, Assignment, Person, Project, TimeOff};
use raally_exchange::{Item, Located, Record, Severity};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use uuid::Uuid;

use super::known::{Known, Unresolved, placeholder_name};
use super::summary::{Findings, Part, RowFault};
use super::words::time_off_kind;
use crate::mint::Mint;

/// Everything that the first look found out; the second pass only reads it.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    pub known: Known,
    /// Rows whose key has an ordinal above 1.
    ordinals: FxHashMap<u64, u32>,
    /// Rows that give an error; they are left out of the comparison.
    pub bad_rows: FxHashSet<u64>,
    /// Records of the file.
    pub records: u64,
    /// Kinds of rows that the file has.
    pub has_assignments: bool,
    /// As above.
    pub has_time_off: bool,
    /// As above.
    pub has_pay: bool,
}

impl Resolved {
    /// The ordinal of a row among those of the same person, project and role, by first day; from 1.
    pub fn ordinal(&self, row: u64) -> u32 {
        self.ordinals.get(&row).copied().unwrap_or(1)
    }
}

/// The first look while it goes on.
pub(crate) struct Resolver<'a> {
    pub resolved: Resolved,
    pub findings: Findings,
    part: Part,
    mint: &'a Mint,
    /// Group, first day, row.
    order: Vec<(u64, i32, u64)>,
    keys: FxHashSet<u64>,
}

pub(crate) fn hash(value: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

impl<'a> Resolver<'a> {
    pub fn new(known: Known, part: Part, mint: &'a Mint) -> Self {
        let resolved = Resolved { known, ..Resolved::default() };
        Self { resolved, findings: Findings::default(), part, mint, order: Vec::new(), keys: FxHashSet::default() }
    }

    /// Takes one item of the file.
    pub fn take(&mut self, item: Item) {
        match item {
            Err(error) if error.severity == Severity::Warning => self.findings.warning(error.into()),
            Err(error) => {
                self.resolved.bad_rows.insert(error.row);
                self.findings.error(self.part, error.into());
            }
            Ok(Located { row, record }) => {
                self.resolved.records += 1;
                if let Err((part, why)) = self.record(row, record) {
                    self.resolved.bad_rows.insert(row);
                    self.findings.error(part, RowFault::new(row, why.code, why.message));
                }
            }
        }
    }

    fn record(&mut self, row: u64, record: Record) -> Result<(), (Part, Unresolved)> {
        let known = &mut self.resolved.known;
        match record {
            Record::Person(person) => self.person(&person).map_err(|why| (Part::People, why)),
            Record::Client(client) => {
                known.clients.resolve(&client.name, self.mint);
                Ok(())
            }
            Record::Project(project) => self.project(&project).map_err(|why| (Part::Projects, why)),
            Record::Assignment(assignment) => {
                self.resolved.has_assignments = true;
                self.assignment(row, &assignment).map_err(|why| (Part::Assignments, why))
            }
            Record::Compensation(pay) => {
                self.resolved.has_pay = true;
                known.person(&pay.person, self.mint).map(drop).map_err(|why| (Part::Compensations, why))
            }
            Record::TimeOff(absence) => {
                self.resolved.has_time_off = true;
                self.time_off(row, &absence).map_err(|why| (Part::TimeOff, why))
            }
            Record::Calendar(calendar) => {
                let mint = self.mint;
                let id = *known.calendars.entry(calendar.external_id.clone()).or_insert_with(|| mint.id());
                known.calendar_names.entry(super::known::folded(&calendar.name)).or_insert(id);
                Ok(())
            }
            Record::Holiday(_) => Ok(()),
            Record::Skipped(skipped) => {
                let part = match skipped.what {
                    "assignment" => Part::Assignments,
                    "calendar-exception" => Part::Calendars,
                    "time-off" => Part::TimeOff,
                    "row" => self.part,
                    _ => Part::People,
                };
                self.findings.summary.of(part).skipped += 1;
                let name = if skipped.name.is_empty() { String::new() } else { format!("\"{}\": ", skipped.name) };
                self.findings.warning(RowFault::new(row, skipped.what, format!("{name}left out: {}", skipped.reason)));
                Ok(())
            }
        }
    }

    fn person(&mut self, person: &Person) -> Result<(), Unresolved> {
        let known = &mut self.resolved.known;
        known.person(&person.key, self.mint)?;
        if let Some(role) = &person.role {
            known.roles.resolve(role, self.mint);
        }
        if let Some(team) = &person.team {
            known.teams.resolve(team, self.mint);
        }
        for skill in &person.skills {
            known.skills.resolve(skill, self.mint);
        }
        match &person.calendar {
            Some(calendar) if known.find_calendar(calendar).is_none() => {
                let message = format!("there is no calendar \"{calendar}\" in this workspace or in the file");
                Err(Unresolved::new("unknown-calendar", message))
            }
            _ => Ok(()),
        }
    }

    fn project(&mut self, project: &Project) -> Result<(), Unresolved> {
        let known = &mut self.resolved.known;
        known.project(&project.key, self.mint)?;
        if let Some(client) = &project.client {
            known.clients.resolve(client, self.mint);
        }
        Ok(())
    }

    fn assignment(&mut self, row: u64, assignment: &Assignment) -> Result<(), Unresolved> {
        let known = &mut self.resolved.known;
        let role = assignment.role.as_deref().map(|role| known.roles.resolve(role, self.mint));
        let person = match &assignment.assignee {
            Assignee::Person(key) => known.person(key, self.mint)?,
            Assignee::Placeholder { name } => {
                let name = placeholder_name(name.as_deref(), assignment.role.as_deref(), &assignment.project);
                known.placeholder(&name, role, self.mint)
            }
        };
        let project = known.project(&assignment.project, self.mint)?;
        self.key(row, assignment.external_id.as_deref(), hash((person, project, role)), assignment.from)
    }

    fn time_off(&mut self, row: u64, absence: &TimeOff) -> Result<(), Unresolved> {
        let person = self.resolved.known.person(&absence.person, self.mint)?;
        let kind = time_off_kind(absence.type_name.as_deref()) as u8;
        self.key(row, absence.external_id.as_deref(), hash((person, kind)), absence.from)
    }

    fn key(&mut self, row: u64, external_id: Option<&str>, group: u64, from: Date) -> Result<(), Unresolved> {
        let Some(external_id) = external_id else {
            self.order.push((group, day_of(from), row));
            return Ok(());
        };
        if self.keys.insert(hash(external_id)) {
            return Ok(());
        }
        Err(Unresolved::new("duplicate-key", format!("the key \"{external_id}\" stands in a row above too")))
    }

    /// Numbers the rows without a key of their own.
    pub fn finish(mut self) -> (Resolved, Findings) {
        self.order.sort_unstable();
        let (mut group, mut ordinal) = (None, 0);
        for (of, _, row) in std::mem::take(&mut self.order) {
            ordinal = if group == Some(of) { ordinal + 1 } else { 1 };
            group = Some(of);
            if ordinal > 1 {
                self.resolved.ordinals.insert(row, ordinal);
            }
        }
        let (known, summary) = (&self.resolved.known, &mut self.findings.summary);
        for (part, named) in [
            (Part::Clients, &known.clients),
            (Part::Teams, &known.teams),
            (Part::Skills, &known.skills),
            (Part::Roles, &known.roles),
        ] {
            let counts = summary.of(part);
            counts.created += u64::try_from(named.new.len()).unwrap_or(0);
            counts.unchanged += named.unchanged();
        }
        summary.people.unchanged += known.placeholders.unchanged();
        (self.resolved, self.findings)
    }
}

/// The key of an assignment that the file gives none.
pub(crate) fn assignment_key(person: Uuid, project: Uuid, role: Option<Uuid>, ordinal: u32) -> String {
    let role = role.map_or_else(|| "-".to_owned(), |role| role.simple().to_string());
    format!("row:{}|{}|{role}|{ordinal}", person.simple(), project.simple())
}

/// The key of an absence that the file gives none.
pub(crate) fn time_off_key(person: Uuid, type_name: Option<&str>, ordinal: u32) -> String {
    format!("row:{}|{}|{ordinal}", person.simple(), time_off_kind(type_name) as u8)
}
