//! For `target = "kubernetes"`: which cluster, where in it, and where the counts come from.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Deployments in a cluster. The chart (deploy/helm) makes everything there but the instances of releases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KubernetesTarget {
    /// The kubeconfig; `KUBECONFIG`, `~/.kube/config` or a pod's own account, if not given.
    #[serde(default)]
    pub kubeconfig: Option<PathBuf>,
    /// The context in it; the current one, if not given. Give it: the current one changes under one's hands.
    #[serde(default)]
    pub context: Option<String>,
    /// Where the chart was installed.
    pub namespace: String,
    /// The repository of images, without tag or digest: `ghcr.io/raally/raally`.
    pub image: String,
    /// The chart's name for its Deployment, Service, VirtualService and DestinationRule.
    #[serde(default = "raally")]
    pub workload: String,
    /// How requests are split.
    #[serde(default)]
    pub traffic: Traffic,
    /// Where the counts are: `http://HOST:PORT`, or `NAMESPACE/SERVICE:PORT` through the API server. Without it nothing
    /// is counted.
    #[serde(default)]
    pub prometheus: Option<String>,
    /// After a new subset: for so long the mesh may not know it yet, and gets no request for it.
    #[serde(default = "three_seconds")]
    pub mesh_settle_ms: u64,
    /// For so long an API server that does not answer is asked again.
    #[serde(default = "a_minute")]
    pub api_seconds_max: u64,
}

fn raally() -> String {
    "raally".to_owned()
}

const fn three_seconds() -> u64 {
    3_000
}

const fn a_minute() -> u64 {
    60
}

/// How requests are split.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Traffic {
    /// By Istio where the workload has a VirtualService, else by the Service.
    #[default]
    Auto,
    /// By the weights of an Istio VirtualService.
    Istio,
    /// By Argo Rollouts, which takes the steps and judges by its own analysis.
    ArgoRollouts,
    /// By the Service's selector: by the number of instances only, so without canaries.
    Service,
}

impl KubernetesTarget {
    /// Whether a controller of the cluster takes the steps, and not the tool.
    #[must_use]
    pub fn is_delegated(&self) -> bool {
        self.traffic == Traffic::ArgoRollouts
    }

    /// What is wrong, each with its place.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        // Source: RFC 1123, a label.
        let label = |text: &str| {
            !text.is_empty()
                && text.len() <= 40
                && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
                && !text.starts_with('-')
                && !text.ends_with('-')
        };
        if !label(&self.namespace) {
            faults.push(format!("kubernetes.namespace: {:?} is no name of a namespace", self.namespace));
        }
        if !label(&self.workload) {
            faults.push(format!("kubernetes.workload: {:?} is no name of a workload", self.workload));
        }
        let repository = self.image.rsplit('/').next().unwrap_or_default();
        if self.image.is_empty() || self.image.contains('@') || repository.contains(':') {
            faults.push("kubernetes.image: a repository, without tag or digest".into());
        }
        if let Some(place) = &self.prometheus
            && !place.starts_with("http://")
            && Place::of(place).is_none()
        {
            faults.push(format!(
                "kubernetes.prometheus: {place:?} is neither http://HOST:PORT nor NAMESPACE/SERVICE:PORT"
            ));
        }
        if !(1..=600).contains(&self.api_seconds_max) {
            faults.push("kubernetes.api-seconds-max: 1 to 600".into());
        }
        if self.mesh_settle_ms > 60_000 {
            faults.push("kubernetes.mesh-settle-ms: at most 60000".into());
        }
        faults
    }
}

/// A Service that is reached through the API server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its namespace.
    pub namespace: String,
    /// `prometheus-operated:9090`.
    pub service: String,
}

impl Place {
    /// Of `NAMESPACE/SERVICE:PORT`.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let (namespace, service) = text.split_once('/')?;
        let (name, port) = service.split_once(':')?;
        let good = !namespace.is_empty() && !name.is_empty() && !port.is_empty() && !port.contains('/');
        good.then(|| Self { namespace: namespace.to_owned(), service: service.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_table_is_enough_and_each_fault_is_named() {
        let good: KubernetesTarget =
            toml::from_str("namespace = \"raally\"\nimage = \"ghcr.io:443/raally/raally\"").unwrap();
        assert_eq!(good.faults(), Vec::<String>::new());
        assert_eq!((good.workload.as_str(), good.traffic), ("raally", Traffic::Auto));
        let bad = KubernetesTarget {
            namespace: "Raally".into(),
            image: "ghcr.io/raally/raally:latest".into(),
            prometheus: Some("prometheus".into()),
            api_seconds_max: 0,
            ..good
        };
        for place in ["namespace", "image", "prometheus", "api-seconds-max"] {
            assert!(bad.faults().iter().any(|fault| fault.starts_with(&format!("kubernetes.{place}:"))), "{place}");
        }
    }

    /// The file with all three environments, and the one of the page about releases.
    #[test]
    fn the_examples_are_read_without_a_fault() {
        let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let example = std::fs::read_to_string(top.join("deploy/environments.kubernetes.toml")).unwrap();
        let environments = crate::model::reader::read(&example).unwrap();
        assert_eq!(environments.keys().collect::<Vec<_>>(), ["dev", "prod", "uat"]);
        let cluster = |name: &str| environments[name].kubernetes.clone().unwrap();
        assert!(cluster("uat").is_delegated() && !cluster("prod").is_delegated());
        assert_eq!((cluster("prod").traffic, cluster("dev").traffic), (Traffic::Istio, Traffic::Auto));
        let page = std::fs::read_to_string(top.join("docs/how-to/release.md")).unwrap();
        let block = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        let environments = crate::model::reader::read(&format!("format = 1\n{block}")).unwrap();
        assert_eq!(environments["prod"].kubernetes.as_ref().unwrap().context.as_deref(), Some("prod"));
    }
}
