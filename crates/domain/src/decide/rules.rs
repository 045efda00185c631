//! For each kind of stream: which facts may follow which state.

use super::form::Form;
use super::refusal::{Fault, Refusal, Rule};
use super::validate::{Faults, Validate};
use crate::event::{
    Aggregate, AssignmentEvent, CalendarEvent, ClientEvent, Envelope, HolidayEvent, ImportEvent, MembershipEvent,
    PersonEvent, ProjectEvent, RoleEvent, SessionEvent, SkillEvent, TeamEvent, TimeOffEvent, UserEvent, WorkspaceEvent,
};
use crate::model::{
    Assignment, AssignmentDetails, Calendar, Client, Holiday, ImportRun, ImportStatus, Membership, Person,
    PersonDetails, Project, ProjectDetails, Role, Session, Skill, Team, TimeOff, TimeOffDetails, User, Workspace,
};

/// A kind of stream whose next facts are checked.
pub trait Intent: Aggregate {
    /// Whether this fact may follow.
    ///
    /// # Errors
    /// The refusal, with every bad field at once.
    fn may_follow(known: Option<&Envelope<Self>>, event: &Self::Event) -> Result<(), Refusal>;

    /// Whether the fact is worth keeping though it changes no state: a sign-in.
    fn is_occurrence(_event: &Self::Event) -> bool {
        false
    }
}

/// A kind that is added, changed as a whole, removed and restored.
pub trait Managed: Intent + PartialEq {
    /// What is edited in one piece.
    type Details: Validate
        + Clone
        + PartialEq
        + serde::Serialize
        + serde::de::DeserializeOwned
        + schemars::JsonSchema
        + Send
        + Sync
        + 'static;
    /// The editable part of a state.
    fn details(&self) -> &Self::Details;
    /// It exists.
    fn added(details: Self::Details) -> Self::Event;
    /// Details as a whole.
    fn changed(details: Self::Details) -> Self::Event;
    /// Soft-deleted.
    fn removed() -> Self::Event;
    /// Back again.
    fn restored() -> Self::Event;
}

fn valid(value: &impl Validate) -> Result<(), Refusal> {
    let faults = Faults::of(value);
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults)) }
}

fn absent<A: Aggregate>(known: Option<&Envelope<A>>) -> Result<(), Refusal> {
    if known.is_some() { Err(Refusal::AlreadyExists) } else { Ok(()) }
}

fn present<A: Aggregate>(known: Option<&Envelope<A>>) -> Result<&Envelope<A>, Refusal> {
    match known {
        None => Err(Refusal::NotFound),
        Some(envelope) if envelope.deleted_at.is_some() => Err(Refusal::Deleted),
        Some(envelope) => Ok(envelope),
    }
}

fn deleted<A: Aggregate>(known: Option<&Envelope<A>>) -> Result<(), Refusal> {
    match known {
        None => Err(Refusal::NotFound),
        Some(envelope) if envelope.deleted_at.is_none() => Err(Refusal::NotDeleted),
        Some(_) => Ok(()),
    }
}

macro_rules! managed {
    ($($state:ty, $details:ty, $event:ident, $added:ident, |$s:ident| $get:expr);+ $(;)?) => {$(
        impl Managed for $state {
            type Details = $details;
            fn details(&self) -> &$details {
                let $s = self;
                $get
            }
            fn added(details: $details) -> $event {
                $event::$added(details)
            }
            fn changed(details: $details) -> $event {
                $event::Changed(details)
            }
            fn removed() -> $event {
                $event::Removed
            }
            fn restored() -> $event {
                $event::Restored
            }
        }
    )+};
}
managed! {
    Client, Client, ClientEvent, Added, |s| s;
    Team, Team, TeamEvent, Added, |s| s;
    Skill, Skill, SkillEvent, Added, |s| s;
    Role, Role, RoleEvent, Added, |s| s;
    Calendar, Calendar, CalendarEvent, Added, |s| s;
    Holiday, Holiday, HolidayEvent, Added, |s| s;
    Person, PersonDetails, PersonEvent, Added, |s| &s.details;
    Project, ProjectDetails, ProjectEvent, Added, |s| &s.details;
    TimeOff, TimeOffDetails, TimeOffEvent, Requested, |s| &s.details;
    Assignment, AssignmentDetails, AssignmentEvent, Booked, |s| s;
}

macro_rules! plain {
    ($($state:ident: $event:ident);+ $(;)?) => {$(
        impl Intent for $state {
            fn may_follow(known: Option<&Envelope<Self>>, event: &$event) -> Result<(), Refusal> {
                match event {
                    $event::Added(details) => absent(known).and_then(|()| valid(details)),
                    $event::Changed(details) => present(known).and_then(|_| valid(details)),
                    $event::Removed => present(known).map(drop),
                    $event::Restored => deleted(known),
                }
            }
        }
    )+};
}
plain! {
    Client: ClientEvent;
    Team: TeamEvent;
    Skill: SkillEvent;
    Calendar: CalendarEvent;
    Holiday: HolidayEvent;
}

