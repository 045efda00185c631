//! People: history, pay and who sees it, validation, lists.

use serde_json::{Value, json};

use crate::first_slice::Slice;
use crate::support::{Host, User, both, id, version};

fn money(amount: i64) -> Value {
    json!({"amountMinor": amount, "currency": "EUR"})
}

both!(history_of_a_person_is_effective_dated);
async fn history_of_a_person_is_effective_dated(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    let skill = host.add(&slice.workspace, owner, "skills", json!({"name": "Rust"})).await;
    let calendar =
        json!({"name": "Fortnight", "weeks": [[480, 480, 480, 480, 480, 0, 0], [480, 480, 480, 480, 0, 0, 0]]});
    let calendar = host.add(&slice.workspace, owner, "calendars", calendar).await;
    let at = |part: &str| slice.at(&format!("people/{}/{part}", id(&slice.person)));
    let mut now = version(&slice.person);
    let by_calendar = json!({"workingTime": {"source": "calendar", "calendarId": calendar["id"]}});
    for (part, body) in [
        ("job-titles/2026-01-01", json!({"title": "Developer"})),
        ("job-titles/2025-01-01", json!({"title": "Trainee", "roleId": slice.role["id"]})),
        ("job-titles/2026-01-01", json!({"title": "Senior developer"})),
        ("schedules/2026-07-01", by_calendar),
        ("availability/2026-01-01", json!({"basisPoints": 8_000})),
        (&format!("skills/{}", id(&skill)), json!({"level": 3})),
        (&format!("skills/{}", id(&skill)), json!({"level": 5})),
    ] {
        let after = host.put(&at(part), owner, now, body).await.ok();
        assert_eq!(version(&after), now + 1, "{part}");
        now += 1;
    }
    let titles = host.get(&at("job-titles"), owner).await.ok();
    let titles: Vec<&Value> = titles["items"].as_array().unwrap().iter().map(|one| &one["title"]).collect();
    assert_eq!(titles, ["Trainee", "Senior developer"], "by date; the same date replaces");
    assert_eq!(host.get(&at("skills"), owner).await.ok()["items"], json!([{"skillId": skill["id"], "level": 5}]));
    assert_eq!(host.get(&at("schedules"), owner).await.ok()["items"].as_array().unwrap().len(), 2);
    assert_eq!(host.get(&at("availability"), owner).await.ok()["items"][0]["basisPoints"], 8_000);
    host.put(&at("availability/2026-02-30"), owner, now, json!({"basisPoints": 1})).await.refused(404, "not-found");
    for (part, body, fault) in [
        ("availability/2026-01-01", json!({"basisPoints": -1}), "/basisPoints out-of-range"),
        ("job-titles/2026-01-01", json!({"title": ""}), "/title blank"),
        ("job-titles/2026-01-01", json!({}), "/title missing-field"),
        ("schedules/2026-01-01", json!({"workingTime": {"source": "weeks", "weeks": []}}), "/workingTime/weeks count"),
    ] {
        assert_eq!(host.put(&at(part), owner, now, body).await.faults(), [fault], "{part}");
    }
    let cleared = host.delete(&at("job-titles/2025-01-01"), owner, now).await.ok();
    assert_eq!(cleared["jobTitles"].as_array().unwrap().len(), 1);
    host.delete(&at("job-titles/2025-01-01"), owner, now + 1).await.refused(404, "not-found");
}

