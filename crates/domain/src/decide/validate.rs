//! What a field must keep, checked server-side for every writer alike: API, import, CLI.
//! Bounds are named constants; they are the API's documented limits.

use jiff::civil::Date;

use super::form::Form;
use super::refusal::{Fault, Rule};
use crate::model::{
    AssignmentDetails, Availability, BillRate, Branding, Budget, Calendar, Client, Compensation, DayMinutes, Effort,
    Holiday, JobTitle, Milestone, Money, Pace, PersonDetails, PersonSkill, Phase, ProjectDetails, ProjectRate, Role,
    RoleRate, Schedule, Settings, Skill, Team, TimeOffDetails, WorkingTime,
};

/// Longest name, in characters.
pub const NAME_CHARS_MAX: usize = 200;
/// Longest free text, in characters.
pub const NOTE_CHARS_MAX: usize = 10_000;
/// Longest external key, in characters.
pub const KEY_CHARS_MAX: usize = 200;
/// Weeks in a rotating cycle.
pub const CYCLE_WEEKS_MAX: usize = 26;
/// Exceptions of a calendar.
pub const EXCEPTIONS_MAX: usize = 5_000;
/// Spans of a time-phased effort.
pub const SPANS_MAX: usize = 4_000;
/// Longest range of an assignment with an end, in days (about 20 years).
pub const RANGE_DAYS_MAX: i64 = 7_306;
/// Minutes of a day.
pub const DAY_MINUTES: i64 = 1_440;
/// Largest amount of money, in minor units.
pub const AMOUNT_MINOR_MAX: i64 = 1_000_000_000_000_000;
/// Largest total effort, in minutes.
pub const TOTAL_MINUTES_MAX: i64 = 1_000_000_000;
/// Teams, managers and the like of one object.
pub const LIST_MAX: usize = 100;

/// Something whose fields keep rules of their own.
pub trait Validate {
    /// Adds a fault for each field that breaks a rule.
    fn validate(&self, faults: &mut Faults);
}

/// Collects faults under the pointer of where one is.
#[derive(Debug, Default)]
pub struct Faults {
    found: Vec<Fault>,
    prefix: String,
}

impl Faults {
    /// The faults of a value.
    pub fn of(value: &impl Validate) -> Vec<Fault> {
        let mut faults = Self::default();
        value.validate(&mut faults);
        faults.found
    }

    /// Adds a fault of the field at this pointer.
    pub fn add(&mut self, pointer: &str, rule: Rule) {
        self.found.push(Fault { pointer: format!("{}{pointer}", self.prefix), rule });
    }

    /// Everything that `check` finds is below this pointer.
    pub fn under(&mut self, pointer: &str, check: impl FnOnce(&mut Self)) {
        let length = self.prefix.len();
        self.prefix.push_str(pointer);
        check(self);
        self.prefix.truncate(length);
    }

    fn text(&mut self, pointer: &str, text: &str, max: usize, required: bool) {
        if required && text.trim().is_empty() {
            self.add(pointer, Rule::Blank);
        }
        if text.chars().count() > max {
            self.add(pointer, Rule::TooLong { max });
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t' && c != '\r') {
            self.add(pointer, Rule::ControlCharacter);
        }
    }

    fn name(&mut self, pointer: &str, text: &str) {
        self.text(pointer, text, NAME_CHARS_MAX, true);
        if text.contains(['\n', '\r', '\t']) {
            self.add(pointer, Rule::ControlCharacter);
        }
    }

    fn optional(&mut self, pointer: &str, text: Option<&str>, max: usize) {
        if let Some(text) = text {
            self.text(pointer, text, max, false);
        }
    }

