//! Releases in a cluster: each group of instances is a Deployment cloned from the chart's, traffic is split by Istio or by
//! the Service, and lock and journal are objects of the namespace. Everything is read from the cluster, each time.

pub mod api;
pub mod clone;
pub mod counts;
pub mod facts;
pub mod jobs;
pub mod lease;
pub mod ledger;
pub mod notes;
pub mod pods;
pub mod routes;
pub mod traffic;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PropagationPolicy};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::{Counted, Releases, Target};
use crate::desk::{ClusterDesk, Desk};
use crate::failed::Failed;
use crate::http::Http;
use crate::model::environment::Environment;
use crate::model::fleet::{Fleet, Member, Phase, Routing, Slot};
use crate::model::ids::{Group, InstanceId, ReleaseId};
use crate::model::kubernetes::KubernetesTarget;
use crate::model::release::{Artefact, Build, Release};
use api::{Cluster, MANAGER, Refused, optional};
use clone::{IMAGE, SCHEMA, Template, annotation, foreign, numbers};
use counts::Prometheus;
use jobs::Jobs;
use pods::State;
use routes::{CHART, Names};
use traffic::{Splitter, Traffic};

const LOOK_EVERY: Duration = Duration::from_millis(300);
/// Instances that may run at the same time: the quota of the namespace is what really bounds them.
const PLACES: usize = 400;
/// What pods get beyond their own time to end: controllers that lost their API server need a while to find it again.
const END_SPARE: Duration = Duration::from_secs(120);

/// A target in a cluster.
#[derive(Debug, Clone)]
pub struct Kubernetes {
    target: KubernetesTarget,
    cluster: Cluster,
    jobs: Jobs,
    http: Http,
}

/// The cluster as it was seen at one moment.
struct Seen {
    template: Template,
    /// Of each group, with its pods' states.
    groups: BTreeMap<Group, (Deployment, Vec<State>)>,
}

impl Kubernetes {
    /// The target of an environment; nothing is asked yet.
    ///
    /// # Errors
    /// When the environment has none, or there is no way to the cluster.
    pub async fn new(environment: &Environment) -> Result<Self, Failed> {
        let target = environment.kubernetes.clone().ok_or_else(|| Failed::input("the environment has no cluster"))?;
        let cluster = Cluster::new(&target).await?;
        let jobs = Jobs { cluster: cluster.clone(), workload: target.workload.clone() };
        Ok(Self { target, cluster, jobs, http: Http::default() })
    }

    /// Its lock, journal and notes.
    #[must_use]
    pub fn desk(&self) -> Desk {
        let name = |what: &str| format!("{}-{what}", self.target.workload);
        Desk::Cluster(Box::new(ClusterDesk {
            lease: lease::Lease::new(self.cluster.clone(), name("release")),
            notes: notes::Notes::new(self.cluster.clone(), name("judge")),
            ledger: ledger::Ledger::new(self.cluster.clone(), name("journal")),
        }))
    }

    /// The digest of an image of the environment's repository.
    ///
    /// # Errors
    /// When it is another one, or named without a digest.
    pub fn digest_of(&self, image: &str) -> Result<String, Failed> {
        let next =
            format!("name it `{}@sha256:…`; `docker buildx imagetools inspect` tells the digest", self.target.image);
        let Some((repository, digest)) = image.split_once("@sha256:") else {
            return Err(Failed::input(format!(
                "{image:?} has no digest: what a tag means changes, and a release must not"
            ))
            .next(next));
        };
        let name = repository.rsplit_once('/').map_or(repository, |(_, name)| name);
        let untagged =
            repository.strip_suffix(name).unwrap_or_default().to_owned() + name.split(':').next().unwrap_or(name);
        if untagged != self.target.image {
            let what = format!("{repository} is not the environment's repository, {}", self.target.image);
            return Err(Failed::input(what).next(next));
        }
        if digest.len() != 64 || !digest.chars().all(|letter| letter.is_ascii_hexdigit()) {
            return Err(Failed::input(format!("{digest:?} is no SHA-256")).next(next));
        }
        Ok(digest.to_lowercase())
    }

