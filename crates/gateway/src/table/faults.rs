//! What a table must hold to be used: every fault is found at once, with the place where it stands.

use std::collections::BTreeMap;
use std::fmt;

use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use super::{GroupName, Table, TesterBy, WHOLE_BP};

const NAME_CHARS_MAX: usize = 64;
const VERSION_CHARS_MAX: usize = 128;
const GROUPS_MAX: usize = 16;
const TARGETS_MAX: usize = 256;
const TESTERS_MAX: usize = 32;
/// A year and a bit: browsers cap cookies at 400 days.
const COOKIE_AGE_S_MAX: u32 = 400 * 86_400;

/// Something that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// JSON pointer into the table (RFC 6901).
    pub at: String,
    /// What is wrong there.
    #[serde(flatten)]
    pub problem: Problem,
}

/// What can be wrong in a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "problem", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Problem {
    /// Empty, too long, or with other characters than letters, digits, `-`, `_` (and `.` in targets).
    #[error("`{name}` is not a name: letters, digits, - and _, 1 to 64")]
    BadName {
        /// What stands there.
        name: String,
    },
    /// Empty, too long, or not printable.
    #[error("a version has 1 to 128 printable characters")]
    BadVersion,
    /// Not `host:port`.
    #[error("`{address}` is not host:port")]
    BadAddress {
        /// What stands there.
        address: String,
    },
    /// The weights don't sum to the whole.
    #[error("the weights sum to {sum_bp}, not to 10000")]
    BadSum {
        /// What they sum to.
        sum_bp: u64,
    },
    /// A group that isn't there.
    #[error("there is no group `{group}`")]
    UnknownGroup {
        /// Its name.
        group: GroupName,
    },
    /// A group with a share, a tester or as a fallback, but without targets.
    #[error("group `{group}` gets requests and has no target")]
    NoTargets {
        /// Its name.
        group: GroupName,
    },
    /// A group that falls back on itself.
    #[error("group `{group}` falls back on itself")]
    FallbackOnItself {
        /// Its name.
        group: GroupName,
    },
    /// An id or an address that another target has.
    #[error("`{value}` stands for two targets")]
    Twice {
        /// The id or address.
        value: String,
    },
    /// More than there may be.
    #[error("{count} are too many, at most {max}")]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many there may be.
        max: usize,
    },
    /// Not the name of a cookie (RFC 6265, a token).
    #[error("`{name}` is not the name of a cookie")]
    BadCookie {
        /// What stands there.
        name: String,
    },
    /// Not the name of a header.
    #[error("`{name}` is not the name of a header")]
    BadHeader {
        /// What stands there.
        name: String,
    },
    /// A tester's value that can't be sent.
    #[error("the value is empty or can't stand in a header or cookie")]
    BadValue,
    /// The cookie's age is out of range.
    #[error("{max_age_s} s is no age for a cookie: 1 s to 400 days")]
    BadAge {
        /// What stands there.
        max_age_s: u32,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", if self.at.is_empty() { "/" } else { &self.at }, self.problem)
    }
}

pub(super) fn of(table: &Table) -> Vec<Fault> {
    let mut faults = Faults(Vec::new());
    faults.limit("/groups", table.groups.len(), GROUPS_MAX);
    faults.limit("/testers", table.testers.len(), TESTERS_MAX);
    faults.limit("/groups", table.targets().count(), TARGETS_MAX);
    groups(table, &mut faults);
    targets(table, &mut faults);
    split(table, &mut faults);
    sticky(table, &mut faults);
    testers(table, &mut faults);
    faults.0
}

struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, at: impl Into<String>, problem: Problem) {
        self.0.push(Fault { at: at.into(), problem });
    }

    fn limit(&mut self, at: &str, count: usize, max: usize) {
        if count > max {
            self.add(at, Problem::TooMany { count, max });
        }
    }

    /// The group must exist and have targets, because requests are sent there.
    fn serves(&mut self, table: &Table, at: String, group: &GroupName) {
        match table.groups.get(group) {
            None => self.add(at, Problem::UnknownGroup { group: group.clone() }),
            Some(found) if found.targets.is_empty() => self.add(at, Problem::NoTargets { group: group.clone() }),
            Some(_) => {}
        }
    }
}

