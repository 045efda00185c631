//! What happened to each group: counters that workers add to without a lock and without each other's cache lines.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use raally_analysis::{Arm, BUCKETS, COHORTS, Histogram, Tally, bucket_of};

use crate::wire::{Endings, GroupCounts};

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Ok,
    ClientError,
    ServerError,
    ConnectFailure,
    Timeout,
    Reset,
    Cancelled,
}

impl Ending {
    pub fn of_status(status: http::StatusCode) -> Self {
        match status.as_u16() {
            ..400 => Self::Ok,
            400..500 => Self::ClientError,
            _ => Self::ServerError,
        }
    }

    pub fn is_failure(self) -> bool {
        !matches!(self, Self::Ok | Self::ClientError | Self::Cancelled)
    }
}

/// Classes of final answers, by the hundreds digit of the status; 0 for what has none.
const CLASSES: usize = 6;

#[derive(Debug)]
pub(crate) struct GroupCounters {
    shards: Box<[Shard]>,
    pub users: AtomicU64,
    pub ejections: AtomicU64,
    pub breaker_openings: AtomicU64,
}

#[derive(Debug)]
struct Shard {
    cohorts: Box<[Cohort]>,
    /// Whose turn it is among requests that come without a user.
    turn: AtomicUsize,
    ok: AtomicU64,
    client_errors: AtomicU64,
    server_errors: AtomicU64,
    connect_failures: AtomicU64,
    timeouts: AtomicU64,
    resets: AtomicU64,
    aborted: AtomicU64,
    cancelled: AtomicU64,
    answers: [AtomicU64; CLASSES],
}

#[derive(Debug)]
struct Cohort {
    attempts: AtomicU64,
    failures: AtomicU64,
    sum_us: AtomicU64,
    latency: Box<[AtomicU64]>,
}

impl GroupCounters {
    pub fn new(workers: usize) -> Self {
        Self {
            shards: (0..workers).map(|_| Shard::new()).collect(),
            users: AtomicU64::new(0),
            ejections: AtomicU64::new(0),
            breaker_openings: AtomicU64::new(0),
        }
    }

    /// Counts an attempt and returns the cohort that it was counted in.
    pub fn record(&self, worker: usize, cohort: Option<usize>, ending: Ending, micros: u64) -> usize {
        let shard = &self.shards[worker];
        let counter = match ending {
            Ending::Ok => &shard.ok,
            Ending::ClientError => &shard.client_errors,
            Ending::ServerError => &shard.server_errors,
            Ending::ConnectFailure => &shard.connect_failures,
            Ending::Timeout => &shard.timeouts,
            Ending::Reset => &shard.resets,
            Ending::Cancelled => &shard.cancelled,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        let number = cohort.unwrap_or_else(|| shard.turn.fetch_add(1, Ordering::Relaxed)) % COHORTS;
        if ending == Ending::Cancelled {
            return number;
        }
        let cohort = &shard.cohorts[number];
        cohort.attempts.fetch_add(1, Ordering::Relaxed);
        // Release, after the attempt: who sees this part sees its whole.
        if ending.is_failure() {
            cohort.failures.fetch_add(1, Ordering::Release);
        } else {
            cohort.sum_us.fetch_add(micros, Ordering::Relaxed);
            cohort.latency[bucket_of(micros)].fetch_add(1, Ordering::Release);
        }
        number
    }

    /// Counts an attempt as failed whose answer broke after its head had been good.
    pub fn aborted(&self, worker: usize, cohort: usize) {
        let shard = &self.shards[worker];
        shard.aborted.fetch_add(1, Ordering::Relaxed);
        shard.cohorts[cohort].failures.fetch_add(1, Ordering::Release);
    }

    /// Counts what the client was answered in the end.
    pub fn answered(&self, worker: usize, status: u16) {
        let class = usize::from(status / 100);
        self.shards[worker].answers[if class < CLASSES { class } else { 0 }].fetch_add(1, Ordering::Relaxed);
    }

    /// Final answers by the hundreds digit of their status.
    pub fn answers(&self) -> [u64; CLASSES] {
        let mut sums = [0; CLASSES];
        for shard in &self.shards {
            for (sum, answers) in sums.iter_mut().zip(&shard.answers) {
                *sum += answers.load(Ordering::Relaxed);
            }
        }
        sums
    }

    pub fn read(&self, version: &str, impaired: bool) -> GroupCounts {
        let mut cohorts = vec![Tally::default(); COHORTS];
        let mut endings = Endings::default();
        for shard in &self.shards {
            for (tally, cohort) in cohorts.iter_mut().zip(&shard.cohorts) {
                tally.merge(&cohort.read());
            }
            shard.add_to(&mut endings);
        }
        GroupCounts {
            version: version.to_owned(),
            arm: Arm::from_cohorts(cohorts),
            endings,
            users: self.users.load(Ordering::Relaxed),
            ejections: self.ejections.load(Ordering::Relaxed),
            breaker_openings: self.breaker_openings.load(Ordering::Relaxed),
            impaired,
        }
    }
}

impl Shard {
    fn new() -> Self {
        Self {
            cohorts: (0..COHORTS).map(|_| Cohort::new()).collect(),
            turn: AtomicUsize::new(0),
            ok: AtomicU64::new(0),
            client_errors: AtomicU64::new(0),
            server_errors: AtomicU64::new(0),
            connect_failures: AtomicU64::new(0),
            timeouts: AtomicU64::new(0),
            resets: AtomicU64::new(0),
            aborted: AtomicU64::new(0),
            cancelled: AtomicU64::new(0),
            answers: Default::default(),
        }
    }

