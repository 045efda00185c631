//! Who may call what, and what the refused learn.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use http::StatusCode;
use support::{OTHER_WORKSPACE, PERSON, start};

#[tokio::test]
async fn nobody_is_asked_to_sign_in() {
    let app = start();
    let seen = app.call("GET /api/v1/workspaces/{w}/people", &[], "").await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
    assert_eq!(seen.header("www-authenticate"), "Bearer realm=\"raally\"");
    assert_eq!(seen.header("content-type"), "application/problem+json");
    let basic = [("authorization", "Basic b3duZXI6b3duZXI=")];
    assert_eq!(app.call("GET /api/v1/auth/me", &basic, "").await.code(), "unauthenticated");
}

#[tokio::test]
async fn an_expired_token_is_refused_without_saying_why() {
    let seen = start().get("/api/v1/workspaces/{w}/people", "expired").await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
    assert!(seen.header("www-authenticate").contains("invalid_token"));
    assert!(!String::from_utf8_lossy(&seen.body).contains("expired"));
}

#[tokio::test]
async fn roles_decide_as_the_table_says() {
    let app = start();
    for (token, status) in [("owner", 201), ("resource-manager", 201), ("project-manager", 403), ("viewer", 403)] {
        let headers = [("authorization", &*format!("bearer {token}")), ("content-type", "application/json")];
        let seen = app.call("POST /api/v1/workspaces/{w}/people", &headers, "{\"name\":\"x\"}").await;
        assert_eq!(seen.status.as_u16(), status, "{token}");
    }
    assert_eq!(app.app.created.load(std::sync::atomic::Ordering::Relaxed), 2);
}

#[tokio::test]
async fn own_grants_reach_the_handler() {
    let app = start();
    let path = "/api/v1/workspaces/{w}/projects?from=2026-01-01&to=2026-01-02";
    assert_eq!(app.get(path, "project-manager").await.json()["own"], true);
    assert_eq!(app.get(path, "admin").await.json()["own"], false);
}

#[tokio::test]
async fn a_foreign_workspace_answers_as_one_that_does_not_exist() {
    let app = start();
    let nowhere = "01960000-0000-7000-8000-0000000000cc";
    let mut answers = Vec::new();
    for (workspace, token) in [
        (OTHER_WORKSPACE, "owner"),
        (nowhere, "owner"),
        ("no-uuid", "owner"),
        ("00000000-0000-0000-0000-000000000000", "owner"),
        (support::WORKSPACE, "stranger"),
        (support::WORKSPACE, "platform-admin"),
    ] {
        let headers = [("authorization", &*format!("Bearer {token}")), ("x-request-id", "same")];
        let path = format!("GET /api/v1/workspaces/{workspace}/people/{PERSON}");
        let mut seen = app.call(&path, &headers, "").await;
        seen.response.headers_mut().remove("traceparent");
        answers.push((seen.status, seen.response.headers().clone(), seen.body));
    }
    assert_eq!(answers[0].0, StatusCode::NOT_FOUND);
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn refusal_comes_before_the_body_is_looked_at() {
    let app = start();
    for (token, status) in [("viewer", 403), ("stranger", 404), ("expired", 401)] {
        let headers = [("authorization", &*format!("Bearer {token}"))];
        let seen = app.call("POST /api/v1/workspaces/{w}/people", &headers, "no json").await;
        assert_eq!(seen.status.as_u16(), status, "{token}");
    }
}

#[tokio::test]
async fn platform_operations_are_for_platform_administrators() {
    let app = start();
    assert_eq!(app.get("/api/v1/users", "owner").await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.get("/api/v1/users", "platform-admin").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_unreachable_gate_fails_closed_and_keeps_its_reason() {
    let seen = start().get("/api/v1/users", "down").await;
    assert_eq!(seen.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(seen.header("retry-after"), "2");
    assert!(!String::from_utf8_lossy(&seen.body).contains("secret"));
}

#[tokio::test]
async fn a_cookie_acts_only_for_our_own_pages() {
    let app = start();
    let cookie = ("cookie", "other=1; raally-refresh=\"abc\"");
    let host = ("host", "raally.example");
    for (headers, status) in [
        (vec![cookie, ("sec-fetch-site", "same-origin")], 204),
        (vec![cookie, host, ("origin", "http://raally.example")], 204),
        (vec![cookie, host, ("origin", "https://evil.example")], 403),
        (vec![cookie, host, ("origin", "https://raally.example.evil.example")], 403),
        (vec![cookie, host, ("origin", "null")], 403),
        (vec![cookie, ("sec-fetch-site", "cross-site")], 403),
        (vec![cookie, ("sec-fetch-site", "same-site")], 403),
        (vec![cookie], 403),
        (vec![], 401),
    ] {
        let seen = app.call("POST /api/v1/auth/refresh", &headers, "").await;
        assert_eq!(seen.status.as_u16(), status, "{headers:?}");
    }
}

#[tokio::test]
async fn a_bug_shows_nothing_of_itself() {
    let app = start();
    for path in ["/api/v1/bug", "/api/v1/panic"] {
        let seen = app.get(path, "owner").await;
        assert_eq!(seen.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(seen.code(), "internal");
        let text = String::from_utf8(seen.body.to_vec()).unwrap();
        assert!(!text.contains("hunter2") && !text.contains("panic"), "{text}");
    }
}
