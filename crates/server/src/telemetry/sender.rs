//! Sends batches until the end. A collector that is gone is said once, asked again with growing pauses, and said once more
//! when it is back; the batch that failed is counted, what waits stays.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::trace::SpanExporter;
use tokio::sync::watch;

use super::queue::{Counts, Queue};

/// How long a span waits for others.
const SEND_EVERY: Duration = Duration::from_secs(1);
/// Longest pause after failures in a row.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// Runs until `stopping`; then what waits is sent, unless the collector doesn't take it.
pub(super) async fn run(exporter: impl SpanExporter, queue: Arc<Queue>, mut stopping: watch::Receiver<bool>) {
    let mut failures = 0_u32;
    loop {
        let ends = tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => true,
            () = tokio::time::sleep(pause(failures)) => false,
            () = queue.full_batch.notified(), if failures == 0 => false,
        };
        failures = send_all(&exporter, &queue, failures).await;
        if ends {
            return;
        }
    }
}

fn pause(failures: u32) -> Duration {
    SEND_EVERY.saturating_mul(1 << failures.min(5)).min(PAUSE_MAX)
}

/// Sends until nothing waits or a batch fails; the number of failures in a row.
async fn send_all(exporter: &impl SpanExporter, queue: &Queue, mut failures: u32) -> u32 {
    loop {
        let batch = queue.next_batch();
        let spans = batch.len();
        if spans == 0 {
            return failures;
        }
        let sent = exporter.export(batch).await;
        queue.settle(spans, sent.is_ok());
        match sent {
            Ok(()) => {
                if failures > 0 {
                    tracing::info!(not_taken = queue.not_taken(), "the collector takes traces again");
                }
                failures = 0;
            }
            Err(error) => {
                if failures == 0 {
                    tracing::warn!(%error, "the collector takes no traces; it is asked again now and then");
                }
                return failures.saturating_add(1);
            }
        }
    }
}
