//! `raally import`: takes a file over into a workspace, or takes an import back.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use raally_application::imports::{Counts, ImportReport, ImportRequest, ImportState, RowFault, Summary, UndoReport};
use raally_application::{App, Caller, Failure};
use raally_domain::event::NewWorkspace;
use raally_domain::ids::{UserId, WorkspaceId};
use raally_domain::model::Settings;
use raally_exchange::{Mapping, Source};
use raally_storage::Location;

use crate::cli::ImportArgs;
use crate::config::Config;
use crate::failed::{Failed, INPUT};
use crate::installation;
use crate::talk::Talk;

/// Bad rows that are printed for people; all that were kept are in the JSON.
const SHOWN_MAX: usize = 20;

/// Imports, looks what an import would change, or takes one back.
pub async fn run(args: &ImportArgs, config: &Config, talk: Talk) -> Result<ExitCode, Failed> {
    if let Some(file) = args.file.as_deref().filter(|file| !file.is_file()) {
        return Err(Failed::input(format!("there is no file {}", file.display())));
    }
    let mapping = args.mapping.as_deref().map(read_mapping).transpose()?;
    let app = installation::open(config).await?;
    let outcome = match target(&app, args).await? {
        Target::There(id) => work(&app, id, mapping, args, talk).await,
        Target::New(owner, new) if args.dry_run => {
            let aside = Aside::new();
            let scratch = installation::open(&aside.config(config)).await?;
            let outcome = work(&scratch, make(&scratch, owner, new).await?, mapping, args, talk).await;
            scratch.store().close().await;
            outcome
        }
        Target::New(owner, new) => work(&app, make(&app, owner, new).await?, mapping, args, talk).await,
    };
    app.store().close().await;
    outcome
}

async fn work(
    app: &App,
    workspace: WorkspaceId,
    mapping: Option<Mapping>,
    args: &ImportArgs,
    talk: Talk,
) -> Result<ExitCode, Failed> {
    let caller = Caller::system(workspace);
    match (&args.undo, &args.file) {
        (Some(id), _) => undone(&app.undo_import(&caller, *id, args.force).await?, talk),
        (None, Some(file)) => import(app, &caller, file, mapping, args, talk).await,
        (None, None) => Err(Failed::input("a file is needed")),
    }
}

async fn import(
    app: &App,
    caller: &Caller,
    file: &Path,
    mapping: Option<Mapping>,
    args: &ImportArgs,
    talk: Talk,
) -> Result<ExitCode, Failed> {
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let source = Source::Path(file.to_owned());
    let request = ImportRequest { name, source, mapping, dry_run: args.dry_run, prune: args.prune };
    let bar = talk.progress("importing");
    let shown = bar.clone();
    let imported = app
        .import_file(caller, request, move |done, total| {
            shown.set_length(total);
            shown.set_position(done);
        })
        .await;
    bar.finish_and_clear();
    let report = imported?;
    let text = shown_report(&report)?;
    talk.data(&report, &text)?;
    let good =
        report.findings.error_count == 0 && matches!(report.state, ImportState::Completed | ImportState::Checked);
    if good && report.state == ImportState::Completed && report.findings.summary.changes() > 0 {
        talk.say(&format!("To take it back: raally import --undo {} --workspace {}", report.id, caller.workspace));
    }
    Ok(if good { ExitCode::SUCCESS } else { INPUT.into() })
}

enum Target {
    There(WorkspaceId),
    /// One that is still to be made, and its owner.
    New(UserId, NewWorkspace),
}

/// A folder for an installation that lasts as long as a dry run: what an import would make of a workspace that isn't
/// there is seen in an empty one, and the database that is in use gets none.
struct Aside(PathBuf);

