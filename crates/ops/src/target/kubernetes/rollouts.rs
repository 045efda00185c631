//! Releases by Argo Rollouts: the chart's Rollout gets the image, the controller takes the steps and judges by its own
//! analysis, and the tool follows, promotes and aborts it. Lock, journal, checks and migration are as everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams};
use serde_json::{Value, json};

use super::Kubernetes;
use super::api::{MANAGER, Refused, json as as_json, optional};
use super::clone::{IMAGE, SCHEMA, Template};
use super::pods::{self, State};
use super::rollout::{self, HASH, RELEASE, is_promoted};
use super::routes::CHART;
use super::shares::by_number;
use crate::failed::{Doing, Failed};
use crate::model::fleet::{Fleet, Member, Phase, Routing, Slot, WHOLE_BP};
use crate::model::ids::{Group, InstanceId, ReleaseId};
use crate::model::release::Release;
use crate::target::{Counted, Progress, Releases, Target};

/// So often a change is tried again on what the controller wrote meanwhile.
const TRIES_MAX: usize = 5;

/// A target whose steps Argo Rollouts takes.
#[derive(Debug, Clone)]
pub struct Rollouts(pub Kubernetes);

/// The Rollout, with its pods.
struct Seen {
    object: Value,
    pods: Vec<Pod>,
}

fn group_of(release: &str) -> Group {
    release.parse().map_or(CHART, Group::Of)
}

fn label<'a>(pod: &'a Pod, name: &str) -> &'a str {
    pod.metadata.labels.as_ref().and_then(|labels| labels.get(name)).map_or("", String::as_str)
}

/// The release that made a pod.
fn maker(pod: &Pod) -> Group {
    let annotations = pod.metadata.annotations.as_ref();
    group_of(annotations.and_then(|annotations| annotations.get(RELEASE)).map_or("", String::as_str))
}

impl Kubernetes {
    /// The chart's Rollout.
    ///
    /// # Errors
    /// When there is none.
    pub(super) async fn rollout(&self) -> Result<Value, Failed> {
        let rollouts = self.cluster.dynamic(&kind());
        let name = &self.target.workload;
        let found = optional(self.cluster.ask("get", "rollouts.argoproj.io", || rollouts.get(name)).await)?;
        let found = found.ok_or_else(|| {
            Failed::input(format!("there is no Rollout {name} in {}", self.cluster.namespace())).next(
                "install Argo Rollouts and the chart with `workload: rollout`, or set kubernetes.traffic to something else",
            )
        })?;
        as_json(&found)
    }

    /// Its pods, for what is cloned from them: Jobs.
    pub(super) async fn rollout_template(&self) -> Result<Template, Failed> {
        let object = self.rollout().await?;
        let spec = &object["spec"];
        let deployment = json!({"metadata": {"name": self.target.workload, "annotations": object["metadata"]["annotations"]},
            "spec": {"replicas": spec["replicas"], "selector": spec["selector"], "template": spec["template"]}});
        Template::of(serde_json::from_value(deployment).doing("the Rollout's pods")?, &self.target.workload)
    }
}

fn kind() -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk("argoproj.io", "v1alpha1", "Rollout"))
}

impl Rollouts {
    async fn see(&self) -> Result<Seen, Failed> {
        let template = self.0.rollout_template().await?;
        Ok(Seen { object: self.0.rollout().await?, pods: self.0.pods(&template).await? })
    }

    async fn patch(&self, patch: &Value, of_status: bool) -> Result<(), Refused> {
        let rollouts = self.0.cluster.dynamic(&kind());
        let name = &self.0.target.workload;
        let parameters = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
        let merge = Patch::Merge(patch);
        let what = if of_status { "rollouts.argoproj.io/status" } else { "rollouts.argoproj.io" };
        let done = self.0.cluster.ask("patch", what, || async {
            let answer: kube::Result<DynamicObject> = if of_status {
                rollouts.patch_status(name, &parameters, &merge).await
            } else {
                rollouts.patch(name, &parameters, &merge).await
            };
            answer
        });
        done.await.map(|_| ())
    }

