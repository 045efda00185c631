//! How many requests an address may send. The governor's limiter is kept per address in a map with an upper bound,
//! because its own keyed store grows without one.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota};
use moka::sync::Cache;

use crate::config::RateLimit;

/// Bits of an IPv6 address that name a customer; the rest is theirs to change.
const V6_BITS: u32 = 64;

pub(crate) struct Limiter {
    quota: Quota,
    clock: DefaultClock,
    addresses: Cache<IpAddr, Arc<DefaultDirectRateLimiter>>,
}

impl std::fmt::Debug for Limiter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limiter").field("quota", &self.quota).finish_non_exhaustive()
    }
}

impl Limiter {
    pub fn new(rule: &RateLimit) -> Self {
        let at_least_one = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(rule.per_second)).allow_burst(at_least_one(rule.burst));
        let addresses = Cache::builder()
            .max_capacity(rule.addresses_max)
            // By then the burst is whole again, and forgetting an address changes nothing.
            .time_to_idle(quota.burst_size_replenished_in().max(Duration::from_secs(1)))
            .build();
        Self { quota, clock: DefaultClock::default(), addresses }
    }

    /// Takes a request out of the address's allowance.
    ///
    /// # Errors
    /// The time until the next one is allowed.
    pub fn check(&self, address: IpAddr) -> Result<(), Duration> {
        let key = match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> V6_BITS << V6_BITS)),
        };
        let limiter = self.addresses.get_with(key, || Arc::new(DefaultDirectRateLimiter::direct(self.quota)));
        limiter.check().map_err(|refused| refused.wait_time_from(self.clock.now()))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn an_address_has_its_burst_and_others_have_theirs() {
        let limiter = Limiter::new(&RateLimit { per_second: 1, burst: 3, addresses_max: 100 });
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        assert_eq!((0..10).filter(|_| limiter.check(one).is_ok()).count(), 3);
        assert!(limiter.check(one).unwrap_err() <= Duration::from_secs(1));
        assert!(limiter.check(other).is_ok());
    }

    #[test]
    fn addresses_of_one_v6_network_share_an_allowance() {
        let limiter = Limiter::new(&RateLimit { per_second: 1, burst: 1, addresses_max: 100 });
        assert!(limiter.check("2001:db8::1".parse().unwrap()).is_ok());
        assert!(limiter.check("2001:db8::2".parse().unwrap()).is_err());
        assert!(limiter.check("2001:db8:0:1::2".parse().unwrap()).is_ok());
    }
}
