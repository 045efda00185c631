//! How shipping goes, for `/metrics`.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};

use jiff::Timestamp;

/// Kept by the shipper, read by whoever shows it.
#[derive(Debug, Default)]
pub struct Progress {
    pub(crate) ships: AtomicBool,
    pub(crate) since_us: AtomicI64,
    pub(crate) safe_us: AtomicI64,
    pub(crate) based_us: AtomicI64,
    pub(crate) records: AtomicU64,
    pub(crate) bases: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) failures: AtomicU64,
    pub(crate) generations: AtomicU64,
    pub(crate) log_bytes: AtomicU64,
}

/// What [`Progress`] showed at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// This process ships.
    pub ships: bool,
    /// Seconds since the moment up to which every write is in the store and can be restored; 0 where others ship.
    pub lag_seconds: f64,
    /// When the newest base was finished, in seconds since the epoch; 0 for never.
    pub based_at_seconds: f64,
    /// Records put.
    pub records: u64,
    /// Bases finished.
    pub bases: u64,
    /// Bytes put.
    pub bytes: u64,
    /// Requests that failed.
    pub failures: u64,
    /// Generations begun; more than one says that a chain had to be given up.
    pub generations: u64,
    /// Bytes of the write-ahead log.
    pub log_bytes: u64,
}

impl Progress {
    /// All of it.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "measurements, not money")]
    pub fn seen(&self) -> Seen {
        let ships = self.ships.load(Relaxed);
        let since = self.safe_us.load(Relaxed).max(self.since_us.load(Relaxed));
        let lag = if ships { (now_us() - since).max(0) } else { 0 };
        Seen {
            ships,
            lag_seconds: lag as f64 / 1e6,
            based_at_seconds: self.based_us.load(Relaxed) as f64 / 1e6,
            records: self.records.load(Relaxed),
            bases: self.bases.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            failures: self.failures.load(Relaxed),
            generations: self.generations.load(Relaxed),
            log_bytes: self.log_bytes.load(Relaxed),
        }
    }

    pub(crate) fn put(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn begins(&self) {
        if !self.ships.swap(true, Relaxed) {
            self.since_us.store(now_us(), Relaxed);
        }
        self.generations.fetch_add(1, Relaxed);
    }

    pub(crate) fn based(&self) {
        self.bases.fetch_add(1, Relaxed);
        self.based_us.store(now_us(), Relaxed);
    }
}

pub(crate) fn now_us() -> i64 {
    Timestamp::now().as_microsecond()
}