    /// What an image says about itself, and about the environment's database.
    ///
    /// # Errors
    /// As [`Jobs::examine`].
    pub async fn examine(&self, image: &str) -> Result<(Artefact, Result<Build, Failed>), Failed> {
        let digest = self.digest_of(image)?;
        self.jobs.examine(&self.template().await?, image, &digest).await
    }

    /// What the database says, by an image that ran here before; one of the chart's own may have no digest.
    ///
    /// # Errors
    /// As [`Jobs::examine`].
    pub async fn database(&self, artefact: &Artefact) -> Result<Build, Failed> {
        let image = artefact.path.display().to_string();
        self.jobs.examine(&self.template().await?, &image, &artefact.digest).await?.1
    }

    /// What the chart itself runs, before the first release of the tool.
    ///
    /// # Errors
    /// When the cluster does not tell, or the image can't be tried.
    pub async fn installed_by_chart(&self) -> Result<Option<Release>, Failed> {
        let template = self.template().await?;
        if numbers(&template.object).is_empty() {
            return Ok(None);
        }
        let image = template.image();
        let digest = image.split_once("@sha256:").map(|(_, digest)| digest.to_owned()).unwrap_or_default();
        let (artefact, _) = self.jobs.examine(&template, &image, &digest).await?;
        Ok(Some(Release { id: ReleaseId(0), artefact, branch: None }))
    }

    async fn template(&self) -> Result<Template, Failed> {
        let workload = &self.target.workload;
        let object = self.deployment(workload).await?.ok_or_else(|| {
            Failed::input(format!("there is no Deployment {workload} in {}", self.cluster.namespace()))
                .next("install the chart with `workload: deployment`; with `workload: rollout` Argo Rollouts releases by itself")
        })?;
        Template::of(object, workload)
    }

    async fn deployment(&self, name: &str) -> Result<Option<Deployment>, Failed> {
        let deployments = self.cluster.of::<Deployment>();
        optional(self.cluster.ask("get", "deployments.apps", || deployments.get(name)).await)
    }

    fn names(&self, template: &Template) -> Names {
        Names { service: self.target.workload.clone(), chart_track: template.track() }
    }

    fn traffic(&self, template: &Template) -> Traffic {
        Traffic {
            cluster: self.cluster.clone(),
            names: self.names(template),
            wanted: self.target.traffic,
            settle: Duration::from_millis(self.target.mesh_settle_ms),
        }
    }

    fn name_of(&self, group: Group) -> String {
        if group == CHART { self.target.workload.clone() } else { format!("{}-{group}", self.target.workload) }
    }

    async fn pods(&self, template: &Template) -> Result<Vec<Pod>, Failed> {
        let pods = self.cluster.of::<Pod>();
        let parameters = ListParams::default().labels(&template.selector());
        let mut found = self.cluster.ask("list", "pods", || pods.list(&parameters)).await?.items;
        found.sort_by(|one, other| {
            let key = |pod: &Pod| (pod.metadata.creation_timestamp.as_ref().map(|at| at.0), pod.metadata.name.clone());
            key(one).cmp(&key(other))
        });
        Ok(found)
    }

    async fn see(&self) -> Result<Seen, Failed> {
        let template = self.template().await?;
        let deployments = self.cluster.of::<Deployment>();
        let parameters = ListParams::default().labels(&template.selector());
        let found = self.cluster.ask("list", "deployments.apps", || deployments.list(&parameters)).await?.items;
        let pods = self.pods(&template).await?;
        let mut groups = BTreeMap::new();
        for deployment in found {
            let name = deployment.metadata.name.clone().unwrap_or_default();
            let group = if name == self.target.workload {
                Some(CHART)
            } else {
                name.strip_prefix(&format!("{}-", self.target.workload)).and_then(|rest| rest.parse().ok())
            };
            let leaving = deployment.metadata.deletion_timestamp.is_some();
            let Some(group) = group.filter(|_| !leaving) else { continue };
            let track = self.names(&template).track(group);
            let states = pods::of_track(&pods, &track).map(pods::state).filter(|state| *state != State::Leaving);
            let states = states.collect();
            groups.insert(group, (deployment, states));
        }
        Ok(Seen { template, groups })
    }

