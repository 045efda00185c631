//! Stands in for scheduler and nodes: binds each pod, and says of it what a node would say of such an image. Answers for
//! logs over TLS, as a kubelet does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use http::Response;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::{Client, ResourceExt};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::server::Server;

const NODE: &str = "stand-in";
const LOOK_EVERY: Duration = Duration::from_millis(150);

/// What becomes of an image's pods.
#[derive(Debug, Clone, PartialEq)]
pub enum Nature {
    Good,
    NoImage,
    Crashes,
    OutOfMemory,
    NeverReady,
    MigrationFails,
    /// So many of a hundred requests fail.
    Fails(u64),
}

/// By image.
static NATURES: Mutex<BTreeMap<String, (Nature, String)>> = Mutex::new(BTreeMap::new());
/// What the database of each namespace says.
static DATABASES: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

pub fn says(version: &str, schema: u32, oldest: &str) -> String {
    json!({"version": version, "build": "test", "schema": schema, "oldestSafeBuild": oldest}).to_string()
}

pub fn be(image: &str, nature: Nature, says: &str) {
    NATURES.lock().unwrap().insert(image.to_owned(), (nature, says.to_owned()));
}

pub fn database_says(namespace: &str, says: &str) {
    DATABASES.lock().unwrap().insert(namespace.to_owned(), says.to_owned());
}

pub fn nature(image: &str) -> (Nature, String) {
    NATURES.lock().unwrap().get(image).cloned().unwrap_or((Nature::Good, says("0.1.0", 1, "0.1.0")))
}

/// Starts it, once.
pub fn run(server: &'static Server) {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        let port = server.runtime.block_on(logs(server));
        server.runtime.block_on(make_node(server, port));
        server.runtime.spawn(async {
            loop {
                // An API server that is gone for a while is part of the tests.
                _ = turn(&server.client().await).await;
                tokio::time::sleep(LOOK_EVERY).await;
            }
        });
    });
}

async fn make_node(server: &Server, port: u16) {
    let nodes: Api<Node> = Api::all(server.client().await);
    let node = serde_json::from_value(json!({"metadata": {"name": NODE}})).unwrap();
    nodes.create(&PostParams::default(), &node).await.unwrap();
    let status = json!({"status": {
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
    }});
    nodes.patch_status(NODE, &PatchParams::default(), &Patch::Merge(&status)).await.unwrap();
}

async fn turn(client: &Client) -> kube::Result<()> {
    let all: Api<Pod> = Api::all(client.clone());
    for pod in all.list(&ListParams::default()).await? {
        let namespace = pod.namespace().unwrap_or_default();
        let pods: Api<Pod> = Api::namespaced(client.clone(), &namespace);
        // Each by itself: one that is gone meanwhile is no matter for the others.
        _ = one(&pods, &pod).await;
    }
    Ok(())
}

async fn one(pods: &Api<Pod>, pod: &Pod) -> kube::Result<()> {
    let name = pod.name_any();
    if pod.metadata.deletion_timestamp.is_some() {
        pods.delete(&name, &DeleteParams { grace_period_seconds: Some(0), ..DeleteParams::default() }).await?;
        return Ok(());
    }
    if pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_none()) {
        let binding = json!({"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name},
            "target": {"apiVersion": "v1", "kind": "Node", "name": NODE}});
        pods.create_subresource::<Value, Value>("binding", &name, &PostParams::default(), &binding).await?;
        return Ok(());
    }
    let status = status(pod);
    let live = serde_json::to_value(&pod.status).unwrap();
    if contains(&live, &status) {
        return Ok(());
    }
    pods.patch_status(&name, &PatchParams::default(), &Patch::Merge(&json!({"status": status}))).await?;
    Ok(())
}

/// Whether all of `wanted` is in `live`.
fn contains(live: &Value, wanted: &Value) -> bool {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => {
            wanted.iter().all(|(name, value)| live.get(name).is_some_and(|own| contains(own, value)))
        }
        (Value::Array(live), Value::Array(wanted)) => {
            live.len() == wanted.len() && live.iter().zip(wanted).all(|(own, value)| contains(own, value))
        }
        (live, wanted) => live == wanted,
    }
}

