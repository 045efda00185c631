//! Assignments: every way of changing one, clashes, versions, retries, many writers at once.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};

use crate::first_slice::{Slice, booking};
use crate::support::{Call, Host, both, id, version};

fn span(document: &Value) -> (String, String) {
    let text = |name: &str| document[name].as_str().unwrap_or("").to_owned();
    (text("startsOn"), text("endsOn"))
}

fn dates(from: &str, to: &str) -> (String, String) {
    (from.to_owned(), to.to_owned())
}

both!(every_move_of_an_assignment_works_over_http);
async fn every_move_of_an_assignment_works_over_http(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    let at = |document: &Value, action: &str| slice.at(&format!("assignments/{}{action}", id(document)));
    let halves = host.act(&at(&slice.assignment, "/split"), owner, 1, json!({"on": "2026-03-04"})).await.ok();
    assert_eq!(span(&halves[0]), dates("2026-03-02", "2026-03-03"));
    assert_eq!(span(&halves[1]), dates("2026-03-04", "2026-03-06"));
    assert_eq!(version(&halves[0]), 2);
    let first = &halves[0];

    let weekly = json!({"every": 1, "unit": "weeks", "times": 3});
    let copies = host.act(&at(first, "/repeat"), owner, 2, weekly).await.created();
    let spans: Vec<_> = copies.as_array().unwrap().iter().map(span).collect();
    assert_eq!(spans[2], dates("2026-03-23", "2026-03-24"));
    assert_eq!(spans.len(), 3);

    let other = host.add(&slice.workspace, owner, "people", json!({"name": "Bob", "weeklyMinutes": 2400})).await;
    let copy = json!({"personId": other["id"], "startsOn": "2026-04-06"});
    let copy = host.act(&at(first, "/copy"), owner, 2, copy).await.created();
    assert_eq!((span(&copy), &copy["personId"]), (dates("2026-04-06", "2026-04-07"), &other["id"]));

    let moved = host.act(&at(&copy, "/move"), owner, 1, json!({"days": 7})).await.ok();
    assert_eq!(span(&moved), dates("2026-04-13", "2026-04-14"));
    let tentative = host.act(&at(&copy, "/make-tentative"), owner, 2, Value::Null).await.ok();
    assert_eq!(tentative["commitment"], "tentative");
    let confirmed = host.act(&at(&copy, "/confirm"), owner, 3, Value::Null).await.ok();
    assert_eq!(confirmed["commitment"], "confirmed");

    host.delete(&at(&copy, ""), owner, 4).await.gone();
    host.get(&at(&copy, ""), owner).await.refused(404, "not-found");
    let deleted = host.get(&slice.at("assignments?deleted=only"), owner).await.ok();
    assert_eq!(id(&deleted["items"][0]), id(&copy));
    assert!(deleted["items"][0]["deletedAt"].is_string());
    let back = host.act(&at(&copy, "/restore"), owner, 5, Value::Null).await.ok();
    assert_eq!((version(&back), span(&back)), (6, dates("2026-04-13", "2026-04-14")));
    host.act(&at(&copy, "/restore"), owner, 6, Value::Null).await.refused(409, "not-deleted");
}

/// Every id that a list answers, page by page.
async fn listed(host: &Host, slice: &Slice, filter: &str) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = host.get(&slice.at(&format!("assignments?limit=3&{filter}{cursor}")), &slice.owner).await.ok();
        ids.extend(page["items"].as_array().unwrap().iter().map(|item| id(item).to_owned()));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

