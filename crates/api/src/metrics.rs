//! Measurements for Prometheus: requests by route, method and class of status, the process, and
//! whatever the other crates register.

pub mod classic;
pub mod process;

use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::exemplar::HistogramWithExemplars;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::settings::Build;

/// Media type of `/metrics`.
pub const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds in seconds.
const BUCKETS_S: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    operation: String,
    route: String,
    method: String,
    status: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ReasonLabel {
    reason: &'static str,
}

/// The trace of a request, as an example of what fell into a bucket. Source: OpenMetrics 1.0, "Exemplars".
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct TraceLabel {
    trace_id: String,
}

type Histogram = HistogramWithExemplars<TraceLabel>;
type Durations = Family<RouteLabels, Histogram, fn() -> Histogram>;

/// The registry of the whole process.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
    durations: Durations,
    pub(crate) in_flight: Gauge<i64, AtomicI64>,
    pub(crate) streams_open: Gauge<i64, AtomicI64>,
    pub(crate) connections: Gauge<i64, AtomicI64>,
    turned_away: Family<ReasonLabel, Counter>,
}

impl Metrics {
    /// A registry with what the API itself measures.
    #[must_use]
    pub fn new(build: &Build) -> Self {
        let mut root = Registry::default();
        root.register_collector(Box::new(process::Process::new()));
        let registry = root.sub_registry_with_prefix("raally");
        let durations: Durations = Family::new_with_constructor(|| Histogram::new(BUCKETS_S.into_iter()));
        let [in_flight, streams_open, connections] = std::array::from_fn(|_| Gauge::default());
        let turned_away = Family::<ReasonLabel, Counter>::default();
        registry.register(
            "http_request_duration_seconds",
            "Time from the request's head to the answer's head",
            durations.clone(),
        );
        registry.register("http_requests_in_flight", "Requests in work", in_flight.clone());
        registry.register("http_streams_open", "Open event streams", streams_open.clone());
        registry.register("http_connections_open", "Open connections", connections.clone());
        registry.register(
            "http_requests_turned_away",
            "Requests refused before their operation ran",
            turned_away.clone(),
        );
        let labels = vec![("version", build.version.clone()), ("build", build.build.clone())];
        registry.register("build", "Which build this is", Info::new(labels));
        let registry = Arc::new(Mutex::new(root));
        Self { registry, durations, in_flight, streams_open, connections, turned_away }
    }

    /// Adds measurements of another part: `metrics.register(|registry| registry.register(…))`.
    /// Names get the prefix `raally_`.
    pub fn register<T>(&self, add: impl FnOnce(&mut Registry) -> T) -> T {
        let mut root = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        add(root.sub_registry_with_prefix("raally"))
    }

    /// All measurements in the OpenMetrics text format.
    ///
    /// # Errors
    /// Never in practice: writing to a string does not fail.
    pub fn encode(&self) -> Result<String, std::fmt::Error> {
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::with_capacity(64 * 1024);
        encode(&mut text, &registry)?;
        Ok(text)
    }

    pub(crate) fn turned_away(&self, reason: &'static str) {
        self.turned_away.get_or_create(&ReasonLabel { reason }).inc();
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// The histograms of one operation, found once and then kept.
pub(crate) struct RouteMetrics {
    durations: Durations,
    operation: &'static str,
    route: &'static str,
    method: &'static str,
    by_class: [OnceLock<Histogram>; 6],
}

impl RouteMetrics {
    pub fn new(metrics: &Metrics, operation: &'static str, method: &'static str, route: &'static str) -> Self {
        let durations = metrics.durations.clone();
        Self { durations, operation, route, method, by_class: Default::default() }
    }

    /// One answer, with its trace where it is recorded; `None` = the caller went away before it.
    pub fn observe(&self, status: Option<StatusCode>, took: Duration, trace: Option<u128>) {
        let example = trace.map(|trace| (TraceLabel { trace_id: format!("{trace:032x}") }, SystemTime::now()));
        let (label, at) = example.unzip();
        let class = status.map_or(0, |status| usize::from(status.as_u16() / 100).min(5));
        self.by_class[class]
            .get_or_init(|| {
                let labels = RouteLabels {
                    operation: self.operation.to_owned(),
                    route: self.route.to_owned(),
                    method: self.method.to_owned(),
                    status: ["gone", "1xx", "2xx", "3xx", "4xx", "5xx"][class],
                };
                self.durations.get_or_create_owned(&labels)
            })
            .observe(took.as_secs_f64(), label, at);
    }
}
