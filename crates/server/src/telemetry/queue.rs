//! Spans that wait to be sent: a bounded heap under a lock that is held for a push. Whoever makes a span never waits for
//! the collector; what finds no place is counted and forgotten.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use opentelemetry_sdk::trace::SpanData;
use tokio::sync::Notify;

/// Spans that may wait.
pub(super) const SPANS_MAX: usize = 8_192;
/// Spans of one batch; so many are sent without waiting for the clock.
pub(super) const BATCH_MAX: usize = 512;

/// What was sent and what was not, since the start.
pub trait Counts: Send + Sync {
    /// Spans that the collector took.
    fn sent(&self) -> u64;
    /// Spans that found no place in the queue.
    fn without_place(&self) -> u64;
    /// Spans that could not be sent.
    fn not_taken(&self) -> u64;
    /// Spans that wait.
    fn waiting(&self) -> u64;
}

#[derive(Default)]
pub(super) struct Queue {
    spans: Mutex<Vec<SpanData>>,
    pub full_batch: Notify,
    sent: AtomicU64,
    without_place: AtomicU64,
    not_taken: AtomicU64,
}

impl Queue {
    fn spans(&self) -> MutexGuard<'_, Vec<SpanData>> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a span, if there is a place.
    pub fn push(&self, span: SpanData) {
        let mut spans = self.spans();
        if spans.len() >= SPANS_MAX {
            drop(spans);
            self.without_place.fetch_add(1, Ordering::Relaxed);
            return;
        }
        spans.push(span);
        if spans.len() == BATCH_MAX {
            self.full_batch.notify_one();
        }
    }

    /// The next batch, the oldest first; empty when nothing waits.
    pub fn next_batch(&self) -> Vec<SpanData> {
        let mut spans = self.spans();
        if spans.len() <= BATCH_MAX {
            return std::mem::take(&mut *spans);
        }
        spans.drain(..BATCH_MAX).collect()
    }

    /// A batch was taken by the collector, or was not.
    pub fn settle(&self, spans: usize, taken: bool) {
        let counter = if taken { &self.sent } else { &self.not_taken };
        counter.fetch_add(spans as u64, Ordering::Relaxed);
    }

    /// Forgets what waits; how many.
    pub fn abandon(&self) -> u64 {
        let left = std::mem::take(&mut *self.spans()).len();
        self.settle(left, false);
        left as u64
    }
}

impl Counts for Queue {
    fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    fn without_place(&self) -> u64 {
        self.without_place.load(Ordering::Relaxed)
    }

    fn not_taken(&self) -> u64 {
        self.not_taken.load(Ordering::Relaxed)
    }

    fn waiting(&self) -> u64 {
        self.spans().len() as u64
    }
}