both!(bookings_of_a_person_and_of_a_project_are_listed_page_by_page);
async fn bookings_of_a_person_and_of_a_project_are_listed_page_by_page(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    let bob = host.add(&slice.workspace, owner, "people", json!({"name": "Bob"})).await;
    let moon = host.add(&slice.workspace, owner, "projects", json!({"name": "Moon", "code": "M"})).await;
    let (mut of_bob, mut on_moon, mut both) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..14 {
        let mut body = booking(&slice.person, &slice.project, 1);
        if number % 2 == 0 {
            body["personId"] = bob["id"].clone();
        }
        if number % 3 == 0 {
            body["projectId"] = moon["id"].clone();
        }
        let booked = host.post(&slice.at("assignments?onClash=allow"), owner, body).await.created();
        let number_of = |wanted: bool, list: &mut Vec<String>| wanted.then(|| list.push(id(&booked).to_owned()));
        number_of(number % 2 == 0, &mut of_bob);
        number_of(number % 3 == 0, &mut on_moon);
        number_of(number % 6 == 0, &mut both);
    }
    let (of, on) = (format!("personId={}", id(&bob)), format!("projectId={}", id(&moon)));
    assert_eq!(listed(&host, &slice, &of).await, of_bob);
    assert_eq!(listed(&host, &slice, &on).await, on_moon);
    assert_eq!(listed(&host, &slice, &format!("{of}&{on}")).await, both);
    let none = format!("{of}&from=2030-01-01");
    assert_eq!(listed(&host, &slice, &none).await, Vec::<String>::new(), "other conditions hold too");

    let gone = of_bob.remove(3);
    host.delete(&slice.at(&format!("assignments/{gone}")), owner, 1).await.gone();
    assert_eq!(listed(&host, &slice, &of).await, of_bob);
    assert_eq!(listed(&host, &slice, &format!("{of}&deleted=only")).await, std::slice::from_ref(&gone));
    of_bob.insert(3, gone);
    assert_eq!(listed(&host, &slice, &format!("{of}&deleted=include")).await, of_bob, "in order, the removed one too");

    let away = of_bob.remove(0);
    let to = json!({"personId": id(&slice.person)});
    host.patch(&slice.at(&format!("assignments/{away}?onClash=allow")), owner, 1, to).await.ok();
    assert_eq!(listed(&host, &slice, &format!("{of}&deleted=include")).await, of_bob, "one that was given away is not");
}

both!(efforts_of_every_form_are_kept_and_bad_ones_named);
async fn efforts_of_every_form_are_kept_and_bad_ones_named(host: Host) {
    let slice = Slice::make(&host).await;
    let bookings = slice.at("assignments?onClash=allow");
    for effort in [
        json!({"form": "hours-per-day", "minutesPerDay": 60}),
        json!({"form": "hours-per-week", "minutesPerWeek": 600}),
        json!({"form": "percent", "basisPoints": 2500}),
        json!({"form": "total", "minutes": 1000}),
        json!({"form": "total-until-done", "minutes": 1000, "pace": {"unit": "hours-per-day", "minutesPerDay": 60}}),
        json!({"form": "total-until-done", "minutes": 1000, "pace": {"unit": "percent", "basisPoints": 5000}}),
        json!({"form": "phased", "spans": [{"from": "2026-03-02", "to": "2026-03-03", "minutes": 300}]}),
    ] {
        let mut body = booking(&slice.person, &slice.project, 1);
        body["effort"] = effort.clone();
        let booked = host.post(&bookings, &slice.owner, body).await.created();
        assert_eq!(booked["effort"], effort);
        let path = slice.at(&format!("assignments/{}", id(&booked)));
        assert_eq!(host.get(&path, &slice.owner).await.ok()["effort"], effort);
    }
    for (field, bad, fault) in [
        ("effort", json!({"form": "hours-per-day", "minutesPerDay": 0}), "/effort/minutesPerDay out-of-range"),
        ("effort", json!({"form": "hours-per-day"}), "/effort/minutesPerDay missing-field"),
        ("endsOn", json!("2026-03-01"), "/endsOn end-before-start"),
        ("startsOn", json!("1812-03-01"), "/startsOn out-of-range"),
        ("personId", json!("01960000-0000-7000-8000-000000000001"), "/personId unknown"),
        ("projectId", json!("01960000-0000-7000-8000-000000000001"), "/projectId unknown"),
        ("roleId", json!("01960000-0000-7000-8000-000000000001"), "/roleId unknown"),
        ("phaseId", json!("01960000-0000-7000-8000-000000000001"), "/phaseId unknown-phase"),
        ("colour", json!("red"), "/colour unknown-field"),
        ("note", json!(5), "/note wrong-type"),
    ] {
        let mut body = booking(&slice.person, &slice.project, 60);
        body[field] = bad;
        let faults = host.post(&bookings, &slice.owner, body).await.faults();
        assert!(faults.contains(&fault.to_owned()), "{field}: {faults:?}");
        if !["unknown-field", "missing-field", "wrong-type"].iter().any(|code| fault.ends_with(code)) {
            continue;
        }
        let path = slice.at(&format!("assignments/{}", id(&slice.assignment)));
        let patched = host.patch(&path, &slice.owner, 1, json!({field: json!([])})).await.faults();
        assert!(patched[0].starts_with(&format!("/{field}")), "{patched:?}");
    }
}

