//! Lists as they were at an instant: what was added, renamed or removed since is as it was then.

use serde_json::{Value, json};

use crate::first_slice::Slice;
use crate::support::{Host, both, id, version};

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

both!(people_and_projects_are_listed_as_they_were);
async fn people_and_projects_are_listed_as_they_were(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    for (collection, first) in [("people", &slice.person), ("projects", &slice.project)] {
        let second = host.add(&slice.workspace, owner, collection, json!({"name": "Second"})).await;
        let before = host.get(&slice.at(collection), owner).await.ok();
        let at = second["updatedAt"].as_str().unwrap();
        let path = |document: &Value| slice.at(&format!("{collection}/{}", id(document)));
        host.patch(&path(first), owner, version(first), json!({"name": "Renamed"})).await.ok();
        host.delete(&path(&second), owner, version(&second)).await.gone();
        let third = host.add(&slice.workspace, owner, collection, json!({"name": "Third"})).await;
        assert_eq!(names(&host.get(&slice.at(collection), owner).await.ok()), ["Renamed", "Third"]);
        let then = |query: &str| {
            let path = slice.at(&format!("{collection}?asOf={at}{query}"));
            let host = &host;
            async move { host.get(&path, owner).await.ok() }
        };
        assert_eq!(then("").await, before, "{collection}: the very same page");
        assert_eq!(names(&then("&q=SEC").await), ["Second"]);
        let page = then("&limit=1").await;
        let rest = then(&format!("&limit=1&cursor={}", page["nextCursor"].as_str().unwrap())).await;
        assert_eq!((names(&page), names(&rest)), (vec![first["name"].as_str().unwrap()], vec!["Second"]));
        assert_eq!(rest["nextCursor"], Value::Null);
        let now = slice.at(&format!("{collection}?asOf={}&deleted=include", third["updatedAt"].as_str().unwrap()));
        assert_eq!(names(&host.get(&now, owner).await.ok()), ["Renamed", "Second", "Third"]);
        let never = slice.at(&format!("{collection}?asOf=2020-01-01T00:00:00Z"));
        assert_eq!(names(&host.get(&never, owner).await.ok()), Vec::<&str>::new());
    }
    assert_eq!(host.get(&slice.at("people?asOf=yesterday"), owner).await.status, 422);
}

both!(what_belongs_to_people_projects_and_roles_is_read_as_it_was);
async fn what_belongs_to_people_projects_and_roles_is_read_as_it_was(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    let skill = host.add(&slice.workspace, owner, "skills", json!({"name": "Rust"})).await;
    let person = format!("people/{}", id(&slice.person));
    let project = format!("projects/{}", id(&slice.project));
    let role = format!("roles/{}", id(&slice.role));
    let money = |minor: i64| json!({"amountMinor": minor, "currency": "EUR"});
    let entries = |round: i64| {
        [
            (&person, "job-titles", "/2026-01-01", json!({"title": format!("Developer {round}")})),
            (&person, "availability", "/2026-01-01", json!({"basisPoints": round * 1_000})),
            (&person, "skills", &*format!("/{}", id(&skill)), json!({"level": round})),
            (&person, "compensations", "/2026-01-01", json!({"kind": "hourly", "amount": money(round)})),
            (&person, "bill-rates", "/2026-01-01", json!({"perHour": money(round)})),
            (&role, "rates", "/2026-01-01", json!({"billPerHour": money(round), "costPerHour": money(round)})),
            (&project, "budget", "", json!({"amount": money(round)})),
        ]
        .map(|(of, part, rest, body)| (of.clone(), format!("{of}/{part}"), rest.to_owned(), body))
    };
    let mut at = String::new();
    for (of, list, rest, body) in entries(1) {
        let now = version(&host.get(&slice.at(&of), owner).await.ok());
        host.put(&slice.at(&format!("{list}{rest}")), owner, now, body).await.ok();
    }
    let posts = |round: i64| {
        [
            ("phases", json!({"name": format!("Phase {round}")})),
            ("milestones", json!({"name": format!("Milestone {round}"), "on": "2026-06-01"})),
            ("rates", json!({"scope": {"of": "project"}, "validFrom": "2026-01-01", "billPerHour": money(round)})),
        ]
    };
    for (part, body) in posts(1) {
        let now = version(&host.get(&slice.at(&project), owner).await.ok());
        let after = host.act(&slice.at(&format!("{project}/{part}")), owner, now, body).await.ok();
        at = after["updatedAt"].as_str().unwrap().to_owned();
    }
    let lists: Vec<String> = entries(1)
        .into_iter()
        .map(|(_, list, ..)| list)
        .chain(posts(1).map(|(part, _)| format!("{project}/{part}")))
        .collect();
    let mut before = Vec::new();
    for list in &lists {
        before.push(host.get(&slice.at(list), owner).await.ok());
    }

    for (of, list, rest, body) in entries(2) {
        let now = version(&host.get(&slice.at(&of), owner).await.ok());
        host.put(&slice.at(&format!("{list}{rest}")), owner, now, body).await.ok();
    }
    for (part, body) in posts(2) {
        let now = version(&host.get(&slice.at(&project), owner).await.ok());
        host.act(&slice.at(&format!("{project}/{part}")), owner, now, body).await.ok();
    }
    for (list, before) in lists.iter().zip(&before) {
        assert_ne!(host.get(&slice.at(list), owner).await.ok(), *before, "{list}");
    }
    for path in [&person, &project] {
        let now = version(&host.get(&slice.at(path), owner).await.ok());
        host.delete(&slice.at(path), owner, now).await.gone();
        host.get(&slice.at(&format!("{path}/{}", if *path == person { "skills" } else { "budget" })), owner)
            .await
            .refused(404, "not-found");
    }
    for (list, before) in lists.iter().zip(&before) {
        let then = host.get(&slice.at(&format!("{list}?asOf={at}")), owner).await.ok();
        assert_eq!(then, *before, "{list}");
        host.get(&slice.at(&format!("{list}?asOf=2020-01-01T00:00:00Z")), owner).await.refused(404, "not-found");
    }
}

both!(the_past_shows_pay_and_budgets_to_those_who_may_see_them_today);
async fn the_past_shows_pay_and_budgets_to_those_who_may_see_them_today(host: Host) {
    let slice = Slice::make(&host).await;
    let (owner, workspace) = (&slice.owner, &slice.workspace);
    let manager = host.member(owner, workspace, "project-manager", "Paula Planner").await;
    let own = host.add(workspace, &manager, "projects", json!({"name": "Own"})).await;
    let at = own["updatedAt"].as_str().unwrap();
    let budget = |project: &Value| slice.at(&format!("projects/{}/budget?asOf={at}", id(project)));
    host.get(&budget(&own), &manager).await.ok();
    host.get(&budget(&slice.project), &manager).await.refused(403, "not-yours");
    let path = slice.at(&format!("projects/{}", id(&own)));
    host.patch(&path, owner, 1, json!({"managerIds": [owner.id]})).await.ok();
    host.get(&budget(&own), &manager).await.refused(403, "not-yours");
    let pay = slice.at(&format!("people/{}/compensations?asOf={at}", id(&slice.person)));
    host.get(&pay, owner).await.ok();
    host.get(&pay, &manager).await.refused(403, "denied");
}
