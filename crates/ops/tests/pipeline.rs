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
    pipeline(top, &["run", "--stage", "one", "--with", "out", "--fresh"]);
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

const SCANNED: &str = r#"
format = 1
[[stage]]
name = "build"
what = "builds"
run = "echo build >> ran; echo '3 programs' > \"$STAGE_SUMMARY\""
[[stage]]
name = "security-secrets"
what = "looks for secrets"
run = "echo secrets >> ran; test ! -e secret"
needs = ["build"]
[[stage]]
name = "security-image"
what = "has no database"
run = "exit 75"
needs = ["build"]
[[stage]]
name = "push"
what = "reaches beyond this machine"
run = "echo push >> ran"
needs = ["build"]
unless-failed = ["security-secrets", "security-image"]
on-demand = true
"#;

#[test]
fn a_finding_stops_a_release_and_a_scan_that_could_not_run_stops_a_strict_one() {
    let folder = repository(SCANNED);
    let top = folder.path();
    let release = ["run", "--with", "push"];
    let outcome = |output: &Output| outcomes(output).last().unwrap().1.clone();
    assert_eq!(outcome(&pipeline(top, &release)), "passed");
    assert_eq!(outcome(&pipeline(top, &["run", "--with", "push", "--strict"])), "skipped");
    std::fs::write(top.join("secret"), "").unwrap();
    ran(top);
    let stopped = pipeline(top, &release);
    assert_eq!((stopped.status.code(), outcome(&stopped)), (Some(1), "skipped".to_owned()));
    assert_eq!(ran(top), ["build", "secrets"]);
}

#[test]
fn jobs_run_their_stages_alone_and_a_stage_says_what_it_did() {
    let folder = repository(SCANNED);
    let top = folder.path();
    pipeline(top, &["run", "--stage", "push", "--alone"]);
    assert_eq!(ran(top), ["push"]);
    pipeline(top, &["run", "--stage", "build", "--alone"]);
    let report = std::fs::read_to_string(top.join("target/pipeline/junit.xml")).unwrap();
    assert!(report.contains("tests=\"2\"") && report.contains("name=\"push\""), "one report of all jobs: {report}");
    let output = pipeline(top, &["run", "--stage", "security"]);
    assert_eq!(
        outcomes(&output),
        pairs(&[("build", "passed"), ("security-secrets", "passed"), ("security-image", "not-run")])
    );
    let read = |name: &str| std::fs::read_to_string(top.join("target/pipeline").join(name)).unwrap();
    assert!(read("report.html").contains("Nothing failed, but 1 of 3 stages could not be run"));
    assert!(read("junit.xml").contains("<system-out>3 programs</system-out>"), "{}", read("junit.xml"));
    assert!(read("report.html").contains("<pre>3 programs</pre>"));
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
    let output = pipeline(repository(DEFINITION).path(), &["run", "--stage", "tset"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("the stages are one, two, scan, three, out"));
}

#[test]
fn the_definition_of_this_repository_is_in_the_order_of_delivery() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/pipeline.toml");
    let stages = Pipeline::read(&path).unwrap().stages;
    let mut parts: Vec<&str> = stages.iter().filter_map(|stage| stage.name.split('-').next()).collect();
    parts.dedup();
    let wanted = ["validate", "quality", "build", "test", "security", "image", "security", "push", "deploy", "verify"];
    assert_eq!(parts, [&wanted[..], &["load", "watch"]].concat());
    let push = stages.iter().find(|stage| stage.name == "push").unwrap();
    for scan in stages.iter().filter(|stage| stage.name.starts_with("security-")) {
        assert!(push.unless_failed.contains(&scan.name), "a finding of {} stops a release", scan.name);
    }
    for stage in stages.iter().skip_while(|stage| stage.name != "push") {
        assert!(stage.on_demand, "{} reaches beyond this machine", stage.name);
    }
}
