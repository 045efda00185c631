//! Compares as Argo CD does: what Git has and what is live, without what `ignoreDifferences` of the application names. The
//! paths are read by `jq`, whose language they are in.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::server::which;
use crate::stage::Stage;

/// Group and kind of the chart's objects that a release changes.
const KINDS: [(&str, &str); 5] = [
    ("apps", "Deployment"),
    ("", "Service"),
    ("autoscaling", "HorizontalPodAutoscaler"),
    ("networking.istio.io", "VirtualService"),
    ("networking.istio.io", "DestinationRule"),
];

/// The chart's objects before a release, which is what Git has.
pub struct Git(Vec<Value>);

impl Git {
    /// None where `jq` is missing.
    pub fn of(stage: &Stage) -> Option<Self> {
        if which("jq").is_none() {
            println!("skip: jq is not on this machine: what Argo CD compares is not tested");
            return None;
        }
        Some(Self(KINDS.iter().map(|(group, kind)| compared(stage, group, kind)).collect()))
    }

    /// Kinds in which Argo CD would see a difference.
    pub fn differences(&self, stage: &Stage) -> Vec<&'static str> {
        let live = KINDS.iter().zip(&self.0);
        live.filter(|((group, kind), git)| compared(stage, group, kind) != **git).map(|((_, kind), _)| *kind).collect()
    }

    pub fn is_what_argo_cd_sees(&self, stage: &Stage) {
        for ((group, kind), git) in KINDS.iter().zip(&self.0) {
            assert_eq!(compared(stage, group, kind), *git, "{kind}");
        }
    }
}

fn compared(stage: &Stage, group: &str, kind: &str) -> Value {
    let object = json!({"spec": stage.get(group, kind, "raally").unwrap()["spec"]});
    let filter = format!("delpaths({})", paths(group, kind));
    let mut jq = Command::new("jq").arg(filter).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    jq.stdin.take().unwrap().write_all(object.to_string().as_bytes()).unwrap();
    let output = jq.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Paths of an object that are left out, as an expression of `jq`.
fn paths(group: &str, kind: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/argocd/environments/prod.yaml");
    let application: Value = serde_saphyr::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut parts = Vec::new();
    for one in application["spec"]["ignoreDifferences"].as_array().unwrap() {
        if one["group"] != json!(group) || one["kind"] != json!(kind) {
            continue;
        }
        for pointer in one["jsonPointers"].as_array().into_iter().flatten() {
            let names = pointer.as_str().unwrap().split('/').skip(1);
            let names: Vec<String> = names.map(|name| name.replace("~1", "/").replace("~0", "~")).collect();
            parts.push(json!([names]).to_string());
        }
        for path in one["jqPathExpressions"].as_array().into_iter().flatten() {
            parts.push(format!("[path({})]", path.as_str().unwrap()));
        }
    }
    if parts.is_empty() { "[]".to_owned() } else { parts.join(" + ") }
}
