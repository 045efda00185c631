//! Good versions, by each strategy: released, and not one request fails.

use crate::stage::{Stage, nobody_was_hurt};
use crate::tool::{ended_with, wait_until};

fn is_released_without_a_failed_request(strategy: &str) {
    let stage = Stage::with_first(strategy);
    let users = stage.users();
    let ended = stage.deploy(&stage.version("b"));
    let got = stage.home(users);
    ended_with(&ended, "released", "r2");
    nobody_was_hurt(&got);
    stage.only("r2");
}

#[test]
fn a_good_canary_is_released_without_a_failed_request() {
    is_released_without_a_failed_request("canary");
}

#[test]
fn a_good_version_is_switched_to_without_a_failed_request() {
    is_released_without_a_failed_request("blue-green");
}

#[test]
fn a_good_version_rolls_out_without_a_failed_request() {
    is_released_without_a_failed_request("rolling");
}

#[test]
fn a_rollback_goes_to_the_release_before_without_a_failed_request() {
    let stage = Stage::with_first("rolling");
    assert_eq!(stage.deploy(&stage.version("b"))["outcome"], "released");
    let users = stage.users();
    let ended = stage.data(&["rollback", "--yes"]);
    let got = stage.home(users);
    ended_with(&ended, "released", "r1");
    nobody_was_hurt(&got);
    let history = stage.data(&["history"]);
    assert_eq!(history.as_array().unwrap().len(), 3);
    assert_eq!(stage.data(&["doctor"]), serde_json::json!([]), "nothing is wrong");
}

#[test]
fn a_switch_waits_for_a_person_and_testers_see_the_new_version_before() {
    let stage =
        Stage::new("blue-green", "").with("watch-seconds = 6", "watch-seconds = 1\n            pause = true").begun();
    assert_eq!(stage.run(&["promote"]).status.code(), Some(1), "nothing is paused");
    let tool = stage.start_deploy(&stage.version("b"));
    wait_until("the pause", || stage.status()["fleet"]["routing"]["testers"] == "r2");
    let status = stage.status();
    let weights = &status["fleet"]["routing"]["weightsBp"];
    assert_eq!((&weights["r1"], &weights["r2"]), (&10_000.into(), &0.into()), "{status}");
    wait_until("the promotion is taken", || stage.run(&["promote"]).status.code() == Some(0));
    let output = tool.wait_with_output().unwrap();
    let ended: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    ended_with(&ended, "released", "r2");
}
