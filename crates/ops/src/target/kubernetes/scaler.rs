//! The autoscaler of a workload. A release is as large as it has made the present one; while steps count on numbers it is
//! held still, by the field that the API has for that; in the end it gets the Deployment that runs.

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use kube::api::{ListParams, Patch, PatchParams};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Kubernetes;
use super::api::{MANAGER, Refused};
use super::routes::CHART;
use crate::failed::{Doing, Failed};
use crate::model::ids::Group;

/// What the autoscaler was before it was held.
const HELD: &str = "raally.dev/held";
/// How the API says that an autoscaler does nothing in a direction.
const DISABLED: &str = "Disabled";
/// So often a change is tried again on what somebody else wrote meanwhile.
const TRIES_MAX: usize = 5;

/// As it was noted on the autoscaler itself, so that whoever comes next can give it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Held {
    replicas: u32,
    min_replicas: Option<i32>,
    scale_up: Option<String>,
    scale_down: Option<String>,
}

/// An autoscaler of the workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scaler {
    /// Its name.
    pub name: String,
    /// The Deployment that it changes.
    pub of: String,
    /// Whether a release holds it.
    pub held: bool,
    /// Instances that a release is to have.
    pub replicas: u32,
}

impl Kubernetes {
    /// The autoscalers that change the workload's Deployments. More than one stand in each other's way.
    ///
    /// # Errors
    /// When the cluster does not tell.
    pub async fn scalers(&self) -> Result<Vec<Scaler>, Failed> {
        let found = self.autoscalers().await?;
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let seen = self.see().await?;
        let live = seen.groups.keys().map(|group| seen.numbers(*group).len()).max().unwrap_or(0) as i32;
        Ok(found.iter().filter_map(|object| scaler(object, live)).collect())
    }

    /// How many instances a release is to have, where an autoscaler says so.
    ///
    /// # Errors
    /// When the cluster does not tell.
    pub async fn autoscaled(&self) -> Result<Option<u32>, Failed> {
        Ok(self.scalers().await?.first().map(|scaler| scaler.replicas))
    }

    /// Holds it for a change that was planned for so many instances.
    ///
    /// # Errors
    /// When it has changed their number since, and the cluster's own.
    pub async fn hold_for(&self, replicas: u32) -> Result<(), Failed> {
        self.hold().await?;
        match self.scalers().await?.first() {
            Some(scaler) if scaler.replicas != replicas => Err(Failed::input(format!(
                "the autoscaler {} made it {} instances meanwhile, and the plan is for {replicas}",
                scaler.name, scaler.replicas
            ))
            .next("run the command again: it plans anew")),
            _ => Ok(()),
        }
    }

    /// Holds it still, if it is not held yet.
    pub(super) async fn hold(&self) -> Result<(), Failed> {
        for scaler in self.scalers().await?.into_iter().filter(|scaler| !scaler.held) {
            self.change(&scaler.name, |object| {
                let note = Held {
                    replicas: scaler.replicas,
                    min_replicas: object.spec.as_ref().and_then(|spec| spec.min_replicas),
                    scale_up: policy(object, true),
                    scale_down: policy(object, false),
                };
                Ok(held(object).is_none().then_some(json!({
                    "metadata": {"annotations": {HELD: serde_json::to_string(&note).doing("a note")?}},
                    // Fewer than the minimum are lifted to it even so, and a group that is to go has fewer in the end.
                    "spec": {"minReplicas": 1, "behavior": {
                        "scaleUp": {"selectPolicy": DISABLED}, "scaleDown": {"selectPolicy": DISABLED},
                    }},
                })))
            })
            .await?;
        }
        Ok(())
    }

    /// Gives it back as it was, for the group that runs now.
    ///
    /// # Errors
    /// When the cluster does not let us.
    pub async fn give_back(&self, running: Group) -> Result<(), Failed> {
        let target = self.name_of(running);
        for scaler in self.scalers().await? {
            self.change(&scaler.name, |object| {
                let mut patch = json!({"metadata": {}, "spec": {"scaleTargetRef": {"name": target}}});
                match held(object) {
                    Some(note) => {
                        patch["metadata"] = json!({"annotations": {HELD: null}});
                        patch["spec"]["minReplicas"] = json!(note.min_replicas);
                        patch["spec"]["behavior"] = json!({
                            "scaleUp": {"selectPolicy": note.scale_up}, "scaleDown": {"selectPolicy": note.scale_down},
                        });
                    }
                    None if scaler.of == target => return Ok(None),
                    None => {}
                }
                Ok(Some(patch))
            })
            .await?;
        }
        Ok(())
    }

