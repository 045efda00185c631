//! Runs stages: each as soon as what it needs has passed, at most so many at a time.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use serde_json::json;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::cache::{Cache, key};
use super::{Ended, Outcome, Stage};
use crate::failed::{Doing, Failed};
use crate::talk::{Talk, Tone};

/// Source: sysexits.h, `EX_TEMPFAIL`.
const COULD_NOT_RUN: i32 = 75;
/// Lines of a failed stage that are shown.
const TAIL_LINES: usize = 15;

/// Most of what a stage says of itself in reports.
const SUMMARY_BYTES_MAX: usize = 16 * 1024;

/// Where and how.
#[derive(Clone, Debug)]
pub struct Place {
    /// Top of the repository.
    pub top: PathBuf,
    /// Logs, cache and reports.
    pub out: PathBuf,
    /// Stages at the same time.
    pub jobs: usize,
    /// Run everything, whatever passed before.
    pub fresh: bool,
    /// What could not be run stops what must not follow a failure.
    pub strict: bool,
}

/// Runs the stages; how each ended, in their order.
///
/// # Errors
/// When the folder for logs can't be made.
pub async fn run(stages: &[Stage], place: &Place, talk: Talk) -> Result<Vec<Ended>, Failed> {
    let out = std::path::absolute(&place.out).doing(place.out.display())?;
    let logs = out.join("logs");
    fs::create_dir_all(&logs).doing(logs.display())?;
    let cache = Cache::new(place.out.join("cache"));
    let mut waiting: Vec<&Stage> = stages.iter().collect();
    let mut ended: BTreeMap<String, Ended> = BTreeMap::new();
    let mut running = JoinSet::new();
    loop {
        let (mut later, ended_before) = (Vec::new(), ended.len());
        for stage in waiting {
            match verdict(stage, &ended, place.strict) {
                Start::Skip => {
                    let ended_now = end(stage, Outcome::Skipped, 0.0, &logs);
                    tell(&ended_now, talk);
                    ended.insert(stage.name.clone(), ended_now);
                }
                Start::Now if running.len() < place.jobs.max(1) => {
                    let key = key(stage, &place.top);
                    if !place.fresh && key.as_ref().is_some_and(|key| cache.has(key)) {
                        let ended_now = end(stage, Outcome::Cached, 0.0, &logs);
                        tell(&ended_now, talk);
                        ended.insert(stage.name.clone(), ended_now);
                        continue;
                    }
                    talk.news(&json!({"stage": stage.name, "event": "started"}), &format!("{:<10} …", stage.name));
                    let (stage, top, logs) = (stage.clone(), place.top.clone(), logs.clone());
                    running.spawn(async move { (key, one(&stage, &top, &logs).await) });
                }
                Start::Now | Start::Later => later.push(stage),
            }
        }
        waiting = later;
        match running.join_next().await {
            Some(done) => {
                let (key, done) = done.doing("a stage was lost")?;
                tell(&done, talk);
                if let (Outcome::Passed, Some(key)) = (done.outcome, key) {
                    cache.put(&key, &done.stage);
                }
                ended.insert(done.stage.clone(), done);
            }
            None if waiting.is_empty() => break,
            // Something was skipped or cached in this round, and others may follow from it.
            None if ended.len() > ended_before => {}
            None => return Err(Failed::ours("stages wait for each other")),
        }
    }
    Ok(stages.iter().filter_map(|stage| ended.remove(&stage.name)).collect())
}

enum Start {
    Now,
    Later,
    Skip,
}

fn verdict(stage: &Stage, ended: &BTreeMap<String, Ended>, strict: bool) -> Start {
    let mut start = Start::Now;
    for needed in &stage.needs {
        match ended.get(needed).map(|ended| ended.outcome) {
            Some(Outcome::Passed | Outcome::Cached) => {}
            Some(_) => return Start::Skip,
            None => start = Start::Later,
        }
    }
    for needed in &stage.unless_failed {
        match ended.get(needed).map(|ended| ended.outcome) {
            Some(Outcome::Passed | Outcome::Cached) => {}
            Some(Outcome::NotRun) if !strict => {}
            Some(_) => return Start::Skip,
            None => start = Start::Later,
        }
    }
    start
}

fn end(stage: &Stage, outcome: Outcome, seconds: f64, logs: &Path) -> Ended {
    let log = logs.join(format!("{}.log", stage.name));
    Ended { stage: stage.name.clone(), outcome, seconds, tail: String::new(), summary: String::new(), log }
}

async fn one(stage: &Stage, top: &Path, logs: &Path) -> Ended {
    let started = Instant::now();
    let mut ended = end(stage, Outcome::Failed, 0.0, logs);
    let summary = logs.join(format!("{}.summary", stage.name));
    _ = fs::remove_file(&summary);
    let outcome = match output(&ended.log) {
        Ok((out, err)) => child(stage, top, &summary, out, err).await,
        Err(error) => Err(error.to_string()),
    };
    ended.seconds = started.elapsed().as_secs_f64();
    ended.summary = head(&summary);
    match outcome {
        Ok(outcome) => ended.outcome = outcome,
        Err(why) => ended.tail = why,
    }
    let explained = ended.outcome == Outcome::NotRun && !ended.summary.is_empty();
    if ended.outcome != Outcome::Passed && ended.tail.is_empty() && !explained {
        ended.tail = tail(&ended.log);
    }
    ended
}

fn output(log: &Path) -> std::io::Result<(fs::File, fs::File)> {
    let file = fs::File::create(log)?;
    Ok((file.try_clone()?, file))
}

async fn child(stage: &Stage, top: &Path, summary: &Path, out: fs::File, err: fs::File) -> Result<Outcome, String> {
    let mut command = Command::new("bash");
    command.args(["-euo", "pipefail", "-c", &stage.run]).current_dir(top).kill_on_drop(true);
    command.env("STAGE_SUMMARY", summary);
    command.stdin(Stdio::null()).stdout(out).stderr(err);
    let mut child = command.spawn().map_err(|error| format!("bash: {error}"))?;
    let Ok(status) = timeout(stage.time_max(), child.wait()).await else {
        _ = child.kill().await;
        return Err(format!("ended after {} minutes", stage.minutes_max));
    };
    let status = status.map_err(|error| error.to_string())?;
    Ok(match status.code() {
        Some(0) => Outcome::Passed,
        Some(COULD_NOT_RUN) => Outcome::NotRun,
        _ => Outcome::Failed,
    })
}

/// What a stage says of itself; none when it says nothing.
fn head(summary: &Path) -> String {
    let text = fs::read(summary).unwrap_or_default();
    String::from_utf8_lossy(&text[..text.len().min(SUMMARY_BYTES_MAX)]).trim().to_owned()
}

fn tail(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

fn tell(ended: &Ended, talk: Talk) {
    let (tone, word) = match ended.outcome {
        Outcome::Passed => (Tone::Good, "passed"),
        Outcome::Cached => (Tone::Dim, "passed before, nothing has changed"),
        Outcome::Failed => (Tone::Bad, "FAILED"),
        Outcome::NotRun => (Tone::Warn, "not run: it can't be here"),
        Outcome::Skipped => (Tone::Dim, "skipped: something before it did not pass"),
    };
    let mut text = format!("{:<10} {} ({:.1} s)", ended.stage, talk.tone(tone, word), ended.seconds);
    for line in ended.summary.lines().chain(ended.tail.lines()) {
        text.push_str(&format!("\n    {line}"));
    }
    talk.news(&json!({"stage": ended.stage, "event": "ended", "ended": ended}), &text);
}
