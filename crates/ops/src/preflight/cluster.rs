//! Whether a cluster has what a release needs: rights, a mesh where a canary is to be judged, room, and nothing beside the
//! tool that changes the number of instances.

use super::Finding;
use super::checks::{bad, good};
use crate::model::environment::Strategy;
use crate::target::kubernetes::facts::Facts;

/// All of it. `pods` is how many more run at the same time.
#[must_use]
pub fn checks(facts: &Facts, strategy: Strategy, pods: usize) -> Vec<Finding> {
    let mut findings = vec![rights(facts), mesh(facts, strategy), autoscaler(facts)];
    findings.extend(facts.pods_left.map(|left| room(left, pods)));
    findings
}

fn rights(facts: &Facts) -> Finding {
    if facts.lacking.is_empty() {
        return good("rights", "all that a release needs");
    }
    let lacking: Vec<String> = facts.lacking.iter().map(ToString::to_string).collect();
    bad(
        "rights",
        format!("the API server does not let you {}", lacking.join(", ")),
        "be in the chart's group `deployers`, whose Role raally-deployer has what the tool needs",
    )
}

fn mesh(facts: &Facts, strategy: Strategy) -> Finding {
    match &facts.unjudged {
        None => good("mesh", "it splits requests and counts what users get"),
        Some(why) if strategy == Strategy::Canary => bad(
            "mesh",
            format!("a canary can't be judged here: {why}"),
            "release by --strategy rolling or blue-green, or install the chart with istio.enabled and name kubernetes.prometheus",
        ),
        Some(why) => good("mesh", format!("for this strategy not needed; a canary could not be judged: {why}")),
    }
}

fn autoscaler(facts: &Facts) -> Finding {
    match &facts.autoscaler {
        None => good("scaler", "nothing else changes the number of instances"),
        Some(name) => bad(
            "scaler",
            format!("the autoscaler {name} would change the number of instances that a release counts on"),
            "set autoscaling.enabled to false in the chart's values of this environment",
        ),
    }
}

fn room(left: i64, pods: usize) -> Finding {
    let says = format!("the quota of the namespace allows {left} more pods, {pods} more run for a while");
    if left >= pods as i64 {
        return good("quota", says);
    }
    bad("quota", says, "raise quota.pods in the chart's values, or release with fewer instances at a time")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts { lacking: Vec::new(), unjudged: None, mesh: true, autoscaler: None, pods_left: Some(3) }
    }

    fn refused(facts: &Facts, strategy: Strategy, pods: usize) -> Vec<&'static str> {
        checks(facts, strategy, pods).iter().filter(|finding| !finding.good).map(|finding| finding.check).collect()
    }

    #[test]
    fn a_canary_without_a_mesh_is_refused_and_the_other_strategies_go_on() {
        let facts = Facts { unjudged: Some("there is no mesh".into()), mesh: false, ..facts() };
        assert_eq!(refused(&facts, Strategy::Canary, 1), ["mesh"]);
        assert!(refused(&facts, Strategy::Rolling, 1).is_empty() && refused(&facts, Strategy::BlueGreen, 1).is_empty());
    }

    #[test]
    fn a_quota_that_is_too_small_and_an_autoscaler_are_named() {
        assert!(refused(&facts(), Strategy::Canary, 3).is_empty());
        let facts = Facts { autoscaler: Some("raally of raally".into()), ..facts() };
        assert_eq!(refused(&facts, Strategy::Canary, 4), ["scaler", "quota"]);
    }
}