    fn key(&mut self, pointer: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(pointer, text, KEY_CHARS_MAX, true);
        }
    }

    fn color(&mut self, pointer: &str, color: Option<&str>) {
        if let Some(color) = color {
            let hex = color.strip_prefix('#').unwrap_or("");
            if hex.len() != 6 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
                self.add(pointer, Rule::Malformed(Form::Color));
            }
        }
    }

    fn range(&mut self, pointer: &str, value: i64, min: i64, max: i64) {
        if value < min || value > max {
            self.add(pointer, Rule::OutOfRange { min, max });
        }
    }

    fn count(&mut self, pointer: &str, count: usize, min: usize, max: usize) {
        if count < min || count > max {
            self.add(pointer, Rule::Count { min, max });
        }
    }

    fn day(&mut self, pointer: &str, day: Date) {
        if !(1970..=2200).contains(&day.year()) {
            self.add(pointer, Rule::OutOfRange { min: 1970, max: 2200 });
        }
    }

    fn days(&mut self, starts_on: Option<Date>, ends_on: Option<Date>, start: &str, end: &str) {
        if let Some(day) = starts_on {
            self.day(start, day);
        }
        if let Some(day) = ends_on {
            self.day(end, day);
        }
        if let (Some(first), Some(last)) = (starts_on, ends_on) {
            if last < first {
                self.add(end, Rule::EndBeforeStart);
            } else if i64::from((last - first).get_days()) > RANGE_DAYS_MAX {
                self.add(end, Rule::RangeTooLong { days_max: RANGE_DAYS_MAX });
            }
        }
    }

    fn money(&mut self, pointer: &str, money: Money) {
        self.range(&format!("{pointer}/amountMinor"), money.amount_minor, 0, AMOUNT_MINOR_MAX);
    }

    fn weeks(&mut self, pointer: &str, weeks: &[DayMinutes]) {
        self.count(pointer, weeks.len(), 1, CYCLE_WEEKS_MAX);
        for (index, week) in weeks.iter().enumerate() {
            self.week(&format!("{pointer}/{index}"), week);
        }
    }

    fn week(&mut self, pointer: &str, week: &DayMinutes) {
        for (day, minutes) in week.iter().enumerate() {
            self.range(&format!("{pointer}/{day}"), *minutes, 0, DAY_MINUTES);
        }
    }
}

/// A mail address as far as planning cares: one `@`, something on both sides, no blanks.
fn looks_like_mail(text: &str) -> bool {
    let mut parts = text.split('@');
    matches!((parts.next(), parts.next(), parts.next()), (Some(local), Some(host), None)
        if !local.is_empty() && !host.is_empty())
        && text.len() <= 254
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>'))
}

impl Validate for PersonDetails {
    fn validate(&self, faults: &mut Faults) {
        faults.name("/name", &self.name);
        if let Some(email) = &self.email
            && !looks_like_mail(email)
        {
            faults.add("/email", Rule::Malformed(Form::MailAddress));
        }
        faults.count("/teamIds", self.team_ids.len(), 0, LIST_MAX);
        faults.key("/holidayRegion", self.holiday_region.as_deref());
        faults.days(self.starts_on, self.ends_on, "/startsOn", "/endsOn");
        faults.optional("/notes", self.notes.as_deref(), NOTE_CHARS_MAX);
        faults.key("/externalId", self.external_id.as_deref());
    }
}

impl Validate for ProjectDetails {
    fn validate(&self, faults: &mut Faults) {
        faults.name("/name", &self.name);
        faults.key("/code", self.code.as_deref());
        faults.days(self.starts_on, self.ends_on, "/startsOn", "/endsOn");
        faults.color("/color", self.color.as_deref());
        faults.count("/managerIds", self.manager_ids.len(), 0, LIST_MAX);
        faults.optional("/notes", self.notes.as_deref(), NOTE_CHARS_MAX);
        faults.key("/externalId", self.external_id.as_deref());
    }
}

