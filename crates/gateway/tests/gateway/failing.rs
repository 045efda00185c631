//! Targets that fail: what the client hears of it, what is charged to whom, who gets no more requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use raally_gateway::{Breaker, GroupCounts, Health};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::support::{Gateway, Upstream, falls_back, full, nobody, post, switch, table, until};

async fn counts(gateway: &Gateway, group: &str) -> GroupCounts {
    gateway.client.counts().await.unwrap().groups.remove(&group.into()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_idempotent_attempt_is_answered_by_the_fallback_and_charged_to_the_canary() {
    let stable = Upstream::named("stable").await;
    let canary = Upstream::switched(&switch(StatusCode::INTERNAL_SERVER_ERROR)).await;
    let groups = table(&[("stable", 5_000, &[stable.address]), ("canary", 5_000, &[canary.address])]);
    let gateway = Gateway::start(falls_back(groups, "canary", "stable"), |config| config.workers = 1).await;
    for _ in 0..8 {
        let reply = gateway.get("/").await;
        assert_eq!((reply.status, reply.body.as_str()), (StatusCode::OK, "stable"));
    }
    let (canary, stable) = (counts(&gateway, "canary").await, counts(&gateway, "stable").await);
    assert_eq!((canary.arm.attempts, canary.arm.failures, canary.endings.server_errors), (4, 4, 4));
    assert_eq!((stable.arm.attempts, stable.arm.failures), (8, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_post_is_sent_once_and_with_a_key_again_with_its_body() {
    let bodies = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&bodies);
    let stable = Upstream::start(move |request| {
        let seen = Arc::clone(&seen);
        async move {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            seen.lock().unwrap().push(body);
            Response::new(full("made"))
        }
    })
    .await;
    let canary = Upstream::switched(&switch(StatusCode::BAD_GATEWAY)).await;
    let groups = table(&[("stable", 0, &[stable.address]), ("canary", 10_000, &[canary.address])]);
    let gateway = Gateway::start(falls_back(groups, "canary", "stable"), |_| {}).await;
    let reply = gateway.send_body(post("/"), "once").await;
    assert_eq!((reply.status, canary.hits(), stable.hits()), (StatusCode::BAD_GATEWAY, 1, 0));
    let reply = gateway.send_body(post("/").header("idempotency-key", "k"), "twice").await;
    assert_eq!((reply.status, canary.hits(), stable.hits()), (StatusCode::OK, 2, 1));
    assert_eq!(*bodies.lock().unwrap(), [Bytes::from("twice")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_never_came_about_is_tried_elsewhere_for_every_method() {
    let alive = Upstream::start(|request| async {
        let body = request.into_body().collect().await.unwrap().to_bytes();
        Response::new(full(body))
    })
    .await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[nobody().await, alive.address])]), |config| {
        config.outliers.consecutive = 0;
        config.breaker.percent = 0;
    })
    .await;
    for _ in 0..10 {
        let reply = gateway.send_body(post("/"), "whole").await;
        assert_eq!((reply.status, reply.body.as_str()), (StatusCode::OK, "whole"));
    }
    assert!(counts(&gateway, "stable").await.endings.connect_failures >= 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_fallback_an_error_of_the_application_is_not_asked_twice() {
    let status = switch(StatusCode::INTERNAL_SERVER_ERROR);
    let (one, two) = (Upstream::switched(&status).await, Upstream::switched(&status).await);
    let gateway = Gateway::start(table(&[("stable", 10_000, &[one.address, two.address])]), |_| {}).await;
    assert_eq!(gateway.get("/").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(one.hits() + two.hits(), 1);
    *status.lock().unwrap() = StatusCode::SERVICE_UNAVAILABLE;
    assert_eq!(gateway.get("/").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(one.hits() + two.hits(), 3, "unavailable may be available elsewhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_end_with_their_budget() {
    let stable = Upstream::named("stable").await;
    let canary = Upstream::switched(&switch(StatusCode::INTERNAL_SERVER_ERROR)).await;
    let groups = table(&[("stable", 0, &[stable.address]), ("canary", 10_000, &[canary.address])]);
    let gateway = Gateway::start(falls_back(groups, "canary", "stable"), |config| {
        (config.retries.per_second, config.retries.percent) = (0, 10);
        (config.outliers.consecutive, config.breaker.percent) = (0, 0);
    })
    .await;
    let mut spared = 0;
    for _ in 0..100 {
        spared += u32::from(gateway.get("/").await.status.is_success());
    }
    assert_eq!(spared, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_attempt_is_charged_and_answered_by_the_fallback_or_504() {
    let stable = Upstream::named("stable").await;
    let canary = Upstream::start(|_| std::future::pending()).await;
    let groups = table(&[("stable", 0, &[stable.address]), ("canary", 10_000, &[canary.address])]);
    let change = |config: &mut raally_gateway::Config| config.timeouts.attempt_ms = 100;
    let gateway = Gateway::start(falls_back(groups.clone(), "canary", "stable"), change).await;
    assert_eq!(gateway.get("/").await.body, "stable");
    assert_eq!(gateway.send_body(post("/"), "x").await.status, StatusCode::GATEWAY_TIMEOUT);
    let canary = counts(&gateway, "canary").await;
    assert_eq!((canary.endings.timeouts, canary.arm.failures), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_breaker_spares_the_target_and_good_probes_close_it() {
    let status = switch(StatusCode::INTERNAL_SERVER_ERROR);
    let (canary, stable) = (Upstream::switched(&status).await, Upstream::named("stable").await);
    let groups = table(&[("stable", 0, &[stable.address]), ("canary", 10_000, &[canary.address])]);
    let gateway = Gateway::start(falls_back(groups, "canary", "stable"), |config| {
        (config.breaker.attempts_min, config.breaker.open_ms) = (5, 2_000);
        config.retries.per_second = 1_000;
    })
    .await;
    for _ in 0..20 {
        assert_eq!(gateway.get("/").await.body, "stable");
    }
    assert_eq!(canary.hits(), 5, "then the breaker was open");
    let read = counts(&gateway, "canary").await;
    assert_eq!((read.breaker_openings, read.impaired), (1, true));
    *status.lock().unwrap() = StatusCode::OK;
    until("the breaker's closing", async || {
        gateway.get("/").await;
        let state = gateway.client.state().await.unwrap();
        let canary = state.targets.iter().find(|target| target.id.as_str() == "canary-1").unwrap();
        (canary.breaker == Breaker::Closed).then_some(())
    })
    .await;
    assert_eq!(gateway.get("/").await.body, "switched");
    assert!(!counts(&gateway, "canary").await.impaired);
}

#[tokio::test(flavor = "multi_thread")]
async fn failing_targets_are_ejected_but_never_more_than_half_and_come_back() {
    let status = switch(StatusCode::INTERNAL_SERVER_ERROR);
    let (one, two) = (Upstream::switched(&status).await, Upstream::switched(&status).await);
    let gateway = Gateway::start(table(&[("stable", 10_000, &[one.address, two.address])]), |config| {
        config.breaker.percent = 0;
        (config.outliers.consecutive, config.outliers.base_ms) = (3, 3_000);
    })
    .await;
    for _ in 0..20 {
        gateway.get("/").await;
    }
    let targets = gateway.client.state().await.unwrap().targets;
    let ejected: Vec<bool> = targets.iter().map(|target| target.ejected_ms.is_some()).collect();
    assert_eq!(ejected.iter().filter(|ejected| **ejected).count(), 1, "{targets:?}");
    assert_eq!(counts(&gateway, "stable").await.ejections, 1);
    *status.lock().unwrap() = StatusCode::OK;
    let before = [one.hits(), two.hits()];
    until("the ejected target's return", async || {
        gateway.get("/").await;
        (one.hits() > before[0] && two.hits() > before[1]).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failing_checks_take_a_target_out_and_good_ones_bring_it_back() {
    let ready = switch(StatusCode::OK);
    let asked = Arc::clone(&ready);
    let ill = Upstream::start(move |request| {
        let status = if request.uri().path() == "/ready" { *asked.lock().unwrap() } else { StatusCode::OK };
        async move { Response::builder().status(status).body(full("ill")).unwrap() }
    })
    .await;
    let well = Upstream::named("well").await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[ill.address, well.address])]), |config| {
        (config.health.path, config.health.interval_ms) = ("/ready".into(), 20);
    })
    .await;
    let health = async |wanted: Health| {
        let state = gateway.client.state().await.unwrap();
        (state.targets[0].health == wanted).then_some(())
    };
    until("health", || health(Health::Healthy)).await;
    *ready.lock().unwrap() = StatusCode::SERVICE_UNAVAILABLE;
    until("illness", || health(Health::Unhealthy)).await;
    let before = ill.hits();
    for _ in 0..20 {
        assert_eq!(gateway.get("/").await.body, "well");
    }
    assert_eq!(ill.hits(), before);
    *ready.lock().unwrap() = StatusCode::OK;
    until("recovery", || health(Health::Healthy)).await;
    until("its next request", async || {
        gateway.get("/").await;
        (ill.hits() > before).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_every_target_looks_ill_requests_still_go_to_one() {
    let stable = Upstream::start(|request| async move {
        let status = if request.uri().path() == "/ready" { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
        Response::builder().status(status).body(full("still here")).unwrap()
    })
    .await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[stable.address])]), |config| {
        (config.health.path, config.health.interval_ms) = ("/ready".into(), 20);
    })
    .await;
    until("illness", async || {
        (gateway.client.state().await.unwrap().targets[0].health == Health::Unhealthy).then_some(())
    })
    .await;
    assert_eq!(gateway.get("/").await.body, "still here");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_off_is_charged_and_the_client_hears_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let broken = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let read = stream.read(&mut [0; 4_096]).await.unwrap();
        assert!(read > 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").await.unwrap();
    });
    let gateway = Gateway::start(table(&[("stable", 10_000, &[broken])]), |_| {}).await;
    let request = Request::get("/");
    assert!(super::support::exchange(gateway.address, request, "").await.is_err());
    let read = counts(&gateway, "stable").await;
    assert_eq!((read.endings.ok, read.endings.aborted, read.arm.failures), (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_is_charged_to_nobody_and_its_place_is_freed() {
    let arrived = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&arrived);
    let slow = Upstream::start(move |_| {
        seen.fetch_add(1, Ordering::Relaxed);
        std::future::pending()
    })
    .await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[slow.address])]), |_| {}).await;
    let client = TcpStream::connect(gateway.address).await.unwrap();
    client.writable().await.unwrap();
    client.try_write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    until("the request's arrival", async || (arrived.load(Ordering::Relaxed) == 1).then_some(())).await;
    assert_eq!(gateway.client.state().await.unwrap().targets[0].open, 1);
    drop(client);
    let read = until("the count", async || {
        let read = counts(&gateway, "stable").await;
        (read.endings.cancelled == 1).then_some(read)
    })
    .await;
    assert_eq!(read.arm.attempts, 0);
    assert_eq!(gateway.client.state().await.unwrap().targets[0].open, 0);
}

/// Sends the begin of an upload of a thousand bytes, then what `end` does; the status line of the answer, if one comes.
async fn upload(gateway: &Gateway, framing: &str, end: impl AsyncFnOnce(&mut TcpStream)) -> String {
    let mut client = TcpStream::connect(gateway.address).await.unwrap();
    client.write_all(format!("POST / HTTP/1.1\r\nhost: a\r\n{framing}\r\n\r\n").as_bytes()).await.unwrap();
    end(&mut client).await;
    let mut answer = Vec::new();
    // A reset is an answer too: none.
    let _ = tokio::time::timeout(Duration::from_secs(10), client.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_the_client_breaks_off_is_charged_to_nobody() {
    let target = Upstream::start(|request| async {
        let whole = request.into_body().collect().await.is_ok();
        Response::new(full(if whole { "whole" } else { "broken" }))
    })
    .await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[target.address])]), |config| {
        config.timeouts.attempt_ms = 300;
        config.outliers.consecutive = 1;
        config.outliers.percent_max = 100;
    })
    .await;
    let known = "content-length: 1000";
    let half = upload(&gateway, known, async |client| {
        client.write_all(b"half").await.unwrap();
        client.shutdown().await.unwrap();
    })
    .await;
    let no_chunk = upload(&gateway, "transfer-encoding: chunked", async |client| {
        client.write_all(b"3\r\nabc\r\nno chunk\r\n").await.unwrap();
    })
    .await;
    let stalled = upload(&gateway, known, async |client| client.write_all(b"half").await.unwrap()).await;
    for answer in [half, no_chunk, stalled] {
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    let read = until("the counts", async || {
        let read = counts(&gateway, "stable").await;
        (read.endings.cancelled == 3).then_some(read)
    })
    .await;
    assert_eq!((read.arm.attempts, read.arm.failures, read.ejections), (0, 0, 0), "{:?}", read.endings);
    assert_eq!(gateway.send_body(post("/"), "all of it").await.body, "whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_breaks_an_upload_or_never_answers_it_is_charged() {
    let silent = Upstream::start(|request| async {
        if request.uri().path() == "/read" {
            request.into_body().collect().await.unwrap();
        }
        std::future::pending().await
    })
    .await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[silent.address])]), |config| {
        config.timeouts.attempt_ms = 300;
    })
    .await;
    assert_eq!(gateway.send_body(post("/read"), "all of it").await.status, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(counts(&gateway, "stable").await.endings.timeouts, 1);
    let mut killed = Some(silent);
    let answer = upload(&gateway, "content-length: 1000", async |client| {
        client.write_all(b"half").await.unwrap();
        until("the request's arrival", async || (killed.as_ref().unwrap().hits() == 2).then_some(())).await;
        killed.take().unwrap().kill().await;
    })
    .await;
    assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
    let read = counts(&gateway, "stable").await;
    assert_eq!((read.endings.resets, read.endings.cancelled, read.arm.failures), (1, 0, 2), "{:?}", read.endings);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_the_target_closed_while_it_was_idle_is_no_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = listener.local_addr().unwrap();
    let closed = Arc::new(AtomicU64::new(0));
    let closing = Arc::clone(&closed);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let read = stream.read(&mut [0; 4_096]).await.unwrap();
            assert!(read > 0);
            // It says nothing about the end, and closes.
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
            drop(stream);
            closing.fetch_add(1, Ordering::Relaxed);
        }
    });
    let gateway = Gateway::start(table(&[("stable", 10_000, &[target])]), |config| config.workers = 1).await;
    for round in 1..=20 {
        assert_eq!(gateway.send(post("/")).await.status, StatusCode::OK, "round {round}");
        until("the close", async || (closed.load(Ordering::Relaxed) == round).then_some(())).await;
    }
    let read = counts(&gateway, "stable").await;
    assert_eq!((read.arm.attempts, read.arm.failures), (20, 0), "{:?}", read.endings);
}
