//! The parts of a project as the file has them.

use jiff::civil::DateTime;

/// `ResourceUID` of an assignment that has nobody.
pub(super) const UNASSIGNED: i64 = -65_535;

#[derive(Default)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) guid: String,
    pub(super) start: Option<DateTime>,
    pub(super) finish: Option<DateTime>,
    pub(super) calendar_uid: i64,
    pub(super) currency_code: String,
    pub(super) currency_symbol: String,
    pub(super) calendars: Vec<RawCalendar>,
    pub(super) tasks: Vec<Task>,
    pub(super) resources: Vec<Resource>,
    pub(super) assignments: Vec<RawAssignment>,
    pub(super) timephased: usize,
}

#[derive(Default)]
pub(super) struct RawCalendar {
    pub(super) line: u64,
    pub(super) uid: i64,
    pub(super) name: String,
    pub(super) base_uid: i64,
    pub(super) is_base: bool,
    pub(super) days: Vec<RawDay>,
}

/// A weekday (1 = Sunday … 7 = Saturday), an exception (0) with its period, or a weekday of a week that differs.
#[derive(Default, Clone)]
pub(super) struct RawDay {
    pub(super) day_type: i64,
    pub(super) working: bool,
    pub(super) times: Vec<(String, String)>,
    pub(super) name: String,
    pub(super) from: Option<DateTime>,
    pub(super) to: Option<DateTime>,
    /// How an exception comes again: 0 or 1 daily, 2 yearly on a day, others are not read.
    pub(super) recurrence: i64,
    pub(super) period: i64,
    pub(super) month: i64,
    pub(super) month_day: i64,
    pub(super) in_work_week: bool,
}

#[derive(Default)]
pub(super) struct Task {
    pub(super) uid: i64,
    pub(super) name: String,
    pub(super) is_null: bool,
    pub(super) outline_level: i64,
    pub(super) is_summary: bool,
    pub(super) is_milestone: bool,
    pub(super) is_inactive: bool,
    pub(super) start: Option<DateTime>,
    pub(super) finish: Option<DateTime>,
    pub(super) calendar_uid: i64,
}

#[derive(Default)]
pub(super) struct Resource {
    pub(super) line: u64,
    pub(super) uid: i64,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) group: String,
    pub(super) kind: i64,
    pub(super) is_null: bool,
    pub(super) is_cost: bool,
    pub(super) is_generic: bool,
    pub(super) max_units: Option<f64>,
    pub(super) calendar_uid: i64,
    pub(super) standard_rate: f64,
    pub(super) availability: Vec<(Option<DateTime>, Option<DateTime>, f64)>,
    /// From, per hour; of the default table.
    pub(super) rates: Vec<(Option<DateTime>, f64)>,
}

#[derive(Default)]
pub(super) struct RawAssignment {
    pub(super) line: u64,
    pub(super) uid: i64,
    pub(super) task_uid: i64,
    pub(super) resource_uid: i64,
    pub(super) work_ms: i64,
    pub(super) start: Option<DateTime>,
    pub(super) finish: Option<DateTime>,
    pub(super) timephased: Vec<Timephased>,
}

#[derive(Clone, Copy)]
pub(super) struct Timephased {
    pub(super) start: DateTime,
    pub(super) finish: DateTime,
    pub(super) work_ms: i64,
}
