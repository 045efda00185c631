//! A plan while it is written: the steps so far, and the fleet as they will leave it.

use std::collections::{BTreeMap, BTreeSet};

use super::{NoPlan, Step, Watch};
use crate::model::environment::Environment;
use crate::model::fleet::{Fleet, Phase, Routing, Slot};
use crate::model::ids::{Group, InstanceId};

/// Writes steps; a step that would change nothing is left out.
pub(super) struct Draft<'a> {
    pub(super) environment: &'a Environment,
    pub(super) fleet: Fleet,
    free: Vec<Slot>,
    steps: Vec<Step>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(seen: &Fleet, environment: &'a Environment, free: &[Slot]) -> Self {
        // Taken from the end.
        let free = free.iter().rev().cloned().collect();
        Self { environment, fleet: seen.clone(), free, steps: Vec::new() }
    }

    pub(super) fn push(&mut self, step: Step) {
        self.fleet = step.apply(&self.fleet);
        self.steps.push(step);
    }

    /// Starts what is missing to `count` instances of the group, waits for all of them.
    pub(super) fn fill(&mut self, group: Group, count: u32) -> Result<(), NoPlan> {
        let have: BTreeSet<InstanceId> = self.fleet.of(group).take(count as usize).collect();
        let mut numbers =
            (1..).filter(|number| !self.fleet.instances.contains_key(&InstanceId { group, number: *number }));
        let missing = (count as usize).saturating_sub(have.len());
        if missing > self.free.len() {
            return Err(NoPlan::NoRoom { needed: missing, free: self.free.len() });
        }
        let mut starting = BTreeMap::new();
        for slot in self.free.split_off(self.free.len() - missing).into_iter().rev() {
            if let Some(number) = numbers.next() {
                starting.insert(InstanceId { group, number }, slot);
            }
        }
        drop(numbers);
        if !starting.is_empty() {
            if !self.fleet.installed.contains(&group.release()) {
                self.push(Step::Install { release: group.release() });
            }
            self.push(Step::Start { instances: starting });
        }
        self.await_ready(group);
        Ok(())
    }

    /// Waits for the instances of a group that are not ready.
    pub(super) fn await_ready(&mut self, group: Group) {
        let late = |id: &InstanceId| self.fleet.instances.get(id).is_none_or(|member| member.phase != Phase::Ready);
        let instances: BTreeSet<InstanceId> = self.fleet.of(group).filter(late).collect();
        if !instances.is_empty() {
            self.push(Step::AwaitReady { instances });
        }
    }

    pub(super) fn route(&mut self, weights_bp: &[(Group, u32)], testers: Option<Group>) {
        let mut routing = Routing { testers, ..Routing::default() };
        for (group, weight) in weights_bp {
            let ready =
                |id: &InstanceId| self.fleet.instances.get(id).is_some_and(|member| member.phase == Phase::Ready);
            routing.groups.insert(*group, self.fleet.of(*group).filter(ready).collect());
            routing.weights_bp.insert(*group, *weight);
        }
        if self.fleet.routing != routing {
            self.push(Step::Route { routing });
        }
    }

    pub(super) fn all_to(&mut self, group: Group) {
        self.route(&[(group, crate::model::fleet::WHOLE_BP)], None);
    }

    pub(super) fn watch(&mut self, candidate: Group, baseline: Option<Group>, seconds_min: u64, seconds_max: u64) {
        self.push(Step::Watch(Watch { number: 0, of: 0, candidate, baseline, seconds_min, seconds_max }));
    }

    /// Drains and ends instances that get no requests any more. The gateway has lost them from its table by then, and
    /// still counts what is open on them.
    pub(super) fn end(&mut self, instances: BTreeSet<InstanceId>) {
        if !instances.is_empty() {
            self.push(Step::Drain { instances: instances.clone() });
            self.push(Step::Stop { instances });
        }
    }

    /// Ends everything that is not of the group, and what is too much of it.
    pub(super) fn leave_only(&mut self, group: Group) {
        let kept: BTreeSet<InstanceId> = self.fleet.of(group).take(self.environment.replicas as usize).collect();
        let routing = Routing::all_to(group, kept.iter().copied());
        if self.fleet.routing != routing {
            self.push(Step::Route { routing });
        }
        self.end(self.fleet.instances.keys().filter(|id| !kept.contains(id)).copied().collect());
    }

    /// The steps, with the watches numbered.
    pub(super) fn into_steps(mut self) -> Vec<Step> {
        let of = self.steps.iter().filter(|step| matches!(step, Step::Watch(_))).count() as u32;
        let watches = self.steps.iter_mut().filter_map(|step| match step {
            Step::Watch(watch) => Some(watch),
            _ => None,
        });
        for (number, watch) in (1..).zip(watches) {
            (watch.number, watch.of) = (number, of);
        }
        self.steps
    }
}
