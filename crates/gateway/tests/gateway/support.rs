//! What the tests share: a gateway with a folder of its own, servers that can be told how to behave, a client.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use raally_gateway::config::AccessLog;
use raally_gateway::{Begin, Client, Config, Ended, Group, Running, Table, Target};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

pub type Body = BoxBody<Bytes, Infallible>;
type Answering = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;
type Handler = Arc<dyn Fn(Request<Incoming>) -> Answering + Send + Sync>;

pub fn full(text: impl Into<Bytes>) -> Body {
    Full::from(text.into()).boxed()
}

/// A server behind the gateway. It ends when it is dropped, with all its connections.
pub struct Upstream {
    pub address: SocketAddr,
    hits: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl Upstream {
    /// Answers every request, except checks, with what the handler says.
    pub async fn start<F, A>(handler: F) -> Self
    where
        F: Fn(Request<Incoming>) -> A + Send + Sync + 'static,
        A: Future<Output = Response<Body>> + Send + 'static,
    {
        Self::at("127.0.0.1:0".parse().unwrap(), handler).await
    }

    pub async fn at<F, A>(address: SocketAddr, handler: F) -> Self
    where
        F: Fn(Request<Incoming>) -> A + Send + Sync + 'static,
        A: Future<Output = Response<Body>> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let hits = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&hits);
        let handler: Handler = Arc::new(move |request| {
            if request.uri().path() != "/ready" {
                counted.fetch_add(1, Ordering::Relaxed);
            }
            Box::pin(handler(request))
        });
        let task = tokio::spawn(async move {
            // Dropped with the task, and each connection with it.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let handler = Arc::clone(&handler);
                let service = service_fn(move |request| {
                    let answer = handler(request);
                    async move { Ok::<_, Infallible>(answer.await) }
                });
                connections
                    .spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, hits, task }
    }

    /// One that says its name with 200.
    pub async fn named(name: &'static str) -> Self {
        Self::start(move |_| async move { Response::new(full(name)) }).await
    }

    /// One that answers with the status that is in the switch.
    pub async fn switched(status: &Arc<Mutex<StatusCode>>) -> Self {
        let status = Arc::clone(status);
        Self::start(move |_| {
            let status = *status.lock().unwrap();
            async move { Response::builder().status(status).body(full("switched")).unwrap() }
        })
        .await
    }

    /// Requests that arrived, without checks.
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    /// Ends it with all its connections; what listens nowhere refuses.
    pub async fn kill(self) -> SocketAddr {
        self.task.abort();
        while !self.task.is_finished() {
            tokio::task::yield_now().await;
        }
        self.address
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An address where nobody listens.
pub async fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

pub fn switch(status: StatusCode) -> Arc<Mutex<StatusCode>> {
    Arc::new(Mutex::new(status))
}

/// A table: for each group its weight and the addresses of its targets, named `GROUP-1` and so on.
pub fn table(groups: &[(&str, u32, &[SocketAddr])]) -> Table {
    let mut table = Table::default();
    for (name, weight, addresses) in groups {
        let targets = addresses.iter().enumerate().map(|(index, address)| Target {
            id: format!("{name}-{}", index + 1).into(),
            address: address.to_string(),
        });
        let group = Group { version: format!("version of {name}"), targets: targets.collect(), fallback: None };
        table.groups.insert((*name).into(), group);
        table.split.insert((*name).into(), *weight);
    }
    table
}

pub fn falls_back(mut table: Table, group: &str, fallback: &str) -> Table {
    table.groups.get_mut(&group.into()).unwrap().fallback = Some(fallback.into());
    table
}

/// A gateway in this process.
pub struct Gateway {
    running: Option<Running>,
    pub folder: Arc<TempDir>,
    pub address: SocketAddr,
    pub client: Client,
}

pub fn config(folder: &TempDir) -> Config {
    let mut config = Config::plain(
        "127.0.0.1:0".parse().unwrap(),
        folder.path().join("admin.sock"),
        folder.path().join("state.json"),
    );
    config.workers = 2;
    config.access_log = AccessLog::Off;
    config.reveal_group = true;
    // Most tests look at what answers do; those about checks turn them on.
    config.health.path = String::new();
    config
}

impl Gateway {
    pub async fn start(table: Table, change: impl FnOnce(&mut Config)) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let mut config = config(&folder);
        change(&mut config);
        let gateway = Self::begin(config, &folder, Begin::default()).await.unwrap();
        gateway.client.put_table(0, &table).await.unwrap();
        gateway
    }

    pub async fn begin(
        config: Config,
        folder: &Arc<TempDir>,
        begin: Begin,
    ) -> Result<Self, raally_gateway::GatewayError> {
        let running = tokio::task::spawn_blocking(move || Running::start(config, begin)).await.unwrap()?;
        let (address, client) = (running.addresses()[0], running.client());
        Ok(Self { running: Some(running), folder: Arc::clone(folder), address, client })
    }

    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.running.as_ref().unwrap().metrics_address()
    }

    /// Replaces the table, whatever it was.
    pub async fn put(&self, table: &Table) {
        let epoch = self.client.state().await.unwrap().epoch;
        self.client.put_table(epoch, table).await.unwrap();
    }

    pub async fn stop(mut self) -> Ended {
        let running = self.running.take().unwrap();
        tokio::task::spawn_blocking(move || running.stop()).await.unwrap().unwrap()
    }

    /// Waits until it has ended by itself.
    pub async fn ended(mut self) -> Ended {
        let running = self.running.take().unwrap();
        tokio::task::spawn_blocking(move || running.wait()).await.unwrap().unwrap()
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path)).await
    }

    pub async fn send(&self, request: http::request::Builder) -> Reply {
        self.send_body(request, "").await
    }

    pub async fn send_body(&self, request: http::request::Builder, body: &'static str) -> Reply {
        exchange(self.address, request, body).await.unwrap()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            // Ends by itself; the test has seen what it wanted.
            std::thread::spawn(move || running.stop());
        }
    }
}

/// An answer as a client has it.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn group(&self) -> &str {
        self.header("x-gateway-group")
    }
}

/// One request on a connection of its own.
pub async fn exchange(
    address: SocketAddr,
    mut request: http::request::Builder,
    body: &'static str,
) -> Result<Reply, hyper::Error> {
    if request.headers_ref().is_some_and(|headers| !headers.contains_key("host")) {
        request = request.header("host", "raally.example");
    }
    let request: Request<Full<Bytes>> = request.body(Full::from(body)).unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = String::from_utf8_lossy(&body.collect().await?.to_bytes()).into_owned();
    Ok(Reply { status: head.status, headers: head.headers, body })
}

/// Waits for a condition, for at most ten seconds.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut condition: impl FnMut() -> F) -> T {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(tokio::time::Instant::now() < deadline, "{what} did not come about");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The gateway as a program; `cargo test` builds it as an example.
pub fn program() -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.join("examples/gateway")
}

pub fn post(path: &str) -> http::request::Builder {
    Request::builder().method(Method::POST).uri(path)
}