    /// What somebody else changed of a group's Deployment, where it stands in the way.
    fn changed(group: Group, deployment: &Deployment) -> Vec<String> {
        // The chart's own is Helm's and Argo CD's.
        if group == CHART { Vec::new() } else { foreign(deployment) }
    }

    /// Applies a Deployment; a field that somebody else made theirs is not taken.
    async fn apply(&self, name: &str, object: &Value, force: bool) -> Result<(), Failed> {
        let deployments = self.cluster.of::<Deployment>();
        let parameters = PatchParams { force, ..PatchParams::apply(MANAGER) };
        let patch = Patch::Apply(object);
        match self.cluster.ask("patch", "deployments.apps", || deployments.patch(name, &parameters, &patch)).await {
            Ok(_) => Ok(()),
            Err(Refused::Conflict(why)) => Err(foreign_change(name, &why)),
            Err(refused) => Err(refused.into()),
        }
    }

    /// Gives a group these instances.
    async fn set(&self, seen: &Seen, group: Group, wanted: &BTreeSet<u32>, releases: &Releases) -> Result<(), Failed> {
        let name = self.name_of(group);
        if group == CHART {
            let image = seen.template.image();
            let known = releases.get(&group.release()).map(|release| release.artefact.path.display().to_string());
            if let Some(known) = known.filter(|known| *known != image && !wanted.is_empty()) {
                return Err(Failed::input(format!("the chart's Deployment {name} has {image} by now, not {known}"))
                    .next("release that image by its digest instead"));
            }
            return self.apply(&name, &clone::chart_scaled(&name, wanted), true).await;
        }
        if let Some((deployment, _)) = seen.groups.get(&group) {
            let changed = Self::changed(group, deployment);
            if !changed.is_empty() {
                return Err(foreign_change(&name, &changed.join("; ")));
            }
            return self.apply(&name, &clone::scaled(deployment, wanted)?, false).await;
        }
        let release = releases.get(&group.release());
        let release = release.ok_or_else(|| Failed::ours(format!("the journal does not know {}", group.release())))?;
        self.apply(&name, &seen.template.deployment(&name, group, release, wanted)?, false).await
    }

    async fn remove(&self, group: Group) -> Result<(), Failed> {
        let deployments = self.cluster.of::<Deployment>();
        let name = self.name_of(group);
        let parameters =
            DeleteParams { propagation_policy: Some(PropagationPolicy::Background), ..DeleteParams::default() };
        optional(self.cluster.ask("delete", "deployments.apps", || deployments.delete(&name, &parameters)).await)
            .map(|_| ())
    }

    /// Waits until no more pods of a track are there than wanted, those that are ending included.
    async fn ended(&self, template: &Template, track: &str, wanted: usize) -> Result<(), Failed> {
        let spec = template.object.spec.as_ref().and_then(|spec| spec.template.spec.as_ref());
        let grace = spec.and_then(|spec| spec.termination_grace_period_seconds).unwrap_or(30);
        let deadline = Instant::now() + Duration::from_secs(grace.max(0) as u64) + END_SPARE;
        loop {
            let left = pods::of_track(&self.pods(template).await?, track).count();
            if left <= wanted {
                return Ok(());
            }
            if Instant::now() > deadline {
                let what = format!("{} pods of {track} do not end", left - wanted);
                return Err(Failed::ours(what).next(format!("see `kubectl describe pods -l {}={track}`", clone::TRACK)));
            }
            sleep(LOOK_EVERY).await;
        }
    }

    fn prometheus(&self) -> Option<Prometheus> {
        let place = self.target.prometheus.clone()?;
        Some(Prometheus { place, cluster: self.cluster.clone(), http: self.http.clone() })
    }
}

fn foreign_change(name: &str, why: &str) -> Failed {
    Failed::input(format!("somebody else changed the Deployment {name}: {why}")).next(format!(
        "nothing was overwritten; undo that change, or delete the Deployment and release again; see `kubectl get deployment {name} -o yaml --show-managed-fields`"
    ))
}

