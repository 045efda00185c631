//! A circuit breaker: when too great a share of attempts fails, none is made for a while, then one at a time.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

use crate::config::BreakerRule;
use crate::window::Window;
use crate::wire::Breaker;

const CLOSED: u8 = 0;
const OPEN: u8 = 1;

#[derive(Debug)]
pub(crate) struct CircuitBreaker {
    percent: u64,
    attempts_min: u64,
    open_us: u64,
    close_after: u32,
    position: AtomicU8,
    until_us: AtomicU64,
    probing: AtomicBool,
    good_probes: AtomicU32,
    attempts: Window,
    failures: Window,
    openings: AtomicU64,
}

impl CircuitBreaker {
    pub fn new(rule: &BreakerRule, workers: usize) -> Self {
        Self {
            percent: u64::from(rule.percent),
            attempts_min: u64::from(rule.attempts_min),
            open_us: rule.open_ms * 1_000,
            close_after: rule.close_after,
            position: AtomicU8::new(CLOSED),
            until_us: AtomicU64::new(0),
            probing: AtomicBool::new(false),
            good_probes: AtomicU32::new(0),
            attempts: Window::new(rule.window_ms * 1_000, workers),
            failures: Window::new(rule.window_ms * 1_000, workers),
            openings: AtomicU64::new(0),
        }
    }

    pub fn position(&self, now_us: u64) -> Breaker {
        if self.position.load(Ordering::Acquire) == CLOSED {
            Breaker::Closed
        } else if now_us < self.until_us.load(Ordering::Relaxed) {
            Breaker::Open
        } else {
            Breaker::HalfOpen
        }
    }

    pub fn openings(&self) -> u64 {
        self.openings.load(Ordering::Relaxed)
    }

    /// Whether an attempt could pass; nothing is taken.
    pub fn would_admit(&self, now_us: u64) -> bool {
        match self.position(now_us) {
            Breaker::Closed => true,
            Breaker::Open => false,
            Breaker::HalfOpen => !self.probing.load(Ordering::Relaxed),
        }
    }

    /// Lets an attempt pass, as `Some(is a probe)`. A probe must be settled or abandoned.
    pub fn admit(&self, now_us: u64) -> Option<bool> {
        match self.position(now_us) {
            Breaker::Closed => Some(false),
            Breaker::Open => None,
            Breaker::HalfOpen => (!self.probing.swap(true, Ordering::AcqRel)).then_some(true),
        }
    }

    /// Takes the end of an attempt; returns whether the breaker opened by it.
    pub fn settle(&self, worker: usize, probe: bool, failed: bool, now_us: u64) -> bool {
        if self.percent == 0 {
            return false;
        }
        if probe {
            let opened = self.settle_probe(failed, now_us);
            self.probing.store(false, Ordering::Release);
            return opened;
        }
        self.attempts.add(worker, now_us);
        if !failed {
            return false;
        }
        self.failures.add(worker, now_us);
        let attempts = self.attempts.sum(now_us);
        let too_many = attempts >= self.attempts_min && self.failures.sum(now_us) * 100 >= attempts * self.percent;
        too_many && self.open(CLOSED, now_us)
    }

    /// Gives the place of a probe back that came to no end.
    pub fn abandon(&self, probe: bool) {
        if probe {
            self.probing.store(false, Ordering::Release);
        }
    }

    fn settle_probe(&self, failed: bool, now_us: u64) -> bool {
        if failed {
            return self.open(OPEN, now_us);
        }
        if self.good_probes.fetch_add(1, Ordering::Relaxed) + 1 >= self.close_after {
            self.attempts.clear();
            self.failures.clear();
            self.position.store(CLOSED, Ordering::Release);
        }
        false
    }

    fn open(&self, from: u8, now_us: u64) -> bool {
        self.until_us.store(now_us + self.open_us, Ordering::Relaxed);
        self.good_probes.store(0, Ordering::Relaxed);
        let opened = self.position.compare_exchange(from, OPEN, Ordering::AcqRel, Ordering::Relaxed).is_ok();
        if opened {
            self.openings.fetch_add(1, Ordering::Relaxed);
        }
        opened
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    fn breaker() -> CircuitBreaker {
        CircuitBreaker::new(&BreakerRule { attempts_min: 10, ..BreakerRule::default() }, 1)
    }

    #[test]
    fn half_failing_opens_it_and_good_probes_close_it_again() {
        let breaker = breaker();
        for attempt in 0..20 {
            assert!(breaker.admit(SECOND) == Some(false), "closed after {attempt}");
            if breaker.settle(0, false, attempt % 2 == 0, SECOND) {
                break;
            }
        }
        assert_eq!(breaker.position(SECOND), Breaker::Open);
        assert_eq!(breaker.admit(2 * SECOND), None);
        for _ in 0..3 {
            assert_eq!(breaker.admit(7 * SECOND), Some(true));
            assert_eq!(breaker.admit(7 * SECOND), None, "one probe at a time");
            breaker.settle(0, true, false, 7 * SECOND);
        }
        assert_eq!(breaker.position(7 * SECOND), Breaker::Closed);
        assert_eq!(breaker.openings(), 1);
    }

    #[test]
    fn a_failed_probe_opens_it_for_another_while() {
        let breaker = breaker();
        for _ in 0..10 {
            breaker.settle(0, false, true, SECOND);
        }
        assert_eq!(breaker.admit(7 * SECOND), Some(true));
        assert!(breaker.settle(0, true, true, 7 * SECOND));
        assert_eq!(breaker.admit(8 * SECOND), None);
        assert_eq!(breaker.admit(13 * SECOND), Some(true));
        breaker.abandon(true);
        assert_eq!(breaker.admit(13 * SECOND), Some(true), "an abandoned probe frees its place");
    }

    #[test]
    fn a_few_failures_among_many_or_among_too_few_leave_it_closed() {
        let breaker = breaker();
        for attempt in 0..100 {
            assert!(!breaker.settle(0, false, attempt % 5 == 4, SECOND));
        }
        let fresh = self::breaker();
        for _ in 0..9 {
            assert!(!fresh.settle(0, false, true, SECOND));
        }
    }
}
