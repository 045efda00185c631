//! From readings to a picture: differences of counters, rates, quantiles, burn rates. No clock and no I/O.

use std::collections::{BTreeMap, VecDeque};

use raally_analysis::Arm;

use super::openmetrics::{Counters, Gauges, UNBOUNDED_US};
use super::view::{Burn, Errors, Events, Group, Latency, Release, Replica, Saturation, Slo, Traffic, View};

/// Rates and quantiles are over so many seconds.
const RECENT_SECONDS: f64 = 10.0;
/// So many readings are drawn.
const HISTORY: usize = 120;
/// Every reading of so many seconds is kept, older ones once a minute.
const FINE_SECONDS: f64 = 900.0;
const AVAILABILITY: f64 = 0.999;
const P95_MS_MAX: f64 = 100.0;
/// Threshold, long and short window. Source: "The Site Reliability Workbook", chapter 5, table 5-8, and the alerts in
/// `deploy/`.
const BURNS: [(f64, f64, f64); 4] =
    [(14.4, 3_600.0, 300.0), (6.0, 21_600.0, 1_800.0), (3.0, 86_400.0, 7_200.0), (1.0, 259_200.0, 21_600.0)];

/// Everything that was read at one moment.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    /// Seconds on any clock that only goes forward.
    pub at_seconds: f64,
    /// The same moment for people.
    pub at: String,
    /// Each instance by name: what it said, or why it did not.
    pub instances: BTreeMap<String, Result<(Counters, Gauges), String>>,
    /// Each group at the gateway: version, share of traffic, whether impaired, counts.
    pub groups: BTreeMap<String, (String, f64, bool, Arm)>,
    /// A release under way.
    pub release: Option<Release>,
    /// What else could not be read.
    pub troubles: Vec<String>,
}

/// Sums over all instances since the watch began; what restarted goes on from where it was.
#[derive(Clone, Debug, Default)]
struct Totals {
    at: f64,
    all: Counters,
    position: Option<f64>,
    by_instance: BTreeMap<String, Counters>,
    by_group: BTreeMap<String, Arm>,
}

/// The watch over one environment.
#[derive(Debug, Default)]
pub struct Watch {
    title: String,
    last: BTreeMap<String, Counters>,
    totals: VecDeque<Totals>,
    p95: VecDeque<f64>,
}

