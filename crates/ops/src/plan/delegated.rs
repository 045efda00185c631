//! Where a controller of the cluster takes the steps (Argo Rollouts): it is given the release, and followed to its end.

use super::Step;
use crate::model::fleet::Fleet;
use crate::model::ids::{Group, ReleaseId};

/// Steps to a release; none when nothing else runs.
pub(super) fn forth(seen: &Fleet, to: ReleaseId) -> Vec<Step> {
    let all_of_it = seen.instances.keys().all(|id| id.group == Group::Of(to));
    if all_of_it && seen.main_release() == Some(to) {
        return Vec::new();
    }
    vec![Step::Install { release: to }, Step::Hand { release: to }, Step::Follow { release: to, whole: false }]
}

/// Steps back to a release: without the controller's own steps, and also where nothing of another is to be seen yet.
pub(super) fn back(to: ReleaseId) -> Vec<Step> {
    vec![Step::Hand { release: to }, Step::Follow { release: to, whole: true }]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::fleet::{Member, Phase, Routing, Slot};
    use crate::model::ids::InstanceId;

    #[test]
    fn what_runs_alone_already_needs_no_step_and_the_way_back_always_does() {
        let (old, new) = (ReleaseId(1), ReleaseId(2));
        let id = |release, number| InstanceId { group: Group::Of(release), number };
        let member = || Member { slot: Slot { host: "raally".into(), port: 8080 }, phase: Phase::Ready };
        let mut seen = Fleet {
            instances: BTreeMap::from([(id(old, 1), member())]),
            routing: Routing::all_to(Group::Of(old), [id(old, 1)]),
            ..Fleet::default()
        };
        assert!(forth(&seen, old).is_empty());
        assert_eq!(forth(&seen, new).len(), 3);
        seen.instances.insert(id(new, 1), member());
        assert_eq!(forth(&seen, old).len(), 3, "another one is under way");
        assert_eq!(back(old), [Step::Hand { release: old }, Step::Follow { release: old, whole: true }]);
    }
}
