//! Shares of the requests by number and by what was noted, and whether somebody else changed them, without any I/O.

use std::collections::{BTreeMap, BTreeSet};

use crate::failed::Failed;
use crate::model::fleet::{Routing, WHOLE_BP};
use crate::model::ids::{Group, InstanceId};

/// What rounding may make of a share by the number of instances.
const NEAR_BP: u32 = 200;

/// What is split now.
#[derive(Debug, Clone, Default)]
pub struct Split {
    /// How.
    pub routing: Routing,
    /// What somebody else changed since the tool did.
    pub foreign: Option<String>,
}

/// Groups that get something.
#[must_use]
pub fn positive(routing: &Routing) -> Vec<Group> {
    routing.weights_bp.iter().filter(|(_, weight)| **weight > 0).map(|(group, _)| *group).collect()
}

/// As much for each instance.
#[must_use]
pub fn by_number(instances: &BTreeSet<InstanceId>) -> BTreeMap<Group, u32> {
    let mut counts: BTreeMap<Group, u32> = BTreeMap::new();
    for id in instances {
        *counts.entry(id.group).or_default() += 1;
    }
    let all = instances.len().max(1) as u32;
    let mut left = WHOLE_BP;
    let last = counts.keys().next_back().copied();
    let mut share = |(group, count): (Group, u32)| {
        let weight = if Some(group) == last { left } else { WHOLE_BP * count / all };
        left -= weight;
        (group, weight)
    };
    counts.into_iter().map(&mut share).collect()
}

/// Without a mesh each instance gets as much, of whatever group; other shares can't be had.
///
/// # Errors
/// When they are others.
pub fn by_number_alone(routing: &Routing, running: &BTreeSet<InstanceId>) -> Result<(), Failed> {
    let members: BTreeSet<InstanceId> = routing.groups.values().flatten().copied().collect();
    let shares = by_number(&members);
    let near = |group: &Group| shares.get(group).copied().unwrap_or(0).abs_diff(routing.weight_bp(*group)) <= NEAR_BP;
    let wanted = |id: &InstanceId| routing.weight_bp(id.group) > 0;
    if shares.keys().all(near) && routing.weights_bp.keys().all(near) && running.iter().all(wanted) {
        return Ok(());
    }
    Err(Failed::input("without a mesh each instance gets as many requests: these shares can't be had")
        .next("release by rolling or blue-green, or install the chart with istio.enabled"))
}

/// The routing as it was noted where it is still so; else what there is, and whose it is not.
#[must_use]
pub fn compare(
    live: BTreeMap<Group, u32>,
    testers: Option<Group>,
    noted: Option<Routing>,
    instances: &BTreeSet<InstanceId>,
) -> Split {
    let without_zeros = |weights: &BTreeMap<Group, u32>| -> BTreeMap<Group, u32> {
        weights.iter().filter(|(_, weight)| **weight > 0).map(|(group, weight)| (*group, *weight)).collect()
    };
    let foreign = match noted {
        Some(noted) if without_zeros(&noted.weights_bp) == without_zeros(&live) && noted.testers == testers => {
            let mut routing = noted;
            for (group, members) in &mut routing.groups {
                members.retain(|id| instances.contains(id));
                // A share is a group's: what an autoscaler adds to it gets some too.
                if live.contains_key(group) {
                    members.extend(instances.iter().filter(|id| id.group == *group));
                }
            }
            return Split { routing, foreign: None };
        }
        Some(noted) => {
            let words = |weights: &BTreeMap<Group, u32>| {
                let part = |(group, weight): (&Group, &u32)| format!("{group} {} %", f64::from(*weight) / 100.0);
                without_zeros(weights).iter().map(part).collect::<Vec<_>>().join(", ")
            };
            let (is, was) = (words(&live), words(&noted.weights_bp));
            Some(format!("somebody else changed the split of requests: it is {is}, and was made {was}"))
        }
        None => None,
    };
    let mut routing = Routing { testers, ..Routing::default() };
    for (group, weight) in live {
        routing.groups.insert(group, instances.iter().filter(|id| id.group == group).copied().collect());
        routing.weights_bp.insert(group, weight);
    }
    Split { routing, foreign }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::ReleaseId;

    fn ids(group: Group, count: u32) -> impl Iterator<Item = InstanceId> {
        (1..=count).map(move |number| InstanceId { group, number })
    }

    #[test]
    fn a_split_by_somebody_else_is_named_and_ours_reads_back_whole() {
        let (old, new) = (Group::Of(ReleaseId(1)), Group::Of(ReleaseId(2)));
        let instances: BTreeSet<InstanceId> = ids(old, 2).chain(ids(new, 2)).collect();
        let mut routing = Routing::all_to(old, ids(old, 2));
        routing.groups.insert(new, ids(new, 2).collect());
        routing.weights_bp.insert(new, 0);
        let live = BTreeMap::from([(old, WHOLE_BP)]);
        let same = compare(live.clone(), None, Some(routing.clone()), &instances);
        assert_eq!((same.routing, same.foreign), (routing.clone(), None));
        let more: BTreeSet<InstanceId> = ids(old, 3).chain(ids(new, 2)).collect();
        let grown = compare(live, None, Some(routing.clone()), &more).routing;
        assert_eq!((grown.groups[&old].len(), grown.groups[&new].len()), (3, 2), "an autoscaler added one");
        let half = BTreeMap::from([(old, 5_000), (new, 5_000)]);
        let other = compare(half.clone(), None, Some(routing), &instances);
        assert_eq!(other.routing.weights_bp, half);
        let said = other.foreign.unwrap();
        assert!(said.contains("r1 50 %, r2 50 %") && said.contains("made r1 100 %"), "{said}");
    }

    #[test]
    fn without_a_mesh_only_shares_by_number_can_be_had() {
        let (old, new) = (Group::Of(ReleaseId(1)), Group::Of(ReleaseId(2)));
        let running: BTreeSet<InstanceId> = ids(old, 2).chain(ids(new, 1)).collect();
        let split = |old_bp, new_bp| Routing {
            groups: BTreeMap::from([(old, ids(old, 2).collect()), (new, ids(new, 1).collect())]),
            weights_bp: BTreeMap::from([(old, old_bp), (new, new_bp)]),
            testers: None,
        };
        assert!(by_number_alone(&split(6_667, 3_333), &running).is_ok());
        assert!(by_number_alone(&split(9_500, 500), &running).is_err());
        let third: BTreeSet<InstanceId> = running.into_iter().chain(ids(Group::Of(ReleaseId(3)), 1)).collect();
        assert!(by_number_alone(&split(6_667, 3_333), &third).is_err(), "a third group would get some too");
        let running = third.into_iter().filter(|id| id.group != Group::Of(ReleaseId(3))).collect();
        assert_eq!(by_number(&running).values().sum::<u32>(), WHOLE_BP);
    }
}
