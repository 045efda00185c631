//! Names of releases, instances and groups of instances, each with its own type.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number of a release in its environment: `r7`. The journal counts them, so none is used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReleaseId(pub u64);

impl fmt::Display for ReleaseId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "r{}", self.0)
    }
}

impl FromStr for ReleaseId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_prefix('r').and_then(|digits| digits.parse().ok());
        number.map(Self).ok_or_else(|| format!("{text:?} is not a release; they are called r1, r2 and so on"))
    }
}

impl TryFrom<String> for ReleaseId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<ReleaseId> for String {
    fn from(id: ReleaseId) -> Self {
        id.to_string()
    }
}

/// Instances that are counted together: all of a release, or the freshly started ones of an old release that a canary is
/// compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Group {
    /// The instances of a release.
    Of(ReleaseId),
    /// Fresh instances of `of`, started to be compared with `beside`.
    Baseline {
        /// The old release.
        of: ReleaseId,
        /// The new release.
        beside: ReleaseId,
    },
}

impl Group {
    /// The release that its instances run.
    #[must_use]
    pub const fn release(self) -> ReleaseId {
        match self {
            Self::Of(release) | Self::Baseline { of: release, .. } => release,
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(release) => write!(formatter, "{release}"),
            Self::Baseline { of, beside } => write!(formatter, "{of}-beside-{beside}"),
        }
    }
}

impl FromStr for Group {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once("-beside-") {
            Some((of, beside)) => Ok(Self::Baseline { of: of.parse()?, beside: beside.parse()? }),
            None => Ok(Self::Of(text.parse()?)),
        }
    }
}

impl TryFrom<String> for Group {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Group> for String {
    fn from(group: Group) -> Self {
        group.to_string()
    }
}

/// One process of a release: `r7-3`, or `r6-beside-r7-1` for a baseline. The group is part of the name, so that what runs
/// tells by itself what it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InstanceId {
    /// Where it belongs.
    pub group: Group,
    /// From 1.
    pub number: u32,
}

impl fmt::Display for InstanceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.group, self.number)
    }
}

impl FromStr for InstanceId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("{text:?} is not an instance; they are called r1-1 or r1-beside-r2-1");
        let (group, number) = text.rsplit_once('-').ok_or_else(fault)?;
        Ok(Self { group: group.parse().map_err(|_| fault())?, number: number.parse().map_err(|_| fault())? })
    }
}

impl TryFrom<String> for InstanceId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<InstanceId> for String {
    fn from(id: InstanceId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_as_what_they_were() {
        let (old, new) = (ReleaseId(6), ReleaseId(7));
        for group in [Group::Of(new), Group::Baseline { of: old, beside: new }] {
            let instance = InstanceId { group, number: 3 };
            assert_eq!(instance.to_string().parse(), Ok(instance));
            assert_eq!(group.to_string().parse(), Ok(group));
        }
        assert!("gateway".parse::<InstanceId>().is_err());
        assert!("r1-beside-2-1".parse::<InstanceId>().is_err());
    }
}
