//! What a gateway is told at its start; everything that changes while it runs is in the table instead.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::network::Network;

/// hyper's limit of header fields where none is set.
const HEADERS_OF_HYPER: usize = 100;

/// Configuration of one gateway. Each part has defaults that suit one host.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// Where clients connect.
    pub listens: Vec<Listen>,
    /// The admin socket; it is made with mode 0600.
    pub admin_socket: PathBuf,
    /// Keeps the table over restarts.
    pub state_file: PathBuf,
    /// `GET /metrics` for a scraper, on a loopback address; it is on the admin socket in any case.
    #[serde(default)]
    pub metrics_listen: Option<SocketAddr>,
    /// Threads that carry requests; 0 = one for each core.
    #[serde(default)]
    pub workers: usize,
    /// Which requests get a log line.
    #[serde(default)]
    pub access_log: AccessLog,
    /// Says in an `x-gateway-group` header which group answered; for tests and rehearsals.
    #[serde(default)]
    pub reveal_group: bool,
    /// Networks of proxies in front, whose `X-Forwarded-*` counts. From others it is dropped.
    #[serde(default)]
    pub trusted_proxies: Vec<String>,
    /// Bounds of connections and requests.
    #[serde(default)]
    pub limits: Limits,
    /// How long things may take.
    #[serde(default)]
    pub timeouts: Timeouts,
    /// Second attempts.
    #[serde(default)]
    pub retries: Retries,
    /// Active checks.
    #[serde(default)]
    pub health: HealthChecks,
    /// Ejection of targets whose answers fail.
    #[serde(default)]
    pub outliers: Outliers,
    /// Circuit breaker of each target.
    #[serde(default)]
    pub breaker: BreakerRule,
    /// Requests per client address; off if absent.
    #[serde(default)]
    pub rate_limit: Option<RateLimit>,
}

/// An address that clients connect to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Listen {
    /// Address and port; port 0 takes a free one, which the state names.
    pub address: SocketAddr,
    /// Certificate and key, if it speaks TLS.
    #[serde(default)]
    pub tls: Option<TlsFiles>,
}

/// Certificate chain (leaf first) and key, in PEM. They are read again on SIGHUP and when a file changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TlsFiles {
    /// The chain.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Which requests get a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AccessLog {
    /// Every one.
    #[default]
    All,
    /// Those that end with 500 or more, or break.
    Errors,
    /// None.
    Off,
}

macro_rules! part {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty = $default:expr),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type),+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default),+ }
            }
        }
    };
}

part! {
    /// Bounds of connections and requests.
    Limits {
        /// Open client connections; more wait in the backlog.
        connections_max: usize = 10_000,
        /// Largest head of a request or answer.
        head_bytes_max: usize = 32 * 1024,
        /// Most header fields of a request or answer.
        headers_max: usize = 100,
        /// Requests at once on one HTTP/2 connection.
        streams_per_connection_max: u32 = 128,
        /// Open requests of one target; more wait.
        open_per_target_max: u32 = 1_024,
        /// Requests that wait for a place, per group; more are answered with 503.
        queue_max: u32 = 1_024,
        /// Longest wait for a place.
        queue_ms_max: u64 = 1_000,
        /// Idle connections kept for each target and worker.
        idle_per_target_max: usize = 256,
    }
}

part! {
    /// How long things may take, in milliseconds.
    Timeouts {
        /// TLS handshake of a client.
        handshake_ms: u64 = 10_000,
        /// A request's head; also the longest idle time of a client connection.
        head_ms: u64 = 60_000,
        /// Connecting to a target.
        connect_ms: u64 = 1_000,
        /// One attempt, to the head of its answer; counted from the last byte of a body that is passed on as it comes.
        attempt_ms: u64 = 10_000,
        /// All attempts of a request, to the head of the answer.
        request_ms: u64 = 30_000,
        /// Longest silence within an answer's body.
        body_idle_ms: u64 = 600_000,
        /// Idle connections to targets are closed after this; less than the targets' own, or requests get lost.
        pool_idle_ms: u64 = 15_000,
        /// From SIGTERM to the closed listener: the time that a load balancer in front needs to notice.
        drain_delay_ms: u64 = 0,
        /// For requests that are under way on an idle connection when the listener has closed.
        idle_grace_ms: u64 = 250,
        /// From the closed listener to the cut-off.
        drain_ms_max: u64 = 30_000,
    }
}

