//! `raally serve`: ready, in use by two processes at once, backed up under load, and ended in order.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::json;

use crate::installation::{DEADLINE, Installation, PASSWORD, raw, request, text};

fn account(email: &str) -> serde_json::Value {
    json!({"email": email, "password": PASSWORD, "name": "Ann"})
}

#[test]
fn server_becomes_ready_takes_a_sign_up_and_ends_with_0_on_sigterm() {
    let here = Installation::new();
    let server = here.serve();
    let (status, made) = server.post("/api/v1/auth/sign-up", None, &account("ann@company.example"));
    assert_eq!(status, 201, "{made}");
    let token = server.access_token("ann@company.example", PASSWORD);
    assert_eq!(server.get("/api/v1/auth/me", Some(&token)).0, 200);
    assert_eq!(server.get("/api/v1/auth/me", None).0, 401);
    assert_eq!(server.end(), Some(0));
}

#[test]
fn empty_database_offers_the_demo_and_a_user_and_a_filled_one_offers_nothing() {
    let here = Installation::new();
    let said = |here: &Installation| {
        let (mut command, log) = (here.command(&["serve"]), here.path().join("log"));
        command.stderr(std::fs::File::create(&log).unwrap()).stdout(std::process::Stdio::null());
        let mut child = command.spawn().unwrap();
        let started = Instant::now();
        let read = || std::fs::read_to_string(&log).unwrap_or_default();
        while !read().contains("listening on") {
            assert!(started.elapsed() < DEADLINE, "{}", read());
            std::thread::yield_now();
        }
        let ended = std::process::Command::new("kill").arg(child.id().to_string()).status().unwrap();
        assert!(ended.success() && child.wait().unwrap().success());
        read()
    };
    let empty = said(&here);
    assert!(empty.contains("raally demo") && empty.contains("raally user create"), "{empty}");
    let create = ["user", "create", "--email", "you@company.example", "--password-stdin"];
    assert_eq!(here.run_with_input(&create, PASSWORD).status.code(), Some(0));
    let filled = said(&here);
    assert!(!filled.contains("raally demo"), "{filled}");
}

#[test]
fn two_servers_share_one_database() {
    let here = Installation::new();
    let (one, other) = (here.serve(), here.serve());
    assert_eq!(one.post("/api/v1/auth/sign-up", None, &account("ann@company.example")).0, 201);
    let token = other.access_token("ann@company.example", PASSWORD);
    let new = json!({"name": "Agency"});
    assert_eq!(one.post("/api/v1/workspaces", Some(&token), &new).0, 201);
    let (_, listed) = other.get("/api/v1/workspaces", Some(&token));
    assert!(listed.to_string().contains("Agency"), "{listed}");
    assert_eq!((one.end(), other.end()), (Some(0), Some(0)));
}

#[test]
fn backup_under_load_restores_everything_that_was_acknowledged_before() {
    let here = Installation::new();
    let server = here.serve();
    assert_eq!(server.post("/api/v1/auth/sign-up", None, &account("ann@company.example")).0, 201);
    let token = server.access_token("ann@company.example", PASSWORD);
    let file = here.path().join("copy.db");
    let (acknowledged, done) = (AtomicUsize::new(0), AtomicBool::new(false));
    let before = std::thread::scope(|scope| {
        for writer in 0..3 {
            let (acknowledged, done, token, address) = (&acknowledged, &done, &token, server.address);
            scope.spawn(move || {
                for number in 0..400 {
                    let new = json!({"name": format!("Agency {writer} {number}")});
                    let (status, answer) = request(address, "POST", "/api/v1/workspaces", Some(token), Some(&new));
                    assert_eq!(status, 201, "{answer}");
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                    if done.load(Ordering::SeqCst) {
                        break;
                    }
                }
            });
        }
        let started = Instant::now();
        while acknowledged.load(Ordering::SeqCst) < 30 {
            assert!(started.elapsed() < DEADLINE);
            std::thread::yield_now();
        }
        let before = acknowledged.load(Ordering::SeqCst);
        let backup = here.run(&["backup", file.to_str().unwrap()]);
        done.store(true, Ordering::SeqCst);
        assert_eq!(backup.status.code(), Some(0), "{}", text(&backup.stderr));
        before
    });
    assert_eq!(server.end(), Some(0));

    let there = Installation::new();
    std::fs::create_dir(there.path().join("data")).unwrap();
    for key in ["secret.key", "audit.key"] {
        std::fs::copy(here.path().join("data").join(key), there.path().join("data").join(key)).unwrap();
    }
    there.json(&["restore", file.to_str().unwrap()]);
    assert!(there.json(&["audit", "verify"])["ok"].as_bool().unwrap());
    let server = there.serve();
    let token = server.access_token("ann@company.example", PASSWORD);
    let (_, listed) = server.get("/api/v1/workspaces", Some(&token));
    let restored = listed.to_string().matches("\"Agency ").count();
    assert!((before..=acknowledged.load(Ordering::SeqCst)).contains(&restored), "{before} before, {restored} restored");
    assert_eq!(server.end(), Some(0));
}

#[test]
fn database_is_measured() {
    let here = Installation::new();
    let server = here.serve();
    assert_eq!(server.post("/api/v1/auth/sign-up", None, &account("ann@company.example")).0, 201);
    let metrics = text(&raw(server.address, "/metrics"));
    for name in [
        "raally_db_commit_batch_size_count",
        "raally_db_write_duration_seconds_bucket{le=\"+Inf\"}",
        "raally_db_healthy 1",
        "raally_users",
    ] {
        assert!(metrics.contains(&format!("\n{name}")), "{name} begins no line of {metrics}");
    }
}

#[test]
fn health_tells_a_server_that_takes_requests_from_one_that_is_not_there() {
    let here = Installation::new();
    let server = here.serve();
    let ask = |address: &str| here.command(&["health"]).env("RAALLY_LISTEN", address).output().unwrap();
    let address = server.address.to_string();
    assert_eq!(ask(&address).status.code(), Some(0));
    assert_eq!(server.end(), Some(0));
    let gone = ask(&address);
    assert_eq!(gone.status.code(), Some(2), "{}", text(&gone.stderr));
}

#[test]
fn address_in_use_is_said_with_what_to_do() {
    let here = Installation::new();
    let server = here.serve();
    let second = here.command(&["serve"]).env("RAALLY_LISTEN", server.address.to_string()).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(text(&second.stderr).contains("can't listen on"), "{}", text(&second.stderr));
}
