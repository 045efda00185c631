//! Reading the plan: people, names, working days, the assignments of a range.

use std::sync::Arc;

use super::assignment_row::NONE;
use super::{AssignmentRow, Entry, PersonSlot, Plan};
use crate::ids::{AssignmentId, ClientId, PersonId, PhaseId, ProjectId, RoleId, SkillId, TeamId};
use crate::model::{Client, Commitment, Project, ProjectMoney, Role, RoleMoney, Settings, Skill, Team};
use crate::rules::{
    Booking, DayTable, Days, Grain, WorkCalendar, buckets, date_of, day_of, holiday_region, needed_days,
};

/// Longest window of working days that is kept for a person, in days (six years).
const KEPT_DAYS_MAX: usize = 2_200;

impl Plan {
    /// How the workspace plans.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How many assignments there are, those of removed people and projects included.
    #[must_use]
    pub fn assignment_count(&self) -> usize {
        self.assignments.len()
    }

    /// People and placeholders that are not removed, in no order.
    pub fn people(&self) -> impl Iterator<Item = &PersonSlot> {
        self.people.iter().map(|(_, slot)| slot).filter(|slot| slot.alive().is_some())
    }

    /// A person, also one that is removed.
    #[must_use]
    pub fn person(&self, id: PersonId) -> Option<&PersonSlot> {
        self.people.get(id)
    }

    /// A project, also one that is removed.
    #[must_use]
    pub fn project(&self, id: ProjectId) -> Option<&Entry<ProjectId, Project, ProjectMoney>> {
        self.projects.get(id)
    }

    /// Projects that are not removed, in no order.
    pub fn projects(&self) -> impl Iterator<Item = &Entry<ProjectId, Project, ProjectMoney>> {
        self.projects.iter().map(|(_, entry)| entry).filter(|entry| entry.is_alive())
    }

    /// A role, also one that is removed.
    #[must_use]
    pub fn role(&self, id: RoleId) -> Option<&Entry<RoleId, Role, RoleMoney>> {
        self.roles.get(id)
    }

    /// A client, also one that is removed.
    #[must_use]
    pub fn client(&self, id: ClientId) -> Option<&Entry<ClientId, Client>> {
        self.clients.get(id)
    }

    /// A team, also one that is removed.
    #[must_use]
    pub fn team(&self, id: TeamId) -> Option<&Entry<TeamId, Team>> {
        self.teams.get(id)
    }

    /// A skill, also one that is removed.
    #[must_use]
    pub fn skill(&self, id: SkillId) -> Option<&Entry<SkillId, Skill>> {
        self.skills.get(id)
    }

    /// An assignment with its person.
    #[must_use]
    pub fn assignment(&self, id: AssignmentId) -> Option<(&PersonSlot, &AssignmentRow)> {
        let slot = self.people.at(self.assignments.get(id)?)?;
        slot.rows.iter().find(|row| row.id == id).map(|row| (slot, row))
    }

    /// Ids of the assignments of a person, on a project, or of one on the other, in no order; those of people and
    /// projects that are removed too.
    #[must_use]
    pub fn assignment_ids(&self, person: Option<PersonId>, project: Option<ProjectId>) -> Vec<AssignmentId> {
        let Some(project) = project.map(|id| self.projects.find(id)) else {
            return self.rows_of(person).map(|row| row.id).collect();
        };
        // A project that nobody knows has no assignments.
        self.rows_of(person).filter(|row| Some(row.project) == project).map(|row| row.id).collect()
    }

    fn rows_of(&self, person: Option<PersonId>) -> impl Iterator<Item = &AssignmentRow> {
        let one = person.map(|id| self.people.get(id));
        let all = one.is_none().then(|| self.people.iter().map(|(_, slot)| slot));
        one.flatten().into_iter().chain(all.into_iter().flatten()).flat_map(|slot| &slot.rows)
    }

    /// The project of a row.
    #[must_use]
    pub fn project_of(&self, row: &AssignmentRow) -> Option<&Entry<ProjectId, Project, ProjectMoney>> {
        self.projects.at(row.project)
    }

