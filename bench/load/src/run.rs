//! A whole run: the connections on their threads, and what they saw together.

use std::io::{Error, Result};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::connection::{Seen, Window, ask, lock};
use crate::scenario::Scenario;
use crate::template::Requests;

/// How long after the end an answer may still come before its request counts as unanswered.
const GRACE: Duration = Duration::from_secs(10);

/// What a run measured.
pub struct Outcome {
    seen: Seen,
    cpu_seconds: Option<f64>,
}

/// Runs the scenario to its end.
///
/// # Errors
/// When nothing listens at the address, or a thread can't be started.
pub fn run(scenario: &Arc<Scenario>) -> Result<Outcome> {
    drop(TcpStream::connect(&scenario.address)?);
    let requests = Arc::new(Requests::new(scenario));
    let counts_from = Instant::now() + scenario.warm_up;
    let window = Window { counts_from, ends_at: counts_from + scenario.length };
    let start = |thread| -> JoinHandle<Result<Seen>> {
        let (scenario, requests) = (Arc::clone(scenario), Arc::clone(&requests));
        std::thread::spawn(move || run_thread(&scenario, &requests, window, thread))
    };
    let threads: Vec<_> = (0..scenario.threads).map(start).collect();
    let mut seen = Seen::default();
    for thread in threads {
        let part = thread.join().map_err(|_| Error::other("a thread panicked"))?;
        seen.add(part?);
    }
    Ok(Outcome { seen, cpu_seconds: cpu_seconds() })
}

fn run_thread(scenario: &Arc<Scenario>, requests: &Arc<Requests>, window: Window, thread: usize) -> Result<Seen> {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let ends_at = tokio::time::Instant::from_std(window.ends_at + GRACE);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let connections = (thread..scenario.connections).step_by(scenario.threads);
        let tasks: Vec<_> = connections
            .map(|seed| {
                let (scenario, requests) = (Arc::clone(scenario), Arc::clone(requests));
                let asking = ask(scenario, requests, seed as u64, window, Arc::clone(&seen));
                tokio::spawn(tokio::time::timeout_at(ends_at, asking))
            })
            .collect();
        for task in tasks {
            if !matches!(task.await, Ok(Ok(()))) {
                lock(&seen).unanswered += 1;
            }
        }
    });
    Ok(std::mem::take(&mut lock(&seen)))
}

impl Outcome {
    /// All requests that failed.
    pub fn errors(&self) -> u64 {
        self.seen.errors()
    }

    /// The result as it is printed; times in milliseconds.
    pub fn to_json(&self, scenario: &Scenario) -> Value {
        let latencies = &self.seen.latencies;
        let milliseconds = |micros: u64| micros as f64 / 1_000.0;
        let quantile = |per_mille| milliseconds(latencies.quantile_micros(per_mille));
        let seconds = scenario.length.as_secs_f64();
        json!({
            "name": scenario.name,
            "connections": scenario.connections,
            "threads": scenario.threads,
            "seconds": seconds,
            "requests": latencies.total(),
            "requestsPerSecond": (latencies.total() as f64 / seconds).round(),
            "bytesPerSecond": (self.seen.bytes as f64 / seconds).round(),
            "meanMs": milliseconds(latencies.mean_micros()),
            "p50Ms": quantile(500),
            "p90Ms": quantile(900),
            "p95Ms": quantile(950),
            "p99Ms": quantile(990),
            "maxMs": milliseconds(latencies.max_micros()),
            "errors": self.errors(),
            "wrongStatuses": self.seen.wrong_statuses,
            "broken": self.seen.broken,
            "unanswered": self.seen.unanswered,
            "generatorCpuSeconds": self.cpu_seconds,
        })
    }
}

/// The processor time of this process, where the system tells it.
///
/// Source: proc(5), `/proc/pid/stat`, fields 14 and 15, in ticks of 1/100 s on Linux.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let after_name = &stat[stat.rfind(')')? + 2..];
    let mut fields = after_name.split(' ').skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(ticks as f64 / 100.0)
}