both!(a_clash_is_settled_as_asked_by_every_command);
async fn a_clash_is_settled_as_asked_by_every_command(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    let mut second = booking(&slice.person, &slice.project, 300);
    second["commitment"] = json!("tentative");
    let second = host.add(&slice.workspace, owner, "assignments", second).await;
    let at = |action: &str| slice.at(&format!("assignments/{}{action}", id(&second)));
    let week = json!({"every": 7, "unit": "days", "times": 1});
    host.act(&at("/confirm"), owner, 1, Value::Null).await.refused(409, "clash");
    host.patch(&at(""), owner, 1, json!({"commitment": "confirmed"})).await.refused(409, "clash");
    let still = host.act(&at("/confirm?onClash=tentative"), owner, 1, Value::Null).await.ok();
    assert_eq!((version(&still), &still["commitment"]), (1, &json!("tentative")));
    let allowed = host.act(&at("/confirm?onClash=allow"), owner, 1, Value::Null).await.ok();
    assert_eq!((version(&allowed), &allowed["commitment"]), (2, &json!("confirmed")));
    let noted = host.patch(&at("?onClash=refuse"), owner, 2, json!({"note": "known to be too much"})).await.ok();
    assert_eq!((version(&noted), &noted["commitment"]), (3, &json!("confirmed")), "a note is no new clash");
    host.patch(&at(""), owner, 3, json!({"note": null})).await.ok();
    host.act(&at("/copy"), owner, 4, json!({})).await.refused(409, "clash");
    host.act(&at("/move"), owner, 4, json!({"days": 1})).await.refused(409, "clash");
    let away = host.act(&at("/move"), owner, 4, json!({"days": 7})).await.ok();
    host.act(&at("/repeat"), owner, version(&away), week).await.created();
    host.delete(&at(""), owner, version(&away)).await.gone();
    host.act(&at("/restore"), owner, version(&away) + 1, Value::Null).await.ok();
    let path = slice.at("settings");
    host.patch(&path, owner, 1, json!({"settings": {"clashPolicy": "tentative"}})).await.ok();
    let by_policy = host.add(&slice.workspace, owner, "assignments", booking(&slice.person, &slice.project, 300)).await;
    assert_eq!(by_policy["commitment"], "tentative", "absent onClash is the workspace's policy");
}

both!(a_repeat_that_clashes_midway_leaves_nothing_that_later_bookings_would_clash_with);
async fn a_repeat_that_clashes_midway_leaves_nothing_that_later_bookings_would_clash_with(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    // The slice's own booking fills a week; this one comes two weeks before it, and its second copy meets it.
    let mut early = booking(&slice.person, &slice.project, 300);
    let starts_on: jiff::civil::Date = early["startsOn"].as_str().unwrap().parse().unwrap();
    let ends_on: jiff::civil::Date = early["endsOn"].as_str().unwrap().parse().unwrap();
    let earlier = |date: jiff::civil::Date, days: i32| json!(date.checked_sub(jiff::Span::new().days(days)).unwrap());
    (early["startsOn"], early["endsOn"]) = (earlier(starts_on, 14), earlier(ends_on, 14));
    let early = host.add(&slice.workspace, owner, "assignments", early).await;
    let repeat = json!({"every": 7, "unit": "days", "times": 2});
    let path = slice.at(&format!("assignments/{}/repeat", id(&early)));
    host.act(&path, owner, 1, repeat).await.refused(409, "clash");
    let mut between = booking(&slice.person, &slice.project, 300);
    (between["startsOn"], between["endsOn"]) = (earlier(starts_on, 7), earlier(ends_on, 7));
    host.add(&slice.workspace, owner, "assignments", between.clone()).await;
    host.post(&slice.at("assignments"), owner, between).await.refused(409, "clash");
}

