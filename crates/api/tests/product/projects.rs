//! Projects: phases, milestones, budget and rates; project managers and their own.

use serde_json::{Value, json};

use crate::first_slice::{Slice, booking};
use crate::support::{Host, both, id, version};

both!(phases_milestones_budget_and_rates_belong_to_a_project);
async fn phases_milestones_budget_and_rates_belong_to_a_project(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    let at = |part: &str| slice.at(&format!("projects/{}/{part}", id(&slice.project)));
    let phase = json!({"name": "Design", "startsOn": "2026-03-01", "endsOn": "2026-03-31"});
    let with_phase = host.act(&at("phases"), owner, 1, phase).await.ok();
    let phase = id(&with_phase["phases"][0]).to_owned();
    let renamed = host.patch(&at(&format!("phases/{phase}")), owner, 2, json!({"name": "Concept"})).await.ok();
    assert_eq!(
        (&renamed["phases"][0]["name"], &renamed["phases"][0]["endsOn"]),
        (&json!("Concept"), &json!("2026-03-31"))
    );
    let bad = json!({"endsOn": "2026-02-01"});
    assert_eq!(host.patch(&at(&format!("phases/{phase}")), owner, 3, bad).await.faults(), ["/endsOn end-before-start"]);
    let milestone = host.act(&at("milestones"), owner, 3, json!({"name": "Launch", "on": "2026-06-01"})).await.ok();
    let milestone = id(&milestone["milestones"][0]).to_owned();
    let done = host.patch(&at(&format!("milestones/{milestone}")), owner, 4, json!({"done": true})).await.ok();
    assert_eq!(done["milestones"][0]["done"], true);
    let money = json!({"amountMinor": 5_000_000, "currency": "EUR"});
    host.put(&at("budget"), owner, 5, json!({"minutes": 60_000, "amount": money})).await.ok();
    assert_eq!(host.get(&at("budget"), owner).await.ok(), json!({"minutes": 60_000, "amount": money}));
    let rate = json!({"scope": {"of": "phase", "phaseId": phase}, "validFrom": "2026-01-01", "billPerHour": money});
    host.act(&at("rates"), owner, 6, rate).await.ok();
    let rates = host.get(&at("rates"), owner).await.ok();
    let rate = id(&rates["items"][0]).to_owned();
    let mut booked = booking(&slice.person, &slice.project, 60);
    booked["phaseId"] = json!(phase);
    host.add(&slice.workspace, owner, "assignments", booked).await;
    host.delete(&at(&format!("rates/{rate}")), owner, 7).await.ok();
    host.delete(&at(&format!("rates/{rate}")), owner, 8).await.refused(404, "not-found");
    host.delete(&at(&format!("milestones/{milestone}")), owner, 8).await.ok();
    let bare = host.delete(&at(&format!("phases/{phase}")), owner, 9).await.ok();
    assert_eq!((&bare["phases"], &bare["milestones"]), (&json!([]), &json!([])));
}

