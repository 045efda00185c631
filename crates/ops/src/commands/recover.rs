//! `raallyctl backup`, `backups`, `backup-key`, `restore` and `drill`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::recover_postgres;
use super::setting::Setting;
use crate::cli::{Backup, Backups, Data, Drill, OfEnvironment, Restore, Where};
use crate::failed::Failed;
use crate::recovery::postgres::{Database, Store};
use crate::recovery::{
    Installation, Kept, Shelf, Wanted, drill as drills, make, rehearse, restore as put_back, seal, shipped,
};
use crate::stop;
use crate::talk::{Talk, Tone, columns};

/// Days that backups are kept, where nothing says otherwise.
const KEEP_DAYS: u32 = 30;

/// Whose data a command is about.
enum Subject {
    /// A data folder with SQLite.
    Files(Installation, PathBuf),
    /// An environment with PostgreSQL.
    Database(Box<(Setting, Database)>),
}

fn environment(of: &OfEnvironment) -> Result<Option<Setting>, Failed> {
    let Some(env) = of.env.clone() else { return Ok(None) };
    let at = Where { env, file: of.file.clone() };
    Setting::on_hosts(&at, "there the CronJob `raally-backup` backs up: see docs/runbooks/restore.md").map(Some)
}

fn subject(data: &Data, identity: Option<&PathBuf>) -> Result<Subject, Failed> {
    let Some(setting) = environment(&data.of)? else {
        let folder = data.data_dir.clone().unwrap_or_else(|| "./data".into());
        return Ok(Subject::Files(Installation::new(data.program.clone(), folder.clone()), folder));
    };
    let settings = setting.hosts()?.own_settings();
    let told = settings.get("RAALLY_DATA_DIR").map(PathBuf::from);
    let folder = data.data_dir.clone().or(told).unwrap_or_else(|| setting.folder.join("data"));
    let mut installation = Installation::new(data.program.clone(), folder.clone());
    for (name, value) in settings.iter().filter(|(name, _)| *name != "RAALLY_DATA_DIR") {
        installation = installation.with(name, value);
    }
    let inherited = std::env::var("RAALLY_DATABASE_URL").ok();
    let url = settings.get("RAALLY_DATABASE_URL").cloned().or(inherited);
    let postgres = setting.environment.host.as_ref().and_then(|host| host.postgres.clone());
    match postgres {
        Some(postgres) => {
            let database = Database::new(&postgres, installation, url.as_deref(), identity.cloned())?;
            Ok(Subject::Database(Box::new((setting, database))))
        }
        None if url.is_some_and(|url| url.starts_with("postgres")) => {
            Err(Failed::input(format!("{} does not say how its PostgreSQL is backed up", setting.name))
                .next("add [environments.NAME.host.postgres]: see docs/how-to/recover.md"))
        }
        None => Ok(Subject::Files(installation, folder)),
    }
}

fn needed<'p>(path: Option<&'p PathBuf>, name: &str) -> Result<&'p Path, Failed> {
    path.map(PathBuf::as_path).ok_or_else(|| Failed::input(format!("a data folder with SQLite needs {name}")))
}

