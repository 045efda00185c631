//! What a state refers to, what must be unique, and whose it is: asked in the transaction that would record it.

use futures_util::future::BoxFuture;
use raally_domain::decide::{Fault, Form, Refusal, Rule};
use raally_domain::event::{Aggregate, Envelope};
use raally_domain::ids::UserId;
use raally_domain::kind::Kind;
use raally_domain::model::{
    Assignment, Calendar, Client, Holiday, ImportRun, Membership, Person, Project, ProjectMoney, RateScope, Role,
    Session, Skill, Team, TimeOff, User, WorkingTime, Workspace,
};
use raally_domain::rules::day_of;
use raally_storage::{Deleted, Op, Query, Tx, Value};
use uuid::Uuid;

use crate::caller::Caller;
use crate::codec::from_record;
use crate::failure::Failure;

/// Where a reference stands, what it names.
pub type Reference = (String, Kind, Uuid);

/// A kind whose states point at others.
pub trait Referring: Aggregate {
    /// Every reference with the JSON pointer of its field.
    fn references(&self) -> Vec<Reference> {
        Vec::new()
    }

    /// As [`Referring::references`], in the part that needs a permission.
    fn references_of_money(_money: &Self::Money) -> Vec<Reference> {
        Vec::new()
    }

    /// What is wrong in the part that needs a permission, and was not before.
    fn faults_of_money(_before: Option<&Self::Money>, _after: &Envelope<Self>) -> Vec<Fault> {
        Vec::new()
    }

    /// Index columns whose values no other living object may share, with the JSON pointer of the field.
    /// Several columns of one entry must be equal together.
    fn unique(&self) -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
        Vec::new()
    }

    /// Whether the object is the user's own (own project, own person).
    fn is_own<'t>(
        _envelope: &'t Envelope<Self>,
        _tx: &'t mut Tx<'_>,
        _user: UserId,
    ) -> BoxFuture<'t, Result<bool, Failure>> {
        Box::pin(async { Ok(false) })
    }

    /// What can't be said by a list of references.
    fn also<'t>(&'t self, _tx: &'t mut Tx<'_>) -> BoxFuture<'t, Result<Vec<Fault>, Failure>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// What whoever changes something has found out in the same transaction already, and need not be asked again.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Assured<'a> {
    /// Objects that are alive.
    pub alive: &'a [(Kind, Uuid)],
    /// No other object has what must be unique.
    pub is_unique: bool,
}

/// Checks references and uniqueness of a state that is about to be recorded. References that were there before are not
/// asked again: what they name may have been deleted since.
///
/// # Errors
/// Every bad field at once. A foreign id answers as one that does not exist.
pub(crate) async fn check<A: Referring + PartialEq>(
    tx: &mut Tx<'_>,
    before: Option<&Envelope<A>>,
    after: &Envelope<A>,
    assured: Assured<'_>,
) -> Result<(), Failure> {
    let all = |envelope: &Envelope<A>| {
        let mut found = envelope.state.references();
        found.extend(A::references_of_money(&envelope.money));
        found
    };
    let known = before.map(all).unwrap_or_default();
    let mut faults = Vec::new();
    for (pointer, kind, id) in all(after) {
        let unchanged = known.iter().any(|(_, known_kind, known_id)| *known_kind == kind && *known_id == id);
        if unchanged || assured.alive.contains(&(kind, id)) {
            continue;
        }
        let living = tx.get(kind, id).await?.is_some_and(|record| record.deleted_at.is_none());
        if !living {
            faults.push(Fault { pointer, rule: Rule::Unknown { kind } });
        }
    }
    let taken_before = before.filter(|envelope| envelope.deleted_at.is_none());
    let unchanged = taken_before.map(|envelope| envelope.state.unique()).unwrap_or_default();
    let unique = if assured.is_unique { Vec::new() } else { after.state.unique() };
    for (pointer, columns) in unique {
        if unchanged.contains(&(pointer, columns.clone())) {
            continue;
        }
        let mut query = Query::new(A::KIND).deleted(Deleted::Exclude).limit(2);
        for (column, value) in columns {
            query = query.filter(column, Op::Eq, value);
        }
        let other = tx.list(&query).await?.into_iter().find(|record| record.id != after.id);
        if let Some(other) = other {
            faults.push(Fault { pointer: pointer.to_owned(), rule: Rule::Taken { by: other.id } });
        }
    }
    if before.is_none_or(|before| before.state != after.state) {
        faults.extend(after.state.also(tx).await?);
    }
    faults.extend(A::faults_of_money(before.map(|before| &before.money), after));
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults).into()) }
}

