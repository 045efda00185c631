//! Folds facts into states. Pure and total: a fact that does not fit a state leaves it as it is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::Event;
use super::kinds::{
    AssignmentEvent, CalendarEvent, ClientEvent, HolidayEvent, ImportEvent, MembershipEvent, PersonEvent, ProjectEvent,
    RoleEvent, SessionEvent, SkillEvent, TeamEvent, TimeOffEvent, UserEvent, WorkspaceEvent,
};
use crate::kind::Kind;
use crate::model::{
    Assignment, Branding, Calendar, Client, Commitment, Holiday, ImportRun, ImportStatus, Membership, MembershipStatus,
    Person, PersonMoney, Project, ProjectMoney, Role, RoleMoney, Session, Skill, Team, TimeOff, TimeOffStatus, User,
    Workspace, put_dated, remove_dated,
};

/// What a fact does to the life of an aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It is there.
    Present,
    /// It is soft-deleted.
    Deleted,
    /// As before.
    Same,
}

/// A state that is folded from facts.
pub trait Aggregate: Sized + Clone + std::fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its stream's kind.
    const KIND: Kind;
    /// Its facts.
    type Event: Event + Clone + Send + Sync + 'static;
    /// The part that needs a permission to be seen; `()` when there is none.
    type Money: std::fmt::Debug + Clone + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The state after a first fact; none when the fact is not one that makes it.
    fn born(event: &Self::Event) -> Option<Self>;
    /// The state after one more fact.
    fn apply(&mut self, money: &mut Self::Money, event: &Self::Event) -> Life;
    /// What lists are sorted by.
    fn sort_key(&self) -> String;
}

/// A state with what every stored object has. Serialised, it is what the API answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "A: Aggregate", serialize = "A: Aggregate"))]
pub struct Envelope<A: Aggregate> {
    /// The stream's id.
    pub id: Uuid,
    /// The stream's version: how many facts it has.
    pub version: i64,
    /// When the first fact was recorded.
    pub created_at: Timestamp,
    /// When the last fact was recorded.
    pub updated_at: Timestamp,
    /// Since when it is soft-deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// The state.
    #[serde(flatten)]
    pub state: A,
    /// Stored and served apart.
    #[serde(skip)]
    pub money: A::Money,
}

impl<A: Aggregate> Envelope<A> {
    /// The state after one more fact; `known` is none before the first.
    pub fn after(known: Option<Self>, id: Uuid, event: &A::Event, recorded_at: Timestamp) -> Option<Self> {
        let Some(mut envelope) = known else {
            return A::born(event).map(|state| Self {
                id,
                version: 1,
                created_at: recorded_at,
                updated_at: recorded_at,
                deleted_at: None,
                state,
                money: A::Money::default(),
            });
        };
        match envelope.state.apply(&mut envelope.money, event) {
            Life::Present => envelope.deleted_at = None,
            Life::Deleted => envelope.deleted_at = Some(recorded_at),
            Life::Same => {}
        }
        envelope.version += 1;
        envelope.updated_at = recorded_at;
        Some(envelope)
    }
}

macro_rules! catalogue {
    ($($state:ident: $event:ident, $kind:ident);+ $(;)?) => {$(
        impl Aggregate for $state {
            const KIND: Kind = Kind::$kind;
            type Event = $event;
            type Money = ();
            fn born(event: &$event) -> Option<Self> {
                match event {
                    $event::Added(details) => Some(details.clone()),
                    _ => None,
                }
            }
            fn apply(&mut self, (): &mut (), event: &$event) -> Life {
                match event {
                    $event::Added(details) | $event::Changed(details) => {
                        *self = details.clone();
                        Life::Same
                    }
                    $event::Removed => Life::Deleted,
                    $event::Restored => Life::Present,
                }
            }
            fn sort_key(&self) -> String {
                self.name.to_lowercase()
            }
        }
    )+};
}
catalogue! {
    Client: ClientEvent, Client;
    Team: TeamEvent, Team;
    Skill: SkillEvent, Skill;
    Calendar: CalendarEvent, Calendar;
}

