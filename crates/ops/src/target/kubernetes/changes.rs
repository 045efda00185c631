//! The steps of a release as changes of Deployments: each only where nobody else changed them meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{DeleteParams, Patch, PatchParams, PropagationPolicy};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::Kubernetes;
use super::api::{MANAGER, Refused, optional};
use super::clone::{self, IMAGE, SCHEMA, Template, annotation, foreign};
use super::pods::{self, State};
use super::routes::CHART;
use super::seen::{Seen, by_group};
use crate::failed::Failed;
use crate::model::fleet::{Fleet, Phase, Routing, Slot};
use crate::model::ids::{Group, InstanceId, ReleaseId};
use crate::model::release::Release;
use crate::target::{Counted, Releases, Target};

const LOOK_EVERY: Duration = Duration::from_millis(300);
/// Instances that may run at the same time: the quota of the namespace is what really bounds them.
const PLACES: usize = 400;
/// What pods get beyond their own time to end: controllers that lost their API server need a while to find it again.
const END_SPARE: Duration = Duration::from_secs(120);

impl Kubernetes {
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
            return self.apply(&name, &clone::scaled(deployment, wanted)?, clone::autoscaled(deployment)).await;
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
}

fn foreign_change(name: &str, why: &str) -> Failed {
    Failed::input(format!("somebody else changed the Deployment {name}: {why}")).next(format!(
        "nothing was overwritten; undo that change, or delete the Deployment and release again; see `kubectl get deployment {name} -o yaml --show-managed-fields`"
    ))
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
        self.hold().await?;
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
        self.hold().await?;
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

    async fn size(&self) -> Result<Option<u32>, Failed> {
        self.autoscaled().await
    }

    async fn prepare(&self, replicas: u32) -> Result<(), Failed> {
        self.hold_for(replicas).await
    }

    async fn settle(&self, running: ReleaseId) -> Result<(), Failed> {
        self.give_back(Group::Of(running)).await
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
