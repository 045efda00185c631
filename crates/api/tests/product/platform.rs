//! The installation over HTTP: who may look, what suspension ends, and that entering a workspace leaves a trace.

use serde_json::{Value, json};

use crate::sign_in::refused_within_a_second;
use crate::support::{Call, Host, User, both};
use crate::world::platform_admin;

const USERS: &str = "/api/v1/platform/users";
const WORKSPACES: &str = "/api/v1/platform/workspaces";
const TRAIL: &str = "/api/v1/platform/audit-events";
const ME: &str = "/api/v1/auth/me";

fn emails(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|one| one["email"].as_str().unwrap()).collect()
}

both!(users_are_found_page_by_page_and_only_by_platform_admins);
async fn users_are_found_page_by_page_and_only_by_platform_admins(host: Host) {
    let root = platform_admin(&host).await;
    let ada = host.sign_up("Ada Alpha").await;
    let bob = host.sign_up("Bob Beta").await;
    let path = host.workspace(&ada, "Ada's").await;
    host.member(&ada, &path, "viewer", "Cleo Gamma").await;
    let first = host.get(&format!("{USERS}?limit=2"), &root).await.ok();
    assert_eq!(emails(&first), ["ada.alpha@example.org", "bob.beta@example.org"]);
    assert_eq!((&first["items"][0]["workspaces"], &first["items"][0]["sessions"]), (&json!(1), &json!(1)));
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = host.get(&format!("{USERS}?limit=2&cursor={cursor}"), &root).await.ok();
    assert_eq!(emails(&second), ["cleo.gamma@example.org", "root@example.org"]);
    assert_eq!(second["nextCursor"], Value::Null);
    assert_eq!(emails(&host.get(&format!("{USERS}?search=BETA"), &root).await.ok()), ["bob.beta@example.org"]);
    let part = host.get(&format!("{USERS}?search=%20&limit=2"), &root).await.ok();
    assert_eq!(emails(&part), ["ada.alpha@example.org", "bob.beta@example.org"], "by name: no address has a blank");
    let cursor = part["nextCursor"].as_str().unwrap();
    let rest = host.get(&format!("{USERS}?search=%20&limit=2&cursor={cursor}"), &root).await.ok();
    assert_eq!((emails(&rest), &rest["nextCursor"]), (vec!["cleo.gamma@example.org"], &Value::Null));
    assert_eq!(emails(&host.get(&format!("{USERS}?search=O%20GAM"), &root).await.ok()), ["cleo.gamma@example.org"]);
    let one = host.get(&format!("{USERS}/{}", bob.id), &root).await.ok();
    assert_eq!(
        (&one["name"], &one["platformAdmin"], &one["suspended"]),
        (&json!("Bob Beta"), &json!(false), &json!(false))
    );
    host.get(USERS, &ada).await.refused(403, "denied");
    host.get(&format!("{WORKSPACES}?cursor={cursor}"), &root).await.refused(422, "bad-cursor");
}

both!(a_suspended_user_is_out_at_once_everywhere_and_comes_back_when_restored);
async fn a_suspended_user_is_out_at_once_everywhere_and_comes_back_when_restored(host: Host) {
    let root = platform_admin(&host).await;
    let ada = host.sign_up("Ada Alpha").await;
    let beside = host.beside().await;
    beside.get(ME, &ada).await.ok();
    let me = host.get(ME, &root).await.ok()["user"]["id"].as_str().unwrap().to_owned();
    let act = |id: &str, what: &str| Call::post(&format!("{USERS}/{id}/{what}")).by(&root);
    host.call(act(&me, "suspend")).await.refused(422, "own-account");
    let seen = host.call(act(&ada.id, "suspend")).await.ok();
    assert_eq!((&seen["suspended"], &seen["sessions"]), (&json!(true), &json!(0)));
    host.get(ME, &ada).await.refused(401, "invalid-token");
    refused_within_a_second(&beside, ME, &ada, 401).await;
    let sign_in = json!({"email": ada.email, "password": crate::support::PASSWORD});
    let call = || Call::post("/api/v1/auth/sign-in").json(&sign_in);
    assert_eq!(host.call(call()).await.status, 401, "with the right password too");
    assert_eq!(host.call(act(&ada.id, "suspend")).await.ok()["suspended"], true, "twice is as once");
    assert_eq!(host.call(act(&ada.id, "restore")).await.ok()["suspended"], false);
    host.call(call()).await.ok();
    host.call(act("01960000-0000-7000-8000-00000000dead", "suspend")).await.refused(404, "not-found");
}