impl Aggregate for Holiday {
    const KIND: Kind = Kind::Holiday;
    type Event = HolidayEvent;
    type Money = ();
    fn born(event: &HolidayEvent) -> Option<Self> {
        match event {
            HolidayEvent::Added(details) => Some(details.clone()),
            _ => None,
        }
    }
    fn apply(&mut self, (): &mut (), event: &HolidayEvent) -> Life {
        match event {
            HolidayEvent::Added(details) | HolidayEvent::Changed(details) => {
                *self = details.clone();
                Life::Same
            }
            HolidayEvent::Removed => Life::Deleted,
            HolidayEvent::Restored => Life::Present,
        }
    }
    fn sort_key(&self) -> String {
        format!("{} {}", self.on, self.region)
    }
}

impl Aggregate for Role {
    const KIND: Kind = Kind::Role;
    type Event = RoleEvent;
    type Money = RoleMoney;
    fn born(event: &RoleEvent) -> Option<Self> {
        match event {
            RoleEvent::Added(details) => Some(details.clone()),
            _ => None,
        }
    }
    fn apply(&mut self, money: &mut RoleMoney, event: &RoleEvent) -> Life {
        match event {
            RoleEvent::Added(details) | RoleEvent::Changed(details) => *self = details.clone(),
            RoleEvent::Removed => return Life::Deleted,
            RoleEvent::Restored => return Life::Present,
            RoleEvent::RateSet(rate) => put_dated(&mut money.rates, *rate),
            RoleEvent::RateCleared(from) => {
                remove_dated(&mut money.rates, from.valid_from);
            }
        }
        Life::Same
    }
    fn sort_key(&self) -> String {
        self.name.to_lowercase()
    }
}

impl Aggregate for Workspace {
    const KIND: Kind = Kind::Workspace;
    type Event = WorkspaceEvent;
    type Money = ();
    fn born(event: &WorkspaceEvent) -> Option<Self> {
        match event {
            WorkspaceEvent::Created(new) => {
                Some(Self { name: new.name.clone(), settings: new.settings.clone(), branding: Branding::default() })
            }
            _ => None,
        }
    }
    fn apply(&mut self, (): &mut (), event: &WorkspaceEvent) -> Life {
        match event {
            WorkspaceEvent::Created(new) => {
                self.name.clone_from(&new.name);
                self.settings = new.settings.clone();
            }
            WorkspaceEvent::Renamed(new) => self.name.clone_from(&new.name),
            WorkspaceEvent::SettingsChanged(settings) => self.settings = settings.clone(),
            WorkspaceEvent::BrandingChanged(branding) => self.branding = branding.clone(),
            WorkspaceEvent::Removed => return Life::Deleted,
            WorkspaceEvent::Restored => return Life::Present,
        }
        Life::Same
    }
    fn sort_key(&self) -> String {
        self.name.to_lowercase()
    }
}

impl Aggregate for Membership {
    const KIND: Kind = Kind::Membership;
    type Event = MembershipEvent;
    type Money = ();
    fn born(event: &MembershipEvent) -> Option<Self> {
        match event {
            MembershipEvent::Joined(membership) | MembershipEvent::Entered(membership) => Some(membership.clone()),
            _ => None,
        }
    }
    fn apply(&mut self, (): &mut (), event: &MembershipEvent) -> Life {
        match event {
            MembershipEvent::Joined(membership) | MembershipEvent::Entered(membership) => {
                *self = membership.clone();
                return Life::Present;
            }
            MembershipEvent::RoleChanged(new) => self.role = new.role,
            MembershipEvent::PermissionsChanged(new) => self.permissions.clone_from(&new.permissions),
            MembershipEvent::Suspended => self.status = MembershipStatus::Suspended,
            MembershipEvent::Reinstated => self.status = MembershipStatus::Active,
            MembershipEvent::Removed => return Life::Deleted,
        }
        Life::Same
    }
    fn sort_key(&self) -> String {
        self.user_id.to_string()
    }
}

