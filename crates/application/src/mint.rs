//! Where instants and ids come from, so that tests can fix both.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use uuid::Uuid;

/// A clock and a source of ids.
#[derive(Clone)]
pub struct Mint {
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    id: Arc<dyn Fn() -> Uuid + Send + Sync>,
}

impl Mint {
    /// The system's clock and random version 7 UUIDs.
    #[must_use]
    pub fn system() -> Self {
        Self { now: Arc::new(Timestamp::now), id: Arc::new(Uuid::now_v7) }
    }

    /// A clock that stands at `now`, and ids that count up from 1: for tests.
    #[must_use]
    pub fn fixed(now: Timestamp) -> Self {
        let next = AtomicU64::new(1);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        Self {
            now: Arc::new(move || now),
            id: Arc::new(move || {
                let count = next.fetch_add(1, Ordering::Relaxed);
                let mut random = [0_u8; 10];
                random[2..].copy_from_slice(&count.to_be_bytes());
                uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
            }),
        }
    }

    /// A clock given by a function, with random ids: for tests of time.
    #[must_use]
    pub fn with_clock(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { now: Arc::new(now), id: Arc::new(Uuid::now_v7) }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// Now, in microseconds since the epoch.
    #[must_use]
    pub fn now_us(&self) -> i64 {
        self.now().as_microsecond()
    }

    /// A new id, as any of the typed ones.
    pub fn id<I: From<Uuid>>(&self) -> I {
        I::from((self.id)())
    }
}
