//! `raallyctl backup`, `backups`, `restore` and `drill` of an environment whose database is PostgreSQL.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::recover::{code, measured, word};
use super::setting::Setting;
use crate::atomic;
use crate::cli::{Backup, Drill, Restore};
use crate::failed::{Doing, Failed};
use crate::journal::Journal;
use crate::keeper::make_folder;
use crate::lock::Lock;
use crate::recovery::drill::Goals;
use crate::recovery::postgres::{Database, Done, Plan, RestoreWanted, Store, drill as drill_of};
use crate::stop;
use crate::talk::{Talk, Tone, columns};

/// Makes a backup in every place.
pub async fn backup(setting: &Setting, database: &Database, options: &Backup, talk: Talk) -> Result<ExitCode, Failed> {
    let plan = database.plan_backup(options.kind, options.keep_days)?;
    let title = format!("backup of {}", setting.name);
    if let Some(code) = show(&title, &plan, options.dry_run, talk)? {
        return Ok(code);
    }
    talk.confirm("Go on?", options.yes)?;
    stop::tidy_up_when_asked(talk)?;
    let mut turn = Turn::open(setting, "backup", false)?;
    let done = turn.carry_out("backup", database, &plan, talk).await?;
    let places = database.store().look()?;
    let stored: u64 = places.iter().filter_map(|place| place.backups.last()).map(|base| base.stored_bytes).sum();
    if let Some(folder) = &options.metrics_to {
        note_success(folder, stored, Timestamp::now())?;
    }
    let text = format!("{title}: in {} places, proven by restoring; {}", places.len(), took(&done));
    talk.data(&json!({"environment": setting.name, "steps": done, "places": places}), &text)
}

/// Lists what is in the places.
pub fn list(store: &Store, talk: Talk) -> Result<ExitCode, Failed> {
    let places = store.look()?;
    let head = ["place", "ended at", "kind", "database", "stored", "name"].map(str::to_owned).to_vec();
    let mut rows = vec![head];
    for place in &places {
        rows.extend(place.backups.iter().rev().map(|base| {
            let name = if base.damaged { format!("{} (damaged)", base.label) } else { base.label.clone() };
            let [number, bytes, stored] = [u64::from(place.number), base.bytes, base.stored_bytes];
            let kind = base.kind.name().to_owned();
            vec![number.to_string(), base.ended_at.to_string(), kind, bytes.to_string(), stored.to_string(), name]
        }));
        let empty = place.backups.is_empty().then(|| "none".to_owned());
        if let Some(why) = place.fault.clone().or(empty) {
            rows.push(vec![place.number.to_string(), why]);
        }
    }
    talk.data(&places, &columns(&rows))
}

/// Restores: in earnest, or beside what runs.
pub async fn restore(
    setting: &Setting,
    database: &Database,
    options: &Restore,
    talk: Talk,
) -> Result<ExitCode, Failed> {
    if options.aside {
        return beside(database, options, talk).await;
    }
    let wanted = RestoreWanted { repository: options.repo, to_time: options.to_time, force: options.force };
    let plan = database.plan_restore(&wanted)?;
    let title = format!("restore of {}", setting.name);
    if let Some(code) = show(&title, &plan, options.dry_run, talk)? {
        return Ok(code);
    }
    talk.confirm("Restore it?", options.yes)?;
    let mut turn = Turn::open(setting, "restore", true)?;
    let done = turn.carry_out("restore", database, &plan, talk).await?;
    let says = done.last().map(|done| done.says.clone()).unwrap_or_default();
    let text = format!("{title}: {says}; {}", took(&done));
    talk.data(&json!({"environment": setting.name, "steps": done}), &text)
}

