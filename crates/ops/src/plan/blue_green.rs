//! Blue-green: all of the new release beside all of the old one, seen by testers first; then one switch. While the switch
//! is watched the old instances stay as they are: the way back is one table.

use super::draft::Draft;
use super::{NoPlan, Step};
use crate::model::fleet::WHOLE_BP;
use crate::model::ids::{Group, ReleaseId};

pub(super) fn draft(draft: &mut Draft<'_>, old: ReleaseId, new: ReleaseId) -> Result<(), NoPlan> {
    let environment = draft.environment;
    let (blue, green) = (Group::Of(old), Group::Of(new));
    draft.fill(green, environment.replicas)?;
    draft.route(&[(blue, WHOLE_BP), (green, 0)], Some(green));
    if environment.blue_green.pause {
        draft.push(Step::Pause { why: format!("{new} is ready for a look: promote to switch, or abort") });
    }
    draft.route(&[(blue, 0), (green, WHOLE_BP)], None);
    let seconds = environment.blue_green.watch_seconds;
    draft.watch(green, None, seconds, seconds.max(1));
    draft.all_to(green);
    draft.leave_only(green);
    Ok(())
}
