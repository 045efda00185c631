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
use super::shares::{Split, by_number, by_number_alone, compare, positive};
use crate::failed::{Doing, Failed};
use crate::model::fleet::{Routing, WHOLE_BP};
use crate::model::ids::{Group, InstanceId};
use crate::model::kubernetes::Traffic as Wanted;

/// So often a change is tried again on what somebody else wrote meanwhile.
const TRIES_MAX: usize = 5;

/// What splits the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Splitter {
    /// A VirtualService.
    Mesh,
    /// The Service alone.
    Service,
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
