//! One measurement by `bench-load`: several runs of one scenario, and their medians.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::Plan;
use crate::tree::Tree;

/// The medians of the runs of one scenario; times in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub requests_per_second: f64,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
    /// The worst of all runs.
    pub max_ms: f64,
    /// Of all runs together.
    pub errors: u64,
    /// What each run printed.
    pub runs: Vec<Value>,
}

/// Runs a scenario as often as the plan says.
///
/// # Errors
/// When `bench-load` can't be run or doesn't understand the scenario.
pub fn measure(tree: &Tree, plan: &Plan, scenario: &Value) -> Result<Figures, String> {
    let file = plan.folder.join("scenario.json");
    fs::write(&file, scenario.to_string()).map_err(|error| format!("scenario: {error}"))?;
    let runs = (0..plan.runs).map(|_| run(tree, plan, &file)).collect::<Result<Vec<_>, _>>()?;
    let all = |field: &str| -> Vec<f64> { runs.iter().map(|run| run[field].as_f64().unwrap_or_default()).collect() };
    let figures = Figures {
        requests_per_second: median(all("requestsPerSecond")),
        p50_ms: median(all("p50Ms")),
        p95_ms: median(all("p95Ms")),
        p99_ms: median(all("p99Ms")),
        max_ms: all("maxMs").into_iter().fold(0.0, f64::max),
        errors: runs.iter().filter_map(|run| run["errors"].as_u64()).sum(),
        runs,
    };
    eprintln!(
        "{}: {:.0}/s, p99 {:.2} ms, {} errors",
        scenario["name"].as_str().unwrap_or_default(),
        figures.requests_per_second,
        figures.p99_ms,
        figures.errors
    );
    Ok(figures)
}

fn run(tree: &Tree, plan: &Plan, scenario: &Path) -> Result<Value, String> {
    let output = Command::new(tree.at("target/release/bench-load"))
        .arg(scenario)
        .args(["--seconds", &plan.seconds.to_string(), "--allow-errors"])
        .output()
        .map_err(|error| format!("bench-load: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("bench-load: {error}"))
}

/// The middle value; of an even number of values the lower one of the two. 0 of none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len().saturating_sub(1) / 2;
    values.get(middle).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_a_measured_value() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]).to_string(), "2");
        assert_eq!(median(vec![4.0, 1.0]).to_string(), "1");
        assert_eq!(median(Vec::new()).to_string(), "0");
    }
}
