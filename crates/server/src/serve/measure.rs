//! Measurements of the database for `/metrics`, read when somebody asks.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use raally_api::Metrics;
use raally_application::App;
use raally_storage::Store;

/// Registers what the store and the application count.
pub fn register(metrics: &Metrics, app: &App) {
    let (store, plans) = (app.store().clone(), app.clone());
    metrics.register(|registry| registry.register_collector(Box::new(Database { store, app: plans })));
}

struct Database {
    store: Store,
    app: App,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Database")
    }
}

impl Collector for Database {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let now = self.store.metrics();
        let gauge = |value: u64| ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
        one(&mut encoder, "raally_db_queue_depth", "Writes or calls that wait for the database", &gauge(now.queue_depth))?;
        one(&mut encoder, "raally_db_connections_in_use", "Connections in use", &gauge(now.connections_in_use))?;
        one(&mut encoder, "raally_db_healthy", "Whether writes are accepted", &gauge(now.healthy.into()))?;
        one(&mut encoder, "raally_plans_in_memory", "Workspaces whose plan is in memory", &gauge(self.app.plans().count()))?;
        one(&mut encoder, "raally_db_retries", "Works run again after a deadlock", &ConstCounter::new(now.retries))?;
        one(&mut encoder, "raally_db_refused", "Calls answered unavailable or overloaded", &ConstCounter::new(now.refused))?;
        Ok(())
    }
}

fn one(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, metric: &impl EncodeMetric) -> std::fmt::Result {
    metric.encode(encoder.encode_descriptor(name, help, None, metric.metric_type())?)
}
