//! Folds the facts of planning into states. Pure and total: a fact that does not fit a state leaves it as it is.

use super::aggregate::{Aggregate, Life};
use super::kinds::{
    AssignmentEvent, CalendarEvent, ClientEvent, HolidayEvent, PersonEvent, ProjectEvent, RoleEvent, SkillEvent,
    TeamEvent, TimeOffEvent,
};
use crate::kind::Kind;
use crate::model::{
    Assignment, Calendar, Client, Commitment, Holiday, Person, PersonMoney, Project, ProjectMoney, Role, RoleMoney,
    Skill, Team, TimeOff, TimeOffStatus, put_dated, remove_dated,
};

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
