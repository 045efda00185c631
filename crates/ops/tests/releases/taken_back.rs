//! Bad versions, by each strategy: noticed, taken back by the tool, and the old release serves all again.

use crate::stage::{Stage, nobody_was_hurt};

const FAILING: &str = "--good 20 --fail-after 20 --fail-percent 40";

fn is_taken_back(strategy: &str, faults: &str) -> (Stage, serde_json::Value, raally_ops::rehearsal::load::Got) {
    let stage = Stage::with_first(strategy);
    let users = stage.users();
    let ended = stage.taken_back(stage.bad_version("bad", faults).to_str().unwrap());
    let got = stage.home(users);
    stage.only("r1");
    (stage, ended, got)
}

#[test]
fn a_failing_canary_is_taken_back_and_no_user_sees_an_error() {
    let (_stage, ended, got) = is_taken_back("canary", FAILING);
    assert!(
        ended["why"].as_str().unwrap().contains("failures") || ended["why"].as_str().unwrap().contains("taken out"),
        "{ended}"
    );
    nobody_was_hurt(&got);
}

#[test]
fn a_slow_canary_is_taken_back() {
    let (_stage, ended, got) = is_taken_back("canary", "--good 20 --slow-ms 400");
    let why = ended["why"].as_str().unwrap();
    assert!(why.contains("worse: latency (p75)") || why.contains("worse: p"), "{ended}");
    nobody_was_hurt(&got);
}

#[test]
fn a_version_that_fails_after_the_switch_is_switched_back() {
    is_taken_back("blue-green", FAILING);
}

#[test]
fn a_version_that_fails_while_it_rolls_out_is_rolled_back() {
    is_taken_back("rolling", FAILING);
}

#[test]
fn a_version_that_does_not_stay_up_never_gets_a_request() {
    let stage = Stage::with_first("rolling");
    let users = stage.users();
    let broken = stage
        .version_that_says("broken", r#"{"version":"0.1.0","build":"broken","schema":1,"oldestSafeBuild":"0.1.0"}"#);
    let text = std::fs::read_to_string(&broken).unwrap().replace("exec ", "[ \"$1\" = serve ] && exit 3; exec ");
    std::fs::write(&broken, text).unwrap();
    let ended = stage.deploy(&broken);
    let got = stage.home(users);
    assert_eq!(ended["outcome"], "rolled-back", "{ended}");
    assert!(ended["why"].as_str().unwrap().contains("does not stay up"), "{ended}");
    nobody_was_hurt(&got);
}
