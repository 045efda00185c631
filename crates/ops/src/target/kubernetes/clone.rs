//! From the chart's Deployment to one of a group of instances: the same pods, with another image and another track. The
//! chart stays the only place where a workload is written down.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;
use serde_json::{Value, json};

use super::api::{MANAGER, json as as_json};
use crate::failed::Failed;
use crate::model::ids::Group;
use crate::model::release::Release;

/// Tells groups apart: in selectors, in subsets of the mesh, and how pods are spread.
pub const TRACK: &str = "raally.dev/track";
/// The numbers of the instances that are wanted.
pub const INSTANCES: &str = "raally.dev/instances";
/// The image, as it was released.
pub const IMAGE: &str = "raally.dev/image";
/// The schema that the release makes.
pub const SCHEMA: &str = "raally.dev/schema";
/// What a Deployment keeps of the chart's besides pods, selector and the number of replicas.
const KEPT: [&str; 4] = ["minReadySeconds", "progressDeadlineSeconds", "revisionHistoryLimit", "strategy"];

/// The chart's Deployment.
#[derive(Debug, Clone)]
pub struct Template {
    /// As the cluster has it.
    pub object: Deployment,
    /// The container that is the server.
    pub container: String,
}

impl Template {
    /// Of the chart's Deployment.
    ///
    /// # Errors
    /// When it has no container of the workload's name.
    pub fn of(object: Deployment, workload: &str) -> Result<Self, Failed> {
        let names = containers(&object).map(|container| container.name.clone());
        let found = names.into_iter().find(|name| name == workload);
        let container = found.ok_or_else(|| {
            Failed::input(format!("the Deployment {workload} has no container {workload}"))
                .next("see kubernetes.workload of the environment, and the chart in deploy/helm")
        })?;
        Ok(Self { object, container })
    }

    /// The track of its own pods.
    #[must_use]
    pub fn track(&self) -> String {
        let labels = self.object.spec.as_ref().and_then(|spec| spec.template.metadata.as_ref()?.labels.as_ref());
        labels.and_then(|labels| labels.get(TRACK)).cloned().unwrap_or_else(|| "stable".to_owned())
    }

    /// The image of its server.
    #[must_use]
    pub fn image(&self) -> String {
        image(&self.object, &self.container)
    }

    /// What all pods of the workload have, whatever their track: a selector as text.
    #[must_use]
    pub fn selector(&self) -> String {
        let labels = self.object.spec.as_ref().and_then(|spec| spec.selector.match_labels.clone()).unwrap_or_default();
        let pairs = labels.iter().filter(|(name, _)| *name != TRACK).map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join(",")
    }

    /// The Deployment of a group.
    ///
    /// # Errors
    /// Never for an object that the API server gave.
    pub fn deployment(
        &self,
        name: &str,
        group: Group,
        release: &Release,
        numbers: &BTreeSet<u32>,
    ) -> Result<Value, Failed> {
        let track = group.to_string();
        let spec = as_json(&self.object.spec)?;
        let mut pods = spec["template"].clone();
        pods["metadata"]["labels"][TRACK] = json!(track);
        if let Some(metadata) = pods["metadata"].as_object_mut() {
            metadata.remove("creationTimestamp");
        }
        for spread in pods["spec"]["topologySpreadConstraints"].as_array_mut().into_iter().flatten() {
            if let Some(own) = spread.pointer_mut("/labelSelector/matchLabels/raally.dev~1track") {
                *own = json!(track);
            }
        }
        let image = release.artefact.path.display().to_string();
        for container in pods["spec"]["containers"].as_array_mut().into_iter().flatten() {
            if container["name"] == json!(self.container) {
                container["image"] = json!(image);
            }
        }
        let mut selector = spec["selector"].clone();
        selector["matchLabels"][TRACK] = json!(track);
        let mut wanted = json!({"replicas": numbers.len(), "selector": selector, "template": pods});
        for name in KEPT {
            if !spec[name].is_null() {
                wanted[name] = spec[name].clone();
            }
        }
        let mut labels = as_json(&self.object.metadata.labels)?;
        if labels.is_null() {
            labels = json!({});
        }
        labels["app.kubernetes.io/managed-by"] = json!(MANAGER);
        labels[TRACK] = json!(track);
        Ok(json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
                "name": name,
                "labels": labels,
                "annotations": {
                    INSTANCES: numbers_text(numbers),
                    IMAGE: image,
                    SCHEMA: release.artefact.build.schema.to_string(),
                    // Labels say that it is the chart's, and Argo CD may go by them: it is not Git's to prune.
                    "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
                    "argocd.argoproj.io/sync-options": "Prune=false",
                },
            },
            "spec": wanted,
        }))
    }
}

