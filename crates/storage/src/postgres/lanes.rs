//! Lanes: one for each workspace that is being written to. A lane takes what waits, locks the head of the workspace's log
//! against other processes, runs one work after the other in one transaction, commits once, and only then answers.
//!
//! As with SQLite's writer there is no savepoint a work at first, for hardly any is refused after it wrote; when one has to
//! be undone, the whole batch is, and runs again with savepoints.

use std::{
    collections::{HashMap, VecDeque},
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::FutureExt;
use raally_domain::ids::WorkspaceId;
use tokio::sync::watch;
use tracing::Instrument;

use super::{ENGINE, changes::Changes, connections::Connections, session::Session};
use crate::{
    command::{Command, Verdict, batch_size},
    config::{Clock, StoreConfig},
    error::StoreError,
    metrics::Meter,
    scope::Scope,
    tx::{Conn, Fault, Tx},
    work::Work,
};

/// One transaction of a batch.
#[derive(Clone, Copy)]
struct Run {
    /// No other transaction of this process has it.
    number: u64,
    attempt: u32,
    /// With a savepoint for each work.
    carefully: bool,
}

type Queue = VecDeque<Command>;

/// The lanes of one store.
#[derive(Clone)]
pub(crate) struct Lanes {
    inner: Arc<Inner>,
}

struct Inner {
    open: Mutex<Open>,
    /// How many lanes there are.
    running: watch::Sender<usize>,
    connections: Connections,
    changes: Arc<Changes>,
    clock: Clock,
    meter: Arc<Meter>,
    batch_max: usize,
    queue_max: usize,
    attempts_max: u32,
    /// Numbers the transactions.
    numbers: AtomicU64,
}

#[derive(Default)]
struct Open {
    lanes: HashMap<WorkspaceId, Queue>,
    is_closed: bool,
}

/// How a transaction of a batch ended.
enum Attempted {
    Committed,
    /// A work must be undone: all are to be run again with savepoints.
    Carefully,
    /// It lost against another transaction.
    Again(StoreError),
    Failed(StoreError),
}

impl From<Fault> for Attempted {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Retry(error) => Self::Again(error),
            Fault::Refused(error) | Fault::Broken { error, .. } => Self::Failed(error),
        }
    }
}

impl Command {
    /// Runs the work in this transaction of a lane, unless its caller goes away meanwhile.
    async fn run(&mut self, session: &mut Session, clock: &Clock, run: Run) -> Verdict {
        let span = self.begun();
        span.record("raally.attempts", u64::from(run.attempt));
        let mut tx = Tx::new(Conn::Postgres(&mut *session), self.scope, clock, Some(run.number));
        let work = async {
            let is_ok = self.work.run(&mut tx).await;
            if is_ok {
                // What goes wrong is noted as the transaction's fault.
                _ = tx.flush().await;
            }
            is_ok
        };
        let ran = tokio::select! {
            biased;
            is_ok = work.instrument(span) => Some(is_ok),
            () = self.caller.closed() => None,
        };
        let ended = tx.end();
        let Some(is_ok) = ran else {
            // Somewhere in the middle of a statement.
            session.has_written = true;
            return Verdict::Undo;
        };
        self.judge(is_ok, ended)
    }
}

