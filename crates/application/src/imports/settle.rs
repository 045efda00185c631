//! Takes a batch of records over in one transaction, or finds out what that would change: the same code, so that a dry
//! run tells the truth.

use raally_domain::decide::{Intent, Refusal, decide};
use raally_domain::event::{ClientEvent, Envelope, RoleEvent, SkillEvent, TeamEvent};
use raally_domain::ids::{PersonId, PhaseId, ProjectId};
use raally_domain::kind::Kind;
use raally_domain::model::{Assignment, Calendar, Client, Currency, Person, Project, Role, Skill, Team, TimeOff};
use raally_exchange::record::{self, Assignee};
use raally_exchange::{Located, Record as ImportRecord};
use raally_storage::{Record, Tx};
use rustc_hash::{FxHashMap, FxHashSet};
use uuid::Uuid;

use super::facts::{self, AssignmentRefs, PersonRefs};
use super::known::{Unresolved, placeholder_name};
use super::resolve::{Resolved, assignment_key, time_off_key};
use super::summary::{Outcome, Part, RowFault};
use crate::app::App;
use crate::caller::Caller;
use crate::codec::Indexed;
use crate::failure::Failure;
use crate::references::{Assured, Referring};

/// What taking a batch over came to.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// In the order of the batch: of what kind, which object, what became of it.
    pub outcomes: Vec<(Part, Uuid, Outcome)>,
    /// Rows that are refused (dry runs only).
    pub faults: Vec<(Part, RowFault)>,
    /// Rows of pay that the caller may not set.
    pub pay_left_out: u64,
}

/// One batch under way.
pub(crate) struct Settling<'a> {
    pub app: &'a App,
    pub caller: &'a Caller,
    pub resolved: &'a Resolved,
    /// Nothing is written.
    pub dry: bool,
    /// The caller may set pay.
    pub may_pay: bool,
    pub currency: Currency,
    pub settled: Settled,
    /// What was fetched for the batch and is as it was; none for what is not there.
    pub(super) fetched: FxHashMap<(Kind, Uuid), Option<Record>>,
    pub(super) alive: Vec<(Kind, Uuid)>,
    pub(super) asked: FxHashSet<(Kind, Uuid)>,
    /// Keys of assignments that this batch has made.
    made: FxHashSet<String>,
    phases: FxHashMap<Uuid, Vec<(Option<String>, PhaseId)>>,
    pub(super) assignments: FxHashMap<String, Uuid>,
    pub(super) time_off: FxHashMap<(Uuid, String), Uuid>,
}

impl<'a> Settling<'a> {
    pub fn new(app: &'a App, caller: &'a Caller, resolved: &'a Resolved, currency: Currency) -> Self {
        Self {
            app,
            caller,
            resolved,
            dry: false,
            may_pay: true,
            currency,
            settled: Settled::default(),
            fetched: FxHashMap::default(),
            alive: Vec::new(),
            asked: FxHashSet::default(),
            made: FxHashSet::default(),
            phases: FxHashMap::default(),
            assignments: FxHashMap::default(),
            time_off: FxHashMap::default(),
        }
    }

    /// Takes the records of a batch over.
    ///
    /// # Errors
    /// When storage fails; when a row is refused and this is no dry run.
    pub async fn batch(&mut self, tx: &mut Tx<'_>, batch: &[Located<ImportRecord>]) -> Result<(), Failure> {
        self.find_existing(tx, batch).await?;
        for Located { row, record } in batch {
            if self.resolved.bad_rows.contains(row) {
                continue;
            }
            if let Err((part, failure)) = self.record(tx, *row, record).await {
                self.refused(*row, part, failure)?;
            }
        }
        Ok(())
    }

    fn refused(&mut self, row: u64, part: Part, failure: Failure) -> Result<(), Failure> {
        let faults: Vec<RowFault> = match failure {
            Failure::Refused(Refusal::Invalid(faults)) => faults
                .into_iter()
                .map(|fault| RowFault {
                    row,
                    column: Some(fault.pointer),
                    code: fault.rule.code().to_owned(),
                    value: None,
                    message: format!("this {}", fault.rule),
                })
                .collect(),
            Failure::Refused(refusal) => vec![RowFault::new(row, "refused", refusal.to_string())],
            Failure::BadRequest { code, detail } => vec![RowFault::new(row, code, detail)],
            other => return Err(other),
        };
        if !self.dry {
            let first = faults.into_iter().next().map_or_else(String::new, |fault| {
                format!(
                    "row {}: {}{}",
                    fault.row,
                    fault.column.map(|column| format!("{column}: ")).unwrap_or_default(),
                    fault.message
                )
            });
            return Err(Failure::bad_request("import-refused", first));
        }
        self.settled.faults.extend(faults.into_iter().map(|fault| (part, fault)));
        Ok(())
    }

