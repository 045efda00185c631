//! `raallyctl backup`, `backups`, `backup-key`, `restore` and `drill`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use crate::cli::{Backup, Data, Drill, Restore};
use crate::failed::Failed;
use crate::recovery::{
    Installation, Kept, Shelf, Wanted, drill as drills, make, rehearse, restore as put_back, seal, shipped,
};
use crate::talk::{Talk, Tone, columns};

fn installation(data: &Data) -> Installation {
    Installation::new(data.program.clone(), data.data_dir.clone())
}

/// Makes a backup.
pub fn backup(options: &Backup, talk: Talk) -> Result<ExitCode, Failed> {
    let copies = options.copy_to.iter().map(|folder| Shelf::at(folder)).collect::<Result<_, _>>()?;
    let (recipients, keep_days) = (&options.recipient[..], options.keep_days);
    let wanted = Wanted { recipients, shelf: Shelf::at(&options.to)?, copies, keep_days };
    talk.say("copying, restoring aside, examining, sealing …");
    let made = make(&installation(&options.data), &wanted)?;
    let text = format!(
        "{}\n{} events, {} bytes of database, proven by restoring; {} elsewhere, {} old removed; {:.1} s",
        made.file.display(),
        made.manifest.events,
        made.manifest.bytes,
        copies_of(&made.copies),
        made.removed.len(),
        Duration::from_millis(made.took_ms).as_secs_f64(),
    );
    talk.data(&made, &text)
}

fn copies_of(paths: &[PathBuf]) -> String {
    format!("{} {}", paths.len(), if paths.len() == 1 { "copy" } else { "copies" })
}

/// Lists backups.
pub fn list(from: &Path, talk: Talk) -> Result<ExitCode, Failed> {
    let kept = existing(from)?.list()?;
    let head = ["taken at", "events", "bytes", "build", "file"].map(str::to_owned).to_vec();
    let row = |kept: &Kept| {
        let manifest = &kept.manifest;
        let numbers = [manifest.events, manifest.bytes].map(|number| number.to_string());
        let [events, bytes] = numbers;
        vec![manifest.taken_at.to_string(), events, bytes, manifest.build.clone(), kept.file.display().to_string()]
    };
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(kept.iter().map(row)).collect();
    talk.data(&kept, &columns(&rows))
}

/// A folder that must be there: looking makes none.
fn existing(folder: &Path) -> Result<Shelf, Failed> {
    if folder.is_dir() {
        return Shelf::at(folder);
    }
    Err(Failed::input(format!("{} is no folder", folder.display())).next("name the folder of backups with --from"))
}

/// Makes a pair of keys.
pub fn new_key(file: &Path, talk: Talk) -> Result<ExitCode, Failed> {
    let key = seal::new_key(file)?;
    talk.say(&format!("{} opens every backup: keep it where backups are not made, and a copy of it.", file.display()));
    talk.data(&key, &key.recipient)
}

/// The address of a place that `raally serve` ships to; none for a folder of backups.
fn address(from: &Path) -> Option<&str> {
    from.to_str().filter(|from| from.contains("://"))
}

fn private_key(identity: Option<&PathBuf>) -> Result<&Path, Failed> {
    identity
        .map(PathBuf::as_path)
        .ok_or_else(|| Failed::input("a backup is sealed").next("give the file with the private key with --identity"))
}

/// Restores.
pub fn restore(options: &Restore, talk: Talk) -> Result<ExitCode, Failed> {
    if let Some(url) = address(&options.from) {
        return restore_shipped(options, url, talk);
    }
    let identity = private_key(options.identity.as_ref())?;
    let kept = existing(&options.from)?.newest(options.to_time)?;
    let manifest = &kept.manifest;
    let into = options.data.data_dir.display();
    talk.say(&format!(
        "{}\n  taken at {}, {} events, build {}, schema {}\n  goes to {into}",
        kept.file.display(),
        manifest.taken_at,
        manifest.events,
        manifest.build,
        manifest.schema
    ));
    if options.dry_run {
        return talk.data(&kept, "nothing was changed");
    }
    talk.confirm("Restore it?", options.yes)?;
    let manifest = put_back(&installation(&options.data), &kept, identity, options.force)?;
    let text = format!("{} events are back in {into}, and pass `raally doctor`", manifest.events);
    talk.data(&json!({"file": kept.file, "manifest": manifest}), &text)
}