    /// A patch that makes the release's pods of the template; none where it does already.
    fn template_of(&self, object: &Value, release: &Release) -> Option<Value> {
        let image = release.artefact.path.display().to_string();
        let own = (Group::Of(release.id) != CHART).then(|| release.id.to_string());
        let mut containers = object["spec"]["template"]["spec"]["containers"].clone();
        for container in containers.as_array_mut().into_iter().flatten() {
            if container["name"] == json!(self.0.target.workload) {
                container["image"] = json!(image);
            }
        }
        let same = containers == object["spec"]["template"]["spec"]["containers"];
        if same && rollout::release(object) == own.as_deref().unwrap_or_default() {
            return None;
        }
        let schema = release.artefact.build.schema.to_string();
        Some(json!({
            "metadata": {
                "resourceVersion": object["metadata"]["resourceVersion"],
                "annotations": {IMAGE: image, SCHEMA: schema},
            },
            // The chart's own template has no mark, so that its pods are the same ones when it is gone back to.
            "spec": {"template": {"metadata": {"annotations": {RELEASE: own}}, "spec": {"containers": containers}}},
        }))
    }

    /// The image that is in the template, where it is another than the tool put there.
    fn foreign(&self, object: &Value) -> Option<String> {
        let noted = object["metadata"]["annotations"][IMAGE].as_str()?;
        let containers = object["spec"]["template"]["spec"]["containers"].as_array()?;
        let own = containers.iter().find(|container| container["name"] == json!(self.0.target.workload))?;
        let image = own["image"].as_str().unwrap_or_default();
        let what = format!("Rollout {}: its image is {image}, and was made {noted}", self.0.target.workload);
        (image != noted).then_some(what)
    }
}

impl Seen {
    fn hash(&self, which: &str) -> &str {
        self.object["status"][which].as_str().unwrap_or_default()
    }

    /// The release of the pods of a revision.
    fn group(&self, which: &str) -> Group {
        let hash = self.hash(which);
        let own = || group_of(rollout::release(&self.object));
        self.pods.iter().find(|pod| label(pod, HASH) == hash).map_or_else(own, maker)
    }

    fn members(&self, namespace: &str) -> BTreeMap<InstanceId, Member> {
        let mut numbers: BTreeMap<Group, u32> = BTreeMap::new();
        let mut members = BTreeMap::new();
        for pod in &self.pods {
            let phase = match pods::state(pod) {
                State::Ready => Phase::Ready,
                State::Failing(_) => Phase::Failing,
                State::OnItsWay(_) => Phase::Starting,
                State::Leaving => continue,
            };
            let group = maker(pod);
            let number = numbers.entry(group).or_default();
            *number += 1;
            let slot = Slot { host: namespace.to_owned(), port: 8080 };
            members.insert(InstanceId { group, number: *number }, Member { slot, phase });
        }
        members
    }

    /// By the weights that the controller has set, else each pod as much.
    fn routing(&self, members: &BTreeMap<InstanceId, Member>) -> Routing {
        let mut routing = Routing::default();
        for id in members.keys() {
            routing.groups.entry(id.group).or_default().insert(*id);
        }
        let stable = self.group("stableRS");
        let weights = &self.object["status"]["canary"]["weights"];
        if let Some(weight) = weights["canary"]["weight"].as_u64().filter(|_| !is_promoted(&self.object)) {
            let canary = (weight.min(100) as u32) * (WHOLE_BP / 100);
            *routing.weights_bp.entry(stable).or_default() += WHOLE_BP - canary;
            *routing.weights_bp.entry(group_of(rollout::release(&self.object))).or_default() += canary;
        } else if rollout::strategy(&self.object) == "canary" && !is_promoted(&self.object) {
            let ready = members.iter().filter(|(_, member)| member.phase == Phase::Ready);
            routing.weights_bp = by_number(&ready.map(|(id, _)| *id).collect());
        } else {
            routing.weights_bp.insert(stable, WHOLE_BP);
        }
        routing
    }

    /// Why the wanted pods will not become ready by themselves.
    fn failing(&self) -> Option<String> {
        let wanted = self.hash("currentPodHash");
        let of = self.pods.iter().filter(|pod| label(pod, HASH) == wanted);
        of.map(pods::state).find_map(|state| if let State::Failing(why) = state { Some(why) } else { None })
    }
}

fn not_here() -> Failed {
    Failed::ours("Argo Rollouts takes this step by itself")
}

impl Target for Rollouts {
    async fn size(&self) -> Result<Option<u32>, Failed> {
        let object = self.0.rollout().await?;
        Ok(object["spec"]["replicas"].as_u64().map(|replicas| replicas.max(1) as u32))
    }