impl Intent for Role {
    fn may_follow(known: Option<&Envelope<Self>>, event: &RoleEvent) -> Result<(), Refusal> {
        match event {
            RoleEvent::Added(details) => absent(known).and_then(|()| valid(details)),
            RoleEvent::Changed(details) => present(known).and_then(|_| valid(details)),
            RoleEvent::Removed => present(known).map(drop),
            RoleEvent::Restored => deleted(known),
            RoleEvent::RateSet(rate) => present(known).and_then(|_| valid(rate)),
            RoleEvent::RateCleared(from) => {
                let entries = &present(known)?.money.rates;
                entry_exists(entries.iter().any(|entry| entry.valid_from == from.valid_from))
            }
        }
    }
}

fn entry_exists(found: bool) -> Result<(), Refusal> {
    if found { Ok(()) } else { Err(Refusal::NotFound) }
}

impl Intent for Person {
    fn may_follow(known: Option<&Envelope<Self>>, event: &PersonEvent) -> Result<(), Refusal> {
        match event {
            PersonEvent::Added(details) => absent(known).and_then(|()| valid(details)),
            PersonEvent::Changed(details) => present(known).and_then(|_| valid(details)),
            PersonEvent::Removed => present(known).map(drop),
            PersonEvent::Restored => deleted(known),
            PersonEvent::JobTitleSet(entry) => present(known).and_then(|_| valid(entry)),
            PersonEvent::ScheduleSet(entry) => present(known).and_then(|_| valid(entry)),
            PersonEvent::AvailabilitySet(entry) => present(known).and_then(|_| valid(entry)),
            PersonEvent::SkillSet(entry) => present(known).and_then(|_| valid(entry)),
            PersonEvent::CompensationSet(entry) => present(known).and_then(|_| valid(entry)),
            PersonEvent::BillRateSet(entry) => present(known).and_then(|_| valid(entry)),
            PersonEvent::JobTitleCleared(from) => {
                let entries = &present(known)?.state.job_titles;
                entry_exists(entries.iter().any(|entry| entry.valid_from == from.valid_from))
            }
            PersonEvent::ScheduleCleared(from) => {
                let entries = &present(known)?.state.schedules;
                entry_exists(entries.iter().any(|entry| entry.valid_from == from.valid_from))
            }
            PersonEvent::AvailabilityCleared(from) => {
                let entries = &present(known)?.state.availability;
                entry_exists(entries.iter().any(|entry| entry.valid_from == from.valid_from))
            }
            PersonEvent::SkillCleared(named) => {
                let skills = &present(known)?.state.skills;
                entry_exists(skills.iter().any(|skill| skill.skill_id == named.id))
            }
            PersonEvent::CompensationCleared(from) => {
                let entries = &present(known)?.money.compensations;
                entry_exists(entries.iter().any(|entry| entry.valid_from == from.valid_from))
            }
            PersonEvent::BillRateCleared(from) => {
                let entries = &present(known)?.money.bill_rates;
                entry_exists(entries.iter().any(|entry| entry.valid_from == from.valid_from))
            }
        }
    }
}

impl Intent for TimeOff {
    fn may_follow(known: Option<&Envelope<Self>>, event: &TimeOffEvent) -> Result<(), Refusal> {
        match event {
            TimeOffEvent::Requested(details) => absent(known).and_then(|()| valid(details)),
            TimeOffEvent::Changed(details) => present(known).and_then(|_| valid(details)),
            TimeOffEvent::Approved | TimeOffEvent::Rejected | TimeOffEvent::Reopened | TimeOffEvent::Removed => {
                present(known).map(drop)
            }
            TimeOffEvent::Restored => deleted(known),
        }
    }
}

impl Intent for Project {
    fn may_follow(known: Option<&Envelope<Self>>, event: &ProjectEvent) -> Result<(), Refusal> {
        match event {
            ProjectEvent::Added(details) => absent(known).and_then(|()| valid(details)),
            ProjectEvent::Changed(details) => present(known).and_then(|_| valid(details)),
            ProjectEvent::Removed => present(known).map(drop),
            ProjectEvent::Restored => deleted(known),
            ProjectEvent::PhaseSet(phase) => present(known).and_then(|_| valid(phase)),
            ProjectEvent::MilestoneSet(milestone) => present(known).and_then(|_| valid(milestone)),
            ProjectEvent::BudgetSet(budget) => present(known).and_then(|_| valid(budget)),
            ProjectEvent::RateSet(rate) => present(known).and_then(|_| valid(rate)),
            ProjectEvent::PhaseCleared(named) => {
                entry_exists(present(known)?.state.phases.iter().any(|phase| phase.id == named.id))
            }
            ProjectEvent::MilestoneCleared(named) => {
                let milestones = &present(known)?.state.milestones;
                entry_exists(milestones.iter().any(|milestone| milestone.id == named.id))
            }
            ProjectEvent::RateCleared(named) => {
                entry_exists(present(known)?.money.rates.iter().any(|rate| rate.id == named.id))
            }
        }
    }
}