/// Makes a backup.
pub async fn backup(options: &Backup, talk: Talk) -> Result<ExitCode, Failed> {
    let installation = match subject(&options.data, None)? {
        Subject::Database(both) => return recover_postgres::backup(&both.0, &both.1, options, talk).await,
        Subject::Files(installation, _) => installation,
    };
    let to = needed(options.to.as_ref(), "--to")?;
    if options.dry_run {
        let plan = json!({"to": to, "copyTo": options.copy_to, "recipients": options.recipient});
        return talk.data(&plan, &format!("would copy, prove, seal and put into {}", to.display()));
    }
    let copies = options.copy_to.iter().map(|folder| Shelf::at(folder)).collect::<Result<_, _>>()?;
    let (recipients, keep_days) = (&options.recipient[..], options.keep_days.unwrap_or(KEEP_DAYS));
    let wanted = Wanted { recipients, shelf: Shelf::at(to)?, copies, keep_days };
    stop::tidy_up_when_asked(talk)?;
    talk.say("copying, restoring aside, examining, sealing …");
    let made = make(&installation, &wanted)?;
    if let Some(folder) = &options.metrics_to {
        recover_postgres::note_success(folder, made.manifest.bytes, Timestamp::now())?;
    }
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
pub fn list(options: &Backups, talk: Talk) -> Result<ExitCode, Failed> {
    let setting = environment(&options.of)?;
    let postgres = setting.and_then(|setting| setting.environment.host.and_then(|host| host.postgres));
    if let Some(postgres) = postgres {
        return recover_postgres::list(&Store::open(&postgres.config, &postgres.stanza)?, talk);
    }
    let kept = existing(needed(options.from.as_ref(), "--from")?)?.list()?;
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
pub async fn restore(options: &Restore, talk: Talk) -> Result<ExitCode, Failed> {
    let (installation, folder) = match subject(&options.data, options.identity.as_ref())? {
        Subject::Database(both) => return recover_postgres::restore(&both.0, &both.1, options, talk).await,
        Subject::Files(installation, folder) => (installation, folder),
    };
    let from = needed(options.from.as_ref(), "--from")?;
    let into = folder.display();
    if let Some(url) = address(from) {
        return restore_shipped(options, (&installation, &into.to_string()), url, talk);
    }
    let identity = private_key(options.identity.as_ref())?;
    let kept = existing(from)?.newest(options.to_time)?;
    let manifest = &kept.manifest;
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
    stop::tidy_up_when_asked(talk)?;
    let manifest = put_back(&installation, &kept, identity, options.force)?;
    let text = format!("{} events are back in {into}, and pass `raally doctor`", manifest.events);
    talk.data(&json!({"file": kept.file, "manifest": manifest}), &text)
}

fn restore_shipped(
    options: &Restore,
    (installation, into): (&Installation, &str),
    url: &str,
    talk: Talk,
) -> Result<ExitCode, Failed> {
    let moment = options.to_time.map_or_else(|| "the newest record".to_owned(), |at| at.to_string());
    talk.say(&format!("{url}\n  as of {moment}\n  goes to {into}"));
    if options.dry_run {
        return talk.data(&json!({"from": url, "toTime": options.to_time}), "nothing was changed");
    }
    talk.confirm("Restore it?", options.yes)?;
    stop::tidy_up_when_asked(talk)?;
    let (identity, to_time, last_good) = (options.identity.as_deref(), options.to_time, options.last_good);
    let source = shipped::Source { url, identity, to_time, last_good };
    let restored = shipped::restore(installation, &source, options.force)?;
    let text = format!("{} events as of {} are back in {into}", restored.events, restored.reached);
    talk.data(&restored, &text)
}

/// Drills; exit code 1 when a goal was missed.
pub async fn drill(options: &Drill, talk: Talk) -> Result<ExitCode, Failed> {
    stop::tidy_up_when_asked(talk)?;
    let goals = drills::Goals { rpo_seconds: options.rpo_seconds, rto_seconds: options.rto_seconds };
    if let Some(engine) = options.rehearse {
        return rehearse(options, engine, goals, talk).await;
    }
    let disaster_at = Timestamp::now();
    let installation = match subject(&options.data, options.identity.as_ref())? {
        Subject::Database(both) => return recover_postgres::drill(&both.1, options, goals, talk).await,
        Subject::Files(installation, _) => installation,
    };
    let from = needed(options.from.as_ref(), "--from or --rehearse")?;
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
    let verdict =
        rehearse::run(&Installation::new(options.data.program.clone(), "./data".into()), engine, writes_for, goals)
            .await?;
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

pub(super) fn measured(rpo_seconds: f64, rto_seconds: f64, goals: drills::Goals, talk: Talk) -> Vec<Vec<String>> {
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

pub(super) fn word(passed: bool) -> &'static str {
    if passed { "passed" } else { "failed" }
}

pub(super) fn code(passed: bool) -> ExitCode {
    if passed { ExitCode::SUCCESS } else { 1.into() }
}
