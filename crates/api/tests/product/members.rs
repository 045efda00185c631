//! Workspaces, members and join links: who may what, from when until when.

use serde_json::{Value, json};

use crate::sign_in::refused_within_a_second;
use crate::support::{Call, Host, User, both, version};

struct Team {
    owner: User,
    admin: User,
    member: User,
    path: String,
}

impl Team {
    async fn make(host: &Host) -> Self {
        let owner = host.sign_up("Olga Owner").await;
        let path = host.workspace(&owner, "Team").await;
        let admin = host.member(&owner, &path, "admin", "Adam Admin").await;
        let member = host.member(&owner, &path, "member", "Mia Member").await;
        Self { owner, admin, member, path }
    }

    fn of(&self, user: &User) -> String {
        format!("{}/members/{}", self.path, user.id)
    }

    fn at(&self, part: &str) -> String {
        format!("{}/{part}", self.path)
    }
}

both!(a_join_link_works_once_for_seven_days_with_its_role);
async fn a_join_link_works_once_for_seven_days_with_its_role(host: Host) {
    let team = Team::make(&host).await;
    let links = team.at("join-links");
    let make = || host.post(&links, &team.owner, json!({"role": "project-manager"}));
    let link = make().await.created();
    assert!(link["token"].as_str().unwrap().len() >= 22, "128 bits");
    let listed = host.get(&links, &team.owner).await.ok();
    assert!(listed["items"].as_array().unwrap().iter().all(|one| one["token"].is_null()), "shown once");
    let user = host.sign_up_with("Paula Planner", link["token"].as_str()).await;
    let me = host.get("/api/v1/auth/me", &user).await.ok();
    assert_eq!(me["workspaces"][0]["role"], "project-manager");
    let stranger = host.sign_up("Stefan Stranger").await;
    let join = |token: &Value| Call::post("/api/v1/auth/join").by(&stranger).json(&json!({"token": token}));
    assert_eq!(host.call(join(&link["token"])).await.faults(), ["/token bad-link"], "used");
    let revoked = make().await.created();
    let path = format!("{links}/{}", revoked["id"].as_str().unwrap());
    host.call(Call::new(http::Method::DELETE, &path).by(&team.owner)).await.gone();
    assert_eq!(host.call(join(&revoked["token"])).await.faults(), ["/token bad-link"], "taken back");
    let good = make().await.created();
    host.call(join(&good["token"])).await.ok();
    host.get(&team.path, &stranger).await.ok();
    let again = make().await.created();
    host.call(join(&again["token"])).await.refused(409, "already-exists");
    let old = make().await.created();
    host.pass(7 * 86_400 + 1);
    let late = host.sign_up("Lara Late").await;
    let join = Call::post("/api/v1/auth/join").by(&late).json(&json!({"token": old["token"]}));
    assert_eq!(host.call(join).await.faults(), ["/token bad-link"], "too old");
}

both!(the_last_owner_stays_and_only_owners_make_owners);
async fn the_last_owner_stays_and_only_owners_make_owners(host: Host) {
    let team = Team::make(&host).await;
    let (owner, admin) = (&team.owner, &team.admin);
    let me = team.of(owner);
    for change in [json!({"role": "admin"}), json!({"status": "suspended"})] {
        host.patch(&me, owner, 1, change).await.refused(409, "last-owner");
    }
    host.delete(&me, owner, 1).await.refused(409, "last-owner");
    host.patch(&me, admin, 1, json!({"role": "viewer"})).await.refused(403, "denied");
    host.delete(&me, admin, 1).await.refused(403, "denied");
    host.patch(&team.of(admin), admin, 1, json!({"role": "owner"})).await.refused(403, "denied");
    host.post(&team.at("join-links"), admin, json!({"role": "owner"})).await.refused(403, "denied");
    host.patch(&team.of(admin), owner, 1, json!({"role": "owner"})).await.ok();
    let both_leave = [(owner, admin), (admin, owner)].map(|(by, whom)| {
        let at = if whom.id == admin.id { 2 } else { 1 };
        let path = team.of(whom);
        let host = &host;
        async move { host.delete(&path, by, at).await.status }
    });
    let statuses = futures_util::future::join_all(both_leave).await;
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "one owner is left: {statuses:?}");
}

