//! The planner: from a target as it was seen and what is wanted to steps, without any I/O.
//!
//! Every step may be done twice without harm. A plan never takes away what the environment promises, and a rollback is
//! planned anew from what is seen, so that it fits wherever a release stopped.

mod blue_green;
mod canary;
mod delegated;
mod draft;
mod rollback;
mod rolling;
mod step;

#[cfg(test)]
mod proofs;

pub use rollback::rollback;
pub use step::{Step, Watch};

use std::collections::BTreeMap;

use crate::model::environment::{Environment, Strategy};
use crate::model::fleet::{Fleet, Slot};
use crate::model::ids::{Group, ReleaseId};
use crate::model::kubernetes::KubernetesTarget;
use draft::Draft;

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The release that is to run.
    pub release: ReleaseId,
    /// How it gets there.
    pub strategy: Strategy,
    /// The environment's promises.
    pub environment: &'a Environment,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPlan {
    /// Not enough free ports on the hosts.
    #[error("{needed} more instances have to run for a while, and there are {free} free places")]
    NoRoom {
        /// Places needed.
        needed: usize,
        /// Places free.
        free: usize,
    },
    /// What serves now is less than promised: first things first.
    #[error("{serving} of {promised} promised instances serve: a release would begin from a broken state")]
    Unhealthy {
        /// Instances that serve.
        serving: usize,
        /// Instances promised.
        promised: u32,
    },
}

/// The steps from what was seen to what is wanted; none when it is so already.
///
/// # Errors
/// When there is no room, or what runs now is not healthy.
pub fn plan(seen: &Fleet, wanted: Wanted<'_>, free: &[Slot]) -> Result<Vec<Step>, NoPlan> {
    let environment = wanted.environment;
    if is_delegated(environment) {
        return Ok(delegated::forth(seen, wanted.release));
    }
    let promised = environment.replicas;
    let mut draft = Draft::new(seen, environment, free);
    let old = seen.main_release().filter(|old| *old != wanted.release);
    match old {
        None => {
            // The first release, or the same one again: then only the number of instances may be wrong.
            draft.fill(Group::Of(wanted.release), promised)?;
            draft.all_to(Group::Of(wanted.release));
            draft.leave_only(Group::Of(wanted.release));
        }
        Some(old) => {
            let serving = seen.serving();
            let least = promised.saturating_sub(if wanted.strategy == Strategy::Rolling {
                environment.rolling.unavailable
            } else {
                0
            });
            if serving < least as usize {
                return Err(NoPlan::Unhealthy { serving, promised });
            }
            match wanted.strategy {
                Strategy::Canary => canary::draft(&mut draft, old, wanted.release)?,
                Strategy::BlueGreen => blue_green::draft(&mut draft, old, wanted.release)?,
                Strategy::Rolling => rolling::draft(&mut draft, old, wanted.release)?,
            }
        }
    }
    Ok(draft.into_steps())
}

/// Whether a controller of the cluster takes the steps.
fn is_delegated(environment: &Environment) -> bool {
    environment.kubernetes.as_ref().is_some_and(KubernetesTarget::is_delegated)
}

/// The places that no instance of the fleet has, the hosts taking turns.
#[must_use]
pub fn free_slots(seen: &Fleet, hosts: &[String], ports: [u16; 2]) -> Vec<Slot> {
    let mut turns: BTreeMap<usize, Vec<Slot>> = BTreeMap::new();
    for host in hosts {
        let taken =
            |port: u16| seen.instances.values().any(|member| member.slot.host == *host && member.slot.port == port);
        let free = (ports[0]..=ports[1]).filter(|port| !taken(*port));
        for (turn, port) in free.enumerate() {
            turns.entry(turn).or_default().push(Slot { host: host.clone(), port });
        }
    }
    turns.into_values().flatten().collect()
}
