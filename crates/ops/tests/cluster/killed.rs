//! What is killed in the middle: the tool at each of its steps, and the API server.

use serde_json::Value;

use crate::stage::{Beside, NOTHING, Stage, image, left_out};
use crate::tool::{ended_with, wait_until};

/// Its API server is taken away: no other test may be in the cluster.
const ALONE: Beside = Beside { alone: true, ..NOTHING };

fn kill(pid: u32) {
    assert!(std::process::Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
}

#[test]
fn a_tool_killed_at_any_step_resumes_or_goes_back() {
    let Some(stage) = Stage::begun("blue-green", NOTHING) else { return };
    let shown = stage.data(&["deploy", &image("step"), "--dry-run"]);
    let steps = shown["steps"].as_array().unwrap().len();
    assert!(steps >= 8, "{shown}");
    let mut current = "r1".to_owned();
    // One that goes back and one that goes on, in the middle of it.
    let killed = if left_out(" at every step, not at two,") { 5..=6 } else { 1..=steps };
    for number in killed {
        let name = format!("step-{number}");
        let (mut tool, news) = stage.start_deploy(&image(&name), &[]);
        let begun = format!("\"number\":{number},");
        wait_until("the step", || std::fs::read_to_string(&news).unwrap_or_default().contains(&begun));
        kill(tool.id());
        tool.wait().unwrap();
        let said = stage.refused(&["deploy", &image("another"), "--yes"]);
        assert!(said.contains("is unfinished"), "{said}");
        let release = stage.status()["unfinished"]["release"].as_str().unwrap().to_owned();
        if number % 2 == 0 {
            let ended = stage.data(&["deploy", "--resume", "--yes"]);
            ended_with(&ended, "released", &release);
            current = release;
        } else {
            let ended = stage.data(&["abort"]);
            ended_with(&ended, "rolled-back", &current);
        }
        stage.only(&current);
    }
}

#[test]
fn an_api_server_that_is_gone_for_a_moment_is_waited_for() {
    if left_out("") {
        return;
    }
    let Some(stage) = Stage::begun("rolling", ALONE) else { return };
    let (mut tool, news) = stage.start_deploy(&image("two"), &[]);
    wait_until("instances start", || std::fs::read_to_string(&news).unwrap_or_default().contains("\"number\":3,"));
    stage.server.kill_api();
    std::thread::scope(|scope| {
        // Long enough for it to be missed, and shorter than the lock lasts.
        scope.spawn(|| stage.server.start_api());
    });
    assert!(tool.try_wait().unwrap().is_none_or(|status| status.success()));
    let ended: Value = serde_json::from_slice(&tool.wait_with_output().unwrap().stdout).unwrap();
    ended_with(&ended, "released", "r2");
    stage.only("r2");
}

#[test]
fn an_api_server_that_stays_away_ends_the_tool_and_nothing_is_forgotten() {
    if left_out("") {
        return;
    }
    let Some(stage) = Stage::begun("blue-green", Beside { more: "api-seconds-max = 2", ..ALONE }) else { return };
    let stage =
        stage.with("[environments.test.blue-green]", "[environments.test.blue-green]\n            pause = true");
    let (tool, news) = stage.start_deploy(&image("two"), &[]);
    wait_until("the pause", || std::fs::read_to_string(&news).unwrap_or_default().contains("\"paused\""));
    stage.server.kill_api();
    let status = tool.wait_with_output().unwrap().status;
    stage.server.start_api();
    let said = std::fs::read_to_string(&news).unwrap();
    assert_eq!(status.code(), Some(2), "{said}");
    assert!(said.contains("the API server") || said.contains("can't be renewed"), "{said}");
    assert!(said.contains("--resume"), "{said}");
    let status = stage.status();
    assert_eq!(
        (&status["unfinished"]["release"], &status["unfinished"]["turnedBack"]),
        (&"r2".into(), &Value::Null),
        "{status}"
    );
    let ended = stage.data(&["abort"]);
    ended_with(&ended, "rolled-back", "r1");
    stage.only("r1");
}
