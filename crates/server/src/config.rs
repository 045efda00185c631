//! The configuration: one struct, read from a TOML file and `RAALLY_*` variables, checked as a whole.

mod backup;
mod docs;
mod options;
mod reader;
mod source;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use raally_api::{Network, RateLimit, ServeOptions, Settings};
use raally_application::accounts::SignUp;
use raally_identity::password::HasherLimits;
use raally_storage::{Location, StoreConfig};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

pub use backup::Backup;
pub use docs::{env_example, page};
pub use options::{OPTIONS, variable};
pub use reader::Given;
use reader::Reader;
pub use source::Source;

/// Share of the requests that are traced when nobody says so.
const TRACE_RATIO: f64 = 0.1;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Pretty on a terminal, JSON elsewhere.
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

/// What is in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the data is.
    pub location: Location,
    /// Filter of the log.
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Collector of traces.
    pub otlp_endpoint: Option<String>,
    /// Continuous backup.
    pub backup: Option<Backup>,
    /// Key file of secrets.
    pub secret_key_file: PathBuf,
    /// Key file of the audit trail.
    pub audit_key_file: PathBuf,
    /// Who may sign up.
    pub sign_up: SignUp,
    /// Certificate and key.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Bounds and lists of the API.
    pub api: Settings,
    /// Bounds of connections.
    pub serve: ServeOptions,
    /// PostgreSQL connections.
    pub pool_size: usize,
    /// Waiting writes.
    pub write_queue_max: usize,
    /// Bounds of hashing.
    pub hashes: HasherLimits,
    /// Threads of the runtime.
    pub worker_threads: usize,
    given: BTreeMap<&'static str, Given>,
}

impl Config {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// Every fault, one line each.
    pub fn load(source: &Source) -> Result<Self, Vec<String>> {
        let mut reader = source.read();
        let config = Self::from_reader(&mut reader);
        let mut faults = reader.faults;
        faults.sort();
        if faults.is_empty() { Ok(config) } else { Err(faults) }
    }

    fn from_reader(reader: &mut Reader) -> Self {
        let listen = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
        let listen = reader.parsed("listen", listen, "an address and port such as 127.0.0.1:8080");
        let data_dir = reader.path("data_dir", PathBuf::from("./data"));
        let location = location(reader, &data_dir);
        let log = reader.text("log").unwrap_or_else(|| "info".to_owned());
        if !is_log_filter(&log) {
            reader.fault("log", &format!("{log:?} is no level and no filter such as info,raally_storage=debug"));
        }
        let formats = [("auto", LogFormat::Auto), ("json", LogFormat::Json), ("pretty", LogFormat::Pretty)];
        let sign_ups = [("open", SignUp::Open), ("link", SignUp::Link), ("closed", SignUp::Closed)];
        let sign_up = if listen.ip().is_loopback() { SignUp::Open } else { SignUp::Link };
        let hashes = HasherLimits::default();
        let otlp_endpoint = otlp_endpoint(reader);
        let trace_ratio = trace_ratio(reader);
        Self {
            listen,
            location,
            log,
            log_format: reader.choice("log_format", LogFormat::Auto, &formats),
            backup: backup::read(reader),
            secret_key_file: reader.path("secret_key_file", data_dir.join("secret.key")),
            audit_key_file: reader.path("audit_key_file", data_dir.join("audit.key")),
            sign_up: reader.choice("sign_up", sign_up, &sign_ups),
            tls: tls(reader),
            api: Settings { trace_ratio: trace_ratio.filter(|_| otlp_endpoint.is_some()), ..api(reader) },
            otlp_endpoint,
            serve: serve(reader),
            pool_size: reader.number("pool_size", 16),
            write_queue_max: reader.number("write_queue_max", 4_096),
            hashes: HasherLimits {
                concurrent: reader.number("hashes_max", hashes.concurrent),
                waiting: reader.number("hashes_waiting_max", hashes.waiting),
            },
            worker_threads: reader.number("worker_threads", processors()),
            given: reader.given.clone(),
        }
    }

    /// How the store is to be opened.
    pub fn store(&self) -> StoreConfig {
        let mut store = StoreConfig::new(self.location.clone(), crate::version::VERSION);
        store.pool_size = self.pool_size;
        store.write_queue_max = self.write_queue_max;
        store
    }

    /// Whether file or environment name this option.
    pub fn is_set(&self, key: &str) -> bool {
        self.given.contains_key(key)
    }

