//! Gives orders to the supervisor of a state folder, and starts it when there is none.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::time::{Instant, timeout};

use super::order::{Answer, Order, Running};
use super::{check_folder, log, make_folder, socket, systemd};
use crate::failed::{Doing, Failed};
use crate::model::environment::Keeper;

/// A process may take its whole grace to end.
const ANSWER_WITHIN: Duration = Duration::from_secs(600);
const START_WITHIN: Duration = Duration::from_secs(20);

/// Gives an order; starts a supervisor (`raallyctl supervise`) when none answers.
///
/// # Errors
/// When it refuses, or none can be started.
pub async fn order(state_dir: &Path, raallyctl: &Path, keeper: Keeper, order: &Order) -> Result<Answer, Failed> {
    if by_systemd(keeper) {
        return systemd::order(state_dir, order).await;
    }
    let deadline = Instant::now() + START_WITHIN;
    let mut started = false;
    loop {
        match ask(state_dir, order).await {
            Ok(Answer::Refused { why }) => return Err(Failed::ours(why)),
            Ok(answer) => return Ok(answer),
            Err(_) if Instant::now() < deadline => {
                if !started {
                    start(state_dir, raallyctl)?;
                    started = true;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(failed) => {
                let log = log::path(state_dir, "keeper");
                return Err(failed.next(format!("see {}", log.display())));
            }
        }
    }
}

/// What is kept. Where something is and the supervisor was killed, it is started: a list without it would lie.
///
/// # Errors
/// When it answers something else, or can't be started.
pub async fn list(state_dir: &Path, raallyctl: &Path, keeper: Keeper) -> Result<Vec<Running>, Failed> {
    let files = std::fs::read_dir(state_dir.join("kept"));
    let any = files.is_ok_and(|mut files| files.any(|file| file.is_ok_and(|file| is_json(&file.path()))));
    if !any {
        return Ok(Vec::new());
    }
    match order(state_dir, raallyctl, keeper, &Order::List).await? {
        Answer::List { processes } => Ok(processes),
        other => Err(Failed::ours(format!("the supervisor answered {other:?} when asked for its list"))),
    }
}

fn by_systemd(keeper: Keeper) -> bool {
    match keeper {
        Keeper::Auto => systemd::is_here(),
        Keeper::Systemd => true,
        Keeper::Own => false,
    }
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "json")
}

async fn ask(state_dir: &Path, order: &Order) -> Result<Answer, Failed> {
    let path = socket(state_dir);
    let doing = || format!("no supervisor answers at {}", path.display());
    let mut stream = UnixStream::connect(&path).await.doing(doing())?;
    let mut line = serde_json::to_vec(order).doing(doing())?;
    line.push(b'\n');
    stream.write_all(&line).await.doing(doing())?;
    let mut answer = String::new();
    let mut reader = BufReader::new(stream);
    let read = timeout(ANSWER_WITHIN, reader.read_line(&mut answer)).await;
    read.doing(doing())?.doing(doing())?;
    serde_json::from_str(&answer).doing(doing())
}

fn start(state_dir: &Path, raallyctl: &Path) -> Result<(), Failed> {
    check_folder(state_dir)?;
    make_folder(&state_dir.join("logs"))?;
    let log = log::open(&log::path(state_dir, "keeper")).doing("can't open the supervisor's log")?;
    let errors = log.try_clone().doing("can't open the supervisor's log")?;
    let mut command = Command::new(raallyctl);
    command.arg("supervise").arg("--state-dir").arg(state_dir);
    command.stdin(Stdio::null()).stdout(log).stderr(errors);
    command.spawn().doing(format!("can't start {} supervise", raallyctl.display()))?;
    Ok(())
}
