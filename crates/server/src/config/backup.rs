//! Options of the continuous backup.

use std::time::Duration;

use raally_shipping::{Place, Recipients};

use super::reader::Reader;

const DAY: Duration = Duration::from_secs(86_400);

/// Where and how backups are shipped.
#[derive(Clone, Debug)]
pub struct Backup {
    /// `file:///FOLDER` or `s3://BUCKET/FOLDER`; without a password, which it may not have.
    pub url: String,
    /// Whom it is sealed to.
    pub recipients: Recipients,
    /// How long moments can be gone back to.
    pub keep: Duration,
    /// How long SQLite's log may grow while the store does not answer.
    pub log_bytes_max: u64,
}

/// Reads them; none without an address.
pub fn read(reader: &mut Reader) -> Option<Backup> {
    let recipients = reader.list("backup_recipients", |text| Ok(text.to_owned()));
    let recipients = Recipients::read(&recipients).unwrap_or_else(|error| {
        reader.fault("backup_recipients", &error.to_string());
        Recipients::default()
    });
    let days: u32 = reader.number("backup_retention_days", 30);
    let mebibytes: u64 = reader.number("backup_log_mebibytes_max", 1_024);
    let url = reader.text("backup_url")?.trim().to_owned();
    if let Err(error) = Place::check(&url) {
        reader.fault("backup_url", &error.to_string());
        return None;
    }
    Some(Backup { url, recipients, keep: DAY * days, log_bytes_max: mebibytes << 20 })
}
