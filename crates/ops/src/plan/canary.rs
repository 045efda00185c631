//! A canary: at each step the new release gets a share, and a baseline of the old one, started as freshly and as large,
//! gets the same share. The old instances stay until the new release has taken over.

use super::draft::Draft;
use super::{NoPlan, Step};
use crate::model::fleet::WHOLE_BP;
use crate::model::ids::{Group, ReleaseId};

pub(super) fn draft(draft: &mut Draft<'_>, old: ReleaseId, new: ReleaseId) -> Result<(), NoPlan> {
    let environment = draft.environment;
    let (stable, canary) = (Group::Of(old), Group::Of(new));
    let baseline = Group::Baseline { of: old, beside: new };
    for step in &environment.canary.steps {
        let count = instances_for(step.weight_bp, environment.replicas);
        draft.fill(canary, count)?;
        draft.fill(baseline, count)?;
        let rest = WHOLE_BP - 2 * step.weight_bp;
        draft.route(&[(stable, rest), (baseline, step.weight_bp), (canary, step.weight_bp)], Some(canary));
        draft.watch(canary, Some(baseline), step.hold_seconds_min, step.hold_seconds_max);
        if step.pause {
            let percent = f64::from(step.weight_bp) / 100.0;
            draft.push(Step::Pause { why: format!("{new} at {percent} % was as good as {old}: promote or abort") });
        }
    }
    draft.fill(canary, environment.replicas)?;
    draft.all_to(canary);
    draft.leave_only(canary);
    Ok(())
}

/// As many as the share of the promised instances asks for, so that none has more to do than the promise allows.
pub(super) const fn instances_for(weight_bp: u32, replicas: u32) -> u32 {
    (weight_bp * replicas).div_ceil(WHOLE_BP)
}
