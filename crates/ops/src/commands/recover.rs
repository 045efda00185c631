//! `raallyctl backup`, `backups`, `backup-key`, `restore` and `drill`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;
use serde_json::json;

use crate::cli::{Backup, Data, Drill, Restore};
use crate::failed::Failed;
use crate::recovery::{Installation, Kept, Shelf, Wanted, drill as drills, make, restore as put_back, seal};
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
        std::time::Duration::from_millis(made.took_ms).as_secs_f64(),
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

/// Restores.
pub fn restore(options: &Restore, talk: Talk) -> Result<ExitCode, Failed> {
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
    let manifest = put_back(&installation(&options.data), &kept, &options.identity, options.force)?;
    let text = format!("{} events are back in {into}, and pass `raally doctor`", manifest.events);
    talk.data(&json!({"file": kept.file, "manifest": manifest}), &text)
}

/// Drills; exit code 1 when a goal was missed.
pub async fn drill(options: &Drill, talk: Talk) -> Result<ExitCode, Failed> {
    let disaster_at = Timestamp::now();
    let kept = existing(&options.from)?.newest(None)?;
    let goals = drills::Goals { rpo_seconds: options.rpo_seconds, rto_seconds: options.rto_seconds };
    talk.say(&format!("restoring {} onto a throw-away instance …", kept.file.display()));
    let verdict = drills::run(&installation(&options.data), &kept, &options.identity, goals, disaster_at).await?;
    let line = |name: &str, found: f64, goal: f64| {
        let good = found <= goal;
        let mark = talk.tone(if good { Tone::Good } else { Tone::Bad }, if good { "reached" } else { "missed" });
        vec![name.to_owned(), format!("{found:.2} s"), format!("goal {goal:.0} s"), mark]
    };
    let rows = [
        line("lost at most (RPO)", verdict.rpo_seconds, goals.rpo_seconds),
        line("back after (RTO)", verdict.rto_seconds, goals.rto_seconds),
    ];
    let word = if verdict.passed { "passed" } else { "failed" };
    let text = format!("{}\n{word}: {} events served again", columns(&rows), verdict.manifest.events);
    talk.data(&verdict, &text)?;
    Ok(if verdict.passed { ExitCode::SUCCESS } else { 1.into() })
}
