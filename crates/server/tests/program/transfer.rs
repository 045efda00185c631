//! An installation grows: from SQLite to PostgreSQL with all that it has.

use raally_storage::testing::server::PostgresServer;
use serde_json::json;

use crate::installation::{Installation, Server, text};

#[test]
fn an_installation_moves_to_postgresql_with_its_plan_its_logins_and_its_audit_trail() {
    let Some(postgres) = PostgresServer::shared() else { return };
    let url = tokio::runtime::Runtime::new().unwrap().block_on(postgres.empty_database());
    let here = Installation::new();
    let demo = here.json(&["demo"]);
    let checkpoint = here.run(&["audit", "checkpoint", "--workspace", "Demo Studio"]);
    std::fs::write(here.path().join("kept.json"), &checkpoint.stdout).unwrap();
    let output = here.run_with_input(&["transfer", "--to", "-", "--json"], &format!("{url}\n"));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let moved: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(moved["events"].as_u64().unwrap() > 400, "{moved}");
    assert_eq!(moved["tables"]["r_assignment"], demo["assignments"], "{moved}");

    let there = |arguments: &[&str]| {
        let mut command = here.command(arguments);
        command.env("RAALLY_DATABASE_URL", &url);
        command
    };
    for arguments in [&["audit", "verify", "--checkpoint", "kept.json"][..], &["doctor"][..]] {
        let output = there(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    }
    let server = Server::start(there(&["serve"]));
    let login = &demo["logins"][0];
    let token = server.access_token(login["email"].as_str().unwrap(), login["password"].as_str().unwrap());
    let workspace = format!("/api/v1/workspaces/{}", demo["workspaceId"].as_str().unwrap());
    let (status, people) = server.get(&format!("{workspace}/people?limit=100"), Some(&token));
    assert_eq!((status, people["items"].as_array().map(Vec::len)), (200, Some(43)), "{people}");
    let (status, made) = server.post(&format!("{workspace}/teams"), Some(&token), &json!({"name": "Since the move"}));
    assert_eq!(status, 201, "{made}");
    assert_eq!(server.end(), Some(0));
    let output = there(&["audit", "verify", "--checkpoint", "kept.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "the chain goes on: {}", text(&output.stdout));

    let output = here.run(&["transfer", "--to", &url]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("has data already"), "{}", text(&output.stderr));
}

#[test]
fn a_transfer_goes_to_postgresql_only_and_repeats_no_password() {
    let here = Installation::new();
    here.json(&["demo"]);
    for target in ["sqlite:other.db", "mysql://ann:hunter2@db/raally", ""] {
        let output = here.run(&["transfer", "--to", target]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("no address of PostgreSQL") && !said.contains("hunter2"), "{said}");
    }
}
