//! Pipelines through the program, in a repository of their own.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use raally_ops::pipeline::Pipeline;
use serde_json::Value;
use tempfile::TempDir;

const DEFINITION: &str = r#"
format = 1
[[stage]]
name = "one"
what = "writes down that it ran"
run = "echo one >> ran"
inputs = ["source"]
[[stage]]
name = "two"
what = "needs one"
run = "echo two >> ran; echo 'a <tail> & more'; test ! -e broken"
needs = ["one"]
[[stage]]
name = "scan"
what = "has no database"
run = "exit 75"
[[stage]]
name = "three"
what = "needs two"
run = "echo three >> ran"
needs = ["two"]
[[stage]]
name = "out"
what = "reaches beyond this machine"
run = "echo out >> ran"
on-demand = true
"#;

fn repository(definition: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pipeline.toml"), definition).unwrap();
    std::fs::write(folder.path().join("source"), "1").unwrap();
    let init = Command::new("git").args(["init", "--quiet"]).current_dir(folder.path()).status().unwrap();
    assert!(init.success());
    folder
}

fn pipeline(top: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raallyctl"));
    command.args(["--json", "pipeline"]).args(arguments).args(["--file", "pipeline.toml"]);
    command.current_dir(top).stdin(Stdio::null()).output().unwrap()
}

fn outcomes(output: &Output) -> Vec<(String, String)> {
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |stage: &Value, field: &str| stage[field].as_str().unwrap().to_owned();
    said["stages"].as_array().unwrap().iter().map(|one| (text(one, "stage"), text(one, "outcome"))).collect()
}

fn ran(top: &Path) -> Vec<String> {
    let ran = std::fs::read_to_string(top.join("ran")).unwrap_or_default();
    _ = std::fs::remove_file(top.join("ran"));
    ran.lines().map(str::to_owned).collect()
}

fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted.iter().map(|(stage, outcome)| ((*stage).to_owned(), (*outcome).to_owned())).collect()
}

#[test]
fn stages_run_in_order_once_for_the_same_inputs_and_what_cannot_run_never_counts_as_passed() {
    let folder = repository(DEFINITION);
    let top = folder.path();
    let all = [("one", "passed"), ("two", "passed"), ("scan", "not-run"), ("three", "passed")];
    let first = pipeline(top, &["run"]);
    assert_eq!((first.status.code(), outcomes(&first)), (Some(0), pairs(&all)));
    assert_eq!(ran(top), ["one", "two", "three"]);
    let again = outcomes(&pipeline(top, &["run"]));
    assert_eq!(again[0], ("one".to_owned(), "cached".to_owned()));
    assert_eq!(ran(top), ["two", "three"], "only what names its inputs is remembered");
    std::fs::write(top.join("source"), "2").unwrap();
    pipeline(top, &["run"]);
    assert_eq!(ran(top), ["one", "two", "three"]);
    assert_eq!(pipeline(top, &["run", "--strict"]).status.code(), Some(1), "a scan that did not run is no pass");
    ran(top);
    pipeline(top, &["run", "--only", "one", "--with", "out", "--fresh"]);
    let mut ran = ran(top);
    ran.sort();
    assert_eq!(ran, ["one", "out"]);
}

#[test]
fn a_failed_stage_stops_what_needs_it_and_is_in_every_report() {
    let folder = repository(DEFINITION);
    let top = folder.path();
    std::fs::write(top.join("broken"), "").unwrap();
    let output = pipeline(top, &["run"]);
    assert_eq!(output.status.code(), Some(1));
    let wanted = [("one", "passed"), ("two", "failed"), ("scan", "not-run"), ("three", "skipped")];
    assert_eq!(outcomes(&output), pairs(&wanted));
    let read = |name: &str| std::fs::read_to_string(top.join("target/pipeline").join(name)).unwrap();
    let junit = read("junit.xml");
    assert!(junit.contains("tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"2\""), "{junit}");
    assert!(junit.contains("a &lt;tail&gt; &amp; more"), "{junit}");
    assert!(read("report.html").contains("did not pass") && read("logs/two.log").contains("a <tail>"));
}

#[test]
fn every_fault_of_a_definition_is_named_at_once() {
    let wrong = "format = 2\n[[stage]]\nname = \"A\"\nwhat = \"\"\nrun = \"\"\nneeds = [\"later\"]\n\
                 [[stage]]\nname = \"later\"\nwhat = \"\"\nrun = \"\"\n[[stage]]\nname = \"later\"\nwhat = \"\"\nrun = \"\"\n";
    let folder = repository(wrong);
    let output = pipeline(folder.path(), &["show"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    for part in ["format 2", "small letters", "needs later", "there are two"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let output = pipeline(repository(DEFINITION).path(), &["run", "--only", "tset"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("the stages are one, two, scan, three, out"));
}

#[test]
fn the_definition_of_this_repository_is_right() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/pipeline.toml");
    let names: Vec<String> = Pipeline::read(&path).unwrap().stages.into_iter().map(|stage| stage.name).collect();
    assert_eq!(names, ["validate", "quality", "build", "test", "security", "deploy", "verify", "watch"]);
}
