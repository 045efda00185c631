//! Splits requests: by the weights of Istio's VirtualService, or by the Service's selector where there is no mesh.
//!
//! Both are the chart's objects. Each change is made on the condition that nobody changed them meanwhile; a split that
//! somebody else made in between is named, and stands in the way of every new split but the way back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use k8s_openapi::api::core::v1::Service;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams};
use serde_json::{Value, json};

use super::api::{Cluster, MANAGER, Refused, optional};
use super::clone::TRACK;
use super::routes::{Names, ROUTING, subsets};
use crate::failed::{Doing, Failed};
use crate::model::fleet::{Routing, WHOLE_BP};
use crate::model::ids::{Group, InstanceId};
use crate::model::kubernetes::Traffic as Wanted;

/// So often a change is tried again on what somebody else wrote meanwhile.
const TRIES_MAX: usize = 5;
/// What rounding may make of a share by the number of instances.
const NEAR_BP: u32 = 200;

/// What splits the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Splitter {
    /// A VirtualService.
    Mesh,
    /// The Service alone.
    Service,
}

/// What is split now.
#[derive(Debug, Clone, Default)]
pub struct Split {
    /// How.
    pub routing: Routing,
    /// What somebody else changed since the tool did.
    pub foreign: Option<String>,
}

/// The chart's objects for traffic.
#[derive(Debug, Clone)]
pub struct Traffic {
    /// Where.
    pub cluster: Cluster,
    /// What they are called.
    pub names: Names,
    /// How the environment wants it.
    pub wanted: Wanted,
    /// How long a new subset needs to be known everywhere.
    pub settle: Duration,
}

fn istio(kind: &str) -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk("networking.istio.io", "v1", kind))
}

impl Traffic {
    async fn mesh_object(&self, kind: &str) -> Result<Option<DynamicObject>, Failed> {
        let objects = self.cluster.dynamic(&istio(kind));
        let what = format!("{}s.networking.istio.io", kind.to_lowercase());
        optional(self.cluster.ask("get", &what, || objects.get(&self.names.service)).await)
    }

    async fn service(&self) -> Result<Service, Failed> {
        let services = self.cluster.of::<Service>();
        let found = optional(self.cluster.ask("get", "services", || services.get(&self.names.service)).await)?;
        found.ok_or_else(|| {
            Failed::input(format!("there is no Service {} in {}", self.names.service, self.cluster.namespace()))
                .next("install the chart: deploy/helm/raally")
        })
    }

    /// What splits the requests here.
    ///
    /// # Errors
    /// When the environment wants a mesh and there is none.
    pub async fn splitter(&self) -> Result<Splitter, Failed> {
        if self.wanted == Wanted::Service {
            return Ok(Splitter::Service);
        }
        match self.mesh_object("VirtualService").await? {
            Some(_) => Ok(Splitter::Mesh),
            None if self.wanted == Wanted::Istio => Err(Failed::input(format!(
                "there is no VirtualService {} in {}",
                self.names.service,
                self.cluster.namespace()
            ))
            .next("install the chart with istio.enabled, or set kubernetes.traffic to `service`")),
            None => Ok(Splitter::Service),
        }
    }

    /// How requests are split between these instances.
    ///
    /// # Errors
    /// When the cluster does not tell.
    pub async fn look(&self, instances: &BTreeSet<InstanceId>) -> Result<Split, Failed> {
        let (live, testers, noted) = match self.splitter().await? {
            Splitter::Mesh => {
                let Some(object) = self.mesh_object("VirtualService").await? else { return Ok(Split::default()) };
                let http = http(&object);
                let noted = noted(object.metadata.annotations.as_ref());
                (self.names.shares(&http), self.names.testers(&http), noted)
            }
            Splitter::Service => {
                let service = self.service().await?;
                let noted = noted(service.metadata.annotations.as_ref());
                (
                    self.service_shares(&service, instances, noted.as_ref()),
                    noted.as_ref().and_then(|noted| noted.testers),
                    noted,
                )
            }
        };
        Ok(compare(live, testers, noted, instances))
    }

