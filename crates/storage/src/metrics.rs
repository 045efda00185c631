//! Counters of the store, and a snapshot of them for whoever exports metrics.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Upper bounds of the batch-size buckets, in commands.
pub const BATCH_BOUNDS: [u64; 8] = [1, 2, 4, 8, 16, 32, 128, 512];

/// Upper bounds of the latency buckets, in microseconds.
pub const LATENCY_BOUNDS_US: [u64; 12] =
    [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 1_000_000, 10_000_000];

/// A histogram: `counts[i]` values were at most `bounds[i]` and more than the bound before; the last count is of greater
/// ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    /// Upper bounds.
    pub bounds: &'static [u64],
    /// One more than bounds.
    pub counts: Vec<u64>,
    /// Sum of all values.
    pub sum: u64,
}

impl Histogram {
    /// How many values there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// The state of the store at one moment. Counters count since the store was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricsSnapshot {
    /// `sqlite` or `postgres`.
    pub engine: &'static str,
    /// Commands waiting for the writer (SQLite) or in the lanes (PostgreSQL), and calls waiting for a connection.
    pub queue_depth: u64,
    /// Connections in use.
    pub connections_in_use: u64,
    /// Reads.
    pub reads: u64,
    /// Latency of reads in microseconds.
    pub read_latency_us: Histogram,
    /// Latency of writes in microseconds, from the call to the answer.
    pub write_latency_us: Histogram,
    /// Commands per commit.
    pub commit_batch: Histogram,
    /// Works that were run again after a deadlock or a serialization failure.
    pub retries: u64,
    /// Calls that were answered `Unavailable` or `Overloaded`.
    pub refused: u64,
    /// Whether writes are accepted.
    pub healthy: bool,
}

struct Meters<const N: usize> {
    bounds: &'static [u64; N],
    counts: [AtomicU64; N],
    over: AtomicU64,
    sum: AtomicU64,
}

impl<const N: usize> Meters<N> {
    const fn new(bounds: &'static [u64; N]) -> Self {
        Self { bounds, counts: [const { AtomicU64::new(0) }; N], over: AtomicU64::new(0), sum: AtomicU64::new(0) }
    }

    fn record(&self, value: u64) {
        let slot = self.bounds.iter().position(|bound| value <= *bound).map_or(&self.over, |index| &self.counts[index]);
        slot.fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.counts.iter().chain([&self.over]).map(|count| count.load(Ordering::Relaxed)).sum()
    }

    fn snapshot(&self) -> Histogram {
        let counts = self.counts.iter().chain([&self.over]).map(|count| count.load(Ordering::Relaxed)).collect();
        Histogram { bounds: self.bounds, counts, sum: self.sum.load(Ordering::Relaxed) }
    }
}

/// The counters themselves.
pub(crate) struct Meter {
    batches: Meters<8>,
    last_batch: AtomicU64,
    reads: Meters<12>,
    writes: Meters<12>,
    retries: AtomicU64,
    refused: AtomicU64,
    lost_batches: AtomicU64,
}

fn micros(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}

impl Meter {
    pub(crate) const fn new() -> Self {
        Self {
            batches: Meters::new(&BATCH_BOUNDS),
            last_batch: AtomicU64::new(0),
            reads: Meters::new(&LATENCY_BOUNDS_US),
            writes: Meters::new(&LATENCY_BOUNDS_US),
            retries: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            lost_batches: AtomicU64::new(0),
        }
    }

    pub(crate) fn batch(&self, size: usize) {
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        self.last_batch.store(size, Ordering::Relaxed);
        self.batches.record(size);
    }

    /// Commands of the batch that ended last.
    pub(crate) fn last_batch(&self) -> u64 {
        self.last_batch.load(Ordering::Relaxed)
    }

    pub(crate) fn read(&self, elapsed: Duration) {
        self.reads.record(micros(elapsed));
    }

    pub(crate) fn write(&self, elapsed: Duration) {
        self.writes.record(micros(elapsed));
    }

    pub(crate) fn retry(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn lose_batch(&self) {
        self.lost_batches.fetch_add(1, Ordering::Release);
    }

    /// The number of the batch that runs, where one runs after the other.
    pub(crate) fn batch_number(&self) -> u64 {
        self.lost_batches() + self.batches.count() + 1
    }

    pub(crate) fn lost_batches(&self) -> u64 {
        self.lost_batches.load(Ordering::Acquire)
    }

    pub(crate) fn snapshot(&self, engine: &'static str, queue: usize, in_use: usize, healthy: bool) -> MetricsSnapshot {
        let read_latency_us = self.reads.snapshot();
        MetricsSnapshot {
            engine,
            queue_depth: u64::try_from(queue).unwrap_or(u64::MAX),
            connections_in_use: u64::try_from(in_use).unwrap_or(u64::MAX),
            reads: read_latency_us.count(),
            read_latency_us,
            write_latency_us: self.writes.snapshot(),
            commit_batch: self.batches.snapshot(),
            retries: self.retries.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            healthy,
        }
    }
}