    fn add_to(&self, endings: &mut Endings) {
        for (sum, counter) in [
            (&mut endings.ok, &self.ok),
            (&mut endings.client_errors, &self.client_errors),
            (&mut endings.server_errors, &self.server_errors),
            (&mut endings.connect_failures, &self.connect_failures),
            (&mut endings.timeouts, &self.timeouts),
            (&mut endings.resets, &self.resets),
            (&mut endings.aborted, &self.aborted),
            (&mut endings.cancelled, &self.cancelled),
        ] {
            *sum += counter.load(Ordering::Relaxed);
        }
    }
}

impl Cohort {
    fn new() -> Self {
        Self {
            attempts: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            sum_us: AtomicU64::new(0),
            latency: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    fn read(&self) -> Tally {
        // Parts before their whole, so that no part is ever greater.
        let failures = self.failures.load(Ordering::Acquire);
        let counts: Vec<u64> = self.latency.iter().map(|bucket| bucket.load(Ordering::Acquire)).collect();
        let sum_us = self.sum_us.load(Ordering::Relaxed);
        let attempts = self.attempts.load(Ordering::Relaxed);
        let latency = Histogram::from_counts(counts, sum_us).unwrap_or_default();
        Tally { attempts, failures, latency }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn every_attempt_is_counted_once_and_failures_have_no_latency() {
        let counters = GroupCounters::new(2);
        counters.record(0, Some(3), Ending::Ok, 1_000);
        let cohort = counters.record(1, Some(3 + COHORTS), Ending::ClientError, 2_000);
        counters.record(0, None, Ending::ServerError, 9);
        counters.record(1, None, Ending::Timeout, 9);
        counters.record(1, None, Ending::Cancelled, 9);
        counters.aborted(1, cohort);
        let read = counters.read("1", false);
        read.arm.check().unwrap();
        assert_eq!((read.arm.attempts, read.arm.failures, read.arm.latency.count()), (4, 3, 2));
        assert_eq!((read.arm.cohorts[3].attempts, read.arm.latency.sum_us()), (2, 3_000));
        assert_eq!((read.endings.cancelled, read.endings.aborted, read.endings.timeouts), (1, 1, 1));
    }

    #[test]
    fn no_part_is_ever_greater_than_its_whole() {
        let counters = GroupCounters::new(2);
        std::thread::scope(|scope| {
            for worker in 0..2 {
                let counters = &counters;
                scope.spawn(move || {
                    for number in 0..20_000_u64 {
                        let ending = if number % 3 == 0 { Ending::Reset } else { Ending::Ok };
                        counters.record(worker, None, ending, number);
                    }
                });
            }
            for _ in 0..200 {
                counters.read("1", false).arm.check().unwrap();
            }
        });
        let read = counters.read("1", false);
        assert_eq!(read.arm.attempts, 40_000);
        assert_eq!(read.arm.failures + read.arm.latency.count(), 40_000);
    }
}
