//! A seeded world in which releases happen: users, arrivals, latencies, stalls, warm-up, and what the gateway counts.
//!
//! Lifelike where the statistics are tempted to be wrong: users who stay on their arm and differ in speed, zeal and luck;
//! stalls that hit both arms and hiccups that hit one process; processes that start slow, some longer than others;
//! endpoints of very different cost with a heavy tail; a rate that swings.

use raally_analysis::{Arm, COHORTS, Observation, Tally};
use rand::{RngExt as _, SeedableRng as _};
use rand_distr::{Distribution as _, Exp, LogNormal, Poisson};
use rand_pcg::Pcg64Mcg;

/// What is true in a simulated release.
#[derive(Clone, Debug)]
pub struct World {
    /// Requests per second on all versions together.
    pub rate: f64,
    /// The canary's share of them; the baseline has the same times `baseline_ratio`.
    pub weight: f64,
    /// Requests of the baseline for one of the canary.
    pub baseline_ratio: f64,
    /// Users who stay on their arm.
    pub sticky: bool,
    /// One in a hundred users has a client whose every second request fails.
    pub poisoned: bool,
    /// Stalls of both arms, and hiccups of one.
    pub stalls: bool,
    /// How long a hiccup of one process lasts on average, and at most six times as long.
    pub hiccup_seconds: f64,
    /// Fresh processes are slow at first.
    pub warmup: bool,
    /// The rate swings by 40 % within minutes.
    pub swing: bool,
    /// No two processes are equally fast: standard deviation of the logarithm.
    pub process_spread: f64,
    /// Share of requests that fail for no reason of the version's.
    pub background: f64,
    /// What is wrong with the canary.
    pub fault: Fault,
}

/// What is wrong with the canary.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// Additional share of failures.
    pub failures: f64,
    /// All latencies are longer by this factor.
    pub slower: f64,
    /// So many requests take this factor longer, the rest are as before.
    pub tail: (f64, f64),
    /// It shows from this share of traffic on.
    pub from_weight: f64,
}

impl Fault {
    pub const NONE: Self = Self { failures: 0.0, slower: 1.0, tail: (0.0, 1.0), from_weight: 0.0 };
}

impl World {
    /// The same versions, independent requests, nothing else.
    pub fn plain() -> Self {
        Self {
            rate: 200.0,
            weight: 0.1,
            baseline_ratio: 1.0,
            sticky: false,
            poisoned: false,
            stalls: false,
            hiccup_seconds: 0.1,
            warmup: false,
            swing: false,
            process_spread: 0.0,
            background: 0.001,
            fault: Fault::NONE,
        }
    }

    /// Everything that is tempting, at once.
    pub fn lifelike() -> Self {
        Self { sticky: true, stalls: true, warmup: true, swing: true, process_spread: 0.02, ..Self::plain() }
    }
}

struct User {
    on_canary: bool,
    cohort: usize,
    rate: f64,
    slower: f64,
    failing: f64,
    leaves_at: f64,
}

struct Process {
    factor: f64,
    warmup: (f64, f64),
    hiccup: (f64, f64),
}

struct Ended {
    at: f64,
    on_canary: bool,
    cohort: usize,
    failed: bool,
    micros: u64,
}

/// One release as it runs.
pub struct Run {
    world: World,
    random: Pcg64Mcg,
    users: Vec<User>,
    processes: [Process; 2],
    stall: (f64, f64),
    open: Vec<Ended>,
    cohorts: [Vec<Tally>; 2],
    turn: usize,
    second: f64,
    phase: f64,
}

const USER_RATE: f64 = 0.2;
const STAY_SECONDS: f64 = 120.0;

impl Run {
    pub fn new(world: &World, seed: u64) -> Self {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let process = |random: &mut Pcg64Mcg| Process {
            factor: lognormal(random, 1.0, world.process_spread),
            warmup: if world.warmup { (lognormal(random, 2.0, 0.4), lognormal(random, 1.5, 0.4)) } else { (0.0, 1.0) },
            hiccup: (0.0, 0.0),
        };
        let processes = [process(&mut random), process(&mut random)];
        let phase = random.random::<f64>() * std::f64::consts::TAU;
        let mut own = Self {
            world: world.clone(),
            users: Vec::new(),
            processes,
            stall: (0.0, 0.0),
            open: Vec::new(),
            cohorts: [vec![Tally::default(); COHORTS], vec![Tally::default(); COHORTS]],
            turn: 0,
            second: 0.0,
            phase,
            random,
        };
        if world.sticky {
            let count = (own.arms_rate() / USER_RATE).round() as usize;
            own.users = (0..count).map(|_| own.arrives()).collect();
        }
        own
    }

    /// Other weights from now on: a step of the release. Users who come with the greater share are new.
    pub fn set_weight(&mut self, weight: f64) {
        self.world.weight = weight;
    }

    /// What chance gave the processes: how they differ without a fault.
    pub fn chance(&self) -> String {
        let of = |process: &Process| {
            let (height, decay) = process.warmup;
            format!("speed {:.3}, warm-up {height:.1} times over {decay:.1} s", process.factor)
        };
        let users = self.users.iter().filter(|user| user.on_canary).count();
        let [canary, baseline] = &self.processes;
        format!("canary {}; baseline {}; {users} of {} users", of(canary), of(baseline), self.users.len())
    }

    /// What the counters read now.
    pub fn observation(&self) -> Observation {
        Observation {
            canary: Arm::from_cohorts(self.cohorts[0].clone()),
            baseline: Arm::from_cohorts(self.cohorts[1].clone()),
            canary_ejected: false,
        }
    }

