//! Watches a rehearsal: reads the gateway twice a second until it is told to stop.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use raally_gateway::{Client, GroupCounts};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::report::{Figures, Sample};

const READ_EVERY: Duration = Duration::from_millis(500);

/// A watch that runs.
pub struct Watch {
    stop: Arc<AtomicBool>,
    reader: JoinHandle<Vec<Sample>>,
}

impl Watch {
    /// Begins; times count from `zero`.
    pub fn start(socket: PathBuf, zero: Instant) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let reader = tokio::spawn(async move {
            let client = Client::new(socket);
            let mut samples = Vec::new();
            let mut before: BTreeMap<String, GroupCounts> = BTreeMap::new();
            let mut read_at = Instant::now();
            while !stopped.load(Ordering::Relaxed) {
                tokio::time::sleep(READ_EVERY).await;
                let (Ok(state), Ok(counts)) = (client.state().await, client.counts().await) else { continue };
                let now = Instant::now();
                let mut groups = BTreeMap::new();
                let mut seen = BTreeMap::new();
                for (name, counts) in counts.groups {
                    let figures = figures(before.get(name.as_str()), &counts, state.table.weight_bp(&name));
                    groups.insert(name.0.clone(), figures);
                    seen.insert(name.0, counts);
                }
                let at_s = now.duration_since(zero).as_secs_f64();
                samples.push(Sample { at_s, seconds: now.duration_since(read_at).as_secs_f64(), groups });
                (before, read_at) = (seen, now);
            }
            samples
        });
        Self { stop, reader }
    }

    /// Ends it; what was read.
    pub async fn stop(self) -> Vec<Sample> {
        self.stop.store(true, Ordering::Relaxed);
        self.reader.await.unwrap_or_default()
    }
}

fn figures(before: Option<&GroupCounts>, now: &GroupCounts, weight_bp: u32) -> Figures {
    let since = before.map_or_else(|| Ok(now.arm.clone()), |before| now.arm.since(&before.arm));
    // A group whose counts went back began anew.
    let arm = since.unwrap_or_else(|_| now.arm.clone());
    let p95_ms = arm.latency.quantile_interpolated_us(0.95).map(|micros| micros / 1_000.0);
    Figures { weight_bp, attempts: arm.attempts, failures: arm.failures, p95_ms }
}