both!(checking_saves_nothing_and_warns_of_an_unknown_schedule);
async fn checking_saves_nothing_and_warns_of_an_unknown_schedule(host: Host) {
    let slice = Slice::make(&host).await;
    let path = slice.at("assignments/check");
    let mut asked = booking(&slice.person, &slice.project, 300);
    let check = host.post(&path, &slice.owner, asked.clone()).await.ok();
    assert_eq!(check["clashes"].as_array().unwrap().len(), 6, "five days and their week: {check}");
    asked["id"] = slice.assignment["id"].clone();
    let check = host.post(&path, &slice.owner, asked).await.ok();
    assert_eq!(check["clashes"], json!([]), "it would replace the other one");
    let nobody = host.add(&slice.workspace, &slice.owner, "people", json!({"name": "Unknown"})).await;
    let check = host.post(&path, &slice.owner, booking(&nobody, &slice.project, 900)).await.ok();
    assert_eq!(check, json!({"clashes": [], "warnings": ["unknown-schedule"]}));
    assert_eq!(host.get(&slice.at("assignments"), &slice.owner).await.ok()["items"].as_array().unwrap().len(), 1);
}

both!(bulk_items_succeed_and_fail_singly);
async fn bulk_items_succeed_and_fail_singly(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    let mut made = Vec::new();
    for week in 1..7 {
        let mut body = booking(&slice.person, &slice.project, 240);
        body["startsOn"] = json!(format!("2026-04-{:02}", week * 4));
        body["endsOn"] = json!(format!("2026-04-{:02}", week * 4 + 1));
        made.push(host.add(&slice.workspace, owner, "assignments", body).await);
    }
    let other = host.add(&slice.workspace, owner, "people", json!({"name": "Bob"})).await;
    let items = json!([
        {"action": "move", "id": made[0]["id"], "version": 1, "days": 1},
        {"action": "reassign", "id": made[1]["id"], "version": 1, "personId": other["id"]},
        {"action": "patch", "id": made[2]["id"], "version": 1, "patch": {"note": "seen"}},
        {"action": "make-tentative", "id": made[3]["id"], "version": 1},
        {"action": "remove", "id": made[4]["id"], "version": 1},
        {"action": "confirm", "id": made[5]["id"], "version": 9},
        {"action": "remove", "id": "01960000-0000-7000-8000-000000000001", "version": 1},
    ]);
    let results = host.post(&slice.at("assignments/bulk"), owner, json!({"items": items})).await.ok();
    let results = results["results"].as_array().unwrap();
    let statuses: Vec<i64> = results.iter().map(|result| result["status"].as_i64().unwrap()).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 204, 412, 404], "{results:#?}");
    assert_eq!(results[1]["body"]["personId"], other["id"]);
    assert_eq!(results[2]["body"]["note"], "seen");
    assert_eq!(results[5]["problem"]["code"], "version-mismatch");
    let faults = host.post(&slice.at("assignments/bulk"), owner, json!({"items": []})).await.faults();
    assert_eq!(faults, ["/items count"]);
}

both!(versions_are_required_and_one_writer_wins);
async fn versions_are_required_and_one_writer_wins(host: Host) {
    let slice = Slice::make(&host).await;
    let path = slice.at(&format!("assignments/{}", id(&slice.assignment)));
    let seen = host.get(&path, &slice.owner).await;
    assert_eq!((seen.status, seen.header("etag")), (200, "\"1\""));
    for (method, path) in
        [(Method::PATCH, path.clone()), (Method::DELETE, path.clone()), (Method::POST, format!("{path}/confirm"))]
    {
        let bare = Call::new(method.clone(), &path).by(&slice.owner).json(&json!({}));
        host.call(bare.clone()).await.refused(428, "precondition-required");
        host.call(bare.version(7)).await.refused(412, "version-mismatch");
    }
    let writers = (0..20).map(|number| {
        let (host, slice, path) = (&host, &slice, &path);
        async move { host.patch(path, &slice.owner, 1, json!({"note": format!("writer {number}")})).await.status }
    });
    let statuses = futures_util::future::join_all(writers).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 19, "{statuses:?}");
}

async fn events_of(host: &Host, slice: &Slice, object: &str) -> Vec<Value> {
    let path = slice.at(&format!("audit-events?limit=200&objectId={object}"));
    host.get(&path, &slice.owner).await.ok()["items"].as_array().unwrap().clone()
}