both!(changes_of_members_work_at_once_in_every_process);
async fn changes_of_members_work_at_once_in_every_process(host: Host) {
    let team = Team::make(&host).await;
    let beside = host.beside().await;
    let (owner, member) = (&team.owner, &team.member);
    beside.get(&team.path, member).await.ok();
    let path = team.of(member);
    let seen = host.get(&path, owner).await;
    assert_eq!((seen.ok()["email"].clone(), seen.header("etag")), (json!("mia.member@example.org"), "\"1\""));
    host.patch(&path, owner, 1, json!({"permissions": ["fly"]})).await.faults();
    let suspended = host.patch(&path, owner, 1, json!({"status": "suspended"})).await.ok();
    assert_eq!((version(&suspended), &suspended["status"]), (2, &json!("suspended")));
    host.get(&team.path, member).await.refused(404, "not-found");
    refused_within_a_second(&beside, &team.path, member, 404).await;
    assert_eq!(host.get("/api/v1/workspaces", member).await.ok(), json!({"items": []}));
    host.patch(&path, owner, 2, json!({"status": "active", "role": "resource-manager"})).await.ok();
    host.get(&team.path, member).await.ok();
    host.add(&team.path, member, "people", json!({"name": "Ada"})).await;
    host.patch(&path, owner, 4, json!({"role": "viewer"})).await.ok();
    host.post(&team.at("people"), member, json!({"name": "Bob"})).await.refused(403, "denied");
    beside.get(&team.path, &team.admin).await.ok();
    host.delete(&team.of(&team.admin), owner, 1).await.gone();
    host.get(&team.path, &team.admin).await.refused(404, "not-found");
    refused_within_a_second(&beside, &team.path, &team.admin, 404).await;
    let members = host.get(&team.at("members"), owner).await.ok();
    assert_eq!(members["items"].as_array().unwrap().len(), 2);
    let link = host.post(&team.at("join-links"), owner, json!({"role": "viewer"})).await.created();
    host.call(Call::post("/api/v1/auth/join").by(&team.admin).json(&json!({"token": link["token"]}))).await.ok();
    assert_eq!(host.get(&team.of(&team.admin), owner).await.ok()["role"], "viewer", "back, as what the link says");
}

both!(settings_change_by_field_and_bad_ones_are_named);
async fn settings_change_by_field_and_bad_ones_are_named(host: Host) {
    let team = Team::make(&host).await;
    let (path, owner) = (team.at("settings"), &team.owner);
    let before = host.get(&path, &team.member).await.ok();
    let patch = json!({"settings": {"firstDayOfWeek": 7, "timeZone": "Europe/Madrid", "holidayRegion": "ES"}});
    let after = host.patch(&path, owner, 1, patch).await.ok();
    assert_eq!(after["settings"]["firstDayOfWeek"], 7);
    assert_eq!(after["settings"]["currency"], before["settings"]["currency"]);
    let cleared = host.patch(&path, owner, 2, json!({"name": "New", "settings": {"holidayRegion": null}})).await.ok();
    assert_eq!((&cleared["name"], &cleared["settings"]["holidayRegion"]), (&json!("New"), &Value::Null));
    let at = version(&cleared);
    for (patch, fault) in [
        (json!({"settings": {"timeZone": "Mars/Base"}}), "/settings/timeZone not-a-time-zone"),
        (json!({"settings": {"firstDayOfWeek": 8}}), "/settings/firstDayOfWeek out-of-range"),
        (json!({"settings": {"defaultWeek": [1, 2]}}), "/settings/defaultWeek wrong-type"),
        (json!({"settings": {"currency": "euro"}}), "/settings/currency wrong-type"),
        (json!({"settings": {"clashPolicy": "maybe"}}), "/settings/clashPolicy wrong-type"),
        (json!({"settings": {"colour": "red"}}), "/settings/colour unknown-field"),
        (json!({"name": ""}), "/name blank"),
        (json!({"name": 5}), "/name wrong-type"),
    ] {
        assert_eq!(host.patch(&path, owner, at, patch.clone()).await.faults(), [fault], "{patch}");
    }
    host.patch(&path, &team.member, at, json!({"name": "Mine"})).await.refused(403, "denied");
    host.delete(&team.path, &team.admin, at).await.refused(403, "denied");
    host.delete(&team.path, owner, at).await.gone();
    host.get(&team.path, owner).await.refused(404, "not-found");
    assert_eq!(host.get("/api/v1/workspaces", owner).await.ok(), json!({"items": []}));
}
