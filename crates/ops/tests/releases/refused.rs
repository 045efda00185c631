//! What may not begin: each refusal says why and what to do, and changes nothing.

use crate::stage::Stage;

const NEWER: &str = r#"{"version":"0.3.0","build":"x","schema":7,"oldestSafeBuild":"0.3.0"}"#;

#[test]
fn a_dry_run_shows_the_plan_and_changes_nothing() {
    let stage = Stage::new("canary", "");
    let shown = stage.data(&["deploy", stage.version("a").to_str().unwrap(), "--dry-run"]);
    let verbs: Vec<&str> = shown["steps"].as_array().unwrap().iter().map(|step| step["do"].as_str().unwrap()).collect();
    assert_eq!(verbs, ["install", "start", "await-ready", "route"], "{shown}");
    assert!(!stage.state().exists(), "no lock, no journal, no folder");
    assert_eq!(stage.data(&["history"]), serde_json::json!([]));
}

#[test]
fn a_digest_may_be_written_as_registries_do_and_a_folder_is_no_program() {
    let stage = Stage::new("canary", "");
    let version = stage.version("a");
    let digest = raally_ops::journal::hex_digest(&std::fs::read(&version).unwrap());
    let shown =
        stage.data(&["deploy", version.to_str().unwrap(), "--dry-run", "--digest", &format!("sha256:{digest}")]);
    assert_eq!(
        (&shown["checks"][0]["check"], &shown["checks"][0]["good"]),
        (&"artefact".into(), &true.into()),
        "{shown}"
    );
    let said = stage.refused(&["deploy", stage.folder.path().to_str().unwrap(), "--yes"]);
    assert!(said.contains("is a folder"), "{said}");
}

#[test]
fn completions_need_no_environment() {
    let output = std::process::Command::new(crate::stage::raallyctl()).args(["completions", "bash"]).output().unwrap();
    let script = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && script.contains("--strategy"), "{script}");
}

#[test]
fn a_wrong_command_line_is_json_where_json_is_asked_for() {
    let said = |arguments: &[&str]| {
        let output = std::process::Command::new(crate::stage::raallyctl()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let told: serde_json::Value =
        serde_json::from_str(&said(&["status", "--json", "--env", "x", "--nonsense"])).unwrap();
    assert_eq!(told["error"]["message"], "unexpected argument '--nonsense' found");
    assert!(said(&["status", "--env", "x", "--nonsense"]).starts_with("error: unexpected"));
}

#[test]
fn without_a_person_only_yes_is_a_yes() {
    let stage = Stage::new("canary", "");
    let said = stage.refused(&["deploy", stage.version("a").to_str().unwrap()]);
    assert!(said.contains("--yes"), "{said}");
}

#[test]
fn every_check_that_refuses_is_named_with_what_to_do() {
    let more = "branch = \"release-only\"\nwho = [\"nobody-else\"]\n\
                freeze = [{ from = \"2020-01-01T00:00:00Z\", until = \"2100-01-01T00:00:00Z\", why = \"the big freeze\" }]";
    let stage = Stage::new("canary", more);
    let version = stage.version("a");
    let digest = "0".repeat(64);
    let said = stage.refused(&["deploy", version.to_str().unwrap(), "--yes", "--digest", &digest, "--branch", "topic"]);
    for check in ["artefact: its digest is", "branch: ", "who: ", "freeze: nothing is released now: the big freeze"] {
        assert!(said.contains(check), "{check} is not in {said}");
    }
    let said = stage.refused(&["deploy", version.to_str().unwrap(), "--yes", "--despite", "freeze,who"]);
    assert!(said.contains("nobody may go past the check"), "{said}");
}

#[test]
fn a_program_that_is_not_raally_is_refused() {
    let stage = Stage::new("canary", "");
    let said = stage.refused(&["deploy", stage.script("x", "echo hello").to_str().unwrap(), "--yes"]);
    assert!(said.contains("does not answer"), "{said}");
    let said = stage.refused(&["deploy", "/nowhere/raally", "--yes"]);
    assert!(said.contains("there is no artefact"), "{said}");
}

#[test]
fn a_rollback_that_the_schema_forbids_is_refused_and_names_the_oldest_safe_version() {
    let stage = Stage::with_first("rolling");
    // The next release's migration ends 0.1.0, and says so: it must not even begin while 0.1.0 has to run beside it.
    let newer = stage.version_that_says("newer", NEWER);
    let said = stage.refused(&["deploy", newer.to_str().unwrap(), "--yes"]);
    assert!(said.contains("its schema 7 is for 0.3.0 and newer") && said.contains("release 0.3.0 first"), "{said}");
    // A database that was moved on by somebody else: the way back is closed.
    assert_eq!(stage.deploy(&stage.version("b"))["outcome"], "released");
    let old = stage.state().join("releases/r1/raally");
    let text = std::fs::read_to_string(&old).unwrap();
    std::fs::write(&old, text.replacen("exec", &format!("[ \"$1\" = version ] && echo '{NEWER}' && exit; exec"), 1))
        .unwrap();
    let said = stage.refused(&["rollback", "--yes"]);
    assert!(said.contains("0.3.0 is the oldest version that may run"), "{said}");
    assert_eq!(stage.status()["current"]["id"], "r2", "nothing changed");
}
