//! When somebody is overbooked (PRODUCT rule 4): on a day when load > capacity strictly, and over a bucket when
//! Σ load > Σ capacity. No verdict where the capacity is unknown.

use super::day::Days;
use super::day_table::DayTable;
use super::effort::Booking;
use crate::model::Effort;

/// What a total of hours counts in a bucket: what its capacity outside the bucket can't hold.
#[must_use]
pub fn bucket_share_of_total(minutes: i64, capacity_of_range: i64, capacity_in_bucket: i64) -> i64 {
    (minutes - (capacity_of_range - capacity_in_bucket)).max(0)
}

/// Load and capacity of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketLoad {
    /// Minutes that count in the bucket.
    pub load_minutes: i64,
    /// Minutes that there are; `None` = unknown on some day.
    pub capacity_minutes: Option<i64>,
}

impl BucketLoad {
    /// More than there is; never where that is unknown.
    #[must_use]
    pub fn is_over(self) -> bool {
        self.capacity_minutes.is_some_and(|capacity| self.load_minutes > capacity)
    }
}

/// The capacity of a bucket, `None` when the schedule of some day is unknown.
#[must_use]
pub fn bucket_capacity(table: &DayTable, bucket: Days) -> Option<i64> {
    (!table.has_unknown(bucket)).then(|| table.capacity_sum(bucket))
}

/// What an expanded booking counts in a bucket. Only totals with a fixed end differ from their expanded minutes.
#[must_use]
pub fn counted_in_bucket(booking: &Booking<'_>, table: &DayTable, bucket: Days, expanded: i64) -> i64 {
    let Effort::Total { minutes } = booking.effort else {
        return expanded;
    };
    let of_range = table.capacity_sum(booking.days);
    if of_range == 0 {
        return expanded;
    }
    bucket_share_of_total(*minutes, of_range, table.capacity_sum(booking.days.intersect(bucket)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_counts_only_with_what_the_other_days_cannot_hold() {
        assert_eq!(bucket_share_of_total(2_400, 4_800, 2_400), 0);
        assert_eq!(bucket_share_of_total(3_000, 4_800, 2_400), 600);
        assert_eq!(bucket_share_of_total(6_000, 4_800, 2_400), 3_600);
    }

    #[test]
    fn equal_is_not_over_and_unknown_is_never_over() {
        assert!(!BucketLoad { load_minutes: 480, capacity_minutes: Some(480) }.is_over());
        assert!(BucketLoad { load_minutes: 481, capacity_minutes: Some(480) }.is_over());
        assert!(!BucketLoad { load_minutes: 481, capacity_minutes: None }.is_over());
    }
}
