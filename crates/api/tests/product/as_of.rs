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
