//! What all workers and the admin socket share: the routes, the budget, the limits, counts of the gateway itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use arc_swap::ArcSwap;
use tokio::sync::Notify;

use crate::budget::RetryBudget;
use crate::config::Config;
use crate::limit::Limiter;
use crate::network::Network;
use crate::routes::{GroupRuntime, Routes};
use crate::target::TargetRuntime;

#[derive(Debug)]
pub(crate) struct Shared {
    pub config: Config,
    pub workers: usize,
    pub trusted: Vec<Network>,
    pub instance: String,
    pub routes: ArcSwap<Routes>,
    /// Wakes who follows the table.
    pub routes_changed: Notify,
    pub budget: RetryBudget,
    pub limiter: Option<Limiter>,
    pub totals: Totals,
    /// HTTP/1.1 answers ask clients to close.
    pub draining: AtomicBool,
    begun: Instant,
}

/// What the gateway answers or refuses by itself, and what it does on behalf of requests.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub connections: AtomicU64,
    pub connections_open: AtomicU64,
    pub retries: AtomicU64,
    pub budget_empty: AtomicU64,
    /// Who judges a release reads them every second.
    pub counts_read: AtomicU64,
    pub rate_limited: AtomicU64,
    pub queue_refused: AtomicU64,
    pub no_target: AtomicU64,
    pub bad_requests: AtomicU64,
    pub bad_gateway: AtomicU64,
    pub gateway_timeouts: AtomicU64,
}

impl Totals {
    pub fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

impl Shared {
    pub fn new(config: Config, routes: Routes) -> Self {
        Self {
            workers: config.workers(),
            trusted: config.trusted(),
            instance: format!("{:032x}", fastrand::u128(..)),
            routes: ArcSwap::from_pointee(routes),
            routes_changed: Notify::new(),
            budget: RetryBudget::new(&config.retries, config.workers()),
            limiter: config.rate_limit.as_ref().map(Limiter::new),
            totals: Totals::default(),
            draining: AtomicBool::new(false),
            begun: Instant::now(),
            config,
        }
    }

    /// Microseconds from the begin of the process to an instant.
    pub fn us(&self, at: Instant) -> u64 {
        u64::try_from(at.duration_since(self.begun).as_micros()).unwrap_or(u64::MAX)
    }

    pub fn now_us(&self) -> u64 {
        self.us(Instant::now())
    }
}

/// The routes as one worker holds them: its own counter of references, so that workers don't share that cache line.
pub(crate) type LocalRoutes = Arc<Arc<Routes>>;

/// A place of a request at a target: counted as open until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    pub routes: LocalRoutes,
    /// Index of the group.
    pub group: usize,
    /// Index of the target in its group.
    pub target: usize,
    /// Whether it is the one attempt that the half-open breaker allows, and is not settled.
    pub probe: bool,
}

impl Place {
    pub fn group(&self) -> &Arc<GroupRuntime> {
        &self.routes.groups[self.group]
    }

    pub fn target(&self) -> &Arc<TargetRuntime> {
        &self.group().targets[self.target]
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.target().breaker.abandon(self.probe);
        self.target().leave();
        let queue = &self.group().queue;
        if queue.waiting.load(Ordering::Relaxed) > 0 {
            queue.freed.notify_one();
        }
    }
}
