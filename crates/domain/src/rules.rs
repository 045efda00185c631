//! The arithmetic of planning: working days, effort, overbooking, rates. Pure functions over plain values.
//!
//! Source: PRODUCT rules 1–9. Nothing here knows of storage, people's names or reports; `plan` holds the data
//! and `report` shapes the answers.

pub mod bucket;
pub mod calendar;
pub mod clash;
pub mod day;
pub mod day_table;
pub mod effort;
pub mod overallocation;
pub mod rate;
pub mod ratio;

pub use bucket::{Grain, buckets};
pub(crate) use calendar::strength;
pub use calendar::{Absence, Pattern, WorkCalendar, WorkDay, holiday_days, holiday_region, role_on, work_day};
pub use clash::{Clash, ClashCheck, ClashScope, ClashWarning, OPEN_END_CHECK_DAYS, check_clash, clash_range};
pub use day::{Day, Days, OPEN_END, date_of, day_of, week_start, weekday};
pub use day_table::DayTable;
pub use effort::{Booking, Expansion, add_load, expand, needed_days};
pub use overallocation::{BucketLoad, bucket_capacity, bucket_share_of_total, counted_in_bucket};
pub use rate::{
    BillSource, CostSource, Rate, RateContext, RateLine, RateLines, amount_minor, contracted_minutes_of_year,
    totals_by_currency,
};
pub use ratio::{basis_points, scale_half_even, scale_half_up};
