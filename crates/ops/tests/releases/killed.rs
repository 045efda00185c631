//! Kills in the middle of a release: of the tool, of an instance, of the gateway, of the supervisor.

use std::process::Stdio;

use crate::stage::{Stage, kill, nobody_was_hurt};
use crate::tool::{ended_with, wait_until};

#[test]
fn a_release_whose_tool_was_killed_goes_on_where_it_was() {
    let stage = Stage::with_first("canary");
    let users = stage.users();
    let mut tool = stage.start_deploy(&stage.version("b"));
    stage.wait_for_watch();
    tool.kill().unwrap();
    tool.wait().unwrap();
    let status = stage.status();
    assert!(status["unfinished"]["done"].as_u64() > Some(0) && status["atWork"].is_null(), "{status}");
    let refused = stage.run(&["deploy", stage.version("c").to_str().unwrap(), "--yes"]);
    assert_eq!(refused.status.code(), Some(1), "another release is refused");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--resume"), "and it says what to do");
    let ended = stage.data(&["deploy", "--resume"]);
    let got = stage.home(users);
    ended_with(&ended, "released", "r2");
    nobody_was_hurt(&got);
}

#[test]
fn a_release_whose_tool_was_killed_at_any_step_can_be_taken_back() {
    let stage = Stage::with_first("rolling");
    let users = stage.users();
    for name in ["b", "c", "d"] {
        let mut tool = stage.start_deploy(&stage.version(name));
        let wanted = format!("\"event\":\"{}\"", if name == "b" { "planned" } else { "did" });
        wait_until("the release's begin", || {
            let text = std::fs::read_to_string(stage.state().join("journal.jsonl")).unwrap();
            text.rsplit_once("\"event\":\"planned\"").is_some_and(|(before, after)| {
                !after.contains("\"event\":\"ended\"")
                    && (after.contains(&wanted) || (name == "b" && !before.is_empty()))
            })
        });
        tool.kill().unwrap();
        tool.wait().unwrap();
        let output = stage.run(&["abort"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let status = stage.status();
        assert_eq!((&status["serving"], &status["current"]["id"]), (&2.into(), &"r1".into()), "{status}");
    }
    nobody_was_hurt(&stage.home(users));
}

#[test]
fn a_tool_that_is_asked_to_stop_says_how_to_go_on_and_gives_the_lock_back() {
    let stage = Stage::with_first("canary");
    let version = stage.version("b");
    let mut arguments = vec!["deploy", version.to_str().unwrap(), "--yes"];
    let seen = || {
        let journal = std::fs::read_to_string(stage.state().join("journal.jsonl")).unwrap();
        journal.matches("\"event\":\"saw\"").count()
    };
    for signal in ["-TERM", "-HUP", "-INT"] {
        let before = seen();
        let mut command = stage.command(&arguments);
        let tool = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        wait_until("a release that is watched", || seen() > before);
        kill(tool.id(), signal);
        let output = tool.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && said.contains("deploy --resume"), "{signal}: {said}");
        assert_eq!(std::fs::read(stage.state().join("lock")).unwrap(), b"", "{signal}: nobody is told of a kill");
        arguments = vec!["deploy", "--resume"];
    }
    assert!(stage.run(&["abort"]).status.success());
}

#[test]
fn an_abort_reaches_the_process_at_work() {
    let stage = Stage::with_first("canary");
    let tool = stage.start_deploy(&stage.version("b"));
    stage.wait_for_watch();
    assert_eq!(stage.data(&["abort"])["asked"], "abort");
    let output = tool.wait_with_output().unwrap();
    let ended: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    ended_with(&ended, "rolled-back", "r1");
}

#[test]
fn a_replica_that_is_killed_in_mid_release_costs_no_request_that_may_be_tried_again() {
    let stage = Stage::with_first("canary");
    let users = stage.users();
    let tool = stage.start_deploy(&stage.version("b"));
    stage.wait_for_watch();
    let victim = *stage.pids("r1-1").first().unwrap();
    kill(victim, "-KILL");
    wait_until("the supervisor starts it again", || stage.pids("r1-1").first().is_some_and(|pid| *pid != victim));
    let output = tool.wait_with_output().unwrap();
    let got = stage.home(users);
    let ended: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(ended["outcome"], "released", "{ended}");
    nobody_was_hurt(&got);
}

#[test]
fn a_release_goes_on_when_the_gateway_is_killed() {
    let stage = Stage::with_first("canary");
    let users = stage.users();
    let tool = stage.start_deploy(&stage.version("b"));
    stage.wait_for_watch();
    let victim = *stage.pids("gateway").first().unwrap();
    kill(victim, "-KILL");
    wait_until("the gateway is back", || stage.pids("gateway").first().is_some_and(|pid| *pid != victim));
    let output = tool.wait_with_output().unwrap();
    let got = stage.home(users);
    let ended: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(ended["outcome"], "released", "{ended}");
    // Nobody can answer while it is away: what fails is what came in that moment.
    assert!(got.good > 300 && got.bad_count() < got.good / 5, "{} good, {:?}", got.good, got.bad);
    assert_eq!(stage.status()["serving"], 2);
}

#[test]
fn what_a_killed_supervisor_kept_goes_on_and_is_found_by_the_next_one() {
    let stage = Stage::with_first("rolling");
    let users = stage.users();
    let before = stage.pids("r1-");
    let needle = stage.state().display().to_string();
    let supervisor = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .find(|pid| {
            let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).into_owned();
            line.contains("supervise") && line.contains(&needle)
        })
        .unwrap();
    kill(supervisor, "-KILL");
    // The list starts another supervisor, which has to find them by their marks.
    assert_eq!(stage.pids("r1-"), before);
    let ended = stage.deploy(&stage.version("b"));
    let got = stage.home(users);
    assert_eq!(ended["outcome"], "released", "{ended}");
    nobody_was_hurt(&got);
}