impl Watch {
    /// A watch that has seen nothing.
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), ..Self::default() }
    }

    /// Takes one reading in and draws the picture.
    pub fn see(&mut self, raw: &Raw) -> View {
        self.add_up(raw);
        let Some(now) = self.totals.back().cloned() else { return View::default() };
        let since = self.since(now.at - RECENT_SECONDS).cloned().unwrap_or_default();
        let seconds = now.at - since.at;
        let rate = |now: f64, then: f64| (seconds > 0.0).then(|| ((now - then) / seconds).max(0.0));
        let recent = difference(&now.all, &since.all);
        let latency = |q| quantile_ms(&recent.within_us, q);
        let gauges: Vec<&Gauges> = raw.instances.values().flatten().map(|(_, gauges)| gauges).collect();
        // Not `sum`: of nothing it is -0.
        let sum = |of: fn(&Gauges) -> f64| gauges.iter().fold(0.0, |sum, gauges| sum + of(gauges));
        self.p95.push_back(latency(0.95).unwrap_or(0.0));
        let surplus = self.p95.len().saturating_sub(HISTORY);
        self.p95.drain(..surplus);
        View {
            title: self.title.clone(),
            at: raw.at.clone(),
            watched_seconds: now.at - self.totals.front().map_or(now.at, |first| first.at),
            traffic: Traffic {
                per_second: rate(now.all.requests, since.all.requests),
                in_flight: sum(|gauges| gauges.in_flight),
                streams: sum(|gauges| gauges.streams),
                history: self.history(|totals| totals.all.requests),
            },
            errors: Errors {
                share: (recent.requests > 0.0).then(|| recent.errors / recent.requests),
                turned_away_per_second: rate(now.all.turned_away, since.all.turned_away),
                history: self.history(|totals| totals.all.errors),
            },
            latency: Latency {
                p50_ms: latency(0.5),
                p95_ms: latency(0.95),
                p99_ms: latency(0.99),
                history: self.p95.iter().copied().collect(),
            },
            saturation: Saturation {
                cores: rate(now.all.cpu_seconds, since.all.cpu_seconds),
                memory_bytes: sum(|gauges| gauges.memory_bytes),
                queue_depth: sum(|gauges| gauges.queue_depth),
                history: self.history(|totals| totals.all.cpu_seconds),
            },
            slo: self.slo(&now),
            replicas: replicas(raw, &now, &since),
            groups: groups(raw, &since, seconds),
            events: events(&gauges, &now, &since),
            release: raw.release.clone(),
            troubles: troubles(raw),
        }
    }

    fn add_up(&mut self, raw: &Raw) {
        let mut next = self.totals.back().cloned().unwrap_or_default();
        let first = self.totals.is_empty();
        next.at = raw.at_seconds;
        for (name, said) in &raw.instances {
            let Ok((counters, _)) = said else { continue };
            // What an instance had counted before it was first seen happened before the watch.
            let grown = match self.last.get(name) {
                Some(last) if last.requests <= counters.requests && last.cpu_seconds <= counters.cpu_seconds => {
                    difference(counters, last)
                }
                Some(_) => counters.clone(),
                None if first => Counters::default(),
                None => Counters { cpu_seconds: 0.0, ..counters.clone() },
            };
            add(&mut next.all, &grown);
            add(next.by_instance.entry(name.clone()).or_default(), &grown);
            self.last.insert(name.clone(), counters.clone());
        }
        next.by_instance.retain(|name, _| raw.instances.contains_key(name));
        let positions = raw.instances.values().flatten().filter_map(|(_, gauges)| gauges.log_position);
        next.position = positions.fold(None, |most: Option<f64>, one| Some(most.map_or(one, |most| most.max(one))));
        next.by_group = raw.groups.iter().map(|(name, (.., arm))| (name.clone(), arm.clone())).collect();
        self.totals.push_back(next);
        self.thin();
    }

    /// Keeps readings by the second for a while, then by the minute, for as long as the longest window.
    fn thin(&mut self) {
        let Some(now) = self.totals.back().map(|totals| totals.at) else { return };
        let mut kept: VecDeque<Totals> = VecDeque::with_capacity(self.totals.len());
        for mut totals in self.totals.drain(..) {
            let age = now - totals.at;
            if age > 2.0 * RECENT_SECONDS {
                totals.by_group.clear();
                totals.by_instance.clear();
                totals.all.within_us.clear();
            }
            let minute_is_kept = kept.back().is_some_and(|last| totals.at - last.at < 60.0);
            if age <= BURNS[3].1 && (age <= FINE_SECONDS || !minute_is_kept) {
                kept.push_back(totals);
            }
        }
        self.totals = kept;
    }

    /// The reading nearest before a moment, or the first one.
    fn since(&self, at: f64) -> Option<&Totals> {
        let after = self.totals.partition_point(|totals| totals.at <= at);
        self.totals.get(after.saturating_sub(1))
    }

    /// Rates between readings, oldest first.
    fn history(&self, of: fn(&Totals) -> f64) -> Vec<f64> {
        let begin = self.totals.len().saturating_sub(HISTORY + 1);
        let readings: Vec<&Totals> = self.totals.iter().skip(begin).collect();
        let rate = |pair: &[&Totals]| (of(pair[1]) - of(pair[0])).max(0.0) / (pair[1].at - pair[0].at).max(1e-3);
        readings.windows(2).map(rate).collect()
    }

    fn slo(&self, now: &Totals) -> Slo {
        let allowed = 1.0 - AVAILABILITY;
        let burn = |seconds: f64| {
            let then = self.since(now.at - seconds)?;
            let requests = now.all.requests - then.all.requests;
            (requests > 0.0).then(|| (now.all.errors - then.all.errors) / requests / allowed)
        };
        let watched = now.at - self.totals.front().map_or(now.at, |first| first.at);
        let burns = BURNS.map(|(threshold, long_seconds, short_seconds)| {
            let (long, short) = (burn(long_seconds), burn(short_seconds));
            let reaches = |burn: Option<f64>| burn.is_some_and(|burn| burn >= threshold);
            Burn {
                threshold,
                long_seconds,
                short_seconds,
                long,
                short,
                long_watched: (watched / long_seconds).min(1.0),
                alarming: reaches(long) && reaches(short),
            }
        });
        Slo {
            availability: AVAILABILITY,
            p95_ms_max: P95_MS_MAX,
            budget_left: burn(BURNS[3].1).map(|burnt| 1.0 - burnt),
            burns: burns.to_vec(),
        }
    }
}

