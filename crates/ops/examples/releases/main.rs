//! Real releases under load, one after the other: identical versions and bad ones, and how each was judged.
//!
//! `cargo run -p raally-ops --example releases -- --rounds 30 --tool target/debug/raallyctl --raally target/release/raally
//! --json bench/results/releases-DATE.json`: adds to what is in the file, and writes the same as a page beside it. A round
//! is one release of each kind. Ends with 1 when a verdict was wrong.

mod page;
mod stage;

use std::{error::Error, fs, process::ExitCode, time::Instant};

use serde::{Deserialize, Serialize};
use stage::Stage;

/// What is released: a name, and what the fault proxy is told.
const KINDS: [(&str, Option<&str>); 4] = [
    ("identical", None),
    ("5 % of its answers fail", Some("--good 60 --fail-after 60 --fail-percent 5")),
    ("identical", None),
    ("answers take 15 ms more", Some("--good 60 --fail-after 1000000 --slow-ms 15")),
];

/// How one release was judged.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Judged {
    kind: String,
    is_bad: bool,
    outcome: String,
    /// The judge's words.
    why: String,
    seconds: f64,
    /// Answers to users while it went on, and how many of them were failures.
    answers: u64,
    failures: u64,
}

impl Judged {
    fn is_wrong(&self) -> bool {
        self.outcome != if self.is_bad { "rolled-back" } else { "released" }
    }

    /// It ended without a verdict: it needed more requests than there were in its time.
    fn is_undecided(&self) -> bool {
        self.why.contains("no verdict after")
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(wrong) => {
            eprintln!("releases: {wrong} wrong verdicts");
            ExitCode::FAILURE
        }
        Err(problem) => {
            eprintln!("releases: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<usize, Box<dyn Error>> {
    let (mut rounds, mut json) = (30_usize, None);
    let (mut tool, mut raally) = ("target/debug/raallyctl".to_owned(), "target/debug/raally".to_owned());
    let mut arguments = std::env::args().skip(1);
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or(format!("{option} needs a value"))?;
        match option.as_str() {
            "--rounds" => rounds = value.parse()?,
            "--tool" => tool = value,
            "--raally" => raally = value,
            "--json" => json = Some(value),
            _ => return Err(format!("unknown option {option}").into()),
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let stage = Stage::begin(&tool, &raally)?;
    let mut all: Vec<Judged> = match json.as_ref().map(fs::read) {
        Some(Ok(bytes)) => serde_json::from_slice(&bytes)?,
        _ => Vec::new(),
    };
    let mut wrong = 0;
    for (at, (kind, faults)) in KINDS.iter().cycle().take(rounds * 2).enumerate() {
        let judged = runtime.block_on(release(&stage, at, kind, *faults))?;
        wrong += usize::from(judged.is_wrong());
        println!(
            "{:24} {:12} {:5.1} s  {} of {} answers failed  {}",
            judged.kind, judged.outcome, judged.seconds, judged.failures, judged.answers, judged.why
        );
        all.push(judged);
        if let Some(path) = &json {
            fs::write(path, serde_json::to_string_pretty(&all)? + "\n")?;
            fs::write(std::path::Path::new(path).with_extension("md"), page::page(&all))?;
        }
    }
    Ok(wrong)
}

async fn release(stage: &Stage, at: usize, kind: &str, faults: Option<&str>) -> Result<Judged, Box<dyn Error>> {
    let version = stage.version(&format!("v{at}"), faults)?;
    let users = stage.users().await?;
    let began = Instant::now();
    let ended = stage.deploy(&version).await?;
    let seconds = began.elapsed().as_secs_f64();
    let got = users.stop().await;
    stage.tidy(&version)?;
    let text = |name: &str| ended[name].as_str().unwrap_or_default().to_owned();
    Ok(Judged {
        kind: kind.to_owned(),
        is_bad: faults.is_some(),
        outcome: text("outcome"),
        why: text("why"),
        seconds,
        answers: got.good + got.bad_count(),
        failures: got.bad_count(),
    })
}
