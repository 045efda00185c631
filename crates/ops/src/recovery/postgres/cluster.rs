//! A throw-away server that pgBackRest keeps, for a rehearsal: made, protected, lost and brought back.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::aside::{self, private};
use super::server::{Server, own, own_folder};
use super::store::{Fetch, Kind, Store};
use crate::failed::{Doing, Failed};
use crate::journal::hex;
use crate::stop::{Duty, Folder};
use jiff::Timestamp;

const STANZA: &str = "raally";
const CONFIG: &str = "pgbackrest.conf";
/// A segment of the log is closed after so many seconds, full or not: what can be lost, less the time to copy it.
const SEGMENT_SECONDS: u32 = 2;
const READY_WITHIN: Duration = Duration::from_secs(600);

/// A cluster and its backups in a folder that goes with it.
#[derive(Debug)]
pub struct Cluster {
    folder: Folder,
    server: Server,
    store: Store,
    _duty: Duty,
}

impl Cluster {
    /// Makes and starts one with pgBackRest behind it.
    ///
    /// # Errors
    /// When PostgreSQL or pgBackRest is not there, or does not start.
    pub fn start() -> Result<Self, Failed> {
        let folder = aside::folder("raally-cluster")?;
        let server = private(folder.path(), folder.path().join("cluster"), None)?;
        let file = folder.path().join(CONFIG);
        settle(&folder, &server, &file)?;
        let store = Store::open(&file, STANZA)?;
        let duty = server.duty_to_stop();
        let cluster = Self { folder, server, store, _duty: duty };
        cluster.begin_anew()?;
        Ok(cluster)
    }

    fn begin_anew(&self) -> Result<(), Failed> {
        let server = &self.server;
        server.control(&["initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "-D"])?;
        let settings = format!(
            "port = {}\nlisten_addresses = ''\nunix_socket_directories = '{}'\narchive_mode = on\n\
             archive_timeout = {SEGMENT_SECONDS}\narchive_command = '{}'\n",
            server.port,
            server.sockets.display(),
            self.store.archive_command()
        );
        let file = server.data_dir.join("postgresql.conf");
        let whole = fs::read_to_string(&file).doing(file.display())? + &settings;
        fs::write(&file, whole).doing(file.display())?;
        self.begin()?;
        for statement in [
            "CREATE ROLE raally LOGIN",
            "CREATE ROLE raally_app NOLOGIN",
            "GRANT raally_app TO raally",
            "CREATE DATABASE raally OWNER raally",
        ] {
            server.ask(statement)?;
        }
        Ok(())
    }

    /// For `RAALLY_DATABASE_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        aside::url(&self.server, "raally", "raally")
    }

    /// Its data.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.server.data_dir
    }

    /// pgBackRest's file; beside it `first` and `second` are the places.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.folder.path().join(CONFIG)
    }

    /// Has it read its settings again, and waits until it has.
    ///
    /// # Errors
    /// When it does not.
    pub fn reload(&self) -> Result<(), Failed> {
        let read_at = || self.server.ask("SELECT pg_conf_load_time()");
        let (before, started) = (read_at()?, Instant::now());
        self.server.ask("SELECT pg_reload_conf()")?;
        while read_at()? == before {
            if started.elapsed() > READY_WITHIN {
                return Err(Failed::ours("PostgreSQL does not read its settings again"));
            }
        }
        Ok(())
    }

    /// Takes a full backup into both places.
    ///
    /// # Errors
    /// What pgBackRest says.
    pub fn protect(&self) -> Result<(), Failed> {
        self.store.make()?;
        for repository in &self.store.settings.repositories {
            self.store.back_up(*repository, Kind::Full)?;
        }
        self.store.check()
    }

    /// The server ends at once and its disk is gone; the first place of backups too, so that the copy is what counts.
    ///
    /// # Errors
    /// When it can't be ended.
    pub fn lose(&self) -> Result<(), Failed> {
        self.server.stop("immediate")?;
        for gone in ["cluster", "first"] {
            let path = self.folder.path().join(gone);
            if path.exists() {
                fs::remove_dir_all(&path).doing(path.display())?;
            }
        }
        Ok(())
    }

    /// Restores from the second place, all of it or to a moment, and starts the server, which archives no more.
    ///
    /// # Errors
    /// What pgBackRest or the server says.
    pub fn restore(&self, to_time: Option<Timestamp>) -> Result<(), Failed> {
        own_folder(&self.server.data_dir)?;
        self.store.fetch(&Fetch { repository: 2, into: &self.server.data_dir, to_time, in_earnest: false })?;
        self.begin()
    }

    fn begin(&self) -> Result<(), Failed> {
        self.server.start("")?;
        self.server.wait_until_writable(READY_WITHIN)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        _ = self.server.stop("immediate");
    }
}

/// Folders, and pgBackRest's settings: two places, each with a key of its own.
fn settle(folder: &Folder, server: &Server, file: &PathBuf) -> Result<(), Failed> {
    let at = |name: &str| folder.path().join(name);
    for name in ["cluster", "first", "second", "log", "spool", "lock"] {
        own_folder(&at(name))?;
    }
    let mut text = format!(
        "[global]\nlog-path={}\nspool-path={}\nlock-path={}\nlog-level-console=warn\nlog-level-file=off\n\
         start-fast=y\ncompress-type=lz4\n",
        at("log").display(),
        at("spool").display(),
        at("lock").display()
    );
    for (number, place) in [(1, "first"), (2, "second")] {
        let mut key = [0; 32];
        aws_lc_rs::rand::fill(&mut key).map_err(|_| Failed::ours("no random numbers"))?;
        text += &format!(
            "repo{number}-path={}\nrepo{number}-cipher-type=aes-256-cbc\nrepo{number}-cipher-pass={}\n\
             repo{number}-retention-full-type=time\nrepo{number}-retention-full=30\n",
            at(place).display(),
            hex(&key)
        );
    }
    text += &format!(
        "[{STANZA}]\npg1-path={}\npg1-port={}\npg1-socket-path={}\npg1-user=postgres\n",
        server.data_dir.display(),
        server.port,
        server.sockets.display()
    );
    fs::write(file, text).doing(file.display())?;
    own(file)
}
