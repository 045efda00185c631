//! Ends in good order: of a target, of a group in mid-release, of the gateway itself.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request, Response, StatusCode};
use raally_gateway::{ClientError, DrainOutcome, Ended, Refusal};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::load::Load;
use super::support::{Gateway, Upstream, exchange, full, table, until};

async fn held() -> (Upstream, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let passing = Arc::clone(&gate);
    let upstream = Upstream::start(move |_| {
        let passing = Arc::clone(&passing);
        async move {
            passing.acquire().await.unwrap().forget();
            Response::new(full("let through"))
        }
    })
    .await;
    (upstream, gate)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_ends_with_the_last_open_request_and_new_ones_go_elsewhere() {
    let ((leaving, gate), staying) = (held().await, Upstream::named("staying").await);
    let gateway = Gateway::start(table(&[("stable", 10_000, &[leaving.address])]), |_| {}).await;
    let asking = tokio::spawn(exchange(gateway.address, Request::get("/"), ""));
    until("an open request", async || (leaving.hits() == 1).then_some(())).await;
    gateway.put(&table(&[("stable", 10_000, &[leaving.address, staying.address])])).await;
    let id = "stable-1".into();
    let outcome = gateway.client.drain(&id, Duration::from_millis(20)).await.unwrap();
    assert_eq!(outcome, DrainOutcome { open: 1 }, "at the deadline it says what is open");
    for _ in 0..10 {
        assert_eq!(gateway.get("/").await.body, "staying");
    }
    let client = gateway.client.clone();
    let drain = tokio::spawn(async move { client.drain(&"stable-1".into(), Duration::from_secs(10)).await });
    gate.add_permits(1);
    assert_eq!(drain.await.unwrap().unwrap(), DrainOutcome { open: 0 });
    assert_eq!(asking.await.unwrap().unwrap().body, "let through");
    gate.add_permits(100);
    gateway.client.undrain(&id).await.unwrap();
    until("a request to it", async || {
        gateway.get("/").await;
        (leaving.hits() > 1).then_some(())
    })
    .await;
    let unknown = gateway.client.drain(&"nobody".into(), Duration::ZERO).await.unwrap_err();
    assert!(matches!(unknown, ClientError::Refused(Refusal::UnknownTarget { .. })), "{unknown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn targets_are_replaced_under_load_without_a_failed_post() {
    let mut current = Upstream::named("first").await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[current.address])]), |_| {}).await;
    let load = Load::start(gateway.address, 8, Method::POST);
    for _ in 0..5 {
        load.goes_on(100).await;
        let next = Upstream::named("next").await;
        let mut both = table(&[("stable", 10_000, &[current.address]), ("next", 0, &[next.address])]);
        gateway.put(&both).await;
        both.split = [("stable".into(), 0), ("next".into(), 10_000)].into();
        gateway.put(&both).await;
        let drained = gateway.client.drain(&"stable-1".into(), Duration::from_secs(10)).await.unwrap();
        assert_eq!(drained, DrainOutcome { open: 0 });
        current.kill().await;
        current = next;
        // The new one becomes the stable one, under another name.
        let mut alone = table(&[("stable", 10_000, &[current.address])]);
        alone.groups.get_mut(&"stable".into()).unwrap().targets[0].id = "next-1".into();
        gateway.put(&alone).await;
        alone.groups.get_mut(&"stable".into()).unwrap().targets[0].id = "stable-1".into();
        gateway.put(&alone).await;
    }
    load.goes_on(100).await;
    assert_eq!(load.end().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_ends_when_its_requests_have() {
    let (upstream, gate) = held().await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[upstream.address])]), |_| {}).await;
    let (address, client, folder) = (gateway.address, gateway.client.clone(), Arc::clone(&gateway.folder));
    let mut idle = TcpStream::connect(address).await.unwrap();
    let asking = tokio::spawn(exchange(address, Request::get("/"), ""));
    until("an open request", async || (upstream.hits() == 1).then_some(())).await;
    let stopping = tokio::spawn(gateway.stop());
    until("a refused connection", async || TcpStream::connect(address).await.is_err().then_some(())).await;
    assert!(client.state().await.unwrap().draining);
    // The idle connection closes although a request is still open.
    assert_eq!(idle.read(&mut [0]).await.unwrap(), 0);
    gate.add_permits(1);
    let reply = asking.await.unwrap().unwrap();
    assert_eq!((reply.status, reply.body.as_str()), (StatusCode::OK, "let through"));
    assert_eq!(stopping.await.unwrap(), Ended { moved: false, cut_off: 0 });
    assert!(!folder.path().join("admin.sock").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_never_ends_is_cut_off_at_the_deadline() {
    let (upstream, _gate) = held().await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[upstream.address])]), |config| {
        config.timeouts.drain_ms_max = 200;
        config.timeouts.idle_grace_ms = 50;
    })
    .await;
    let asking = tokio::spawn(exchange(gateway.address, Request::get("/"), ""));
    until("an open request", async || (upstream.hits() == 1).then_some(())).await;
    assert_eq!(gateway.stop().await, Ended { moved: false, cut_off: 1 });
    assert!(asking.await.unwrap().is_err());
}