    async fn record(&mut self, tx: &mut Tx<'_>, row: u64, record: &ImportRecord) -> Result<(), (Part, Failure)> {
        let (part, done) = match record {
            ImportRecord::Person(person) => (Part::People, self.person(tx, person).await),
            ImportRecord::Project(project) => (Part::Projects, self.project(tx, project).await),
            ImportRecord::Assignment(assignment) => (Part::Assignments, self.assignment(tx, row, assignment).await),
            ImportRecord::Compensation(_) if !self.may_pay => {
                self.settled.pay_left_out += 1;
                return Ok(());
            }
            ImportRecord::Compensation(pay) => (Part::Compensations, self.pay(tx, pay).await),
            ImportRecord::TimeOff(absence) => (Part::TimeOff, self.absence(tx, row, absence).await),
            ImportRecord::Calendar(calendar) => (Part::Calendars, self.calendar(tx, calendar).await),
            ImportRecord::Client(_) | ImportRecord::Holiday(_) | ImportRecord::Skipped(_) => return Ok(()),
        };
        let (id, outcome) = done.map_err(|failure| (part, failure))?;
        self.settled.outcomes.push((part, id, outcome));
        Ok(())
    }

    async fn settle<A: Indexed + Intent + Referring + PartialEq>(
        &mut self,
        tx: &mut Tx<'_>,
        id: Uuid,
        before: Option<Envelope<A>>,
        wanted: Vec<A::Event>,
    ) -> Result<(Uuid, Outcome), Failure> {
        self.settle_assured(tx, id, before, wanted, false).await
    }

    /// `is_unique`: the batch knows that nobody else has its key.
    async fn settle_assured<A: Indexed + Intent + Referring + PartialEq>(
        &mut self,
        tx: &mut Tx<'_>,
        id: Uuid,
        before: Option<Envelope<A>>,
        wanted: Vec<A::Event>,
        is_unique: bool,
    ) -> Result<(Uuid, Outcome), Failure> {
        let is_new = before.is_none();
        let recorded = if self.dry {
            !decide::<A>(before, id, wanted, self.app.mint().now())?.events.is_empty()
        } else {
            let assured = Assured { alive: &self.alive, is_unique };
            let recorded = self.app.change_from::<A>(tx, self.caller, id, before, wanted, assured).await?.recorded;
            self.fetched.remove(&(A::KIND, id));
            if is_new && self.asked.insert((A::KIND, id)) {
                self.alive.push((A::KIND, id));
            }
            recorded
        };
        Ok((
            id,
            match (is_new, recorded) {
                (true, _) => Outcome::Created,
                (false, true) => Outcome::Updated,
                (false, false) => Outcome::Unchanged,
            },
        ))
    }

    async fn person(&mut self, tx: &mut Tx<'_>, row: &record::Person) -> Result<(Uuid, Outcome), Failure> {
        let known = &self.resolved.known;
        let id = known.find_person(&row.key).map_err(bad)?;
        let refs = PersonRefs {
            role: row.role.as_deref().and_then(|name| known.roles.find(name)).map(Into::into),
            team: row.team.as_deref().and_then(|name| known.teams.find(name)).map(Into::into),
            skills: row.skills.iter().filter_map(|name| known.skills.find(name)).map(Into::into).collect(),
            calendar: row.calendar.as_deref().and_then(|key| known.find_calendar(key)).map(Into::into),
        };
        let before = self.load::<Person>(tx, id).await?;
        let wanted = facts::person(before.as_ref(), row, &refs);
        self.settle::<Person>(tx, id, before, wanted).await
    }

