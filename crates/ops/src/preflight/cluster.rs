//! Whether a cluster has what a release needs: rights, a mesh where a canary is to be judged, room, and at most one
//! autoscaler.

use super::Finding;
use super::checks::{bad, good};
use crate::model::environment::Strategy;
use crate::target::kubernetes::facts::{Facts, RolloutFacts};

/// All of it. `pods` is how many more run at the same time.
#[must_use]
pub fn checks(facts: &Facts, strategy: Strategy, pods: usize) -> Vec<Finding> {
    let mut findings = vec![rights(facts)];
    match &facts.rollout {
        Some(rollout) => findings.push(rollouts(rollout, strategy)),
        None => findings.extend([mesh(facts, strategy), scaler(facts)]),
    }
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

/// Argo Rollouts takes the steps that the chart's Rollout has, whatever the environment's strategy would be.
fn rollouts(rollout: &RolloutFacts, strategy: Strategy) -> Finding {
    if let Some(trouble) = &rollout.trouble {
        let next = "see `kubectl argo rollouts get rollout`; end it there, then release";
        return bad("rollout", trouble.clone(), next);
    }
    let own = rollout.strategy;
    if own != strategy.name() {
        let says = format!("the Rollout is a {own}, and {} was asked for", strategy.name());
        return bad("rollout", says, "ask for what the chart's Rollout has, or change the chart");
    }
    good("rollout", format!("Argo Rollouts takes the steps: {own}, {} steps, its own analysis", rollout.steps))
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

fn scaler(facts: &Facts) -> Finding {
    match facts.scalers.as_slice() {
        [] => good("scaler", "nothing else changes the number of instances"),
        [one] => {
            let (name, count) = (&one.name, one.replicas);
            good("scaler", format!("the autoscaler {name} has made it {count} instances, and is held during a release"))
        }
        more => {
            let names: Vec<String> = more.iter().map(|one| format!("{} of {}", one.name, one.of)).collect();
            let says = format!("{} autoscalers change the number of instances: {}", more.len(), names.join(", "));
            bad("scaler", says, "leave the one that the chart has, and delete the others")
        }
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
    use crate::target::kubernetes::scaler::Scaler;

    fn facts() -> Facts {
        Facts {
            lacking: Vec::new(),
            rollout: None,
            unjudged: None,
            mesh: true,
            scalers: Vec::new(),
            pods_left: Some(3),
        }
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
    fn a_rollout_that_is_at_something_else_or_of_another_kind_is_refused() {
        let of = |trouble: Option<&str>| {
            let rollout = RolloutFacts { strategy: "canary", steps: 6, trouble: trouble.map(str::to_owned) };
            Facts { rollout: Some(rollout), ..facts() }
        };
        assert!(refused(&of(None), Strategy::Canary, 0).is_empty());
        assert_eq!(refused(&of(None), Strategy::Rolling, 0), ["rollout"]);
        assert_eq!(refused(&of(Some("an update is under way")), Strategy::Canary, 0), ["rollout"]);
    }

    #[test]
    fn a_quota_that_is_too_small_and_a_second_autoscaler_are_named() {
        let scaler = |name: &str| Scaler { name: name.into(), of: "raally".into(), held: false, replicas: 3 };
        let one = Facts { scalers: vec![scaler("raally")], ..facts() };
        assert!(refused(&one, Strategy::Canary, 3).is_empty());
        let facts = Facts { scalers: vec![scaler("raally"), scaler("other")], ..facts() };
        assert_eq!(refused(&facts, Strategy::Canary, 4), ["scaler", "quota"]);
    }
}
