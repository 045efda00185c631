//! What one instance says on `/metrics`, as far as the monitor shows it. Reads the OpenMetrics text format; lines that it
//! doesn't know are passed over.

use std::collections::BTreeMap;

/// One instance's counters: they only grow while its process lives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counters {
    /// Requests, without those for health and metrics.
    pub requests: f64,
    /// Of these, answered with 5xx.
    pub errors: f64,
    /// Requests that took at most so many microseconds; cumulative by bound, the last one is all.
    pub within_us: BTreeMap<u64, f64>,
    /// Requests refused before they ran.
    pub turned_away: f64,
    /// Processor time in seconds.
    pub cpu_seconds: f64,
}

/// One instance's state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gauges {
    /// Version and build.
    pub version: String,
    /// Memory in use.
    pub memory_bytes: f64,
    /// Requests in work.
    pub in_flight: f64,
    /// Open event streams.
    pub streams: f64,
    /// Writes that wait for the database.
    pub queue_depth: f64,
    /// Whether writes are accepted.
    pub database_healthy: Option<bool>,
    /// Position of the last event.
    pub log_position: Option<f64>,
    /// Events that are not sealed yet.
    pub seal_lag: Option<f64>,
}

/// Stands for the bucket without a bound.
pub const UNBOUNDED_US: u64 = u64::MAX;

/// Reads what `/metrics` answered.
#[must_use]
pub fn read(text: &str) -> (Counters, Gauges) {
    let (mut counters, mut gauges) = (Counters::default(), Gauges::default());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some((name, labels, value)) = sample(line) else { continue };
        match name {
            "raally_http_request_duration_seconds_count" if counts(&labels) => {
                counters.requests += value;
                if labels.get("status").is_some_and(|status| status.starts_with('5')) {
                    counters.errors += value;
                }
            }
            "raally_http_request_duration_seconds_bucket" if counts(&labels) => {
                if let Some(bound) = labels.get("le").and_then(|bound| bound_us(bound)) {
                    *counters.within_us.entry(bound).or_default() += value;
                }
            }
            "raally_http_requests_turned_away_total" => counters.turned_away += value,
            "process_cpu_seconds_total" => counters.cpu_seconds = value,
            "process_resident_memory_bytes" => gauges.memory_bytes = value,
            "raally_http_requests_in_flight" => gauges.in_flight = value,
            "raally_http_streams_open" => gauges.streams = value,
            "raally_db_queue_depth" => gauges.queue_depth = value,
            "raally_db_healthy" => gauges.database_healthy = Some(value > 0.5),
            "raally_log_position" => gauges.log_position = Some(value),
            "raally_audit_seal_lag_positions" => gauges.seal_lag = Some(value),
            "raally_build_info" => {
                let label = |name| labels.get(name).map(String::as_str).unwrap_or_default();
                gauges.version = format!("{}+{}", label("version"), label("build"));
            }
            _ => {}
        }
    }
    (counters, gauges)
}

/// The monitor's own requests and the probes of others are no traffic.
fn counts(labels: &BTreeMap<&str, String>) -> bool {
    labels.get("route").is_none_or(|route| route != "/metrics" && !route.starts_with("/api/health"))
}

fn bound_us(bound: &str) -> Option<u64> {
    if bound == "+Inf" {
        return Some(UNBOUNDED_US);
    }
    bound.parse::<f64>().ok().map(|seconds| (seconds * 1e6).round() as u64)
}

/// Name, labels and value of one line.
fn sample(line: &str) -> Option<(&str, BTreeMap<&str, String>, f64)> {
    let name_ends = line.find(['{', ' '])?;
    let (name, rest) = line.split_at(name_ends);
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (BTreeMap::new(), rest),
    };
    let value = rest.split_whitespace().next()?.parse().ok()?;
    Some((name, labels, value))
}

/// The labels up to the closing brace, and what follows it.
fn labels(mut rest: &str) -> Option<(BTreeMap<&str, String>, &str)> {
    let mut labels = BTreeMap::new();
    loop {
        if let Some(after) = rest.strip_prefix('}') {
            return Some((labels, after));
        }
        let (name, after) = rest.split_once("=\"")?;
        let mut value = String::new();
        let mut characters = after.char_indices();
        let ends = loop {
            match characters.next()? {
                (at, '"') => break at,
                (_, '\\') => value.push(match characters.next()?.1 {
                    'n' => '\n',
                    other => other,
                }),
                (_, other) => value.push(other),
            }
        };
        labels.insert(name.trim_start_matches(','), value);
        rest = &after[ends + 1..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = concat!(
        "# TYPE raally_http_request_duration_seconds histogram\n",
        "raally_http_request_duration_seconds_count{operation=\"get_me\",route=\"/api/v1/auth/me\",status=\"2xx\"} 10\n",
        "raally_http_request_duration_seconds_bucket{le=\"0.005\",route=\"/api/v1/auth/me\",status=\"2xx\"} 8 # {t=\"x\"} 0.1\n",
        "raally_http_request_duration_seconds_bucket{le=\"+Inf\",route=\"/api/v1/auth/me\",status=\"2xx\"} 10\n",
        "raally_http_request_duration_seconds_count{operation=\"a\",route=\"/api/v1/\\\"}x\",status=\"5xx\"} 2\n",
        "raally_http_request_duration_seconds_count{operation=\"get_metrics\",route=\"/metrics\",status=\"2xx\"} 99\n",
        "raally_build_info{version=\"1.2.3\",build=\"abc\"} 1\n",
        "raally_db_healthy 0\n",
        "nonsense{\n",
        "process_cpu_seconds_total 16.5\n# EOF\n",
    );

    #[test]
    fn requests_errors_and_state_are_read_and_probes_left_out() {
        let (counters, gauges) = read(TEXT);
        assert_eq!((counters.requests, counters.errors, counters.cpu_seconds), (12.0, 2.0, 16.5));
        assert_eq!(counters.within_us, BTreeMap::from([(5_000, 8.0), (UNBOUNDED_US, 10.0)]));
        assert_eq!((gauges.version.as_str(), gauges.database_healthy), ("1.2.3+abc", Some(false)));
    }

    #[test]
    fn broken_text_is_passed_over() {
        for broken in ["", "a", "a{", "a{b", "a{b=\"", "a{b=\"\\", "a{b=\"c\"}", "a{b=\"c\"} x", "a 1 2 3"] {
            assert_eq!(read(broken).0.requests, 0.0, "{broken}");
        }
    }
}
