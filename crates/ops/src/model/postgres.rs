//! What `environments.toml` says of an environment whose database is PostgreSQL on this host, kept by pgBackRest.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

const DAYS_MAX: u32 = 3_650;

/// Where pgBackRest's settings are, and what it does not know: how long backups are kept, how the server is started and
/// ended, where the installation's keys go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Postgres {
    /// pgBackRest's file, with the server's place, the places of backups and their keys.
    pub config: PathBuf,
    /// The section in it.
    pub stanza: String,
    /// Days that backups are kept, and with them every moment of that time.
    pub keep_days: u32,
    /// Days from a full backup to the next; those between have what changed since.
    pub full_every_days: u32,
    /// Starts the server; `pg_ctl`, if not given.
    pub start: Vec<String>,
    /// Ends the server; `pg_ctl`, if not given.
    pub stop: Vec<String>,
    /// Whom the installation's keys are sealed to, `age1…`.
    pub recipients: Vec<String>,
    /// Folders that the sealed keys go to.
    pub keys_to: Vec<PathBuf>,
}

impl Default for Postgres {
    fn default() -> Self {
        Self {
            config: "/etc/pgbackrest/pgbackrest.conf".into(),
            stanza: "raally".into(),
            keep_days: 30,
            full_every_days: 7,
            start: Vec::new(),
            stop: Vec::new(),
            recipients: Vec::new(),
            keys_to: Vec::new(),
        }
    }
}

impl Postgres {
    /// What is wrong, each with its place.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut say = |holds: bool, fault: &str| {
            if !holds {
                faults.push(format!("host.postgres.{fault}"));
            }
        };
        let named = !self.stanza.is_empty()
            && self.stanza.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
        say(named, "stanza: letters, digits, - and _");
        say((1..=DAYS_MAX).contains(&self.keep_days), "keep-days: 1 to 3650");
        say((1..=DAYS_MAX).contains(&self.full_every_days), "full-every-days: 1 to 3650");
        say(self.start.is_empty() == self.stop.is_empty(), "start: and stop go together");
        let sealed = self.keys_to.is_empty() == self.recipients.is_empty();
        say(sealed, "keys-to: and recipients go together");
        faults
    }
}
