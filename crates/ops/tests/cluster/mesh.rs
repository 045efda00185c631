//! Stands in for the mesh's gateways: sends requests by the weights of each VirtualService to instances that are as good as
//! their images, and exports the counts that Istio's proxies do. A real Prometheus reads them.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use http::Response;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use k8s_openapi::api::apps::v1::Deployment;
use kube::ResourceExt;
use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind, ListParams};
use tokio::net::TcpListener;

use crate::kubelet::{Nature, nature};
use crate::server::{Kept, Server, free_port, which};

const TURN: Duration = Duration::from_millis(250);
const REQUESTS_A_TURN: u64 = 200;
const BOUNDS: [&str; 5] = ["5", "10", "25", "50", "+Inf"];

/// Namespace, workload, code: how many ended within each bound.
type Counts = BTreeMap<(String, String, &'static str), [u64; 5]>;
static COUNTS: Mutex<Counts> = Mutex::new(Counts::new());

/// Starts it, once; the address of the Prometheus. None where that is missing.
pub fn run(server: &'static Server) -> Option<String> {
    static ONCE: OnceLock<Option<(String, Kept)>> = OnceLock::new();
    ONCE.get_or_init(|| {
        let Some(program) = which("prometheus") else {
            println!("skip: Prometheus is not on this machine: canaries in a cluster are not tested");
            return None;
        };
        let port = server.runtime.block_on(export());
        server.runtime.spawn(async {
            loop {
                _ = turn(server).await;
                tokio::time::sleep(TURN).await;
            }
        });
        let config = format!(
            "global: {{scrape_interval: 1s}}\nscrape_configs:\n  - job_name: mesh\n    static_configs: [{{targets: [\"127.0.0.1:{port}\"]}}]\n"
        );
        let file = server.path("prometheus.yml");
        std::fs::write(&file, config).unwrap();
        let address = format!("127.0.0.1:{}", free_port());
        let arguments = [
            format!("--config.file={file}"),
            format!("--storage.tsdb.path={}", server.path("prometheus")),
            format!("--web.listen-address={address}"),
        ];
        let log = std::path::PathBuf::from(server.path("prometheus.log"));
        Some((format!("http://{address}"), Kept::start(&log, &program, &arguments)))
    })
    .as_ref()
    .map(|(address, _)| address.clone())
}

async fn turn(server: &Server) -> kube::Result<()> {
    let client = server.client().await;
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("networking.istio.io", "v1", "VirtualService"));
    let services: Api<DynamicObject> = Api::all_with(client.clone(), &resource);
    for service in services.list(&ListParams::default()).await? {
        let namespace = service.namespace().unwrap_or_default();
        let routes = service.data["spec"]["http"].as_array().cloned().unwrap_or_default();
        let Some(primary) = routes.iter().find(|route| route["name"] == "primary") else { continue };
        let deployments: Api<Deployment> = Api::namespaced(client.clone(), &namespace);
        for destination in primary["route"].as_array().into_iter().flatten() {
            let subset = destination["destination"]["subset"].as_str().unwrap_or_default();
            let name = if subset == "stable" { "raally".to_owned() } else { format!("raally-{subset}") };
            let weight = destination["weight"].as_u64().unwrap_or(100);
            let whole: u64 =
                primary["route"].as_array().into_iter().flatten().filter_map(|one| one["weight"].as_u64()).sum();
            let count = (REQUESTS_A_TURN * weight).checked_div(whole.max(1)).unwrap_or(0);
            let Ok(deployment) = deployments.get(&name).await else { continue };
            let image = deployment.spec.and_then(|spec| spec.template.spec?.containers.first()?.image.clone());
            send(&namespace, &name, count, &nature(&image.unwrap_or_default()).0);
        }
    }
    Ok(())
}

fn send(namespace: &str, workload: &str, count: u64, nature: &Nature) {
    let bad = if let Nature::Fails(percent) = nature { count * percent / 100 } else { 0 };
    let mut counts = COUNTS.lock().unwrap();
    for (code, count) in [("200", count - bad), ("503", bad)] {
        let buckets = counts.entry((namespace.to_owned(), workload.to_owned(), code)).or_default();
        // Half within 5 ms, nearly all within 10.
        for (bucket, part) in buckets.iter_mut().zip([count / 2, count - count / 50, count, count, count]) {
            *bucket += part;
        }
    }
}

async fn export() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            tokio::spawn(async move {
                let answer = service_fn(|_: http::Request<hyper::body::Incoming>| async {
                    let answer = Response::builder().header("content-type", "text/plain; version=0.0.4");
                    answer.body(Full::new(Bytes::from(text())))
                });
                _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    });
    port
}

fn text() -> String {
    let mut text = "# TYPE istio_request_duration_milliseconds histogram\n".to_owned();
    for ((namespace, workload, code), buckets) in COUNTS.lock().unwrap().iter() {
        for (bound, count) in BOUNDS.iter().zip(buckets) {
            text.push_str(&format!(
                "istio_request_duration_milliseconds_bucket{{reporter=\"source\",destination_workload_namespace=\"{namespace}\",\
                 destination_workload=\"{workload}\",response_code=\"{code}\",response_flags=\"-\",le=\"{bound}\"}} {count}\n"
            ));
        }
    }
    text
}
