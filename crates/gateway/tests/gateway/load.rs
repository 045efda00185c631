//! Load for the other tests: clients that keep their connections and never try again. And targets that die under it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::support::{Gateway, Upstream, table, until};

/// Clients that ask without pause.
pub struct Load {
    clients: JoinSet<()>,
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    failures: Arc<std::sync::Mutex<Vec<String>>>,
}

impl Load {
    pub fn start(address: SocketAddr, clients: usize, method: Method) -> Self {
        let load =
            Self { clients: JoinSet::new(), stop: Arc::default(), answered: Arc::default(), failures: Arc::default() };
        let mut load = load;
        for _ in 0..clients {
            let (stop, answered, failures) =
                (Arc::clone(&load.stop), Arc::clone(&load.answered), Arc::clone(&load.failures));
            let method = method.clone();
            load.clients.spawn(async move {
                let mut connection = None;
                while !stop.load(Ordering::Relaxed) {
                    match ask(address, &mut connection, &method).await {
                        Ok(StatusCode::OK) => {
                            answered.fetch_add(1, Ordering::Relaxed);
                        }
                        Ok(status) => failures.lock().unwrap().push(status.to_string()),
                        Err(error) => {
                            connection = None;
                            failures.lock().unwrap().push(error);
                        }
                    }
                }
            });
        }
        load
    }

    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Waits until so many more have been answered.
    pub async fn goes_on(&self, more: u64) {
        let goal = self.answered() + more;
        until("more answers", async || (self.answered() >= goal).then_some(())).await;
    }

    /// Ends it and returns what failed.
    pub async fn end(mut self) -> Vec<String> {
        self.stop.store(true, Ordering::Relaxed);
        while self.clients.join_next().await.is_some() {}
        std::mem::take(&mut *self.failures.lock().unwrap())
    }
}

/// Asks once on the connection that is kept, or on a new one; closes it when the answer says so.
async fn ask(
    address: SocketAddr,
    kept: &mut Option<SendRequest<Full<Bytes>>>,
    method: &Method,
) -> Result<StatusCode, String> {
    let mut sender = match kept.take() {
        Some(sender) => sender,
        None => {
            let stream = TcpStream::connect(address).await.map_err(|error| format!("connect: {error}"))?;
            let (sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
            tokio::spawn(connection);
            sender
        }
    };
    sender.ready().await.map_err(|error| format!("ready: {error}"))?;
    let body = if *method == Method::POST { Full::from("body") } else { Full::default() };
    let request = Request::builder().method(method).uri("/").header(header::HOST, "a").body(body).unwrap();
    let reply = sender.send_request(request).await.map_err(|error| format!("send: {error:?}"))?;
    let closes = reply.headers().get(header::CONNECTION).is_some_and(|value| value == "close");
    let status = reply.status();
    reply.into_body().collect().await.map_err(|error| format!("body: {error}"))?;
    if !closes {
        *kept = Some(sender);
    }
    Ok(status)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_killed_under_load_fails_no_idempotent_request() {
    let (one, two) = (Upstream::named("one").await, Upstream::named("two").await);
    let gateway = Gateway::start(table(&[("stable", 10_000, &[one.address, two.address])]), |config| {
        config.retries.per_second = 1_000;
    })
    .await;
    let load = Load::start(gateway.address, 16, Method::GET);
    load.goes_on(500).await;
    one.kill().await;
    load.goes_on(2_000).await;
    let answered = load.answered();
    assert_eq!(load.end().await, Vec::<String>::new(), "of {answered}");
    let read = gateway.client.counts().await.unwrap().groups.remove(&"stable".into()).unwrap();
    assert!(read.arm.failures > 0, "the kill is charged: {:?}", read.endings);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_slow_under_load_is_left_for_one_that_is_not() {
    let slow = Upstream::start(|_| async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        http::Response::new(super::support::full("slow"))
    })
    .await;
    let fast = Upstream::named("fast").await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[slow.address, fast.address])]), |_| {}).await;
    let load = Load::start(gateway.address, 8, Method::GET);
    load.goes_on(500).await;
    assert_eq!(load.end().await, Vec::<String>::new());
    assert!(fast.hits() > 5 * slow.hits(), "fewest open requests first: {} and {}", fast.hits(), slow.hits());
}

#[tokio::test(flavor = "multi_thread")]
async fn weights_are_kept_within_a_percent_under_parallel_load() {
    let (stable, canary) = (Upstream::named("stable").await, Upstream::named("canary").await);
    let gateway =
        Gateway::start(table(&[("stable", 9_000, &[stable.address]), ("canary", 1_000, &[canary.address])]), |_| {})
            .await;
    let load = Load::start(gateway.address, 16, Method::GET);
    load.goes_on(5_000).await;
    assert_eq!(load.end().await, Vec::<String>::new());
    let all = stable.hits() + canary.hits();
    let share = canary.hits() as f64 / all as f64;
    assert!((share - 0.1).abs() < 0.001, "{share} of {all}");
}
