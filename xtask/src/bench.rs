//! `cargo xtask bench`: measures Raally beside the yardstick on the same engine, on this machine, in
//! one run, and writes a table beside the goals to `bench/results/`.
//!
//! Every figure is the median of several runs. The server and the load generator share the
//! machine's cores, as they did where the goals come from.

mod http;
mod load;
mod machine;
mod process;
mod raally;
mod report;
mod seed;
mod yardstick;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::tree::Tree;
use report::Report;

const USAGE: &str = "\
usage: cargo xtask bench [flags]
  --only yardstick    without Raally
  --seconds S         of one run; 8
  --runs N            of which the median counts; 3
  --engine NAME       sqlite or postgres; default both, postgres where it is installed
  --growth            also with 10,000, 100,000 and 1,000,000 assignments";

/// What to measure and how long.
#[derive(Clone, Debug)]
struct Plan {
    only_yardstick: bool,
    seconds: u32,
    runs: usize,
    engines: Vec<Engine>,
    growth: bool,
    /// Databases and logs of this run; on the repository's own disk, so that a commit costs what
    /// it costs there.
    folder: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// What Raally on this engine is called in the report.
    fn raally(self) -> String {
        format!("raally {}", self.name())
    }
}

/// Measures and writes the results.
///
/// # Errors
/// Names the flag that is not understood, or the step that failed.
pub fn run(tree: &Tree, arguments: &[String]) -> Result<(), String> {
    let plan = Plan::parse(tree, arguments)?;
    let _ = fs::remove_dir_all(&plan.folder);
    fs::create_dir_all(&plan.folder).map_err(|error| format!("{}: {error}", plan.folder.display()))?;
    build(tree, &["-p", "yardstick", "-p", "bench-load"])?;
    let mut report = Report::new(machine::describe(tree), plan.seconds, plan.runs);
    // On SQLite in any case: it tells whether this machine is like the one behind the goals.
    yardstick::measure(tree, &plan, Engine::Sqlite, &mut report)?;
    if plan.engines.contains(&Engine::Postgres) {
        yardstick::measure(tree, &plan, Engine::Postgres, &mut report)?;
    }
    if !plan.only_yardstick {
        // Apart from the others, so that it is the same binary that `make run` builds.
        build(tree, &["-p", "raally-server"])?;
        for engine in &plan.engines {
            raally::measure(tree, &plan, *engine, &mut report)?;
        }
    }
    let written = report.write(&tree.at("bench/results"))?;
    let _ = fs::remove_dir_all(&plan.folder);
    println!("{}", report.to_markdown());
    println!("written to {written}");
    Ok(())
}

impl Plan {
    fn parse(tree: &Tree, arguments: &[String]) -> Result<Self, String> {
        let mut plan = Self {
            only_yardstick: false,
            seconds: 8,
            runs: 3,
            engines: vec![Engine::Sqlite],
            growth: false,
            folder: tree.at("target/bench"),
        };
        if process::has_postgres() {
            plan.engines.push(Engine::Postgres);
        } else {
            eprintln!("no PostgreSQL on this machine: its column stays empty");
        }
        let mut rest = arguments.iter().map(String::as_str);
        while let Some(flag) = rest.next() {
            match (flag, if flag == "--growth" { None } else { rest.next() }) {
                ("--growth", _) => plan.growth = true,
                ("--only", Some("yardstick")) => plan.only_yardstick = true,
                ("--seconds", Some(value)) => plan.seconds = number(value)?,
                ("--runs", Some(value)) => plan.runs = number(value)?,
                ("--engine", Some("sqlite")) => plan.engines = vec![Engine::Sqlite],
                ("--engine", Some("postgres")) => plan.engines = vec![Engine::Postgres],
                _ => return Err(USAGE.to_owned()),
            }
        }
        Ok(plan)
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text} is no number\n{USAGE}"))
}

fn build(tree: &Tree, packages: &[&str]) -> Result<(), String> {
    let status = Command::new("cargo")
        .args(["build", "--release", "--locked"])
        .args(packages)
        .current_dir(tree.top())
        .status()
        .map_err(|error| format!("cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("cargo build {} failed", packages.join(" "))) }
}
