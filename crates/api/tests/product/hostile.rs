//! Hostile input on every operation that takes a body, generated from the table: refused by name, never a 5xx.

use bytes::Bytes;
use http::Method;
use raally_api::routes;
use serde_json::{Value, json};

use crate::samples::{Sample, sample};
use crate::support::{Call, Host, Seen, both};
use crate::world::Company;

/// Each string, number and list of a document replaced by something nasty, one at a time.
fn twisted(value: &Value) -> Vec<Value> {
    let nasty = [
        json!(null),
        json!(true),
        json!(-1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(1e308),
        json!(0.5),
        json!(""),
        json!("\u{0}"),
        json!("\u{202e}\u{feff}'\"; DROP TABLE event; --"),
        json!("x".repeat(100_000)),
        json!("9999-12-31"),
        json!("-9999-01-01"),
        json!([]),
        json!({}),
        json!([[[[]]]]),
    ];
    let mut pointers = vec![String::new()];
    collect(value, "", &mut pointers);
    let mut made = Vec::new();
    for pointer in pointers {
        for bad in &nasty {
            let mut body = value.clone();
            *body.pointer_mut(&pointer).unwrap() = bad.clone();
            made.push(body);
        }
    }
    made
}

fn collect(value: &Value, pointer: &str, pointers: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        Value::Object(members) => members.iter().map(|(key, item)| (key.clone(), item)).collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        let at = format!("{pointer}/{key}");
        pointers.push(at.clone());
        collect(child, &at, pointers);
    }
}

/// Bodies that are no good document at all.
fn broken() -> Vec<(&'static str, Bytes)> {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_object = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    let many = format!("{{{}\"z\":1}}", (0..50_000).map(|n| format!("\"k{n}\":1,")).collect::<String>());
    vec![
        ("huge", Bytes::from(format!("{{\"name\":\"{}\"}}", "x".repeat(2 * 1024 * 1024)))),
        ("deep list", deep.into()),
        ("deep object", deep_object.into()),
        ("many fields", many.into()),
        ("empty", Bytes::new()),
        ("nul", Bytes::from_static(b"{\"name\":\"a\0b\"}")),
        ("bad utf-8", Bytes::from_static(b"{\"name\":\"\xff\xfe\"}")),
        ("lone surrogate", Bytes::from_static(br#"{"name":"\ud800"}"#)),
        ("cut off", Bytes::from_static(b"{\"name\":\"a")),
        ("two documents", Bytes::from_static(b"{} {}")),
        ("twice the same field", Bytes::from_static(br#"{"name":"a","name":"b"}"#)),
        ("overflow", Bytes::from_static(br#"{"name":1e999,"version":99999999999999999999999}"#)),
        ("a number", Bytes::from_static(b"17")),
    ]
}

fn judge(operation: &str, what: &str, seen: &Seen, faults: &mut Vec<String>) {
    let text = seen.text();
    let problem = seen.status < 400 || seen.header("content-type") == "application/problem+json";
    if seen.status >= 500 || !problem {
        let short: String = text.chars().take(200).collect();
        let what: String = what.chars().take(200).collect();
        faults.push(format!("{operation}: {what}: {} {short}", seen.status));
    }
}

both!(hostile_bodies_are_refused_and_never_break_anything);
async fn hostile_bodies_are_refused_and_never_break_anything(host: Host) {
    let company = Company::make(&host, "HOSTILE").await;
    let (mut faults, mut count) = (Vec::new(), 0);
    let takes_body = [Method::POST, Method::PUT, Method::PATCH];
    for row in routes::operations().rows().iter().filter(|row| takes_body.contains(&row.method)) {
        // Hashing thousands of passwords is another test; signed out, the rest would ask nothing.
        if ["sign_up", "sign_in", "change_password", "sign_out"].contains(&row.id) {
            continue;
        }
        let mut path =
            row.path.replace("/api/v1/workspaces/{workspaceId}", &company.path).replace("{validFrom}", "2026-01-01");
        for (slot, id) in &company.ids {
            path = path.replace(&format!("{{{slot}}}"), id);
        }
        let call = Call::new(row.method.clone(), &format!("{path}?")).by(&company.owner);
        let object =
            path.strip_prefix(&format!("{}/", company.path)).map(|rest| rest.split('/').take(2).collect::<Vec<_>>());
        let object = object.map(|parts| format!("{}/{}", company.path, parts.join("/")));
        let mut bodies: Vec<(String, Call)> = broken()
            .into_iter()
            .map(|(what, bytes)| (what.to_owned(), call.clone().bytes("application/json", bytes)))
            .collect();
        if let Some(Sample::Json(body)) = sample(row.id, &company, 1) {
            bodies.extend(twisted(&body).into_iter().map(|body| (body.to_string(), call.clone().json(&body))));
        }
        bodies.push(("no media type".into(), call.clone()));
        bodies.push(("another media type".into(), call.clone().bytes("text/html", "<b>")));
        for (what, call) in bodies {
            let seen = match &object {
                Some(object) => {
                    let at = host.get(object, &company.owner).await;
                    let at = at.header("etag").trim_matches('"').parse().unwrap_or(1);
                    host.call(call.version(at)).await
                }
                None => host.call(call).await,
            };
            judge(row.id, &what, &seen, &mut faults);
            assert!(seen.status != 401 || row.id == "refresh", "{}: {}", row.id, seen.text());
            count += 1;
        }
    }
    assert!(faults.is_empty(), "{} of {count}:\n{}", faults.len(), faults.join("\n"));
    assert!(count > 3_000, "{count} bodies");
    host.get(&format!("{}/people", company.path), &company.owner).await.ok();
}

#[tokio::test]
async fn hostile_paths_and_queries_are_refused() {
    let host = Host::sqlite().await;
    let company = Company::make(&host, "HOSTILE").await;
    let mut faults = Vec::new();
    let nasty = ["", "%00", "%ff%fe", "'%20OR%201=1", "../../etc/passwd", "99999999999999999999", "-1", "%F0%9F%92%A9"];
    for row in routes::operations().rows().iter().filter(|row| row.method == Method::GET && row.id != "stream_events") {
        for bad in nasty {
            let mut path = row.path.replace("/api/v1/workspaces/{workspaceId}", &company.path);
            while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
                path.replace_range(from..=to, bad);
            }
            for query in
                ["q", "cursor", "limit", "from", "to", "asOf", "personId", "deleted", "skill", "format", "region"]
            {
                let call = Call::new(Method::GET, &format!("{path}?{query}={bad}")).by(&company.owner);
                judge(row.id, &format!("{query}={bad}"), &host.call(call).await, &mut faults);
            }
        }
        let range = [("0001-01-01", "9999-12-31"), ("2026-12-31", "2026-01-01"), ("2026-01-01", "2226-01-01")];
        for (from, to) in range {
            for grain in ["day", "total"] {
                let path = row.path.replace("/api/v1/workspaces/{workspaceId}", &company.path);
                let call = Call::new(Method::GET, &format!("{path}?from={from}&to={to}&grain={grain}"));
                judge(row.id, &format!("{from}..{to} {grain}"), &host.call(call.by(&company.owner)).await, &mut faults);
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
