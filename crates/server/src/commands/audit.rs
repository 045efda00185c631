//! `raally audit`: verifies the log against its seals and signatures, and exports signed checkpoints.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use raally_application::audit::{AuditReport, Damage, WorkspaceReport};
use raally_application::{App, Failure};
use raally_domain::decide::Refusal;
use raally_domain::ids::WorkspaceId;
use raally_identity::chain::{AuditKey, ExportedCheckpoint, RotatedKey, TrustedKeys};
use serde_json::json;
use serde_json::value::RawValue;

use crate::cli::Audit;
use crate::config::Config;
use crate::failed::{Failed, INPUT};
use crate::installation;
use crate::talk::Talk;

/// Runs one of the commands.
pub async fn run(what: &Audit, config: &Config, talk: Talk) -> Result<ExitCode, Failed> {
    let app = installation::open(config).await?;
    installation::check_audit_key(config, app.store()).await?;
    let outcome = match what {
        Audit::Verify { workspace, checkpoint } => {
            verify(&app, config, workspace.as_deref(), checkpoint.as_deref(), talk).await
        }
        Audit::RotateKey => rotate_key(&app, config, talk).await,
        Audit::Checkpoint { workspace } => checkpoint(&app, config, workspace.as_deref(), talk).await,
    };
    app.store().close().await;
    outcome
}

async fn partition(app: &App, workspace: Option<&str>) -> Result<Option<WorkspaceId>, Failed> {
    match workspace {
        Some("platform") => Ok(Some(WorkspaceId::PLATFORM)),
        Some(name) => Ok(Some(app.find_workspace(name).await?)),
        None => Ok(None),
    }
}

async fn verify(
    app: &App,
    config: &Config,
    workspace: Option<&str>,
    kept: Option<&Path>,
    talk: Talk,
) -> Result<ExitCode, Failed> {
    let workspace = partition(app, workspace).await?;
    let kept = kept.map(read_checkpoint).transpose()?;
    let auditor = installation::auditor(config, app)?;
    let bar = talk.progress("verifying");
    let report = auditor.verify(workspace, kept.as_ref()).await;
    bar.finish_and_clear();
    let report = report?;
    talk.data(&report, &shown(&report)?)?;
    Ok(if report.ok { ExitCode::SUCCESS } else { INPUT.into() })
}

fn read_checkpoint(file: &Path) -> Result<ExportedCheckpoint, Failed> {
    let shown = file.display();
    let text = std::fs::read(file).map_err(|error| Failed::input(format!("can't read {shown}: {error}")))?;
    ExportedCheckpoint::from_json(&text).map_err(|error| {
        Failed::input(format!("{shown}: {error}")).next("give a file that `raally audit checkpoint` printed")
    })
}

fn shown(report: &AuditReport) -> Result<String, Failed> {
    let mut text = String::new();
    for one in &report.workspaces {
        writeln!(text, "{}", line(one))?;
    }
    match report.ok {
        true => writeln!(text, "ok: {} events are what was sealed", report.checked)?,
        false if report.workspaces.iter().all(|one| one.ok || one.damage == Some(Damage::BadSignature)) => {
            writeln!(
                text,
                "NOT OK: the log was signed with a key that is not trusted here, or changed outside of Raally"
            )?;
        }
        false => writeln!(text, "NOT OK: the log was changed outside of Raally")?,
    }
    Ok(text)
}

fn line(one: &WorkspaceReport) -> String {
    let name = if one.workspace_id == WorkspaceId::PLATFORM { "platform".into() } else { one.workspace_id.to_string() };
    let tail = match (one.unsealed, one.unsealed_from, one.unsealed_to) {
        (0, ..) => "no unsealed tail".to_owned(),
        (count, Some(from), Some(to)) => format!("{count} events not sealed yet, positions {from} to {to}"),
        (count, ..) => format!("{count} events not sealed yet"),
    };
    match (one.ok, one.first_bad_position) {
        (true, _) => format!(
            "{name}: ok, {} events sealed to position {}, signed to {}; {tail}",
            one.checked, one.sealed_through, one.signed_through
        ),
        (false, position) => {
            let damage = one.damage.and_then(|damage| serde_json::to_string(&damage).ok()).unwrap_or_default();
            let position = position.map_or_else(|| "an unknown position".into(), |at| format!("position {at}"));
            format!("{name}: {} at {position}; {} events before it are fine", damage.trim_matches('"'), one.checked)
        }
    }
}

/// Everything is signed by the old key first, so that the new one vouches for what comes after it alone.
async fn rotate_key(app: &App, config: &Config, talk: Talk) -> Result<ExitCode, Failed> {
    let owner = app.mint().id::<uuid::Uuid>().to_string();
    installation::auditor(config, app)?.seal_all(&owner).await?;
    let file = &config.audit_key_file;
    let RotatedKey { old, new } = AuditKey::rotate(file).map_err(|error| {
        Failed::input(error.to_string()).next("a key that a cluster mounts is changed where the cluster keeps it")
    })?;
    let trusted = TrustedKeys::beside(file);
    let shown = trusted.path().display().to_string();
    talk.say("Start each `raally serve` again: until then it signs with the old key, which stays trusted.");
    let text = format!("{} signs from now on\n{} and what it signed stay trusted by {shown}", new.kid(), old.kid());
    talk.data(&json!({"newKeyId": new.kid(), "oldKeyId": old.kid(), "trusted": shown}), &text)
}

/// One document for one workspace; without a workspace, a line for each.
async fn checkpoint(app: &App, config: &Config, workspace: Option<&str>, talk: Talk) -> Result<ExitCode, Failed> {
    let auditor = installation::auditor(config, app)?;
    let owner = app.mint().id::<uuid::Uuid>().to_string();
    auditor.seal_all(&owner).await?;
    let Some(workspace) = partition(app, workspace).await? else {
        return Err(Failed::input("a checkpoint is of one workspace")
            .next("give --workspace ID, --workspace NAME, or --workspace platform for the platform's own log"));
    };
    let checkpoint = auditor.export_checkpoint(workspace).await.map_err(|failure| match failure {
        Failure::Refused(Refusal::NotFound) => {
            Failed::input("nothing of this workspace is sealed yet").next("try again in a second")
        }
        other => other.into(),
    })?;
    let text = checkpoint.to_json();
    let raw: Box<RawValue> = RawValue::from_string(text.clone())?;
    talk.say("Keep this where nobody who can write the database can change it.");
    talk.data(&raw, &text)
}
