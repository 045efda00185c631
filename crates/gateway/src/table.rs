//! The routing table: which groups there are, how requests are split over them, who is sent where by name.
//!
//! It is replaced as a whole over the admin socket, never edited. This file has its shape; [`faults`] what it must
//! hold, and nothing here does any work per request.

mod faults;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use faults::{Fault, Problem};

/// Parts of the whole that a split is counted in: 10,000 basis points.
pub const WHOLE_BP: u32 = 10_000;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self(name.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(name: String) -> Self {
                Self(name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// Name of a group: `stable`, `baseline`, `canary`, `preview`. Letters, digits, `-` and `_`, at most 64.
    GroupName
}

name! {
    /// Name of a target, unique in the table. Letters, digits, `-`, `_` and `.`, at most 64.
    TargetId
}

/// Where requests go. An empty table answers every request with 503.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Table {
    /// The groups, by name.
    #[serde(default)]
    pub groups: BTreeMap<GroupName, Group>,
    /// Share of each group in basis points; they sum to 10,000. A group without a share gets testers and retries only.
    #[serde(default)]
    pub split: BTreeMap<GroupName, u32>,
    /// Keeps a user in a group, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sticky: Option<Sticky>,
    /// Requests that are sent to a group by name; the first that fits wins over split and cookie.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub testers: Vec<Tester>,
}

/// A version and the processes that run it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    /// What runs there. A group whose version changes begins to count anew.
    pub version: String,
    /// Its processes.
    #[serde(default)]
    pub targets: Vec<Target>,
    /// Where an idempotent attempt that failed is tried again, and where requests go when no target is fit. Without it
    /// a failed attempt is tried on another target of the same group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<GroupName>,
}

/// One process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Target {
    /// Its name. A target keeps health, ejection and open requests when a new table has the same id and address.
    pub id: TargetId,
    /// `host:port`; HTTP/1.1 in plain text.
    pub address: String,
}

/// A cookie with a random value whose hash places the user in a group. When weights change, only as many users move
/// as must.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sticky {
    /// Name of the cookie.
    pub cookie: String,
    /// How long browsers keep it.
    pub max_age_s: u32,
}

/// A rule for testers: who sends this value goes to that group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tester {
    /// Where the value is looked for.
    pub by: TesterBy,
    /// Name of the header or cookie.
    pub name: String,
    /// The value, compared as it is.
    pub value: String,
    /// The group that serves the request.
    pub group: GroupName,
}

/// Where a tester's value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TesterBy {
    /// A request header.
    Header,
    /// A cookie.
    Cookie,
}

impl Table {
    /// Everything that is wrong with it, at once; empty = it may be used.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        faults::of(self)
    }

    /// Share of a group in basis points, 0 for one that has none.
    #[must_use]
    pub fn weight_bp(&self, group: &GroupName) -> u32 {
        self.split.get(group).copied().unwrap_or(0)
    }

    /// All targets with the group they are in.
    pub fn targets(&self) -> impl Iterator<Item = (&GroupName, &Target)> {
        self.groups.iter().flat_map(|(name, group)| group.targets.iter().map(move |target| (name, target)))
    }
}