    async fn project(&mut self, tx: &mut Tx<'_>, row: &record::Project) -> Result<(Uuid, Outcome), Failure> {
        let known = &self.resolved.known;
        let id = known.find_project(&row.key).map_err(bad)?;
        let client = row.client.as_deref().and_then(|name| known.clients.find(name)).map(Into::into);
        let before = self.load::<Project>(tx, id).await?;
        let wanted = facts::project(before.as_ref(), row, client, self.app.mint());
        self.phases.remove(&id);
        self.settle::<Project>(tx, id, before, wanted).await
    }

    async fn pay(&mut self, tx: &mut Tx<'_>, row: &record::Compensation) -> Result<(Uuid, Outcome), Failure> {
        let id = self.resolved.known.find_person(&row.person).map_err(bad)?;
        let before = self.load::<Person>(tx, id).await?;
        let valid_from = row.valid_from.unwrap_or(crate::people::SINCE_EVER);
        let is_new = before
            .as_ref()
            .is_none_or(|known| known.money.compensations.iter().all(|entry| entry.valid_from != valid_from));
        let wanted = facts::pay(before.as_ref(), row, self.currency);
        if wanted.is_empty() {
            return Ok((id, Outcome::Unchanged));
        }
        let (id, outcome) = self.settle::<Person>(tx, id, before, wanted).await?;
        Ok((id, if is_new { Outcome::Created } else { outcome }))
    }

    async fn calendar(&mut self, tx: &mut Tx<'_>, row: &record::Calendar) -> Result<(Uuid, Outcome), Failure> {
        let known = &self.resolved.known.calendars;
        let id = *known.get(&row.external_id).ok_or_else(|| Failure::bug("a calendar that was not resolved"))?;
        let before = self.load::<Calendar>(tx, id).await?;
        let wanted = facts::calendar(before.as_ref(), row);
        self.settle::<Calendar>(tx, id, before, wanted).await
    }

    pub(super) fn assignment_refs(
        &self,
        row: u64,
        assignment: &record::Assignment,
    ) -> Result<(AssignmentRefs, String), Unresolved> {
        let known = &self.resolved.known;
        let role = assignment.role.as_deref().and_then(|role| known.roles.find(role));
        let person = match &assignment.assignee {
            Assignee::Person(key) => known.find_person(key)?,
            Assignee::Placeholder { name } => {
                let name = placeholder_name(name.as_deref(), assignment.role.as_deref(), &assignment.project);
                known.placeholders.find(&name).ok_or_else(|| Unresolved::new("unknown-person", "names nobody"))?
            }
        };
        let project = known.find_project(&assignment.project)?;
        let key = match &assignment.external_id {
            Some(key) => key.clone(),
            None => assignment_key(person, project, role, self.resolved.ordinal(row)),
        };
        let (person, project) = (PersonId(person), ProjectId(project));
        Ok((AssignmentRefs { person, project, role: role.map(Into::into), phase: None }, key))
    }

    async fn phase(&mut self, tx: &mut Tx<'_>, project: Uuid, key: &str) -> Result<Option<PhaseId>, Failure> {
        if !self.phases.contains_key(&project) {
            let known = self.app.load::<Project>(tx, project).await?;
            let phases = known.map(|known| known.state.phases).unwrap_or_default();
            self.phases.insert(project, phases.into_iter().map(|phase| (phase.external_id, phase.id)).collect());
        }
        let phases = self.phases.get(&project).map(Vec::as_slice).unwrap_or_default();
        Ok(phases.iter().find(|(known, _)| known.as_deref() == Some(key)).map(|(_, id)| *id))
    }

    async fn assignment(
        &mut self,
        tx: &mut Tx<'_>,
        row: u64,
        assignment: &record::Assignment,
    ) -> Result<(Uuid, Outcome), Failure> {
        let (mut refs, key) = self.assignment_refs(row, assignment).map_err(bad)?;
        if let Some(phase) = &assignment.phase {
            refs.phase = self.phase(tx, refs.project.0, phase).await?;
        }
        let existing = self.assignments.get(&key).copied();
        let before = match existing {
            Some(id) => self.load::<Assignment>(tx, id).await?,
            None => None,
        };
        let wanted = facts::assignment(before.as_ref(), assignment, refs, &key);
        self.see(tx, Kind::Person, refs.person.0).await?;
        self.see(tx, Kind::Project, refs.project.0).await?;
        if let Some(role) = refs.role {
            self.see(tx, Kind::Role, role.0).await?;
        }
        let id = existing.unwrap_or_else(|| self.app.mint().id());
        // All living ones with a key of the batch were found before it; only the batch itself can have made another one.
        let is_unique = existing.is_none() && self.made.insert(key);
        self.settle_assured::<Assignment>(tx, id, before, wanted, is_unique).await
    }

