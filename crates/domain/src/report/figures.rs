//! The sums that all reports are made of, and how they show.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::{Days, basis_points, date_of};

/// A part of a whole, both shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    /// The part.
    pub minutes: i64,
    /// The whole.
    pub of_minutes: i64,
    /// Part ÷ whole; 10,000 = 100 %. Absent when the whole is 0: it shows as "–".
    pub basis_points: Option<i64>,
}

impl Share {
    pub(super) fn new(minutes: i64, of_minutes: i64) -> Self {
        Self { minutes, of_minutes, basis_points: basis_points(minutes, of_minutes) }
    }
}

/// The days of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Bucket {
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub to: Date,
}

impl From<Days> for Bucket {
    fn from(days: Days) -> Self {
        Self { from: date_of(days.from), to: date_of(days.to) }
    }
}

/// Working time and what it is used for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Minutes {
    /// Before holidays and time off.
    pub contracted_minutes: i64,
    /// Lost to holidays and shortened days.
    pub holiday_minutes: i64,
    /// Lost to time off.
    pub time_off_minutes: i64,
    /// What is left: effective capacity.
    pub capacity_minutes: i64,
    /// Confirmed work on days of known capacity.
    pub confirmed_minutes: i64,
    /// Tentative work on such days; 0 unless asked for.
    pub tentative_minutes: i64,
    /// Capacity that is not used; what one has too much of is not what another has free.
    pub free_minutes: i64,
    /// Work on days of which no capacity is known: in no rate.
    pub unknown_capacity_minutes: i64,
}

impl Minutes {
    /// Confirmed, and tentative if asked for.
    #[must_use]
    pub const fn allocated_minutes(&self) -> i64 {
        self.confirmed_minutes + self.tentative_minutes
    }

    /// Allocated of capacity.
    #[must_use]
    pub fn utilisation(&self) -> Share {
        Share::new(self.allocated_minutes(), self.capacity_minutes)
    }

    /// The rest of the capacity: never less than nothing.
    #[must_use]
    pub fn idleness(&self) -> Share {
        Share::new((self.capacity_minutes - self.allocated_minutes()).max(0), self.capacity_minutes)
    }
}

impl std::ops::AddAssign for Minutes {
    fn add_assign(&mut self, other: Self) {
        self.contracted_minutes += other.contracted_minutes;
        self.holiday_minutes += other.holiday_minutes;
        self.time_off_minutes += other.time_off_minutes;
        self.capacity_minutes += other.capacity_minutes;
        self.confirmed_minutes += other.confirmed_minutes;
        self.tentative_minutes += other.tentative_minutes;
        self.free_minutes += other.free_minutes;
        self.unknown_capacity_minutes += other.unknown_capacity_minutes;
    }
}

impl std::iter::Sum for Minutes {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |mut sum, part| {
            sum += part;
            sum
        })
    }
}