impl Aggregate for Person {
    const KIND: Kind = Kind::Person;
    type Event = PersonEvent;
    type Money = PersonMoney;
    fn born(event: &PersonEvent) -> Option<Self> {
        match event {
            PersonEvent::Added(details) => Some(Self {
                details: details.clone(),
                job_titles: Vec::new(),
                schedules: Vec::new(),
                availability: Vec::new(),
                skills: Vec::new(),
            }),
            _ => None,
        }
    }
    fn apply(&mut self, money: &mut PersonMoney, event: &PersonEvent) -> Life {
        match event {
            PersonEvent::Added(details) | PersonEvent::Changed(details) => self.details = details.clone(),
            PersonEvent::Removed => return Life::Deleted,
            PersonEvent::Restored => return Life::Present,
            PersonEvent::JobTitleSet(entry) => put_dated(&mut self.job_titles, entry.clone()),
            PersonEvent::JobTitleCleared(from) => {
                remove_dated(&mut self.job_titles, from.valid_from);
            }
            PersonEvent::ScheduleSet(entry) => put_dated(&mut self.schedules, entry.clone()),
            PersonEvent::ScheduleCleared(from) => {
                remove_dated(&mut self.schedules, from.valid_from);
            }
            PersonEvent::AvailabilitySet(entry) => put_dated(&mut self.availability, *entry),
            PersonEvent::AvailabilityCleared(from) => {
                remove_dated(&mut self.availability, from.valid_from);
            }
            PersonEvent::SkillSet(skill) => {
                self.skills.retain(|known| known.skill_id != skill.skill_id);
                self.skills.push(*skill);
                self.skills.sort_by_key(|known| known.skill_id);
            }
            PersonEvent::SkillCleared(named) => self.skills.retain(|known| known.skill_id != named.id),
            PersonEvent::CompensationSet(entry) => put_dated(&mut money.compensations, entry.clone()),
            PersonEvent::CompensationCleared(from) => {
                remove_dated(&mut money.compensations, from.valid_from);
            }
            PersonEvent::BillRateSet(entry) => put_dated(&mut money.bill_rates, *entry),
            PersonEvent::BillRateCleared(from) => {
                remove_dated(&mut money.bill_rates, from.valid_from);
            }
        }
        Life::Same
    }
    fn sort_key(&self) -> String {
        self.details.name.to_lowercase()
    }
}

impl Aggregate for TimeOff {
    const KIND: Kind = Kind::TimeOff;
    type Event = TimeOffEvent;
    type Money = ();
    fn born(event: &TimeOffEvent) -> Option<Self> {
        match event {
            TimeOffEvent::Requested(details) => Some(Self { details: details.clone(), status: TimeOffStatus::Pending }),
            _ => None,
        }
    }
    fn apply(&mut self, (): &mut (), event: &TimeOffEvent) -> Life {
        match event {
            TimeOffEvent::Requested(details) | TimeOffEvent::Changed(details) => {
                self.details = details.clone();
            }
            TimeOffEvent::Approved => self.status = TimeOffStatus::Approved,
            TimeOffEvent::Rejected => self.status = TimeOffStatus::Rejected,
            TimeOffEvent::Reopened => self.status = TimeOffStatus::Pending,
            TimeOffEvent::Removed => return Life::Deleted,
            TimeOffEvent::Restored => return Life::Present,
        }
        Life::Same
    }
    fn sort_key(&self) -> String {
        self.details.starts_on.to_string()
    }
}

impl Aggregate for Project {
    const KIND: Kind = Kind::Project;
    type Event = ProjectEvent;
    type Money = ProjectMoney;
    fn born(event: &ProjectEvent) -> Option<Self> {
        match event {
            ProjectEvent::Added(details) => {
                Some(Self { details: details.clone(), phases: Vec::new(), milestones: Vec::new() })
            }
            _ => None,
        }
    }
    fn apply(&mut self, money: &mut ProjectMoney, event: &ProjectEvent) -> Life {
        match event {
            ProjectEvent::Added(details) | ProjectEvent::Changed(details) => {
                self.details = details.clone();
            }
            ProjectEvent::Removed => return Life::Deleted,
            ProjectEvent::Restored => return Life::Present,
            ProjectEvent::PhaseSet(phase) => {
                self.phases.retain(|known| known.id != phase.id);
                self.phases.push(phase.clone());
                self.phases.sort_by_key(|known| (known.starts_on, known.id));
            }
            ProjectEvent::PhaseCleared(named) => self.phases.retain(|known| known.id != named.id),
            ProjectEvent::MilestoneSet(milestone) => {
                self.milestones.retain(|known| known.id != milestone.id);
                self.milestones.push(milestone.clone());
                self.milestones.sort_by_key(|known| (known.on, known.id));
            }
            ProjectEvent::MilestoneCleared(named) => {
                self.milestones.retain(|known| known.id != named.id);
            }
            ProjectEvent::BudgetSet(budget) => money.budget = *budget,
            ProjectEvent::RateSet(rate) => {
                money.rates.retain(|known| known.id != rate.id);
                money.rates.push(*rate);
                money.rates.sort_by_key(|known| (known.valid_from, known.id));
            }
            ProjectEvent::RateCleared(named) => money.rates.retain(|known| known.id != named.id),
        }
        Life::Same
    }
    fn sort_key(&self) -> String {
        self.details.name.to_lowercase()
    }
}