    /// Where an option comes from: a variable, a file, or the default.
    pub fn from(&self, key: &str) -> &str {
        self.given.get(key).map_or("default", |given| &given.from)
    }

    /// What was given for an option, with passwords left out.
    pub fn shown(&self, key: &str) -> Option<String> {
        self.given.get(key).map(|given| without_password(&given.value))
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

/// A word alone is a level. To the filter it may be the name of a part of the program too, and then nothing else is
/// logged: a slip such as `warning` would end all logging without a word.
fn is_log_filter(text: &str) -> bool {
    let levels = |part: &str| part.contains(['=', '[']) || part.trim().parse::<LevelFilter>().is_ok();
    EnvFilter::try_new(text).is_ok() && (text.contains('[') || text.split(',').all(levels))
}

fn location(reader: &mut Reader, data_dir: &std::path::Path) -> Location {
    let default = Location::Sqlite(data_dir.join("raally.db"));
    let Some(text) = reader.text("database_url") else { return default };
    Location::parse(&text).unwrap_or_else(|error| {
        reader.fault("database_url", &error.to_string());
        default
    })
}

fn tls(reader: &mut Reader) -> Option<(PathBuf, PathBuf)> {
    match (reader.text("tls_cert"), reader.text("tls_key")) {
        (Some(cert), Some(key)) => Some((cert.into(), key.into())),
        (None, None) => None,
        (Some(_), None) => {
            reader.fault("tls_key", "is missing: certificate and key come together");
            None
        }
        (None, Some(_)) => {
            reader.fault("tls_cert", "is missing: certificate and key come together");
            None
        }
    }
}

fn origin(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host.map(|host| host.trim_end_matches('/')) {
        Some(host) if !host.is_empty() && !host.contains(['/', ' ', '@', '?', '#', '*']) => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err(format!("{text:?} is no origin such as https://app.example")),
    }
}

/// A name as it stands in `Host`, with a port or without; anything else would match no request.
fn host(text: &str) -> Result<String, String> {
    match text.parse::<http::uri::Authority>() {
        Ok(authority) if !text.contains(['@', '*']) && !authority.host().is_empty() => Ok(text.to_lowercase()),
        _ => Err(format!("{text:?} is no name of a host such as app.example; several stand with commas between")),
    }
}

fn api(reader: &mut Reader) -> Settings {
    let default = Settings::default();
    let public_url = reader.text("public_url").and_then(|text| match origin(text.trim()) {
        Ok(url) => Some(url),
        Err(reason) => {
            reader.fault("public_url", &reason);
            None
        }
    });
    let network = |text: &str| text.parse::<Network>().map_err(|error| error.to_string());
    Settings {
        build: crate::version::build(),
        public_url,
        cors_origins: reader.list("cors_origins", origin),
        hosts: reader.list("hosts", host),
        trusted_proxies: reader.list("trusted_proxies", network),
        body_bytes_max: reader.number("body_bytes_max", default.body_bytes_max),
        request_timeout: seconds(reader, "request_timeout_seconds", default.request_timeout),
        concurrent_requests_max: reader.number("concurrent_requests_max", default.concurrent_requests_max),
        rate_limit: rate_limit(reader),
        streams_per_user_max: reader.number("streams_per_user_max", default.streams_per_user_max),
        trace_ratio: None,
        metrics_private: reader.flag("metrics_private"),
        docs_private: reader.flag("docs_private"),
    }
}

/// Without a user in it, which would be a secret in a place that is shown.
fn otlp_endpoint(reader: &mut Reader) -> Option<String> {
    let text = reader.text("otlp_endpoint")?;
    let url = text.trim().trim_end_matches('/');
    let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['@', ' ', '?', '#']) => Some(url.to_owned()),
        _ => {
            let shown = without_password(&text);
            reader.fault("otlp_endpoint", &format!("{shown:?} is no address such as http://collector:4318"));
            None
        }
    }
}

fn trace_ratio(reader: &mut Reader) -> Option<f64> {
    let Some(text) = reader.text("trace_ratio") else { return Some(TRACE_RATIO) };
    let ratio = text.trim().parse::<f64>().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
    if ratio.is_none() {
        reader.fault("trace_ratio", &format!("{text:?} is no number from 0 to 1"));
    }
    ratio
}

