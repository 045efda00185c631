//! The tool's own small supervisor: keeps processes alive on a host that has no systemd.
//!
//! It is a process of its own that survives the tool, and what it keeps survives it: when it is killed and started again
//! it finds its processes by a mark in their environment and goes on. Orders come over a Unix socket, one JSON line each.

pub mod client;
mod kept;
mod log;
pub mod order;
mod processes;
pub mod systemd;

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::failed::{Doing, Failed};
use kept::Kept;
use order::{Answer, Order};

/// Longest order: a process with all its options.
const ORDER_BYTES_MAX: u64 = 1024 * 1024;
/// Longest path of a Unix socket, the final zero included. Source: unix(7), `sun_path`.
const SOCKET_PATH_MAX: usize = 108;

/// How often the supervisor looks whether its folder is still there.
const FOLDER_EVERY: Duration = Duration::from_secs(5);
/// For the answer to the one who sent it away.
const FAREWELL: Duration = Duration::from_millis(50);

/// Where the supervisor of a state folder is reached.
#[must_use]
pub fn socket(state_dir: &Path) -> PathBuf {
    state_dir.join("keeper.sock")
}

/// Whether sockets fit into the folder.
///
/// # Errors
/// When its path is too long for a socket in it.
pub fn check_folder(state_dir: &Path) -> Result<(), Failed> {
    // The longest name that a socket there has.
    let length = state_dir.join("gateway.sock.handover").as_os_str().len();
    if length < SOCKET_PATH_MAX {
        return Ok(());
    }
    Err(Failed::input(format!("the path {} is too long for sockets in it", state_dir.display()))
        .next("give a shorter state-dir"))
}

/// Makes a folder, for its owner alone.
///
/// # Errors
/// When it can't be made.
pub fn make_folder(folder: &Path) -> Result<(), Failed> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.doing(format!("can't make the folder {}", folder.display()))
}

/// Keeps processes until SIGTERM, which leaves them running: who wants them to end says so before.
///
/// # Errors
/// When another supervisor has the folder, or the socket can't be made.
pub async fn run(state_dir: &Path) -> Result<(), Failed> {
    // Away from the terminal and the process group of whoever started it. It fails for a leader, which is away already.
    _ = rustix::process::setsid();
    check_folder(state_dir)?;
    make_folder(&state_dir.join("kept"))?;
    make_folder(&state_dir.join("logs"))?;
    let _only_one = only_one(state_dir)?;
    let path = socket(state_dir);
    _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).doing(path.display())?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).doing(path.display())?;
    let kept = Arc::new(Kept::resume(state_dir)?);
    let mut look = tokio::time::interval(FOLDER_EVERY);
    let mut terminate =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).doing("can't wait for signals")?;
    loop {
        tokio::select! {
            _ = terminate.recv() => return Ok(()),
            () = kept.leave.notified() => {
                // The answer to whoever asked for it is still on its way.
                tokio::time::sleep(FAREWELL).await;
                return Ok(());
            }
            // Whoever took the folder away wants nothing kept, and nobody can reach us any more.
            _ = look.tick() => if kept.is_empty() && !path.exists() { return Ok(()) },
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    let kept = Arc::clone(&kept);
                    tokio::spawn(async move { serve(&kept, stream).await });
                }
            }
        }
    }
}

fn only_one(state_dir: &Path) -> Result<File, Failed> {
    let path = state_dir.join("keeper.lock");
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).mode(0o600).open(&path).doing(path.display())?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Failed::input(format!("another supervisor keeps {}", state_dir.display())))
        }
        Err(TryLockError::Error(error)) => Err(Failed::ours(format!("{}: {error}", path.display()))),
    }
}

async fn serve(kept: &Arc<Kept>, stream: UnixStream) {
    let (reading, mut writing) = stream.into_split();
    let mut line = String::new();
    let mut reader = BufReader::new(tokio::io::AsyncReadExt::take(reading, ORDER_BYTES_MAX));
    let answer = match reader.read_line(&mut line).await {
        Ok(_) => match serde_json::from_str::<Order>(&line) {
            Ok(order) => kept.carry_out(order).await,
            Err(error) => Answer::Refused { why: format!("the order can't be read: {error}") },
        },
        Err(error) => Answer::Refused { why: error.to_string() },
    };
    if let Ok(mut text) = serde_json::to_vec(&answer) {
        text.push(b'\n');
        // Whoever asked may have been killed meanwhile; the order was carried out all the same.
        _ = writing.write_all(&text).await;
    }
}
