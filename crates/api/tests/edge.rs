//! What every answer carries, and what is refused before an operation runs.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::StatusCode;
use raally_api::{Dependency, Health, Parts, Peer, RateLimit, Settings, State};
use support::{TestApp, settings, start, with, with_parts};

const ME: &str = "GET /api/v1/workspaces/{w}/people/{p}";
const OWNER: (&str, &str) = ("authorization", "Bearer owner");

#[tokio::test]
async fn every_answer_is_hardened() {
    let app = start();
    for line in [ME, "GET /nothing", "DELETE /api/health", "GET /api/docs"] {
        let seen = app.call(line, &[OWNER], "").await;
        assert!(seen.header("content-security-policy").contains("frame-ancestors 'none'"), "{line}");
        assert!(!seen.header("content-security-policy").contains("unsafe"), "{line}");
        assert_eq!(seen.header("x-content-type-options"), "nosniff");
        assert_eq!(seen.header("referrer-policy"), "no-referrer");
        assert_eq!(seen.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(seen.header("cross-origin-resource-policy"), "same-origin");
        assert!(seen.header("permissions-policy").contains("camera=()"));
        assert_eq!(seen.header("strict-transport-security"), "", "only over TLS");
        assert_eq!(seen.header("server"), "");
    }
    assert_eq!(app.call(ME, &[OWNER], "").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn tls_callers_are_told_to_stay_with_tls() {
    let app = with(Settings { trusted_proxies: vec!["127.0.0.1".parse().unwrap()], ..settings() });
    let seen = app.call(ME, &[OWNER, ("x-forwarded-proto", "https")], "").await;
    assert!(seen.header("strict-transport-security").starts_with("max-age=31536000"));
}

#[tokio::test]
async fn sound_request_ids_are_kept_and_others_replaced() {
    let app = start();
    let id = |value: &'static str| {
        let app = &app;
        async move { app.call(ME, &[OWNER, ("x-request-id", value)], "").await.header("x-request-id").to_owned() }
    };
    assert_eq!(id("a-1_b.C").await, "a-1_b.C");
    for bad in ["", "a b", "x\t", "<script>", "0123456789012345678901234567890123456789012345678901234567890123456789"]
    {
        assert_eq!(id(bad).await.len(), 36, "{bad}");
    }
}

#[tokio::test]
async fn a_trace_goes_on_with_a_span_of_our_own() {
    let app = start();
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let seen = app.call(ME, &[OWNER, ("traceparent", parent)], "").await;
    let ours = seen.header("traceparent");
    assert!(ours.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && ours.ends_with("-01"), "{ours}");
    assert_ne!(ours, parent);
    for broken in [
        "00-0-0-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "junk",
    ] {
        let seen = app.call(ME, &[OWNER, ("traceparent", broken)], "").await;
        assert_eq!(seen.header("traceparent").len(), 55, "{broken}");
        assert!(!seen.header("traceparent").contains("4bf92f35"));
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    let app = start();
    let nothing = app.call("GET /api/v1/nothing", &[], "").await;
    assert_eq!((nothing.status, nothing.code().as_str()), (StatusCode::NOT_FOUND, "not-found"));
    let wrong = app.call("DELETE /api/v1/workspaces/{w}/people", &[], "").await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong.header("allow"), "GET, HEAD, POST, OPTIONS");
    let options = app.call("OPTIONS /api/v1/workspaces/{w}/people", &[], "").await;
    assert_eq!((options.status, options.header("allow")), (StatusCode::NO_CONTENT, "GET, HEAD, POST, OPTIONS"));
}

#[tokio::test]
async fn head_is_get_without_its_body() {
    let app = start();
    let whole = app.call(ME, &[OWNER], "").await;
    let head = app.call(&ME.replace("GET", "HEAD"), &[OWNER], "").await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(head.header("content-length"), whole.body.len().to_string());
    assert_eq!(head.header("etag"), whole.header("etag"));
}

#[tokio::test]
async fn only_listed_origins_may_read() {
    let app = with(Settings { cors_origins: vec!["https://app.example".into()], ..settings() });
    let seen = app.call(ME, &[OWNER, ("origin", "https://app.example")], "").await;
    assert_eq!(seen.header("access-control-allow-origin"), "https://app.example");
    assert_eq!(seen.header("vary"), "origin");
    for origin in ["https://app.example.evil.example", "http://app.example", "null", "*"] {
        let seen = app.call(ME, &[OWNER, ("origin", origin)], "").await;
        assert_eq!(seen.header("access-control-allow-origin"), "", "{origin}");
    }
    let ask = [("origin", "https://app.example"), ("access-control-request-method", "PUT")];
    let preflight = app.call(&ME.replace("GET", "OPTIONS"), &ask, "").await;
    assert_eq!(preflight.status, StatusCode::NO_CONTENT);
    assert_eq!(preflight.header("access-control-allow-methods"), "GET, HEAD, PUT, OPTIONS");
    assert!(preflight.header("access-control-allow-headers").contains("if-match"));
    let closed = start().call(ME, &[OWNER, ("origin", "https://app.example")], "").await;
    assert_eq!(closed.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn other_host_names_are_turned_away_but_probes_are_not() {
    let app = with(Settings { hosts: vec!["raally.example".into()], ..settings() });
    for (host, status) in [("raally.example", 200), ("RAALLY.example:8443", 200), ("evil.example", 421)] {
        assert_eq!(app.call(ME, &[OWNER, ("host", host)], "").await.status.as_u16(), status, "{host}");
    }
    let probe = app.call("GET /api/health/live", &[("host", "10.0.0.7:8080")], "").await;
    assert_eq!(probe.status, StatusCode::OK);
    let twice = start().call(ME, &[OWNER, ("host", "a"), ("host", "b")], "").await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST);
}

fn limited(requests: u32) -> TestApp {
    let window = Duration::from_secs(600);
    with(Settings { rate_limit: Some(RateLimit { requests, window, callers_max: 1_000 }), ..settings() })
}

#[tokio::test]
async fn each_caller_has_a_quota_of_their_own() {
    let app = limited(2);
    let first = app.call(ME, &[OWNER], "").await;
    assert_eq!(first.header("ratelimit-policy"), "\"default\";q=2;w=600");
    assert_eq!(first.header("ratelimit"), "\"default\";r=1;t=300");
    assert_eq!(app.call(ME, &[OWNER], "").await.status, StatusCode::OK);
    let third = app.call(ME, &[OWNER], "").await;
    assert_eq!((third.status, third.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "over-limit"));
    let wait: u32 = third.header("retry-after").parse().unwrap();
    assert!((299..=300).contains(&wait));
    assert_eq!(app.get("/api/v1/workspaces/{w}/people/{p}", "admin").await.status, StatusCode::OK);
    for _ in 0..5 {
        assert_eq!(app.call("GET /api/health/live", &[], "").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn wrong_tokens_use_up_their_address() {
    let app = limited(3);
    for status in [401, 401, 401, 429, 429] {
        assert_eq!(app.get("/api/v1/auth/me", "expired").await.status.as_u16(), status);
    }
}

#[tokio::test]
async fn overload_is_shed_and_probes_still_answer() {
    let app = with(Settings { concurrent_requests_max: 1, ..settings() });
    let waiting = {
        let platform = app.platform.clone();
        let request = http::Request::get("/api/v1/wait").body(raally_api::Body::empty()).unwrap();
        let peer = Peer { address: std::net::Ipv4Addr::LOCALHOST.into(), secure: false };
        tokio::spawn(async move { platform.answer(request, peer).await.status() })
    };
    app.app.entered.notified().await;
    let shed = app.call(ME, &[OWNER], "").await;
    assert_eq!((shed.status, shed.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "overload"));
    assert_eq!(shed.header("retry-after"), "1");
    assert_eq!(app.call("GET /api/health/ready", &[], "").await.status, StatusCode::OK);
    app.app.release.notify_one();
    assert_eq!(waiting.await.unwrap(), StatusCode::OK);
    assert_eq!(app.call(ME, &[OWNER], "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let seen = start().call("GET /api/v1/slow", &[], "").await;
    assert_eq!((seen.status, seen.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "timeout"));
}

struct Database(State);

impl Health for Database {
    fn dependencies(&self) -> BoxFuture<'_, Vec<Dependency>> {
        let state = self.0;
        let one = Dependency { name: "database".into(), state, required: true, detail: None };
        Box::pin(async move { vec![one] })
    }
}

#[tokio::test]
async fn readiness_follows_the_dependencies_and_the_drain() {
    for (state, status) in [(State::Up, 200), (State::Degraded, 200), (State::Down, 503)] {
        let app = with_parts(Parts { health: Arc::new(Database(state)), ..Parts::new(settings()) });
        for path in ["/api/health", "/api/health/ready", "/health", "/ready"] {
            let seen = app.call(&format!("GET {path}"), &[], "").await;
            assert_eq!(seen.status.as_u16(), status, "{path}");
            assert_eq!(seen.json()["dependencies"][0]["name"], "database");
        }
        assert_eq!(app.call("GET /api/health/live", &[], "").await.status, StatusCode::OK);
    }
    let app = start();
    app.platform.drain();
    let seen = app.call("GET /ready", &[], "").await;
    assert_eq!((seen.status, &seen.json()["state"]), (StatusCode::SERVICE_UNAVAILABLE, &"draining".into()));
    let still = app.call(ME, &[OWNER], "").await;
    assert_eq!((still.status, still.header("connection")), (StatusCode::OK, "close"));
}

#[tokio::test]
async fn measurements_name_routes_not_paths() {
    let app = start();
    app.call(ME, &[OWNER], "").await;
    app.call("GET /secret-path", &[], "").await;
    app.call("GET /api/v1/bug", &[], "").await;
    let seen = app.call("GET /metrics", &[], "").await;
    let text = String::from_utf8(seen.body.to_vec()).unwrap();
    assert!(seen.header("content-type").starts_with("application/openmetrics-text"));
    for line in [
        "raally_http_request_duration_seconds_count{operation=\"get_person\",route=\"/api/v1/workspaces/{workspaceId}/people/{personId}\",method=\"GET\",status=\"2xx\"} 1",
        "operation=\"get_bug\",route=\"/api/v1/bug\",method=\"GET\",status=\"5xx\"} 1",
        "operation=\"unmatched\",route=\"unmatched\",method=\"ANY\",status=\"4xx\"} 1",
        "raally_http_requests_in_flight 1",
        "raally_build_info{version=",
        "process_resident_memory_bytes ",
        "process_cpu_seconds_total ",
        "process_open_fds ",
    ] {
        assert!(text.contains(line), "{line}\nis not in\n{text}");
    }
    assert!(!text.contains("secret-path"));
    assert!(text.ends_with("# EOF\n"));
}

#[tokio::test]
async fn measurements_can_be_private() {
    let app = with(Settings { metrics_private: true, ..settings() });
    assert_eq!(app.call("GET /metrics", &[], "").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.get("/metrics", "owner").await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.get("/metrics", "platform-admin").await.status, StatusCode::OK);
}