impl Validate for AssignmentDetails {
    fn validate(&self, faults: &mut Faults) {
        faults.days(Some(self.starts_on), self.ends_on, "/startsOn", "/endsOn");
        faults.optional("/note", self.note.as_deref(), NOTE_CHARS_MAX);
        faults.key("/externalId", self.external_id.as_deref());
        faults.under("/effort", |faults| self.effort.validate(faults));
        match (&self.effort, self.ends_on) {
            (Effort::Total { .. }, None) => faults.add("/endsOn", Rule::Missing),
            (Effort::Phased { spans }, end) => {
                let mut before = None;
                for (index, span) in spans.iter().enumerate() {
                    let inside = span.from >= self.starts_on && end.is_none_or(|end| span.to <= end);
                    let ordered = before.is_none_or(|last| span.from > last);
                    if !inside || !ordered {
                        let rule = Rule::Malformed(Form::Spans);
                        faults.add(&format!("/effort/spans/{index}/from"), rule);
                    }
                    before = Some(span.to);
                }
            }
            _ => {}
        }
    }
}

impl Validate for Effort {
    fn validate(&self, faults: &mut Faults) {
        match self {
            Self::HoursPerDay { minutes_per_day } => {
                faults.range("/minutesPerDay", *minutes_per_day, 1, DAY_MINUTES);
            }
            Self::HoursPerWeek { minutes_per_week } => {
                faults.range("/minutesPerWeek", *minutes_per_week, 1, 7 * DAY_MINUTES);
            }
            Self::Percent { basis_points } => faults.range("/basisPoints", *basis_points, 1, 100_000),
            Self::Total { minutes } => faults.range("/minutes", *minutes, 1, TOTAL_MINUTES_MAX),
            Self::TotalUntilDone { minutes, pace } => {
                faults.range("/minutes", *minutes, 1, TOTAL_MINUTES_MAX);
                match pace {
                    Pace::HoursPerDay { minutes_per_day } => {
                        faults.range("/pace/minutesPerDay", *minutes_per_day, 1, DAY_MINUTES);
                    }
                    Pace::Percent { basis_points } => {
                        faults.range("/pace/basisPoints", *basis_points, 1, 100_000);
                    }
                }
            }
            Self::Phased { spans } => {
                faults.count("/spans", spans.len(), 1, SPANS_MAX);
                for (index, span) in spans.iter().enumerate() {
                    faults.under(&format!("/spans/{index}"), |faults| {
                        faults.days(Some(span.from), Some(span.to), "/from", "/to");
                        faults.range("/minutes", span.minutes, 0, TOTAL_MINUTES_MAX);
                    });
                }
            }
        }
    }
}

impl Validate for TimeOffDetails {
    fn validate(&self, faults: &mut Faults) {
        faults.days(Some(self.starts_on), Some(self.ends_on), "/startsOn", "/endsOn");
        if let Some(minutes) = self.minutes_per_day {
            faults.range("/minutesPerDay", minutes, 1, DAY_MINUTES);
        }
        faults.optional("/note", self.note.as_deref(), NOTE_CHARS_MAX);
        faults.key("/externalId", self.external_id.as_deref());
    }
}

impl Validate for Branding {
    fn validate(&self, faults: &mut Faults) {
        faults.color("/color", self.color.as_deref());
    }
}

impl Validate for Settings {
    fn validate(&self, faults: &mut Faults) {
        if jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            faults.add("/timeZone", Rule::Malformed(Form::TimeZone));
        }
        faults.range("/firstDayOfWeek", self.first_day_of_week, 1, 7);
        faults.range("/busyFromBasisPoints", self.busy_from_basis_points, 1, 10_000);
        faults.week("/defaultWeek", &self.default_week);
        faults.key("/holidayRegion", self.holiday_region.as_deref());
    }
}

impl Validate for Calendar {
    fn validate(&self, faults: &mut Faults) {
        faults.name("/name", &self.name);
        faults.weeks("/weeks", &self.weeks);
        faults.count("/exceptions", self.exceptions.len(), 0, EXCEPTIONS_MAX);
        for (index, exception) in self.exceptions.iter().enumerate() {
            faults.under(&format!("/exceptions/{index}"), |faults| {
                faults.days(Some(exception.from), Some(exception.to), "/from", "/to");
                faults.range("/minutes", exception.minutes, 0, DAY_MINUTES);
            });
        }
        faults.key("/externalId", self.external_id.as_deref());
    }
}

