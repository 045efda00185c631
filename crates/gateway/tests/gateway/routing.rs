//! Which group a request goes to.

use std::collections::BTreeMap;

use http::{Request, StatusCode};
use raally_gateway::{Sticky, Table, Tester, TesterBy};

use super::support::{Gateway, Reply, Upstream, table};

async fn groups_of(gateway: &Gateway, requests: usize) -> BTreeMap<String, usize> {
    let mut groups = BTreeMap::new();
    for _ in 0..requests {
        *groups.entry(gateway.get("/").await.group().to_owned()).or_default() += 1;
    }
    groups
}

fn cookie(reply: &Reply) -> String {
    reply.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_split_exactly_as_the_weights_say() {
    let (stable, canary) = (Upstream::named("stable").await, Upstream::named("canary").await);
    let split = table(&[("stable", 9_000, &[stable.address]), ("canary", 1_000, &[canary.address])]);
    // Each worker has a sequence of its own.
    let gateway = Gateway::start(split, |config| config.workers = 1).await;
    let groups = groups_of(&gateway, 500).await;
    assert_eq!(groups, [("stable".to_owned(), 450), ("canary".to_owned(), 50)].into());
    assert_eq!((stable.hits(), canary.hits()), (450, 50));
}

#[tokio::test(flavor = "multi_thread")]
async fn targets_of_a_group_take_turns() {
    let (one, two) = (Upstream::named("one").await, Upstream::named("two").await);
    let gateway = Gateway::start(table(&[("stable", 10_000, &[one.address, two.address])]), |config| {
        config.workers = 1;
    })
    .await;
    groups_of(&gateway, 100).await;
    assert_eq!((one.hits(), two.hits()), (50, 50));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_stays_in_a_group_and_moves_only_to_the_one_that_grows() {
    let (stable, canary) = (Upstream::named("stable").await, Upstream::named("canary").await);
    let split = |canary_bp: u32| {
        let groups: [(&str, u32, &[_]); 2] =
            [("stable", 10_000 - canary_bp, &[stable.address]), ("canary", canary_bp, &[canary.address])];
        let mut table = table(&groups);
        table.sticky = Some(Sticky { cookie: "g".into(), max_age_s: 3_600 });
        table
    };
    let gateway = Gateway::start(split(2_000), |_| {}).await;
    let mut users = Vec::new();
    for _ in 0..300 {
        let reply = gateway.get("/").await;
        users.push((cookie(&reply), reply.group().to_owned()));
    }
    let on_canary = users.iter().filter(|(_, group)| group == "canary").count();
    assert!((30..=90).contains(&on_canary), "{on_canary} of 300 at 20 %");
    let asked = |user: String| Request::get("/").header("cookie", user);
    for (user, group) in &users {
        let reply = gateway.send(asked(user.clone())).await;
        assert_eq!(reply.group(), group);
        assert!(!reply.headers.contains_key("set-cookie"), "the cookie is set once");
    }
    gateway.put(&split(6_000)).await;
    let mut moved = 0;
    for (user, group) in &users {
        let reply = gateway.send(asked(user.clone())).await;
        if reply.group() != group {
            moved += 1;
            assert_eq!((group.as_str(), reply.group()), ("stable", "canary"));
        }
    }
    assert!((80..=160).contains(&moved), "{moved} of 300 moved for 40 % more");
    let counts = gateway.client.counts().await.unwrap();
    let given: u64 = counts.groups.values().map(|group| group.users).sum();
    assert_eq!(given, 300);
    for group in counts.groups.values() {
        let spread = group.arm.cohorts.iter().filter(|cohort| cohort.attempts > 0).count();
        assert_eq!(spread, raally_analysis::COHORTS, "users are spread over all cohorts");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn testers_are_sent_by_header_and_cookie() {
    let (stable, preview) = (Upstream::named("stable").await, Upstream::named("preview").await);
    let mut table = table(&[("stable", 10_000, &[stable.address]), ("preview", 0, &[preview.address])]);
    for by in [TesterBy::Header, TesterBy::Cookie] {
        table.testers.push(Tester { by, name: "x-try".into(), value: "new".into(), group: "preview".into() });
    }
    let gateway = Gateway::start(table, |_| {}).await;
    assert_eq!(gateway.get("/").await.group(), "stable");
    assert_eq!(gateway.send(Request::get("/").header("x-try", "old")).await.group(), "stable");
    assert_eq!(gateway.send(Request::get("/").header("x-try", "new")).await.group(), "preview");
    assert_eq!(gateway.send(Request::get("/").header("cookie", "a=b; x-try=new")).await.group(), "preview");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_table_every_request_is_answered_503() {
    let gateway = Gateway::start(Table::default(), |_| {}).await;
    let reply = gateway.get("/").await;
    assert_eq!((reply.status, reply.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"));
    assert_eq!(reply.header("content-type"), "application/problem+json");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_table_is_followed_by_the_next_request() {
    let (old, new) = (Upstream::named("old").await, Upstream::named("new").await);
    let gateway = Gateway::start(table(&[("stable", 10_000, &[old.address])]), |_| {}).await;
    for round in 0..20 {
        let (address, name) = if round % 2 == 0 { (new.address, "new") } else { (old.address, "old") };
        gateway.put(&table(&[("stable", 10_000, &[address])])).await;
        assert_eq!(gateway.get("/").await.body, name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_go_on_while_the_version_stays_and_begin_anew_with_another() {
    let stable = Upstream::named("stable").await;
    let mut table = table(&[("stable", 10_000, &[stable.address])]);
    let gateway = Gateway::start(table.clone(), |_| {}).await;
    let attempts = async || gateway.client.counts().await.unwrap().groups[&"stable".into()].arm.attempts;
    groups_of(&gateway, 7).await;
    gateway.put(&table).await;
    groups_of(&gateway, 3).await;
    assert_eq!(attempts().await, 10);
    table.groups.get_mut(&"stable".into()).unwrap().version = "another".into();
    gateway.put(&table).await;
    groups_of(&gateway, 2).await;
    assert_eq!(attempts().await, 2);
}
