//! What is kept: one task for each process, and a file for each, from which a supervisor that was killed goes on.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rustix::process::Signal;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::order::{Answer, Order, Process, Running};
use super::{log, processes};
use crate::failed::{Doing, Failed};

/// Wait before the first new start, doubled with each quick end.
const BACKOFF: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(10);
/// Who ran so long did not end quickly.
const STEADY: Duration = Duration::from_secs(10);
/// How often logs are looked at.
const LOGS_EVERY: Duration = Duration::from_secs(10);

/// Everything that is kept.
pub struct Kept {
    state_dir: PathBuf,
    by_id: Mutex<HashMap<String, Handle>>,
    /// Held while the set of processes changes.
    orders: tokio::sync::Mutex<()>,
    /// Told when the supervisor may go.
    pub leave: Notify,
}

/// One process, as seen from outside of its task.
struct Handle {
    process: Process,
    state: Arc<Mutex<Running>>,
    end: watch::Sender<bool>,
    ended: watch::Receiver<bool>,
}

impl Kept {
    /// Goes on with what the folder says.
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn resume(state_dir: &Path) -> Result<Self, Failed> {
        let kept = Self {
            state_dir: state_dir.to_owned(),
            by_id: Mutex::default(),
            orders: tokio::sync::Mutex::new(()),
            leave: Notify::new(),
        };
        let folder = state_dir.join("kept");
        for entry in std::fs::read_dir(&folder).doing(folder.display())?.flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|ending| ending == "json") {
                let text = std::fs::read(&path).doing(path.display())?;
                let process: Process = serde_json::from_slice(&text).doing(path.display())?;
                kept.begin(process);
            }
        }
        Ok(kept)
    }

    /// Carries out an order.
    pub async fn carry_out(&self, order: Order) -> Answer {
        match order {
            Order::Keep(process) => self.keep(process).await,
            Order::End { id } => self.end(&id).await,
            Order::Leave => {
                if self.is_empty() {
                    self.leave.notify_one();
                    return Answer::Done;
                }
                Answer::Refused { why: "something is kept".to_owned() }
            }
            Order::List => {
                let by_id = self.handles();
                let state = |handle: &Handle| handle.state.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let mut processes: Vec<Running> = by_id.values().map(state).collect();
                processes.sort_by(|one, other| one.id.cmp(&other.id));
                Answer::List { processes }
            }
        }
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.handles().is_empty()
    }

    async fn keep(&self, process: Process) -> Answer {
        let good = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        if process.id.is_empty() || process.id.len() > 100 || !process.id.chars().all(good) {
            return Answer::Refused { why: format!("{:?} is no name for a process", process.id) };
        }
        let _alone = self.orders.lock().await;
        if let Some(ending) = self.ending(&process.id) {
            // Wanted again while it ends: it ends first.
            ended(ending).await;
        } else if let Some(handle) = self.handles().get(&process.id) {
            if handle.process == process {
                return Answer::Done;
            }
            let why = format!("{} is kept already, with other options: end it first", process.id);
            return Answer::Refused { why };
        }
        if let Err(failed) = write(&file(&self.state_dir, &process.id), &process) {
            return Answer::Refused { why: failed.to_string() };
        }
        self.begin(process);
        Answer::Done
    }

    fn begin(&self, process: Process) {
        let (end, end_wanted) = watch::channel(false);
        let (ended_told, ended) = watch::channel(false);
        // Before anybody can ask for the list: one that runs already must not be missing from it.
        let found = processes::find(&self.state_dir, &process.id);
        let state = Arc::new(Mutex::new(Running {
            id: process.id.clone(),
            port: process.port,
            pid: found.as_ref().and_then(processes::Running::pid),
            since: Timestamp::now(),
            restarts: 0,
            quick_ends: 0,
        }));
        let care = Care { state_dir: self.state_dir.clone(), process: process.clone(), state: Arc::clone(&state) };
        tokio::spawn(async move {
            care.until(found, end_wanted).await;
            _ = ended_told.send(true);
        });
        let handle = Handle { process, state, end, ended };
        self.handles().insert(handle.process.id.clone(), handle);
    }

    async fn end(&self, id: &str) -> Answer {
        let ending = {
            let handles = self.handles();
            let Some(handle) = handles.get(id) else { return Answer::Done };
            _ = handle.end.send(true);
            handle.ended.clone()
        };
        ended(ending).await;
        let _alone = self.orders.lock().await;
        // Unless it was wanted again meanwhile. Forgotten last: if we are killed before, the next supervisor keeps it, and
        // whoever wanted its end says so again.
        if self.handles().get(id).is_none_or(|handle| !*handle.ended.borrow()) {
            return Answer::Done;
        }
        match std::fs::remove_file(file(&self.state_dir, id)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Answer::Refused { why: format!("can't forget {id}: {error}") };
            }
            _ => {}
        }
        self.handles().remove(id);
        Answer::Done
    }

    fn ending(&self, id: &str) -> Option<watch::Receiver<bool>> {
        self.handles().get(id).filter(|handle| *handle.end.borrow()).map(|handle| handle.ended.clone())
    }

    fn handles(&self) -> MutexGuard<'_, HashMap<String, Handle>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Until a process has ended.