    /// The shares that a Service gives: all to one group, or to each instance as much.
    fn service_shares(
        &self,
        service: &Service,
        instances: &BTreeSet<InstanceId>,
        noted: Option<&Routing>,
    ) -> BTreeMap<Group, u32> {
        let selector = service.spec.as_ref().and_then(|spec| spec.selector.as_ref());
        if let Some(track) = selector.and_then(|selector| selector.get(TRACK)) {
            return self.names.group(track).map(|group| (group, WHOLE_BP)).into_iter().collect();
        }
        // Without a track it is what was wanted, if that was a split of several groups.
        if let Some(noted) = noted.filter(|noted| positive(noted).len() > 1) {
            return noted.weights_bp.clone();
        }
        by_number(instances)
    }

    /// Splits them so; what somebody else had made of it, if it was put away.
    ///
    /// # Errors
    /// When somebody else changed the split, or it can't be made here.
    pub async fn route(&self, routing: &Routing, running: &BTreeSet<InstanceId>) -> Result<(), Failed> {
        let splitter = self.splitter().await?;
        let seen = self.look(running).await?;
        if let Some(foreign) = &seen.foreign
            && positive(routing).len() > 1
        {
            return Err(Failed::input(foreign.clone())
                .next("undo that change, or go back with `raallyctl abort`: the way back is free"));
        }
        match splitter {
            Splitter::Mesh => self.route_mesh(routing, running).await,
            Splitter::Service => self.route_service(routing, running).await,
        }
    }

    /// Before another group's instances start: a Service that sends to all pods sends to the present group's alone.
    ///
    /// # Errors
    /// When the cluster does not let us.
    pub async fn pin(&self, running: &BTreeSet<InstanceId>) -> Result<(), Failed> {
        if self.splitter().await? == Splitter::Mesh {
            return Ok(());
        }
        let service = self.service().await?;
        let selector = service.spec.as_ref().and_then(|spec| spec.selector.as_ref());
        let routing = self.look(running).await?.routing;
        if selector.is_some_and(|selector| selector.contains_key(TRACK)) || positive(&routing).len() != 1 {
            return Ok(());
        }
        self.route_service(&routing, running).await
    }

    async fn route_mesh(&self, routing: &Routing, running: &BTreeSet<InstanceId>) -> Result<(), Failed> {
        let mut wanted: BTreeSet<Group> = running.iter().map(|id| id.group).collect();
        wanted.extend(positive(routing));
        wanted.extend(routing.testers);
        self.subsets(&wanted).await?;
        let note = serde_json::to_string(routing).doing("a routing")?;
        for _ in 0..TRIES_MAX {
            let Some(object) = self.mesh_object("VirtualService").await? else { break };
            let before = http(&object);
            let routes = self.names.with(&before, routing)?;
            if routes == before && noted(object.metadata.annotations.as_ref()).as_ref() == Some(routing) {
                return Ok(());
            }
            let patch = json!({
                "metadata": {"resourceVersion": object.metadata.resource_version, "annotations": {ROUTING: note}},
                "spec": {"http": routes},
            });
            if self.patch("VirtualService", &patch).await? {
                return Ok(());
            }
        }
        Err(Failed::ours("the VirtualService is changed by somebody else all the time")
            .next("see who: --show-managed-fields"))
    }

    /// Makes the subsets that are missing, and waits until the mesh may know them.
    async fn subsets(&self, groups: &BTreeSet<Group>) -> Result<(), Failed> {
        let tracks: Vec<String> = groups.iter().map(|group| self.names.track(*group)).collect();
        for _ in 0..TRIES_MAX {
            let object = self.mesh_object("DestinationRule").await?.ok_or_else(|| {
                Failed::input(format!("there is no DestinationRule {}", self.names.service))
                    .next("install the chart with istio.enabled")
            })?;
            let before = object.data["spec"]["subsets"].as_array().cloned().unwrap_or_default();
            // What the routes still name stays until the next time.
            let mut kept = tracks.clone();
            if let Some(routes) = self.mesh_object("VirtualService").await? {
                kept.extend(self.names.shares(&http(&routes)).keys().map(|group| self.names.track(*group)));
                kept.extend(self.names.testers(&http(&routes)).map(|group| self.names.track(group)));
            }
            let after = subsets(&before, TRACK, &kept);
            if after == before {
                return Ok(());
            }
            let patch = json!({
                "metadata": {"resourceVersion": object.metadata.resource_version},
                "spec": {"subsets": after},
            });
            if self.patch("DestinationRule", &patch).await? {
                if after.iter().any(|subset| !before.contains(subset)) {
                    tokio::time::sleep(self.settle).await;
                }
                return Ok(());
            }
        }
        Err(Failed::ours("the DestinationRule is changed by somebody else all the time")
            .next("see who: --show-managed-fields"))
    }

