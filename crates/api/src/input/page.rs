//! The query parameters that many operations share: pages, ranges of dates, an instant.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// Most items of a page.
pub const PAGE_ITEMS_MAX: u32 = 200;
/// Items of a page where the caller doesn't say.
pub const PAGE_ITEMS_DEFAULT: u32 = 50;
/// Longest range of dates in days: ten years.
pub const RANGE_DAYS_MAX: i32 = 3_660;
/// Longest cursor in bytes.
pub const CURSOR_BYTES_MAX: usize = 512;

/// Which part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// 1 to 200 items.
    pub limit: u32,
    /// `nextCursor` of the page before.
    pub cursor: Option<String>,
}

impl Default for Page {
    fn default() -> Self {
        Self { limit: PAGE_ITEMS_DEFAULT, cursor: None }
    }
}

/// The buckets of a time-phased answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Grain {
    /// Calendar days.
    Day,
    /// Weeks of the workspace.
    Week,
    /// Calendar months.
    Month,
    /// Calendar quarters.
    Quarter,
    /// Calendar years.
    Year,
    /// The range in one.
    Total,
}

/// A range of calendar dates, both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
    /// Buckets.
    pub grain: Option<Grain>,
}

impl Range {
    /// Both ends.
    ///
    /// # Errors
    /// Invalid, naming the parameter that is missing.
    pub fn both(&self) -> Result<(Date, Date), Problem> {
        let missing =
            |name: &str| Problem::invalid_field(format!("?{name}"), "missing-parameter", format!("{name} is needed."));
        Ok((self.from.ok_or_else(|| missing("from"))?, self.to.ok_or_else(|| missing("to"))?))
    }

    /// # Errors
    /// Invalid, when the range ends before it begins or is too long.
    fn checked(self) -> Result<Self, Problem> {
        let (Some(from), Some(to)) = (self.from, self.to) else {
            return Ok(self);
        };
        if to < from {
            return Err(Problem::invalid_field("?to", "range-reversed", "to must not be before from."));
        }
        if (to - from).get_days() >= RANGE_DAYS_MAX {
            let detail = format!("A range may have at most {RANGE_DAYS_MAX} days.");
            return Err(Problem::invalid_field("?to", "range-too-long", detail));
        }
        Ok(self)
    }
}

/// `limit` and `cursor` as sent.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct PageQuery {
    /// Items of the page.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u32>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

impl PageQuery {
    pub fn checked(self) -> Result<Page, Problem> {
        let limit = self.limit.unwrap_or(PAGE_ITEMS_DEFAULT);
        if !(1..=PAGE_ITEMS_MAX).contains(&limit) {
            let detail = format!("limit takes 1 to {PAGE_ITEMS_MAX}.");
            return Err(Problem::invalid_field("?limit", "out-of-range", detail));
        }
        if self.cursor.as_ref().is_some_and(|cursor| cursor.len() > CURSOR_BYTES_MAX) {
            return Err(Problem::invalid_field("?cursor", "bad-cursor", "This cursor is none of ours."));
        }
        Ok(Page { limit, cursor: self.cursor })
    }
}

/// `from`, `to` and `grain` as sent.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct RangeQuery {
    /// First day.
    from: Option<Date>,
    /// Last day, included.
    to: Option<Date>,
    /// Buckets of the answer.
    grain: Option<Grain>,
}

impl RangeQuery {
    pub fn checked(self) -> Result<Range, Problem> {
        Range { from: self.from, to: self.to, grain: self.grain }.checked()
    }
}

/// `asOf` as sent.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AsOfQuery {
    /// Answer as of this instant.
    pub as_of: Option<Timestamp>,
}
