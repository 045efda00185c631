//! The commands beside `serve`: what they print, and how they end.

use std::fs;

use serde_json::Value;

use crate::installation::{Installation, PASSWORD, text};

#[test]
fn every_fault_of_the_configuration_is_named_at_once() {
    let here = Installation::new();
    fs::write(here.path().join("raally.toml"), "hashes_max = 0\nlistn = 'x'\n").unwrap();
    let output = here
        .command(&["config", "check", "--config", "raally.toml"])
        .env("RAALLY_SIGN_UP", "perhaps")
        .env("RAALLY_DATABSE_URL", "x")
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in
        ["4 faults", "hashes_max", "did you mean listen?", "RAALLY_SIGN_UP", "did you mean RAALLY_DATABASE_URL?"]
    {
        assert!(said.contains(part), "{part:?} is not in: {said}");
    }
}

#[test]
fn a_slip_in_the_level_of_the_log_is_named_and_not_silence() {
    let here = Installation::new();
    let check = |log: &str| here.command(&["config", "check"]).env("RAALLY_LOG", log).output().unwrap();
    for log in ["warning", "inf", "info,debugg", "raally_storage"] {
        let output = check(log);
        assert_eq!(output.status.code(), Some(1), "{log}");
        assert!(text(&output.stderr).contains("RAALLY_LOG"), "{}", text(&output.stderr));
    }
    for log in ["off", "WARN", "info,raally_storage=debug", "raally_storage=trace", "info,[request{user}]=trace"] {
        assert_eq!(check(log).status.code(), Some(0), "{log}: {}", text(&check(log).stderr));
    }
}

