//! Bounds: open requests of a target, the queue, requests of an address, time for a head.

use std::sync::Arc;

use http::{Request, Response, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::support::{Gateway, Upstream, exchange, full, table, until};
use raally_gateway::config::RateLimit;

/// A target that answers when the test lets it.
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
async fn a_full_target_lets_a_few_wait_and_refuses_the_rest_at_once() {
    let (upstream, gate) = held().await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[upstream.address])]), |config| {
        (config.limits.open_per_target_max, config.limits.queue_max) = (2, 1);
        config.limits.queue_ms_max = 10_000;
    })
    .await;
    let address = gateway.address;
    let mut asking: Vec<_> = (0..2).map(|_| tokio::spawn(exchange(address, Request::get("/"), ""))).collect();
    until("two open requests", async || (upstream.hits() == 2).then_some(())).await;
    asking.push(tokio::spawn(exchange(address, Request::get("/"), "")));
    until("a request in the queue", async || {
        gateway
            .client
            .metrics()
            .await
            .unwrap()
            .contains("raally_gateway_queued{group=\"stable\",version=\"version of stable\"} 1")
            .then_some(())
    })
    .await;
    let refused = gateway.get("/").await;
    assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"));
    assert_eq!(upstream.hits(), 2, "the third waits in the gateway");
    gate.add_permits(3);
    for asked in asking {
        assert_eq!(asked.await.unwrap().unwrap().status, StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_a_place_has_an_end() {
    let (upstream, _gate) = held().await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[upstream.address])]), |config| {
        (config.limits.open_per_target_max, config.limits.queue_ms_max) = (1, 50);
    })
    .await;
    let asking = tokio::spawn(exchange(gateway.address, Request::get("/"), ""));
    until("an open request", async || (upstream.hits() == 1).then_some(())).await;
    assert_eq!(gateway.get("/").await.status, StatusCode::SERVICE_UNAVAILABLE);
    asking.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_asks_too_often_is_told_when_to_come_back() {
    let upstream = Upstream::named("stable").await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[upstream.address])]), |config| {
        config.rate_limit = Some(RateLimit { per_second: 1, burst: 5, addresses_max: 10 });
        config.trusted_proxies = vec!["127.0.0.1".into()];
    })
    .await;
    for _ in 0..5 {
        assert_eq!(gateway.get("/").await.status, StatusCode::OK);
    }
    let refused = until("a refusal", async || {
        let reply = gateway.get("/").await;
        (reply.status == StatusCode::TOO_MANY_REQUESTS).then_some(reply)
    })
    .await;
    assert_eq!(refused.header("retry-after"), "1");
    let other = gateway.send(Request::get("/").header("x-forwarded-for", "192.0.2.7")).await;
    assert_eq!(other.status, StatusCode::OK, "others have their own allowance");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_does_not_end_is_cut_off() {
    let upstream = Upstream::named("stable").await;
    let gateway =
        Gateway::start(table(&[("stable", 10_000, &[upstream.address])]), |config| config.timeouts.head_ms = 100).await;
    for begun in ["", "PRI", "GET / HTTP/1.1\r\nhost: a\r\n"] {
        let mut stream = TcpStream::connect(gateway.address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        assert!(!rest.starts_with(b"HTTP/1.1 200"), "{begun}");
    }
    assert_eq!(upstream.hits(), 0);
}