/// Finishes the check of a right that holds for one's own objects only.
///
/// # Errors
/// `NotYours` when it is somebody else's.
pub async fn check_own<A: Referring>(tx: &mut Tx<'_>, caller: &Caller, envelope: &Envelope<A>) -> Result<(), Failure> {
    let Some(user) = caller.user else { return Ok(()) };
    if A::is_own(envelope, tx, user).await? { Ok(()) } else { Err(Refusal::NotYours.into()) }
}

fn key_of(
    pointer: &'static str,
    column: &'static str,
    value: Option<&String>,
) -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
    value.map(|text| (pointer, vec![(column, Value::Text(text.clone()))])).into_iter().collect()
}

impl Referring for Workspace {}
impl Referring for Membership {}
impl Referring for User {}
impl Referring for Session {}
impl Referring for ImportRun {}

impl Referring for Team {
    fn unique(&self) -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
        vec![("/name", vec![("sort_key", Value::Text(self.sort_key()))])]
    }
}
impl Referring for Skill {
    fn unique(&self) -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
        vec![("/name", vec![("sort_key", Value::Text(self.sort_key()))])]
    }
}
impl Referring for Role {
    fn unique(&self) -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
        vec![("/name", vec![("sort_key", Value::Text(self.sort_key()))])]
    }
}
impl Referring for Client {
    fn unique(&self) -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
        let mut unique = vec![("/name", vec![("sort_key", Value::Text(self.sort_key()))])];
        unique.extend(key_of("/externalId", "external_id", self.external_id.as_ref()));
        unique
    }
}
impl Referring for Calendar {
    fn unique(&self) -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
        key_of("/externalId", "external_id", self.external_id.as_ref())
    }
}

impl Referring for Holiday {
    fn unique(&self) -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
        vec![("/on", vec![("region", self.region.clone().into()), ("on_day", day_of(self.on).into())])]
    }
}

impl Referring for Person {
    fn references(&self) -> Vec<Reference> {
        let mut found: Vec<Reference> = Vec::new();
        found.extend(self.details.role_id.map(|id| ("/roleId".into(), Kind::Role, id.0)));
        found.extend(self.details.user_id.map(|id| ("/userId".into(), Kind::Membership, id.0)));
        found.extend(
            self.details.team_ids.iter().enumerate().map(|(i, id)| (format!("/teamIds/{i}"), Kind::Team, id.0)),
        );
        found.extend(
            self.job_titles.iter().filter_map(|title| title.role_id).map(|id| ("/roleId".into(), Kind::Role, id.0)),
        );
        found.extend(self.skills.iter().map(|skill| ("/skillId".into(), Kind::Skill, skill.skill_id.0)));
        found.extend(self.schedules.iter().filter_map(|schedule| match schedule.working_time {
            WorkingTime::Calendar { calendar_id } => {
                Some(("/workingTime/calendarId".into(), Kind::Calendar, calendar_id.0))
            }
            WorkingTime::Weeks { .. } => None,
        }));
        found
    }

    fn unique(&self) -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
        let email = self.details.email.as_ref().map(|email| email.to_lowercase());
        let mut unique = key_of("/email", "email", email.as_ref());
        unique.extend(key_of("/externalId", "external_id", self.details.external_id.as_ref()));
        unique.extend(self.details.user_id.map(|id| ("/userId", vec![("user_id", Value::Id(id.0))])));
        unique
    }

    fn is_own<'t>(
        envelope: &'t Envelope<Self>,
        _tx: &'t mut Tx<'_>,
        user: UserId,
    ) -> BoxFuture<'t, Result<bool, Failure>> {
        Box::pin(async move { Ok(envelope.state.details.user_id == Some(user)) })
    }
}

impl Referring for TimeOff {
    fn references(&self) -> Vec<Reference> {
        vec![("/personId".into(), Kind::Person, self.details.person_id.0)]
    }