fn rate_limit(reader: &mut Reader) -> Option<RateLimit> {
    let default = RateLimit::default();
    let Some(text) = reader.text("rate_limit") else { return Some(default) };
    if text.trim() == "off" {
        return None;
    }
    match text.trim().parse::<u32>() {
        Ok(requests) if requests > 0 => Some(RateLimit { requests, ..default }),
        _ => {
            reader.fault("rate_limit", &format!("{text:?} is neither a number of requests per minute nor off"));
            Some(default)
        }
    }
}

fn serve(reader: &mut Reader) -> ServeOptions {
    let default = ServeOptions::default();
    ServeOptions {
        connections_max: reader.number("connections_max", default.connections_max),
        drain_delay: if reader.given.contains_key("drain_delay_seconds") {
            seconds(reader, "drain_delay_seconds", default.drain_delay)
        } else {
            default.drain_delay
        },
        drain_deadline: seconds(reader, "drain_seconds", default.drain_deadline),
        ..default
    }
}

fn seconds(reader: &mut Reader, key: &'static str, default: Duration) -> Duration {
    Duration::from_secs(reader.number(key, default.as_secs()))
}

/// A URL without the password in it, in the user part or as a parameter.
fn without_password(text: &str) -> String {
    let mut shown = text.to_owned();
    if let Some((scheme, rest)) = text.split_once("://")
        && let Some((user, host)) = rest.rsplit_once('@')
        && let Some((name, _)) = user.split_once(':')
    {
        shown = format!("{scheme}://{name}:…@{host}");
    }
    if let Some(at) = shown.find("password=") {
        let end = shown[at..].find('&').map_or(shown.len(), |end| at + end);
        shown.replace_range(at + "password=".len()..end, "…");
    }
    shown
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn source(variables: &[(&str, &str)]) -> Source {
        let variables = variables.iter().map(|(name, value)| (format!("RAALLY_{name}"), (*value).to_owned())).collect();
        Source { file: None, variables }
    }

    #[test]
    fn defaults_have_no_fault_and_sign_up_is_open_on_loopback_only() {
        let config = Config::load(&source(&[])).unwrap();
        assert_eq!(config.sign_up, SignUp::Open);
        assert_eq!(Config::load(&source(&[("LISTEN", "0.0.0.0:80")])).unwrap().sign_up, SignUp::Link);
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let wrong = [("LISTEN", "here"), ("HASHES_MAX", "0"), ("LISTN", "x"), ("TLS_CERT", "a"), ("SIGN_UP", "maybe")];
        let faults = Config::load(&source(&wrong)).unwrap_err();
        assert_eq!(faults.len(), wrong.len(), "{faults:?}");
        assert!(faults.iter().any(|fault| fault.ends_with("did you mean RAALLY_LISTEN?")), "{faults:?}");
    }

    #[test]
    fn hosts_and_databases_that_no_request_and_no_start_could_reach_are_faults() {
        for (name, value) in [
            ("HOSTS", "a.example b.example"),
            ("HOSTS", "https://a.example"),
            ("HOSTS", "*.example"),
            ("HOSTS", "ann@a.example"),
            ("DATABASE_URL", "postgres://"),
            ("DATABASE_URL", "postgres:///raally?user=ann"),
            ("DATABASE_URL", "postgres://db:port/raally"),
            ("DATABASE_URL", "postgres://db/raally?sslmode=perhaps"),
        ] {
            assert_eq!(Config::load(&source(&[(name, value)])).unwrap_err().len(), 1, "{name}={value}");
        }
        let sound = [("HOSTS", "A.example, b.example:8443,[::1]"), ("DATABASE_URL", "postgres:///raally?host=/run/db")];
        let config = Config::load(&source(&sound)).unwrap();
        assert_eq!(config.api.hosts, ["a.example", "b.example:8443", "[::1]"]);
    }

    #[test]
    fn every_option_of_the_table_is_read() {
        let text = concat!(include_str!("config.rs"), include_str!("config/backup.rs"));
        for option in OPTIONS {
            assert!(text.contains(&format!("\"{}\"", option.key)), "{} is never read", option.key);
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(without_password("postgres://a:b@c/d"), "postgres://a:…@c/d");
        assert_eq!(without_password("postgres://c/d?user=a&password=b&x=1"), "postgres://c/d?user=a&password=…&x=1");
        assert_eq!(without_password("sqlite:x.db"), "sqlite:x.db");
    }
}