both!(fifty_requests_with_one_key_are_one_event);
async fn fifty_requests_with_one_key_are_one_event(host: Host) {
    let slice = Slice::make(&host).await;
    let mut body = booking(&slice.person, &slice.project, 60);
    body["startsOn"] = json!("2026-05-04");
    body["endsOn"] = json!("2026-05-08");
    let call = |body: &Value| {
        Call::post(&slice.at("assignments")).by(&slice.owner).header("idempotency-key", "book-1").json(body)
    };
    let answers = futures_util::future::join_all((0..50).map(|_| host.call(call(&body)))).await;
    let bodies: BTreeSet<String> = answers.iter().map(|seen| seen.created().to_string()).collect();
    assert_eq!(bodies.len(), 1, "every answer is the same");
    let one = answers[0].json();
    let heads: BTreeSet<(String, String)> =
        answers.iter().map(|seen| (seen.header("location").to_owned(), seen.header("etag").to_owned())).collect();
    assert_eq!(heads.len(), 1);
    assert_eq!(events_of(&host, &slice, id(&one)).await.len(), 1);
    let listed = host.get(&slice.at("assignments?from=2026-05-01"), &slice.owner).await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    body["note"] = json!("another body");
    host.call(call(&body)).await.refused(422, "idempotency-mismatch");
    let member = host.member(&slice.owner, &slice.workspace, "admin", "Adam Admin").await;
    let other = Call::post(&slice.at("assignments")).by(&member).header("idempotency-key", "book-1").json(&body);
    let other = host.call(other).await.created();
    assert_ne!(id(&other), id(&one), "keys are a user's own");
}

both!(bulk_with_one_key_is_done_once);
async fn bulk_with_one_key_is_done_once(host: Host) {
    let slice = Slice::make(&host).await;
    let item = json!({"action": "move", "id": slice.assignment["id"], "version": 1, "days": 7});
    let call = |items: Value| {
        let call = Call::post(&slice.at("assignments/bulk")).by(&slice.owner);
        call.header("idempotency-key", "bulk-1").json(&json!({"items": items}))
    };
    let first = host.call(call(json!([item]))).await.ok();
    let again = host.call(call(json!([item]))).await.ok();
    assert_eq!(first, again);
    assert_eq!(events_of(&host, &slice, id(&slice.assignment)).await.len(), 2);
    let more = json!({"action": "remove", "id": slice.assignment["id"], "version": 2});
    host.call(call(json!([item, more]))).await.refused(422, "idempotency-mismatch");
    let path = slice.at(&format!("assignments/{}", id(&slice.assignment)));
    host.get(&path, &slice.owner).await.ok();
}

both!(a_hundred_parallel_bookings_never_overbook);
async fn a_hundred_parallel_bookings_never_overbook(host: Host) {
    let slice = Slice::make(&host).await;
    let beside = host.beside().await;
    let path = slice.at("assignments");
    let bookings = (0..100).map(|number| {
        let mut body = booking(&slice.person, &slice.project, 60);
        body["startsOn"] = json!("2026-06-01");
        body["endsOn"] = json!("2026-06-05");
        let host = if number % 2 == 0 { &host } else { &beside };
        let call = Call::post(&path).by(&slice.owner).json(&body);
        async move { host.call(call).await.status }
    });
    let statuses = futures_util::future::join_all(bookings).await;
    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(201), count(409)), (8, 92), "480 minutes a day hold 8 bookings of 60: {statuses:?}");
    let report = slice.at("reports/overbooking?from=2026-06-01&to=2026-06-30&grain=week");
    assert_eq!(host.get(&report, &slice.owner).await.ok()["totals"]["personDays"], 0);
}

both!(who_could_take_this_is_ranked_with_reasons);
async fn who_could_take_this_is_ranked_with_reasons(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    let skill = host.add(&slice.workspace, owner, "skills", json!({"name": "Rust"})).await;
    let expert = json!({"name": "Eve", "roleId": slice.role["id"], "weeklyMinutes": 2400});
    let expert = host.add(&slice.workspace, owner, "people", expert).await;
    let path = slice.at(&format!("people/{}/skills/{}", id(&expert), id(&skill)));
    host.put(&path, owner, version(&expert), json!({"level": 4})).await.ok();
    host.add(&slice.workspace, owner, "people", json!({"name": "Zed", "weeklyMinutes": 2400})).await;
    let query = format!(
        "reports/candidates?from=2026-03-02&to=2026-03-06&minutesPerDay=300&roleId={}&skill={}:3",
        id(&slice.role),
        id(&skill)
    );
    let report = host.get(&slice.at(&query), owner).await.ok();
    let names: Vec<&str> =
        report["candidates"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names[0], "Eve", "{report:#}");
    let reasons = report["candidates"][0]["reasons"].to_string();
    for reason in ["role-matches", "skill-met"] {
        assert!(reasons.contains(reason), "{reasons}");
    }
    let ada = report["candidates"].as_array().unwrap().iter().find(|one| one["name"] == "Ada").unwrap();
    assert!(!ada["conflicts"].as_array().unwrap().is_empty(), "Ada has 240 of 480 minutes booked");
    let placeholder = json!({"name": "Developer wanted", "kind": "placeholder", "roleId": slice.role["id"]});
    let placeholder = host.add(&slice.workspace, owner, "people", placeholder).await;
    let demand = host.add(&slice.workspace, owner, "assignments", booking(&placeholder, &slice.project, 480)).await;
    let path = slice.at(&format!("reports/candidates?assignmentId={}", id(&demand)));
    let report = host.get(&path, owner).await.ok();
    assert_eq!(report["candidates"][0]["name"], "Eve", "{report:#}");
}