    fn is_own<'t>(
        envelope: &'t Envelope<Self>,
        tx: &'t mut Tx<'_>,
        user: UserId,
    ) -> BoxFuture<'t, Result<bool, Failure>> {
        Box::pin(async move {
            let person = tx.get(Kind::Person, envelope.state.details.person_id.0).await?;
            Ok(person.is_some_and(|record| record.columns.id("user_id") == Some(user.0)))
        })
    }
}

impl Referring for Project {
    fn references(&self) -> Vec<Reference> {
        let mut found: Vec<Reference> = Vec::new();
        found.extend(self.details.client_id.map(|id| ("/clientId".into(), Kind::Client, id.0)));
        let managers = self.details.manager_ids.iter().enumerate();
        found.extend(managers.map(|(i, id)| (format!("/managerIds/{i}"), Kind::Membership, id.0)));
        found
    }

    fn references_of_money(money: &ProjectMoney) -> Vec<Reference> {
        let scopes = money.rates.iter().filter_map(|rate| match rate.scope {
            RateScope::Person { person_id } => Some(("/scope/personId".into(), Kind::Person, person_id.0)),
            RateScope::Role { role_id } => Some(("/scope/roleId".into(), Kind::Role, role_id.0)),
            RateScope::Phase { .. } | RateScope::Project => None,
        });
        scopes.collect()
    }

    fn faults_of_money(before: Option<&ProjectMoney>, after: &Envelope<Self>) -> Vec<Fault> {
        let known = before.map_or(&[][..], |money| &money.rates);
        let new = after.money.rates.iter().filter(|rate| !known.contains(rate));
        let unknown = new.filter(|rate| match rate.scope {
            RateScope::Phase { phase_id } => after.state.phases.iter().all(|phase| phase.id != phase_id),
            RateScope::Person { .. } | RateScope::Role { .. } | RateScope::Project => false,
        });
        let rule = Rule::Malformed(Form::Phase);
        unknown.map(|_| Fault { pointer: "/scope/phaseId".into(), rule: rule.clone() }).collect()
    }

    fn unique(&self) -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
        let mut unique = key_of("/code", "code", self.details.code.as_ref());
        unique.extend(key_of("/externalId", "external_id", self.details.external_id.as_ref()));
        unique
    }

    fn is_own<'t>(
        envelope: &'t Envelope<Self>,
        _tx: &'t mut Tx<'_>,
        user: UserId,
    ) -> BoxFuture<'t, Result<bool, Failure>> {
        Box::pin(async move { Ok(envelope.state.details.manager_ids.contains(&user)) })
    }
}

impl Referring for Assignment {
    fn references(&self) -> Vec<Reference> {
        let mut found: Vec<Reference> = vec![
            ("/personId".into(), Kind::Person, self.person_id.0),
            ("/projectId".into(), Kind::Project, self.project_id.0),
        ];
        found.extend(self.role_id.map(|id| ("/roleId".into(), Kind::Role, id.0)));
        found
    }

    fn unique(&self) -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
        key_of("/externalId", "external_id", self.external_id.as_ref())
    }

    fn is_own<'t>(
        envelope: &'t Envelope<Self>,
        tx: &'t mut Tx<'_>,
        user: UserId,
    ) -> BoxFuture<'t, Result<bool, Failure>> {
        Box::pin(async move {
            let Some(record) = tx.get(Kind::Project, envelope.state.project_id.0).await? else {
                return Ok(false);
            };
            Ok(from_record::<Project>(&record)?.state.details.manager_ids.contains(&user))
        })
    }

    fn also<'t>(&'t self, tx: &'t mut Tx<'_>) -> BoxFuture<'t, Result<Vec<Fault>, Failure>> {
        Box::pin(async move {
            let Some(phase) = self.phase_id else { return Ok(Vec::new()) };
            let unknown = || vec![Fault { pointer: "/phaseId".into(), rule: Rule::Malformed(Form::Phase) }];
            let Some(record) = tx.get(Kind::Project, self.project_id.0).await? else { return Ok(unknown()) };
            let phases = from_record::<Project>(&record)?.state.phases;
            Ok(if phases.iter().any(|known| known.id == phase) { Vec::new() } else { unknown() })
        })
    }
}
