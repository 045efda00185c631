//! How an environment begins, and what it needs to go on: no file that a build has long replaced, no setting that nobody
//! released, no log that can be written.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::stage::{Stage, kill, raallyctl};
use crate::tool::{ended_with, wait_until};

#[test]
fn a_first_release_that_does_not_start_is_taken_back_and_the_next_one_begins_anew() {
    let stage = Stage::new("canary", "");
    let dead = stage.script("dead", "[ \"$1\" = serve ] && exit 3");
    // What it says of itself is the real one's.
    let text = std::fs::read_to_string(&dead).unwrap();
    let good = std::fs::read_to_string(stage.version("a")).unwrap();
    std::fs::write(&dead, format!("{text}{}", good.lines().last().unwrap())).unwrap();
    let output = stage.run(&["deploy", dead.to_str().unwrap(), "--yes"]);
    let ended: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (output.status.code(), &ended["outcome"], &ended["running"]),
        (Some(1), &"rolled-back".into(), &Value::Null)
    );
    let status = stage.status();
    assert_eq!((&status["current"], &status["fleet"]["instances"]), (&Value::Null, &serde_json::json!({})), "{status}");
    ended_with(&stage.deploy(&stage.version("a")), "released", "r2");
}

#[test]
fn a_first_release_whose_tool_was_killed_can_be_taken_back() {
    let stage = Stage::new("canary", "");
    let slow = stage
        .script("slow", &format!("[ \"$1\" = serve ] && sleep 60; exec '{}' \"$@\"", crate::stage::raally().display()));
    let mut tool = stage.start_deploy(&slow);
    wait_until("its instances", || stage.pids("r1-").len() == 2);
    tool.kill().unwrap();
    tool.wait().unwrap();
    assert_eq!(stage.run(&["abort"]).status.code(), Some(0));
    assert_eq!(stage.pids("r1-"), Vec::<u32>::new());
    ended_with(&stage.deploy(&stage.version("a")), "released", "r2");
}

#[test]
fn an_address_that_somebody_else_has_is_named_before_anything_begins() {
    let stage = Stage::new("canary", "");
    let text = std::fs::read_to_string(&stage.file).unwrap();
    let address = text.lines().find_map(|line| line.trim().strip_prefix("listen = ")).unwrap().trim_matches('"');
    let _somebody = TcpListener::bind(address).unwrap();
    let said = stage.refused(&["deploy", stage.version("a").to_str().unwrap(), "--yes"]);
    assert!(said.contains(&format!("gateway: it can't listen on {address}")), "{said}");
    assert!(!stage.state().join("kept").exists());
}

#[test]
fn a_rollback_needs_no_file_of_a_build_and_the_next_one_goes_further_back() {
    let stage = Stage::new("rolling", "");
    for (name, release) in [("a", "r1"), ("b", "r2"), ("c", "r3")] {
        let version = stage.version(name);
        ended_with(&stage.deploy(&version), "released", release);
        // Whoever built it builds the next one in its place.
        std::fs::remove_file(version).unwrap();
    }
    ended_with(&stage.data(&["rollback", "--yes"]), "released", "r2");
    ended_with(&stage.data(&["rollback", "--yes"]), "released", "r1");
    let said = stage.refused(&["rollback", "--yes"]);
    assert!(said.contains("no release before this one") && said.contains("--to"), "{said}");
    ended_with(&stage.data(&["rollback", "--to", "r3", "--yes"]), "released", "r3");
}

#[test]
fn settings_are_released_with_the_program_and_go_back_with_it() {
    let stage = Stage::new("rolling", "");
    let version = stage.version("a");
    ended_with(&stage.deploy(&version), "released", "r1");
    let log = |stage: &Stage| {
        let pid = stage.pids("r")[0];
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap();
        let name = "RAALLY_LOG=";
        environment
            .split(|byte| *byte == 0)
            .find_map(|one| Some(std::str::from_utf8(one).ok()?.strip_prefix(name)?.to_owned()))
    };
    assert_eq!(log(&stage).as_deref(), Some("warn"));
    stage.change("RAALLY_LOG = \"warn\"", "RAALLY_LOG = \"error\"");
    let ills = stage.data(&["doctor"]).to_string();
    assert!(ills.contains("RAALLY_LOG") && !ills.contains("error"), "by name, not by value: {ills}");
    ended_with(&stage.deploy(&version), "released", "r2");
    assert_eq!(log(&stage).as_deref(), Some("error"));
    assert_eq!(stage.data(&["doctor"]), serde_json::json!([]));
    assert_eq!(stage.deploy(&version)["outcome"], "nothing-to-do");
    ended_with(&stage.data(&["rollback", "--yes"]), "released", "r1");
    assert_eq!(log(&stage).as_deref(), Some("warn"));
}

#[test]
fn a_gateway_that_does_not_stay_up_is_named_beside_what_runs() {
    let stage = Stage::with_first("rolling");
    std::fs::write(stage.state().join("gateway.json"), "{}").unwrap();
    kill(stage.pids("gateway")[0], "-KILL");
    wait_until("status names it", || {
        let output = stage.run(&["status"]);
        let status: Value = serde_json::from_slice(&output.stdout).unwrap();
        let hidden = status["hidden"].as_str().unwrap_or_default();
        assert_eq!(status["fleet"]["instances"].as_object().unwrap().len(), 2, "{status}");
        output.status.code() == Some(2) && hidden.contains("does not stay up")
    });
    let ills = stage.data(&["doctor"]).to_string();
    assert!(ills.contains("does not stay up") && ills.contains("raally-gateway-down.md"), "{ills}");
}

#[test]
fn a_gateway_whose_log_can_not_be_written_serves_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = folder.path().join("gateway.json");
    let [socket, table] = ["s.sock", "t.json"].map(|name| folder.path().join(name));
    let text = serde_json::json!({"listens": [{"address": address}], "adminSocket": socket, "stateFile": table});
    std::fs::write(&config, text.to_string()).unwrap();
    // A disk without a free byte.
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(raallyctl());
    let mut gateway =
        command.arg("gateway").arg("--config").arg(config).stdin(Stdio::null()).stderr(full).spawn().unwrap();
    let answer = || {
        let mut stream = TcpStream::connect(address).ok()?;
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        Some(text)
    };
    wait_until("the gateway listens", || TcpStream::connect(address).is_ok());
    let answers: Vec<_> = (0..3).map(|_| answer().unwrap_or_default()).collect();
    kill(gateway.id(), "-TERM");
    gateway.wait().unwrap();
    // It has no table yet, and every request has a line in the log.
    assert!(answers.iter().all(|text| text.starts_with("HTTP/1.1 503")), "{answers:?}");
}