both!(an_object_is_readable_as_it_was);
async fn an_object_is_readable_as_it_was(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    for (collection, document, change, field) in [
        ("people", &slice.person, json!({"name": "Ada Lovelace", "notes": "new"}), "name"),
        ("projects", &slice.project, json!({"name": "Artemis"}), "name"),
        ("assignments", &slice.assignment, json!({"note": "new"}), "note"),
    ] {
        let path = slice.at(&format!("{collection}/{}", id(document)));
        let before = document["updatedAt"].as_str().unwrap();
        let after = host.patch(&path, owner, version(document), change.clone()).await.ok();
        assert_eq!(after[field], change[field]);
        let was = host.get(&format!("{path}?asOf={before}"), owner).await.ok();
        assert_eq!(&was, document, "{collection} as of {before}");
        let now = host.get(&format!("{path}?asOf={}", after["updatedAt"].as_str().unwrap()), owner).await.ok();
        assert_eq!(now, after);
        host.get(&format!("{path}?asOf=2020-01-01T00:00:00Z"), owner).await.refused(404, "not-found");
    }
    let as_of = slice.assignment["updatedAt"].as_str().unwrap();
    let path = slice.at(&format!("schedule?from=2026-03-01&to=2026-03-31&grain=month&asOf={as_of}"));
    let schedule = host.get(&path, owner).await.ok();
    assert_eq!(schedule["people"][0]["name"], "Ada");
    assert_eq!(schedule["people"][0]["buckets"][0]["confirmedMinutes"], 1_200);
}

both!(work_that_nobody_could_be_wanted_for_is_named);
async fn work_that_nobody_could_be_wanted_for_is_named(host: Host) {
    let slice = Slice::make(&host).await;
    let skill = host.add(&slice.workspace, &slice.owner, "skills", json!({"name": "Rust"})).await;
    let level = |level: i64| format!("skill={}:{level}", id(&skill));
    let wrong = [
        ("?minutesPerDay", format!("minutesPerDay={}", i64::MAX)),
        ("?minutesPerDay", "minutesPerDay=0".to_owned()),
        ("?minutes", format!("minutes={}", i64::MIN)),
        ("?minutes", "minutes=1000000001".to_owned()),
        ("?skill", level(0)),
        ("?skill", level(6)),
    ];
    for (pointer, query) in wrong {
        let path = slice.at(&format!("reports/candidates?from=2026-03-02&to=2026-03-06&{query}"));
        let seen = host.get(&path, &slice.owner).await;
        assert_eq!(seen.status, 422, "{query}: {}", seen.text());
        assert_eq!(seen.json()["errors"][0]["pointer"], pointer, "{query}: {}", seen.text());
    }
}

both!(a_move_further_than_a_plan_reaches_is_refused);
async fn a_move_further_than_a_plan_reaches_is_refused(host: Host) {
    let slice = Slice::make(&host).await;
    let path = slice.at(&format!("assignments/{}/move", id(&slice.assignment)));
    for days in [i32::MIN, -84_371, 84_371, i32::MAX] {
        let seen = host.act(&path, &slice.owner, 1, json!({"days": days})).await;
        assert_eq!(seen.status, 422, "{days}: {}", seen.text());
        assert_eq!(seen.json()["errors"][0]["pointer"], "/days", "{days}: {}", seen.text());
        let item = json!({"action": "move", "id": slice.assignment["id"], "version": 1, "days": days});
        let bulk = host.post(&slice.at("assignments/bulk"), &slice.owner, json!({"items": [item]})).await.ok();
        assert_eq!(bulk["results"][0]["status"], 422, "{bulk}");
    }
}
