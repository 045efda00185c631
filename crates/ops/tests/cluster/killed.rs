//! What is killed in the middle: the tool at each of its steps, and the API server.

use serde_json::{Value, json};

use crate::stage::{Stage, image, wait_until};

fn kill(pid: u32) {
    assert!(std::process::Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
}

#[test]
fn a_tool_killed_at_any_step_resumes_or_goes_back() {
    let Some(stage) = Stage::begun("blue-green", false, "") else { return };
    let shown = stage.data(&["deploy", &image("step"), "--dry-run"]);
    let steps = shown["steps"].as_array().unwrap().len();
    assert!(steps >= 8, "{shown}");
    let mut current = "r1".to_owned();
    for number in 1..=steps {
        let name = format!("step-{number}");
        let (mut tool, news) = stage.start_deploy(&image(&name), &[]);
        let begun = format!("\"number\":{number},");
        wait_until("the step", || std::fs::read_to_string(&news).unwrap_or_default().contains(&begun));
        kill(tool.id());
        tool.wait().unwrap();
        let said = stage.refused(&["deploy", &image("another"), "--yes"], 1);
        assert!(said.contains("is unfinished"), "{said}");
        let release = stage.status()["unfinished"]["release"].as_str().unwrap().to_owned();
        if number % 2 == 0 {
            let ended = stage.data(&["deploy", "--resume", "--yes"]);
            assert_eq!((&ended["outcome"], &ended["running"]), (&"released".into(), &json!(release)), "{ended}");
            current = release;
        } else {
            let ended = stage.data(&["abort"]);
            assert_eq!((&ended["outcome"], &ended["running"]), (&"rolled-back".into(), &json!(current)), "{ended}");
        }
        stage.only(&current);
    }
}

#[test]
fn an_api_server_that_is_gone_for_a_moment_is_waited_for() {
    let Some(stage) = Stage::begun("rolling", false, "") else { return };
    let (mut tool, news) = stage.start_deploy(&image("two"), &[]);
    wait_until("instances start", || std::fs::read_to_string(&news).unwrap_or_default().contains("\"number\":3,"));
    stage.server.kill_api();
    std::thread::scope(|scope| {
        // Long enough for it to be missed, and shorter than the lock lasts.
        scope.spawn(|| stage.server.start_api());
    });
    assert!(tool.try_wait().unwrap().is_none_or(|status| status.success()));
    let ended: Value = serde_json::from_slice(&tool.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!((&ended["outcome"], &ended["running"]), (&"released".into(), &"r2".into()), "{ended}");
    stage.only("r2");
}

#[test]
fn an_api_server_that_stays_away_ends_the_tool_and_nothing_is_forgotten() {
    let Some(stage) = Stage::begun("blue-green", false, "api-seconds-max = 2") else { return };
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
    assert_eq!((&ended["outcome"], &ended["running"]), (&"rolled-back".into(), &"r1".into()), "{ended}");
    stage.only("r1");
}
