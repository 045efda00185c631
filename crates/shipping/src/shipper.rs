//! The thread that ships: alone among all processes on the database, until it is told to stop.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::body::Recipients;
use crate::failed::ShippingError;
use crate::place::Place;
use crate::progress::Progress;
use crate::reign::{End, Reign};

/// Pause between two tries to become the one that ships.
const STANDBY: Duration = Duration::from_millis(100);
/// Longest pause after a reign that failed.
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// How to ship.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to.
    pub place: Place,
    /// Whom it is sealed to; nobody: it lies there as it is.
    pub recipients: Recipients,
    /// The installation's keys by name; shipped only when sealed.
    pub keys: Vec<(String, PathBuf)>,
    /// How long moments can be gone back to.
    pub keep: Duration,
    /// How often what was committed is shipped.
    pub every: Duration,
    /// Single records that are packed into one object.
    pub pack_records: usize,
    /// How often a base is made.
    pub base_every: Duration,
    /// Bytes of the write-ahead log from which on it is copied back.
    pub rotate_bytes: u64,
    /// Bytes of the write-ahead log at which the chain is given up, when the store does not answer.
    pub log_bytes_max: u64,
    /// Of this program.
    pub version: String,
}

impl Options {
    /// The defaults for a place.
    #[must_use]
    pub fn new(place: Place, version: impl Into<String>) -> Self {
        Self {
            place,
            recipients: Recipients::default(),
            keys: Vec::new(),
            keep: Duration::from_secs(30 * 86_400),
            every: Duration::from_millis(200),
            pack_records: 512,
            base_every: Duration::from_secs(86_400),
            rotate_bytes: 16 << 20,
            log_bytes_max: 1 << 30,
            version: version.into(),
        }
    }
}

pub(crate) struct Work {
    pub(crate) options: Options,
    pub(crate) runtime: Handle,
    pub(crate) progress: Arc<Progress>,
    pub(crate) stop: Arc<AtomicBool>,
}

/// Ships one database, if no other process does.
#[derive(Debug)]
pub struct Shipper {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Shipper {
    /// Begins; inside a tokio runtime.
    ///
    /// # Errors
    /// When there can be no thread.
    pub fn start(options: Options, database: PathBuf, progress: Arc<Progress>) -> Result<Self, ShippingError> {
        let stop = Arc::new(AtomicBool::new(false));
        let work = Work { options, runtime: Handle::current(), progress, stop: Arc::clone(&stop) };
        let thread = std::thread::Builder::new()
            .name("raally-shipper".to_owned())
            .spawn(move || work.run(&database))
            .map_err(ShippingError::disk("a thread"))?;
        Ok(Self { stop, thread })
    }

    /// Ships what is committed by now, and ends.
    pub async fn stop(self) {
        self.stop.store(true, Relaxed);
        // A panic of the thread was logged by itself.
        _ = tokio::task::spawn_blocking(move || self.thread.join()).await;
    }
}

impl Work {
    fn run(&self, database: &Path) {
        let Some(_alone) = self.wait_until_alone(database) else { return };
        let mut pause = STANDBY;
        while !self.stop.load(Relaxed) {
            self.progress.begins();
            let ended = Reign::begin(self, database).and_then(|reign| {
                pause = STANDBY;
                reign.run()
            });
            match ended {
                Ok(End::Stopped) => return,
                Ok(End::GivenUp) => {}
                Err(error) => {
                    self.progress.failures.fetch_add(1, Relaxed);
                    tracing::warn!(%error, "shipping stops for a moment; a new generation is begun");
                }
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// The lock on a file beside the database: the kernel ends it with the process, at once and whatever ends it. SQLite's
    /// processes are on one machine, so it reaches as far as the database does. None when told to stop.
    fn wait_until_alone(&self, database: &Path) -> Option<File> {
        let mut name = database.as_os_str().to_owned();
        name.push("-ships");
        let mut told = false;
        while !self.stop.load(Relaxed) {
            let mut options = File::options();
            match options
                .create(true)
                .truncate(false)
                .write(true)
                .open(&name)
                .map_err(TryLockError::Error)
                .and_then(|file| file.try_lock().map(|()| file))
            {
                Ok(file) => return Some(file),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) if !told => {
                    told = true;
                    tracing::warn!(%error, "the lock of the backup can't be taken; nothing is shipped from here");
                }
                Err(TryLockError::Error(_)) => {}
            }
            std::thread::sleep(STANDBY);
        }
        None
    }
}