    /// The role that a row names.
    #[must_use]
    pub fn role_of(&self, row: &AssignmentRow) -> Option<RoleId> {
        (row.role != NONE).then(|| self.roles.at(row.role).map(|entry| entry.id))?
    }

    /// The phase that a row names.
    #[must_use]
    pub fn phase_of(&self, row: &AssignmentRow) -> Option<PhaseId> {
        (row.phase != NONE).then(|| self.phases.at(row.phase).copied())?
    }

    pub(crate) fn project_number(&self, id: ProjectId) -> Option<u32> {
        self.projects.find(id)
    }

    /// A person's assignments that count in a range, ordered by first day: confirmed ones, tentative ones too if asked.
    pub fn rows_in<'a>(
        &'a self,
        slot: &'a PersonSlot,
        range: Days,
        include_tentative: bool,
    ) -> impl Iterator<Item = &'a AssignmentRow> {
        let until = slot.rows.partition_point(|row| row.starts <= range.to);
        slot.rows[..until].iter().filter(move |row| {
            row.ends >= range.from
                && (include_tentative || row.commitment == Commitment::Confirmed)
                && self.projects.at(row.project).is_some_and(Entry::is_alive)
        })
    }

    /// All that decides a person's working days; `None` when nobody was put under this id.
    #[must_use]
    pub fn work_calendar<'a>(&'a self, slot: &'a PersonSlot, include_pending: bool) -> Option<WorkCalendar<'a>> {
        let person = slot.person.as_ref()?;
        let holidays = holiday_region(person, &self.settings).map_or(&[][..], |region| self.holidays.of_region(region));
        let absences = slot.time_off.iter().filter_map(|row| row.absence(include_pending)).collect();
        let calendar = |id| self.calendars.get(&id).map(Arc::as_ref);
        Some(WorkCalendar::of(person, &self.settings, calendar, holidays, absences))
    }

    /// A person's working days, for the whole weeks of a range and all that its assignments' minutes hang on.
    #[must_use]
    pub fn working_days(&self, slot: &PersonSlot, range: Days, include_pending: bool) -> Arc<DayTable> {
        let first_day_of_week = self.settings.first_day_of_week;
        let mut needed = range.whole_weeks(first_day_of_week);
        for row in self.rows_in(slot, range, true).filter(|row| !row.is_local()) {
            let effort = row.effort();
            let booking = Booking { days: row.days(), effort: &effort };
            needed = needed.union(needed_days(&booking, range, first_day_of_week));
        }
        if include_pending && slot.has_pending() {
            return Arc::new(self.build_days(slot, needed, true));
        }
        let kept = slot.cache.get(&self.calendar_edition);
        if let Some(table) = kept.as_ref().filter(|table| table.window().covers(needed)) {
            return Arc::clone(table);
        }
        let wanted = whole_years(needed);
        let both = kept.map_or(wanted, |table| table.window().union(wanted));
        let window = if both.len() > KEPT_DAYS_MAX { wanted } else { both };
        let table = Arc::new(self.build_days(slot, window, false));
        if window.len() <= KEPT_DAYS_MAX {
            slot.cache.keep(&self.calendar_edition, &table);
        }
        table
    }

    fn build_days(&self, slot: &PersonSlot, window: Days, include_pending: bool) -> DayTable {
        match self.work_calendar(slot, include_pending) {
            Some(calendar) => DayTable::build(&calendar, window),
            None => DayTable::unknown(window, self.settings.first_day_of_week),
        }
    }

    /// The buckets of a range by the workspace's weeks.
    #[must_use]
    pub fn buckets(&self, range: Days, grain: Grain) -> Vec<Days> {
        buckets(range, grain, self.settings.first_day_of_week)
    }
}

/// Calendar years with a week on either side, so that the weeks of their edges are in.
fn whole_years(days: Days) -> Days {
    let first = jiff::civil::Date::new(date_of(days.from).year(), 1, 1).map_or(days.from, day_of);
    let last = jiff::civil::Date::new(date_of(days.to).year(), 12, 31).map_or(days.to, day_of);
    Days::new((first - 7).min(days.from), (last + 7).max(days.to))
}