impl Intent for Assignment {
    fn may_follow(known: Option<&Envelope<Self>>, event: &AssignmentEvent) -> Result<(), Refusal> {
        match event {
            AssignmentEvent::Booked(details) => absent(known).and_then(|()| valid(details)),
            AssignmentEvent::Changed(details) => present(known).and_then(|_| valid(details)),
            AssignmentEvent::Confirmed | AssignmentEvent::MadeTentative | AssignmentEvent::Removed => {
                present(known).map(drop)
            }
            AssignmentEvent::Restored => deleted(known),
        }
    }
}

fn named(name: &str) -> Result<(), Refusal> {
    valid(&Role { name: name.to_owned() })
}

impl Intent for Workspace {
    fn may_follow(known: Option<&Envelope<Self>>, event: &WorkspaceEvent) -> Result<(), Refusal> {
        match event {
            WorkspaceEvent::Created(new) => {
                absent(known)?;
                named(&new.name)?;
                valid(&new.settings).map_err(|refusal| under("/settings", refusal))
            }
            WorkspaceEvent::Renamed(new) => present(known).and_then(|_| named(&new.name)),
            WorkspaceEvent::SettingsChanged(settings) => present(known).and_then(|_| valid(settings)),
            WorkspaceEvent::BrandingChanged(branding) => present(known).and_then(|_| valid(branding)),
            WorkspaceEvent::Removed => present(known).map(drop),
            WorkspaceEvent::Restored => deleted(known),
        }
    }
}

fn under(pointer: &str, refusal: Refusal) -> Refusal {
    let Refusal::Invalid(faults) = refusal else { return refusal };
    Refusal::Invalid(
        faults
            .into_iter()
            .map(|fault| Fault { pointer: format!("{pointer}{}", fault.pointer), rule: fault.rule })
            .collect(),
    )
}

/// Permissions that a member can have beyond the role.
pub const PERMISSIONS: [&str; 1] = ["pay:read"];

impl Intent for Membership {
    fn may_follow(known: Option<&Envelope<Self>>, event: &MembershipEvent) -> Result<(), Refusal> {
        match event {
            MembershipEvent::Joined(_) | MembershipEvent::Entered(_) => match known {
                Some(envelope) if envelope.deleted_at.is_none() => Err(Refusal::AlreadyExists),
                _ => Ok(()),
            },
            MembershipEvent::PermissionsChanged(new) => {
                present(known)?;
                match new.permissions.iter().position(|name| !PERMISSIONS.contains(&name.as_str())) {
                    None => Ok(()),
                    Some(index) => Err(Refusal::Invalid(vec![Fault {
                        pointer: format!("/permissions/{index}"),
                        rule: Rule::Malformed(Form::Permission),
                    }])),
                }
            }
            MembershipEvent::RoleChanged(_)
            | MembershipEvent::Suspended
            | MembershipEvent::Reinstated
            | MembershipEvent::Removed => present(known).map(drop),
        }
    }
}

impl Intent for User {
    fn may_follow(known: Option<&Envelope<Self>>, event: &UserEvent) -> Result<(), Refusal> {
        match event {
            UserEvent::Created(new) => absent(known).and_then(|()| named(&new.name)),
            UserEvent::Renamed(new) => present(known).and_then(|_| named(&new.name)),
            _ => present(known).map(drop),
        }
    }

    fn is_occurrence(event: &UserEvent) -> bool {
        matches!(
            event,
            UserEvent::SignedIn | UserEvent::SignInFailed | UserEvent::PasswordChanged | UserEvent::EnteredWorkspace(_)
        )
    }
}

impl Intent for Session {
    fn may_follow(known: Option<&Envelope<Self>>, event: &SessionEvent) -> Result<(), Refusal> {
        match event {
            SessionEvent::Started(_) => absent(known),
            SessionEvent::Ended(_) => present(known).map(drop),
        }
    }
}

impl Intent for ImportRun {
    fn may_follow(known: Option<&Envelope<Self>>, event: &ImportEvent) -> Result<(), Refusal> {
        match event {
            ImportEvent::Started(_) => absent(known),
            ImportEvent::Completed(_) | ImportEvent::Failed(_) => present(known).map(drop),
            ImportEvent::Undone(_) => match present(known)?.state.status {
                ImportStatus::Completed => Ok(()),
                _ => Err(Refusal::NotFound),
            },
        }
    }
}