fn replicas(raw: &Raw, now: &Totals, since: &Totals) -> Vec<Replica> {
    let seconds = now.at - since.at;
    let replica = |(name, said): (&String, &Result<(Counters, Gauges), String>)| {
        let Ok((_, gauges)) = said else {
            return Replica { name: name.clone(), ..Replica::default() };
        };
        let grown = match (now.by_instance.get(name), since.by_instance.get(name)) {
            (Some(now), Some(then)) if seconds > 0.0 => Some(difference(now, then)),
            _ => None,
        };
        Replica {
            name: name.clone(),
            version: gauges.version.clone(),
            answers: true,
            database_healthy: gauges.database_healthy,
            per_second: grown.as_ref().map(|grown| grown.requests / seconds),
            p95_ms: grown.as_ref().and_then(|grown| quantile_ms(&grown.within_us, 0.95)),
            cores: grown.as_ref().map(|grown| grown.cpu_seconds / seconds),
            memory_bytes: gauges.memory_bytes,
        }
    };
    raw.instances.iter().map(replica).collect()
}

fn groups(raw: &Raw, since: &Totals, seconds: f64) -> Vec<Group> {
    let group = |(name, (version, weight, impaired, arm)): (&String, &(String, f64, bool, Arm))| {
        let grown = since.by_group.get(name).filter(|_| seconds > 0.0).and_then(|then| arm.since(then).ok());
        Group {
            name: name.clone(),
            version: version.clone(),
            weight: *weight,
            impaired: *impaired,
            per_second: grown.as_ref().map(|grown| grown.attempts as f64 / seconds),
            failed: grown
                .as_ref()
                .filter(|grown| grown.attempts > 0)
                .map(|grown| grown.failures as f64 / grown.attempts as f64),
            p95_ms: grown.and_then(|grown| grown.latency.quantile_interpolated_us(0.95)).map(|micros| micros / 1e3),
        }
    };
    raw.groups.iter().map(group).collect()
}

fn events(gauges: &[&Gauges], now: &Totals, since: &Totals) -> Events {
    let least = gauges.iter().filter_map(|gauges| gauges.log_position).fold(f64::INFINITY, f64::min);
    let seconds = now.at - since.at;
    Events {
        position: now.position,
        per_second: match (now.position, since.position) {
            (Some(now), Some(then)) if seconds > 0.0 => Some(((now - then) / seconds).max(0.0)),
            _ => None,
        },
        lag: now.position.map(|most| most - least),
        unsealed: gauges.iter().filter_map(|gauges| gauges.seal_lag).reduce(f64::max),
    }
}

fn troubles(raw: &Raw) -> Vec<String> {
    let silent =
        raw.instances.iter().filter_map(|(name, said)| said.as_ref().err().map(|why| format!("{name}: {why}")));
    raw.troubles.iter().cloned().chain(silent).collect()
}

fn add(to: &mut Counters, more: &Counters) {
    to.requests += more.requests;
    to.errors += more.errors;
    to.turned_away += more.turned_away;
    to.cpu_seconds += more.cpu_seconds;
    for (bound, count) in &more.within_us {
        *to.within_us.entry(*bound).or_default() += count;
    }
}

fn difference(now: &Counters, then: &Counters) -> Counters {
    let less =
        |(bound, count): (&u64, &f64)| (*bound, (count - then.within_us.get(bound).copied().unwrap_or(0.0)).max(0.0));
    Counters {
        requests: (now.requests - then.requests).max(0.0),
        errors: (now.errors - then.errors).max(0.0),
        within_us: now.within_us.iter().map(less).collect(),
        turned_away: (now.turned_away - then.turned_away).max(0.0),
        cpu_seconds: (now.cpu_seconds - then.cpu_seconds).max(0.0),
    }
}

