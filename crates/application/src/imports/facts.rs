//! From what a row says and what is known to the facts that somebody wants to be true. What a row says nothing about
//! stays as it is; facts that are true already are dropped by the domain.

use raally_domain::event::{
    AssignmentEvent, CalendarEvent, Envelope, From as FromDate, PersonEvent, ProjectEvent, TimeOffEvent,
};
use raally_domain::ids::{CalendarId, ClientId, PersonId, PhaseId, ProjectId, RoleId, SkillId, TeamId};
use raally_domain::model::{
    Assignment, AssignmentDetails, Availability, Calendar, CalendarException, Commitment, Compensation,
    CompensationKind, Currency, JobTitle, Milestone, Money, Person, PersonDetails, PersonKind, PersonSkill, Phase,
    Project, ProjectDetails, ProjectKind, ProjectStatus, Schedule, TimeOff, TimeOffDetails, TimeOffStatus, WorkingTime,
};
use raally_exchange::record::{self, Basis, PersonKey, ProjectKey};

use super::words::time_off_kind;
use crate::mint::Mint;
use crate::people::{SINCE_EVER, even_schedule, pay_facts};

/// The level of a skill that a file only names.
const SKILL_LEVEL: i64 = 3;

/// What a row about a person refers to.
#[derive(Clone, Debug, Default)]
pub(crate) struct PersonRefs {
    pub role: Option<RoleId>,
    pub team: Option<TeamId>,
    pub skills: Vec<SkillId>,
    pub calendar: Option<CalendarId>,
}

/// A person of whom only the keys are known.
pub(crate) fn new_person(key: &PersonKey) -> PersonDetails {
    let name = key.name.as_ref().or(key.email.as_ref()).or(key.external_id.as_ref());
    PersonDetails {
        name: name.cloned().unwrap_or_default(),
        email: key.email.clone(),
        kind: PersonKind::Person,
        role_id: None,
        team_ids: Vec::new(),
        user_id: None,
        holiday_region: None,
        starts_on: None,
        ends_on: None,
        notes: None,
        external_id: key.external_id.clone(),
    }
}

/// A placeholder.
pub(crate) fn new_placeholder(name: &str, role: Option<RoleId>) -> PersonEvent {
    let key = PersonKey { name: Some(name.to_owned()), ..PersonKey::default() };
    PersonEvent::Added(PersonDetails { kind: PersonKind::Placeholder, role_id: role, ..new_person(&key) })
}

/// The facts of a row about a person.
pub(crate) fn person(before: Option<&Envelope<Person>>, row: &record::Person, refs: &PersonRefs) -> Vec<PersonEvent> {
    let mut details = before.map_or_else(|| new_person(&row.key), |known| known.state.details.clone());
    if let Some(name) = &row.key.name {
        details.name.clone_from(name);
    }
    details.email = details.email.or_else(|| row.key.email.clone());
    details.external_id = details.external_id.or_else(|| row.key.external_id.clone());
    details.role_id = refs.role.or(details.role_id);
    if let Some(team) = refs.team.filter(|team| !details.team_ids.contains(team)) {
        details.team_ids.push(team);
    }
    let owned = before.is_none_or(|known| known.state.details.external_id == row.key.external_id);
    let state = before.map(|known| &known.state);
    let mut facts = vec![if before.is_some() { PersonEvent::Changed(details) } else { PersonEvent::Added(details) }];
    if let Some(title) = &row.title
        && state.and_then(|known| known.job_titles.last()).is_none_or(|last| last.title != *title)
    {
        let role_id = state.and_then(|known| known.job_titles.first()).and_then(|first| first.role_id);
        facts.push(PersonEvent::JobTitleSet(JobTitle { valid_from: SINCE_EVER, title: title.clone(), role_id }));
    }
    let schedule = match (refs.calendar, row.weekly_minutes) {
        (Some(calendar_id), _) => {
            Some(Schedule { valid_from: SINCE_EVER, working_time: WorkingTime::Calendar { calendar_id } })
        }
        (None, Some(minutes)) => Some(even_schedule(SINCE_EVER, minutes)),
        (None, None) => None,
    };
    if let Some(schedule) = schedule
        && state.and_then(|known| known.schedules.last()).is_none_or(|last| last.working_time != schedule.working_time)
    {
        facts.push(PersonEvent::ScheduleSet(schedule));
    }
    facts.extend(availability(state, row, owned));
    let has = |skill: SkillId| state.is_some_and(|known| known.skills.iter().any(|entry| entry.skill_id == skill));
    let new_skills = refs.skills.iter().filter(|skill| !has(**skill));
    facts.extend(
        new_skills.map(|skill_id| PersonEvent::SkillSet(PersonSkill { skill_id: *skill_id, level: SKILL_LEVEL })),
    );
    facts
}

