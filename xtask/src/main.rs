//! `cargo xtask COMMAND`.

use std::process::ExitCode;

use xtask::tree::Tree;
use xtask::{bench, checks, dev, generate};

const USAGE: &str = "\
usage: cargo xtask COMMAND
  check         everything below that ends in -check
  status-check  docs/status.md: every named test exists, open lines are marked
  docs-check    crates, options, routes, links, decisions, generated pages
  source-check  file headers, lengths, switched-off tests, paths of one machine
  docs          writes the generated pages
  dev           builds and runs the server again whenever a source changes
  bench         measures; see `cargo xtask bench --help`";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let tree = Tree::of_this_repository();
    let done = match command.as_str() {
        "check" => report(checks::all(&tree)),
        "status-check" => report(checks::status(&tree)),
        "docs-check" => report(checks::docs(&tree)),
        "source-check" => report(checks::sources(&tree)),
        "docs" => generate::write_all(&tree),
        "dev" => dev::run(&tree),
        "bench" => bench::run(&tree, &rest),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::from(1)
        }
    }
}

fn report(results: Vec<checks::Checked>) -> Result<(), String> {
    let mut failed = 0;
    for checked in &results {
        let verdict = if checked.faults.is_empty() { "ok" } else { "FAILED" };
        println!("check {} ... {verdict}", checked.name);
        for fault in &checked.faults {
            println!("    {fault}");
        }
        failed += usize::from(!checked.faults.is_empty());
    }
    let summary = format!("{} passed, {failed} failed", results.len() - failed);
    println!("{summary}");
    if failed == 0 { Ok(()) } else { Err(summary) }
}