    async fn look(&self) -> Result<Fleet, Failed> {
        let seen = self.see().await?;
        let instances = seen.members(self.0.cluster.namespace());
        let mut installed: BTreeSet<ReleaseId> = self.0.jobs.migrated().await?.into_iter().collect();
        installed.extend(instances.keys().map(|id| id.group.release()));
        let routing = seen.routing(&instances);
        Ok(Fleet { instances, routing, installed, foreign: self.foreign(&seen.object).into_iter().collect() })
    }

    fn free_slots(&self, _seen: &Fleet) -> Vec<Slot> {
        Vec::new()
    }

    async fn install(&self, release: &Release) -> Result<(), Failed> {
        let object = self.0.rollout().await?;
        let there: Option<i64> = object["metadata"]["annotations"][SCHEMA].as_str().and_then(|text| text.parse().ok());
        if there.is_some_and(|there| there >= release.artefact.build.schema) {
            return Ok(());
        }
        self.0.jobs.migrate(&self.0.rollout_template().await?, release).await
    }

    async fn hand(&self, release: &Release) -> Result<(), Failed> {
        for _ in 0..TRIES_MAX {
            let object = self.0.rollout().await?;
            let Some(patch) = self.template_of(&object, release) else { return Ok(()) };
            // Of an update under way the requests go back at once, before there is another template.
            if rollout::is_observed(&object) && !is_promoted(&object) && object["status"]["abort"] != json!(true) {
                self.patch(&json!({"status": {"abort": true}}), true).await?;
                continue;
            }
            match self.patch(&patch, false).await {
                Ok(()) => return Ok(()),
                Err(Refused::Conflict(_)) => {}
                Err(refused) => return Err(refused.into()),
            }
        }
        Err(Failed::ours("the Rollout is changed by somebody else all the time").next("see who: --show-managed-fields"))
    }

    async fn progress(&self, release: ReleaseId, whole: bool) -> Result<Progress, Failed> {
        let seen = self.see().await?;
        if let Some(foreign) = self.foreign(&seen.object) {
            return Ok(Progress::Bad(format!("somebody else changed it: {foreign}")));
        }
        if group_of(rollout::release(&seen.object)) != Group::Of(release) {
            return Ok(Progress::Bad(format!("the Rollout's template is not that of {release} any more")));
        }
        if let Some(patch) = rollout::whole(&seen.object).filter(|_| whole) {
            self.patch(&patch, true).await?;
        }
        let progress = rollout::progress(&seen.object);
        Ok(match (&progress, seen.failing()) {
            (Progress::Going(_) | Progress::Paused(_), Some(why)) => Progress::Bad(format!("a pod fails: {why}")),
            (Progress::Bad(why), Some(reason)) => Progress::Bad(format!("{why}; {reason}")),
            _ => progress,
        })
    }

    async fn promote(&self) -> Result<(), Failed> {
        let (status, spec) = rollout::promotion(&self.0.rollout().await?);
        if let Some(status) = status {
            self.patch(&status, true).await?;
        }
        if let Some(spec) = spec {
            self.patch(&spec, false).await?;
        }
        Ok(())
    }

    async fn start(&self, _instances: &BTreeMap<InstanceId, Slot>, _releases: &Releases) -> Result<(), Failed> {
        Err(not_here())
    }

    async fn ready(&self, _ids: &BTreeSet<InstanceId>) -> Result<BTreeSet<InstanceId>, Failed> {
        Err(not_here())
    }

    async fn why_late(&self, _ids: &BTreeSet<InstanceId>) -> Option<String> {
        None
    }

    async fn route(&self, _routing: &Routing, _releases: &Releases) -> Result<(), Failed> {
        Err(not_here())
    }

    async fn drain(&self, _ids: &BTreeSet<InstanceId>, _patience: Duration) -> Result<u32, Failed> {
        Err(not_here())
    }

    async fn stop(&self, _ids: &BTreeSet<InstanceId>) -> Result<(), Failed> {
        Err(not_here())
    }

    /// Its own analysis counts; here is seen only which pods fail.
    async fn counts(&self) -> Result<Counted, Failed> {
        let seen = self.see().await?;
        let mut counted = Counted { source: "none".to_owned(), groups: BTreeMap::new() };
        for pod in &seen.pods {
            let counts = counted.groups.entry(maker(pod)).or_default();
            counts.impaired |= matches!(pods::state(pod), State::Failing(_));
        }
        Ok(counted)
    }
}
