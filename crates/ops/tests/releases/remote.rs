//! Another host over `ssh`. No sshd is started here: a program called `ssh` on the `PATH` runs what it is told in a folder
//! that stands for the other host. What is real: the errands, the copy of the program, its digest, the other supervisor.

use std::process::Command;

use crate::stage::{Stage, raallyctl};

/// Runs the command as the other host would: its state is elsewhere, and it has `raallyctl` on its `PATH`.
const SSH: &str = r#"#!/bin/sh
while [ "$1" != "--" ]; do shift; done
host="$2"; shift 2
echo "$host $*" >>"$FAKE/asked"
line=$(echo "$*" | sed "s|--state-dir [^ ]*|--state-dir $FAKE/there|")
PATH="$FAKE/bin:$PATH" exec sh -c "$line"
"#;

#[test]
fn a_release_reaches_another_host_over_ssh() {
    let stage = Stage::new("rolling", "").on_hosts(&["127.0.0.1"]);
    let fake = stage.state().with_file_name("fake");
    std::fs::create_dir_all(fake.join("bin")).unwrap();
    raally_ops::atomic::write(&fake.join("bin/ssh"), SSH.as_bytes(), 0o700).unwrap();
    std::os::unix::fs::symlink(raallyctl(), fake.join("bin/raallyctl")).unwrap();
    let path = format!("{}:{}", fake.join("bin").display(), std::env::var("PATH").unwrap());
    let tool = |arguments: &[&str]| -> Command {
        let mut command = stage.command(arguments);
        command.env("PATH", &path).env("FAKE", &fake);
        command
    };
    let deploy = |version: &str| {
        let version = stage.version(version);
        let output = tool(&["deploy", version.to_str().unwrap(), "--yes"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let ended: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
        assert_eq!(ended["outcome"], "released", "{ended}");
    };
    deploy("a");
    deploy("b");
    let there = fake.join("there/releases/r2/raally");
    assert_eq!(std::fs::read(&there).unwrap(), std::fs::read(stage.version("b")).unwrap(), "the program was copied");
    assert!(!stage.state().join("releases").exists(), "and is not on this host");
    let status = tool(&["status"]).output().unwrap();
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(
        (&status["serving"], &status["fleet"]["instances"]["r2-1"]["slot"]["host"]),
        (&2.into(), &"127.0.0.1".into())
    );
    let asked = std::fs::read_to_string(fake.join("asked")).unwrap();
    assert!(asked.lines().all(|line| line.starts_with("127.0.0.1 raallyctl host ")), "{asked}");
    assert!(tool(&["down", "--yes"]).status().unwrap().success());
}