    /// Whether it was done; not, when somebody else was quicker.
    async fn patch(&self, kind: &str, patch: &Value) -> Result<bool, Failed> {
        let objects = self.cluster.dynamic(&istio(kind));
        let what = format!("{}s.networking.istio.io", kind.to_lowercase());
        let parameters = parameters();
        let merge = Patch::Merge(patch);
        match self.cluster.ask("patch", &what, || objects.patch(&self.names.service, &parameters, &merge)).await {
            Ok(_) => Ok(true),
            Err(Refused::Conflict(_)) => Ok(false),
            Err(refused) => Err(refused.into()),
        }
    }

    async fn route_service(&self, routing: &Routing, running: &BTreeSet<InstanceId>) -> Result<(), Failed> {
        let positive = positive(routing);
        let track = match positive.as_slice() {
            [only] => json!(self.names.track(*only)),
            _ => {
                by_number_alone(routing, running)?;
                Value::Null
            }
        };
        let note = serde_json::to_string(routing).doing("a routing")?;
        let services = self.cluster.of::<Service>();
        for _ in 0..TRIES_MAX {
            let service = self.service().await?;
            let patch = json!({
                "metadata": {"resourceVersion": service.metadata.resource_version, "annotations": {ROUTING: note}},
                "spec": {"selector": {TRACK: track}},
            });
            let (parameters, merge) = (parameters(), Patch::Merge(&patch));
            let name = &self.names.service;
            match self.cluster.ask("patch", "services", || services.patch(name, &parameters, &merge)).await {
                Ok(_) => return Ok(()),
                Err(Refused::Conflict(_)) => {}
                Err(refused) => return Err(refused.into()),
            }
        }
        Err(Failed::ours("the Service is changed by somebody else all the time").next("see who: --show-managed-fields"))
    }
}

fn parameters() -> PatchParams {
    PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() }
}

fn http(object: &DynamicObject) -> Vec<Value> {
    object.data["spec"]["http"].as_array().cloned().unwrap_or_default()
}

fn noted(annotations: Option<&BTreeMap<String, String>>) -> Option<Routing> {
    serde_json::from_str(annotations?.get(ROUTING)?).ok()
}

fn positive(routing: &Routing) -> Vec<Group> {
    routing.weights_bp.iter().filter(|(_, weight)| **weight > 0).map(|(group, _)| *group).collect()
}

/// As much for each instance.
fn by_number(instances: &BTreeSet<InstanceId>) -> BTreeMap<Group, u32> {
    let mut counts: BTreeMap<Group, u32> = BTreeMap::new();
    for id in instances {
        *counts.entry(id.group).or_default() += 1;
    }
    let all = instances.len().max(1) as u32;
    let mut left = WHOLE_BP;
    let last = counts.keys().next_back().copied();
    let mut share = |(group, count): (Group, u32)| {
        let weight = if Some(group) == last { left } else { WHOLE_BP * count / all };
        left -= weight;
        (group, weight)
    };
    counts.into_iter().map(&mut share).collect()
}

/// Without a mesh each instance gets as much, of whatever group; other shares can't be had.
fn by_number_alone(routing: &Routing, running: &BTreeSet<InstanceId>) -> Result<(), Failed> {
    let members: BTreeSet<InstanceId> = routing.groups.values().flatten().copied().collect();
    let shares = by_number(&members);
    let near = |group: &Group| shares.get(group).copied().unwrap_or(0).abs_diff(routing.weight_bp(*group)) <= NEAR_BP;
    let wanted = |id: &InstanceId| routing.weight_bp(id.group) > 0;
    if shares.keys().all(near) && routing.weights_bp.keys().all(near) && running.iter().all(wanted) {
        return Ok(());
    }
    Err(Failed::input("without a mesh each instance gets as many requests: these shares can't be had")
        .next("release by rolling or blue-green, or install the chart with istio.enabled"))
}

