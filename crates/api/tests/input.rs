//! What handlers are given, and how bad input is refused.

mod support;

use http::StatusCode;
use support::{Seen, TestApp, settings, start, with};

const OWNER: (&str, &str) = ("authorization", "Bearer owner");
const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");
const PEOPLE: &str = "POST /api/v1/workspaces/{w}/people";
const PERSON: &str = "/api/v1/workspaces/{w}/people/{p}";

async fn create(app: &TestApp, body: &'static str) -> Seen {
    app.call(PEOPLE, &[OWNER, JSON], body).await
}

fn faults(seen: &Seen) -> Vec<(String, String)> {
    let json = seen.json();
    let text = |fault: &serde_json::Value, key| fault[key].as_str().unwrap_or("").to_owned();
    json["errors"]
        .as_array()
        .map(|all| all.iter().map(|fault| (text(fault, "pointer"), text(fault, "code"))).collect())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_created_object_has_location_and_tag() {
    let seen = create(&start(), "{\"name\":\"Ada\"}").await;
    assert_eq!(seen.status, StatusCode::CREATED);
    assert_eq!(
        seen.header("location"),
        format!("/api/v1/workspaces/{}/people/{}", support::WORKSPACE, support::PERSON)
    );
    assert_eq!(seen.header("etag"), "\"1\"");
    assert_eq!(seen.json()["name"], "Ada");
}

#[tokio::test]
async fn bad_fields_are_pointed_at() {
    let app = start();
    for (body, pointer, code) in [
        ("{\"name\":1}", "/name", "wrong-type"),
        ("{}", "/name", "missing-field"),
        ("{\"name\":\"x\",\"admin\":true}", "/admin", "unknown-field"),
        ("{\"name\":\"x\",\"weeks\":[{\"dayMinutes\":[1,-1]}]}", "/weeks/0/dayMinutes/1", "wrong-type"),
    ] {
        let seen = create(&app, body).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(faults(&seen), [(pointer.to_owned(), code.to_owned())], "{body}");
    }
    assert_eq!(create(&app, "{\"name\":").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn unknown_fields_are_refused_across_flattened_structs_too() {
    let app = start();
    let send = async |body| app.call("POST /api/v1/flat", &[OWNER, JSON], body).await;
    let known = send("{\"name\":\"x\",\"weeks\":[],\"more\":1}").await;
    assert_eq!(known.status, StatusCode::NO_CONTENT);
    let unknown = send("{\"name\":\"x\",\"z\":0,\"a/b\":{\"c\":1}}").await;
    let wanted = ["/a~1b", "/z"].map(|pointer| (pointer.to_owned(), "unknown-field".to_owned()));
    assert_eq!(faults(&unknown), wanted);
}

#[tokio::test]
async fn only_json_of_bounded_size_is_read() {
    let app = with(raally_api::Settings { body_bytes_max: 20, ..settings() });
    let body = "{\"name\":\"x\"}";
    for media_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let seen = app.call(PEOPLE, &[OWNER, ("content-type", media_type)], body).await;
        assert_eq!(seen.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{media_type}");
    }
    let coded = app.call(PEOPLE, &[OWNER, JSON, ("content-encoding", "gzip")], body).await;
    assert_eq!(coded.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(create(&app, "{\"name\":\"a long name indeed\"}").await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let declared = app.call(PEOPLE, &[OWNER, JSON, ("content-length", "21")], body).await;
    assert_eq!(declared.code(), "too-large");
}

#[tokio::test]
async fn a_path_id_that_is_no_uuid_is_not_found() {
    let app = start();
    for id in ["7", "01960000000070008000000000000001", "{01960000-0000-7000-8000-000000000001}", "%00"] {
        let seen = app
            .get(&format!("/api/v1/workspaces/{{w}}/people/{}", id.replace('{', "%7B").replace('}', "%7D")), "owner")
            .await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{id}");
    }
}

#[tokio::test]
async fn queries_are_typed_and_strangers_refused() {
    let app = start();
    for (query, pointer, code) in [
        ("limit=0", "?limit", "out-of-range"),
        ("limit=201", "?limit", "out-of-range"),
        ("limit=x", "?limit", "bad-value"),
        ("limit=1&limit=2", "?limit", "bad-value"),
        ("on=2026-02-30", "?on", "bad-value"),
        ("personId=7", "?personId", "bad-value"),
        ("sort=name", "?sort", "unknown-parameter"),
    ] {
        let seen = app.get(&format!("/api/v1/workspaces/{{w}}/people?{query}"), "viewer").await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert_eq!(faults(&seen), [(pointer.to_owned(), code.to_owned())], "{query}");
    }
    assert_eq!(app.get(&format!("{PERSON}?x=1"), "viewer").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn pages_are_stored_bytes_in_an_envelope() {
    let app = start();
    let path = "/api/v1/workspaces/{w}/people?on=2026-02-01";
    let first = app.get(path, "viewer").await.json();
    assert_eq!(first["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(first["nextCursor"], "next\"1");
    let last = app.get(&format!("{path}&cursor=next%221&limit=1"), "viewer").await.json();
    assert_eq!(last["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(last["nextCursor"], serde_json::Value::Null);
}

#[tokio::test]
async fn ranges_are_ordered_and_bounded() {
    let app = start();
    for (query, pointer, code) in [
        ("", "?from", "missing-parameter"),
        ("from=2026-01-01", "?to", "missing-parameter"),
        ("from=2026-01-02&to=2026-01-01", "?to", "range-reversed"),
        ("from=2000-01-01&to=2026-01-01", "?to", "range-too-long"),
        ("from=2026-01-01&to=2026-01-02&grain=hour", "?grain", "bad-value"),
        ("from=2026-01-01&to=2026-01-02&asOf=yesterday", "?asOf", "bad-value"),
    ] {
        let seen = app.get(&format!("/api/v1/workspaces/{{w}}/projects?{query}"), "owner").await;
        assert_eq!(faults(&seen), [(pointer.to_owned(), code.to_owned())], "{query}");
    }
}

#[tokio::test]
async fn a_change_needs_the_version_that_was_read() {
    let app = start();
    let line = format!("PUT {PERSON}");
    let body = "{\"name\":\"Ada\"}";
    for (tag, status) in
        [(None, 428), (Some("\"2\""), 412), (Some("W/\"3\""), 412), (Some("*"), 412), (Some("\"3\""), 200)]
    {
        let mut headers = vec![OWNER, JSON];
        headers.extend(tag.map(|tag| ("if-match", tag)));
        assert_eq!(app.call(&line, &headers, body).await.status.as_u16(), status, "{tag:?}");
    }
}

#[tokio::test]
async fn what_is_held_is_not_sent_again() {
    let app = start();
    let line = format!("GET {PERSON}");
    let seen = app.call(&line, &[OWNER, ("if-none-match", "\"2\", \"3\"")], "").await;
    assert_eq!((seen.status, seen.header("etag"), seen.body.len()), (StatusCode::NOT_MODIFIED, "\"3\"", 0));
    assert_eq!(app.call(&line, &[OWNER, ("if-none-match", "\"2\"")], "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn idempotency_keys_are_visible_and_short() {
    let app = start();
    let long = "k".repeat(129);
    for (key, status) in [("k", 201), (&long[..128], 201), (&long, 400), ("a b", 400), ("", 400), ("ü", 400)] {
        let seen = app.call(PEOPLE, &[OWNER, JSON, ("idempotency-key", key)], "{\"name\":\"x\"}").await;
        assert_eq!(seen.status.as_u16(), status, "{key}");
    }
}

#[tokio::test]
async fn files_are_streamed_up_to_their_bound() {
    let app = start();
    let line = "POST /api/v1/workspaces/{w}/imports";
    let seen = app.call(line, &[OWNER, ("content-type", "Text/CSV; charset=x")], "a,b\n").await;
    assert_eq!(seen.json(), serde_json::json!({"bytes": 4, "mediaType": "text/csv"}));
    let long: &'static str =
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789x";
    assert_eq!(
        app.call(line, &[OWNER, ("content-type", "text/csv")], long).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(app.call(line, &[OWNER, JSON], "{}").await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn downloads_have_a_safe_name() {
    let seen = start().get("/api/v1/file", "owner").await;
    assert_eq!(seen.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        seen.header("content-disposition"),
        "attachment; filename=\"pe-ople.csv\"; filename*=UTF-8''pe-ople.csv"
    );
    assert_eq!(seen.header("x-content-type-options"), "nosniff");
}