part! {
    /// Second attempts of requests with a safe method or an `Idempotency-Key`.
    Retries {
        /// Attempts in all; 1 = no retry.
        attempts_max: u32 = 3,
        /// Retries that are always allowed.
        per_second: u32 = 10,
        /// Retries that a hundred requests allow besides.
        percent: u32 = 10,
        /// Largest request body that is kept for another attempt.
        body_bytes_max: usize = 64 * 1024,
    }
}

part! {
    /// Active checks of each target.
    HealthChecks {
        /// What is asked; empty = no active checks.
        path: String = "/api/health/ready".to_owned(),
        /// Time between checks.
        interval_ms: u64 = 1_000,
        /// Longest time for an answer.
        timeout_ms: u64 = 1_000,
        /// Good answers (200 to 399) until a target is healthy again.
        healthy_after: u32 = 2,
        /// Bad answers until it is not.
        unhealthy_after: u32 = 3,
    }
}

part! {
    /// Ejection of targets whose answers fail.
    Outliers {
        /// Failures in a row that eject a target; 0 = never.
        consecutive: u32 = 5,
        /// First ejection; the second is twice as long, and so on.
        base_ms: u64 = 10_000,
        /// Longest ejection.
        longest_ms: u64 = 300_000,
        /// Most targets of a group that may be ejected at once.
        percent_max: u32 = 50,
    }
}

part! {
    /// When a target's circuit breaker opens.
    BreakerRule {
        /// Share of failed attempts; 0 = never.
        percent: u32 = 50,
        /// Attempts that the share is taken of, at least.
        attempts_min: u32 = 20,
        /// The time that is looked back on.
        window_ms: u64 = 10_000,
        /// How long it stays open.
        open_ms: u64 = 5_000,
        /// Good answers, one at a time, that close it again.
        close_after: u32 = 3,
    }
}

part! {
    /// Requests per client address.
    RateLimit {
        /// Sustained rate.
        per_second: u32 = 100,
        /// How many at once.
        burst: u32 = 200,
        /// Addresses that are remembered; the one unseen for longest is forgotten.
        addresses_max: u64 = 100_000,
    }
}

/// Something that is wrong in a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// Path of the option, as in `limits.queueMax`.
    pub option: &'static str,
    /// What it has to be.
    pub problem: String,
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.option, self.problem)
    }
}

impl Config {
    /// A configuration with defaults that listens on one address in plain text.
    #[must_use]
    pub fn plain(listen: SocketAddr, admin_socket: impl Into<PathBuf>, state_file: impl Into<PathBuf>) -> Self {
        Self {
            listens: vec![Listen { address: listen, tls: None }],
            admin_socket: admin_socket.into(),
            state_file: state_file.into(),
            metrics_listen: None,
            workers: 0,
            access_log: AccessLog::default(),
            reveal_group: false,
            trusted_proxies: Vec::new(),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            retries: Retries::default(),
            health: HealthChecks::default(),
            outliers: Outliers::default(),
            breaker: BreakerRule::default(),
            rate_limit: None,
        }
    }

