//! Releases in a cluster: each group of instances is a Deployment cloned from the chart's, traffic is split by Istio or by
//! the Service, and lock and journal are objects of the namespace. Everything is read from the cluster, each time.

pub mod api;
mod changes;
pub mod clone;
pub mod counts;
pub mod facts;
mod images;
pub mod jobs;
pub mod lease;
pub mod ledger;
pub mod notes;
pub mod pods;
pub mod rollout;
pub mod rollouts;
pub mod routes;
pub mod scaler;
mod seen;
pub mod shares;
pub mod traffic;

use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;

use crate::desk::{ClusterDesk, Desk};
use crate::failed::Failed;
use crate::http::Http;
use crate::model::environment::Environment;
use crate::model::ids::Group;
use crate::model::kubernetes::KubernetesTarget;
use api::{Cluster, optional};
use clone::Template;
use counts::Prometheus;
use jobs::Jobs;
use routes::{CHART, Names};
use traffic::{Splitter, Traffic};

/// A target in a cluster.
#[derive(Debug, Clone)]
pub struct Kubernetes {
    target: KubernetesTarget,
    cluster: Cluster,
    jobs: Jobs,
    http: Http,
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

    async fn template(&self) -> Result<Template, Failed> {
        if self.target.is_delegated() {
            return self.rollout_template().await;
        }
        let workload = &self.target.workload;
        let object = self.deployment(workload).await?.ok_or_else(|| {
            Failed::input(format!("there is no Deployment {workload} in {}", self.cluster.namespace()))
                .next("install the chart with `workload: deployment`; for `workload: rollout`, set kubernetes.traffic to `argo-rollouts`")
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

    /// A group's Deployment.
    #[must_use]
    pub fn name_of(&self, group: Group) -> String {
        if group == CHART { self.target.workload.clone() } else { format!("{}-{group}", self.target.workload) }
    }

    fn prometheus(&self) -> Option<Prometheus> {
        let place = self.target.prometheus.clone()?;
        Some(Prometheus { place, cluster: self.cluster.clone(), http: self.http.clone() })
    }

    /// What splits the requests.
    ///
    /// # Errors
    /// When the cluster does not tell.
    pub async fn splitter(&self) -> Result<Splitter, Failed> {
        self.traffic(&self.template().await?).splitter().await
    }
}