    async fn autoscalers(&self) -> Result<Vec<HorizontalPodAutoscaler>, Failed> {
        let scalers = self.cluster.of::<HorizontalPodAutoscaler>();
        let parameters = ListParams::default();
        let found =
            self.cluster.ask("list", "horizontalpodautoscalers.autoscaling", || scalers.list(&parameters)).await?;
        let chart = self.name_of(CHART);
        let ours = |object: &HorizontalPodAutoscaler| {
            let of = object.spec.as_ref().map(|spec| &spec.scale_target_ref);
            of.is_some_and(|of| {
                let rest = of.name.strip_prefix(&chart).map(|rest| rest.strip_prefix('-').unwrap_or(rest));
                of.kind == "Deployment" && rest.is_some_and(|rest| rest.is_empty() || rest.parse::<Group>().is_ok())
            })
        };
        Ok(found.items.into_iter().filter(ours).collect())
    }

    /// Changes one on the condition that nobody did meanwhile.
    async fn change(
        &self,
        name: &str,
        wanted: impl Fn(&HorizontalPodAutoscaler) -> Result<Option<Value>, Failed>,
    ) -> Result<(), Failed> {
        let scalers = self.cluster.of::<HorizontalPodAutoscaler>();
        let what = "horizontalpodautoscalers.autoscaling";
        for _ in 0..TRIES_MAX {
            let object = self.cluster.ask("get", what, || scalers.get(name)).await?;
            let Some(mut patch) = wanted(&object)? else { return Ok(()) };
            patch["metadata"]["resourceVersion"] = json!(object.metadata.resource_version);
            let parameters = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
            let merge = Patch::Merge(&patch);
            match self.cluster.ask("patch", what, || scalers.patch(name, &parameters, &merge)).await {
                Ok(_) => return Ok(()),
                // The autoscaler writes what it sees into its own status.
                Err(Refused::Conflict(_)) => {}
                Err(refused) => return Err(refused.into()),
            }
        }
        Err(Failed::ours(format!("the autoscaler {name} is changed by somebody else all the time"))
            .next("see who: --show-managed-fields"))
    }
}

fn held(object: &HorizontalPodAutoscaler) -> Option<Held> {
    serde_json::from_str(object.metadata.annotations.as_ref()?.get(HELD)?).ok()
}

fn policy(object: &HorizontalPodAutoscaler, up: bool) -> Option<String> {
    let behavior = object.spec.as_ref()?.behavior.as_ref()?;
    let rules = if up { &behavior.scale_up } else { &behavior.scale_down };
    rules.as_ref()?.select_policy.clone()
}

/// `live` is how many instances the largest group has.
fn scaler(object: &HorizontalPodAutoscaler, live: i32) -> Option<Scaler> {
    let spec = object.spec.as_ref()?;
    let note = held(object);
    let replicas = match &note {
        Some(note) => note.replicas,
        // It may not have looked yet.
        None => live.max(spec.min_replicas.unwrap_or(1)).min(spec.max_replicas).max(1) as u32,
    };
    Some(Scaler {
        name: object.metadata.name.clone()?,
        of: spec.scale_target_ref.name.clone(),
        held: note.is_some(),
        replicas,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(more: &Value) -> HorizontalPodAutoscaler {
        let mut object = json!({
            "metadata": {"name": "raally"},
            "spec": {"minReplicas": 3, "maxReplicas": 10,
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "raally-r4"},
                "behavior": {"scaleDown": {"selectPolicy": "Max"}}},
        });
        if let Some(annotations) = more.as_object().filter(|more| !more.is_empty()) {
            object["metadata"]["annotations"] = json!(annotations);
        }
        serde_json::from_value(object).unwrap()
    }

    #[test]
    fn a_release_is_as_large_as_the_autoscaler_has_made_it_within_its_bounds() {
        let plain = object(&json!({}));
        for (live, replicas) in [(1, 3), (7, 7), (12, 10)] {
            assert_eq!(scaler(&plain, live).unwrap().replicas, replicas);
        }
        let note = Held { replicas: 5, min_replicas: Some(3), scale_up: None, scale_down: Some("Max".into()) };
        let held = object(&json!({HELD: serde_json::to_string(&note).unwrap()}));
        let said = scaler(&held, 2).unwrap();
        assert_eq!((said.replicas, said.held, said.of.as_str()), (5, true, "raally-r4"));
    }

    #[test]
    fn what_is_noted_is_what_was_there() {
        let plain = object(&json!({}));
        assert_eq!((policy(&plain, true), policy(&plain, false)), (None, Some("Max".to_owned())));
    }
}
