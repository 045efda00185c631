//! Rolling: a few new instances come, as many old ones go, until all are new. At no time do more run than the surge
//! allows, or fewer serve than the environment promises less the unavailable ones.

use std::collections::BTreeSet;

use super::NoPlan;
use super::draft::Draft;
use crate::model::fleet::WHOLE_BP;
use crate::model::ids::{Group, InstanceId, ReleaseId};

pub(super) fn draft(draft: &mut Draft<'_>, old: ReleaseId, new: ReleaseId) -> Result<(), NoPlan> {
    let environment = draft.environment;
    let (from, to) = (Group::Of(old), Group::Of(new));
    let (replicas, limits) = (environment.replicas, environment.rolling);
    // A baseline that an earlier release left is of no use here.
    let strays: BTreeSet<InstanceId> =
        draft.fleet.instances.keys().filter(|id| id.group != from && id.group != to).copied().collect();
    if !strays.is_empty() {
        share(draft, from, to);
        draft.end(strays);
    }
    let mut remaining = draft.fleet.of(from).count() as u32;
    let mut started = draft.fleet.of(to).count() as u32;
    while started < replicas || remaining > 0 {
        // First make room, if fewer may serve; then fill it up to the surge.
        let leaving = (remaining + started).saturating_sub(replicas - limits.unavailable).min(remaining);
        if leaving > 0 {
            leave(draft, from, to, leaving);
            remaining -= leaving;
        }
        let coming = (replicas + limits.surge).saturating_sub(remaining + started).min(replicas - started);
        if coming > 0 {
            started += coming;
            draft.fill(to, started)?;
            share(draft, from, to);
            if remaining > 0 {
                let seconds = limits.watch_seconds;
                draft.watch(to, None, seconds, seconds.max(1));
            }
        }
    }
    draft.all_to(to);
    draft.leave_only(to);
    Ok(())
}

/// Takes the last ones of the old release from the table, then ends them.
fn leave(draft: &mut Draft<'_>, from: Group, to: Group, count: u32) {
    let olds: Vec<InstanceId> = draft.fleet.of(from).collect();
    let leaving: BTreeSet<InstanceId> = olds.into_iter().rev().take(count as usize).collect();
    let mut kept = draft.fleet.clone();
    kept.instances.retain(|id, _| !leaving.contains(id));
    let before = std::mem::replace(&mut draft.fleet, kept);
    let weights = weights(draft, from, to);
    draft.route(&weights, None);
    let routing = draft.fleet.routing.clone();
    draft.fleet = before;
    draft.fleet.routing = routing;
    draft.end(leaving);
}

fn share(draft: &mut Draft<'_>, from: Group, to: Group) {
    let weights = weights(draft, from, to);
    draft.route(&weights, None);
}

/// In proportion to the instances.
fn weights(draft: &Draft<'_>, from: Group, to: Group) -> Vec<(Group, u32)> {
    let counts = [from, to].map(|group| (group, draft.fleet.of(group).count() as u32));
    let sum: u32 = counts.iter().map(|(_, count)| count).sum();
    let mut weights: Vec<(Group, u32)> = counts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(group, count)| (group, count * WHOLE_BP / sum))
        .collect();
    let rest = WHOLE_BP - weights.iter().map(|(_, weight)| weight).sum::<u32>();
    if let Some((_, weight)) = weights.first_mut() {
        *weight += rest;
    }
    weights
}