#[test]
fn passwords_are_not_shown_by_config_show() {
    let here = Installation::new();
    let mut command = here.command(&["config", "show", "--json"]);
    let output = command.env("RAALLY_DATABASE_URL", "postgres://raally:hunter2@db/raally").output().unwrap();
    let shown = text(&output.stdout);
    assert!(shown.contains("postgres://raally:…@db/raally") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn user_made_from_standard_input_can_sign_in() {
    let here = Installation::new();
    let create = ["user", "create", "--email", "root@company.example", "--platform-admin"];
    let refused = here.run(&create);
    assert_eq!(refused.status.code(), Some(1), "nothing prompts");
    let with_input = [&create[..], &["--password-stdin"]].concat();
    let weak = here.run_with_input(&with_input, "short\n");
    assert_eq!(weak.status.code(), Some(1));
    assert!(text(&weak.stderr).contains("/password"), "{}", text(&weak.stderr));
    let made = here.run_with_input(&with_input, &format!("{PASSWORD}\n"));
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let server = here.serve();
    let token = server.access_token("root@company.example", PASSWORD);
    let other = "another lantern in harbours";
    let reset = ["user", "reset-password", "--email", "root@company.example", "--password-stdin"];
    assert_eq!(here.run_with_input(&reset, other).status.code(), Some(0));
    server.access_token("root@company.example", other);
    let started = std::time::Instant::now();
    while server.get("/api/v1/auth/me", Some(&token)).0 != 401 {
        assert!(started.elapsed().as_secs() < 5, "the session must end in the server too");
    }
}

#[test]
fn demo_makes_a_company_once_and_its_owner_can_sign_in() {
    let here = Installation::new();
    let demo = here.json(&["demo"]);
    for (what, count) in [("people", 40), ("placeholders", 3), ("projects", 12)] {
        assert_eq!(demo[what], count, "{demo}");
    }
    assert!(demo["assignments"].as_i64().unwrap() > 300, "{demo}");
    assert_eq!(here.run(&["demo"]).status.code(), Some(1), "the name is taken");
    let again = here.json(&["demo", "--again"]);
    assert_ne!(again["workspaceId"], demo["workspaceId"]);
    assert_eq!(again["assignments"], demo["assignments"], "the plan is the same each time");
    let server = here.serve();
    let login = &demo["logins"][0];
    let token = server.access_token(login["email"].as_str().unwrap(), login["password"].as_str().unwrap());
    let path = format!("/api/v1/workspaces/{}/people?limit=100", demo["workspaceId"].as_str().unwrap());
    let (status, people) = server.get(&path, Some(&token));
    assert_eq!((status, people["items"].as_array().map(Vec::len)), (200, Some(43)), "{people}");
}

#[test]
fn byte_flipped_in_the_log_is_found_and_its_position_is_named() {
    let here = Installation::new();
    here.json(&["demo"]);
    let checkpoint = here.run(&["audit", "checkpoint", "--workspace", "Demo Studio"]);
    fs::write(here.path().join("kept.json"), &checkpoint.stdout).unwrap();
    let verify = ["audit", "verify", "--checkpoint", "kept.json"];
    assert!(here.json(&verify)["ok"].as_bool().unwrap());
    let database = rusqlite::Connection::open(here.path().join("data/raally.db")).unwrap();
    let position: i64 = database
        .query_row("SELECT position FROM event WHERE type = 'role-added' ORDER BY position LIMIT 1", [], |row| {
            row.get(0)
        })
        .unwrap();
    let changed = database
        .execute("UPDATE event SET payload = replace(payload, 'Software', 'Zoftware') WHERE position = ?1", [position]);
    assert_eq!(changed, Ok(1));
    drop(database);
    let output = here.run(&verify);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains(&format!("changed at position {position}")), "{}", text(&output.stdout));
}

#[test]
fn a_new_audit_key_signs_from_then_on_and_what_the_old_one_signed_still_verifies() {
    let here = Installation::new();
    here.json(&["demo"]);
    let checkpoint = |name: &str| {
        let made = here.json(&["audit", "checkpoint", "--workspace", "Demo Studio"]);
        fs::write(here.path().join(name), made.to_string()).unwrap();
        made["keyId"].as_str().unwrap().to_owned()
    };
    let old = checkpoint("kept.json");
    // Beside a server that keeps the old key in memory.
    let server = here.serve();
    let rotated = here.json(&["audit", "rotate-key"]);
    assert_eq!(rotated["oldKeyId"], old);
    let new = checkpoint("new.json");
    assert_eq!(rotated["newKeyId"], new);
    let account = serde_json::json!({"email": "ann@company.example", "password": PASSWORD, "name": "Ann"});
    assert_eq!(server.post("/api/v1/auth/sign-up", None, &account).0, 201);
    assert_eq!(server.end(), Some(0), "it seals and signs what happened, with the old key");
    for kept in ["kept.json", "new.json"] {
        let report = here.json(&["audit", "verify", "--checkpoint", kept]);
        assert!(report["ok"].as_bool().unwrap(), "{report}");
    }
    fs::remove_file(here.path().join("data/audit.key.trusted")).unwrap();
    let output = here.run(&["audit", "verify"]);
    assert_eq!(output.status.code(), Some(1), "without the list nobody vouches for the old key");
    assert!(text(&output.stdout).contains("bad-signature"), "{}", text(&output.stdout));
}

#[test]
fn a_lost_audit_key_is_told_and_none_is_made_in_its_place() {
    let here = Installation::new();
    here.json(&["demo"]);
    let told = here.run(&["audit", "verify"]);
    assert_eq!(told.status.code(), Some(0), "nothing is sealed yet: {}", text(&told.stderr));
    here.json(&["audit", "checkpoint", "--workspace", "Demo Studio"]);
    let (key, aside) = (here.path().join("data/audit.key"), here.path().join("aside.key"));
    fs::rename(&key, &aside).unwrap();
    let checkpoint = ["audit", "checkpoint", "--workspace", "Demo Studio"];
    for command in [&["audit", "verify"][..], &["audit", "rotate-key"], &checkpoint] {
        let lost = here.run(command);
        assert_eq!(lost.status.code(), Some(1), "{command:?}: {}", text(&lost.stdout));
        assert!(text(&lost.stderr).contains("audit.key is missing"), "{command:?}: {}", text(&lost.stderr));
        assert!(!key.exists(), "{command:?} made a key");
    }
    let told = here.run(&["doctor"]);
    assert_eq!(told.status.code(), Some(2), "{}", text(&told.stdout));
    assert!(text(&told.stdout).contains("PROBLEM audit trail"), "{}", text(&told.stdout));
    fs::rename(&aside, &key).unwrap();
    assert_eq!(here.run(&["audit", "verify"]).status.code(), Some(0));
    assert_eq!(here.run(&["doctor"]).status.code(), Some(0));
}

#[test]
fn version_names_build_and_schema_and_makes_no_database() {
    let here = Installation::new();
    let version = here.json(&["version"]);
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    assert!(version["schema"].is_i64() && version["build"].is_string() && version["oldestSafeBuild"].is_string());
    assert!(!here.path().join("data").exists());
}

#[test]
fn exit_code_tells_whose_fault_it_was() {
    let here = Installation::new();
    assert_eq!(here.run(&["help"]).status.code(), Some(0));
    for wrong in [&["frobnicate"][..], &["serve", "--fast"], &["user", "create"], &["restore", "missing.db"]] {
        let output = here.run(wrong);
        assert_eq!(output.status.code(), Some(1), "{wrong:?}: {}", text(&output.stderr));
        assert!(!output.stderr.is_empty());
    }
    let lost =
        here.command(&["migrate"]).env("RAALLY_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none").output().unwrap();
    assert_eq!(lost.status.code(), Some(2), "{}", text(&lost.stderr));
}

#[test]
fn documents_and_completions_need_no_database() {
    let here = Installation::new();
    let document: Value = serde_json::from_slice(&here.run(&["openapi"]).stdout).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(text(&here.run(&["config", "docs"]).stdout).contains("`RAALLY_LISTEN`"));
    assert!(text(&here.run(&["completions", "bash"]).stdout).contains("raally"));
    assert!(!here.path().join("data").exists());
}

#[test]
fn doctor_and_rebuild_find_a_new_installation_in_order() {
    let here = Installation::new();
    assert_eq!(here.run(&["doctor"]).status.code(), Some(0));
    here.json(&["demo"]);
    assert!(here.json(&["rebuild"])["objects"].as_i64().unwrap() > 500);
    assert!(here.json(&["doctor"]).as_array().unwrap().iter().all(|finding| finding["ok"] == true));
    fs::write(here.path().join("data/secret.key"), "not a key").unwrap();
    assert_eq!(here.run(&["doctor"]).status.code(), Some(2));
}

#[test]
fn doctor_says_what_the_first_start_could_not_make_and_takes_an_empty_database_for_sound() {
    let here = Installation::new();
    fs::write(here.path().join("data"), "a file where the folder should be").unwrap();
    let told = here.run(&["doctor"]);
    assert_eq!(told.status.code(), Some(2), "{}", text(&told.stdout));
    for check in ["secret key", "audit key", "database"] {
        assert!(text(&told.stdout).contains(&format!("PROBLEM {check}: ")), "{}", text(&told.stdout));
    }
    fs::remove_file(here.path().join("data")).unwrap();
    fs::create_dir(here.path().join("data")).unwrap();
    fs::write(here.path().join("data/raally.db"), "").unwrap();
    let told = here.run(&["doctor"]);
    assert_eq!(told.status.code(), Some(0), "{}", text(&told.stdout));
}

#[test]
fn a_lost_or_foreign_secret_key_stops_every_start_and_none_is_made_in_its_place() {
    let here = Installation::new();
    here.json(&["demo"]);
    let (key, aside) = (here.path().join("data/secret.key"), here.path().join("aside.key"));
    fs::rename(&key, &aside).unwrap();
    for command in [&["user", "list"][..], &["rebuild"], &["serve"]] {
        let lost = here.run(command);
        assert_eq!(lost.status.code(), Some(1), "{command:?}: {}", text(&lost.stderr));
        assert!(text(&lost.stderr).contains("secret.key is missing"), "{}", text(&lost.stderr));
        assert!(!key.exists(), "{command:?} made a key");
    }
    let told = here.run(&["doctor"]);
    assert_eq!(told.status.code(), Some(2), "{}", text(&told.stdout));
    assert!(text(&told.stdout).contains("PROBLEM sealed text"), "{}", text(&told.stdout));

    let other = Installation::new();
    other.json(&["demo"]);
    fs::copy(other.path().join("data/secret.key"), &key).unwrap();
    let foreign = here.run(&["user", "list"]);
    assert_eq!(foreign.status.code(), Some(1));
    assert!(text(&foreign.stderr).contains("is not the secret key"), "{}", text(&foreign.stderr));
    fs::rename(&aside, &key).unwrap();
    assert_eq!(here.run(&["user", "list"]).status.code(), Some(0));
    assert_eq!(here.run(&["doctor"]).status.code(), Some(0));
}

#[test]
fn exported_people_are_all_there_and_formulas_are_harmless() {
    let here = Installation::new();
    here.json(&["demo", "--workspace", "=1+1"]);
    let people = here.run(&["export", "people", "--workspace", "=1+1"]);
    let lines: Vec<Value> = text(&people.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 43);
    assert!(lines.iter().any(|person| person["money"]["compensations"].is_array()), "pay is in it");
    let file = ["export", "assignments", "--workspace", "=1+1", "--format", "csv", "-o", "out.csv"];
    let count = here.json(&file)["objects"].as_u64().unwrap();
    assert!(count > 300);
    assert_eq!(here.run(&file).status.code(), Some(1), "a file that exists is kept");
    let events = here.run(&["export", "audit-events", "--workspace", "=1+1"]);
    assert!(text(&events.stdout).lines().count() > 1_000);
}

#[test]
fn version_is_told_without_the_database() {
    let here = Installation::new();
    let mut command = here.command(&["version"]);
    let output = command.env("RAALLY_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("can't be read"), "{}", text(&output.stdout));
}

const SHEET: &str = "Person;E-Mail;Project;Role;Hours per week;From;To;Status
Ann Quist;ann@company.example;Portal;Developer;20;2026-03-02;2026-03-27;fix
Bo Lind;bo@company.example;Portal;Designer;8;2026-03-02;2026-04-24;fix
";

#[test]
fn sheet_is_imported_once_corrected_and_taken_back() {
    let here = Installation::new();
    let file = here.path().join("staffing.csv");
    fs::write(&file, SHEET).unwrap();
    let make = ["--create-workspace", "--owner", "you@company.example"];
    let import = ["import", "staffing.csv", "--workspace", "Agency"];
    let all = [&import[..], &make[..]].concat();
    assert_eq!(here.run(&import).status.code(), Some(1), "there is no such workspace");
    assert_eq!(here.run(&all).status.code(), Some(1), "there is no such owner");
    let create = ["user", "create", "--email", "you@company.example", "--password-stdin"];
    assert_eq!(here.run_with_input(&create, PASSWORD).status.code(), Some(0));
    let assignments = |report: &Value, what: &str| report["summary"]["assignments"][what].as_u64().unwrap();
    let mut look = here.command(&[&all[..], &["--dry-run", "--json"]].concat());
    let aside = here.path().join("aside");
    fs::create_dir(&aside).unwrap();
    let looked: Value = serde_json::from_slice(&look.env("TMPDIR", &aside).output().unwrap().stdout).unwrap();
    assert_eq!((looked["status"].as_str(), assignments(&looked, "created")), (Some("checked"), 2), "{looked}");
    assert_eq!(here.run(&import).status.code(), Some(1), "a dry run makes no workspace");
    assert_eq!(fs::read_dir(&aside).unwrap().count(), 0, "nor leaves anything behind");
    let made = here.json(&all);
    assert_eq!((made["status"].as_str(), assignments(&made, "created")), (Some("completed"), 2), "{made}");
    let again = here.json(&import);
    assert_eq!((assignments(&again, "created"), assignments(&again, "unchanged")), (0, 2), "{again}");
    fs::write(&file, SHEET.replace(";8;", ";12;")).unwrap();
    let corrected = here.json(&import);
    assert_eq!((assignments(&corrected, "updated"), assignments(&corrected, "unchanged")), (1, 1), "{corrected}");
    let id = corrected["id"].as_str().unwrap();
    assert_eq!(here.json(&["import", "--workspace", "Agency", "--undo", id])["restored"], 1);
    assert_eq!(here.run(&["import", "missing.csv", "--workspace", "Agency"]).status.code(), Some(1));
}
