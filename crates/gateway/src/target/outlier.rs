//! Passive health: a target whose answers fail several times in a row gets no requests for a while, longer each time.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::config::Outliers;

#[derive(Debug)]
pub(crate) struct Outlier {
    consecutive_max: u32,
    base_us: u64,
    longest_us: u64,
    failures_in_a_row: AtomicU32,
    until_us: AtomicU64,
    /// Ejections that follow one another closely; each makes the next one longer.
    streak: AtomicU32,
    ejections: AtomicU64,
}

impl Outlier {
    pub fn new(rule: &Outliers) -> Self {
        Self {
            consecutive_max: rule.consecutive,
            base_us: rule.base_ms * 1_000,
            longest_us: rule.longest_ms * 1_000,
            failures_in_a_row: AtomicU32::new(0),
            until_us: AtomicU64::new(0),
            streak: AtomicU32::new(0),
            ejections: AtomicU64::new(0),
        }
    }

    pub fn is_ejected(&self, now_us: u64) -> bool {
        now_us < self.until_us.load(Ordering::Relaxed)
    }

    pub fn remaining_ms(&self, now_us: u64) -> Option<u64> {
        let remaining_us = self.until_us.load(Ordering::Relaxed).saturating_sub(now_us);
        (remaining_us > 0).then(|| remaining_us.div_ceil(1_000))
    }

    pub fn ejections(&self) -> u64 {
        self.ejections.load(Ordering::Relaxed)
    }

    /// Takes the end of an attempt; returns whether the target ought to be ejected.
    pub fn settle(&self, failed: bool) -> bool {
        if !failed {
            // Reading is cheap, writing takes the cache line from the other workers.
            if self.failures_in_a_row.load(Ordering::Relaxed) != 0 {
                self.failures_in_a_row.store(0, Ordering::Relaxed);
            }
            return false;
        }
        let in_a_row = self.failures_in_a_row.fetch_add(1, Ordering::Relaxed) + 1;
        self.consecutive_max > 0 && in_a_row >= self.consecutive_max
    }

    /// Ejects it; returns whether this call did.
    pub fn eject(&self, now_us: u64) -> bool {
        let until = self.until_us.load(Ordering::Relaxed);
        if now_us < until {
            return false;
        }
        let streak =
            if until > 0 && now_us - until < self.longest_us { self.streak.load(Ordering::Relaxed) } else { 0 };
        let length_us = self.base_us.saturating_mul(u64::from(streak) + 1).min(self.longest_us);
        let ejected =
            self.until_us.compare_exchange(until, now_us + length_us, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if ejected {
            self.streak.store(streak.saturating_add(1), Ordering::Relaxed);
            self.failures_in_a_row.store(0, Ordering::Relaxed);
            self.ejections.fetch_add(1, Ordering::Relaxed);
        }
        ejected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    #[test]
    fn failures_in_a_row_eject_and_each_ejection_is_longer() {
        let outlier = Outlier::new(&Outliers::default());
        for _ in 0..4 {
            assert!(!outlier.settle(true));
        }
        assert!(!outlier.settle(false), "a good answer begins the count anew");
        assert!((0..5).fold(false, |_, _| outlier.settle(true)));
        assert!(outlier.eject(SECOND));
        assert!(!outlier.eject(SECOND), "one ejection, not two");
        assert!(outlier.is_ejected(10 * SECOND));
        assert!(!outlier.is_ejected(11 * SECOND));
        assert!(outlier.eject(12 * SECOND));
        assert!(outlier.is_ejected(31 * SECOND), "twice as long");
        assert!(outlier.eject(1_000 * SECOND));
        assert!(!outlier.is_ejected(1_011 * SECOND), "after a long good time it is short again");
        assert_eq!(outlier.ejections(), 3);
    }
}