fn restore_shipped(options: &Restore, url: &str, talk: Talk) -> Result<ExitCode, Failed> {
    let into = options.data.data_dir.display();
    let moment = options.to_time.map_or_else(|| "the newest record".to_owned(), |at| at.to_string());
    talk.say(&format!("{url}\n  as of {moment}\n  goes to {into}"));
    if options.dry_run {
        return talk.data(&json!({"from": url, "toTime": options.to_time}), "nothing was changed");
    }
    talk.confirm("Restore it?", options.yes)?;
    let (identity, to_time, last_good) = (options.identity.as_deref(), options.to_time, options.last_good);
    let source = shipped::Source { url, identity, to_time, last_good };
    let restored = shipped::restore(&installation(&options.data), &source, options.force)?;
    let text = format!("{} events as of {} are back in {into}", restored.events, restored.reached);
    talk.data(&restored, &text)
}

/// Drills; exit code 1 when a goal was missed.
pub async fn drill(options: &Drill, talk: Talk) -> Result<ExitCode, Failed> {
    let goals = drills::Goals { rpo_seconds: options.rpo_seconds, rto_seconds: options.rto_seconds };
    if let Some(engine) = options.rehearse {
        return rehearse(options, engine, goals, talk).await;
    }
    let disaster_at = Timestamp::now();
    let from = options.from.as_deref().ok_or_else(|| Failed::input("--from or --rehearse is needed"))?;
    let installation = installation(&options.data);
    if let Some(url) = address(from) {
        talk.say(&format!("restoring {url} onto a throw-away instance …"));
        let source = shipped::Source { url, identity: options.identity.as_deref(), to_time: None, last_good: false };
        let verdict = shipped::drill(&installation, &source, goals).await?;
        let rows = measured(verdict.rpo_seconds, verdict.rto_seconds, goals, talk);
        let text =
            format!("{}\n{}: {} events served again", columns(&rows), word(verdict.passed), verdict.restored.events);
        talk.data(&verdict, &text)?;
        return Ok(code(verdict.passed));
    }
    let identity = private_key(options.identity.as_ref())?;
    let kept = existing(from)?.newest(None)?;
    talk.say(&format!("restoring {} onto a throw-away instance …", kept.file.display()));
    let verdict = drills::run(&installation, &kept, identity, goals, disaster_at).await?;
    let rows = measured(verdict.rpo_seconds, verdict.rto_seconds, goals, talk);
    let text = format!("{}\n{}: {} events served again", columns(&rows), word(verdict.passed), verdict.manifest.events);
    talk.data(&verdict, &text)?;
    Ok(code(verdict.passed))
}

async fn rehearse(
    options: &Drill,
    engine: rehearse::Engine,
    goals: drills::Goals,
    talk: Talk,
) -> Result<ExitCode, Failed> {
    talk.say("a throw-away instance, writes, the loss of server and disk, the restore …");
    let writes_for = Duration::from_secs(options.write_seconds);
    let verdict = rehearse::run(&installation(&options.data), engine, writes_for, goals).await?;
    let mut rows = measured(verdict.rpo_seconds, verdict.rto_seconds, goals, talk);
    for (name, good) in [("to a moment between two writes", verdict.moment_exact), ("audit trail", verdict.audit_ok)] {
        let mark = talk.tone(if good { Tone::Good } else { Tone::Bad }, if good { "holds" } else { "does not hold" });
        rows.push(vec![name.to_owned(), String::new(), String::new(), mark]);
    }
    let (acknowledged, lost) = (verdict.acknowledged, verdict.lost);
    let text =
        format!("{}\n{}: {lost} of {acknowledged} acknowledged writes lost", columns(&rows), word(verdict.passed));
    talk.data(&verdict, &text)?;
    Ok(code(verdict.passed))
}

fn measured(rpo_seconds: f64, rto_seconds: f64, goals: drills::Goals, talk: Talk) -> Vec<Vec<String>> {
    let line = |name: &str, found: f64, goal: f64| {
        let good = found <= goal;
        let mark = talk.tone(if good { Tone::Good } else { Tone::Bad }, if good { "reached" } else { "missed" });
        vec![name.to_owned(), format!("{found:.2} s"), format!("goal {goal:.0} s"), mark]
    };
    vec![
        line("lost at most (RPO)", rpo_seconds, goals.rpo_seconds),
        line("back after (RTO)", rto_seconds, goals.rto_seconds),
    ]
}

fn word(passed: bool) -> &'static str {
    if passed { "passed" } else { "failed" }
}

fn code(passed: bool) -> ExitCode {
    if passed { ExitCode::SUCCESS } else { 1.into() }
}
