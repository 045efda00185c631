//! Routing as a VirtualService and a Service say it, and back, without any I/O.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::failed::Failed;
use crate::model::fleet::{Routing, WHOLE_BP};
use crate::model::ids::{Group, ReleaseId};
use crate::traffic::TESTER;

/// What the tool made of a routing, so that it reads back whole, and a change by somebody else shows.
pub const ROUTING: &str = "raally.dev/routing";
/// The route of testers.
const TESTERS: &str = "raally-testers";
const TESTER_VALUE: &str = "yes";
/// What the chart installed, before any release of the tool.
pub const CHART: Group = Group::Of(ReleaseId(0));

/// Names of groups in the cluster.
#[derive(Debug, Clone)]
pub struct Names {
    /// The chart's Service.
    pub service: String,
    /// The track of what the chart itself installed.
    pub chart_track: String,
}

impl Names {
    /// A group's track, which is its subset too.
    #[must_use]
    pub fn track(&self, group: Group) -> String {
        if group == CHART { self.chart_track.clone() } else { group.to_string() }
    }

    /// A track's group.
    #[must_use]
    pub fn group(&self, track: &str) -> Option<Group> {
        if track == self.chart_track { Some(CHART) } else { track.parse().ok() }
    }

    fn is_ours(&self, route: &Value) -> bool {
        let destinations = route["route"].as_array().into_iter().flatten();
        let host = |one: &Value| one["destination"]["host"].as_str().unwrap_or_default().to_owned();
        let mut hosts = destinations.map(host).peekable();
        let own = |host: String| host == self.service || host.starts_with(&format!("{}.", self.service));
        hosts.peek().is_some() && hosts.all(own)
    }

    /// The shares that a VirtualService gives, by its last route to the Service.
    #[must_use]
    pub fn shares(&self, http: &[Value]) -> BTreeMap<Group, u32> {
        let ours = |route: &&Value| self.is_ours(route) && route["name"] != json!(TESTERS);
        let Some(route) = http.iter().rev().find(ours) else { return BTreeMap::new() };
        let mut weights = Vec::new();
        for destination in route["route"].as_array().into_iter().flatten() {
            let subset = destination["destination"]["subset"].as_str().unwrap_or(&self.chart_track);
            // One destination alone needs no weight.
            let weight = destination["weight"].as_u64().unwrap_or(u64::from(WHOLE_BP));
            weights.extend(self.group(subset).map(|group| (group, weight)));
        }
        let whole: u64 = weights.iter().map(|(_, weight)| weight).sum();
        let part = |weight: u64| (weight * u64::from(WHOLE_BP)).checked_div(whole).unwrap_or(0) as u32;
        weights.into_iter().map(|(group, weight)| (group, part(weight))).collect()
    }

    /// Where testers go.
    #[must_use]
    pub fn testers(&self, http: &[Value]) -> Option<Group> {
        let route = http.iter().find(|route| route["name"] == json!(TESTERS))?;
        self.group(route["route"][0]["destination"]["subset"].as_str()?)
    }

    /// The routes with another split. Everything else about them stays as the chart has it.
    ///
    /// # Errors
    /// When no route goes to the Service.
    pub fn with(&self, http: &[Value], routing: &Routing) -> Result<Vec<Value>, Failed> {
        let mut routes: Vec<Value> = http.iter().filter(|route| route["name"] != json!(TESTERS)).cloned().collect();
        for route in routes.iter_mut().filter(|route| self.is_ours(route)) {
            let mut destination = route["route"][0]["destination"].clone();
            let weighted = routing.weights_bp.iter().filter(|(_, weight)| **weight > 0);
            let split: Vec<Value> = weighted
                .map(|(group, weight)| {
                    destination["subset"] = json!(self.track(*group));
                    json!({"destination": destination, "weight": weight})
                })
                .collect();
            route["route"] = json!(split);
        }
        let Some(last) = routes.iter().rposition(|route| self.is_ours(route)) else {
            let what = format!("the VirtualService has no route to {}", self.service);
            return Err(Failed::input(what).next("install the chart with istio.enabled, or set kubernetes.traffic"));
        };
        if let Some(group) = routing.testers {
            let mut route = routes[last].clone();
            let mut destination = route["route"][0]["destination"].clone();
            destination["subset"] = json!(self.track(group));
            route["name"] = json!(TESTERS);
            route["match"] = json!([
                {"headers": {TESTER: {"exact": TESTER_VALUE}}},
                {"headers": {"cookie": {"regex": format!("(.*; ?)?{TESTER}={TESTER_VALUE}(;.*)?")}}},
            ]);
            route["route"] = json!([{"destination": destination}]);
            routes.insert(last, route);
        }
        Ok(routes)
    }
}