impl Aggregate for Assignment {
    const KIND: Kind = Kind::Assignment;
    type Event = AssignmentEvent;
    type Money = ();
    fn born(event: &AssignmentEvent) -> Option<Self> {
        match event {
            AssignmentEvent::Booked(details) => Some(details.clone()),
            _ => None,
        }
    }
    fn apply(&mut self, (): &mut (), event: &AssignmentEvent) -> Life {
        match event {
            AssignmentEvent::Booked(details) | AssignmentEvent::Changed(details) => {
                *self = details.clone();
            }
            AssignmentEvent::Confirmed => self.commitment = Commitment::Confirmed,
            AssignmentEvent::MadeTentative => self.commitment = Commitment::Tentative,
            AssignmentEvent::Removed => return Life::Deleted,
            AssignmentEvent::Restored => return Life::Present,
        }
        Life::Same
    }
    fn sort_key(&self) -> String {
        self.starts_on.to_string()
    }
}

impl Aggregate for User {
    const KIND: Kind = Kind::User;
    type Event = UserEvent;
    type Money = ();
    fn born(event: &UserEvent) -> Option<Self> {
        match event {
            UserEvent::Created(new) => Some(Self {
                email: new.email.clone(),
                name: new.name.clone(),
                platform_admin: new.platform_admin,
                suspended: false,
            }),
            _ => None,
        }
    }
    fn apply(&mut self, (): &mut (), event: &UserEvent) -> Life {
        match event {
            UserEvent::Renamed(new) => self.name.clone_from(&new.name),
            UserEvent::Suspended => self.suspended = true,
            UserEvent::Reinstated => self.suspended = false,
            UserEvent::MadePlatformAdmin => self.platform_admin = true,
            UserEvent::UnmadePlatformAdmin => self.platform_admin = false,
            UserEvent::Created(_)
            | UserEvent::SignedIn
            | UserEvent::SignInFailed
            | UserEvent::PasswordChanged
            | UserEvent::EnteredWorkspace(_) => {}
        }
        Life::Same
    }
    fn sort_key(&self) -> String {
        self.email.clone()
    }
}

impl Aggregate for Session {
    const KIND: Kind = Kind::Session;
    type Event = SessionEvent;
    type Money = ();
    fn born(event: &SessionEvent) -> Option<Self> {
        match event {
            SessionEvent::Started(new) => Some(Self { user_id: new.user_id, client: new.client.clone(), ended: None }),
            SessionEvent::Ended(_) => None,
        }
    }
    fn apply(&mut self, (): &mut (), event: &SessionEvent) -> Life {
        match event {
            SessionEvent::Started(_) => Life::Same,
            SessionEvent::Ended(end) => {
                self.ended = Some(end.reason);
                Life::Deleted
            }
        }
    }
    fn sort_key(&self) -> String {
        self.user_id.to_string()
    }
}

impl Aggregate for ImportRun {
    const KIND: Kind = Kind::Import;
    type Event = ImportEvent;
    type Money = ();
    fn born(event: &ImportEvent) -> Option<Self> {
        match event {
            ImportEvent::Started(new) => Some(Self {
                file_name: new.file_name.clone(),
                file_sha256: new.file_sha256.clone(),
                status: ImportStatus::Running,
                summary: serde_json::Value::Null,
            }),
            _ => None,
        }
    }
    fn apply(&mut self, (): &mut (), event: &ImportEvent) -> Life {
        let (status, outcome) = match event {
            ImportEvent::Started(_) => return Life::Same,
            ImportEvent::Completed(outcome) => (ImportStatus::Completed, outcome),
            ImportEvent::Failed(outcome) => (ImportStatus::Failed, outcome),
            ImportEvent::Undone(outcome) => (ImportStatus::Undone, outcome),
        };
        self.status = status;
        self.summary = outcome.summary.clone();
        Life::Same
    }
    fn sort_key(&self) -> String {
        self.file_name.to_lowercase()
    }
}