/// A company with pay, and people of every sort who look at it.
struct Paid {
    slice: Slice,
    members: Vec<(&'static str, bool, User)>,
}

impl Paid {
    async fn make(host: &Host) -> Self {
        let slice = Slice::make(host).await;
        let owner = slice.owner.clone();
        let at = |part: &str| slice.at(&format!("people/{}/{part}", id(&slice.person)));
        let pay = json!({"kind": "hourly", "amount": money(777_123), "benefits": "PAYMARK car", "weeklyMinutes": 2400});
        let after = host.put(&at("compensations/2026-01-01"), &owner, version(&slice.person), pay).await.ok();
        host.put(&at("bill-rates/2026-01-01"), &owner, version(&after), json!({"perHour": money(888_123)})).await.ok();
        let path = slice.at(&format!("roles/{}/rates/2026-01-01", id(&slice.role)));
        let rate = json!({"billPerHour": money(666_123), "costPerHour": money(555_123)});
        host.put(&path, &owner, version(&slice.role), rate).await.ok();
        let path = slice.at(&format!("projects/{}/budget", id(&slice.project)));
        host.put(&path, &owner, 1, json!({"amount": money(999_123)})).await.ok();
        let mut members = Vec::new();
        for (role, pays) in [
            ("admin", true),
            ("resource-manager", false),
            ("project-manager", false),
            ("member", false),
            ("viewer", false),
        ] {
            members.push((role, pays, host.member(&owner, &slice.workspace, role, &format!("Some {role}")).await));
        }
        let paid = host.member(&owner, &slice.workspace, "resource-manager", "Paid Manager").await;
        let path = slice.at(&format!("members/{}", paid.id));
        host.patch(&path, &owner, 1, json!({"permissions": ["pay:read"]})).await.ok();
        members.push(("resource-manager with pay:read", true, paid));
        Self { slice, members }
    }
}

both!(pay_is_seen_by_permission_only_and_nowhere_else);
async fn pay_is_seen_by_permission_only_and_nowhere_else(host: Host) {
    let Paid { slice, members } = Paid::make(&host).await;
    let path = slice.at(&format!("people/{}/compensations", id(&slice.person)));
    let pay = host.get(&path, &slice.owner).await.ok();
    assert_eq!(pay["items"][0]["amount"], money(777_123));
    let reading = raally_api::routes::operations().rows();
    let reading = reading.iter().filter(|row| row.method == http::Method::GET && row.id != "stream_events");
    let paths: Vec<String> = reading
        .filter(|row| row.path.starts_with("/api/v1/workspaces/{workspaceId}"))
        .map(|row| {
            let path = row.path.replace("/api/v1/workspaces/{workspaceId}", &slice.workspace);
            let path = path.replace("{personId}", id(&slice.person)).replace("{projectId}", id(&slice.project));
            let path = path.replace("{roleId}", id(&slice.role)).replace("{assignmentId}", id(&slice.assignment));
            let ranged = ["/reports/", "/schedule", "/dashboard"].iter().any(|part| row.path.contains(part));
            let ranged = ranged && !row.path.contains("/schedules");
            format!("{path}{}", if ranged { "?from=2026-03-01&to=2026-03-31&grain=month" } else { "" })
        })
        .filter(|path| !path.contains('{'))
        .collect();
    assert!(paths.len() > 30);
    for (role, pays, user) in &members {
        let seen = host.get(&path, user).await;
        assert_eq!(seen.status == 200, *pays, "{role}: {}", seen.text());
        for path in &paths {
            let text = host.get(path, user).await.text();
            for (figure, what) in [("777123", "pay"), ("PAYMARK", "benefits"), ("555123", "the role's cost")] {
                assert!(*pays || !text.contains(figure), "{role} sees {what} in {path}: {text}");
            }
            let no_money = ["member", "viewer"].contains(role);
            for (figure, what) in [("888123", "the bill rate"), ("666123", "the role's rate"), ("999123", "the budget")]
            {
                assert!(!no_money || !text.contains(figure), "{role} sees {what} in {path}: {text}");
            }
        }
    }
    let audit = host.get(&slice.at("audit-events?limit=200"), &slice.owner).await.ok();
    assert!(audit.to_string().contains("777123"), "an owner reads pay in the audit trail");
    for document in ["people", "roles", "projects"] {
        let text = host.get(&slice.at(document), &slice.owner).await.text();
        assert!(!text.contains("123,") || !text.contains("amountMinor"), "money is not in documents: {text}");
    }
}

both!(a_member_sees_the_own_pay_only);
async fn a_member_sees_the_own_pay_only(host: Host) {
    let Paid { slice, members } = Paid::make(&host).await;
    let (_, _, member) = members.iter().find(|(role, ..)| *role == "member").unwrap();
    let path = slice.at(&format!("people/{}", id(&slice.person)));
    host.get(&format!("{path}/compensations"), member).await.refused(403, "not-yours");
    let now = version(&host.get(&path, &slice.owner).await.ok());
    host.patch(&path, &slice.owner, now, json!({"userId": member.id})).await.ok();
    let pay = host.get(&format!("{path}/compensations"), member).await.ok();
    assert_eq!(pay["items"][0]["amount"], money(777_123));
    let other = host.add(&slice.workspace, &slice.owner, "people", json!({"name": "Bob"})).await;
    let other = slice.at(&format!("people/{}/compensations", id(&other)));
    host.get(&other, member).await.refused(403, "not-yours");
    let pay = json!({"kind": "salaried", "amount": money(1)});
    host.put(&format!("{path}/compensations/2027-01-01"), member, now + 1, pay).await.refused(403, "denied");
}

both!(costs_come_from_pay_and_only_for_those_who_see_it);
async fn costs_come_from_pay_and_only_for_those_who_see_it(host: Host) {
    let Paid { slice, members } = Paid::make(&host).await;
    let path = slice.at("reports/budget?from=2026-03-01&to=2026-03-31&grain=month");
    let full = host.get(&path, &slice.owner).await.ok();
    // 20 hours at 7,771.23 and 8,881.23.
    assert!(full.to_string().contains("15542460"), "cost: {full:#}");
    assert!(full.to_string().contains("17762460"), "bill: {full:#}");
    for (role, pays, user) in &members {
        let seen = host.get(&path, user).await;
        match *role {
            "member" | "viewer" => _ = seen.refused(403, "denied"),
            "project-manager" => _ = seen.refused(403, "not-yours"),
            _ => assert_eq!(seen.ok().to_string().contains("15542460"), *pays, "{role}"),
        }
    }
}

both!(people_are_validated_with_pointers);
async fn people_are_validated_with_pointers(host: Host) {
    let slice = Slice::make(&host).await;
    let path = slice.at("people");
    let nothing = "01960000-0000-7000-8000-00000000dead";
    for (body, wanted) in [
        (json!({"name": ""}), "/name blank"),
        (json!({"name": "x".repeat(201)}), "/name too-long"),
        (json!({"name": "a\u{0}b"}), "/name control-character"),
        (json!({"name": "Bob", "email": "no mail"}), "/email not-an-email"),
        (json!({"name": "Bob", "startsOn": "2026-02-01", "endsOn": "2026-01-01"}), "/endsOn end-before-start"),
        (json!({"name": "Bob", "roleId": nothing}), "/roleId unknown"),
        (json!({"name": "Bob", "teamIds": [nothing]}), "/teamIds/0 unknown"),
        (json!({"name": "Bob", "userId": nothing}), "/userId unknown"),
        (json!({"name": "Bob", "colour": "red"}), "/colour unknown-field"),
        (json!({"name": 5}), "/name wrong-type"),
        (json!({"name": "Bob", "teamIds": "x"}), "/teamIds wrong-type"),
        (json!({"name": "Bob", "startsOn": "2026-02-30"}), "/startsOn wrong-type"),
        (json!({"name": "Bob", "kind": "robot"}), "/kind unknown-value"),
        (json!({}), "/name missing-field"),
        (json!({"name": "Bob", "weeklyMinutes": -5}), "/weeklyMinutes out-of-range"),
        (json!({"name": "Bob", "weeklyMinutes": 9_223_372_036_854_775_807_i64}), "/weeklyMinutes out-of-range"),
    ] {
        let seen = host.post(&path, &slice.owner, body.clone()).await;
        assert_eq!(seen.faults(), [wanted], "{body}");
    }
    let two = json!({"name": "", "email": "no mail"});
    assert_eq!(
        host.post(&path, &slice.owner, two).await.faults(),
        ["/name blank", "/email not-an-email"],
        "all at once"
    );
    let first = json!({"name": "Bob", "email": "bob@example.org", "externalId": "e1"});
    let first = host.add(&slice.workspace, &slice.owner, "people", first).await;
    let twin = json!({"name": "Rob", "email": "BOB@example.org", "externalId": "e1"});
    assert_eq!(host.post(&path, &slice.owner, twin).await.faults(), ["/email taken", "/externalId taken"]);
    let path = format!("{path}/{}", id(&first));
    for (patch, wanted) in [
        (json!({"name": null}), "/name missing"),
        (json!({"kind": "robot"}), "/kind wrong-type"),
        (json!({"jobTitles": []}), "/jobTitles unknown-field"),
        (json!({"teamIds": [nothing]}), "/teamIds/0 unknown"),
    ] {
        let seen = host.patch(&path, &slice.owner, 1, patch.clone()).await;
        let faults = seen.faults();
        assert!(faults[0].starts_with(wanted.split(' ').next().unwrap()), "{patch}: {faults:?}");
    }
    let emptied = host.patch(&path, &slice.owner, 1, json!({"email": null, "teamIds": null, "kind": null})).await.ok();
    assert_eq!(
        (&emptied["email"], &emptied["teamIds"], &emptied["kind"]),
        (&Value::Null, &json!([]), &json!("person"))
    );
}

both!(lists_are_walked_page_by_page_without_gap_or_double);
async fn lists_are_walked_page_by_page_without_gap_or_double(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    for number in 0..23 {
        host.add(&slice.workspace, owner, "people", json!({"name": format!("Twin {}", number / 5)})).await;
    }
    for (list, count) in [("people", 24), ("people?q=tWiN", 23), ("audit-events", 30)] {
        for limit in [1, 7, 200] {
            let mut ids = Vec::new();
            let mut cursor = String::new();
            loop {
                let mark = if list.contains('?') { '&' } else { '?' };
                let page = host.get(&slice.at(&format!("{list}{mark}limit={limit}{cursor}")), owner).await.ok();
                let items = page["items"].as_array().unwrap();
                assert!(items.len() <= limit);
                ids.extend(items.iter().map(|one| id(one).to_owned()));
                match page["nextCursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            let unique: std::collections::BTreeSet<&String> = ids.iter().collect();
            assert_eq!((ids.len(), unique.len()), (count, count), "{list} by {limit}");
        }
    }
    for bad in
        ["limit=0", "limit=201", "limit=x", "cursor=nonsense", "deleted=maybe", "colour=red", "updatedSince=today"]
    {
        assert_eq!(host.get(&slice.at(&format!("people?{bad}")), owner).await.status, 422, "{bad}");
    }
    let page = host.get(&slice.at("people?limit=2"), owner).await.ok();
    let cursor = page["nextCursor"].as_str().unwrap();
    let elsewhere = host.get(&slice.at(&format!("projects?cursor={cursor}")), owner).await;
    assert_eq!(elsewhere.status, 422, "a cursor is of one list");
}

both!(a_copy_is_kept_by_asking_for_changes_and_tombstones);
async fn a_copy_is_kept_by_asking_for_changes_and_tombstones(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    let bob = host.add(&slice.workspace, owner, "people", json!({"name": "Bob"})).await;
    let since = bob["updatedAt"].as_str().unwrap();
    let changes = || async {
        let seen = host.get(&slice.at(&format!("people?updatedSince={since}")), owner).await.ok();
        let items = seen["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|one| (one["name"].as_str().unwrap().to_owned(), one["deletedAt"].is_string()))
            .collect::<Vec<_>>()
    };
    assert_eq!(changes().await, []);
    let path = slice.at(&format!("people/{}", id(&slice.person)));
    host.patch(&path, owner, version(&slice.person), json!({"notes": "changed"})).await.ok();
    host.delete(&slice.at(&format!("people/{}", id(&bob))), owner, 1).await.gone();
    assert_eq!(changes().await, [("Ada".to_owned(), false), ("Bob".to_owned(), true)]);
    let all = host.get(&slice.at("people?deleted=include"), owner).await.ok();
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    let only = host.get(&slice.at("people?deleted=only"), owner).await.ok();
    assert_eq!(only["items"][0]["name"], "Bob");
}

both!(people_are_filtered);
async fn people_are_filtered(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    host.add(&slice.workspace, owner, "people", json!({"name": "Wanted", "kind": "placeholder"})).await;
    let count = |query: &str| {
        let path = slice.at(&format!("people?{query}"));
        let host = &host;
        async move { host.get(&path, owner).await.ok()["items"].as_array().unwrap().len() }
    };
    assert_eq!(count("kind=placeholder").await, 1);
    assert_eq!(count("kind=person").await, 1);
    assert_eq!(count("q=AD").await, 1);
    assert_eq!(count("q=%25").await, 0, "a search is no pattern");
}
