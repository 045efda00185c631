//! Simulates releases and writes how they were judged: `cargo run -p raally-analysis --release --example simulate`.
//!
//! Options: `--releases N` (2,000), `--case PART-OF-NAME`, `--seed N` (1: of the first), `--whole PART` (0.4: of the latency,
//! to all at once), `--json FILE` (adds to what is there, and writes
//! the same as a table beside it, with the ending `md`).

mod cases;
mod world;

use std::{fmt::Write as _, fs, path::Path, process::ExitCode};

use cases::Summary;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("simulate: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut releases = 2000_u32;
    let mut seed = 1_u64;
    let mut whole_part = raally_analysis::LatencyRule::default().whole_part;
    let (mut case, mut json) = (String::new(), None);
    let mut arguments = std::env::args().skip(1);
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or(format!("{option} needs a value"))?;
        match option.as_str() {
            "--releases" => releases = value.parse()?,
            "--seed" => seed = value.parse()?,
            "--case" => case = value,
            "--whole" => whole_part = value.parse()?,
            "--json" => json = Some(value),
            _ => return Err(format!("unknown option {option}").into()),
        }
    }
    for case in cases::all().into_iter().filter(|known| known.name.contains(&case)) {
        let case = cases::Case { whole_part, ..case };
        let summary = case.summary(releases, seed);
        show(&summary);
        if let Some(path) = &json {
            let all = add(path, &summary)?;
            fs::write(Path::new(path).with_extension("md"), table(&all))?;
        }
    }
    Ok(())
}

fn show(summary: &Summary) {
    println!(
        "{:32} wrong {:4}/{} (<= {:.2} %)  pass {:4} fail {:4} open {:4}  seconds {:?}  within 28 s {:.1} %",
        summary.case,
        summary.wrong,
        summary.releases,
        summary.wrong_upper_95 * 100.0,
        summary.passed,
        summary.failed,
        summary.undecided,
        summary.seconds.unwrap_or_default(),
        summary.within_28_s * 100.0,
    );
    if !summary.waiting_for.is_empty() {
        println!("    waiting for {:?}", summary.waiting_for);
    }
    for wrong in summary.explained.iter().take(5) {
        println!("    seed {}: {}", wrong.seed, wrong.why);
    }
}

/// Adds a summary to the file; all that are in it now.
fn add(path: &str, summary: &Summary) -> Result<Vec<serde_json::Value>, Box<dyn std::error::Error>> {
    let mut all: Vec<serde_json::Value> = match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)?,
        Err(_) => Vec::new(),
    };
    all.retain(|known| known["case"] != summary.case.as_str());
    all.push(serde_json::to_value(summary)?);
    fs::write(path, serde_json::to_string_pretty(&all)? + "\n")?;
    Ok(all)
}

/// The summaries as a page for people.
fn table(all: &[serde_json::Value]) -> String {
    let mut text = String::from(concat!(
        "# How simulated releases were judged\n\n",
        "Made by `cargo run -p raally-analysis --release --example simulate -- --json FILE`; the cases are in\n",
        "`crates/analysis/examples/simulate/`, the reasoning in `docs/decisions/0013-analysis.md`.\n",
        "200 requests/s in all, 10 % each to canary and baseline, one reading a second, unless the name says otherwise.\n",
        "Wrong: an identical version that failed, or a bad one that passed. Undecided ones wait for more requests.\n",
        "Rows with fewer than 2,000 releases are from short runs: their bound says how little they prove.\n",
        "Seconds: from the first bad response to the failing verdict, or to the pass of an identical version.\n",
        "Whole: the part of the latency's weight that goes to all latencies at once.\n\n",
        "| case | whole | first seed | releases | wrong | 95 % bound | passed | failed | undecided ",
        "| median s | p95 s | p99 s | most s |\n",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
    ));
    let mut wrong = String::new();
    for one in all {
        let seconds = |at: usize| one["seconds"][at].as_f64().map_or("–".to_owned(), |value| format!("{value:.1}"));
        let name = one["case"].as_str().unwrap_or_default();
        let bound = one["wrong_upper_95"].as_f64().unwrap_or(1.0) * 100.0;
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {} | {} | {bound:.2} % | {} | {} | {} | {} | {} | {} | {} |",
            one["whole_part"],
            one["first_seed"],
            one["releases"],
            one["wrong"],
            one["passed"],
            one["failed"],
            one["undecided"],
            seconds(0),
            seconds(1),
            seconds(2),
            seconds(3),
        );
        for explained in one["explained"].as_array().into_iter().flatten() {
            let _ = writeln!(
                wrong,
                "- {name}, seed {}: {}",
                explained["seed"],
                explained["why"].as_str().unwrap_or_default()
            );
        }
    }
    if !wrong.is_empty() {
        text += &format!("\n## Every wrong verdict\n\n{wrong}");
    }
    text
}