impl Lanes {
    pub(crate) fn new(
        config: &StoreConfig,
        connections: Connections,
        changes: Arc<Changes>,
        meter: Arc<Meter>,
    ) -> Self {
        let inner = Inner {
            open: Mutex::default(),
            running: watch::Sender::new(0),
            connections,
            changes,
            clock: Arc::clone(&config.clock),
            meter,
            batch_max: config.commit_batch_max.max(1),
            queue_max: config.write_queue_max.max(1),
            attempts_max: config.attempts_max.max(1),
            numbers: AtomicU64::new(1),
        };
        Self { inner: Arc::new(inner) }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.inner.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When it answers `Ok`, what the work answered stands.
    pub(crate) async fn write(&self, workspace: WorkspaceId, work: Box<dyn Work>) -> Result<(), StoreError> {
        let (command, answered) = Command::new(ENGINE, Scope::Workspace(workspace), work, &self.inner.meter);
        self.submit(workspace, command).inspect_err(|_| self.inner.meter.refused())?;
        answered.await.unwrap_or_else(|_| Err(StoreError::unavailable("the store is closed")))
    }

    fn submit(&self, workspace: WorkspaceId, command: Command) -> Result<(), StoreError> {
        let mut open = self.open();
        if open.is_closed {
            return Err(StoreError::unavailable("the store is closed"));
        }
        if let Some(queue) = open.lanes.get_mut(&workspace) {
            if queue.len() >= self.inner.queue_max {
                return Err(StoreError::overloaded("the queue of the workspace's writes is full"));
            }
            queue.push_back(command);
            return Ok(());
        }
        open.lanes.insert(workspace, VecDeque::from([command]));
        self.inner.running.send_modify(|running| *running += 1);
        tokio::spawn(self.clone().run(workspace));
        Ok(())
    }

    /// Runs a lane until nothing waits in it.
    async fn run(self, workspace: WorkspaceId) {
        let mut in_flight = 0;
        while let Some(mut batch) = self.first_of(workspace) {
            let size = batch_size(in_flight, self.inner.batch_max);
            let result = self.commit(workspace, &mut batch, size).await;
            self.inner.meter.batch(batch.len());
            in_flight = batch.len() + self.waiting_in(workspace);
            if result.is_ok() {
                self.inner.changes.committed();
            } else {
                self.inner.meter.lose_batch();
            }
            for command in batch {
                if result.is_err() {
                    self.inner.meter.refused();
                }
                command.reply(result.clone());
            }
        }
        self.inner.running.send_modify(|running| *running -= 1);
    }

    /// The first work of the next batch; without one the lane is gone.
    fn first_of(&self, workspace: WorkspaceId) -> Option<Vec<Command>> {
        let mut open = self.open();
        let first = open.lanes.get_mut(&workspace).and_then(VecDeque::pop_front);
        if first.is_none() {
            open.lanes.remove(&workspace);
        }
        first.map(|first| vec![first])
    }

    fn next_of(&self, workspace: WorkspaceId) -> Option<Command> {
        self.open().lanes.get_mut(&workspace).and_then(VecDeque::pop_front)
    }

    fn waiting_in(&self, workspace: WorkspaceId) -> usize {
        self.open().lanes.get(&workspace).map_or(0, VecDeque::len)
    }

    /// Commands that wait in all lanes.
    pub(crate) fn depth(&self) -> usize {
        self.open().lanes.values().map(VecDeque::len).sum()
    }

    /// Lets the lanes run empty.
    pub(crate) async fn close(&self) {
        self.open().is_closed = true;
        // The sender lives as long as this.
        _ = self.inner.running.subscribe().wait_for(|running| *running == 0).await;
    }

    async fn commit(&self, workspace: WorkspaceId, batch: &mut Vec<Command>, size: usize) -> Result<(), StoreError> {
        let (mut attempt, mut carefully) = (1, false);
        loop {
            let run = Run { number: self.inner.numbers.fetch_add(1, Ordering::Relaxed), attempt, carefully };
            match self.attempt(workspace, batch, size, run).await.unwrap_or_else(Attempted::from) {
                Attempted::Committed => return Ok(()),
                Attempted::Failed(error) => return Err(error),
                Attempted::Carefully => carefully = true,
                Attempted::Again(error) if attempt >= self.inner.attempts_max => {
                    return Err(StoreError::overloaded(format!("gave up after {attempt} attempts: {error}")));
                }
                Attempted::Again(_) => {
                    self.inner.meter.retry();
                    tokio::time::sleep(backoff(attempt)).await;
                    attempt += 1;
                }
            }
            self.inner.meter.lose_batch();
        }
    }

    /// Runs the works of the batch, and all that come meanwhile, in one transaction.
    async fn attempt(
        &self,
        workspace: WorkspaceId,
        batch: &mut Vec<Command>,
        size: usize,
        run: Run,
    ) -> Result<Attempted, Fault> {
        let scope = Scope::Workspace(workspace);
        let mut session = match self.inner.connections.begin(scope).await {
            Ok(session) => session,
            Err(error) => return Ok(Attempted::Failed(error)),
        };
        session.is_careful = run.carefully;
        let likely = batch.len() + self.waiting_in(workspace).min(size);
        Tx::new(Conn::Postgres(&mut session), scope, &self.inner.clock, None).lock_head(workspace, likely).await?;
        let (mut next, mut has_written) = (0, false);
        loop {
            while let Some(command) = batch.get_mut(next) {
                next += 1;
                if command.is_abandoned() {
                    continue;
                }
                let heads = session.heads.clone();
                if run.carefully {
                    session.mark().await?;
                }
                session.has_written = false;
                match self.run_command(command, &mut session, run).await {
                    Verdict::Keep => has_written |= session.has_written,
                    Verdict::Undo if !session.has_written && !session.has_failed => {
                        session.forget_waiting();
                        session.heads = heads;
                    }
                    Verdict::Undo if run.carefully => {
                        session.forget_waiting();
                        session.back().await?;
                        session.heads = heads;
                    }
                    Verdict::Undo => {
                        session.rollback().await;
                        return Ok(Attempted::Carefully);
                    }
                    Verdict::Retry(error) => {
                        session.rollback().await;
                        return Ok(Attempted::Again(error));
                    }
                    Verdict::Broken { error, .. } => return Ok(Attempted::Failed(error)),
                }
            }
            if batch.len() >= size {
                break;
            }
            let Some(command) = self.next_of(workspace) else { break };
            batch.push(command);
        }
        if has_written {
            session.commit().await?;
        } else {
            session.rollback().await;
        }
        Ok(Attempted::Committed)
    }

    /// A panic is the fault of one command; the others in the batch are none the worse for it.
    async fn run_command(&self, command: &mut Command, session: &mut Session, run: Run) -> Verdict {
        let running = AssertUnwindSafe(command.run(session, &self.inner.clock, run));
        running.catch_unwind().await.unwrap_or(Verdict::Undo)
    }
}

/// 2, 4, 8 … milliseconds and up to as much again, so that two works that met don't meet again.
pub(crate) fn backoff(attempt: u32) -> Duration {
    let base_us = 1000_u64 << attempt.min(6);
    let mut random = [0_u8; 2];
    // Without randomness the pause is merely not spread.
    _ = aws_lc_rs::rand::fill(&mut random);
    Duration::from_micros(base_us + base_us * u64::from(u16::from_le_bytes(random)) / u64::from(u16::MAX))
}
