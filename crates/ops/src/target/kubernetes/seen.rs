//! The cluster as it was seen at one moment: each group's Deployment, and how its pods are.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;

use super::Kubernetes;
use super::clone::{Template, numbers};
use super::pods::{self, State};
use super::routes::CHART;
use crate::failed::Failed;
use crate::model::fleet::{Member, Phase, Slot};
use crate::model::ids::{Group, InstanceId};

/// The cluster as it was seen at one moment.
pub(super) struct Seen {
    pub(super) template: Template,
    /// Of each group, with its pods' states.
    pub(super) groups: BTreeMap<Group, (Deployment, Vec<State>)>,
}

impl Kubernetes {
    pub(super) async fn pods(&self, template: &Template) -> Result<Vec<Pod>, Failed> {
        let pods = self.cluster.of::<Pod>();
        let parameters = ListParams::default().labels(&template.selector());
        let mut found = self.cluster.ask("list", "pods", || pods.list(&parameters)).await?.items;
        found.sort_by(|one, other| {
            let key = |pod: &Pod| (pod.metadata.creation_timestamp.as_ref().map(|at| at.0), pod.metadata.name.clone());
            key(one).cmp(&key(other))
        });
        Ok(found)
    }

    pub(super) async fn see(&self) -> Result<Seen, Failed> {
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
}

/// Numbers of instances, by group.
pub(super) fn by_group<'a>(ids: impl IntoIterator<Item = &'a InstanceId>) -> BTreeMap<Group, BTreeSet<u32>> {
    let mut groups: BTreeMap<Group, BTreeSet<u32>> = BTreeMap::new();
    for id in ids {
        groups.entry(id.group).or_default().insert(id.number);
    }
    groups
}

impl Seen {
    pub(super) fn numbers(&self, group: Group) -> BTreeSet<u32> {
        self.groups.get(&group).map(|(deployment, _)| numbers(deployment)).unwrap_or_default()
    }

    pub(super) fn instances(&self) -> BTreeSet<InstanceId> {
        let groups = self.groups.keys().copied();
        groups
            .flat_map(|group| self.numbers(group).into_iter().map(move |number| InstanceId { group, number }))
            .collect()
    }

    /// Pods of a Deployment are alike: its first numbers are those that are ready, its last those that fail.
    pub(super) fn members(&self, namespace: &str) -> BTreeMap<InstanceId, Member> {
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
