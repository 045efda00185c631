//! Would a booking overbook its person, as far as this plan knows.

use jiff::civil::Date;

use super::Plan;
use crate::ids::AssignmentId;
use crate::model::{Assignment, Commitment};
use crate::rules::{Booking, ClashCheck, ClashWarning, Grain, check_clash, clash_range, day_of};

impl Plan {
    /// Checks a new booking, or a changed one of this id, against the person's other confirmed assignments, by day
    /// and by the workspace's week. Tentative bookings and placeholders never clash.
    #[must_use]
    pub fn check_clash(&self, id: Option<AssignmentId>, assignment: &Assignment, today: Date) -> ClashCheck {
        let Some(slot) = self.person(assignment.person_id) else {
            return ClashCheck { clashes: Vec::new(), warnings: vec![ClashWarning::UnknownSchedule] };
        };
        if slot.is_placeholder() || assignment.commitment == Commitment::Tentative {
            return ClashCheck::default();
        }
        let Some(calendar) = self.work_calendar(slot, false) else {
            return ClashCheck { clashes: Vec::new(), warnings: vec![ClashWarning::UnknownSchedule] };
        };
        let proposed = Booking::of(assignment);
        let range = clash_range(&proposed, day_of(today), calendar.first_day_of_week);
        let rows: Vec<_> = self
            .rows_in(slot, range, false)
            .filter(|row| Some(row.id) != id)
            .map(|row| (row.id, row.days(), row.effort()))
            .collect();
        let others: Vec<_> = rows.iter().map(|(id, days, effort)| (*id, Booking { days: *days, effort })).collect();
        check_clash(&calendar, &proposed, &others, range, Grain::Week)
    }
}
