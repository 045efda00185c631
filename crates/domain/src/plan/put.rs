//! Filling and changing the plan: one method a kind, by id, in any order.

use std::sync::Arc;

use super::Plan;
use super::assignment_row::{AssignmentRow, NONE, Numbers};
use super::person_slot::TimeOffRow;
use crate::ids::{
    AssignmentId, CalendarId, ClientId, HolidayId, PersonId, ProjectId, RoleId, SkillId, TeamId, TimeOffId,
};
use crate::model::{
    Assignment, Calendar, Client, Holiday, Person, PersonMoney, Project, ProjectMoney, Role, RoleMoney, Settings,
    Skill, Team, TimeOff,
};

macro_rules! catalogue {
    ($($slots:ident, $id:ty, $value:ty, $put:ident, $remove:ident, $what:literal);+ $(;)?) => {
        impl Plan {
            $(
                #[doc = concat!("Puts ", $what, "; one that was removed is back.")]
                pub fn $put(&mut self, id: $id, value: $value) {
                    let number = self.$slots.number(id);
                    if let Some(entry) = self.$slots.change(number) {
                        entry.put(value);
                    }
                }

                #[doc = concat!("Removes ", $what, "; its name stays.")]
                pub fn $remove(&mut self, id: $id) {
                    let number = self.$slots.number(id);
                    if let Some(entry) = self.$slots.change(number) {
                        entry.removed = true;
                    }
                }
            )+
        }
    };
}

catalogue! {
    clients, ClientId, Client, put_client, remove_client, "a client";
    teams, TeamId, Team, put_team, remove_team, "a team";
    skills, SkillId, Skill, put_skill, remove_skill, "a skill";
    roles, RoleId, Role, put_role, remove_role, "a role";
}

impl Plan {
    /// Sets how the workspace plans.
    pub fn put_settings(&mut self, settings: Settings) {
        self.settings = Arc::new(settings);
        self.calendar_edition = Arc::default();
    }

    /// Puts a person or a placeholder; one that was removed is back. Notes are dropped: no report shows them.
    pub fn put_person(&mut self, id: PersonId, mut person: Person) {
        person.details.notes = None;
        let number = self.people.number(id);
        if let Some(slot) = self.people.change(number) {
            slot.person = Some(person);
            slot.removed = false;
            slot.cache.forget();
        }
    }

    /// Puts the pay and bill rates of a person.
    pub fn put_person_money(&mut self, id: PersonId, money: PersonMoney) {
        let number = self.people.number(id);
        if let Some(slot) = self.people.change(number) {
            slot.money = money;
        }
    }

    /// Removes a person; the name stays.
    pub fn remove_person(&mut self, id: PersonId) {
        let number = self.people.number(id);
        if let Some(slot) = self.people.change(number) {
            slot.removed = true;
        }
    }

    /// Puts an absence, whatever its status.
    pub fn put_time_off(&mut self, id: TimeOffId, time_off: &TimeOff) {
        let number = self.people.number(time_off.details.person_id);
        let before = self.time_off.insert(id, number).filter(|before| *before != number);
        if let Some(slot) = before.and_then(|before| self.people.change(before)) {
            slot.take_time_off(id);
        }
        if let Some(slot) = self.people.change(number) {
            slot.put_time_off(TimeOffRow::new(id, time_off));
        }
    }

    /// Removes an absence.
    pub fn remove_time_off(&mut self, id: TimeOffId) {
        if let Some(slot) = self.time_off.remove(id).and_then(|number| self.people.change(number)) {
            slot.take_time_off(id);
        }
    }

    /// Puts an assignment of this version.
    pub fn put_assignment(&mut self, id: AssignmentId, version: i64, assignment: &Assignment) {
        let numbers = Numbers {
            project: self.projects.number(assignment.project_id),
            role: assignment.role_id.map_or(NONE, |role| self.roles.number(role)),
            phase: assignment.phase_id.map_or(NONE, |phase| self.phases.number(phase)),
        };
        let number = self.people.number(assignment.person_id);
        // A new one has no row to look for: a booking must not cost a walk over all that its person has.
        let before = self.assignments.insert(id, number);
        if let Some(slot) = before.and_then(|before| self.people.change(before)) {
            slot.take_row(id);
        }
        if let Some(slot) = self.people.change(number) {
            slot.put_row(AssignmentRow::new(id, version, assignment, numbers));
        }
    }

    /// Removes an assignment.
    pub fn remove_assignment(&mut self, id: AssignmentId) {
        if let Some(slot) = self.assignments.remove(id).and_then(|number| self.people.change(number)) {
            slot.take_row(id);
        }
    }

    /// Puts a project with its phases and milestones; one that was removed is back. Notes are dropped.
    pub fn put_project(&mut self, id: ProjectId, mut project: Project) {
        project.details.notes = None;
        let number = self.projects.number(id);
        if let Some(entry) = self.projects.change(number) {
            entry.put(project);
        }
    }

    /// Puts the budget and rate card of a project.
    pub fn put_project_money(&mut self, id: ProjectId, money: ProjectMoney) {
        let number = self.projects.number(id);
        if let Some(entry) = self.projects.change(number) {
            entry.money = money;
        }
    }

    /// Removes a project, and with it its assignments from all figures; its name stays.
    pub fn remove_project(&mut self, id: ProjectId) {
        let number = self.projects.number(id);
        if let Some(entry) = self.projects.change(number) {
            entry.removed = true;
        }
    }

    /// Puts the rates of a role.
    pub fn put_role_money(&mut self, id: RoleId, money: RoleMoney) {
        let number = self.roles.number(id);
        if let Some(entry) = self.roles.change(number) {
            entry.money = money;
        }
    }

    /// Puts a calendar.
    pub fn put_calendar(&mut self, id: CalendarId, calendar: Calendar) {
        Arc::make_mut(&mut self.calendars).insert(id, Arc::new(calendar));
        self.calendar_edition = Arc::default();
    }

    /// Removes a calendar: the working time of those who have it becomes unknown.
    pub fn remove_calendar(&mut self, id: CalendarId) {
        Arc::make_mut(&mut self.calendars).remove(&id);
        self.calendar_edition = Arc::default();
    }

    /// Puts a holiday of a region.
    pub fn put_holiday(&mut self, id: HolidayId, holiday: &Holiday) {
        Arc::make_mut(&mut self.holidays).put(id, holiday);
        self.calendar_edition = Arc::default();
    }

    /// Removes a holiday.
    pub fn remove_holiday(&mut self, id: HolidayId) {
        Arc::make_mut(&mut self.holidays).remove(id);
        self.calendar_edition = Arc::default();
    }
}
