//! Between the planner's words and the gateway's: routing to table and back, and the gateway's own configuration.

use std::collections::BTreeMap;
use std::net::ToSocketAddrs;

use raally_gateway as gateway;
use raally_gateway::{GroupName, Sticky, Table, TargetId, Tester, TesterBy};

use crate::failed::{Doing, Failed};
use crate::model::environment::HostTarget;
use crate::model::fleet::Routing;
use crate::model::ids::{Group, InstanceId};
use crate::target::Releases;

/// Testers send it as a header or a cookie, with the value `yes`.
pub const TESTER: &str = "x-raally-next";
const TESTER_VALUE: &str = "yes";
/// Longer than any release.
const COOKIE_SECONDS: u32 = 7 * 86_400;

/// The table for a routing.
///
/// # Errors
/// When an instance of the routing does not run.
pub fn table(
    routing: &Routing,
    addresses: &BTreeMap<InstanceId, String>,
    releases: &Releases,
    cookie: Option<&str>,
) -> Result<Table, Failed> {
    let name = |group: Group| GroupName(group.to_string());
    let mut groups = BTreeMap::new();
    for (group, members) in &routing.groups {
        let mut targets = Vec::new();
        for id in members {
            let address = addresses.get(id).ok_or_else(|| Failed::ours(format!("{id} does not run any more")))?;
            targets.push(gateway::Target { id: TargetId(id.to_string()), address: address.clone() });
        }
        let release = releases.get(&group.release());
        let version = release.map_or_else(
            || group.release().to_string(),
            |release| {
                let build = &release.artefact.build;
                format!("{}+{}", build.version, build.build)
            },
        );
        let fallback = routing.fallback(*group).map(name);
        groups.insert(name(*group), gateway::Group { version, targets, fallback });
    }
    let split = routing.weights_bp.iter().map(|(group, weight)| (name(*group), *weight)).collect();
    let rule = |by: TesterBy, group: Group| Tester {
        by,
        name: TESTER.to_owned(),
        value: TESTER_VALUE.to_owned(),
        group: name(group),
    };
    let testers =
        routing.testers.iter().flat_map(|group| [rule(TesterBy::Header, *group), rule(TesterBy::Cookie, *group)]);
    // Who is alone needs no cookie.
    let several = routing.weights_bp.values().filter(|weight| **weight > 0).count() > 1;
    let sticky =
        cookie.filter(|_| several).map(|cookie| Sticky { cookie: cookie.to_owned(), max_age_s: COOKIE_SECONDS });
    Ok(Table { groups, split, sticky, testers: testers.collect() })
}

/// What a table does, as far as it is of our making.
#[must_use]
pub fn routing(table: &Table) -> Routing {
    let mut routing = Routing::default();
    for (name, group) in &table.groups {
        let Ok(known) = name.as_str().parse::<Group>() else { continue };
        let members = group.targets.iter().filter_map(|target| target.id.as_str().parse().ok()).collect();
        routing.groups.insert(known, members);
        routing.weights_bp.insert(known, table.weight_bp(name));
    }
    routing.testers = table.testers.first().and_then(|tester| tester.group.as_str().parse().ok());
    routing
}

/// The gateway's configuration: where it listens and keeps its things, and what the environment says besides.
///
/// # Errors
/// Every fault of it.
pub fn gateway_config(host: &HostTarget) -> Result<gateway::Config, Failed> {
    let address = host.listen.to_socket_addrs().ok().and_then(|mut found| found.next());
    let address = address.ok_or_else(|| Failed::input(format!("{:?} is no address with a port", host.listen)))?;
    let plain =
        gateway::Config::plain(address, host.state_dir.join("gateway.sock"), host.state_dir.join("gateway-table.json"));
    let mut config = serde_json::to_value(plain).doing("the gateway's configuration")?;
    for (name, value) in &host.gateway {
        config[name] = serde_json::to_value(value).doing("the gateway's configuration")?;
    }
    let config: gateway::Config =
        serde_path_to_error::deserialize(config).map_err(|error| Failed::input(format!("host.gateway.{error}")))?;
    let faults: Vec<String> = config.faults().iter().map(|fault| format!("host.gateway.{fault}")).collect();
    if faults.is_empty() {
        return Ok(config);
    }
    Err(Failed::input("the gateway's configuration has faults").faults(faults))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::ReleaseId;
    use std::collections::BTreeSet;

    #[test]
    fn a_routing_reads_back_from_its_table() {
        let (old, new) = (ReleaseId(1), ReleaseId(2));
        let groups = [Group::Of(old), Group::Baseline { of: old, beside: new }, Group::Of(new)];
        let mut routing = Routing { testers: Some(groups[2]), ..Routing::default() };
        let mut addresses = BTreeMap::new();
        for (group, weight) in groups.into_iter().zip([8_000, 1_000, 1_000]) {
            let id = InstanceId { group, number: 1 };
            addresses.insert(id, format!("127.0.0.1:{}", 18_000 + addresses.len()));
            routing.groups.insert(group, BTreeSet::from([id]));
            routing.weights_bp.insert(group, weight);
        }
        let table = table(&routing, &addresses, &Releases::new(), Some("c")).unwrap();
        assert_eq!(table.faults(), []);
        assert_eq!(super::routing(&table), routing);
        let fallback = |name: &str| table.groups[&GroupName::from(name)].fallback.clone();
        assert_eq!(fallback("r2"), Some("r1".into()));
        assert_eq!(fallback("r1"), None);
        addresses.clear();
        assert!(super::table(&routing, &addresses, &Releases::new(), None).is_err());
    }
}