fn groups(table: &Table, faults: &mut Faults) {
    for (name, group) in &table.groups {
        let at = format!("/groups/{}", pointer(name.as_str()));
        if !is_name(name.as_str(), "-_") {
            faults.add(&at, Problem::BadName { name: name.0.clone() });
        }
        let version = group.version.chars();
        if group.version.is_empty()
            || version.clone().count() > VERSION_CHARS_MAX
            || version.clone().any(|letter| letter.is_control() || letter == '"')
        {
            faults.add(format!("{at}/version"), Problem::BadVersion);
        }
        match &group.fallback {
            Some(fallback) if fallback == name => {
                faults.add(format!("{at}/fallback"), Problem::FallbackOnItself { group: name.clone() });
            }
            Some(fallback) => faults.serves(table, format!("{at}/fallback"), fallback),
            None => {}
        }
    }
}

fn targets(table: &Table, faults: &mut Faults) {
    let mut ids: BTreeMap<&str, u32> = BTreeMap::new();
    let mut addresses: BTreeMap<&str, u32> = BTreeMap::new();
    for (name, group) in &table.groups {
        for (index, target) in group.targets.iter().enumerate() {
            let at = format!("/groups/{}/targets/{index}", pointer(name.as_str()));
            let id = target.id.as_str();
            if !is_name(id, "-_.") {
                faults.add(format!("{at}/id"), Problem::BadName { name: id.to_owned() });
            }
            if !is_address(&target.address) {
                faults.add(format!("{at}/address"), Problem::BadAddress { address: target.address.clone() });
            }
            for (seen, value, field) in [(&mut ids, id, "id"), (&mut addresses, target.address.as_str(), "address")] {
                let count = seen.entry(value).or_default();
                *count += 1;
                if *count > 1 {
                    faults.add(format!("{at}/{field}"), Problem::Twice { value: value.to_owned() });
                }
            }
        }
    }
}

fn split(table: &Table, faults: &mut Faults) {
    let sum_bp: u64 = table.split.values().map(|weight| u64::from(*weight)).sum();
    let empty = table.groups.is_empty() && table.split.is_empty();
    if sum_bp != u64::from(WHOLE_BP) && !empty {
        faults.add("/split", Problem::BadSum { sum_bp });
    }
    for (group, weight) in &table.split {
        let at = format!("/split/{}", pointer(group.as_str()));
        if *weight > 0 {
            faults.serves(table, at, group);
        } else if !table.groups.contains_key(group) {
            faults.add(at, Problem::UnknownGroup { group: group.clone() });
        }
    }
}

fn sticky(table: &Table, faults: &mut Faults) {
    let Some(sticky) = &table.sticky else { return };
    if !is_token(&sticky.cookie) {
        faults.add("/sticky/cookie", Problem::BadCookie { name: sticky.cookie.clone() });
    }
    if !(1..=COOKIE_AGE_S_MAX).contains(&sticky.max_age_s) {
        faults.add("/sticky/maxAgeS", Problem::BadAge { max_age_s: sticky.max_age_s });
    }
}

fn testers(table: &Table, faults: &mut Faults) {
    for (index, tester) in table.testers.iter().enumerate() {
        let at = format!("/testers/{index}");
        let cookie_value =
            |value: &str| value.bytes().all(|byte| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte));
        let fits = match tester.by {
            TesterBy::Header => {
                if HeaderName::try_from(tester.name.as_str()).is_err() {
                    faults.add(format!("{at}/name"), Problem::BadHeader { name: tester.name.clone() });
                }
                HeaderValue::try_from(tester.value.as_str()).is_ok()
            }
            TesterBy::Cookie => {
                if !is_token(&tester.name) {
                    faults.add(format!("{at}/name"), Problem::BadCookie { name: tester.name.clone() });
                }
                cookie_value(&tester.value)
            }
        };
        if tester.value.is_empty() || !fits {
            faults.add(format!("{at}/value"), Problem::BadValue);
        }
        faults.serves(table, format!("{at}/group"), &tester.group);
    }
}

