//! Simulates releases and writes how they were judged: `cargo run -p raally-analysis --release --example simulate`.
//!
//! Options: `--releases N` (2,000), `--case PART-OF-NAME`, `--seed N`, `--json FILE` (adds to what is there).

mod cases;
mod world;

use std::{fs, process::ExitCode};

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
    let (mut case, mut json) = (String::new(), None);
    let mut arguments = std::env::args().skip(1);
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or(format!("{option} needs a value"))?;
        match option.as_str() {
            "--releases" => releases = value.parse()?,
            "--seed" => seed = value.parse()?,
            "--case" => case = value,
            "--json" => json = Some(value),
            _ => return Err(format!("unknown option {option}").into()),
        }
    }
    for case in cases::all().iter().filter(|known| known.name.contains(&case)) {
        let summary = case.summary(releases, seed);
        show(&summary);
        if let Some(path) = &json {
            add(path, &summary)?;
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

fn add(path: &str, summary: &Summary) -> Result<(), Box<dyn std::error::Error>> {
    let mut all: Vec<serde_json::Value> = match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)?,
        Err(_) => Vec::new(),
    };
    all.retain(|known| known["case"] != summary.case.as_str());
    all.push(serde_json::to_value(summary)?);
    fs::write(path, serde_json::to_string_pretty(&all)? + "\n")?;
    Ok(())
}
