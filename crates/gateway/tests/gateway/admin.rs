//! The admin socket: who may open it, what it refuses, what it says.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use http::Request;
use raally_gateway::{Begin, Client, ClientError, GatewayError, Refusal, Table};

use super::support::{Gateway, Upstream, config, exchange, table};

#[tokio::test(flavor = "multi_thread")]
async fn the_socket_is_for_its_owner_only() {
    let gateway = Gateway::start(Table::default(), |_| {}).await;
    for name in ["admin.sock", "admin.sock.handover"] {
        let mode = gateway.folder.path().join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_replace_the_same_table_one_is_told() {
    let upstream = Upstream::named("stable").await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[upstream.address])]), |_| {}).await;
    let epoch = gateway.client.state().await.unwrap().epoch;
    let new = table(&[("stable", 10_000, &[upstream.address])]);
    let puts = (0..10).map(|_| gateway.client.put_table(epoch, &new));
    let outcomes = futures_util::future::join_all(puts).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for refused in outcomes.into_iter().filter_map(Result::err) {
        assert!(matches!(refused, ClientError::Refused(Refusal::OtherEpoch { epoch: now }) if now == epoch + 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_with_faults_changes_nothing_and_each_is_named() {
    let upstream = Upstream::named("stable").await;
    let good = table(&[("stable", 10_000, &[upstream.address])]);
    let gateway = Gateway::start(good.clone(), |_| {}).await;
    let bad = table(&[("stable", 9_000, &[upstream.address]), ("bad name", 1, &[upstream.address])]);
    match gateway.client.put_table(1, &bad).await.unwrap_err() {
        ClientError::Refused(Refusal::BadTable { faults }) => assert_eq!(faults, bad.faults()),
        other => panic!("{other}"),
    }
    let state = gateway.client.state().await.unwrap();
    assert_eq!((state.epoch, state.table), (1, good));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_can_not_be_kept_is_not_used() {
    let upstream = Upstream::named("stable").await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[upstream.address])]), |_| {}).await;
    let state_file = gateway.folder.path().join("state.json");
    std::fs::remove_file(&state_file).unwrap();
    std::fs::create_dir(&state_file).unwrap();
    let refused = gateway.client.put_table(1, &Table::default()).await.unwrap_err();
    assert!(matches!(refused, ClientError::Refused(Refusal::NotKept { .. })), "{refused}");
    assert_eq!(gateway.get("/").await.body, "stable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_gateway_on_the_socket_is_refused_and_a_missing_one_is_named() {
    let gateway = Gateway::start(Table::default(), |_| {}).await;
    let second = Gateway::begin(config(&gateway.folder), &gateway.folder, Begin::default()).await;
    assert!(matches!(second.err(), Some(GatewayError::AlreadyRunning(_))));
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let takeover = Gateway::begin(config(&folder), &folder, Begin { takeover: true, signals: false }).await;
    assert!(matches!(takeover.err(), Some(GatewayError::Takeover(..))));
    let nobody = Client::new(folder.path().join("admin.sock")).state().await.unwrap_err();
    assert!(matches!(nobody, ClientError::Unreachable { .. }) && nobody.retryable());
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_name_every_group_and_target_and_the_loopback_address_has_nothing_else() {
    let (stable, canary) = (Upstream::named("stable").await, Upstream::named("canary").await);
    let gateway = Gateway::start(
        table(&[("stable", 9_000, &[stable.address]), ("canary", 1_000, &[canary.address])]),
        |config| {
            config.metrics_listen = Some("127.0.0.1:0".parse().unwrap());
            config.workers = 1;
        },
    )
    .await;
    for _ in 0..10 {
        gateway.get("/").await;
    }
    gateway.client.counts().await.unwrap();
    let scraped = exchange(gateway.metrics_address().unwrap(), Request::get("/metrics"), "").await.unwrap();
    for line in [
        "raally_gateway_counts_read_total 1",
        "raally_gateway_attempts_total{group=\"stable\",version=\"version of stable\",ending=\"ok\"} 9",
        "raally_gateway_answers_total{group=\"canary\",version=\"version of canary\",status=\"2xx\"} 1",
        "raally_gateway_attempt_duration_seconds_count{group=\"stable\",version=\"version of stable\"} 9",
        "raally_gateway_weight_basis_points{group=\"canary\",version=\"version of canary\"} 1000",
        "raally_gateway_target_open_requests{group=\"canary\",target=\"canary-1\"} 0",
        "raally_gateway_own_answers_total{reason=\"no_target\"} 0",
        "raally_gateway_table_epoch 1",
        "# EOF",
    ] {
        assert!(scraped.body.lines().any(|found| found == line), "{line} is not in\n{}", scraped.body);
    }
    let steering = exchange(gateway.metrics_address().unwrap(), Request::get("/v1/state"), "").await.unwrap();
    assert_eq!(steering.status.as_u16(), 404);
}