/// The whole table of availability, where the file has one; entries that it no longer has go when the person is of this file.
fn availability(known: Option<&Person>, row: &record::Person, owned: bool) -> Vec<PersonEvent> {
    if row.availability.is_empty() {
        return Vec::new();
    }
    let wanted: Vec<Availability> = row
        .availability
        .iter()
        .map(|factor| Availability {
            valid_from: factor.valid_from.unwrap_or(SINCE_EVER),
            basis_points: factor.basis_points,
        })
        .collect();
    let entries = known.map(|known| known.availability.as_slice()).unwrap_or_default();
    let gone = entries.iter().filter(|entry| owned && wanted.iter().all(|one| one.valid_from != entry.valid_from));
    let mut facts: Vec<PersonEvent> =
        gone.map(|entry| PersonEvent::AvailabilityCleared(FromDate { valid_from: entry.valid_from })).collect();
    facts.extend(wanted.iter().map(|entry| PersonEvent::AvailabilitySet(*entry)));
    facts
}

/// The facts of a row of pay. Monthly pay is twelve times that a year.
pub(crate) fn pay(
    before: Option<&Envelope<Person>>,
    row: &record::Compensation,
    currency: Currency,
) -> Vec<PersonEvent> {
    let valid_from = row.valid_from.unwrap_or(SINCE_EVER);
    let known = before.and_then(|known| known.money.compensations.iter().find(|entry| entry.valid_from == valid_from));
    let (kind, amount_minor) = match row.basis {
        Basis::Hourly => (CompensationKind::Hourly, row.amount_minor),
        Basis::Monthly => (CompensationKind::Salaried, row.amount_minor.saturating_mul(12)),
        Basis::Yearly => (CompensationKind::Salaried, row.amount_minor),
    };
    let currency = row.currency.as_deref().and_then(|code| Currency::new(code).ok()).unwrap_or(currency);
    let entry = Compensation {
        valid_from,
        kind,
        amount: Money { amount_minor, currency },
        weekly_minutes: row.weekly_minutes.or_else(|| known.and_then(|entry| entry.weekly_minutes)),
        paid_time_off_days: known.and_then(|entry| entry.paid_time_off_days),
        benefits: known.and_then(|entry| entry.benefits.clone()),
    };
    let base = before.is_none().then(|| PersonEvent::Added(new_person(&row.person)));
    base.into_iter().chain(if known == Some(&entry) { Vec::new() } else { pay_facts(entry) }).collect()
}

/// A project of which only the keys are known.
fn new_project(key: &ProjectKey) -> ProjectDetails {
    let name = key.name.as_ref().or(key.code.as_ref()).or(key.external_id.as_ref());
    ProjectDetails {
        name: name.cloned().unwrap_or_default(),
        code: key.code.clone(),
        client_id: None,
        kind: ProjectKind::Managed,
        status: ProjectStatus::Active,
        starts_on: None,
        ends_on: None,
        color: None,
        manager_ids: Vec::new(),
        notes: None,
        external_id: key.external_id.clone(),
    }
}

