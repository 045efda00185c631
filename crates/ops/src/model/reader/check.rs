//! What of an environment can not be so, though each of its values has the right form.

use std::net::ToSocketAddrs;

use crate::model::environment::{Environment, HostTarget, Strategy, TargetKind};
use crate::model::fleet::WHOLE_BP;
use crate::model::kubernetes::KubernetesTarget;
use crate::model::postgres::Postgres;

const REPLICAS_MAX: u32 = 100;

/// What is wrong, each with its place.
pub(super) fn check(environment: &Environment) -> Vec<String> {
    let mut faults = Vec::new();
    let mut say = |holds: bool, fault: &str| {
        if !holds {
            faults.push(fault.to_owned());
        }
    };
    let share = |value: f64| (0.0..=1.0).contains(&value);
    let (analysis, rolling) = (&environment.analysis, &environment.rolling);
    say((1..=REPLICAS_MAX).contains(&environment.replicas), "replicas: 1 to 100");
    say(environment.branch.as_deref() != Some(""), "branch: is empty");
    say(environment.budget.availability > 0.0 && environment.budget.availability < 1.0, "budget.availability: 0 to 1");
    say(share(environment.budget.left_min), "budget.left-min: 0 to 1");
    say((1..=3_600).contains(&environment.gates.ready_seconds_max), "gates.ready-seconds-max: 1 to 3600");
    say((1..=3_600).contains(&environment.gates.drain_seconds_max), "gates.drain-seconds-max: 1 to 3600");
    say(environment.gates.settle_ms <= 60_000, "gates.settle-ms: at most 60000");
    say(rolling.surge + rolling.unavailable > 0, "rolling: surge and unavailable can't both be 0");
    say(rolling.unavailable < environment.replicas, "rolling.unavailable: has to be less than replicas");
    say(rolling.surge <= environment.replicas, "rolling.surge: at most as many as replicas");
    say(analysis.alpha > 0.0 && analysis.alpha <= 0.2, "analysis.alpha: above 0, at most 0.2");
    say(share(analysis.failure_share_tolerance), "analysis.failure-share-tolerance: 0 to 1");
    say((1e-4..=0.5).contains(&analysis.failure_share_margin), "analysis.failure-share-margin: 0.0001 to 0.5");
    say((0.0..=10.0).contains(&analysis.latency_tolerance), "analysis.latency-tolerance: 0 to 10");
    say(analysis.latency_floor_ms <= 10_000, "analysis.latency-floor-ms: at most 10000");
    say((0.0..=0.9).contains(&analysis.latency_whole_part), "analysis.latency-whole-part: 0 to 0.9");
    say((0.25..=10.0).contains(&analysis.latency_margin), "analysis.latency-margin: 0.25 to 10");
    say(analysis.beta > 0.0 && analysis.beta <= 0.2, "analysis.beta: above 0, at most 0.2");
    say(share(analysis.slo_failure_share_max), "analysis.slo-failure-share-max: 0 to 1");
    faults.extend(
        environment
            .freeze
            .iter()
            .enumerate()
            .filter_map(|(at, freeze)| freeze.fault().map(|fault| format!("freeze[{at}]: {fault}"))),
    );
    faults.extend(canary_faults(environment));
    match (environment.target, &environment.host, &environment.kubernetes) {
        (TargetKind::Host, None, _) => faults.push("host: is missing, and the target is `host`".into()),
        (TargetKind::Kubernetes, _, None) => {
            faults.push("kubernetes: is missing, and the target is `kubernetes`".into())
        }
        _ => {}
    }
    faults.extend(environment.kubernetes.iter().flat_map(KubernetesTarget::faults));
    if let Some(host) = &environment.host {
        faults.extend(host_faults(host, environment));
    }
    faults
}

fn canary_faults(environment: &Environment) -> Vec<String> {
    let steps = &environment.canary.steps;
    let mut faults = Vec::new();
    if steps.is_empty() && environment.strategy == Strategy::Canary {
        faults.push("canary.steps: has none".into());
    }
    let mut before = 0;
    for (at, step) in steps.iter().enumerate() {
        // As much again goes to the baseline.
        if step.weight_bp == 0 || step.weight_bp > WHOLE_BP / 2 {
            faults.push(format!("canary.steps[{at}].weight-bp: 1 to {}; the baseline has as much", WHOLE_BP / 2));
        }
        if step.weight_bp <= before {
            faults.push(format!("canary.steps[{at}].weight-bp: has to be more than that of the step before"));
        }
        if step.hold_seconds_max < step.hold_seconds_min.max(1) {
            faults.push(format!("canary.steps[{at}].hold-seconds-max: is less than hold-seconds-min, or 0"));
        }
        before = step.weight_bp;
    }
    faults
}

fn host_faults(host: &HostTarget, environment: &Environment) -> Vec<String> {
    let mut faults = Vec::new();
    let [first, last] = host.ports;
    // A canary at half of the requests has its own replicas and as many of the baseline.
    let needed = 3 * environment.replicas;
    if last < first || first < 1_024 {
        faults.push("host.ports: first and last port, 1024 or more".into());
    } else if u32::from(last - first) + 1 < needed.div_ceil(host.hosts.len().max(1) as u32) {
        faults.push(format!("host.ports: a release needs up to {needed} instances at once, there are fewer ports"));
    }
    if host.listen.to_socket_addrs().is_err() {
        faults.push(format!("host.listen: {:?} is no address with a port", host.listen));
    }
    if host.hosts.is_empty() {
        faults.push("host.hosts: has none".into());
    }
    let name = |host: &String| !host.is_empty() && !host.starts_with('-') && !host.contains(char::is_whitespace);
    faults.extend(host.hosts.iter().filter(|host| !name(host)).map(|host| format!("host.hosts: {host:?} is no host")));
    for reserved in ["RAALLY_LISTEN", "RAALLY_BUILD"] {
        if host.settings.contains_key(reserved) {
            faults.push(format!("host.settings.{reserved}: is set by the tool"));
        }
    }
    let foreign = host.settings.keys().filter(|name| !name.starts_with("RAALLY_"));
    faults.extend(foreign.map(|name| format!("host.settings.{name}: options begin with RAALLY_")));
    faults.extend(host.postgres.iter().flat_map(Postgres::faults));
    faults
}