/// A quantile from cumulative buckets, evenly spread within one; in the last bucket its beginning.
fn quantile_ms(within_us: &BTreeMap<u64, f64>, q: f64) -> Option<f64> {
    let all = *within_us.last_key_value()?.1;
    if all <= 0.0 {
        return None;
    }
    let rank = q * all;
    let (mut start, mut below) = (0_u64, 0.0);
    for (bound, count) in within_us {
        if *count >= rank {
            if *bound == UNBOUNDED_US {
                return Some(start as f64 / 1e3);
            }
            let part = if *count > below { (rank - below) / (count - below) } else { 1.0 };
            return Some((start as f64 + part * (*bound - start) as f64) / 1e3);
        }
        (start, below) = (*bound, *count);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(at: f64, requests: f64, errors: f64) -> Raw {
        let within_us = BTreeMap::from([(5_000, requests * 0.5), (50_000, requests), (UNBOUNDED_US, requests)]);
        let counters = Counters { requests, errors, within_us, cpu_seconds: at * 0.5, turned_away: 0.0 };
        let gauges = Gauges { log_position: Some(requests), ..Gauges::default() };
        Raw { at_seconds: at, instances: BTreeMap::from([("a".to_owned(), Ok((counters, gauges)))]), ..Raw::default() }
    }

    #[test]
    fn rates_are_differences_and_what_was_before_the_watch_does_not_count() {
        let mut watch = Watch::new("test");
        assert_eq!(watch.see(&raw(0.0, 1_000_000.0, 5.0)).traffic.per_second, None);
        let view = watch.see(&raw(5.0, 1_000_500.0, 10.0));
        assert_eq!(view.traffic.per_second, Some(100.0));
        assert_eq!(view.errors.share, Some(0.01));
        assert_eq!(view.saturation.cores, Some(0.5));
        assert_eq!(view.events.per_second, Some(100.0));
        assert!(view.latency.p95_ms.is_some_and(|p95| (40.0..50.0).contains(&p95)), "{:?}", view.latency);
    }

    #[test]
    fn process_that_restarts_loses_nothing() {
        let mut watch = Watch::new("test");
        watch.see(&raw(0.0, 1_000.0, 0.0));
        watch.see(&raw(1.0, 1_100.0, 0.0));
        let view = watch.see(&raw(2.0, 50.0, 0.0));
        assert_eq!(view.traffic.per_second, Some(75.0));
    }

    #[test]
    fn burn_alarms_when_both_windows_burn_and_says_how_much_was_watched() {
        let mut watch = Watch::new("test");
        let mut view = View::default();
        for second in 0..=360 {
            let requests = f64::from(second) * 100.0;
            view = watch.see(&raw(f64::from(second), requests, requests * 0.02));
        }
        let fast = &view.slo.burns[0];
        assert!(fast.alarming && (fast.long_watched - 0.1).abs() < 1e-9, "{fast:?}");
        assert!(fast.long.is_some_and(|burn| (burn - 20.0).abs() < 0.1), "{fast:?}");
        assert!(view.slo.budget_left.is_some_and(|left| left < 0.0));
    }

    #[test]
    fn three_days_of_readings_are_thinned() {
        let mut watch = Watch::new("test");
        for minute in 0..300 {
            watch.see(&raw(f64::from(minute) * 20.0, 0.0, 0.0));
        }
        assert!(watch.totals.len() < 160, "{}", watch.totals.len());
    }

    #[test]
    fn nothing_is_zero() {
        let view = Watch::new("test").see(&Raw::default());
        assert!(view.traffic.in_flight.is_sign_positive() && view.saturation.memory_bytes.is_sign_positive());
    }

    #[test]
    fn instance_that_is_silent_is_named() {
        let mut silent = raw(0.0, 1.0, 0.0);
        silent.instances.insert("b".to_owned(), Err("connection refused".to_owned()));
        let view = Watch::new("test").see(&silent);
        assert_eq!(view.troubles, ["b: connection refused"]);
        assert!(!view.replicas[1].answers);
    }
}
