//! The one thread that writes. It takes what waits, runs each command in a savepoint of its own, commits once, and only
//! then answers. After an I/O error it stops, closes every connection, reopens, checks, and accepts again.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tokio::sync::watch;

use super::{
    connection::{Settings, quick_check},
    readers::Readers,
    statement::control,
};
use crate::{
    command::{Command, Verdict, batch_size},
    config::{Clock, StoreConfig},
    error::StoreError,
    metrics::Meter,
    row::RowRef,
    tx::Fault,
};

/// How often the idle writer looks whether another process has committed.
const POLL_EVERY: Duration = Duration::from_millis(20);

/// How often a broken writer tries to open the database again.
const REOPEN_EVERY: Duration = Duration::from_millis(200);

/// How long reopening waits for reads that still use the old connections.
const DRAIN_MAX: Duration = Duration::from_secs(2);

/// Handle of the writer thread.
pub(crate) struct Writer {
    queue: Mutex<Option<SyncSender<Command>>>,
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    depth: AtomicUsize,
    suspect: AtomicBool,
    recheck: AtomicBool,
    broken: Mutex<Option<StoreError>>,
    is_broken: AtomicBool,
}

impl Shared {
    fn broken(&self) -> Option<StoreError> {
        if !self.is_broken.load(Ordering::Acquire) {
            return None;
        }
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_broken(&self, error: Option<StoreError>) {
        self.is_broken.store(error.is_some(), Ordering::Release);
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = error;
    }
}

impl Writer {
    pub(crate) fn start(
        config: &StoreConfig,
        settings: Arc<Settings>,
        readers: Arc<Readers>,
        meter: Arc<Meter>,
    ) -> Result<(Self, watch::Receiver<u64>), StoreError> {
        let connection = settings.open_writer().map_err(|fault| fault.error().clone())?;
        let (queue, waiting) = sync_channel(config.write_queue_max.max(1));
        let (changed, changes) = watch::channel(0);
        let shared = Arc::new(Shared {
            depth: AtomicUsize::new(0),
            suspect: AtomicBool::new(false),
            recheck: AtomicBool::new(false),
            broken: Mutex::new(None),
            is_broken: AtomicBool::new(false),
        });
        let mut state = Loop {
            waiting,
            connection: Some(connection),
            settings,
            readers,
            meter,
            changed,
            clock: Arc::clone(&config.clock),
            batch_max: config.commit_batch_max.max(1),
            in_flight: 0,
            shared: Arc::clone(&shared),
            data_version: None,
            recheck: false,
            next_attempt: Instant::now(),
        };
        let thread = std::thread::Builder::new()
            .name("raally-writer".to_owned())
            .spawn(move || state.run())
            .map_err(|error| StoreError::setup(format!("no thread for the writer: {error}")))?;
        Ok((Self { queue: Mutex::new(Some(queue)), shared, thread: Mutex::new(Some(thread)) }, changes))
    }

    pub(crate) fn submit(&self, command: Command) -> Result<(), StoreError> {
        if let Some(error) = self.shared.broken() {
            return Err(error);
        }
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(queue) = queue.as_ref() else {
            return Err(StoreError::unavailable("the store is closed"));
        };
        self.shared.depth.fetch_add(1, Ordering::Relaxed);
        queue.try_send(command).map_err(|refused| {
            self.shared.depth.fetch_sub(1, Ordering::Relaxed);
            match refused {
                TrySendError::Full(_) => StoreError::overloaded("the queue of the writer is full"),
                TrySendError::Disconnected(_) => StoreError::unavailable("the writer has ended"),
            }
        })
    }

    /// A reader met an I/O error: check before the next write.
    pub(crate) fn suspect(&self, recheck: bool) {
        if recheck {
            self.shared.recheck.store(true, Ordering::Release);
        }
        self.shared.suspect.store(true, Ordering::Release);
    }

    pub(crate) fn healthy(&self) -> Result<(), StoreError> {
        self.shared.broken().map_or(Ok(()), Err)
    }

    pub(crate) fn depth(&self) -> usize {
        self.shared.depth.load(Ordering::Relaxed)
    }

