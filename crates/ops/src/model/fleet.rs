//! A target as it was seen: which instances there are, how they are, and how requests are split between them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::ids::{Group, InstanceId, ReleaseId};

/// A whole in basis points.
pub const WHOLE_BP: u32 = 10_000;

/// Where an instance may run: a host and a port on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Slot {
    /// The host's name in the environment; `local` is this one.
    pub host: String,
    /// Where it listens.
    pub port: u16,
}

/// How an instance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Started, not ready yet, or not any more.
    Starting,
    /// Says that it is ready for requests.
    Ready,
    /// Gets no new requests.
    Drained,
    /// Does not stay up.
    Failing,
}

/// One instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Where it runs.
    pub slot: Slot,
    /// How it is.
    pub phase: Phase,
}

/// How requests are split: groups with their instances and weights. Testers ask for a group by header, whatever its weight.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Routing {
    /// Each group's instances.
    pub groups: BTreeMap<Group, BTreeSet<InstanceId>>,
    /// Each group's share in basis points; they sum to 10,000, or there is none.
    pub weights_bp: BTreeMap<Group, u32>,
    /// Where testers go.
    pub testers: Option<Group>,
}

impl Routing {
    /// Everything to one group.
    #[must_use]
    pub fn all_to(group: Group, instances: impl IntoIterator<Item = InstanceId>) -> Self {
        Self {
            groups: BTreeMap::from([(group, instances.into_iter().collect())]),
            weights_bp: BTreeMap::from([(group, WHOLE_BP)]),
            testers: None,
        }
    }

    /// A group's share; 0 when it has none.
    #[must_use]
    pub fn weight_bp(&self, group: Group) -> u32 {
        self.weights_bp.get(&group).copied().unwrap_or(0)
    }

    /// Whether requests of the public can reach the instance.
    #[must_use]
    pub fn serves(&self, instance: InstanceId) -> bool {
        self.weight_bp(instance.group) > 0
            && self.groups.get(&instance.group).is_some_and(|members| members.contains(&instance))
    }

    /// The group that an attempt that failed in `group` is tried again in: the one of another release with most weight;
    /// none for the largest of all, so that the stable release never depends on the new one.
    #[must_use]
    pub fn fallback(&self, group: Group) -> Option<Group> {
        let others = self.groups.keys().filter(|other| other.release() < group.release());
        let weight = |other: &&Group| (self.weight_bp(**other), matches!(**other, Group::Baseline { .. }));
        others.max_by_key(weight).copied().filter(|other| self.groups.get(other).is_some_and(|set| !set.is_empty()))
    }
}

/// The target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fleet {
    /// Every instance that runs or should.
    pub instances: BTreeMap<InstanceId, Member>,
    /// What the gateway does.
    pub routing: Routing,
    /// Releases whose files are in place on every host.
    pub installed: BTreeSet<ReleaseId>,
    /// What somebody else changed, so that it is not as the tool made it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign: Vec<String>,
}

impl Fleet {
    /// The instances of a group, by number.
    pub fn of(&self, group: Group) -> impl Iterator<Item = InstanceId> + '_ {
        self.instances.keys().filter(move |id| id.group == group).copied()
    }

    /// How many instances are ready and get requests.
    #[must_use]
    pub fn serving(&self) -> usize {
        self.instances.iter().filter(|(id, member)| member.phase == Phase::Ready && self.routing.serves(**id)).count()
    }

    /// The release with the most weight: what most users see.
    #[must_use]
    pub fn main_release(&self) -> Option<ReleaseId> {
        let mut shares: BTreeMap<ReleaseId, u32> = BTreeMap::new();
        for (group, weight) in &self.routing.weights_bp {
            *shares.entry(group.release()).or_default() += weight;
        }
        // In reverse, because the last of equals wins: half and half is still the old release.
        shares
            .into_iter()
            .rev()
            .filter(|(_, weight)| *weight > 0)
            .max_by_key(|(_, weight)| *weight)
            .map(|(release, _)| release)
    }
}
