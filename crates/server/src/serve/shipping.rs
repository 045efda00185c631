//! `RAALLY_BACKUP_URL`: ships what is committed to a SQLite database while the server runs, and shows how that goes.

use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use raally_api::Metrics;
use raally_identity::chain::TrustedKeys;
use raally_shipping::{Options, Place, Progress, Shipper};
use raally_storage::Location;

use crate::config::Config;
use crate::failed::Failed;

/// What is to be shipped, and how it goes.
pub struct Shipping {
    options: Options,
    database: std::path::PathBuf,
    progress: Arc<Progress>,
}

/// Reads how to ship, where a place is configured.
///
/// # Errors
/// When the place can't be used at all; one that is not reachable now is tried for ever.
pub fn prepare(config: &Config) -> Result<Option<Shipping>, Failed> {
    let Some(backup) = &config.backup else { return Ok(None) };
    let Location::Sqlite(database) = &config.location else {
        return Err(Failed::input("RAALLY_BACKUP_URL is for SQLite")
            .next("take it away, and back PostgreSQL up with its own tools: docs/how-to/recover.md"));
    };
    let mut options = Options::new(Place::open(&backup.url)?, crate::version::VERSION);
    options.recipients = backup.recipients.clone();
    options.keep = backup.keep;
    options.log_bytes_max = backup.log_bytes_max;
    options.keys = vec![
        ("secret.key".to_owned(), config.secret_key_file.clone()),
        ("audit.key".to_owned(), config.audit_key_file.clone()),
        ("audit.key.trusted".to_owned(), TrustedKeys::beside(&config.audit_key_file).path().to_owned()),
    ];
    if !options.recipients.seal() {
        tracing::warn!(
            place = %options.place,
            "backups are NOT sealed: whoever reads the store reads the data; RAALLY_BACKUP_RECIPIENTS seals them. \
             The keys are not shipped: keep secret.key and audit.key elsewhere yourself"
        );
    }
    Ok(Some(Shipping { options, database: database.clone(), progress: Arc::default() }))
}

impl Shipping {
    /// Shows it on `/metrics`.
    pub fn register(&self, metrics: &Metrics) {
        let shown = Shown(Arc::clone(&self.progress));
        metrics.register(|registry| registry.register_collector(Box::new(shown)));
    }

    /// Begins.
    ///
    /// # Errors
    /// When there can be no thread.
    pub fn start(self) -> Result<Shipper, Failed> {
        Ok(Shipper::start(self.options, self.database, self.progress)?)
    }
}

#[derive(Debug)]
struct Shown(Arc<Progress>);

impl Collector for Shown {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let seen = self.0.seen();
        let bytes = i64::try_from(seen.log_bytes).unwrap_or(i64::MAX);
        let ships = "Whether this process ships to the backup store";
        put(&mut encoder, "backup_shipping", ships, &ConstGauge::new(i64::from(seen.ships)))?;
        put(&mut encoder, "backup_log_bytes", "Bytes of SQLite's write-ahead log", &ConstGauge::new(bytes))?;
        let counted = [
            ("backup_records", "Records put into the backup store", seen.records),
            ("backup_bases", "Bases finished in the backup store", seen.bases),
            ("backup_shipped_bytes", "Bytes put into the backup store", seen.bytes),
            ("backup_failures", "Requests to the backup store that failed", seen.failures),
            ("backup_generations", "Chains of backups begun by this process", seen.generations),
        ];
        for (name, help, value) in counted {
            put(&mut encoder, name, help, &ConstCounter::new(value))?;
        }
        if !seen.ships {
            return Ok(());
        }
        let lag = "Seconds since the moment up to which every write can be restored from the backup store";
        put(&mut encoder, "backup_lag_seconds", lag, &ConstGauge::new(seen.lag_seconds))?;
        let based = "When the newest base was finished, in seconds since the epoch; 0 for never";
        put(&mut encoder, "backup_base_timestamp_seconds", based, &ConstGauge::new(seen.based_at_seconds))
    }
}

fn put(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, metric: &impl EncodeMetric) -> std::fmt::Result {
    metric.encode(encoder.encode_descriptor(name, help, None, metric.metric_type())?)
}