both!(projects_are_validated_and_found);
async fn projects_are_validated_and_found(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    let path = slice.at("projects");
    for (body, wanted) in [
        (json!({"name": "", "color": "red"}), vec!["/name blank", "/color not-a-color"]),
        (json!({"name": "A", "code": "AP"}), vec!["/code taken"]),
        (json!({"name": "A", "clientId": "01960000-0000-7000-8000-00000000dead"}), vec!["/clientId unknown"]),
        (
            json!({"name": "A", "managerIds": [slice.owner.id, "01960000-0000-7000-8000-00000000dead"]}),
            vec!["/managerIds/1 unknown"],
        ),
        (json!({"name": "A", "status": "dead"}), vec!["/status unknown-value"]),
    ] {
        assert_eq!(host.post(&path, owner, body.clone()).await.faults(), wanted, "{body}");
    }
    let client = host.add(&slice.workspace, owner, "clients", json!({"name": "Acme"})).await;
    let twin = host.post(&slice.at("clients"), owner, json!({"name": "ACME"})).await;
    assert_eq!(twin.faults(), ["/name taken"]);
    let on_hold = json!({"name": "Zeus", "clientId": client["id"], "status": "on-hold"});
    host.add(&slice.workspace, owner, "projects", on_hold).await;
    for (query, names) in [
        (format!("clientId={}", id(&client)), vec!["Zeus"]),
        ("code=AP".to_owned(), vec!["Apollo"]),
        ("q=po".to_owned(), vec!["Apollo"]),
        ("".to_owned(), vec!["Apollo", "Zeus"]),
    ] {
        let found = host.get(&format!("{path}?{query}"), owner).await.ok();
        let found: Vec<&str> =
            found["items"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
        assert_eq!(found, names, "{query}");
    }
}

both!(a_project_manager_has_the_own_projects_only);
async fn a_project_manager_has_the_own_projects_only(host: Host) {
    let slice = Slice::make(&host).await;
    let manager = host.member(&slice.owner, &slice.workspace, "project-manager", "Paula Planner").await;
    let own = host.add(&slice.workspace, &manager, "projects", json!({"name": "Own"})).await;
    assert_eq!(own["managerIds"], json!([manager.id]), "who makes it manages it");
    let other = slice.at(&format!("projects/{}", id(&slice.project)));
    let mine = slice.at(&format!("projects/{}", id(&own)));
    host.patch(&other, &manager, 1, json!({"name": "Taken"})).await.refused(403, "not-yours");
    host.patch(&other, &manager, 1, json!({"managerIds": [manager.id]})).await.refused(403, "not-yours");
    host.patch(&mine, &manager, 1, json!({"name": "Mine"})).await.ok();
    host.patch(&mine, &manager, 2, json!({"managerIds": [slice.owner.id]})).await.refused(403, "not-yours");
    host.get(&format!("{other}/budget"), &manager).await.refused(403, "not-yours");
    host.get(&format!("{mine}/budget"), &manager).await.ok();
    host.put(&format!("{mine}/budget"), &manager, 2, json!({"minutes": 600})).await.ok();
    let mut body = booking(&slice.person, &own, 60);
    body["startsOn"] = json!("2026-04-06");
    body["endsOn"] = json!("2026-04-10");
    let booked = host.add(&slice.workspace, &manager, "assignments", body.clone()).await;
    body["projectId"] = slice.project["id"].clone();
    host.post(&slice.at("assignments"), &manager, body).await.refused(403, "not-yours");
    let booked_path = slice.at(&format!("assignments/{}", id(&booked)));
    let away = json!({"projectId": slice.project["id"]});
    host.patch(&booked_path, &manager, 1, away.clone()).await.refused(403, "not-yours");
    host.act(&format!("{booked_path}/copy"), &manager, 1, away).await.refused(403, "not-yours");
    let theirs = slice.at(&format!("assignments/{}", id(&slice.assignment)));
    let mine = json!({"projectId": own["id"]});
    host.patch(&theirs, &manager, 1, mine.clone()).await.refused(403, "not-yours");
    for (action, body) in [
        ("split", json!({"on": "2026-03-04"})),
        ("move", json!({"days": 7})),
        ("confirm", Value::Null),
        ("make-tentative", Value::Null),
        ("repeat", json!({"every": 1, "unit": "weeks", "times": 1})),
    ] {
        host.act(&format!("{theirs}/{action}"), &manager, 1, body).await.refused(403, "not-yours");
    }
    host.delete(&theirs, &manager, 1).await.refused(403, "not-yours");
    let items = json!({"items": [
        {"action": "remove", "id": slice.assignment["id"], "version": 1},
        {"action": "move", "id": booked["id"], "version": 1, "days": 7},
    ]});
    let results = host.post(&slice.at("assignments/bulk"), &manager, items).await.ok();
    assert_eq!((&results["results"][0]["status"], &results["results"][1]["status"]), (&json!(403), &json!(200)));
    let copied = host.act(&format!("{theirs}/copy?onClash=allow"), &manager, 1, mine).await.created();
    assert_eq!(copied["projectId"], own["id"], "a copy on the own project is the own project's");
    let report = slice.at("reports/budget?from=2026-03-01&to=2026-04-30&grain=month");
    let budget = host.get(&report, &manager).await.ok().to_string();
    assert!(budget.contains(id(&own)) && !budget.contains(id(&slice.project)), "{budget}");
    host.get(&format!("{report}&projectId={}", id(&slice.project)), &manager).await.refused(403, "not-yours");
    let restored = host.delete(&slice.at(&format!("projects/{}", id(&own))), &manager, 3).await;
    restored.gone();
    host.act(&slice.at(&format!("projects/{}/restore", id(&own))), &manager, 4, Value::Null).await.ok();
}

both!(the_small_lists_have_their_whole_life);
async fn the_small_lists_have_their_whole_life(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    let week = json!([[480, 480, 480, 480, 480, 0, 0]]);
    for (collection, body, change, bad) in [
        ("clients", json!({"name": "One", "notes": "n"}), json!({"notes": null}), json!({"name": " "})),
        ("teams", json!({"name": "One"}), json!({"notes": "new"}), json!({"name": "x".repeat(201)})),
        ("skills", json!({"name": "One"}), json!({"category": "Language"}), json!({"name": ""})),
        ("roles", json!({"name": "One"}), json!({"name": "Two"}), json!({"name": "a\nb"})),
        (
            "calendars",
            json!({"name": "One", "weeks": week}),
            json!({"name": "Two"}),
            json!({"weeks": [[1_441, 0, 0, 0, 0, 0, 0]]}),
        ),
        (
            "holidays",
            json!({"region": "XX", "on": "2026-01-02", "name": "One"}),
            json!({"observance": "half"}),
            json!({"name": ""}),
        ),
    ] {
        let made = host.add(&slice.workspace, owner, collection, body.clone()).await;
        let path = slice.at(&format!("{collection}/{}", id(&made)));
        let mut wanted = body.clone();
        let changed = host.patch(&path, owner, 1, change.clone()).await.ok();
        raally_application::managed::merge(&mut wanted, change);
        for (name, value) in wanted.as_object().unwrap() {
            assert_eq!(&changed[name], value, "{collection} {name}");
        }
        assert_eq!(host.patch(&path, owner, 2, bad).await.faults().len(), 1, "{collection}");
        assert_eq!(host.get(&path, owner).await.header("etag"), "\"2\"");
        host.delete(&path, owner, 2).await.gone();
        host.get(&path, owner).await.refused(404, "not-found");
        host.patch(&path, owner, 3, json!({"name": "Zombie"})).await.refused(409, "deleted");
        if collection != "holidays" && collection != "calendars" && collection != "roles" {
            host.add(&slice.workspace, owner, collection, body).await;
            let restore = host.act(&format!("{path}/restore"), owner, 3, Value::Null).await;
            assert_eq!(restore.faults(), ["/name taken"], "{collection}: the name went to another meanwhile");
        } else {
            let back = host.act(&format!("{path}/restore"), owner, 3, Value::Null).await.ok();
            assert_eq!(version(&back), 4);
        }
    }
}