both!(platform_admins_are_made_and_unmade_and_the_last_one_stays);
async fn platform_admins_are_made_and_unmade_and_the_last_one_stays(host: Host) {
    let root = platform_admin(&host).await;
    let ada = host.sign_up("Ada Alpha").await;
    let beside = host.beside().await;
    beside.get(USERS, &ada).await.refused(403, "denied");
    let me = host.get(ME, &root).await.ok()["user"]["id"].as_str().unwrap().to_owned();
    let act = |by: &User, id: &str, what: &str| Call::post(&format!("{USERS}/{id}/{what}")).by(by);
    host.call(act(&ada, &ada.id, "make-platform-admin")).await.refused(403, "denied");
    host.call(act(&root, &me, "unmake-platform-admin")).await.refused(422, "last-platform-admin");
    assert_eq!(host.get(ME, &root).await.ok()["user"]["platformAdmin"], true, "nothing of the refusal is kept");
    assert_eq!(host.call(act(&root, &ada.id, "make-platform-admin")).await.ok()["platformAdmin"], true);
    assert_eq!(host.call(act(&root, &ada.id, "make-platform-admin")).await.ok()["platformAdmin"], true, "as once");
    host.get(USERS, &ada).await.ok();
    host.call(act(&root, &ada.id, "suspend")).await.ok();
    host.call(act(&root, &me, "unmake-platform-admin")).await.refused(422, "last-platform-admin");
    host.call(act(&root, &ada.id, "restore")).await.ok();
    assert_eq!(host.call(act(&root, &me, "unmake-platform-admin")).await.ok()["platformAdmin"], false);
    host.get(USERS, &root).await.refused(403, "denied");
    refused_within_a_second(&beside, USERS, &root, 403).await;
    let ada = host.sign_in(&ada).await;
    host.call(act(&ada, "01960000-0000-7000-8000-00000000dead", "make-platform-admin")).await.refused(404, "not-found");
    let trail = host.get(&format!("{TRAIL}?objectId={me}"), &ada).await.ok();
    let last = &trail["items"][0];
    assert_eq!((&last["type"], &last["actorId"]), (&json!("user-unmade-platform-admin"), &json!(me)));
    let trail = host.get(&format!("{TRAIL}?objectId={}&limit=100", ada.id), &ada).await.ok();
    let made = |event: &&Value| event["type"] == "user-made-platform-admin" && event["actorId"] == json!(me);
    assert_eq!(trail["items"].as_array().unwrap().iter().filter(made).count(), 1, "{trail}");
    host.get(TRAIL, &root).await.refused(403, "denied");
}

both!(of_two_platform_admins_who_unmake_each_other_at_once_one_stays);
async fn of_two_platform_admins_who_unmake_each_other_at_once_one_stays(host: Host) {
    let root = platform_admin(&host).await;
    let ada = host.sign_up("Ada Alpha").await;
    let me = host.get(ME, &root).await.ok()["user"]["id"].as_str().unwrap().to_owned();
    let act = |by: &User, id: &str, what: &str| host.call(Call::post(&format!("{USERS}/{id}/{what}")).by(by));
    act(&root, &ada.id, "make-platform-admin").await.ok();
    let (one, other) =
        tokio::join!(act(&root, &ada.id, "unmake-platform-admin"), act(&ada, &me, "unmake-platform-admin"));
    assert_ne!(one.status == 200, other.status == 200, "{} {}", one.status, other.status);
    let left = if one.status == 200 { &root } else { &ada };
    host.get(USERS, left).await.ok();
}

both!(a_platform_admin_sees_no_plan_before_entering_and_owners_see_that_they_entered);
async fn a_platform_admin_sees_no_plan_before_entering_and_owners_see_that_they_entered(host: Host) {
    let root = platform_admin(&host).await;
    let owner = host.sign_up("Olga Owner").await;
    let path = host.workspace(&owner, "Secret plans").await;
    let other = host.workspace(&owner, "Other").await;
    let listed = host.get(&format!("{WORKSPACES}?search=secret"), &root).await.ok();
    let place = &listed["items"][0];
    assert_eq!((&place["name"], &place["members"], &place["role"]), (&json!("Secret plans"), &json!(1), &Value::Null));
    assert_eq!(place["owners"], json!(["olga.owner@example.org"]));
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    host.get(&path, &root).await.refused(404, "not-found");
    let enter = format!("{WORKSPACES}/{}/enter", place["id"].as_str().unwrap());
    let call = |role: &str| Call::post(&enter).by(&root).json(&json!({"role": role}));
    host.call(call("owner")).await.refused(403, "denied");
    host.call(Call::post(&enter).by(&owner).json(&json!({"role": "admin"}))).await.refused(403, "denied");
    assert_eq!(host.call(call("viewer")).await.ok()["role"], "viewer");
    host.get(&path, &root).await.ok();
    host.get(&other, &root).await.refused(404, "not-found");
    host.call(call("viewer")).await.refused(409, "already-exists");
    let trail = host.get(&format!("{path}/audit-events?kind=membership"), &owner).await.ok();
    assert_eq!(trail["items"][0]["type"], "member-entered-as-platform-admin");
    assert_eq!(trail["items"][0]["data"]["role"], "viewer");
    let member = trail["items"][0]["objectId"].as_str().unwrap();
    host.delete(&format!("{path}/members/{member}"), &owner, 1).await.gone();
    host.get(&path, &root).await.refused(404, "not-found");
    host.delete(&other, &owner, 1).await.gone();
    let left = host.get(WORKSPACES, &root).await.ok();
    assert_eq!(left["items"].as_array().unwrap().len(), 1, "a removed workspace is not listed: {left}");
}