/// Numbers of instances, by group.
fn by_group<'a>(ids: impl IntoIterator<Item = &'a InstanceId>) -> BTreeMap<Group, BTreeSet<u32>> {
    let mut groups: BTreeMap<Group, BTreeSet<u32>> = BTreeMap::new();
    for id in ids {
        groups.entry(id.group).or_default().insert(id.number);
    }
    groups
}

impl Seen {
    fn numbers(&self, group: Group) -> BTreeSet<u32> {
        self.groups.get(&group).map(|(deployment, _)| numbers(deployment)).unwrap_or_default()
    }

    fn instances(&self) -> BTreeSet<InstanceId> {
        let groups = self.groups.keys().copied();
        groups
            .flat_map(|group| self.numbers(group).into_iter().map(move |number| InstanceId { group, number }))
            .collect()
    }

    /// Pods of a Deployment are alike: its first numbers are those that are ready, its last those that fail.
    fn members(&self, namespace: &str) -> BTreeMap<InstanceId, Member> {
        let slot = || Slot { host: namespace.to_owned(), port: 8080 };
        let mut members = BTreeMap::new();
        for (group, (deployment, states)) in &self.groups {
            let all = numbers(deployment);
            let ready = pods::ready_count(deployment, states);
            let failing = states.iter().filter(|state| matches!(state, State::Failing(_))).count();
            for (at, number) in all.iter().enumerate() {
                let phase = if at < ready {
                    Phase::Ready
                } else if at + failing >= all.len() {
                    Phase::Failing
                } else {
                    Phase::Starting
                };
                members.insert(InstanceId { group: *group, number: *number }, Member { slot: slot(), phase });
            }
        }
        members
    }
}

impl Target for Kubernetes {
    async fn look(&self) -> Result<Fleet, Failed> {
        let seen = self.see().await?;
        let split = self.traffic(&seen.template).look(&seen.instances()).await?;
        let mut foreign: Vec<String> = split.foreign.into_iter().collect();
        for (group, (deployment, _)) in &seen.groups {
            let changed = Self::changed(*group, deployment);
            if !changed.is_empty() {
                foreign.push(format!("Deployment {}: {}", self.name_of(*group), changed.join("; ")));
            }
        }
        let mut installed: BTreeSet<ReleaseId> = self.jobs.migrated().await?.into_iter().collect();
        installed.extend(seen.groups.keys().map(|group| group.release()));
        Ok(Fleet { instances: seen.members(self.cluster.namespace()), routing: split.routing, installed, foreign })
    }

    fn free_slots(&self, seen: &Fleet) -> Vec<Slot> {
        let left = PLACES.saturating_sub(seen.instances.len());
        vec![Slot { host: self.cluster.namespace().to_owned(), port: 8080 }; left]
    }

    async fn install(&self, release: &Release) -> Result<(), Failed> {
        let seen = self.see().await?;
        // Where one of the same or a newer schema runs, there is nothing to migrate, and an older program need not try.
        let schema = |deployment: &Deployment| annotation(deployment, SCHEMA)?.parse::<i64>().ok();
        let newest = seen.groups.values().filter_map(|(deployment, _)| schema(deployment)).max();
        if newest.is_some_and(|newest| newest >= release.artefact.build.schema) {
            return Ok(());
        }
        self.jobs.migrate(&seen.template, release).await
    }

    async fn start(&self, instances: &BTreeMap<InstanceId, Slot>, releases: &Releases) -> Result<(), Failed> {
        let seen = self.see().await?;
        self.traffic(&seen.template).pin(&seen.instances()).await?;
        for (group, more) in by_group(instances.keys()) {
            let before = seen.numbers(group);
            let wanted: BTreeSet<u32> = before.union(&more).copied().collect();
            if wanted != before || !seen.groups.contains_key(&group) {
                self.set(&seen, group, &wanted, releases).await?;
            }
        }
        Ok(())
    }