    async fn absence(
        &mut self,
        tx: &mut Tx<'_>,
        row: u64,
        absence: &record::TimeOff,
    ) -> Result<(Uuid, Outcome), Failure> {
        let person = self.resolved.known.find_person(&absence.person).map_err(bad)?;
        let key = match &absence.external_id {
            Some(key) => key.clone(),
            None => time_off_key(person, absence.type_name.as_deref(), self.resolved.ordinal(row)),
        };
        let existing = self.time_off.get(&(person, key.clone())).copied();
        let before = match existing {
            Some(id) => self.load::<TimeOff>(tx, id).await?,
            None => None,
        };
        let wanted = facts::time_off(before.as_ref(), absence, PersonId(person), &key);
        let id = existing.unwrap_or_else(|| self.app.mint().id());
        self.settle::<TimeOff>(tx, id, before, wanted).await
    }
}

fn bad(why: Unresolved) -> Failure {
    Failure::bad_request(why.code, why.message)
}

/// Something that the file names and the workspace lacks.
#[derive(Clone, Debug)]
pub(crate) enum NewThing {
    Client(Uuid, String),
    Team(Uuid, String),
    Skill(Uuid, String),
    Role(Uuid, String),
    Placeholder(Uuid, String, Option<Uuid>),
}

/// Everything that a file names and the workspace lacks, roles before the placeholders that need them.
pub(crate) fn new_things(resolved: &Resolved) -> Vec<NewThing> {
    let known = &resolved.known;
    let mut all: Vec<NewThing> = Vec::new();
    all.extend(known.clients.new.iter().cloned().map(|(id, name)| NewThing::Client(id, name)));
    all.extend(known.teams.new.iter().cloned().map(|(id, name)| NewThing::Team(id, name)));
    all.extend(known.skills.new.iter().cloned().map(|(id, name)| NewThing::Skill(id, name)));
    all.extend(known.roles.new.iter().cloned().map(|(id, name)| NewThing::Role(id, name)));
    let placeholders = known.new_placeholders.iter().cloned();
    all.extend(placeholders.map(|new| NewThing::Placeholder(new.id, new.name, new.role)));
    all
}

impl Settling<'_> {
    /// Makes what the file names and the workspace lacks, or only checks it.
    ///
    /// # Errors
    /// As [`Settling::batch`].
    pub async fn things(&mut self, tx: &mut Tx<'_>, things: &[NewThing]) -> Result<(), Failure> {
        for thing in things {
            let (part, done) = match thing.clone() {
                NewThing::Client(id, name) => {
                    let new = Client { name, notes: None, external_id: None };
                    (Part::Clients, self.settle::<Client>(tx, id, None, vec![ClientEvent::Added(new)]).await)
                }
                NewThing::Team(id, name) => {
                    let new = Team { name, notes: None };
                    (Part::Teams, self.settle::<Team>(tx, id, None, vec![TeamEvent::Added(new)]).await)
                }
                NewThing::Skill(id, name) => {
                    let new = Skill { name, category: None };
                    (Part::Skills, self.settle::<Skill>(tx, id, None, vec![SkillEvent::Added(new)]).await)
                }
                NewThing::Role(id, name) => {
                    (Part::Roles, self.settle::<Role>(tx, id, None, vec![RoleEvent::Added(Role { name })]).await)
                }
                NewThing::Placeholder(id, name, role) => {
                    let new = facts::new_placeholder(&name, role.map(Into::into));
                    (Part::People, self.settle::<Person>(tx, id, None, vec![new]).await)
                }
            };
            match done {
                // The names of the others are counted where they are resolved.
                Ok((id, outcome)) if part == Part::People => self.settled.outcomes.push((part, id, outcome)),
                Ok(_) => {}
                Err(failure) => self.refused(0, part, failure)?,
            }
        }
        Ok(())
    }
}