/// What a node would say.
fn status(pod: &Pod) -> Value {
    let spec = pod.spec.as_ref().unwrap();
    let is_job = spec.restart_policy.as_deref() == Some("Never");
    let image = spec.containers.first().and_then(|container| container.image.clone()).unwrap_or_default();
    let (nature, _) = nature(&image);
    let of = |names: Vec<&k8s_openapi::api::core::v1::Container>, ended: bool| -> Vec<Value> {
        let each = |container: &&k8s_openapi::api::core::v1::Container| {
            container_status(&container.name, &image, &nature, ended)
        };
        names.iter().map(each).collect()
    };
    let inits = of(spec.init_containers.iter().flatten().collect(), true);
    let containers = of(spec.containers.iter().collect(), is_job);
    let failed =
        containers.iter().any(|one| one["state"]["terminated"]["exitCode"].as_i64().is_some_and(|code| code != 0));
    let ready = !is_job && containers.iter().all(|one| one["ready"] == json!(true));
    let pulled = nature != Nature::NoImage;
    let phase = match (is_job && pulled, failed) {
        (true, true) => "Failed",
        (true, false) => "Succeeded",
        (false, _) if pulled => "Running",
        _ => "Pending",
    };
    let condition = |name: &str, holds: bool| json!({"type": name, "status": if holds { "True" } else { "False" }});
    json!({
        "phase": phase,
        "conditions": [condition("PodScheduled", true), condition("Ready", ready), condition("ContainersReady", ready)],
        "initContainerStatuses": inits,
        "containerStatuses": containers,
    })
}

fn container_status(name: &str, image: &str, nature: &Nature, ended: bool) -> Value {
    let state = |ready: bool, restarts: i64, state: Value| json!({"name": name, "image": image, "imageID": image, "ready": ready, "restartCount": restarts, "state": state});
    let waiting = |reason: &str| json!({"waiting": {"reason": reason, "message": format!("{reason} of {image}")}});
    let terminated = |code: i64, reason: &str| json!({"terminated": {"exitCode": code, "reason": reason}});
    let running = json!({"running": {"startedAt": "2026-01-01T00:00:00Z"}});
    if *nature == Nature::NoImage {
        return state(false, 0, waiting("ImagePullBackOff"));
    }
    if ended {
        let code = i64::from(*nature == Nature::MigrationFails && name == "migrate");
        return state(false, 0, terminated(code, if code == 0 { "Completed" } else { "Error" }));
    }
    match nature {
        Nature::Crashes => {
            let mut status = state(false, 4, waiting("CrashLoopBackOff"));
            status["lastState"] = terminated(101, "Error");
            status
        }
        Nature::OutOfMemory => {
            let mut status = state(false, 1, running);
            status["lastState"] = terminated(137, "OOMKilled");
            status
        }
        Nature::NeverReady => state(false, 0, running),
        _ => state(true, 0, running),
    }
}

/// Answers for logs, with the API server's own certificate.
async fn logs(server: &'static Server) -> u16 {
    let folder = server.path("certificates");
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(format!("{folder}/apiserver.crt")).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(format!("{folder}/apiserver.key")).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = tokio_rustls::rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let answer = service_fn(move |request| answer(server, request));
                _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    });
    port
}

/// `/containerLogs/NAMESPACE/POD/CONTAINER`.
async fn answer(
    server: &'static Server,
    request: http::Request<Incoming>,
) -> Result<Response<Full<Bytes>>, std::convert::Infallible> {
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.split('/').skip(2).collect();
    let [namespace, pod, container] = parts.as_slice() else { return Ok(Response::new(Full::default())) };
    let pods: Api<Pod> = Api::namespaced(server.client().await, namespace);
    let image =
        pods.get(pod).await.ok().and_then(|pod| pod.spec?.containers.first()?.image.clone()).unwrap_or_default();
    let (nature, own) = nature(&image);
    let text = match *container {
        "artefact" => own,
        "database" => DATABASES.lock().unwrap().get(*namespace).cloned().unwrap_or(own),
        "migrate" if nature == Nature::MigrationFails => "error: relation \"people\" is locked".to_owned(),
        _ => "{}".to_owned(),
    };
    Ok(Response::new(Full::new(Bytes::from(text))))
}
