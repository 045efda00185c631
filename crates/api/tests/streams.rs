//! Event streams: resumed, kept alive, bounded, and closed when they must be.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::time::Duration;

use http_body_util::BodyExt;
use raally_api::{Body, Settings};
use support::{TestApp, settings, start, with};

const EVENTS: &str = "GET /api/v1/workspaces/{w}/events";
const OWNER: (&str, &str) = ("authorization", "Bearer owner");

async fn next(body: &mut Body) -> Option<String> {
    let frame = body.frame().await?.unwrap();
    Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
}

async fn open(app: &TestApp) -> Body {
    let response = app.open(EVENTS, &[OWNER, ("last-event-id", "41")], "").await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let mut body = response.into_body();
    assert_eq!(next(&mut body).await.unwrap(), "retry: 3000\n\n");
    assert_eq!(next(&mut body).await.unwrap(), "id: 42\nevent: plan\ndata: {}\n\n");
    body
}

#[tokio::test(start_paused = true)]
async fn a_quiet_stream_is_kept_alive() {
    let app = start();
    let mut body = open(&app).await;
    let began = tokio::time::Instant::now();
    assert_eq!(next(&mut body).await.unwrap(), ": keep-alive\n\n");
    assert_eq!(next(&mut body).await.unwrap(), ": keep-alive\n\n");
    assert_eq!(began.elapsed().as_secs(), 30);
}

#[tokio::test]
async fn a_revoked_caller_loses_the_stream() {
    let app = start();
    let mut body = open(&app).await;
    app.app.revoked.send_replace(true);
    assert_eq!(tokio::time::timeout(Duration::from_secs(1), next(&mut body)).await.unwrap(), None);
}

#[tokio::test]
async fn shutdown_closes_streams() {
    let app = start();
    let mut body = open(&app).await;
    app.platform.drain();
    assert_eq!(tokio::time::timeout(Duration::from_secs(1), next(&mut body)).await.unwrap(), None);
}

#[tokio::test]
async fn each_user_has_a_bounded_number_of_streams() {
    let app = with(Settings { streams_per_user_max: 2, ..settings() });
    let first = open(&app).await;
    let _second = open(&app).await;
    let third = app.call(EVENTS, &[OWNER], "").await;
    assert_eq!((third.status.as_u16(), third.code().as_str()), (429, "too-many-streams"));
    let metrics = app.call("GET /metrics", &[], "").await;
    assert!(String::from_utf8_lossy(&metrics.body).contains("raally_http_streams_open 2"));
    drop(first);
    let _again = open(&app).await;
}
