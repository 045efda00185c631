//! What stands in the way of a release: each is said with what to do, and nothing is written over.

use serde_json::{Value, json};

use crate::kubelet::{Nature, be, database_says, says};
use crate::stage::{NOTHING, Stage, image, left_out};
use crate::tool::{ended_with, wait_until};

#[test]
fn an_edit_by_somebody_else_is_seen_and_not_written_over() {
    let Some(stage) = Stage::begun("rolling", NOTHING) else { return };
    let edited = json!({"spec": {"template": {"metadata": {"annotations": {"by-hand": "yes"}}}}});
    stage.edit("apps", "Deployment", "raally-r1", "kubectl-edit", &edited);
    let said = stage.refused(&["deploy", &image("two"), "--yes"]);
    assert!(said.contains("foreign: Deployment raally-r1: kubectl-edit at ") && said.contains("by-hand"), "{said}");
    let doctor = stage.data(&["doctor"]).to_string();
    assert!(doctor.contains("kubectl-edit"), "{doctor}");
    let live = stage.get("apps", "Deployment", "raally-r1").unwrap();
    assert_eq!(live["spec"]["template"]["metadata"]["annotations"]["by-hand"], "yes");
    assert!(stage.get("apps", "Deployment", "raally-r2").is_none());
}

#[test]
fn an_edit_in_the_middle_of_a_release_stops_it_and_names_who() {
    if left_out("") {
        return;
    }
    let Some(stage) = Stage::begun("blue-green", NOTHING) else { return };
    let stage =
        stage.with("[environments.test.blue-green]", "[environments.test.blue-green]\n            pause = true");
    let (tool, news) = stage.start_deploy(&image("two"), &[]);
    wait_until("the pause", || std::fs::read_to_string(&news).unwrap_or_default().contains("\"paused\""));
    stage.edit("", "Service", "raally", "kubectl-edit", &json!({"spec": {"selector": {"raally.dev/track": "r2"}}}));
    let status = stage.status();
    assert!(status["fleet"]["foreign"].to_string().contains("somebody else changed the split"), "{status}");
    // The way back is free: all goes to r1 again.
    assert_eq!(stage.run(&["abort"]).status.code(), Some(0));
    let ended: Value = serde_json::from_slice(&tool.wait_with_output().unwrap().stdout).unwrap();
    ended_with(&ended, "rolled-back", "r1");
    stage.only("r1");
}

#[test]
fn the_second_operator_is_refused_and_told_who_is_at_work() {
    if left_out("") {
        return;
    }
    let Some(stage) = Stage::begun("blue-green", NOTHING) else { return };
    let stage =
        stage.with("[environments.test.blue-green]", "[environments.test.blue-green]\n            pause = true");
    let (tool, news) = stage.start_deploy(&image("two"), &[]);
    wait_until("the pause", || std::fs::read_to_string(&news).unwrap_or_default().contains("\"paused\""));
    let said = stage.refused(&["deploy", &image("three"), "--yes"]);
    assert!(said.contains(&format!("process {}", tool.id())) && said.contains("is at work"), "{said}");
    assert_eq!(stage.status()["atWork"]["pid"], json!(tool.id()));
    assert_eq!(stage.run(&["abort"]).status.code(), Some(0));
    let ended: Value = serde_json::from_slice(&tool.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(ended["outcome"], "rolled-back", "{ended}");
    let lease = stage.get("coordination.k8s.io", "Lease", "raally-release").unwrap();
    assert!(lease["spec"]["holderIdentity"].is_null(), "it was given back: {lease}");
}

#[test]
fn a_missing_right_is_named_by_verb_and_resource() {
    if left_out("") {
        return;
    }
    let Some(stage) = Stage::new("rolling", NOTHING) else { return };
    let stage = stage.with("operator.yaml", "stranger.yaml");
    let said = stage.refused(&["status"]);
    assert!(said.contains("does not let you get configmaps") && said.contains("raally-deployer"), "{said}");
    let output = stage.run(&["doctor"]);
    let ills = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(ills.contains("does not let you"), "{ills}");
}

#[test]
fn one_right_that_is_missing_stops_a_release_before_it_begins() {
    let Some(stage) = Stage::begun("rolling", NOTHING) else { return };
    let mut role = stage.get("rbac.authorization.k8s.io", "Role", "raally-deployer").unwrap();
    for rule in role["rules"].as_array_mut().unwrap() {
        if rule["resources"] == json!(["deployments"]) {
            rule["verbs"] = json!(["get", "list", "create", "patch"]);
        }
    }
    stage.edit("rbac.authorization.k8s.io", "Role", "raally-deployer", "test", &json!({"rules": role["rules"]}));
    let said = stage.refused(&["deploy", &image("two"), "--yes"]);
    assert!(said.contains("does not let you delete deployments.apps"), "{said}");
    stage.only("r1");
}

#[test]
fn a_canary_is_refused_where_nobody_could_judge_it() {
    if left_out("") {
        return;
    }
    let Some(stage) = Stage::begun("rolling", NOTHING) else { return };
    let said = stage.refused(&["deploy", &image("two"), "--strategy", "canary", "--yes"]);
    assert!(said.contains("a canary can't be judged here: there is no mesh"), "{said}");
    assert!(said.contains("--strategy rolling or blue-green"), "{said}");
}

#[test]
fn an_image_without_a_digest_or_of_another_repository_is_refused() {
    if left_out("") {
        return;
    }
    let Some(stage) = Stage::new("rolling", NOTHING) else { return };
    let said = stage.refused(&["deploy", "ghcr.io/raally/raally:0.2.0", "--yes"]);
    assert!(said.contains("has no digest"), "{said}");
    let other = image("x").replace("raally/raally", "raally/other");
    let said = stage.refused(&["deploy", &other, "--yes"]);
    assert!(said.contains("is not the environment's repository"), "{said}");
}

#[test]
fn a_rollback_that_the_database_forbids_is_refused() {
    if left_out("") {
        return;
    }
    let Some(stage) = Stage::begun("rolling", NOTHING) else { return };
    let newer = image("newer");
    be(&newer, Nature::Good, &says("0.2.0", 2, "0.1.0"));
    assert_eq!(stage.data(&["deploy", &newer, "--yes"])["outcome"], "released");
    database_says(&stage.namespace, &says("0.2.0", 3, "0.2.0"));
    let said = stage.refused(&["rollback", "--yes"]);
    assert!(said.contains("0.2.0 is the oldest version that may run"), "{said}");
    stage.only("r2");
}