    /// Lets the queue run empty and ends the thread.
    pub(crate) async fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // The answer of a join that panicked was logged by the panic itself.
            _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

struct Loop {
    waiting: Receiver<Command>,
    connection: Option<Connection>,
    settings: Arc<Settings>,
    readers: Arc<Readers>,
    meter: Arc<Meter>,
    changed: watch::Sender<u64>,
    clock: Clock,
    batch_max: usize,
    /// Commands that waited for the last commit or behind it.
    in_flight: usize,
    shared: Arc<Shared>,
    data_version: Option<i64>,
    recheck: bool,
    next_attempt: Instant,
}

impl Loop {
    fn run(&mut self) {
        loop {
            if self.shared.suspect.swap(false, Ordering::AcqRel) {
                let recheck = self.shared.recheck.swap(false, Ordering::AcqRel);
                self.break_down(StoreError::unavailable("a read met an I/O error"), recheck);
            }
            if self.connection.is_none() && Instant::now() >= self.next_attempt {
                self.reopen();
            }
            match self.waiting.recv_timeout(POLL_EVERY) {
                Ok(first) => self.serve(first),
                Err(RecvTimeoutError::Timeout) => self.look_for_changes(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.readers.close_all();
    }

    fn serve(&mut self, first: Command) {
        self.shared.depth.fetch_sub(1, Ordering::Relaxed);
        let Some(mut connection) = self.connection.take() else {
            let error = self.shared.broken().unwrap_or_else(|| StoreError::unavailable("the database is closed"));
            first.reply(Err(error));
            return;
        };
        let mut batch: Vec<Command> = Vec::new();
        let result = self.commit(&mut connection, first, &mut batch);
        self.meter.batch(batch.len());
        self.in_flight = batch.len() + self.shared.depth.load(Ordering::Relaxed);
        match result {
            Ok(()) => {
                self.connection = Some(connection);
                self.changed.send_modify(|tick| *tick = tick.wrapping_add(1));
                for command in batch {
                    command.reply(Ok(()));
                }
            }
            Err(fault) => {
                self.meter.lose_batch();
                // Dropping the connection rolls back; so does this, when the fault was only a lock that didn't come.
                let undone = connection.is_autocommit() || control(&connection, "ROLLBACK").is_ok();
                match &fault {
                    Fault::Broken { error, recheck } => {
                        drop(connection);
                        self.break_down(error.clone(), *recheck);
                    }
                    Fault::Refused(_) | Fault::Retry(_) if undone => self.connection = Some(connection),
                    Fault::Refused(error) | Fault::Retry(error) => {
                        drop(connection);
                        self.break_down(error.clone(), false);
                    }
                }
                for command in batch {
                    self.meter.refused();
                    command.reply(Err(fault.error().clone()));
                }
            }
        }
    }

    /// Runs the first command and all that wait, in one transaction.
    ///
    /// A savepoint a command costs a copy of every page that it touches, and hardly any command is refused after it wrote.
    /// So there is none at first; when a command has to be undone, the whole batch is, and runs again with savepoints.
    fn commit(&self, connection: &mut Connection, first: Command, batch: &mut Vec<Command>) -> Result<(), Fault> {
        batch.push(first);
        control(connection, "BEGIN IMMEDIATE")?;
        let (mut next, mut with_savepoints) = (0, false);
        loop {
            while let Some(command) = batch.get_mut(next) {
                next += 1;
                if with_savepoints {
                    self.run_in_savepoint(connection, command)?;
                } else if self.run_bare(connection, command)? {
                    control(connection, "ROLLBACK")?;
                    self.meter.lose_batch();
                    control(connection, "BEGIN IMMEDIATE")?;
                    (next, with_savepoints) = (0, true);
                }
            }
            if batch.len() >= batch_size(self.in_flight, self.batch_max) {
                break;
            }
            let Ok(command) = self.waiting.try_recv() else {
                break;
            };
            self.shared.depth.fetch_sub(1, Ordering::Relaxed);
            batch.push(command);
        }
        control(connection, "COMMIT")
    }

    /// Runs a command; true when it has written and must be undone.
    fn run_bare(&self, connection: &mut Connection, command: &mut Command) -> Result<bool, Fault> {
        let before = connection.total_changes();
        let kept = self.run_command(connection, command)?;
        Ok(!kept && connection.total_changes() != before)
    }

    fn run_in_savepoint(&self, connection: &mut Connection, command: &mut Command) -> Result<(), Fault> {
        control(connection, "SAVEPOINT command")?;
        if !self.run_command(connection, command)? {
            control(connection, "ROLLBACK TO command")?;
        }
        control(connection, "RELEASE command")
    }

    /// Runs a command; false when nothing of it may stay.
    fn run_command(&self, connection: &mut Connection, command: &mut Command) -> Result<bool, Fault> {
        // A panic is the fault of one command; the others in the batch are none the worse for it.
        let batch = self.meter.batch_number();
        let kept = match catch_unwind(AssertUnwindSafe(|| command.run_here(connection, &self.clock, batch))) {
            Ok(Verdict::Keep) => true,
            Ok(Verdict::Undo | Verdict::Retry(_)) | Err(_) => false,
            Ok(Verdict::Broken { error, recheck }) => return Err(Fault::Broken { error, recheck }),
        };
        if connection.is_autocommit() {
            let error = StoreError::unavailable("SQLite rolled the transaction back by itself");
            return Err(Fault::Broken { error, recheck: true });
        }
        Ok(kept)
    }

    fn break_down(&mut self, error: StoreError, recheck: bool) {
        tracing::error!(%error, recheck, "writes stop until the database can be opened again");
        self.shared.set_broken(Some(error));
        self.recheck |= recheck;
        self.connection = None;
        self.readers.stop(self.recheck);
        self.readers.close_all();
        self.next_attempt = Instant::now();
    }

    fn reopen(&mut self) {
        if self.recheck {
            let deadline = Instant::now() + DRAIN_MAX;
            while self.readers.in_use() > 0 && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        let opened = self.settings.open_writer().map_err(|fault| fault.error().clone()).and_then(|connection| {
            if self.recheck { quick_check(&connection).map(|()| connection) } else { Ok(connection) }
        });
        match opened.and_then(|connection| prove_writable(&connection).map(|()| connection)) {
            Ok(connection) => {
                tracing::info!("the database is open again");
                self.connection = Some(connection);
                self.recheck = false;
                self.data_version = None;
                self.readers.stop(false);
                self.shared.set_broken(None);
                self.changed.send_modify(|tick| *tick = tick.wrapping_add(1));
            }
            Err(error) => {
                self.shared.set_broken(Some(error));
                self.next_attempt = Instant::now() + REOPEN_EVERY;
            }
        }
    }

    /// Notices commits of other processes: `data_version` changes for them only, not for this connection's own.
    fn look_for_changes(&mut self) {
        let Some(connection) = &self.connection else {
            return;
        };
        let mut version = None;
        let looked = super::statement::each_row(connection, "PRAGMA data_version", &[], &mut |row: &RowRef<'_>| {
            version = Some(row.int(0)?);
            Ok(())
        });
        match looked {
            Ok(()) => {
                if self.data_version.is_some() && self.data_version != version {
                    self.changed.send_modify(|tick| *tick = tick.wrapping_add(1));
                }
                self.data_version = version;
            }
            Err(Fault::Broken { error, recheck }) => self.break_down(error, recheck),
            Err(_) => {}
        }
    }
}

/// Takes the write lock once and writes a page, so that a full or read-only disk is found before a command meets it.
fn prove_writable(connection: &Connection) -> Result<(), StoreError> {
    let prove = || {
        control(connection, "BEGIN IMMEDIATE")?;
        let mut version = 0;
        super::statement::each_row(connection, "PRAGMA user_version", &[], &mut |row: &RowRef<'_>| {
            version = row.int(0)?;
            Ok(())
        })?;
        control(connection, &format!("PRAGMA user_version = {version}"))?;
        control(connection, "COMMIT")
    };
    prove().map_err(|fault: Fault| fault.error().clone())
}