    /// Everything that is wrong with it, at once.
    #[must_use]
    pub fn faults(&self) -> Vec<ConfigFault> {
        let mut faults = Vec::new();
        let mut check = |sound: bool, option: &'static str, problem: &str| {
            if !sound {
                faults.push(ConfigFault { option, problem: problem.to_owned() });
            }
        };
        check(!self.listens.is_empty(), "listens", "name at least one address");
        check(!self.admin_socket.as_os_str().is_empty(), "adminSocket", "name a file");
        check(!self.state_file.as_os_str().is_empty(), "stateFile", "name a file");
        check(self.workers <= 256, "workers", "at most 256");
        check(
            self.metrics_listen.is_none_or(|address| address.ip().is_loopback()),
            "metricsListen",
            "metrics are for this host: a loopback address",
        );
        check(
            self.trusted_proxies.iter().all(|network| network.parse::<Network>().is_ok()),
            "trustedProxies",
            "addresses or networks like 10.0.0.0/8",
        );
        let limits = &self.limits;
        check(limits.connections_max > 0, "limits.connectionsMax", "at least 1");
        check((8_192..=1 << 20).contains(&limits.head_bytes_max), "limits.headBytesMax", "8192 to 1048576");
        check((10..=1_000).contains(&limits.headers_max), "limits.headersMax", "10 to 1000");
        check(limits.streams_per_connection_max > 0, "limits.streamsPerConnectionMax", "at least 1");
        check(limits.open_per_target_max > 0, "limits.openPerTargetMax", "at least 1");
        let timeouts = &self.timeouts;
        check(timeouts.connect_ms > 0, "timeouts.connectMs", "at least 1");
        check(timeouts.attempt_ms > 0, "timeouts.attemptMs", "at least 1");
        check(timeouts.head_ms > 0, "timeouts.headMs", "at least 1");
        check(timeouts.handshake_ms > 0, "timeouts.handshakeMs", "at least 1");
        check(timeouts.request_ms >= timeouts.attempt_ms, "timeouts.requestMs", "no less than attemptMs");
        check((1..=10).contains(&self.retries.attempts_max), "retries.attemptsMax", "1 to 10");
        check(self.retries.percent <= 100, "retries.percent", "at most 100");
        check(self.retries.body_bytes_max <= 1 << 20, "retries.bodyBytesMax", "at most 1048576");
        let health = &self.health;
        check(
            health.path.is_empty()
                || http::uri::PathAndQuery::try_from(&health.path).is_ok_and(|path| path.path().starts_with('/')),
            "health.path",
            "empty, or a path that begins with /",
        );
        check(health.interval_ms >= 10, "health.intervalMs", "at least 10");
        check(health.timeout_ms > 0, "health.timeoutMs", "at least 1");
        check(health.healthy_after > 0, "health.healthyAfter", "at least 1");
        check(health.unhealthy_after > 0, "health.unhealthyAfter", "at least 1");
        check(self.outliers.percent_max <= 100, "outliers.percentMax", "at most 100");
        check(self.outliers.base_ms <= self.outliers.longest_ms, "outliers.baseMs", "no more than longestMs");
        check(self.breaker.percent <= 100, "breaker.percent", "at most 100");
        check(self.breaker.window_ms >= 1_000, "breaker.windowMs", "at least 1000");
        check(self.breaker.close_after > 0, "breaker.closeAfter", "at least 1");
        if let Some(rate) = &self.rate_limit {
            check(rate.per_second > 0, "rateLimit.perSecond", "at least 1");
            check(rate.burst > 0, "rateLimit.burst", "at least 1");
            check(rate.addresses_max > 0, "rateLimit.addressesMax", "at least 1");
        }
        faults
    }

    pub(crate) fn workers(&self) -> usize {
        match self.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            workers => workers,
        }
    }

    /// The number of header fields, unless it is hyper's own: any other has hyper move kilobytes for each head.
    pub(crate) fn headers_max(&self) -> Option<usize> {
        (self.limits.headers_max != HEADERS_OF_HYPER).then_some(self.limits.headers_max)
    }

    pub(crate) fn trusted(&self) -> Vec<Network> {
        self.trusted_proxies.iter().filter_map(|network| network.parse().ok()).collect()
    }
}

pub(crate) fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn plain() -> Config {
        Config::plain("127.0.0.1:0".parse().unwrap(), "admin.sock", "state.json")
    }

    #[test]
    fn defaults_are_sound_and_read_from_three_lines() {
        assert_eq!(plain().faults(), []);
        let json = r#"{"listens":[{"address":"127.0.0.1:0"}],"adminSocket":"a","stateFile":"s"}"#;
        let read: Config = serde_json::from_str(json).unwrap();
        assert_eq!(read.faults(), []);
        assert_eq!(read.timeouts.attempt_ms, Timeouts::default().attempt_ms);
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let mut config = plain();
        config.listens.clear();
        config.metrics_listen = Some("0.0.0.0:9100".parse().unwrap());
        config.trusted_proxies = vec!["everybody".into()];
        config.timeouts.request_ms = 1;
        config.health.path = "ready".into();
        let options: Vec<&str> = config.faults().iter().map(|fault| fault.option).collect();
        assert_eq!(options, ["listens", "metricsListen", "trustedProxies", "timeouts.requestMs", "health.path"]);
    }

    #[test]
    fn an_unknown_option_is_refused() {
        let json = r#"{"listens":[],"adminSocket":"a","stateFile":"s","limits":{"queueMaximum":1}}"#;
        assert!(serde_json::from_str::<Config>(json).is_err());
    }
}
