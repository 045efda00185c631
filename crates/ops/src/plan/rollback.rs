//! The way back, from wherever a release stopped: users first, then the number of instances, then the rest.

use super::draft::Draft;
use super::{NoPlan, Step, delegated, is_delegated};
use crate::model::environment::Environment;
use crate::model::fleet::{Fleet, Phase, Slot};
use crate::model::ids::{Group, InstanceId, ReleaseId};

/// Steps that make `to` the only release again.
///
/// # Errors
/// When there is no room for instances that have to be started again.
pub fn rollback(seen: &Fleet, to: ReleaseId, environment: &Environment, free: &[Slot]) -> Result<Vec<Step>, NoPlan> {
    if is_delegated(environment) {
        return Ok(delegated::back(to));
    }
    let good = Group::Of(to);
    let mut draft = Draft::new(seen, environment, free);
    let ready: Vec<InstanceId> =
        draft.fleet.of(good).filter(|id| draft.fleet.instances[id].phase == Phase::Ready).collect();
    let enough = environment.replicas.saturating_sub(environment.rolling.unavailable).max(1) as usize;
    // A bad release must lose its requests before anything else is done, if those that are left can carry them.
    if ready.len() >= enough {
        draft.all_to(good);
    }
    draft.fill(good, environment.replicas)?;
    draft.all_to(good);
    draft.leave_only(good);
    Ok(draft.into_steps())
}
