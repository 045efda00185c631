//! What a release in a cluster depends on, besides the cluster itself: rights, a mesh to split and count requests, room, and
//! what else changes the number of instances.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ResourceQuota;
use kube::api::ListParams;

use super::Kubernetes;
use super::api::{Refused, Right};
use super::rollout;
use super::scaler::Scaler;
use super::traffic::Splitter;
use crate::failed::Failed;
use crate::target::Progress;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Rights that are missing.
    pub lacking: Vec<Right>,
    /// Why a canary can't be judged here.
    pub unjudged: Option<String>,
    /// Whether requests are split by a mesh.
    pub mesh: bool,
    /// The Rollout, where Argo Rollouts takes the steps.
    pub rollout: Option<RolloutFacts>,
    /// What else changes the number of instances.
    pub scalers: Vec<Scaler>,
    /// How many more pods the quota allows; `None` without a quota.
    pub pods_left: Option<i64>,
}

/// What a release depends on of a Rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolloutFacts {
    /// `canary` or `blue-green`.
    pub strategy: &'static str,
    /// How many steps a canary has.
    pub steps: usize,
    /// Why a release can't begin from here.
    pub trouble: Option<String>,
}

const fn right(group: &'static str, resource: &'static str, verb: &'static str) -> Right {
    Right { group, resource, verb }
}

/// What every release needs.
const RIGHTS: [Right; 12] = [
    right("", "pods", "list"),
    right("", "pods/log", "get"),
    right("", "configmaps", "get"),
    right("", "configmaps", "create"),
    right("", "configmaps", "update"),
    right("batch", "jobs", "get"),
    right("batch", "jobs", "list"),
    right("batch", "jobs", "create"),
    right("batch", "jobs", "delete"),
    right("coordination.k8s.io", "leases", "get"),
    right("coordination.k8s.io", "leases", "create"),
    right("coordination.k8s.io", "leases", "update"),
];

/// What a release by Deployments needs besides.
const DEPLOYMENT_RIGHTS: [Right; 8] = [
    right("apps", "deployments", "get"),
    right("apps", "deployments", "list"),
    right("apps", "deployments", "create"),
    right("apps", "deployments", "patch"),
    right("apps", "deployments", "delete"),
    right("", "services", "get"),
    right("", "services", "patch"),
    right("autoscaling", "horizontalpodautoscalers", "list"),
];

/// What a mesh needs besides.
const MESH_RIGHTS: [Right; 4] = [
    right("networking.istio.io", "virtualservices", "get"),
    right("networking.istio.io", "virtualservices", "patch"),
    right("networking.istio.io", "destinationrules", "get"),
    right("networking.istio.io", "destinationrules", "patch"),
];

/// What a Rollout needs besides: its pods and the Service are the controller's.
const ROLLOUT_RIGHTS: [Right; 3] = [
    right("argoproj.io", "rollouts", "get"),
    right("argoproj.io", "rollouts", "patch"),
    right("argoproj.io", "rollouts/status", "patch"),
];

/// What an autoscaler needs besides.
const SCALER_RIGHTS: [Right; 2] = [
    right("autoscaling", "horizontalpodautoscalers", "get"),
    right("autoscaling", "horizontalpodautoscalers", "patch"),
];

impl Kubernetes {
    /// Looks at all of it.
    ///
    /// # Errors
    /// When the cluster does not tell.
    pub async fn facts(&self) -> Result<Facts, Failed> {
        if self.target.is_delegated() {
            return self.rollout_facts().await;
        }
        let mut lacking = self.lacking(&RIGHTS).await?;
        lacking.extend(self.lacking(&DEPLOYMENT_RIGHTS).await?);
        let splitter = self.splitter().await?;
        if splitter == Splitter::Mesh {
            lacking.extend(self.lacking(&MESH_RIGHTS).await?);
        }
        // A right that is missing is named among them.
        let scalers = self.scalers().await.unwrap_or_default();
        if !scalers.is_empty() {
            lacking.extend(self.lacking(&SCALER_RIGHTS).await?);
        }
        Ok(Facts {
            lacking,
            rollout: None,
            unjudged: self.unjudged(splitter).await,
            mesh: splitter == Splitter::Mesh,
            scalers,
            pods_left: self.pods_left().await?,
        })
    }

    async fn rollout_facts(&self) -> Result<Facts, Failed> {
        let mut lacking = self.lacking(&RIGHTS).await?;
        lacking.extend(self.lacking(&ROLLOUT_RIGHTS).await?);
        let object = self.rollout().await?;
        let trouble = match rollout::progress(&object) {
            Progress::Done(_) => None,
            Progress::Unseen(why) | Progress::Bad(why) => Some(why),
            Progress::Going(at) | Progress::Paused(at) => {
                Some(format!("an update is under way that this tool did not begin: {at}"))
            }
        };
        let steps = object["spec"]["strategy"]["canary"]["steps"].as_array().map_or(0, Vec::len);
        let rollout = Some(RolloutFacts { strategy: rollout::strategy(&object), steps, trouble });
        let pods_left = self.pods_left().await?;
        Ok(Facts { lacking, rollout, unjudged: None, mesh: false, scalers: Vec::new(), pods_left })
    }

    /// The rights that are missing; a right for objects of one name is asked for with the name.
    async fn lacking(&self, rights: &[Right]) -> Result<Vec<Right>, Failed> {
        self.cluster.lacks(rights, &self.target.workload).await
    }

    async fn unjudged(&self, splitter: Splitter) -> Option<String> {
        if splitter == Splitter::Service {
            return Some(
                "there is no mesh: neither can a small share be split off, nor is it seen what users get of it"
                    .to_owned(),
            );
        }
        let Some(prometheus) = self.prometheus() else {
            return Some("the environment names no Prometheus: nobody counts what users get".to_owned());
        };
        let template = match self.template().await {
            Ok(template) => template,
            Err(failed) => return Some(failed.to_string()),
        };
        match prometheus.counts(&self.names(&template), splitter).await {
            Ok(counts) if counts.values().any(|counts| counts.arm.attempts > 0) => None,
            Ok(_) => Some(format!(
                "{} has no istio_request_duration_milliseconds of {} in {}",
                prometheus.place,
                self.target.workload,
                self.cluster.namespace()
            )),
            Err(failed) => Some(failed.to_string()),
        }
    }

    async fn pods_left(&self) -> Result<Option<i64>, Failed> {
        let quotas = self.cluster.of::<ResourceQuota>();
        let parameters = ListParams::default();
        let found = match self.cluster.ask("list", "resourcequotas", || quotas.list(&parameters)).await {
            Ok(found) => found.items,
            // It can be done without.
            Err(Refused::Failed(failed)) if failed.exit == 1 => return Ok(None),
            Err(refused) => return Err(refused.into()),
        };
        let number =
            |quantities: Option<&BTreeMap<String, k8s_openapi::apimachinery::pkg::api::resource::Quantity>>| {
                let quantities = quantities?;
                quantities.get("pods").or_else(|| quantities.get("count/pods"))?.0.parse::<i64>().ok()
            };
        let left = found.iter().filter_map(|quota| {
            let status = quota.status.as_ref()?;
            Some(number(status.hard.as_ref())? - number(status.used.as_ref()).unwrap_or(0))
        });
        Ok(left.min())
    }
}
