//! The live stream: resumes, hears other processes, ends on revocation, shows no data.

use std::time::Duration;

use http_body_util::BodyExt;
use raally_api::Body;
use serde_json::{Value, json};

use crate::first_slice::Slice;
use crate::support::{Host, User, both, id, version};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(5);

/// A stream that is open.
struct Live {
    body: Body,
    text: String,
}

impl Live {
    async fn open(host: &Host, slice: &Slice, user: &User, after: Option<i64>) -> Self {
        let after = after.map(|position| position.to_string());
        let headers: Vec<(&str, &str)> = after.iter().map(|after| ("last-event-id", after.as_str())).collect();
        let response = host.open(&slice.at("events"), user, &headers).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body(), text: String::new() }
    }

    /// The next event; none when the stream has ended.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                if field("event: ").as_deref() == Some("change") {
                    let data: Value = serde_json::from_str(&field("data: ").unwrap()).unwrap();
                    assert_eq!(field("id: ").unwrap(), data["position"].to_string());
                    return Some(data);
                }
                continue;
            }
            let frame = tokio::time::timeout(PATIENCE, self.body.frame()).await.expect("an event comes in time");
            let frame = frame?.unwrap().into_data().unwrap_or_default();
            self.text.push_str(std::str::from_utf8(&frame).unwrap());
        }
    }
}

both!(a_stream_resumes_and_hears_other_processes);
async fn a_stream_resumes_and_hears_other_processes(host: Host) {
    let slice = Slice::make(&host).await;
    let beside = host.beside().await;
    let mut live = Live::open(&host, &slice, &slice.owner, None).await;
    let bob = host.add(&slice.workspace, &slice.owner, "people", json!({"name": "Bob"})).await;
    let first = live.next().await.unwrap();
    assert_eq!((first["type"].as_str(), first["objectId"].as_str()), (Some("person-added"), Some(id(&bob))));
    assert_eq!(first["data"], Value::Null, "the stream tells that, not what");
    let eve = beside.add(&slice.workspace, &slice.owner, "people", json!({"name": "Eve"})).await;
    let second = live.next().await.unwrap();
    assert_eq!(second["objectId"].as_str(), Some(id(&eve)), "committed by another process");
    drop(live);
    host.delete(&slice.at(&format!("people/{}", id(&eve))), &slice.owner, 1).await.gone();
    let mut again = Live::open(&beside, &slice, &slice.owner, first["position"].as_i64()).await;
    assert_eq!(again.next().await.unwrap(), second, "goes on after the last one that was seen");
    assert_eq!(again.next().await.unwrap()["type"], "person-removed");
    let mut all = Live::open(&host, &slice, &slice.owner, Some(0)).await;
    let mut last = 0;
    for _ in 0..10 {
        let position = all.next().await.unwrap()["position"].as_i64().unwrap();
        assert!(position > last);
        last = position;
    }
}

both!(a_stream_goes_on_at_the_end_of_a_log_that_a_backup_has_shortened);
async fn a_stream_goes_on_at_the_end_of_a_log_that_a_backup_has_shortened(host: Host) {
    let slice = Slice::make(&host).await;
    let mut live = Live::open(&host, &slice, &slice.owner, Some(1 << 40)).await;
    let bob = host.add(&slice.workspace, &slice.owner, "people", json!({"name": "Bob"})).await;
    assert_eq!(live.next().await.unwrap()["objectId"].as_str(), Some(id(&bob)));
}

both!(a_stream_shows_its_own_workspace_only);
async fn a_stream_shows_its_own_workspace_only(host: Host) {
    let slice = Slice::make(&host).await;
    let stranger = host.sign_up("Stefan Stranger").await;
    let elsewhere = host.workspace(&stranger, "Elsewhere").await;
    let mut live = Live::open(&host, &slice, &slice.owner, Some(0)).await;
    host.add(&elsewhere, &stranger, "people", json!({"name": "Foreign"})).await;
    let last = host.add(&slice.workspace, &slice.owner, "people", json!({"name": "Last"})).await;
    loop {
        let event = live.next().await.unwrap();
        let path = slice.at(&format!("audit-events?objectId={}", event["objectId"].as_str().unwrap()));
        let known = host.get(&path, &slice.owner).await.ok();
        assert!(!known["items"].as_array().unwrap().is_empty(), "{event} is of another workspace");
        if event["objectId"].as_str() == Some(id(&last)) {
            break;
        }
    }
}

both!(streams_end_within_a_second_when_access_ends);
async fn streams_end_within_a_second_when_access_ends(host: Host) {
    let slice = Slice::make(&host).await;
    let beside = host.beside().await;
    let suspended = host.member(&slice.owner, &slice.workspace, "viewer", "Susi Suspended").await;
    let left = host.member(&slice.owner, &slice.workspace, "viewer", "Lara Left").await;
    let mut streams = Vec::new();
    for process in [&host, &beside] {
        for user in [&suspended, &left] {
            process.get(&slice.workspace, user).await.ok();
            streams.push(Live::open(process, &slice, user, None).await);
        }
    }
    let path = slice.at(&format!("members/{}", suspended.id));
    host.patch(&path, &slice.owner, version(&json!({"version": 1})), json!({"status": "suspended"})).await.ok();
    host.call(crate::support::Call::post("/api/v1/auth/sign-out").by(&left)).await.gone();
    let ends = streams.iter_mut().map(|live| async {
        let end = async { while live.next().await.is_some() {} };
        tokio::time::timeout(Duration::from_secs(1), end).await.expect("the stream ends within a second");
    });
    futures_util::future::join_all(ends).await;
}

both!(the_audit_trail_is_asked_by_actor_and_by_time);
async fn the_audit_trail_is_asked_by_actor_and_by_time(host: Host) {
    let owner = host.sign_up("Olga Owner").await;
    let path = host.workspace(&owner, "Times").await;
    let admin = host.member(&owner, &path, "admin", "Adam Admin").await;
    host.add(&path, &owner, "people", json!({"name": "Early"})).await;
    host.pass(60);
    let late = host.add(&path, &admin, "teams", json!({"name": "Late"})).await;
    let at = late["createdAt"].as_str().unwrap();
    let count = |seen: Value| seen["items"].as_array().unwrap().len();
    let ask = |query: String| {
        let (host, path, owner) = (host.clone(), path.clone(), owner.clone());
        async move { host.get(&format!("{path}/audit-events?{query}"), &owner).await.ok() }
    };
    assert_eq!(count(ask(format!("since={at}")).await), 1, "the instant itself counts");
    assert_eq!(ask(format!("actorId={}&kind=team", admin.id)).await["items"][0]["objectId"], late["id"]);
    let all = count(ask(String::new()).await);
    assert_eq!(count(ask(format!("until={at}")).await), all);
    let before = "2020-01-01T00:00:00Z";
    assert_eq!(count(ask(format!("until={before}")).await), 0);
    assert_eq!(count(ask(format!("since={before}")).await), all);
    let seen = host.get(&format!("{path}/audit-events?since=yesterday"), &owner).await;
    assert!([400, 422].contains(&seen.status), "{}", seen.text());
}