/// The facts of a row about a project.
pub(crate) fn project(
    before: Option<&Envelope<Project>>,
    row: &record::Project,
    client: Option<ClientId>,
    mint: &Mint,
) -> Vec<ProjectEvent> {
    let mut details = before.map_or_else(|| new_project(&row.key), |known| known.state.details.clone());
    if let Some(name) = &row.key.name {
        details.name.clone_from(name);
    }
    details.code = details.code.or_else(|| row.key.code.clone());
    details.external_id = details.external_id.or_else(|| row.key.external_id.clone());
    details.client_id = client.or(details.client_id);
    details.starts_on = row.starts_on.or(details.starts_on);
    details.ends_on = row.ends_on.or(details.ends_on);
    details.notes = row.note.clone().or(details.notes);
    let mut facts = vec![if before.is_some() { ProjectEvent::Changed(details) } else { ProjectEvent::Added(details) }];
    let state = before.map(|known| &known.state);
    for phase in &row.phases {
        let key = Some(phase.external_id.clone());
        let known = state.and_then(|project| project.phases.iter().find(|known| known.external_id == key));
        facts.push(ProjectEvent::PhaseSet(Phase {
            id: known.map_or_else(|| mint.id(), |known| known.id),
            name: phase.name.clone(),
            starts_on: phase.starts_on,
            ends_on: phase.ends_on.filter(|end| phase.starts_on.is_none_or(|start| start <= *end)),
            external_id: key,
        }));
    }
    for milestone in &row.milestones {
        let key = Some(milestone.external_id.clone());
        let known = state.and_then(|project| project.milestones.iter().find(|known| known.external_id == key));
        facts.push(ProjectEvent::MilestoneSet(Milestone {
            id: known.map_or_else(|| mint.id(), |known| known.id),
            name: milestone.name.clone(),
            on: milestone.on,
            done: known.is_some_and(|known| known.done),
            external_id: key,
        }));
    }
    facts
}

/// What a row about an assignment refers to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AssignmentRefs {
    pub person: PersonId,
    pub project: ProjectId,
    pub role: Option<RoleId>,
    pub phase: Option<PhaseId>,
}

/// The facts of a row about an assignment.
pub(crate) fn assignment(
    before: Option<&Envelope<Assignment>>,
    row: &record::Assignment,
    refs: AssignmentRefs,
    key: &str,
) -> Vec<AssignmentEvent> {
    let known = before.map(|known| &known.state);
    let details = AssignmentDetails {
        person_id: refs.person,
        project_id: refs.project,
        phase_id: refs.phase.or_else(|| {
            known
                .filter(|known| known.project_id == refs.project && row.phase.is_none())
                .and_then(|known| known.phase_id)
        }),
        role_id: refs.role.or_else(|| known.and_then(|known| known.role_id)),
        starts_on: row.from,
        ends_on: row.to,
        effort: row.effort.clone(),
        commitment: if row.tentative { Commitment::Tentative } else { Commitment::Confirmed },
        note: row.note.clone().or_else(|| known.and_then(|known| known.note.clone())),
        external_id: Some(key.to_owned()),
    };
    vec![if before.is_some() { AssignmentEvent::Changed(details) } else { AssignmentEvent::Booked(details) }]
}

/// The facts of a row about an absence. What is approved in the file is approved here; a wish in the file takes no approval back.
pub(crate) fn time_off(
    before: Option<&Envelope<TimeOff>>,
    row: &record::TimeOff,
    person_id: PersonId,
    key: &str,
) -> Vec<TimeOffEvent> {
    let known = before.map(|known| &known.state.details);
    let details = TimeOffDetails {
        person_id,
        kind: time_off_kind(row.type_name.as_deref()),
        starts_on: row.from,
        ends_on: row.to,
        minutes_per_day: row.minutes_per_day,
        note: row.note.clone().or_else(|| known.and_then(|known| known.note.clone())),
        external_id: Some(key.to_owned()),
    };
    let mut facts = Vec::with_capacity(2);
    let was_approved = before.is_some_and(|known| known.state.status == TimeOffStatus::Approved);
    let same = known == Some(&details);
    facts.push(if before.is_some() { TimeOffEvent::Changed(details) } else { TimeOffEvent::Requested(details) });
    if row.approved && !(same && was_approved) {
        facts.push(TimeOffEvent::Approved);
    }
    facts
}

/// The facts of a calendar of a file.
pub(crate) fn calendar(before: Option<&Envelope<Calendar>>, row: &record::Calendar) -> Vec<CalendarEvent> {
    let exceptions = row.exceptions.iter().map(|exception| CalendarException {
        from: exception.from,
        to: exception.to,
        minutes: exception.minutes_per_day,
        name: exception.name.clone(),
    });
    let wanted = Calendar {
        name: row.name.clone(),
        weeks: row.weeks.clone(),
        exceptions: exceptions.collect(),
        external_id: Some(row.external_id.clone()),
    };
    vec![if before.is_some() { CalendarEvent::Changed(wanted) } else { CalendarEvent::Added(wanted) }]
}
