//! Traces for a collector, by OTLP over HTTP. The other crates open `tracing` spans of the target `raally::trace`; here
//! they become spans of OpenTelemetry, wait in a bounded queue, and are sent in batches. Without an endpoint nothing of
//! this exists, and the spans cost a look at a static.
//!
//! What is sampled is settled at the door, in `raally_api`: a request that isn't opens no span at all.

mod client;
mod queue;
mod sender;
mod spans;

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_otlp::{Protocol, RetryPolicy, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanExporter as _;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::failed::Failed;
pub use queue::Counts;
use queue::Queue;
pub use spans::{Spans, Wanted};

/// Where a collector takes traces, below its address. Source: OTLP 1.x, "OTLP/HTTP request".
const TRACES: &str = "/v1/traces";
/// Longest time for one batch.
const SEND_MAX: Duration = Duration::from_secs(5);
/// Longest time for what still waits when the program ends.
const FLUSH_MAX: Duration = Duration::from_secs(2);

/// Takes spans from the start of the program on; sends them once a runtime is there.
pub struct Telemetry {
    queue: Arc<Queue>,
    exporter: SpanExporter,
}

impl Telemetry {
    /// As configured; none when no endpoint is.
    ///
    /// # Errors
    /// When the endpoint can't be used.
    pub fn of(config: &Config) -> Result<Option<Self>, Failed> {
        let Some(endpoint) = &config.otlp_endpoint else { return Ok(None) };
        let fault = |reason: String| Failed::input(format!("RAALLY_OTLP_ENDPOINT: {reason}"));
        let address = if endpoint.ends_with(TRACES) { endpoint.clone() } else { format!("{endpoint}{TRACES}") };
        let client = client::Client::new(endpoint.starts_with("https://"), SEND_MAX).map_err(fault)?;
        let mut exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(address)
            .with_timeout(SEND_MAX)
            .with_retry_policy(RetryPolicy::disabled())
            .build()
            .map_err(|error| fault(error.to_string()))?;
        exporter.set_resource(&resource());
        Ok(Some(Self { queue: Arc::default(), exporter }))
    }

    /// What makes spans of OpenTelemetry from those of `tracing`.
    pub fn spans(&self) -> Spans {
        Spans::new(Arc::clone(&self.queue))
    }

    /// Sends from now on, inside a runtime.
    pub fn start(self) -> Sending {
        let (stop, stopping) = watch::channel(false);
        let task = tokio::spawn(sender::run(self.exporter, Arc::clone(&self.queue), stopping));
        Sending { queue: self.queue, stop, task }
    }
}

/// Who is telling. Source: OpenTelemetry semantic conventions, "service" resource.
fn resource() -> Resource {
    Resource::builder()
        .with_service_name("raally")
        .with_attributes([
            KeyValue::new("service.version", crate::version::VERSION),
            KeyValue::new("service.instance.id", uuid::Uuid::now_v7().to_string()),
            KeyValue::new("raally.build", crate::version::BUILD),
        ])
        .build()
}

/// Traces on their way.
pub struct Sending {
    queue: Arc<Queue>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Sending {
    /// What was sent and what was not, for `/metrics`.
    pub fn counts(&self) -> Arc<dyn Counts> {
        Arc::clone(&self.queue) as Arc<dyn Counts>
    }

    /// Sends what waits and ends, in bounded time; a collector that is gone holds nobody up.
    pub async fn end(self) {
        self.stop.send_replace(true);
        let abort = self.task.abort_handle();
        if tokio::time::timeout(FLUSH_MAX, self.task).await.is_err() {
            abort.abort();
        }
        let lost = self.queue.abandon();
        if lost > 0 {
            tracing::warn!(spans = lost, "some traces were not sent before the end");
        }
    }
}
