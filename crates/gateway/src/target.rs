//! One process behind the gateway while it runs: is it fit for a request, and how many has it open.

mod breaker;
mod outlier;

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::config::{Config, HealthChecks};
use crate::pool::Pool;
use crate::table::{GroupName, Target, TargetId};
use crate::wire::{Health, TargetState};
pub(crate) use breaker::CircuitBreaker;
pub(crate) use outlier::Outlier;

#[derive(Debug)]
pub(crate) struct TargetRuntime {
    pub id: TargetId,
    pub address: Arc<str>,
    pub breaker: CircuitBreaker,
    pub outlier: Outlier,
    /// Idle connections, by worker.
    pub pools: Box<[Pool]>,
    /// The group that it is or was in last.
    group: Mutex<GroupName>,
    health: AtomicU8,
    good_checks: AtomicU32,
    bad_checks: AtomicU32,
    draining: AtomicBool,
    open: AtomicU32,
    /// Wakes who waits until no request is open.
    pub emptied: Notify,
}

const UNKNOWN: u8 = 0;
const HEALTHY: u8 = 1;
const UNHEALTHY: u8 = 2;

impl TargetRuntime {
    pub fn new(target: &Target, group: &GroupName, config: &Config, workers: usize) -> Self {
        Self {
            id: target.id.clone(),
            address: target.address.as_str().into(),
            breaker: CircuitBreaker::new(&config.breaker, workers),
            outlier: Outlier::new(&config.outliers),
            pools: (0..workers).map(|_| Pool::new(&config.limits, &config.timeouts)).collect(),
            group: Mutex::new(group.clone()),
            health: AtomicU8::new(UNKNOWN),
            good_checks: AtomicU32::new(0),
            bad_checks: AtomicU32::new(0),
            draining: AtomicBool::new(false),
            open: AtomicU32::new(0),
            emptied: Notify::new(),
        }
    }

    pub fn moved_to(&self, group: &GroupName) {
        *self.group.lock().unwrap_or_else(PoisonError::into_inner) = group.clone();
    }

    pub fn health(&self) -> Health {
        match self.health.load(Ordering::Relaxed) {
            HEALTHY => Health::Healthy,
            UNHEALTHY => Health::Unhealthy,
            _ => Health::Unknown,
        }
    }

    /// Takes the result of an active check.
    pub fn checked(&self, good: bool, rule: &HealthChecks) {
        let (grows, falls, enough, becomes) = if good {
            (&self.good_checks, &self.bad_checks, rule.healthy_after, HEALTHY)
        } else {
            (&self.bad_checks, &self.good_checks, rule.unhealthy_after, UNHEALTHY)
        };
        falls.store(0, Ordering::Relaxed);
        let streak = grows.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        // The first good answer of a target that nobody knows is enough.
        let known = self.health.load(Ordering::Relaxed) != UNKNOWN;
        if streak >= enough || (good && !known) {
            let before = self.health.swap(becomes, Ordering::Relaxed);
            if before != becomes {
                tracing::info!(target_id = %self.id, address = %self.address, healthy = good, "health changed");
            }
        }
    }

    pub fn set_draining(&self, draining: bool) {
        // SeqCst with `enter`: either the request sees the drain, or the drain sees the request.
        self.draining.store(draining, Ordering::SeqCst);
    }

    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    pub fn open(&self) -> u32 {
        self.open.load(Ordering::SeqCst)
    }

    /// Whether checks and answers so far speak for it.
    pub fn is_fit(&self, now_us: u64) -> bool {
        self.health.load(Ordering::Relaxed) != UNHEALTHY && !self.outlier.is_ejected(now_us)
    }

    /// Opens a request, unless there are too many or the target drains.
    pub fn enter(&self, open_max: u32) -> bool {
        let before = self.open.fetch_add(1, Ordering::SeqCst);
        if before < open_max && !self.is_draining() {
            return true;
        }
        self.leave();
        false
    }

    pub fn leave(&self) {
        if self.open.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.emptied.notify_waiters();
        }
    }

    pub fn state(&self, now_us: u64, in_table: bool) -> TargetState {
        TargetState {
            id: self.id.clone(),
            group: self.group.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            address: self.address.as_ref().to_owned(),
            in_table,
            health: self.health(),
            ejected_ms: self.outlier.remaining_ms(now_us),
            ejections: self.outlier.ejections(),
            breaker: self.breaker.position(now_us),
            breaker_openings: self.breaker.openings(),
            draining: self.is_draining(),
            open: self.open(),
        }
    }
}
