//! Measurements for `/metrics` beside those of the API: the database, the log, and figures of the business.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use raally_api::Metrics;
use raally_application::audit::Auditor;
use raally_application::{App, Failure};
use raally_domain::kind::Kind;
use raally_storage::{Histogram, Partition, Query, Scope};

use crate::telemetry::Counts;

/// What is counted, and as what.
const COUNTED: [(Kind, &str, &str); 6] = [
    (Kind::User, "users", "Logins"),
    (Kind::Workspace, "workspaces", "Workspaces"),
    (Kind::Person, "people", "People and placeholders of all workspaces"),
    (Kind::Project, "projects", "Projects of all workspaces"),
    (Kind::Assignment, "assignments", "Assignments of all workspaces"),
    (Kind::TimeOff, "absences", "Absences of all workspaces"),
];

/// Figures that need the database: read now and then, shown when somebody asks.
#[derive(Default)]
pub struct Figures {
    counts: [AtomicU64; COUNTED.len()],
    position: AtomicI64,
    seal_lag: AtomicU64,
}

impl Figures {
    /// Reads them anew; counts only when the log has grown since.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn refresh(&self, app: &App, auditor: &Auditor) -> Result<(), Failure> {
        self.seal_lag.store(auditor.lag().await?, Ordering::Relaxed);
        let position = app.store().last_position().await?;
        if position == self.position.load(Ordering::Relaxed) {
            return Ok(());
        }
        for ((kind, ..), figure) in COUNTED.iter().zip(&self.counts) {
            let query = Query::new(*kind).partition(Partition::All);
            let count = app
                .store()
                .read_long(Scope::Platform, move |tx| {
                    Box::pin(async move { Ok::<_, Failure>(tx.count(&query).await?) })
                })
                .await?;
            figure.store(count, Ordering::Relaxed);
        }
        self.position.store(position, Ordering::Relaxed);
        Ok(())
    }
}

/// Registers everything; the figures are to be refreshed.
pub fn register(metrics: &Metrics, app: &App, traces: Option<Arc<dyn Counts>>) -> Arc<Figures> {
    let figures = Arc::new(Figures::default());
    let measured = Measured { app: app.clone(), figures: Arc::clone(&figures), traces };
    metrics.register(|registry| registry.register_collector(Box::new(measured)));
    figures
}

struct Measured {
    app: App,
    figures: Arc<Figures>,
    traces: Option<Arc<dyn Counts>>,
}

impl std::fmt::Debug for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Measured")
    }
}

impl Collector for Measured {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let mut out = Out(&mut encoder);
        let now = self.app.store().metrics();
        out.gauge("db_queue_depth", "Writes or calls that wait for the database", now.queue_depth)?;
        out.gauge("db_connections_in_use", "Connections in use", now.connections_in_use)?;
        out.gauge("db_healthy", "Whether writes are accepted", now.healthy.into())?;
        out.counter("db_retries", "Works run again after a deadlock", now.retries)?;
        out.counter("db_refused", "Calls answered unavailable or overloaded", now.refused)?;
        out.seconds("db_read_duration_seconds", "Reads", &now.read_latency_us)?;
        out.seconds("db_write_duration_seconds", "Writes, from the call to the durable answer", &now.write_latency_us)?;
        out.histogram("db_commit_batch_size", "Commands in one commit", &now.commit_batch, 1.0)?;
        let position = u64::try_from(self.figures.position.load(Ordering::Relaxed)).unwrap_or(0);
        out.gauge("log_position", "Position of the last event", position)?;
        let lag = self.figures.seal_lag.load(Ordering::Relaxed);
        out.gauge("audit_seal_lag_positions", "Positions that are not sealed yet", lag)?;
        out.gauge("plans_in_memory", "Workspaces whose plan is in memory", self.app.plans().count())?;
        if let Some(traces) = &self.traces {
            out.counter("trace_spans_sent", "Spans that the collector took", traces.sent())?;
            out.counter("trace_spans_not_taken", "Spans that the collector didn't take", traces.not_taken())?;
            out.counter("trace_spans_without_place", "Spans dropped because too many waited", traces.without_place())?;
            out.gauge("trace_spans_waiting", "Spans that wait for the collector", traces.waiting())?;
        }
        for ((_, name, help), figure) in COUNTED.iter().zip(&self.figures.counts) {
            out.gauge(name, help, figure.load(Ordering::Relaxed))?;
        }
        Ok(())
    }
}

struct Out<'o, 'e>(&'o mut DescriptorEncoder<'e>);

impl Out<'_, '_> {
    fn one(&mut self, name: &str, help: &str, metric: &impl EncodeMetric) -> std::fmt::Result {
        metric.encode(self.0.encode_descriptor(name, help, None, metric.metric_type())?)
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) -> std::fmt::Result {
        self.one(name, help, &ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)))
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) -> std::fmt::Result {
        self.one(name, help, &ConstCounter::new(value))
    }

    fn seconds(&mut self, name: &str, help: &str, microseconds: &Histogram) -> std::fmt::Result {
        self.histogram(name, help, microseconds, 1_000_000.0)
    }

    fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram, unit: f64) -> std::fmt::Result {
        self.one(name, help, &Shown { histogram, unit })
    }
}

struct Shown<'h> {
    histogram: &'h Histogram,
    unit: f64,
}

impl EncodeMetric for Shown<'_> {
    #[expect(clippy::cast_precision_loss, reason = "measurements, not money")]
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        let bounds = self.histogram.bounds.iter().map(|bound| *bound as f64 / self.unit).chain([f64::INFINITY]);
        let buckets: Vec<(f64, u64)> = bounds.zip(self.histogram.counts.iter().copied()).collect();
        encoder.encode_histogram::<NoLabelSet>(
            self.histogram.sum as f64 / self.unit,
            self.histogram.count(),
            &buckets,
            None,
        )
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}
