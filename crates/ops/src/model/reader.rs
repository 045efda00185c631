//! Reads `environments.toml` and names all its faults at once.

use std::collections::BTreeMap;
use std::net::ToSocketAddrs;

use super::environment::{Environment, HostTarget, Strategy, TargetKind};
use super::fleet::WHOLE_BP;
use super::kubernetes::KubernetesTarget;
use super::postgres::Postgres;

/// The format of the file that this build reads.
const FORMAT: i64 = 1;
const REPLICAS_MAX: u32 = 100;

/// The environments by name.
///
/// # Errors
/// Every fault of the file, each with the place that it is in.
pub fn read(text: &str) -> Result<BTreeMap<String, Environment>, Vec<String>> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| vec![error.to_string()])?;
    let mut faults = Vec::new();
    let mut environments = BTreeMap::new();
    for (key, value) in table {
        match (key.as_str(), value) {
            ("format", toml::Value::Integer(FORMAT)) => {}
            ("format", other) => faults.push(format!("format: this build reads {FORMAT}, not {other}")),
            ("environments", toml::Value::Table(tables)) => {
                for (name, value) in tables {
                    match one(value) {
                        Ok(environment) => {
                            faults.extend(check(&environment).into_iter().map(|fault| format!("{name}.{fault}")));
                            environments.insert(name, environment);
                        }
                        Err(fault) => faults.push(format!("{name}.{fault}")),
                    }
                }
            }
            ("environments", _) => faults.push("environments: has to be a table".into()),
            _ => faults.push(format!("{key}: unknown; there are `format` and `environments`")),
        }
    }
    if faults.is_empty() { Ok(environments) } else { Err(faults) }
}

fn one(value: toml::Value) -> Result<Environment, String> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let (path, reason) = (error.path().to_string(), error.inner().message().trim().to_owned());
        if path == "." { reason } else { format!("{path}: {reason}") }
    })
}

/// What is wrong, each with its place.
fn check(environment: &Environment) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        format = 1
        [environments.dev]
        target = "host"
        replicas = 2
        strategy = "canary"
        [environments.dev.host]
        state-dir = "state"
        listen = "127.0.0.1:8080"
        ports = [18100, 18119]
    "#;

    #[test]
    fn a_short_file_is_enough() {
        let environments = read(GOOD).unwrap();
        assert_eq!(environments["dev"].canary.steps.len(), 4);
        assert_eq!(environments["dev"].host.as_ref().unwrap().hosts, ["local"]);
    }

    #[test]
    fn every_fault_is_named_at_once_with_its_place() {
        let bad = GOOD
            .replace("replicas = 2", "replicas = 0\nbranch = \"\"")
            .replace("[18100, 18119]", "[80, 10]")
            .replace("format = 1", "format = 9\nfoo = 1")
            + r#"
            settings = { RAALLY_LISTEN = "x", PATH = "y" }
            postgres = { stanza = "a b", keep-days = 0, start = ["true"], recipients = ["age1"] }
            [environments.uat]
            target = "host"
            replica = 3
            [environments.fleet]
            target = "host"
            replicas = 3
            strategy = "rolling"
            analysis = { latency-floor-ms = 10001, latency-whole-part = 1.0 }
            [environments.prod]
            target = "kubernetes"
            replicas = 3
            strategy = "canary"
            canary = { steps = [{ weight-bp = 6000 }, { weight-bp = 100, hold-seconds-max = 0 }] }
            "#;
        let faults = read(&bad).unwrap_err();
        for wanted in [
            "format: this build reads 1",
            "foo: unknown",
            "dev.replicas: 1 to 100",
            "dev.branch: is empty",
            "dev.rolling.unavailable:",
            "dev.host.ports:",
            "dev.host.settings.RAALLY_LISTEN: is set by the tool",
            "dev.host.settings.PATH: options begin with RAALLY_",
            "dev.host.postgres.stanza:",
            "dev.host.postgres.keep-days: 1 to 3650",
            "dev.host.postgres.start: and stop",
            "dev.host.postgres.keys-to: and recipients",
            "uat.",
            "prod.canary.steps[0].weight-bp: 1 to 5000",
            "prod.canary.steps[1].weight-bp: has to be more",
            "prod.canary.steps[1].hold-seconds-max:",
            "fleet.analysis.latency-floor-ms: at most 10000",
            "fleet.analysis.latency-whole-part: 0 to 0.9",
            "prod.kubernetes: is missing",
        ] {
            assert!(faults.iter().any(|fault| fault.starts_with(wanted)), "{wanted} is not in {faults:#?}");
        }
    }
}