/// The routing as it was noted where it is still so; else what there is, and whose it is not.
fn compare(
    live: BTreeMap<Group, u32>,
    testers: Option<Group>,
    noted: Option<Routing>,
    instances: &BTreeSet<InstanceId>,
) -> Split {
    let without_zeros = |weights: &BTreeMap<Group, u32>| -> BTreeMap<Group, u32> {
        weights.iter().filter(|(_, weight)| **weight > 0).map(|(group, weight)| (*group, *weight)).collect()
    };
    let foreign = match noted {
        Some(noted) if without_zeros(&noted.weights_bp) == without_zeros(&live) && noted.testers == testers => {
            let mut routing = noted;
            for members in routing.groups.values_mut() {
                members.retain(|id| instances.contains(id));
            }
            return Split { routing, foreign: None };
        }
        Some(noted) => {
            let words = |weights: &BTreeMap<Group, u32>| {
                let part = |(group, weight): (&Group, &u32)| format!("{group} {} %", f64::from(*weight) / 100.0);
                without_zeros(weights).iter().map(part).collect::<Vec<_>>().join(", ")
            };
            let (is, was) = (words(&live), words(&noted.weights_bp));
            Some(format!("somebody else changed the split of requests: it is {is}, and was made {was}"))
        }
        None => None,
    };
    let mut routing = Routing { testers, ..Routing::default() };
    for (group, weight) in live {
        routing.groups.insert(group, instances.iter().filter(|id| id.group == group).copied().collect());
        routing.weights_bp.insert(group, weight);
    }
    Split { routing, foreign }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::ReleaseId;

    fn ids(group: Group, count: u32) -> impl Iterator<Item = InstanceId> {
        (1..=count).map(move |number| InstanceId { group, number })
    }

    #[test]
    fn a_split_by_somebody_else_is_named_and_ours_reads_back_whole() {
        let (old, new) = (Group::Of(ReleaseId(1)), Group::Of(ReleaseId(2)));
        let instances: BTreeSet<InstanceId> = ids(old, 2).chain(ids(new, 2)).collect();
        let mut routing = Routing::all_to(old, ids(old, 2));
        routing.groups.insert(new, ids(new, 2).collect());
        routing.weights_bp.insert(new, 0);
        let live = BTreeMap::from([(old, WHOLE_BP)]);
        let same = compare(live, None, Some(routing.clone()), &instances);
        assert_eq!((same.routing, same.foreign), (routing.clone(), None));
        let half = BTreeMap::from([(old, 5_000), (new, 5_000)]);
        let other = compare(half.clone(), None, Some(routing), &instances);
        assert_eq!(other.routing.weights_bp, half);
        let said = other.foreign.unwrap();
        assert!(said.contains("r1 50 %, r2 50 %") && said.contains("made r1 100 %"), "{said}");
    }

    #[test]
    fn without_a_mesh_only_shares_by_number_can_be_had() {
        let (old, new) = (Group::Of(ReleaseId(1)), Group::Of(ReleaseId(2)));
        let running: BTreeSet<InstanceId> = ids(old, 2).chain(ids(new, 1)).collect();
        let split = |old_bp, new_bp| Routing {
            groups: BTreeMap::from([(old, ids(old, 2).collect()), (new, ids(new, 1).collect())]),
            weights_bp: BTreeMap::from([(old, old_bp), (new, new_bp)]),
            testers: None,
        };
        assert!(by_number_alone(&split(6_667, 3_333), &running).is_ok());
        assert!(by_number_alone(&split(9_500, 500), &running).is_err());
        let third: BTreeSet<InstanceId> = running.into_iter().chain(ids(Group::Of(ReleaseId(3)), 1)).collect();
        assert!(by_number_alone(&split(6_667, 3_333), &third).is_err(), "a third group would get some too");
        let running = third.into_iter().filter(|id| id.group != Group::Of(ReleaseId(3))).collect();
        assert_eq!(by_number(&running).values().sum::<u32>(), WHOLE_BP);
    }
}
