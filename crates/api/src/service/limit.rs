//! The rate limiter: a token bucket per caller, in a map that can't grow past its bound.
//!
//! The bucket is one number, the theoretical arrival time of the generic cell rate algorithm
//! (ITU-T I.371): a bucket that has refilled equals no bucket, so forgetting it changes nothing.

use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use raally_domain::ids::UserId;
use rustc_hash::FxHashMap;

use crate::settings::RateLimit;

const SHARDS: usize = 32;

/// Whom a bucket belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Caller {
    User(UserId),
    /// One IPv4 address, or one IPv6 network of 64 bits: a single host owns that many.
    Address(IpAddr),
}

impl Caller {
    pub fn address(address: IpAddr) -> Self {
        Self::Address(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(v6) => std::net::Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        })
    }
}

/// What the limiter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Whether the request may pass.
    pub passes: bool,
    /// Requests left at once.
    pub remaining: u32,
    /// Until one more is left (refused), or the bucket is full again (passed).
    pub reset: Duration,
}

pub(crate) struct Limiter {
    shards: [Mutex<FxHashMap<Caller, u64>>; SHARDS],
    hasher: std::hash::RandomState,
    began: Instant,
    rate: RateLimit,
    interval_ns: u64,
    window_ns: u64,
    /// `RateLimit-Policy`.
    pub policy: http::HeaderValue,
}

impl Limiter {
    pub fn new(rate: RateLimit) -> Self {
        let requests = rate.requests.max(1);
        let window_ns = u64::try_from(rate.window.as_nanos()).unwrap_or(u64::MAX / 4).max(1);
        let policy = format!("\"default\";q={requests};w={}", rate.window.as_secs().max(1));
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            hasher: std::hash::RandomState::new(),
            began: Instant::now(),
            rate: RateLimit { requests, ..rate },
            interval_ns: (window_ns / u64::from(requests)).max(1),
            window_ns,
            policy: http::HeaderValue::from_str(&policy).unwrap_or(http::HeaderValue::from_static("")),
        }
    }

    /// Takes one request from the caller's bucket.
    pub fn take(&self, caller: Caller) -> Verdict {
        self.take_at(caller, self.now_ns())
    }

    /// Whether a request would pass, without taking it.
    pub fn peek(&self, caller: Caller) -> Verdict {
        let now = self.now_ns();
        let shard = self.shard(caller).lock().unwrap_or_else(PoisonError::into_inner);
        self.verdict(shard.get(&caller).copied().unwrap_or(now).max(now), now).0
    }

    fn now_ns(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn shard(&self, caller: Caller) -> &Mutex<FxHashMap<Caller, u64>> {
        &self.shards[usize::try_from(self.hasher.hash_one(caller)).unwrap_or(0) % SHARDS]
    }

    fn take_at(&self, caller: Caller, now: u64) -> Verdict {
        let mut shard = self.shard(caller).lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(arrival) = shard.get_mut(&caller) {
            let (verdict, next) = self.verdict((*arrival).max(now), now);
            *arrival = next;
            return verdict;
        }
        let most = (self.rate.callers_max / SHARDS).max(1);
        if shard.len() >= most {
            forget(&mut shard, most, now);
        }
        let (verdict, next) = self.verdict(now, now);
        shard.insert(caller, next);
        verdict
    }

    /// The verdict for a bucket, and the bucket after it.
    fn verdict(&self, arrival: u64, now: u64) -> (Verdict, u64) {
        let next = arrival.saturating_add(self.interval_ns);
        let ahead = next - now;
        if ahead > self.window_ns {
            let reset = Duration::from_nanos(ahead - self.window_ns);
            return (Verdict { passes: false, remaining: 0, reset }, arrival);
        }
        let remaining = u32::try_from((self.window_ns - ahead) / self.interval_ns).unwrap_or(u32::MAX);
        let remaining = remaining.min(self.rate.requests - 1);
        (Verdict { passes: true, remaining, reset: Duration::from_nanos(ahead) }, next)
    }
}

/// Drops refilled buckets, and if that is not enough the quietest, until a quarter is free.
fn forget(shard: &mut FxHashMap<Caller, u64>, most: usize, now: u64) {
    shard.retain(|_, arrival| *arrival > now);
    let keep = most - most.div_ceil(4);
    if shard.len() > keep {
        let mut arrivals: Vec<u64> = shard.values().copied().collect();
        let cut = arrivals.len() - keep;
        let (_, limit, _) = arrivals.select_nth_unstable(cut - 1);
        let limit = *limit;
        shard.retain(|_, arrival| *arrival > limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn limiter(callers_max: usize) -> Limiter {
        Limiter::new(RateLimit { requests: 10, window: Duration::from_secs(10), callers_max })
    }

    fn caller(n: u32) -> Caller {
        Caller::address(IpAddr::V4(n.into()))
    }

    #[test]
    fn a_burst_of_the_quota_passes_and_the_next_waits_its_turn() {
        let limiter = limiter(1_000);
        for left in (0..10).rev() {
            let verdict = limiter.take_at(caller(1), SECOND);
            assert_eq!((verdict.passes, verdict.remaining), (true, left));
        }
        let refused = limiter.take_at(caller(1), SECOND);
        assert_eq!(refused, Verdict { passes: false, remaining: 0, reset: Duration::from_secs(1) });
        assert!(limiter.take_at(caller(2), SECOND).passes, "another caller has a bucket of its own");
        assert!(limiter.take_at(caller(1), 2 * SECOND).passes);
        assert!(!limiter.take_at(caller(1), 2 * SECOND).passes);
    }

    #[test]
    fn the_sustained_rate_is_the_quota() {
        let limiter = limiter(1_000);
        let passed = (0..1_000_u64).filter(|n| limiter.take_at(caller(1), n * SECOND / 10).passes).count();
        assert!((105..=111).contains(&passed), "{passed} in 100 s");
    }

    #[test]
    fn the_map_never_outgrows_its_bound() {
        let limiter = limiter(3_200);
        for n in 0..50_000 {
            limiter.take_at(caller(n), SECOND + u64::from(n));
        }
        let held: usize = limiter.shards.iter().map(|shard| shard.lock().map_or(0, |s| s.len())).sum();
        assert!(held <= 3_200, "{held} callers are held");
    }

    #[test]
    fn a_busy_caller_outlives_a_flood_of_others() {
        let limiter = limiter(3_200);
        while limiter.take_at(caller(7), SECOND).passes {}
        for n in 1_000..6_000 {
            limiter.take_at(caller(n), SECOND);
        }
        assert!(!limiter.take_at(caller(7), SECOND).passes);
    }

    #[test]
    fn one_host_cannot_hop_within_its_ipv6_network() {
        let of = |text: &str| text.parse().map(Caller::address).ok();
        assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff::2"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
    }
}