impl Aside {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("raally-dry-run-{}", uuid::Uuid::new_v4())))
    }

    fn config(&self, config: &Config) -> Config {
        let Self(folder) = self;
        let mut config = config.clone();
        config.location = Location::Sqlite(folder.join("raally.db"));
        config.secret_key_file = folder.join("secret.key");
        config
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn make(app: &App, owner: UserId, new: NewWorkspace) -> Result<WorkspaceId, Failed> {
    let caller = Caller::system(WorkspaceId::PLATFORM);
    Ok(WorkspaceId(app.create_workspace(owner, &caller, new).await?.id))
}

/// The workspace that is meant, or the one to make when that was asked for.
async fn target(app: &App, args: &ImportArgs) -> Result<Target, Failed> {
    match (app.find_workspace(&args.workspace).await, &args.owner) {
        (Err(Failure::BadRequest { code: "unknown-workspace", .. }), Some(email)) if args.create_workspace => {
            let owner = app.find_user(email).await?.ok_or_else(|| {
                let make =
                    format!("make one: echo 'a long passphrase' | raally user create --email {email} --password-stdin");
                Failed::input(format!("no login has the address {email}")).next(make)
            })?;
            let new = NewWorkspace { name: args.workspace.clone(), settings: Settings::default() };
            Ok(Target::New(UserId(owner.id), new))
        }
        (Err(failure @ Failure::BadRequest { code: "unknown-workspace", .. }), _) => {
            Err(Failed::from(failure).next("give --create-workspace and --owner EMAIL to make it"))
        }
        (found, _) => Ok(Target::There(found?)),
    }
}

fn read_mapping(file: &Path) -> Result<Mapping, Failed> {
    let shown = file.display();
    let text = std::fs::read(file).map_err(|error| Failed::input(format!("can't read {shown}: {error}")))?;
    Mapping::from_json(&text).map_err(|error| {
        Failed::input(format!("{shown}: {error}")).next("docs/how-to/import.md says what a mapping looks like")
    })
}

fn shown_report(report: &ImportReport) -> Result<String, Failed> {
    let mut text = String::new();
    if let Some(failure) = &report.failure {
        writeln!(text, "{}: {} ({})", report.name, failure.message, failure.code)?;
        return Ok(text);
    }
    let findings = &report.findings;
    writeln!(
        text,
        "{:<14} {:>8} {:>8} {:>9} {:>8} {:>8} {:>7}",
        "", "created", "updated", "unchanged", "skipped", "removed", "errors"
    )?;
    for (name, counts) in by_name(&findings.summary) {
        if counts.created + counts.updated + counts.unchanged + counts.skipped + counts.removed > 0
            || !counts.errors.is_empty()
        {
            writeln!(
                text,
                "{name:<14} {:>8} {:>8} {:>9} {:>8} {:>8} {:>7}",
                counts.created,
                counts.updated,
                counts.unchanged,
                counts.skipped,
                counts.removed,
                counts.errors.len()
            )?;
        }
    }
    let errors = by_name(&findings.summary).into_iter().flat_map(|(_, counts)| &counts.errors);
    list(&mut text, "error", errors, findings.error_count)?;
    list(&mut text, "warning", findings.warnings.iter(), findings.warning_count)?;
    if findings.missing_count > 0 {
        writeln!(
            text,
            "{} objects of an earlier import of this file are not in it any more; --prune removes them",
            findings.missing_count
        )?;
    }
    let end = match (report.state, findings.error_count) {
        (ImportState::Completed, _) => format!("done: import {}", report.id),
        (_, 1..) => "nothing was changed: mend the rows above, or map the columns with --mapping".to_owned(),
        (ImportState::Checked, 0) => "dry run: nothing was changed".to_owned(),
        _ => "the import did not end; run it again".to_owned(),
    };
    writeln!(text, "{end}")?;
    Ok(text)
}

fn by_name(summary: &Summary) -> [(&'static str, &Counts); 10] {
    [
        ("people", &summary.people),
        ("projects", &summary.projects),
        ("clients", &summary.clients),
        ("teams", &summary.teams),
        ("skills", &summary.skills),
        ("roles", &summary.roles),
        ("calendars", &summary.calendars),
        ("assignments", &summary.assignments),
        ("time off", &summary.time_off),
        ("pay", &summary.compensations),
    ]
}

fn list<'f>(text: &mut String, what: &str, faults: impl Iterator<Item = &'f RowFault>, count: u64) -> std::fmt::Result {
    for fault in faults.take(SHOWN_MAX) {
        let column = fault.column.as_ref().map_or_else(String::new, |column| format!(", {column}"));
        writeln!(text, "{what} in row {}{column}: {} ({})", fault.row, fault.message, fault.code)?;
    }
    match count.saturating_sub(SHOWN_MAX as u64) {
        0 => Ok(()),
        more => writeln!(text, "and {more} more; --json lists them"),
    }
}

fn undone(report: &UndoReport, talk: Talk) -> Result<ExitCode, Failed> {
    let mut text = String::new();
    if report.done {
        writeln!(
            text,
            "taken back: {} objects removed, {} as before, {} kept",
            report.removed, report.restored, report.kept
        )?;
        return talk.data(report, &text);
    }
    writeln!(text, "not taken back: people have changed {} of its objects since", report.touched_count)?;
    for touched in report.touched.iter().take(SHOWN_MAX) {
        writeln!(text, "  {}", serde_json::to_string(touched)?)?;
    }
    talk.data(report, &text)?;
    talk.say("what to do: --force takes it back all the same, with their changes");
    Ok(INPUT.into())
}
