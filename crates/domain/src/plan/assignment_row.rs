//! An assignment in 64 bytes.

use std::borrow::Cow;

use crate::ids::AssignmentId;
use crate::model::{Assignment, Commitment, Effort};
use crate::rules::{Booking, Day, Days};

/// Stands for "no role" and "no phase".
pub(super) const NONE: u32 = u32::MAX;

/// What reports need of an assignment. Project, role and phase are numbers of the plan's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignmentRow {
    /// Its id.
    pub id: AssignmentId,
    pub(super) starts: Day,
    pub(super) ends: Day,
    pub(crate) project: u32,
    pub(crate) role: u32,
    pub(crate) phase: u32,
    /// For `If-Match`.
    pub version: u32,
    effort: RowEffort,
    /// Promised or thought of.
    pub commitment: Commitment,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum RowEffort {
    HoursPerDay(u16),
    HoursPerWeek(u16),
    Percent(u32),
    Total(u32),
    Other(Box<Effort>),
}

/// What a row refers to, by number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    pub(super) project: u32,
    pub(super) role: u32,
    pub(super) phase: u32,
}

impl AssignmentRow {
    pub(super) fn new(id: AssignmentId, version: i64, assignment: &Assignment, numbers: Numbers) -> Self {
        let days = Booking::of(assignment).days;
        Self {
            id,
            starts: days.from,
            ends: days.to,
            project: numbers.project,
            role: numbers.role,
            phase: numbers.phase,
            version: u32::try_from(version).unwrap_or(u32::MAX),
            effort: RowEffort::of(&assignment.effort),
            commitment: assignment.commitment,
        }
    }

    /// First to last day; open = [`crate::rules::OPEN_END`], also while a total with a flexible end is not used up.
    #[must_use]
    pub const fn days(&self) -> Days {
        Days::new(self.starts, self.ends)
    }

    /// How much.
    #[must_use]
    pub fn effort(&self) -> Cow<'_, Effort> {
        match &self.effort {
            RowEffort::HoursPerDay(minutes) => Cow::Owned(Effort::HoursPerDay { minutes_per_day: i64::from(*minutes) }),
            RowEffort::HoursPerWeek(minutes) => {
                Cow::Owned(Effort::HoursPerWeek { minutes_per_week: i64::from(*minutes) })
            }
            RowEffort::Percent(points) => Cow::Owned(Effort::Percent { basis_points: i64::from(*points) }),
            RowEffort::Total(minutes) => Cow::Owned(Effort::Total { minutes: i64::from(*minutes) }),
            RowEffort::Other(effort) => Cow::Borrowed(effort),
        }
    }

    /// Its minutes don't hang on days outside the asked weeks.
    pub(super) const fn is_local(&self) -> bool {
        matches!(self.effort, RowEffort::HoursPerDay(_) | RowEffort::HoursPerWeek(_) | RowEffort::Percent(_))
    }

    pub(crate) const fn is_total(&self) -> bool {
        matches!(self.effort, RowEffort::Total(_))
    }
}

impl RowEffort {
    fn of(effort: &Effort) -> Self {
        let short = |minutes: i64, row: fn(u16) -> Self| u16::try_from(minutes).ok().map(row);
        let long = |minutes: i64, row: fn(u32) -> Self| u32::try_from(minutes).ok().map(row);
        let compact = match effort {
            Effort::HoursPerDay { minutes_per_day } => short(*minutes_per_day, Self::HoursPerDay),
            Effort::HoursPerWeek { minutes_per_week } => short(*minutes_per_week, Self::HoursPerWeek),
            Effort::Percent { basis_points } => long(*basis_points, Self::Percent),
            Effort::Total { minutes } => long(*minutes, Self::Total),
            Effort::TotalUntilDone { .. } | Effort::Phased { .. } => None,
        };
        compact.unwrap_or_else(|| Self::Other(Box::new(effort.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_takes_64_bytes() {
        assert_eq!(size_of::<AssignmentRow>(), 64);
    }
}
