//! What an absence breaks, as far as this plan knows.

use super::{AssignmentRow, Plan};
use crate::ids::TimeOffId;
use crate::rules::{Booking, expand};

impl Plan {
    /// The assignments with work on the days of an absence, and their minutes on these days as if nobody were away;
    /// none when there is no such absence.
    #[must_use]
    pub fn broken_by(&self, id: TimeOffId) -> Option<Vec<(&AssignmentRow, i64)>> {
        let slot = self.people.at(self.time_off.get(id)?)?;
        let range = slot.time_off.iter().find(|row| row.id == id)?.days;
        let Some(mut calendar) = self.work_calendar(slot, false) else { return Some(Vec::new()) };
        calendar.absences.clear();
        let minutes = |row: &AssignmentRow| -> i64 {
            let effort = row.effort();
            let booking = Booking { days: row.days(), effort: &effort };
            expand(&booking, &calendar, range).minutes.iter().sum()
        };
        let broken = self.rows_in(slot, range, true).map(|row| (row, minutes(row))).filter(|(_, minutes)| *minutes > 0);
        Some(broken.collect())
    }
}
