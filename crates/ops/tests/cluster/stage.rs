//! A namespace with the chart in it, an environment that names it, and the tool.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams, PostParams};
use kube::{Client, discovery};
use serde_json::{Value, json};

use crate::kubelet::{self, Nature, says};
use crate::rollouts;
use crate::server::{OPERATOR, STRANGER, Server, server};
use crate::tool::{PATIENCE, Tool, ended_with};

/// What the chart installs here: nothing for controllers that are not in this cluster.
const INSTALLED: [&str; 5] = ["ServiceAccount", "Role", "RoleBinding", "Service", "Deployment"];

/// Tests have a namespace each, and share the cluster; those that take its API server away have it alone.
static TURNS: RwLock<()> = RwLock::new(());
static COUNT: AtomicU32 = AtomicU32::new(1);

/// What there is beside the chart's Deployment and Service.
#[derive(Clone, Copy)]
pub struct Beside {
    pub mesh: bool,
    /// With the chart's autoscaler.
    pub scaled: bool,
    /// With a Rollout of these steps in the place of the Deployment.
    pub rollout: Option<&'static str>,
    /// Nobody else is in the cluster.
    pub alone: bool,
    /// More lines of the environment.
    pub more: &'static str,
}

pub const NOTHING: Beside = Beside { mesh: false, scaled: false, rollout: None, alone: false, more: "" };
pub const MESH: Beside = Beside { mesh: true, ..NOTHING };

impl Beside {
    fn installs(self, object: &Value) -> bool {
        match object["kind"].as_str().unwrap_or_default() {
            "VirtualService" | "DestinationRule" => self.mesh,
            "HorizontalPodAutoscaler" => self.scaled,
            kind => INSTALLED.contains(&kind),
        }
    }
}

