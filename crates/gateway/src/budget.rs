//! How many retries there may be: a share of the requests of the last ten seconds, and a few a second besides, so that
//! retries never multiply the load of targets that already fail.
//!
//! Source: Finagle's `RetryBudget`.

use crate::config::Retries;
use crate::window::Window;

const LENGTH_US: u64 = 10_000_000;

#[derive(Debug)]
pub(crate) struct RetryBudget {
    percent: u64,
    always: u64,
    requests: Window,
    retries: Window,
}

impl RetryBudget {
    pub fn new(rule: &Retries, workers: usize) -> Self {
        Self {
            percent: u64::from(rule.percent),
            always: u64::from(rule.per_second) * (LENGTH_US / 1_000_000),
            requests: Window::new(LENGTH_US, workers),
            retries: Window::new(LENGTH_US, workers),
        }
    }

    pub fn request(&self, worker: usize, now_us: u64) {
        self.requests.add(worker, now_us);
    }

    /// Takes a retry out of the budget, if there is one. Threads that ask at the same moment may overdraw it by one
    /// each.
    pub fn withdraw(&self, worker: usize, now_us: u64) -> bool {
        let allowed = self.always + self.requests.sum(now_us) * self.percent / 100;
        let left = self.retries.sum(now_us) < allowed;
        if left {
            self.retries.add(worker, now_us);
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_the_requests_may_be_retried_and_a_few_besides() {
        let budget = RetryBudget::new(&Retries { per_second: 1, percent: 10, ..Retries::default() }, 1);
        for _ in 0..1_000 {
            budget.request(0, 5_000_000);
        }
        let allowed = (0..1_000).filter(|_| budget.withdraw(0, 5_000_000)).count();
        assert_eq!(allowed, 110);
        assert!(!budget.withdraw(0, 9_000_000));
        assert!(budget.withdraw(0, 30_000_000), "it fills again");
    }
}
