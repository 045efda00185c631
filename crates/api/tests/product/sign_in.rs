//! Signing up, in and out, refreshing, sessions, passwords (TRUST: NIST 800-63B-4, ASVS 6, 7, 10).

use std::time::{Duration, Instant};

use http::Method;
use raally_application::accounts::SignUp;
use raally_storage::testing::TestStore;
use serde_json::{Value, json};

use crate::support::{Call, Host, PASSWORD, Seen, User, both};

const ME: &str = "/api/v1/auth/me";

async fn sign_in(host: &Host, email: &str, password: &str) -> Seen {
    let body = json!({"email": email, "password": password});
    host.call(Call::post("/api/v1/auth/sign-in").json(&body)).await
}

async fn refresh(host: &Host, token: &str) -> Seen {
    host.call(Call::post("/api/v1/auth/refresh").json(&json!({"refreshToken": token}))).await
}

/// Until this process no longer takes the token; how long that took.
pub async fn refused_within_a_second(host: &Host, path: &str, user: &User, status: u16) {
    let begin = Instant::now();
    while host.get(path, user).await.status != status {
        assert!(begin.elapsed() < Duration::from_secs(1), "still let through after a second");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn passwords_follow_the_nist_rules() {
    let host = Host::sqlite().await;
    let long = "many small owls ".repeat(5);
    let too_long = "wise owls ".repeat(30);
    for (password, fault) in [
        ("fourteen chars", "too-short"),
        ("fifteen charact", ""),
        ("no digits or signs at all", ""),
        (long.trim(), ""),
        (too_long.trim(), "too-long"),
        ("aaaaaaaaaaaaaaaaaaaa", "guessable"),
        ("passwordpassword", "guessable"),
        ("123456789012345678", "guessable"),
        ("ölfässer über öde äcker", ""),
    ] {
        let email = format!("somebody{}@example.org", password.len());
        let body = json!({"email": email, "password": password, "name": "Somebody"});
        let seen = host.call(Call::post("/api/v1/auth/sign-up").json(&body)).await;
        if fault.is_empty() {
            seen.created();
            assert_eq!(sign_in(&host, &email, password).await.status, 200);
        } else {
            assert_eq!(seen.faults(), [format!("/password password-{fault}")], "{password}");
        }
    }
    let body = json!({"email": "wilhelmina@example.org", "password": "wilhelmina@example.org", "name": "Wilhelmina"});
    assert_eq!(
        host.call(Call::post("/api/v1/auth/sign-up").json(&body)).await.faults(),
        ["/password password-guessable"]
    );
    let body = json!({"email": "no mail", "password": PASSWORD, "name": "Somebody"});
    assert_eq!(host.call(Call::post("/api/v1/auth/sign-up").json(&body)).await.faults(), ["/email not-an-email"]);
    let body = json!({"email": "a@example.org", "password": PASSWORD, "name": " "});
    assert_eq!(host.call(Call::post("/api/v1/auth/sign-up").json(&body)).await.faults(), ["/name blank"]);
}

both!(a_wrong_pair_has_one_answer_and_is_throttled);
async fn a_wrong_pair_has_one_answer_and_is_throttled(host: Host) {
    let user = host.sign_up("Greta Guessed").await;
    let wrong = sign_in(&host, &user.email, "something quite different").await;
    let unknown = sign_in(&host, "nobody@example.org", "something quite different").await;
    wrong.refused(401, "wrong-credentials");
    assert_eq!((wrong.status, &wrong.body), (unknown.status, &unknown.body));
    for _ in 0..4 {
        sign_in(&host, &user.email, "something quite different").await.refused(401, "wrong-credentials");
    }
    let seen = sign_in(&host, &user.email, PASSWORD).await;
    assert_eq!(seen.status, 429, "the sixth try waits, also with the right password");
    let wait: i64 = seen.header("retry-after").parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    let upper = sign_in(&host, &user.email.to_uppercase(), PASSWORD).await;
    assert_eq!(upper.status, 429, "another spelling is the same account");
    host.pass(2);
    assert_eq!(sign_in(&host, &user.email, PASSWORD).await.status, 200);
    sign_in(&host, &user.email, "something quite different").await.refused(401, "wrong-credentials");
    assert_eq!(sign_in(&host, &user.email, PASSWORD).await.status, 200, "a good sign-in forgives");
}

both!(a_refresh_token_is_good_once_and_reuse_ends_the_family);
async fn a_refresh_token_is_good_once_and_reuse_ends_the_family(host: Host) {
    let user = host.sign_up("Rita Rotates").await;
    let second = User::of(&refresh(&host, &user.refresh).await.ok());
    assert_ne!(second.refresh, user.refresh);
    host.pass(9);
    let twin = User::of(&refresh(&host, &user.refresh).await.ok());
    assert_eq!(twin.refresh, second.refresh, "within 10 s of the rotation: the same successor");
    host.get(ME, &twin).await.ok();
    host.pass(2);
    refresh(&host, &user.refresh).await.refused(401, "unauthenticated");
    refresh(&host, &second.refresh).await.refused(401, "unauthenticated");
    assert_eq!(host.get(ME, &twin).await.status, 401, "the whole family has ended");
    for garbage in ["", "rt_", "rt_00000000000000000000000000000000.1.AAAA", &second.refresh[..20]] {
        assert_eq!(refresh(&host, garbage).await.status, 401, "{garbage}");
    }
    let parallel = host.sign_up("Paul Parallel").await;
    let answers = futures_util::future::join_all((0..10).map(|_| refresh(&host, &parallel.refresh))).await;
    let first = User::of(&answers[0].ok()).refresh;
    assert!(answers.iter().all(|seen| User::of(&seen.ok()).refresh == first), "parallel twins get one successor");
}

#[tokio::test]
async fn browsers_keep_the_refresh_token_in_a_cookie() {
    let host = Host::sqlite().await;
    let user = host.sign_up("Carla Cookie").await;
    let body = json!({"email": user.email, "password": PASSWORD, "cookie": true});
    let call = Call::post("/api/v1/auth/sign-in").json(&body);
    let plain = host.call(call.clone()).await;
    assert_eq!(plain.ok()["refreshToken"], Value::Null);
    let cookie = plain.header("set-cookie").to_owned();
    assert!(cookie.starts_with("raally-refresh=rt_"), "{cookie}");
    for part in ["; Path=/", "; HttpOnly", "; SameSite=Strict", "; Max-Age="] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let secure = host.call(call.secure()).await;
    let secure = secure.header("set-cookie");
    assert!(secure.starts_with("__Host-raally-refresh=rt_") && secure.contains("; Secure"), "{secure}");

    let pair = cookie.split(';').next().unwrap();
    let by_cookie = Call::post("/api/v1/auth/refresh").header("cookie", pair).json(&json!({"cookie": true}));
    host.call(by_cookie.clone()).await.refused(403, "cross-origin");
    let evil = by_cookie.clone().header("origin", "https://evil.example");
    host.call(evil).await.refused(403, "cross-origin");
    let refreshed = host.call(by_cookie.clone().header("sec-fetch-site", "same-origin")).await;
    let tokens = refreshed.ok();
    assert_eq!(tokens["refreshToken"], Value::Null);
    assert!(refreshed.header("set-cookie").starts_with("raally-refresh=rt_"));
    assert_eq!(refreshed.header("cache-control"), "no-store");
    let out = host.call(Call::post("/api/v1/auth/sign-out").bearer(tokens["accessToken"].as_str().unwrap())).await;
    out.gone();
    assert!(
        out.header("set-cookie").starts_with("raally-refresh=; ") && out.header("set-cookie").contains("Max-Age=0")
    );
    host.call(by_cookie.header("sec-fetch-site", "same-origin")).await.refused(401, "unauthenticated");
    assert_eq!(host.get(ME, &User::of(&tokens)).await.status, 401);
}

both!(sessions_are_listed_and_ended_at_once_everywhere);
async fn sessions_are_listed_and_ended_at_once_everywhere(host: Host) {
    let user = host.sign_up("Sina Sessions").await;
    let phone = host.sign_in(&user).await;
    let beside = host.beside().await;
    beside.get(ME, &phone).await.ok();
    let sessions = host.get("/api/v1/auth/sessions", &user).await.ok();
    let items = sessions["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(items.iter().filter(|one| one["current"] == true).count(), 1);
    let other = items.iter().find(|one| one["current"] == false).unwrap();
    assert_eq!((&other["id"], &other["client"]), (&json!(phone.session), &json!("test")));
    let path = format!("/api/v1/auth/sessions/{}", phone.session);
    let stranger = host.sign_up("Stefan Stranger").await;
    host.call(Call::new(Method::DELETE, &path).by(&stranger)).await.refused(404, "not-found");
    host.get(ME, &phone).await.ok();
    host.call(Call::new(Method::DELETE, &path).by(&user)).await.gone();
    host.get(ME, &phone).await.refused(401, "invalid-token");
    refused_within_a_second(&beside, ME, &phone, 401).await;
    assert_eq!(refresh(&host, &phone.refresh).await.status, 401);
    host.call(Call::post("/api/v1/auth/sign-out").by(&user)).await.gone();
    assert_eq!(host.get(ME, &user).await.status, 401);
}

both!(a_new_password_ends_every_other_session);
async fn a_new_password_ends_every_other_session(host: Host) {
    let user = host.sign_up("Nora New").await;
    let other = host.sign_in(&user).await;
    let change = |current: &str, new: &str| {
        let body = json!({"currentPassword": current, "newPassword": new});
        Call::post("/api/v1/auth/change-password").by(&user).json(&body)
    };
    let new = "eleven brown foxes on the hill";
    assert_eq!(host.call(change("not the right one", new)).await.faults(), ["/currentPassword wrong-password"]);
    assert_eq!(host.call(change(PASSWORD, "short")).await.faults(), ["/newPassword password-too-short"]);
    host.get(ME, &other).await.ok();
    host.call(change(PASSWORD, new)).await.gone();
    host.get(ME, &user).await.ok();
    assert_eq!(host.get(ME, &other).await.status, 401);
    assert_eq!(refresh(&host, &other.refresh).await.status, 401);
    assert_eq!(sign_in(&host, &user.email, PASSWORD).await.status, 401);
    assert_eq!(sign_in(&host, &user.email, new).await.status, 200);
}

#[tokio::test]
async fn guessing_at_one_account_does_not_keep_others_from_changing_their_password() {
    let host = Host::sqlite().await;
    let guesser = host.sign_up("Gustav Guesser").await;
    for number in 0..40 {
        let body = json!({"currentPassword": format!("wrong guess number {number}"), "newPassword": PASSWORD});
        let call = Call::post("/api/v1/auth/change-password").by(&guesser).json(&body);
        host.call(call.from("203.0.113.9")).await;
    }
    let other = host.sign_up("Otto Other").await;
    let body = json!({"currentPassword": PASSWORD, "newPassword": "eleven brown foxes on the hill"});
    host.call(Call::post("/api/v1/auth/change-password").by(&other).json(&body).from("198.51.100.7")).await.gone();
}

#[tokio::test]
async fn sign_up_is_as_open_as_it_is_set() {
    let host = Host::on(TestStore::sqlite().await, SignUp::Open);
    let owner = host.sign_up("Olga Owner").await;
    let workspace = host.workspace(&owner, "Closed").await;
    let link = host.post(&format!("{workspace}/join-links"), &owner, json!({"role": "member"})).await.created();
    let body =
        |token: Value| json!({"email": "new@example.org", "password": PASSWORD, "name": "New", "joinToken": token});
    let sign_up = |body: Value| Call::post("/api/v1/auth/sign-up").json(&body);
    let closed = host.with_sign_up(SignUp::Closed);
    closed.call(sign_up(body(Value::Null))).await.refused(403, "denied");
    closed.call(sign_up(body(link["token"].clone()))).await.refused(403, "denied");
    let by_link = host.with_sign_up(SignUp::Link);
    by_link.call(sign_up(body(Value::Null))).await.refused(403, "denied");
    assert_eq!(by_link.call(sign_up(body(json!("wrong")))).await.faults(), ["/joinToken bad-link"]);
    by_link.call(sign_up(body(link["token"].clone()))).await.created();
    assert_eq!(host.call(sign_up(body(Value::Null))).await.faults(), ["/email address-taken"], "the address is taken");
}

both!(who_asks_which_addresses_have_a_login_is_slowed_down_and_needs_a_link_where_one_is_needed);
async fn who_asks_which_addresses_have_a_login_is_slowed_down_and_needs_a_link_where_one_is_needed(host: Host) {
    let user = host.sign_up("Tara Taken").await;
    let body = |address: &str, token: Value| json!({"email": address, "password": PASSWORD, "name": "Somebody", "joinToken": token});
    let ask = |body: Value| Call::post("/api/v1/auth/sign-up").json(&body).from("192.0.2.7");
    let by_link = host.with_sign_up(SignUp::Link);
    for address in [user.email.as_str(), "nobody@example.org"] {
        let seen = by_link.call(ask(body(address, json!("wrong")))).await;
        assert_eq!(seen.faults(), ["/joinToken bad-link"], "{address}: without a link nothing is told");
    }
    let mut told = 0;
    while host.call(ask(body(&user.email, Value::Null))).await.status == 422 {
        told += 1;
        assert!(told < 100, "asking is never slowed down");
    }
    let slowed = host.call(ask(body("another@example.org", Value::Null))).await;
    assert_eq!(slowed.status, 429, "and not for this address only");
    assert!(slowed.header("retry-after").parse::<u32>().unwrap() >= 1);
    assert_eq!(sign_in(&host, &user.email, PASSWORD).await.status, 200, "the owner is none the worse for it");
}

both!(one_account_is_made_when_many_sign_up_with_one_address);
async fn one_account_is_made_when_many_sign_up_with_one_address(host: Host) {
    let body = json!({"email": "twin@example.org", "password": PASSWORD, "name": "Twin"});
    let calls = (0..6).map(|_| host.call(Call::post("/api/v1/auth/sign-up").json(&body)));
    let statuses: Vec<u16> = futures_util::future::join_all(calls).await.iter().map(|seen| seen.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 5, "{statuses:?}");
}

#[tokio::test]
async fn one_names_oneself_and_sees_where_one_belongs() {
    let host = Host::sqlite().await;
    let user = host.sign_up("Maria Me").await;
    host.workspace(&user, "Zebra").await;
    host.workspace(&user, "Aardvark").await;
    let renamed = host.call(Call::new(Method::PATCH, ME).by(&user).json(&json!({"name": "Maria Moi"}))).await.ok();
    assert_eq!(renamed["name"], "Maria Moi");
    let me = host.get(ME, &user).await.ok();
    assert_eq!(me["user"]["name"], "Maria Moi");
    let names: Vec<&Value> = me["workspaces"].as_array().unwrap().iter().map(|one| &one["workspace"]["name"]).collect();
    assert_eq!(names, ["Aardvark", "Zebra"]);
    assert_eq!(me["workspaces"][0]["role"], "owner");
    let keys = host.call(Call::new(Method::GET, "/.well-known/jwks.json")).await.ok();
    assert!(keys["keys"][0]["kid"].is_string() && keys["keys"][0]["d"].is_null(), "{keys}");
}