async fn ended(mut told: watch::Receiver<bool>) {
    // Whoever would tell is gone only when it has ended.
    _ = told.wait_for(|ended| *ended).await;
}

/// The care for one process.
struct Care {
    state_dir: PathBuf,
    process: Process,
    state: Arc<Mutex<Running>>,
}

impl Care {
    async fn until(self, mut found: Option<processes::Running>, mut end: watch::Receiver<bool>) {
        let mut quick_ends = 0;
        loop {
            let began = Instant::now();
            let said = match found.take().map_or_else(|| processes::start(&self.state_dir, &self.process), Ok) {
                Ok(mut running) => {
                    self.change(|state| (state.pid, state.since) = (running.pid(), Timestamp::now()));
                    let said = tokio::select! {
                        said = self.watch(&mut running) => Some(said),
                        () = wanted(&mut end) => None,
                    };
                    let Some(said) = said else { return self.finish(&mut running).await };
                    said
                }
                Err(error) => error.to_string(),
            };
            if let Some(pid) = self.pid() {
                // What it had started must not hold its port.
                processes::kill_group(pid);
            }
            quick_ends = if began.elapsed() >= STEADY { 0 } else { quick_ends + 1 };
            self.change(|state| {
                (state.pid, state.quick_ends) = (None, quick_ends);
                state.restarts += 1;
            });
            tracing::warn!(id = self.process.id, said, quick_ends, "a process ended and is started again");
            let wait = BACKOFF.saturating_mul(1 << quick_ends.saturating_sub(1).min(10)).min(BACKOFF_MAX);
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = wanted(&mut end) => return,
            }
        }
    }

    /// Until it ends; turns its log meanwhile.
    async fn watch(&self, running: &mut processes::Running) -> String {
        let mut logs = tokio::time::interval(LOGS_EVERY);
        loop {
            tokio::select! {
                said = running.ended() => return said,
                _ = logs.tick() => {
                    // A full disk must not end what runs.
                    _ = log::turn(&log::path(&self.state_dir, &self.process.id));
                    if self.process_is_steady() {
                        self.change(|state| state.quick_ends = 0);
                    }
                }
            }
        }
    }

    fn pid(&self) -> Option<u32> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).pid
    }

    fn process_is_steady(&self) -> bool {
        let since = self.state.lock().unwrap_or_else(PoisonError::into_inner).since;
        Timestamp::now().duration_since(since).as_secs() >= STEADY.as_secs() as i64
    }

    async fn finish(&self, running: &mut processes::Running) {
        let Some(pid) = running.pid() else { return };
        processes::signal(pid, Signal::TERM);
        let grace = Duration::from_secs(self.process.grace_seconds);
        if tokio::time::timeout(grace, running.ended()).await.is_err() {
            tracing::warn!(id = self.process.id, pid, "it did not end in time and is killed");
            processes::signal(pid, Signal::KILL);
            running.ended().await;
        }
        processes::kill_group(pid);
    }

    fn change(&self, change: impl FnOnce(&mut Running)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Until the end is wanted.
async fn wanted(end: &mut watch::Receiver<bool>) {
    // Whoever drops the sender forgets the process: then it may end too.
    _ = end.wait_for(|end| *end).await;
}

/// The file of a process.
pub(super) fn file(state_dir: &Path, id: &str) -> PathBuf {
    state_dir.join("kept").join(format!("{id}.json"))
}

/// All of it or nothing.
pub(super) fn write(path: &Path, process: &Process) -> Result<(), Failed> {
    let doing = path.display().to_string();
    let text = serde_json::to_vec_pretty(process).doing(&doing)?;
    crate::atomic::write(path, &text, 0o600).doing(&doing)
}