enum Turn {
    Shared { _guard: RwLockReadGuard<'static, ()> },
    Alone { _guard: RwLockWriteGuard<'static, ()> },
}

pub struct Stage {
    pub server: &'static Server,
    pub namespace: String,
    tool: Tool,
    _turn: Turn,
}

impl std::ops::Deref for Stage {
    type Target = Tool;

    fn deref(&self) -> &Tool {
        &self.tool
    }
}

/// Whether this test runs in `make soak` alone and is left out now, which is said.
pub fn left_out(what: &str) -> bool {
    let left_out = std::env::var_os("SOAK").is_none();
    if left_out {
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        // Past what the test runner keeps back of tests that pass.
        _ = writeln!(std::io::stderr(), "skip: {test}{what} runs in `make soak`");
    }
    left_out
}

/// An image of this name's own digest.
pub fn image(name: &str) -> String {
    let digest: String = name.bytes().cycle().take(32).map(|byte| format!("{byte:02x}")).collect();
    format!("ghcr.io/raally/raally@sha256:{digest}")
}

/// An image that is as told.
pub fn image_that(name: &str, nature: Nature) -> String {
    let image = image(name);
    kubelet::be(&image, nature, &says("0.1.0", 1, "0.1.0"));
    image
}

/// The chart's objects of an environment, as they are rendered for Argo CD.
fn chart() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/kustomize/dev/raally.gen.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    serde_saphyr::from_multiple(&text).unwrap()
}

impl Stage {
    /// With the chart installed; none where there is no cluster.
    pub fn new(strategy: &str, beside: Beside) -> Option<Self> {
        let server = server()?;
        kubelet::run(server);
        if beside.rollout.is_some() && !rollouts::controller(server) {
            return None;
        }
        let turn = if beside.alone {
            Turn::Alone { _guard: TURNS.write().unwrap_or_else(PoisonError::into_inner) }
        } else {
            Turn::Shared { _guard: TURNS.read().unwrap_or_else(PoisonError::into_inner) }
        };
        let namespace = format!("test-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let more = beside.more;
        let tool = Tool::new(&format!(
            r#"[environments.test]
            target = "kubernetes"
            replicas = 2
            strategy = "{strategy}"
            [environments.test.gates]
            ready-seconds-max = 60
            settle-ms = 0
            [environments.test.rolling]
            watch-seconds = 1
            [environments.test.blue-green]
            watch-seconds = 1
            [environments.test.canary]
            steps = [{{ weight-bp = 4000, hold-seconds-min = 2, hold-seconds-max = 150 }}]
            [environments.test.kubernetes]
            kubeconfig = "operator.yaml"
            namespace = "{namespace}"
            image = "ghcr.io/raally/raally"
            mesh-settle-ms = 0
            {more}
            "#
        ));
        for (name, token) in [("operator", OPERATOR), ("stranger", STRANGER)] {
            std::fs::write(tool.folder.path().join(format!("{name}.yaml")), server.kubeconfig(token)).unwrap();
        }
        let stage = Self { server, namespace, tool, _turn: turn };
        kubelet::database_says(&stage.namespace, &says("0.1.0", 1, "0.1.0"));
        stage.server.runtime.block_on(stage.install(beside));
        Some(stage)
    }

    /// The same after a first release, r1.
    pub fn begun(strategy: &str, beside: Beside) -> Option<Self> {
        let stage = Self::new(strategy, beside)?;
        let ended = stage.data(&["deploy", &image("first"), "--strategy", "rolling", "--yes"]);
        ended_with(&ended, "released", "r1");
        Some(stage)
    }

    async fn install(&self, beside: Beside) {
        let client = self.server.client().await;
        let namespaces: Api<DynamicObject> = Api::all_with(client.clone(), &resource("", "v1", "Namespace"));
        let made = object(json!({"metadata": {"name": self.namespace}}));
        namespaces.create(&PostParams::default(), &made).await.unwrap();
        if beside.mesh {
            for (kind, plural) in [("VirtualService", "virtualservices"), ("DestinationRule", "destinationrules")] {
                custom(&client, kind, plural).await;
            }
        }
        for mut wanted in chart() {
            let kind = wanted["kind"].as_str().unwrap_or_default().to_owned();
            if !beside.installs(&wanted) {
                continue;
            }
            wanted = serde_json::from_str(
                &wanted
                    .to_string()
                    .replace("raally.svc", &format!("{}.svc", self.namespace))
                    .replace("raally.raally.", &format!("raally.{}.", self.namespace)),
            )
            .unwrap();
            wanted["metadata"]["namespace"] = json!(self.namespace);
            if kind == "Deployment" {
                wanted["spec"]["replicas"] = json!(2);
                wanted["spec"]["minReadySeconds"] = json!(0);
                // No node is in a zone here; the stand-in takes every pod.
                wanted["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = json!(5);
                if let Some(steps) = beside.rollout {
                    as_rollout(&mut wanted, steps);
                }
            }
            let name = wanted["metadata"]["name"].as_str().unwrap().to_owned();
            let api = self.api(&client, &wanted);
            let parameters = PatchParams { force: true, ..PatchParams::apply("helm") };
            api.patch(&name, &parameters, &Patch::Apply(&wanted)).await.unwrap();
        }
        let workload = match beside.rollout {
            Some(_) => resource("argoproj.io", "v1alpha1", "Rollout"),
            None => resource("apps", "v1", "Deployment"),
        };
        let workloads: Api<DynamicObject> = Api::namespaced_with(client, &self.namespace, &workload);
        let deadline = Instant::now() + PATIENCE;
        while workloads.get("raally").await.unwrap().data["status"]["readyReplicas"] != json!(2) {
            assert!(Instant::now() < deadline, "what the chart installed does not get ready");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn api(&self, client: &Client, wanted: &Value) -> Api<DynamicObject> {
        let (group, version) = wanted["apiVersion"]
            .as_str()
            .unwrap()
            .split_once('/')
            .unwrap_or(("", wanted["apiVersion"].as_str().unwrap()));
        Api::namespaced_with(
            client.clone(),
            &self.namespace,
            &resource(group, version, wanted["kind"].as_str().unwrap()),
        )
    }

    fn deployments(&self, client: &Client) -> Api<DynamicObject> {
        Api::namespaced_with(client.clone(), &self.namespace, &resource("apps", "v1", "Deployment"))
    }

    /// An object as the cluster has it, with every right.
    pub fn get(&self, group: &str, kind: &str, name: &str) -> Option<Value> {
        self.server.runtime.block_on(async {
            let resource = resource(group, version(group), kind);
            let api: Api<DynamicObject> = Api::namespaced_with(self.server.client().await, &self.namespace, &resource);
            api.get_opt(name).await.unwrap().map(|found| serde_json::to_value(found).unwrap())
        })
    }

    /// What somebody else does, by this name.
    pub fn edit(&self, group: &str, kind: &str, name: &str, by: &str, patch: &Value) {
        self.server.runtime.block_on(async {
            let api: Api<DynamicObject> = Api::namespaced_with(
                self.server.client().await,
                &self.namespace,
                &resource(group, version(group), kind),
            );
            let parameters = PatchParams { field_manager: Some(by.to_owned()), ..PatchParams::default() };
            api.patch(name, &parameters, &Patch::Merge(patch)).await.unwrap();
        });
    }

    /// Names of the Deployments, each with its replicas.
    pub fn workloads(&self) -> BTreeMap<String, i64> {
        self.server.runtime.block_on(async {
            let found = self.deployments(&self.server.client().await).list(&Default::default()).await.unwrap();
            let each = |one: &DynamicObject| {
                (one.metadata.name.clone().unwrap(), one.data["spec"]["replicas"].as_i64().unwrap())
            };
            found.items.iter().map(each).collect()
        })
    }

    /// With something else in the file of the environment.
    pub fn with(self, from: &str, to: &str) -> Self {
        self.change(from, to);
        self
    }

    /// Starts a release and returns at once. Its news go to a file.
    pub fn start_deploy(&self, image: &str, more: &[&str]) -> (Child, PathBuf) {
        let news = self.folder.path().join("news");
        let mut command = self.command(&["deploy", image, "--yes"]);
        command.args(more).stdout(Stdio::piped()).stderr(std::fs::File::create(&news).unwrap());
        (command.spawn().unwrap(), news)
    }

    /// Only this release is left, by what the tool says.
    pub fn only_of_fleet(&self, release: &str) {
        self.tool.only(release);
    }

    /// Only this release is left, and the cluster has what it should.
    pub fn only(&self, release: &str) {
        self.tool.only(release);
        let running: Vec<(String, i64)> = self.workloads().into_iter().filter(|(_, replicas)| *replicas > 0).collect();
        let name = if release == "r0" { "raally".to_owned() } else { format!("raally-{release}") };
        assert_eq!(running, [(name, 2)]);
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "the tool said last: {}",
                std::fs::read_to_string(self.folder.path().join("news")).unwrap_or_default()
            );
        }
        self.server.runtime.block_on(async {
            let namespaces: Api<DynamicObject> =
                Api::all_with(self.server.client().await, &resource("", "v1", "Namespace"));
            _ = namespaces.delete(&self.namespace, &Default::default()).await;
        });
    }
}

fn version(group: &str) -> &'static str {
    match group {
        "autoscaling" => "v2",
        "argoproj.io" => "v1alpha1",
        _ => "v1",
    }
}

/// As the chart's with `workload: rollout`, and with these steps.
fn as_rollout(deployment: &mut Value, steps: &str) {
    deployment["apiVersion"] = json!("argoproj.io/v1alpha1");
    deployment["kind"] = json!("Rollout");
    let steps: Value = serde_json::from_str(steps).unwrap();
    deployment["spec"]["strategy"] = json!({"canary": {"maxSurge": 1, "maxUnavailable": 0, "steps": steps}});
}

pub fn resource(group: &str, version: &str, kind: &str) -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
}

pub fn object(value: Value) -> DynamicObject {
    serde_json::from_value(value).unwrap()
}

/// A kind of the mesh's, without its schema.
async fn custom(client: &Client, kind: &str, plural: &str) {
    let kinds: Api<DynamicObject> =
        Api::all_with(client.clone(), &resource("apiextensions.k8s.io", "v1", "CustomResourceDefinition"));
    let name = format!("{plural}.networking.istio.io");
    let wanted = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": name},
        "spec": {
            "group": "networking.istio.io", "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase(), "listKind": format!("{kind}List")},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                "type": "object", "properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
            }}}],
        },
    });
    kinds.patch(&name, &PatchParams::apply("test"), &Patch::Apply(&wanted)).await.unwrap();
    served(client, "networking.istio.io", "v1", kind).await;
}

/// Waits until a kind is served.
pub async fn served(client: &Client, group: &str, version: &str, kind: &str) {
    let deadline = Instant::now() + PATIENCE;
    while discovery::pinned_kind(client, &GroupVersionKind::gvk(group, version, kind)).await.is_err() {
        assert!(Instant::now() < deadline, "{kind} is not served");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
