//! A person with assignments, absences and the cached working days.

use std::sync::{Arc, PoisonError, RwLock};

use super::assignment_row::AssignmentRow;
use crate::ids::{AssignmentId, PersonId, TimeOffId};
use crate::model::{Person, PersonKind, PersonMoney, TimeOff, TimeOffKind, TimeOffStatus};
use crate::rules::{Absence, DayTable, Days};

/// All that the plan knows of a person.
#[derive(Clone, Debug)]
pub struct PersonSlot {
    /// Who.
    pub id: PersonId,
    pub(super) person: Option<Person>,
    pub(super) removed: bool,
    pub(super) money: PersonMoney,
    pub(super) time_off: Vec<TimeOffRow>,
    /// Ordered by first day, then id.
    pub(super) rows: Vec<AssignmentRow>,
    pub(super) cache: WorkingDaysCache,
}

impl From<PersonId> for PersonSlot {
    fn from(id: PersonId) -> Self {
        Self {
            id,
            person: None,
            removed: false,
            money: PersonMoney::default(),
            time_off: Vec::new(),
            rows: Vec::new(),
            cache: WorkingDaysCache::default(),
        }
    }
}

impl PersonSlot {
    /// The person, unless removed.
    #[must_use]
    pub fn alive(&self) -> Option<&Person> {
        self.person.as_ref().filter(|_| !self.removed)
    }

    /// The name, also of somebody who is removed; empty when never put.
    #[must_use]
    pub fn name(&self) -> &str {
        self.person.as_ref().map_or("", |person| &person.details.name)
    }

    /// An open demand instead of somebody.
    #[must_use]
    pub fn is_placeholder(&self) -> bool {
        self.person.as_ref().is_some_and(|person| person.details.kind == PersonKind::Placeholder)
    }

    /// Pay and bill rates.
    #[must_use]
    pub const fn money(&self) -> &PersonMoney {
        &self.money
    }

    /// Absences, ordered by first day, then id.
    #[must_use]
    pub fn time_off(&self) -> &[TimeOffRow] {
        &self.time_off
    }

    pub(super) fn has_pending(&self) -> bool {
        self.time_off.iter().any(|row| row.status == TimeOffStatus::Pending)
    }

    /// Puts a row that is not there yet, or was taken before.
    pub(super) fn put_row(&mut self, row: AssignmentRow) {
        let at = self.rows.partition_point(|known| (known.starts, known.id) < (row.starts, row.id));
        if self.rows.len() == self.rows.capacity() {
            self.rows.reserve_exact(self.rows.len() / 8 + 4);
        }
        self.rows.insert(at, row);
    }

    pub(super) fn take_row(&mut self, id: AssignmentId) -> Option<AssignmentRow> {
        let at = self.rows.iter().position(|row| row.id == id)?;
        Some(self.rows.remove(at))
    }

    pub(super) fn put_time_off(&mut self, row: TimeOffRow) {
        self.take_time_off(row.id);
        let at = self.time_off.partition_point(|known| (known.days.from, known.id) < (row.days.from, row.id));
        self.time_off.insert(at, row);
        self.cache.forget();
    }

    pub(super) fn take_time_off(&mut self, id: TimeOffId) {
        self.time_off.retain(|row| row.id != id);
        self.cache.forget();
    }
}

/// What reports need of an absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOffRow {
    /// Its id.
    pub id: TimeOffId,
    /// From the first to the last day.
    pub days: Days,
    /// Minutes off on each day; `None` = the whole day.
    pub minutes_per_day: Option<i64>,
    /// Why.
    pub kind: TimeOffKind,
    /// Where its approval stands.
    pub status: TimeOffStatus,
}

impl TimeOffRow {
    pub(super) fn new(id: TimeOffId, time_off: &TimeOff) -> Self {
        let details = &time_off.details;
        Self {
            id,
            days: Days::of_dates(details.starts_on, Some(details.ends_on)),
            minutes_per_day: details.minutes_per_day,
            kind: details.kind,
            status: time_off.status,
        }
    }

    pub(super) fn absence(&self, include_pending: bool) -> Option<Absence> {
        let counts = match self.status {
            TimeOffStatus::Approved => true,
            TimeOffStatus::Pending => include_pending,
            TimeOffStatus::Rejected => false,
        };
        counts.then_some(Absence { days: self.days, minutes_per_day: self.minutes_per_day })
    }
}

/// Working days that were computed once, with the edition of the calendars that they were computed from.
#[derive(Debug, Default)]
pub(super) struct WorkingDaysCache(RwLock<Option<(Arc<()>, Arc<DayTable>)>>);

impl WorkingDaysCache {
    /// The table of this edition, whatever its window.
    pub(super) fn get(&self, edition: &Arc<()>) -> Option<Arc<DayTable>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (of, table) = kept.as_ref()?;
        Arc::ptr_eq(of, edition).then(|| Arc::clone(table))
    }

    pub(super) fn keep(&self, edition: &Arc<()>, table: &Arc<DayTable>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((Arc::clone(edition), Arc::clone(table)));
    }

    pub(super) fn forget(&mut self) {
        *self.0.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Clone for WorkingDaysCache {
    fn clone(&self) -> Self {
        Self(RwLock::new(self.0.read().unwrap_or_else(PoisonError::into_inner).clone()))
    }
}