/// A Deployment that is there, with another number of instances.
///
/// # Errors
/// Never for an object that the API server gave.
pub fn scaled(object: &Deployment, numbers: &BTreeSet<u32>) -> Result<Value, Failed> {
    let spec = as_json(&object.spec)?;
    let mut wanted = json!({"replicas": numbers.len(), "selector": spec["selector"], "template": spec["template"]});
    if let Some(metadata) = wanted["template"]["metadata"].as_object_mut() {
        metadata.remove("creationTimestamp");
    }
    for name in KEPT {
        if !spec[name].is_null() {
            wanted[name] = spec[name].clone();
        }
    }
    let annotations: BTreeMap<&String, &String> =
        object.metadata.annotations.iter().flatten().filter(|(name, _)| ours(name)).collect();
    let mut annotations = as_json(&annotations)?;
    annotations[INSTANCES] = json!(numbers_text(numbers));
    Ok(json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": object.metadata.name, "labels": object.metadata.labels, "annotations": annotations},
        "spec": wanted,
    }))
}

/// Annotations that a clone was made with.
fn ours(annotation: &str) -> bool {
    annotation.starts_with("raally.dev/") || annotation.starts_with("argocd.argoproj.io/")
}

/// The chart's own Deployment with another number of replicas, and nothing else said about it.
#[must_use]
pub fn chart_scaled(name: &str, numbers: &BTreeSet<u32>) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "annotations": {INSTANCES: numbers_text(numbers)}},
        "spec": {"replicas": numbers.len()},
    })
}

/// The numbers of the instances that a Deployment is to have, as many as it has replicas.
#[must_use]
pub fn numbers(object: &Deployment) -> BTreeSet<u32> {
    let noted = annotation(object, INSTANCES).unwrap_or_default();
    let mut numbers: BTreeSet<u32> = noted.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    let replicas = object.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1).max(0) as usize;
    while numbers.len() > replicas {
        numbers.pop_last();
    }
    let mut more = 1..;
    while numbers.len() < replicas {
        numbers.extend(more.next());
    }
    numbers
}

/// An annotation of the tool's.
#[must_use]
pub fn annotation<'a>(object: &'a Deployment, name: &str) -> Option<&'a str> {
    object.metadata.annotations.as_ref()?.get(name).map(String::as_str)
}

/// The image of a container.
#[must_use]
pub fn image(object: &Deployment, container: &str) -> String {
    let found = containers(object).find(|found| found.name == container);
    found.and_then(|found| found.image.clone()).unwrap_or_default()
}

fn containers(object: &Deployment) -> impl Iterator<Item = &k8s_openapi::api::core::v1::Container> {
    object.spec.iter().filter_map(|spec| spec.template.spec.as_ref()).flat_map(|pod| &pod.containers)
}

fn numbers_text(numbers: &BTreeSet<u32>) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// What somebody else changed of what a Deployment is to be: who, when, and which part of it.
#[must_use]
pub fn foreign(object: &Deployment) -> Vec<String> {
    let mut found = Vec::new();
    for entry in object.metadata.managed_fields.iter().flatten() {
        let manager = entry.manager.as_deref().unwrap_or("somebody");
        // The cluster's own controllers write the status, and a revision among the annotations.
        if manager == MANAGER || entry.subresource.as_deref() == Some("status") || by_autoscaler(entry) {
            continue;
        }
        let Some(spec) = entry.fields_v1.as_ref().and_then(|fields| fields.0.get("f:spec")) else { continue };
        let mut parts = Vec::new();
        leaves(spec, "spec", &mut parts);
        let at = entry.time.as_ref().map(|time| format!(" at {}", time.0)).unwrap_or_default();
        found.push(format!("{manager}{at}: {}", parts.join(", ")));
    }
    found
}

