//! Being asked to stop: by Ctrl-C, by whoever ends services, by a terminal that went away.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{self, Pid, kill_process};
use tempfile::TempDir;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

use crate::failed::{Doing, Failed};
use crate::talk::Talk;

/// What has to be done before this process may end, the latest last.
static DUTIES: Mutex<Duties> = Mutex::new(Duties { next: 0, open: Vec::new() });

type Deed = Box<dyn FnOnce() + Send>;

struct Duties {
    next: u64,
    open: Vec<(u64, Deed)>,
}

fn duties() -> MutexGuard<'static, Duties> {
    DUTIES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Until this process is asked to stop.
///
/// # Errors
/// When the system does not let us wait for it.
pub async fn asked() -> Result<(), Failed> {
    let mut signals = Signals::new()?;
    signals.any().await;
    Ok(())
}

struct Signals([Signal; 3]);

impl Signals {
    fn new() -> Result<Self, Failed> {
        let wait = |kind| signal(kind).doing("can't wait for signals");
        Ok(Self([wait(SignalKind::interrupt())?, wait(SignalKind::terminate())?, wait(SignalKind::hangup())?]))
    }

    async fn any(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

/// From now on, whoever asks this process to stop has its duties done first: no copy of the data in the open and no
/// throw-away server is left behind. It works while the caller waits for a program.
///
/// # Errors
/// When the system does not let us wait for it.
pub fn tidy_up_when_asked(talk: Talk) -> Result<JoinHandle<()>, Failed> {
    let mut signals = Signals::new()?;
    Ok(tokio::spawn(async move {
        signals.any().await;
        // Held to the end: whoever would go on now, as its program was ended, waits here.
        let mut duties = duties();
        while let Some((_, deed)) = duties.open.pop() {
            deed();
        }
        let failed = Failed::input("interrupted; what was made aside is gone").next("begin again when you are ready");
        _ = talk.failed(&failed);
        std::process::exit(failed.exit.into());
    }))
}

/// Something to be done if this process is asked to stop before it is dropped.
#[derive(Debug)]
pub struct Duty(u64);

impl Duty {
    /// To do this.
    pub fn to(deed: impl FnOnce() + Send + 'static) -> Self {
        let mut duties = duties();
        duties.next += 1;
        let number = duties.next;
        duties.open.push((number, Box::new(deed)));
        Self(number)
    }

    /// To send a process a signal.
    #[must_use]
    pub fn to_end(child: &Child, signal: process::Signal) -> Self {
        let pid = Pid::from_child(child);
        Self::to(move || _ = kill_process(pid, signal))
    }
}

/// Runs a program to its end, which comes sooner when this process is asked to stop.
///
/// # Errors
/// When it can't be started.
pub fn output(mut command: Command) -> std::io::Result<Output> {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let _duty = Duty::to_end(&child, process::Signal::TERM);
    child.wait_with_output()
}

impl Drop for Duty {
    fn drop(&mut self) {
        duties().open.retain(|(number, _)| *number != self.0);
    }
}

/// A folder that goes with its owner, and also when this process is asked to stop.
#[derive(Debug)]
pub struct Folder {
    folder: TempDir,
    _duty: Duty,
}

impl Folder {
    /// A new one.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn new(prefix: &str) -> Result<Self, Failed> {
        let folder = tempfile::Builder::new().prefix(prefix).tempdir().doing("can't make a folder")?;
        let path = folder.path().to_owned();
        // A program that was ended a moment ago may still be there.
        let gone = move || _ = (0..10).find(|_| std::fs::remove_dir_all(&path).is_ok() || !path.exists());
        Ok(Self { folder, _duty: Duty::to(gone) })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// A file that is written beside the place it goes to: what is left of it when that fails is taken away.
#[derive(Debug)]
pub struct Part {
    path: PathBuf,
    _duty: Duty,
}

impl Part {
    /// Of what goes there.
    #[must_use]
    pub fn of(file: &Path) -> Self {
        let path = file.with_extension("part");
        let gone = path.clone();
        Self { path, _duty: Duty::to(move || _ = std::fs::remove_file(gone)) }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Nothing is there when it was put in its place.
        _ = std::fs::remove_file(&self.path);
    }
}