    /// One more window of time.
    pub fn advance(&mut self, seconds: f64) {
        self.begin_stalls();
        if self.world.sticky {
            self.users_request(seconds);
        } else {
            let requests = self.poisson(self.arms_rate() * self.swing() * seconds);
            for _ in 0..requests {
                let at = self.second + self.random.random::<f64>() * seconds;
                let on_canary = self.random.random::<f64>() < 1.0 / (1.0 + self.world.baseline_ratio);
                self.turn += 1;
                self.request(at, on_canary, self.turn % COHORTS, 1.0, 0.0);
            }
        }
        self.second += seconds;
        self.count_ended();
    }

    fn users_request(&mut self, seconds: f64) {
        let count = (self.arms_rate() / USER_RATE).round() as usize;
        while self.users.len() < count {
            let user = self.arrives();
            self.users.push(user);
        }
        let swing = self.swing();
        for at in 0..self.users.len() {
            if self.users[at].leaves_at < self.second {
                self.users[at] = self.arrives();
            }
            let requests = self.poisson(self.users[at].rate * swing * seconds);
            for _ in 0..requests {
                let began = self.second + self.random.random::<f64>() * seconds;
                let User { on_canary, cohort, slower, failing, .. } = self.users[at];
                self.request(began, on_canary, cohort, slower, failing);
            }
        }
    }

    fn arms_rate(&self) -> f64 {
        self.world.rate * self.world.weight * (1.0 + self.world.baseline_ratio)
    }

    fn swing(&self) -> f64 {
        if self.world.swing { 1.0 + 0.4 * (self.second / 40.0 + self.phase).sin() } else { 1.0 }
    }

    fn arrives(&mut self) -> User {
        let random = &mut self.random;
        User {
            on_canary: random.random::<f64>() < 1.0 / (1.0 + self.world.baseline_ratio),
            cohort: random.random_range(0..COHORTS),
            rate: lognormal(random, USER_RATE * (-0.5_f64).exp(), 1.0),
            slower: lognormal(random, 1.0, 0.3),
            failing: if self.world.poisoned && random.random::<f64>() < 0.01 { 0.5 } else { 0.0 },
            leaves_at: self.second + exponential(random, STAY_SECONDS),
        }
    }

    fn begin_stalls(&mut self) {
        if !self.world.stalls {
            return;
        }
        let (random, now, mean) = (&mut self.random, self.second, self.world.hiccup_seconds);
        if now > self.stall.1 && random.random::<f64>() < 1.0 / 40.0 {
            let begins = now + random.random::<f64>();
            self.stall = (begins, begins + 0.3 + exponential(random, 0.8).min(4.0));
        }
        for process in &mut self.processes {
            if now > process.hiccup.1 && random.random::<f64>() < 1.0 / 20.0 {
                let begins = now + random.random::<f64>();
                let lasts = exponential(random, mean).min(6.0 * mean);
                process.hiccup = (begins, begins + 0.05 + lasts);
            }
        }
    }

    fn request(&mut self, at: f64, on_canary: bool, cohort: usize, slower: f64, failing: f64) {
        let random = &mut self.random;
        let process = &self.processes[usize::from(!on_canary)];
        let (height, decay) = process.warmup;
        let endpoint = match random.random::<f64>() {
            kind if kind < 0.65 => 4e-3,
            kind if kind < 0.88 => 11e-3,
            kind if kind < 0.97 => 30e-3,
            _ => 80e-3,
        };
        let mut seconds =
            lognormal(random, endpoint, 0.6) * slower * process.factor * (1.0 + height * (-at / decay).exp());
        if random.random::<f64>() < 0.005 {
            seconds *= 1.0 + exponential(random, 10.0);
        }
        let mut failing = failing.max(self.world.background);
        let fault = self.world.fault;
        if on_canary && self.world.weight >= fault.from_weight {
            seconds *= fault.slower;
            if random.random::<f64>() < fault.tail.0 {
                seconds *= fault.tail.1;
            }
            failing += fault.failures;
        }
        for (begins, ends) in [self.stall, process.hiccup] {
            if (begins..ends).contains(&at) {
                seconds += ends - at;
            }
        }
        let failed = random.random::<f64>() < failing || (seconds > 2.0 && random.random::<f64>() < 0.3);
        self.open.push(Ended { at: at + seconds, on_canary, cohort, failed, micros: (seconds * 1e6) as u64 });
    }

    fn count_ended(&mut self) {
        let (now, cohorts) = (self.second, &mut self.cohorts);
        self.open.retain(|ended| {
            if ended.at > now {
                return true;
            }
            let tally = &mut cohorts[usize::from(!ended.on_canary)][ended.cohort];
            tally.attempts += 1;
            if ended.failed {
                tally.failures += 1;
            } else {
                tally.latency.record(ended.micros);
            }
            false
        });
    }

    fn poisson(&mut self, mean: f64) -> usize {
        Poisson::new(mean.max(1e-9)).map_or(0, |poisson| poisson.sample(&mut self.random) as usize)
    }
}

fn lognormal(random: &mut Pcg64Mcg, median: f64, spread: f64) -> f64 {
    LogNormal::new(median.ln(), spread).map_or(median, |distribution| distribution.sample(random))
}

fn exponential(random: &mut Pcg64Mcg, mean: f64) -> f64 {
    Exp::new(1.0 / mean).map_or(mean, |distribution| distribution.sample(random))
}