    async fn ready(&self, ids: &BTreeSet<InstanceId>) -> Result<BTreeSet<InstanceId>, Failed> {
        let seen = self.see().await?;
        for group in by_group(ids).keys() {
            let Some((deployment, states)) = seen.groups.get(group) else { continue };
            let failing = states.iter().find_map(|state| match state {
                State::Failing(why) => Some(why.clone()),
                _ => None,
            });
            if let Some(why) = failing {
                return Err(Failed::ours(format!("a pod of {} fails: {why}", self.name_of(*group))));
            }
            // Pods of another image than the release's are somebody else's.
            let released = annotation(deployment, IMAGE);
            let image = clone::image(deployment, &seen.template.container);
            if *group != CHART && released.is_some_and(|released| released != image) {
                return Err(foreign_change(&self.name_of(*group), &format!("its image is {image}")));
            }
        }
        let members = seen.members(self.cluster.namespace());
        let ready = |id: &InstanceId| members.get(id).is_some_and(|member| member.phase == Phase::Ready);
        let ready: BTreeSet<InstanceId> = ids.iter().filter(|id| ready(id)).copied().collect();
        if ready.len() < ids.len() {
            // Whoever waits asks again at once; the API server is others' too.
            sleep(LOOK_EVERY).await;
        }
        Ok(ready)
    }

    async fn why_late(&self, ids: &BTreeSet<InstanceId>) -> Option<String> {
        let seen = self.see().await.ok()?;
        let groups = by_group(ids);
        let late = groups.keys().filter_map(|group| seen.groups.get(group));
        let whys = late.flat_map(|(deployment, states)| pods::why_late(deployment, states));
        Some(whys.collect::<Vec<_>>().join("; ")).filter(|whys| !whys.is_empty())
    }

    async fn route(&self, routing: &Routing, _releases: &Releases) -> Result<(), Failed> {
        let seen = self.see().await?;
        self.traffic(&seen.template).route(routing, &seen.instances()).await
    }

    /// A pod drains itself: told to end, it is red for as long as proxies need to notice, then finishes what is open. Here
    /// is seen only that no request is sent to a group that is to go as a whole.
    async fn drain(&self, ids: &BTreeSet<InstanceId>, _patience: Duration) -> Result<u32, Failed> {
        let seen = self.see().await?;
        let split = self.traffic(&seen.template).look(&seen.instances()).await?;
        for (group, going) in by_group(ids) {
            if split.routing.weight_bp(group) > 0 && seen.numbers(group).is_subset(&going) {
                return Err(Failed::ours(format!("{group} still gets requests; none of it is ended"))
                    .next("see `raallyctl status`, then `raallyctl deploy --resume` or `raallyctl abort`"));
            }
        }
        Ok(0)
    }

    async fn stop(&self, ids: &BTreeSet<InstanceId>) -> Result<(), Failed> {
        let seen = self.see().await?;
        let none = Releases::new();
        let groups = by_group(ids);
        for (group, going) in &groups {
            let before = seen.numbers(*group);
            let left: BTreeSet<u32> = before.difference(going).copied().collect();
            if left.is_empty() && *group != CHART {
                self.remove(*group).await?;
            } else if left != before {
                self.set(&seen, *group, &left, &none).await?;
            }
        }
        for (group, going) in &groups {
            let left = seen.numbers(*group).difference(going).count();
            self.ended(&seen.template, &self.names(&seen.template).track(*group), left).await?;
        }
        Ok(())
    }

    async fn counts(&self) -> Result<Counted, Failed> {
        let seen = self.see().await?;
        let splitter = self.traffic(&seen.template).splitter().await?;
        let mut counted = Counted { source: "none".to_owned(), groups: BTreeMap::new() };
        if let Some(prometheus) = self.prometheus() {
            counted.source.clone_from(&prometheus.place);
            counted.groups = prometheus.counts(&self.names(&seen.template), splitter).await?;
        }
        for (group, (_, states)) in &seen.groups {
            let failing = states.iter().any(|state| matches!(state, State::Failing(_)));
            counted.groups.entry(*group).or_default().impaired = failing;
        }
        Ok(counted)
    }
}

impl Kubernetes {
    /// What splits the requests.
    ///
    /// # Errors
    /// When the cluster does not tell.
    pub async fn splitter(&self) -> Result<Splitter, Failed> {
        self.traffic(&self.template().await?).splitter().await
    }
}
