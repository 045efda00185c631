//! How much work an assignment asks for, stored as given and expanded to minutes per day when read.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Effort of an assignment in one of the four forms that planners use, or as the time-phased work that a file gave.
///
/// Source: PRODUCT rule 3 (Float's forms). `Phased` is the form of imported sheets with a column per week and of
/// MS Project's `TimephasedData`: its totals are exact by construction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "form", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Effort {
    /// The full minutes on each day with base > 0; partial time off does not shrink it.
    HoursPerDay {
        /// 1 to 1,440.
        minutes_per_day: i64,
    },
    /// Minutes × the day's contracted minutes ÷ its week's; what falls on a holiday or day off is lost, not made up.
    HoursPerWeek {
        /// 1 to 10,080.
        minutes_per_week: i64,
    },
    /// A share of each day's capacity.
    Percent {
        /// 10,000 = 100 %; 1 to 100,000.
        basis_points: i64,
    },
    /// All of it over the range, in proportion to capacity. Needs an end.
    Total {
        /// ≥ 1.
        minutes: i64,
    },
    /// All of it from the start on, at a given pace, until used up; the end follows.
    TotalUntilDone {
        /// ≥ 1.
        minutes: i64,
        /// How fast it is used up.
        pace: Pace,
    },
    /// Time-phased work: each span's minutes over its days in proportion to their base minutes, else Monday to Friday, else evenly.
    Phased {
        /// Ordered, not overlapping, inside the assignment's range.
        spans: Vec<Span>,
    },
}

/// The pace of a total with a flexible end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "unit", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Pace {
    /// The full minutes on each day with base > 0.
    HoursPerDay {
        /// 1 to 1,440.
        minutes_per_day: i64,
    },
    /// A share of each day's capacity.
    Percent {
        /// 10,000 = 100 %; 1 to 100,000.
        basis_points: i64,
    },
}

/// A stretch of days with a total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Span {
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub to: Date,
    /// Work in it, ≥ 0.
    pub minutes: i64,
}