/// The subsets with those of these tracks, and without those of ours that are not wanted any more.
#[must_use]
pub fn subsets(present: &[Value], label: &str, wanted: &[String]) -> Vec<Value> {
    let stays = |subset: &&Value| {
        let name = subset["name"].as_str().unwrap_or_default();
        name.parse::<Group>().is_err() || wanted.iter().any(|track| track == name)
    };
    let mut subsets: Vec<Value> = present.iter().filter(stays).cloned().collect();
    for track in wanted {
        if !subsets.iter().any(|subset| subset["name"] == json!(track)) {
            subsets.push(json!({"name": track, "labels": {label: track}}));
        }
    }
    subsets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> Vec<Value> {
        let stable = json!({"destination": {"host": "raally.ns.svc.cluster.local", "subset": "stable", "port": {"number": 8080}}, "weight": 100});
        vec![
            json!({"name": "machine", "match": [{"uri": {"exact": "/metrics"}}], "directResponse": {"status": 404}}),
            json!({"name": "streams", "match": [{"uri": {"regex": "/x"}}], "timeout": "0s", "route": [stable]}),
            json!({"name": "primary", "timeout": "35s", "retries": {"attempts": 2}, "route": [stable]}),
        ]
    }

    fn names() -> Names {
        Names { service: "raally".into(), chart_track: "stable".into() }
    }

    #[test]
    fn a_split_reads_back_and_leaves_the_charts_routes_as_they_are() {
        let (old, new) = (CHART, Group::Of(ReleaseId(1)));
        let baseline = Group::Baseline { of: ReleaseId(0), beside: ReleaseId(1) };
        let weights_bp = BTreeMap::from([(old, 8_000), (baseline, 1_000), (new, 1_000)]);
        let routing = Routing { weights_bp: weights_bp.clone(), testers: Some(new), ..Routing::default() };
        let routes = names().with(&chart(), &routing).unwrap();
        assert_eq!(names().shares(&routes), weights_bp);
        assert_eq!(names().testers(&routes), Some(new));
        let order: Vec<&str> = routes.iter().map(|route| route["name"].as_str().unwrap()).collect();
        assert_eq!(order, ["machine", "streams", "raally-testers", "primary"], "the first that matches wins");
        assert_eq!(routes[1]["timeout"], "0s");
        assert_eq!(routes[3]["retries"], chart()[2]["retries"]);
        assert_eq!(routes[3]["route"][0]["destination"]["port"]["number"], 8080);
        let back = Routing { weights_bp: BTreeMap::from([(old, WHOLE_BP)]), ..Routing::default() };
        let routes = names().with(&routes, &back).unwrap();
        assert_eq!((routes.len(), names().testers(&routes)), (3, None));
        assert_eq!(names().shares(&routes), BTreeMap::from([(old, WHOLE_BP)]));
    }

    #[test]
    fn a_virtual_service_of_something_else_is_refused() {
        let other = json!({"route": [{"destination": {"host": "other"}}]});
        assert!(names().with(std::slice::from_ref(&other), &Routing::default()).is_err());
        assert!(names().shares(&[other]).is_empty());
    }

    #[test]
    fn subsets_of_groups_that_are_gone_go_and_the_charts_stay() {
        let present = [
            json!({"name": "stable"}),
            json!({"name": "canary"}),
            json!({"name": "r1"}),
            json!({"name": "r0-beside-r1"}),
        ];
        let names: Vec<String> = subsets(&present, "track", &["r1".into(), "r2".into()])
            .iter()
            .map(|subset| subset["name"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["stable", "canary", "r1", "r2"]);
    }
}