/// Whether an autoscaler set the number of replicas last: then that field is taken from it.
#[must_use]
pub fn autoscaled(object: &Deployment) -> bool {
    object.metadata.managed_fields.iter().flatten().any(by_autoscaler)
}

fn by_autoscaler(entry: &ManagedFieldsEntry) -> bool {
    entry.subresource.as_deref() == Some("scale") && entry.manager.as_deref() == Some("kube-controller-manager")
}

fn leaves(fields: &Value, path: &str, found: &mut Vec<String>) {
    let inner: Vec<(&String, &Value)> =
        fields.as_object().into_iter().flatten().filter(|(name, _)| name.as_str() != ".").collect();
    if inner.is_empty() {
        found.push(path.to_owned());
    }
    for (name, value) in inner {
        leaves(value, &format!("{path}.{}", name.trim_start_matches("f:")), found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::ReleaseId;
    use crate::model::release::{Artefact, Build};

    fn chart() -> Template {
        let object = json!({
            "metadata": {"name": "raally", "labels": {"app.kubernetes.io/name": "raally"}},
            "spec": {
                "minReadySeconds": 5,
                "selector": {"matchLabels": {"app.kubernetes.io/name": "raally", TRACK: "stable"}},
                "template": {
                    "metadata": {"labels": {"app.kubernetes.io/name": "raally", TRACK: "stable"}},
                    "spec": {
                        "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule",
                            "labelSelector": {"matchLabels": {"app.kubernetes.io/name": "raally", TRACK: "stable"}}}],
                        "containers": [{"name": "raally", "image": "repo:1"}, {"name": "beside", "image": "other:1"}],
                    },
                },
            },
        });
        Template::of(serde_json::from_value(object).unwrap(), "raally").unwrap()
    }

    #[test]
    fn a_clone_differs_from_the_chart_in_image_and_track_alone() {
        let build = Build { version: "1".into(), build: "x".into(), schema: 7, oldest_safe_build: "1".into() };
        let artefact = Artefact { path: "repo@sha256:ab".into(), digest: "ab".into(), bytes: 0, build };
        let release = Release { id: ReleaseId(7), artefact, branch: None };
        let chart = chart();
        assert_eq!((chart.selector().as_str(), chart.track().as_str()), ("app.kubernetes.io/name=raally", "stable"));
        let value = chart.deployment("raally-r7", Group::Of(ReleaseId(7)), &release, &BTreeSet::from([1, 3])).unwrap();
        let text = value.to_string();
        assert!(!text.contains("stable") && !text.contains("repo:1") && text.contains("other:1"), "{text}");
        let object: Deployment = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(numbers(&object), BTreeSet::from([1, 3]));
        assert_eq!(value["spec"]["minReadySeconds"], 5);
        let more = scaled(&object, &BTreeSet::from([3])).unwrap();
        assert_eq!(more["spec"]["template"], value["spec"]["template"]);
        assert_eq!((&more["spec"]["replicas"], &more["metadata"]["annotations"][SCHEMA]), (&json!(1), &json!("7")));
    }

    #[test]
    fn numbers_follow_the_replicas_that_somebody_else_set() {
        let object = |replicas: i32| -> Deployment {
            serde_json::from_value(json!({
                "metadata": {"annotations": {INSTANCES: "2,5"}},
                "spec": {"replicas": replicas, "selector": {}, "template": {}},
            }))
            .unwrap()
        };
        assert_eq!(numbers(&object(1)), BTreeSet::from([2]));
        assert_eq!(numbers(&object(4)), BTreeSet::from([1, 2, 3, 5]));
    }

    #[test]
    fn an_edit_by_hand_is_named_with_who_and_what() {
        let object: Deployment = serde_json::from_value(json!({
            "metadata": {"managedFields": [
                {"manager": MANAGER, "operation": "Apply", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
                {"manager": "kube-controller-manager", "operation": "Update", "subresource": "status",
                    "fieldsV1": {"f:status": {}}},
                {"manager": "kubectl-edit", "operation": "Update", "time": "2026-11-27T10:00:00Z",
                    "fieldsV1": {"f:spec": {"f:template": {"f:spec": {"f:priority": {}}}}}},
            ]},
        }))
        .unwrap();
        assert_eq!(foreign(&object), ["kubectl-edit at 2026-11-27T10:00:00Z: spec.template.spec.priority"]);
    }
}
