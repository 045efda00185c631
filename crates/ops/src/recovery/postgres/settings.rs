//! What pgBackRest's own file says of a stanza: where the server is, and which places there are. Read, never written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::failed::Failed;

/// What pgBackRest takes where its file says nothing. Source: `pgbackrest help backup`.
const PORT: u16 = 5432;
const SOCKETS: &str = "/var/run/postgresql";
const USER: &str = "postgres";

/// Of one stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The server's data.
    pub data_dir: PathBuf,
    /// Its port.
    pub port: u16,
    /// Where its sockets are.
    pub sockets: PathBuf,
    /// The role that pgBackRest connects as.
    pub role: String,
    /// Numbers of the places that backups go to.
    pub repositories: BTreeSet<u32>,
}

impl Settings {
    /// Reads the file.
    ///
    /// # Errors
    /// When it can't be read, or lacks what is needed.
    pub fn read(file: &Path, stanza: &str) -> Result<Self, Failed> {
        let name = file.display();
        let text = std::fs::read_to_string(file).map_err(|error| {
            Failed::input(format!("{name}: {error}"))
                .next("deploy/host/pgbackrest.conf is a file to begin with; host.postgres.config says where it is")
        })?;
        Self::parse(&text, stanza).map_err(|fault| Failed::input(format!("{name}: {fault}")))
    }

    fn parse(text: &str, stanza: &str) -> Result<Self, String> {
        let values = values(text, stanza);
        let text = |name: &str| values.get(name).cloned();
        let data_dir = text("pg1-path").ok_or_else(|| format!("[{stanza}] has no pg1-path"))?;
        let port = text("pg1-port").map_or(Ok(PORT), |port| port.parse()).map_err(|_| "pg1-port is no port")?;
        let repositories: BTreeSet<u32> = values.keys().filter_map(|name| repository(name)).collect();
        if repositories.is_empty() {
            return Err("there is no repo1-path".into());
        }
        Ok(Self {
            data_dir: data_dir.into(),
            port,
            sockets: text("pg1-socket-path").unwrap_or_else(|| SOCKETS.into()).into(),
            role: text("pg1-user").unwrap_or_else(|| USER.into()),
            repositories,
        })
    }
}

/// Options of the stanza: what stands in `[global]`, and over it what stands in the stanza's own section.
fn values(text: &str, stanza: &str) -> BTreeMap<String, String> {
    let mut layers = [BTreeMap::new(), BTreeMap::new()];
    let mut layer = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            layer = [("global", 0), (stanza, 1)].into_iter().find(|(name, _)| *name == section).map(|(_, at)| at);
        } else if let (Some(at), Some((name, value))) = (layer, line.split_once('=')) {
            layers[at].insert(name.trim().to_owned(), value.trim().to_owned());
        }
    }
    let [mut all, own] = layers;
    all.extend(own);
    all
}

/// `repo2-type` and the like belong to place 2.
fn repository(option: &str) -> Option<u32> {
    let (number, _) = option.strip_prefix("repo")?.split_once('-')?;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# a note\n[global]\nrepo1-path=/a\nrepo2-type=s3\nrepo2-path = /b\npg1-port=5555\n\n\
                        [other]\npg1-path=/wrong\nrepo9-path=/c\n[raally]\npg1-path=/data\npg1-port=5433\n";

    #[test]
    fn the_stanzas_own_options_go_before_the_global_ones_and_other_stanzas_do_not_count() {
        let settings = Settings::parse(FILE, "raally").unwrap();
        assert_eq!((settings.data_dir, settings.port), ("/data".into(), 5433));
        assert_eq!(settings.repositories, BTreeSet::from([1, 2]));
        assert_eq!((settings.sockets, settings.role), (SOCKETS.into(), USER.to_owned()));
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(Settings::parse(FILE, "none").unwrap_err(), "[none] has no pg1-path");
        assert_eq!(Settings::parse("[s]\npg1-path=/d\n", "s").unwrap_err(), "there is no repo1-path");
        assert!(Settings::parse("[s]\npg1-path=/d\npg1-port=x\nrepo1-path=/a", "s").is_err());
    }

    #[test]
    fn the_file_that_is_shipped_is_understood() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/host/pgbackrest.conf");
        let settings = Settings::read(&file, "raally").unwrap();
        assert_eq!(settings.repositories, BTreeSet::from([1, 2]));
    }
}