async fn beside(database: &Database, options: &Restore, talk: Talk) -> Result<ExitCode, Failed> {
    let tidying = stop::tidy_up_when_asked(talk)?;
    talk.say("restoring onto a server of its own …");
    let aside = database.aside(options.repo, options.to_time)?;
    let (url, reached) = (database.url_on(&aside), aside.reached()?);
    let until = reached.map(|at| format!(", as of {at}")).unwrap_or_default();
    talk.data(&json!({"url": url, "reached": reached}), &format!("RAALLY_DATABASE_URL={url}"))?;
    talk.say(&format!("it is there{until}, and goes with Ctrl-C"));
    // From here on it is what everybody waits for.
    tidying.abort();
    stop::asked().await?;
    drop(aside);
    Ok(ExitCode::SUCCESS)
}

/// Drills; exit code 1 when a goal was missed.
pub async fn drill(database: &Database, options: &Drill, goals: Goals, talk: Talk) -> Result<ExitCode, Failed> {
    talk.say("restoring onto a throw-away server …");
    let verdict = drill_of(database, options.repo, goals).await?;
    let rows = measured(verdict.rpo_seconds, verdict.rto_seconds, goals, talk);
    let text = format!("{}\n{}: {} events served again", columns(&rows), word(verdict.passed), verdict.events);
    talk.data(&verdict, &text)?;
    Ok(code(verdict.passed))
}

/// Shows a plan; the exit code when that is all.
fn show(title: &str, plan: &Plan, dry_run: bool, talk: Talk) -> Result<Option<ExitCode>, Failed> {
    let rows: Vec<Vec<String>> =
        (1..).zip(&plan.steps).map(|(number, step)| vec![format!("{number:>3}"), step.title()]).collect();
    let mut text = columns(&rows);
    for note in &plan.notes {
        text += &format!("\n{} {note}", talk.tone(Tone::Warn, "note:"));
    }
    if dry_run {
        return talk.data(&plan, &format!("{title}\n{text}\nnothing was changed")).map(Some);
    }
    talk.say(&format!("{}\n{text}", talk.tone(Tone::Bold, title)));
    Ok(None)
}

/// What keeps two operators apart, and what they did.
struct Turn {
    journal: Journal,
    _locks: Vec<Lock>,
}

impl Turn {
    /// A backup may be made while a release is under way; a restore may not.
    fn open(setting: &Setting, doing: &str, alone: bool) -> Result<Self, Failed> {
        make_folder(&setting.folder)?;
        let mut locks = vec![Lock::take(&setting.folder.join("recovery.lock"), doing, false)?.0];
        if alone {
            locks.push(Lock::take(&setting.folder.join("lock"), doing, false)?.0);
        }
        Ok(Self { journal: Journal::open(&setting.folder.join("recovery.jsonl"))?, _locks: locks })
    }

    async fn carry_out(
        &mut self,
        what: &str,
        database: &Database,
        plan: &Plan,
        talk: Talk,
    ) -> Result<Vec<Done>, Failed> {
        let mut tell = |done: &Done| {
            let says = if done.says.is_empty() { String::new() } else { format!(": {}", done.says) };
            let seconds = Duration::from_millis(done.milliseconds).as_secs_f64();
            let mark = talk.tone(Tone::Good, "done");
            talk.news(done, &format!("{mark} {} ({seconds:.1} s){says}", done.step.title()));
        };
        database.carry_out(what, plan, &mut self.journal, &mut tell).await
    }
}

fn took(done: &[Done]) -> String {
    let all = done.iter().map(|done| done.milliseconds).sum();
    format!("{:.1} s", Duration::from_millis(all).as_secs_f64())
}

/// For the alert `RaallyBackupOld`. Written beside and renamed: the exporter never reads half a file.
pub fn note_success(folder: &Path, bytes: u64, at: Timestamp) -> Result<(), Failed> {
    let file = folder.join("raally_backup.prom");
    let text = format!(
        "# HELP raally_backup_last_success_timestamp_seconds When the last good backup was made\n\
         # TYPE raally_backup_last_success_timestamp_seconds gauge\n\
         raally_backup_last_success_timestamp_seconds {}\n\
         # HELP raally_backup_bytes Size of the last good backup\n\
         # TYPE raally_backup_bytes gauge\n\
         raally_backup_bytes {bytes}\n",
        at.as_second()
    );
    atomic::write(&file, text.as_bytes(), 0o644).doing(file.display())
}