fn is_name(name: &str, also: &str) -> bool {
    (1..=NAME_CHARS_MAX).contains(&name.len())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || also.contains(letter))
}

/// A token of RFC 9110; header names are the same, so the library's check serves.
fn is_token(name: &str) -> bool {
    name.len() <= NAME_CHARS_MAX && HeaderName::try_from(name).is_ok()
}

fn is_address(address: &str) -> bool {
    let Ok(authority) = http::uri::Authority::try_from(address) else { return false };
    !authority.host().is_empty() && !address.contains('@') && authority.port_u16().is_some_and(|port| port > 0)
}

fn pointer(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::super::{Group, Sticky, Target, Tester};
    use super::*;

    fn good() -> Table {
        let group = |id: &str, port: u16| Group {
            version: "1.0.0+a".into(),
            targets: vec![Target { id: id.into(), address: format!("127.0.0.1:{port}") }],
            fallback: None,
        };
        Table {
            groups: [("stable".into(), group("a-1", 4001)), ("canary".into(), group("b-1", 4002))].into(),
            split: [("stable".into(), 9_000), ("canary".into(), 1_000)].into(),
            sticky: Some(Sticky { cookie: "raally_group".into(), max_age_s: 3_600 }),
            testers: vec![Tester {
                by: TesterBy::Header,
                name: "x-tester".into(),
                value: "yes".into(),
                group: "canary".into(),
            }],
        }
    }

    #[test]
    fn a_sound_table_and_an_empty_one_have_no_faults() {
        assert_eq!(good().faults(), []);
        assert_eq!(Table::default().faults(), []);
    }

    #[test]
    fn every_fault_is_named_at_once_with_its_place() {
        let mut table = good();
        table.split.insert("canary".into(), 500);
        table.split.insert("lost".into(), 1);
        let stable = table.groups.get_mut(&"stable".into()).unwrap();
        stable.version.clear();
        stable.fallback = Some("stable".into());
        stable.targets.push(Target { id: "b-1".into(), address: "nowhere".into() });
        table.groups.insert("bad name".into(), Group { version: "1".into(), targets: vec![], fallback: None });
        table.testers[0].value = "a\nb".into();
        table.testers[0].name = "bad header".into();
        table.sticky = Some(Sticky { cookie: "a b".into(), max_age_s: 0 });
        let places: Vec<String> = table.faults().iter().map(|fault| fault.at.clone()).collect();
        for place in [
            "/split",
            "/split/lost",
            "/groups/stable/version",
            "/groups/stable/fallback",
            "/groups/stable/targets/1/address",
            "/groups/stable/targets/1/id",
            "/groups/bad name",
            "/testers/0/value",
            "/testers/0/name",
            "/sticky/cookie",
            "/sticky/maxAgeS",
        ] {
            assert!(places.iter().any(|found| found == place), "{place} is not among {places:?}");
        }
        assert_eq!(places.len(), 11, "{places:?}");
    }

    #[test]
    fn a_group_that_gets_requests_needs_a_target() {
        let mut table = good();
        table.groups.get_mut(&"canary".into()).unwrap().targets.clear();
        let faults = table.faults();
        let no_targets = Problem::NoTargets { group: "canary".into() };
        assert!(faults.iter().all(|fault| fault.problem == no_targets), "{faults:?}");
        assert_eq!(faults.len(), 2, "by its weight and by its tester");
    }

    #[test]
    fn addresses_are_host_and_port() {
        for address in ["127.0.0.1:80", "[::1]:8080", "db-1.internal:443"] {
            assert!(is_address(address), "{address}");
        }
        for address in ["", ":80", "host", "host:0", "host:99999", "http://host:80", "user@host:80", "a b:80"] {
            assert!(!is_address(address), "{address}");
        }
    }

    #[test]
    fn an_unknown_field_is_refused_and_json_reads_back_as_it_was() {
        let json = serde_json::to_string(&good()).unwrap();
        assert_eq!(serde_json::from_str::<Table>(&json).unwrap(), good());
        assert!(serde_json::from_str::<Table>(r#"{"groupz":{}}"#).is_err());
    }
}
