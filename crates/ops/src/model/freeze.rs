//! Times in which nothing is released: once, between two instants, or every week.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};

/// A time in which nothing is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields, rename_all_fields = "kebab-case")]
pub enum Freeze {
    /// Once.
    Once {
        /// First instant.
        from: Timestamp,
        /// First instant after it.
        until: Timestamp,
        /// Why.
        why: String,
    },
    /// Every week on these days, between two times of the day.
    Weekly {
        /// `["fri", "sat"]`.
        days: Vec<Day>,
        /// First minute, `15:00`.
        from: Time,
        /// Last minute, `23:59`.
        until: Time,
        /// `Europe/Berlin`.
        time_zone: String,
        /// Why.
        why: String,
    },
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the days say it")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    const fn weekday(self) -> Weekday {
        match self {
            Self::Mon => Weekday::Monday,
            Self::Tue => Weekday::Tuesday,
            Self::Wed => Weekday::Wednesday,
            Self::Thu => Weekday::Thursday,
            Self::Fri => Weekday::Friday,
            Self::Sat => Weekday::Saturday,
            Self::Sun => Weekday::Sunday,
        }
    }
}

impl Freeze {
    /// Why nothing is released.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Once { why, .. } | Self::Weekly { why, .. } => why,
        }
    }

    /// Whether it holds at an instant. A time zone that nobody knows is a fault of the file, and never holds.
    #[must_use]
    pub fn holds_at(&self, now: Timestamp) -> bool {
        match self {
            Self::Once { from, until, .. } => *from <= now && now < *until,
            Self::Weekly { days, from, until, time_zone, .. } => {
                let Ok(zone) = TimeZone::get(time_zone) else { return false };
                let local: civil::DateTime = now.to_zoned(zone).datetime();
                let minute = local.time().with().second(0).subsec_nanosecond(0).build().unwrap_or(local.time());
                days.iter().any(|day| day.weekday() == local.weekday()) && *from <= minute && minute <= *until
            }
        }
    }

    /// What is wrong with it.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        match self {
            Self::Once { from, until, .. } if until <= from => Some("`until` is not after `from`".into()),
            Self::Weekly { days, .. } if days.is_empty() => Some("no days".into()),
            Self::Weekly { from, until, .. } if until < from => Some("`until` is before `from`".into()),
            Self::Weekly { time_zone, .. } if TimeZone::get(time_zone).is_err() => {
                Some(format!("nobody knows the time zone {time_zone:?}"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn weekly_freeze_holds_in_its_own_time_zone() {
        let text = r#"days = ["fri"]
            from = "15:00"
            until = "23:59"
            time-zone = "Europe/Berlin"
            why = "weekend""#;
        let freeze: Freeze = toml::from_str(text).unwrap();
        assert_eq!(freeze.fault(), None);
        assert!(freeze.holds_at(at("2026-11-27T14:00:30Z")));
        assert!(!freeze.holds_at(at("2026-11-27T13:59:59Z")));
        assert!(freeze.holds_at(at("2026-11-27T22:59:59Z")), "the last minute counts");
        assert!(!freeze.holds_at(at("2026-11-26T16:00:00Z")));
    }

    #[test]
    fn freeze_that_ends_before_it_begins_is_a_fault() {
        let freeze = Freeze::Once { from: at("2026-12-24T00:00Z"), until: at("2026-12-20T00:00Z"), why: String::new() };
        assert!(freeze.fault().is_some());
    }
}
