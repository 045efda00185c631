//! The OpenAPI document, the pages, the key set and the files of the web application.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use raally_api::{Access, Asset, Assets, Operation, Operations, Parts, RateLimit, Settings, openapi};
use serde_json::Value;
use support::{App, settings, start, with, with_parts};

async fn document() -> Value {
    start().call("GET /api/openapi.json", &[], "").await.json()
}

fn operations_of(document: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            all.push((path.clone(), method.clone(), operation.clone()));
        }
    }
    all
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(target) if key == "$ref" => found.push(target.clone()),
                    _ => references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let document = document().await;
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 20);
    for target in found {
        let pointer = target.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{target}");
    }
}

#[tokio::test]
async fn operations_are_unique_and_complete() {
    let document = document().await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations_of(&document) {
        let id = operation["operationId"].as_str().unwrap().to_owned();
        assert!(ids.insert(id.clone()), "{id} is there twice");
        let declared: BTreeSet<&str> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        let in_path: BTreeSet<&str> =
            path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        assert_eq!(declared, in_path, "{method} {path}");
        for key in ["summary", "tags", "responses", "security", "x-raally-access"] {
            assert!(operation.get(key).is_some(), "{id} has no {key}");
        }
        assert!(operation["responses"].as_object().unwrap().keys().any(|status| status.starts_with('2')), "{id}");
    }
    assert!(ids.contains("create_person") && ids.contains("get_metrics"));
    assert!(!ids.contains("get_docs"), "pages are no operations");
}

#[tokio::test]
async fn access_is_in_the_document() {
    let document = document().await;
    let edit = &document["paths"]["/api/v1/workspaces/{workspaceId}/projects"]["get"];
    assert_eq!(edit["x-raally-access"]["action"], "edit-projects");
    assert_eq!(edit["x-raally-access"]["roles"]["project-manager"], "own");
    assert_eq!(edit["x-raally-access"]["roles"].get("viewer"), None);
    assert_eq!(edit["security"], serde_json::json!([{"bearer": []}]));
    assert_eq!(document["paths"]["/api/health"]["get"]["security"], serde_json::json!([]));
    assert_eq!(edit["responses"]["404"]["$ref"], "#/components/responses/NotFound");
}

#[tokio::test]
async fn parameters_bodies_and_conditions_are_in_the_document() {
    let document = document().await;
    let people = &document["paths"]["/api/v1/workspaces/{workspaceId}/people"];
    let names = |operation: &Value| -> Vec<String> {
        operation["parameters"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&people["get"]), ["workspaceId", "on", "personId", "limit", "cursor"]);
    assert_eq!(names(&people["post"]), ["workspaceId", "Idempotency-Key"]);
    let person = &document["paths"]["/api/v1/workspaces/{workspaceId}/people/{personId}"]["put"];
    assert!(names(person).contains(&"If-Match".to_owned()));
    assert!(person["responses"].get("428").is_some() && person["responses"].get("412").is_some());
    let sent = &people["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    assert_eq!(sent, "#/components/schemas/DetailsInput", "weeks may be left out only when sent");
    assert_eq!(document["components"]["schemas"]["DetailsInput"]["required"], serde_json::json!(["name"]));
    let answered = &document["components"]["schemas"]["DetailsDocument"];
    assert_eq!(answered["required"], serde_json::json!(["id", "version", "createdAt", "updatedAt", "name", "weeks"]));
}

#[tokio::test]
async fn the_document_is_the_same_each_time_and_tagged() {
    let app = start();
    let first = app.call("GET /api/openapi.json", &[], "").await;
    let second = start().call("GET /api/openapi.json", &[], "").await;
    assert_eq!(first.body, second.body);
    let held = app.call("GET /api/openapi.json", &[("if-none-match", first.header("etag"))], "").await;
    assert_eq!(held.status, StatusCode::NOT_MODIFIED);
    let private = with(Settings { docs_private: true, ..settings() });
    assert_eq!(private.call("GET /api/openapi.json", &[], "").await.status, StatusCode::UNAUTHORIZED);
}

#[test]
fn faults_of_a_table_are_named() {
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    struct Open {
        #[expect(dead_code, reason = "only its schema is of interest")]
        inner: Inner,
    }
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    struct Inner {
        #[expect(dead_code, reason = "only its schema is of interest")]
        name: String,
    }
    assert_eq!(openapi::faults(&support::operations()), Vec::<String>::new());
    let mut operations = Operations::<App>::new();
    let done = |_, _, _| async { Ok(raally_api::Answer::no_content()) };
    operations.add(
        Operation::post("/a").id("a").tag("A").summary("A").access(Access::SignedIn).no_content().body::<Open>(),
        done,
    );
    operations.add(Operation::get("/b").id("a").access(Access::Public), |_, _, _| async {
        Ok(raally_api::Answer::no_content())
    });
    operations.add(Operation::get("/b").id("c").access(Access::Public), |_, _, _| async {
        Ok(raally_api::Answer::no_content())
    });
    let faults = openapi::faults(&operations).join("\n");
    assert!(faults.contains("takes unknown fields at Inner") && faults.contains("missing or taken"), "{faults}");
    let twice = raally_api::Platform::new(App::default(), operations, Parts::new(settings())).err().unwrap();
    assert!(twice.join("\n").contains("GET /b is taken"));
}

#[tokio::test]
async fn pages_load_nothing_foreign_or_inline() {
    let app = start();
    for path in ["/", "/api/docs"] {
        let seen = app.call(&format!("GET {path}"), &[], "").await;
        assert_eq!(seen.status, StatusCode::OK);
        assert!(seen.header("content-security-policy").contains("script-src 'self'"));
        let html = String::from_utf8(seen.body.to_vec()).unwrap();
        assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains(" onclick="));
        assert!(!html.contains("<script>") && !html.contains("http://"));
        for linked in html.split('"').filter(|part| part.starts_with('/') && part.contains('.')) {
            assert_eq!(app.call(&format!("GET {linked}"), &[], "").await.status, StatusCode::OK, "{linked}");
        }
    }
    for script in ["docs.js", "schema.js", "try.js"] {
        let seen = app.call(&format!("GET /api/docs/{script}"), &[], "").await;
        let text = String::from_utf8(seen.body.to_vec()).unwrap();
        for forbidden in ["innerHTML", "eval(", "localStorage", "sessionStorage", "document.write"] {
            assert!(!text.contains(forbidden), "{script} has {forbidden}");
        }
    }
}

