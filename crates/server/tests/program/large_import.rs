//! A large sheet through the program: ten times the rows, hardly more memory.

use std::fmt::Write as _;
use std::fs;
use std::process::Stdio;
use std::time::Instant;

use crate::installation::{DEADLINE, Installation, PASSWORD, text};

/// `make soak` imports the full number; the ordinary run a tenth of it.
fn rows() -> usize {
    if std::env::var_os("SOAK").is_some() { 100_000 } else { 10_000 }
}

/// Work for 500 people, half an hour a day, a row a week.
fn sheet(rows: usize) -> String {
    let monday = jiff::civil::date(2026, 1, 5);
    let mut sheet = "Name;Mail;Project;Project code;Role;Start;End;Hours per day\n".to_owned();
    for row in 0..rows {
        let (person, project) = (row % 500, row % 100);
        let weeks = i64::try_from(row / 500 % 52).unwrap();
        let start = monday.checked_add(jiff::Span::new().weeks(weeks)).unwrap();
        let end = start.checked_add(jiff::Span::new().days(4)).unwrap();
        _ = writeln!(
            sheet,
            "Person {person};p{person}@company.example;Project {project};P{project};Engineer;{start};{end};0.5"
        );
    }
    sheet
}

/// Imports into a workspace of its own; the most resident memory that was seen, in kB.
/// Source: proc(5), `VmHWM` in `/proc/pid/status`.
fn peak_kb(here: &Installation, rows: usize) -> u64 {
    let name = format!("{rows}.csv");
    fs::write(here.path().join(&name), sheet(rows)).unwrap();
    let import = ["import", &name, "--workspace", &name, "--create-workspace", "--owner", "you@company.example"];
    let mut command = here.command(&[&import[..], &["--json"]].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let started = Instant::now();
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < DEADLINE * 10, "the import does not end");
        let told = fs::read_to_string(&status).unwrap_or_default();
        let told = told.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(told.unwrap_or(0));
        std::thread::yield_now();
    }
    let output = child.wait_with_output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["summary"]["assignments"]["created"], rows, "{report}");
    peak
}

#[test]
fn ten_times_the_rows_take_hardly_more_memory() {
    let here = Installation::new();
    let create = ["user", "create", "--email", "you@company.example", "--password-stdin"];
    let made = here.run_with_input(&create, PASSWORD);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let (few, many) = (peak_kb(&here, rows() / 10), peak_kb(&here, rows()));
    eprintln!("import of {} rows: {few} kB at most, of {}: {many} kB", rows() / 10, rows());
    assert!(few > 0 && many < few * 2, "{few} kB, then {many} kB");
}