impl Validate for Holiday {
    fn validate(&self, faults: &mut Faults) {
        faults.name("/name", &self.name);
        faults.text("/region", &self.region, 40, true);
        faults.day("/on", self.on);
    }
}

impl Validate for Schedule {
    fn validate(&self, faults: &mut Faults) {
        faults.day("/validFrom", self.valid_from);
        if let WorkingTime::Weeks { weeks } = &self.working_time {
            faults.weeks("/workingTime/weeks", weeks);
        }
    }
}

impl Validate for Compensation {
    fn validate(&self, faults: &mut Faults) {
        faults.day("/validFrom", self.valid_from);
        faults.money("/amount", self.amount);
        if let Some(minutes) = self.weekly_minutes {
            faults.range("/weeklyMinutes", minutes, 0, 7 * DAY_MINUTES);
        }
        if let Some(days) = self.paid_time_off_days {
            faults.range("/paidTimeOffDays", days, 0, 366);
        }
        faults.optional("/benefits", self.benefits.as_deref(), NOTE_CHARS_MAX);
    }
}

impl Validate for Budget {
    fn validate(&self, faults: &mut Faults) {
        if let Some(minutes) = self.minutes {
            faults.range("/minutes", minutes, 0, TOTAL_MINUTES_MAX);
        }
        if let Some(amount) = self.amount {
            faults.money("/amount", amount);
        }
    }
}

/// Small structs: each field with its one rule.
macro_rules! validate {
    ($($type:ty { $($check:expr);+ $(;)? })+) => {$(
        impl Validate for $type {
            fn validate(&self, faults: &mut Faults) {
                $({
                    let check: fn(&Self, &mut Faults) = $check;
                    check(self, faults);
                })+
            }
        }
    )+};
}
validate! {
    Client {
        |s, f| f.name("/name", &s.name);
        |s, f| f.optional("/notes", s.notes.as_deref(), NOTE_CHARS_MAX);
        |s, f| f.key("/externalId", s.external_id.as_deref());
    }
    Team {
        |s, f| f.name("/name", &s.name);
        |s, f| f.optional("/notes", s.notes.as_deref(), NOTE_CHARS_MAX);
    }
    Skill {
        |s, f| f.name("/name", &s.name);
        |s, f| f.optional("/category", s.category.as_deref(), NAME_CHARS_MAX);
    }
    Role { |s, f| f.name("/name", &s.name) }
    JobTitle {
        |s, f| f.name("/title", &s.title);
        |s, f| f.day("/validFrom", s.valid_from);
    }
    Availability {
        |s, f| f.range("/basisPoints", s.basis_points, 0, 100_000);
        |s, f| f.day("/validFrom", s.valid_from);
    }
    PersonSkill { |s, f| f.range("/level", s.level, 1, 5) }
    BillRate {
        |s, f| f.day("/validFrom", s.valid_from);
        |s, f| f.money("/perHour", s.per_hour);
    }
    Phase {
        |s, f| f.name("/name", &s.name);
        |s, f| f.days(s.starts_on, s.ends_on, "/startsOn", "/endsOn");
        |s, f| f.key("/externalId", s.external_id.as_deref());
    }
    Milestone {
        |s, f| f.name("/name", &s.name);
        |s, f| f.day("/on", s.on);
        |s, f| f.key("/externalId", s.external_id.as_deref());
    }
    ProjectRate {
        |s, f| f.day("/validFrom", s.valid_from);
        |s, f| f.money("/billPerHour", s.bill_per_hour);
    }
    RoleRate {
        |s, f| f.day("/validFrom", s.valid_from);
        |s, f| if let Some(money) = s.bill_per_hour { f.money("/billPerHour", money) };
        |s, f| if let Some(money) = s.cost_per_hour { f.money("/costPerHour", money) };
    }
}