#[tokio::test]
async fn the_key_set_is_public_and_cached() {
    let seen = start().call("GET /.well-known/jwks.json", &[], "").await;
    assert_eq!(seen.json(), serde_json::json!({"keys": []}));
    assert_eq!(seen.header("cache-control"), "public, max-age=300");
}

struct Dist;

impl Assets for Dist {
    fn get(&self, path: &str) -> Option<Asset> {
        let text = match path {
            "index.html" => "<!doctype html><title>Raally</title>",
            "assets/app-1a2b3c4d.js" => "plain",
            "assets/app-1a2b3c4d.js.br" => "brotli",
            "assets/app-1a2b3c4d.js.gz" => "gzip",
            _ => return None,
        };
        Some(Asset { bytes: Bytes::from_static(text.as_bytes()), tag: format!("t{}", text.len()) })
    }
}

#[tokio::test]
async fn the_web_application_is_served_compressed_and_cached() {
    let app = with_parts(Parts { assets: Some(Arc::new(Dist)), ..Parts::new(settings()) });
    let script = "GET /assets/app-1a2b3c4d.js";
    for (accepted, coding, body) in [
        ("gzip, br", "br", "brotli"),
        ("gzip", "gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip", "gzip"),
        ("", "", "plain"),
    ] {
        let seen = app.call(script, &[("accept-encoding", accepted)], "").await;
        assert_eq!((seen.header("content-encoding"), seen.body.as_ref()), (coding, body.as_bytes()));
        assert_eq!(seen.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(seen.header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(seen.header("vary"), "accept-encoding");
    }
    let held = app.call(script, &[("if-none-match", "\"t5\"")], "").await;
    assert_eq!(held.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn a_page_that_is_held_keeps_the_policy_of_a_page() {
    let app = with_parts(Parts { assets: Some(Arc::new(Dist)), ..Parts::new(settings()) });
    let page = app.call("GET /", &[], "").await;
    let held = app.call("GET /", &[("if-none-match", page.header("etag"))], "").await;
    assert_eq!(held.status, StatusCode::NOT_MODIFIED);
    assert_eq!(held.header("content-security-policy"), page.header("content-security-policy"));
}

#[tokio::test]
async fn files_of_the_web_application_leave_the_limit_of_the_api_alone() {
    let rate = RateLimit { requests: 3, window: Duration::from_secs(600), callers_max: 1_000 };
    let limited = Settings { rate_limit: Some(rate), ..settings() };
    let app = with_parts(Parts { assets: Some(Arc::new(Dist)), ..Parts::new(limited) });
    for path in ["/", "/people/7", "/assets/app-1a2b3c4d.js"].repeat(4) {
        let file = app.call(&format!("GET {path}"), &[], "").await;
        assert_eq!((file.status, file.header("ratelimit")), (StatusCode::OK, ""), "{path}");
    }
    for line in ["GET /api/openapi.json", "GET /missing.js", "POST /people"] {
        assert_ne!(app.call(line, &[], "").await.status, StatusCode::TOO_MANY_REQUESTS, "{line}");
    }
    for line in ["GET /api/openapi.json", "GET /missing.js", "POST /people", "GET /api/v1/nothing"] {
        assert_eq!(app.call(line, &[], "").await.status, StatusCode::TOO_MANY_REQUESTS, "{line}");
    }
    assert_eq!(app.call("GET /", &[], "").await.status, StatusCode::OK, "the page still opens to say so");
}

#[tokio::test]
async fn paths_of_the_web_application_get_its_index() {
    let app = with_parts(Parts { assets: Some(Arc::new(Dist)), ..Parts::new(settings()) });
    for path in ["/", "/people", "/people/7", "/projects/a/b"] {
        let seen = app.call(&format!("GET {path}"), &[], "").await;
        assert_eq!((seen.status, seen.header("cache-control")), (StatusCode::OK, "no-cache"), "{path}");
        assert!(seen.header("content-type").starts_with("text/html"));
    }
    for path in
        ["/missing.js", "/api/v1/nothing", "/api", "/assets/../index.html", "/%2e%2e/index.html", "/.well-known/x"]
    {
        assert_eq!(app.call(&format!("GET {path}"), &[], "").await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(app.call("POST /people", &[], "").await.status, StatusCode::NOT_FOUND);
}
