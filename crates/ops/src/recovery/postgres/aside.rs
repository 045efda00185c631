//! A backup as a server of its own, beside what runs and gone when it is dropped: what a backup is worth is seen there.
//!
//! It takes connections through a socket in a folder that nobody else may enter, and archives nothing.

use std::path::Path;
use std::time::Duration;

use super::server::{Server, own, own_folder, programs};
use super::store::{Fetch, Store};
use crate::failed::{Doing, Failed};
use crate::stop::{Duty, Folder};
use jiff::Timestamp;

/// Longest playing back of the log.
const READY_WITHIN: Duration = Duration::from_secs(6 * 3_600);
/// Nobody else is in the folder of its socket.
const PORT: u16 = 5432;

/// A restored server.
#[derive(Debug)]
pub struct Aside {
    folder: Folder,
    server: Server,
    _duty: Duty,
}

impl Aside {
    /// Restores from a place, all of it or to a moment, and starts it.
    ///
    /// # Errors
    /// What pgBackRest or the server says.
    pub fn restore(store: &Store, repository: u32, to_time: Option<Timestamp>) -> Result<Self, Failed> {
        let folder = folder("raally-aside")?;
        let data_dir = folder.path().join("cluster");
        own_folder(&data_dir)?;
        store.fetch(&Fetch { repository, into: &data_dir, to_time, in_earnest: false })?;
        let version = std::fs::read_to_string(data_dir.join("PG_VERSION")).doing("PG_VERSION")?;
        let server = private(folder.path(), data_dir, Some(version.trim()))?;
        let duty = server.duty_to_stop();
        let aside = Self { folder, server, _duty: duty };
        aside.server.start(&options(aside.folder.path())?)?;
        aside.server.wait_until_writable(READY_WITHIN)?;
        Ok(aside)
    }

    /// The server.
    #[must_use]
    pub const fn server(&self) -> &Server {
        &self.server
    }

    /// For `RAALLY_DATABASE_URL`.
    #[must_use]
    pub fn url(&self, role: &str, database: &str) -> String {
        url(&self.server, role, database)
    }

    /// When the last transaction that is in it was committed; none when the base had everything.
    ///
    /// # Errors
    /// When the server does not tell.
    pub fn reached(&self) -> Result<Option<Timestamp>, Failed> {
        let at = self.server.ask("SELECT extract(epoch FROM pg_last_xact_replay_timestamp())")?;
        if at.is_empty() {
            return Ok(None);
        }
        let seconds: f64 = at.parse().doing(&at)?;
        Timestamp::from_microsecond((seconds * 1e6) as i64).doing(&at).map(Some)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        _ = self.server.stop("immediate");
    }
}

/// A folder for the server's user alone, with a path that is short enough for a socket.
///
/// # Errors
/// When it can't be made.
pub fn folder(prefix: &str) -> Result<Folder, Failed> {
    let folder = Folder::new(prefix)?;
    own(folder.path())?;
    Ok(folder)
}

/// A server whose socket and log are in such a folder.
///
/// # Errors
/// When its programs are not there.
pub fn private(folder: &Path, data_dir: std::path::PathBuf, version: Option<&str>) -> Result<Server, Failed> {
    Ok(Server {
        programs: programs(version)?,
        data_dir,
        port: PORT,
        sockets: folder.to_owned(),
        role: "postgres".to_owned(),
        log: folder.join("server.log"),
    })
}

/// The address of a server that is reached through its socket.
#[must_use]
pub fn url(server: &Server, role: &str, database: &str) -> String {
    let sockets = server.sockets.display().to_string().replace('/', "%2F");
    format!("postgres://{role}@{sockets}:{}/{database}", server.port)
}

/// What goes over the settings that came with the backup: they are of another place.
fn options(folder: &Path) -> Result<String, Failed> {
    for (name, text) in [("postgresql.conf", ""), ("pg_hba.conf", "local all all trust\n"), ("pg_ident.conf", "")] {
        let file = folder.join(name);
        std::fs::write(&file, text).doing(file.display())?;
        own(&file)?;
    }
    let file = |name: &str| folder.join(name).display().to_string();
    let told = [
        ("config_file", file("postgresql.conf")),
        ("hba_file", file("pg_hba.conf")),
        ("ident_file", file("pg_ident.conf")),
        ("external_pid_file", "''".to_owned()),
        ("unix_socket_directories", folder.display().to_string()),
        ("port", PORT.to_string()),
        ("listen_addresses", "''".to_owned()),
        ("shared_preload_libraries", "''".to_owned()),
        ("logging_collector", "off".to_owned()),
        ("ssl", "off".to_owned()),
        ("archive_mode", "off".to_owned()),
        // With it the server would ask for as much memory for connections as the one that was backed up had.
        ("hot_standby", "off".to_owned()),
    ];
    Ok(told.map(|(name, value)| format!("-c {name}={value}")).join(" "))
}
