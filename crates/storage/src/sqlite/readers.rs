//! Idle read connections, the last used first. A stack behind a mutex (about 20 ns) instead of one connection per thread:
//! its caches stay warm, its size is the number of reads that ever ran at once, and healing can close them all.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
};

use rusqlite::Connection;

use super::connection::Settings;
use crate::error::StoreError;

/// Idle connections that are kept.
const IDLE_MAX: usize = 16;

pub(crate) struct Readers {
    settings: Arc<Settings>,
    idle: Mutex<Vec<Connection>>,
    generation: AtomicU64,
    in_use: AtomicUsize,
    stopped: AtomicBool,
}

/// A connection on loan.
pub(crate) struct Reader {
    connection: Option<Connection>,
    generation: u64,
    owner: Arc<Readers>,
}

impl std::ops::Deref for Reader {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a loan has its connection until it is dropped")
    }
}

impl std::ops::DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("a loan has its connection until it is dropped")
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        drop(self.connection.take());
        self.owner.in_use.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Readers {
    pub(crate) fn new(settings: Arc<Settings>) -> Self {
        Self {
            settings,
            idle: Mutex::new(Vec::new()),
            generation: AtomicU64::new(0),
            in_use: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        }
    }

    pub(crate) fn take(self: &Arc<Self>) -> Result<Reader, StoreError> {
        // Counted before the flag is read: whoever stops the readers and then sees no loan has seen the last one.
        self.in_use.fetch_add(1, Ordering::AcqRel);
        let mut loan =
            Reader { connection: None, generation: self.generation.load(Ordering::Acquire), owner: Arc::clone(self) };
        if self.stopped.load(Ordering::Acquire) {
            return Err(StoreError::unavailable("the database file is being checked after an I/O error"));
        }
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        loan.connection = Some(match idle {
            Some(connection) => connection,
            None => self.settings.open_reader().map_err(|fault| fault.error().clone())?,
        });
        Ok(loan)
    }

    pub(crate) fn put_back(&self, mut loan: Reader) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if loan.generation == self.generation.load(Ordering::Acquire) && idle.len() < IDLE_MAX {
            idle.extend(loan.connection.take());
        }
    }

    /// Closes the idle connections, and each one on loan when it comes back.
    pub(crate) fn close_all(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Refuses new loans, or allows them again.
    pub(crate) fn stop(&self, stopped: bool) {
        self.stopped.store(stopped, Ordering::Release);
    }

    pub(crate) fn in_use(&self) -> usize {
        self.in_use.load(Ordering::Acquire)
    }
}
