//! How long somebody who guesses must wait: exponential, and never for ever.
//!
//! Failures are counted per account and per client address in a window that begins with its first failure. When the
//! window is over the count starts anew, so that nobody can lock an account for good by guessing on purpose. Within
//! one window at most 14 guesses reach an account: 5 at once, then at 2, 4, 8 … 512 s after its begin.

use crate::SECOND_US;

/// Length of a window, in microseconds; also the longest wait.
pub const WINDOW_US: i64 = 15 * 60 * SECOND_US;
/// Failures of an account that cost nothing.
pub const ACCOUNT_FREE_FAILURES: i64 = 5;
/// Failures of an address that cost nothing; an office shares one.
pub const ADDRESS_FREE_FAILURES: i64 = 30;
/// The first wait, counted from the begin of the window; doubled by each further failure.
pub const FIRST_WAIT_US: i64 = 2 * SECOND_US;

/// Failures under one key (an account, an address).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// How many in the window that is open now.
    pub count: i64,
    /// When the window began, in microseconds.
    pub window_start: i64,
}

/// Whether an attempt may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Now.
    Allow,
    /// Not now; for `Retry-After`.
    Wait {
        /// At least 1.
        seconds: i64,
    },
}

/// Decides for an attempt at the instant `now`, in microseconds.
#[must_use]
pub fn decide(account: Failures, address: Failures, now: i64) -> Decision {
    let wait_us = wait_us(account, ACCOUNT_FREE_FAILURES, now).max(wait_us(address, ADDRESS_FREE_FAILURES, now));
    if wait_us <= 0 {
        return Decision::Allow;
    }
    Decision::Wait { seconds: (wait_us + SECOND_US - 1) / SECOND_US }
}

/// From now; 0 or less when the attempt is allowed. Never more than a window, also when the clock ran backwards.
fn wait_us(failures: Failures, free: i64, now: i64) -> i64 {
    let beyond = failures.count.saturating_sub(free);
    if beyond < 0 {
        return 0;
    }
    // After 62 doublings any first wait is longer than the window.
    let after_start = FIRST_WAIT_US.saturating_mul(1_i64 << beyond.min(62)).min(WINDOW_US);
    failures.window_start.saturating_add(after_start).saturating_sub(now).min(WINDOW_US)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NONE: Failures = Failures { count: 0, window_start: 0 };

    fn failures(count: i64) -> Failures {
        Failures { count, window_start: 0 }
    }

    #[test]
    fn first_failures_of_an_account_cost_nothing() {
        assert_eq!(decide(failures(ACCOUNT_FREE_FAILURES - 1), NONE, 0), Decision::Allow);
        assert_eq!(decide(failures(ACCOUNT_FREE_FAILURES), NONE, 0), Decision::Wait { seconds: 2 });
        assert_eq!(decide(failures(ACCOUNT_FREE_FAILURES), NONE, 2 * SECOND_US), Decision::Allow);
    }

    #[test]
    fn wait_doubles_with_each_failure() {
        for (further, seconds) in [(0, 2), (1, 4), (2, 8), (8, 512), (9, 900), (60, 900)] {
            assert_eq!(decide(failures(ACCOUNT_FREE_FAILURES + further), NONE, 0), Decision::Wait { seconds });
        }
    }

    #[test]
    fn address_is_throttled_by_itself() {
        assert_eq!(decide(NONE, failures(ADDRESS_FREE_FAILURES - 1), 0), Decision::Allow);
        assert_eq!(decide(NONE, failures(ADDRESS_FREE_FAILURES + 1), 0), Decision::Wait { seconds: 4 });
        assert_eq!(decide(failures(6), failures(40), 0), Decision::Wait { seconds: 900 });
    }

    #[test]
    fn at_most_fourteen_guesses_reach_an_account_in_one_window() {
        let (mut count, mut now) = (0, 0);
        while now < WINDOW_US {
            if decide(failures(count), NONE, now) == Decision::Allow {
                count += 1;
            } else {
                now += SECOND_US;
            }
        }
        assert_eq!(count, 14);
    }

    proptest! {
        #[test]
        fn nobody_waits_longer_than_a_window(
            count: i64, window_start: i64, at: i64, start: i64, now: i64
        ) {
            let account = Failures { count, window_start };
            if let Decision::Wait { seconds } = decide(account, Failures { count: at, window_start: start }, now) {
                prop_assert!((1..=WINDOW_US / SECOND_US).contains(&seconds));
            }
        }

        #[test]
        fn every_account_is_open_again_after_a_window(count in 0_i64.., window_start in 0_i64..1 << 60) {
            let account = Failures { count, window_start };
            prop_assert_eq!(decide(account, NONE, window_start + WINDOW_US), Decision::Allow);
        }
    }
}
