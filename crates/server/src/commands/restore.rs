//! `raally restore`: puts a copy of a SQLite database in its place, from a file or from where `serve` ships to.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use raally_application::audit::AuditReport;
use raally_identity::chain::TrustedKeys;
use raally_shipping::{Identities, Place, Restored, Wanted, restore as fetch};
use raally_storage::{Location, RestoreReport, StoreError};
use serde_json::json;

use super::backup::sqlite_file;
use crate::cli::RestoreArgs;
use crate::config::Config;
use crate::failed::Failed;
use crate::installation;
use crate::talk::Talk;

/// Restores.
pub async fn run(args: &RestoreArgs, mut config: Config, talk: Talk) -> Result<ExitCode, Failed> {
    if let Some(folder) = &args.data_dir {
        config.location = Location::Sqlite(folder.join("raally.db"));
        config.secret_key_file = folder.join("secret.key");
        config.audit_key_file = folder.join("audit.key");
    }
    let target = sqlite_file(&config)?;
    installation::make_folder_of(&target)?;
    match (&args.from, &args.file) {
        (Some(from), _) => from_place(from, args, &config, &target, talk).await,
        (None, Some(file)) => from_file(file, args.force, &target, talk).await,
        (None, None) => Err(Failed::input("there is nothing to restore").next("name a file, or a place with --from")),
    }
}

async fn from_file(file: &Path, force: bool, target: &Path, talk: Talk) -> Result<ExitCode, Failed> {
    let bar = talk.progress("checking and copying");
    let report = raally_storage::restore(file, target, force).await;
    bar.finish_and_clear();
    let report = report.map_err(unforced)?;
    let value =
        json!({"file": file, "events": report.events, "position": report.position, "replaced": report.replaced});
    talk.data(&value, &back(&report, target))
}

fn unforced(error: StoreError) -> Failed {
    match error {
        StoreError::Setup { ref detail } if detail.contains("say so") => {
            Failed::input(detail.clone()).next("give --force; the database that is there is kept beside")
        }
        other => other.into(),
    }
}

fn back(report: &RestoreReport, target: &Path) -> String {
    let mut text = format!("{} events are back in {}", report.events, target.display());
    if let Some(replaced) = &report.replaced {
        text += &format!("; the database before is kept as {}", replaced.display());
    }
    text
}

async fn from_place(
    from: &str,
    args: &RestoreArgs,
    config: &Config,
    target: &Path,
    talk: Talk,
) -> Result<ExitCode, Failed> {
    let place = Place::open(from)?;
    let keys = args.identity.as_deref().map(Identities::read).transpose()?.unwrap_or_default();
    let mut name = target.as_os_str().to_owned();
    name.push(".shipped");
    let aside = PathBuf::from(name);
    let bar = talk.progress("fetching and checking");
    let wanted = Wanted { to: args.to_time, last_good: args.last_good };
    let fetched = match fetch(&place, &keys, wanted, &aside).await {
        Ok(restored) => {
            raally_storage::restore(&aside, target, args.force).await.map(|report| (restored, report)).map_err(unforced)
        }
        Err(error) => Err(error.into()),
    };
    _ = std::fs::remove_file(&aside);
    bar.finish_and_clear();
    let (restored, report) = fetched?;
    for (name, bytes) in &restored.keys {
        let file = match name.as_str() {
            "audit.key" => config.audit_key_file.clone(),
            "audit.key.trusted" => TrustedKeys::beside(&config.audit_key_file).path().to_owned(),
            _ => config.secret_key_file.clone(),
        };
        put_key(&file, bytes)?;
    }
    let audit = verify(config).await?;
    for fault in &restored.faults {
        talk.say(&format!("left out: {fault}"));
    }
    told(&restored, &report, audit.as_ref(), target, talk)
}

fn told(
    restored: &Restored,
    report: &RestoreReport,
    audit: Option<&AuditReport>,
    target: &Path,
    talk: Talk,
) -> Result<ExitCode, Failed> {
    let value = json!({
        "generation": restored.generation, "basedAt": restored.based_at, "reached": restored.reached,
        "records": restored.records, "bytes": restored.bytes, "events": report.events, "position": report.position,
        "replaced": report.replaced, "keys": restored.keys.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "auditOk": audit.map(|audit| audit.ok), "leftOut": restored.faults,
    });
    let mut text = format!(
        "{}\nas of {}: a base of {} and {} records",
        back(report, target),
        restored.reached,
        restored.based_at,
        restored.records
    );
    text += match audit {
        Some(audit) if audit.ok => "; pages, chain and audit trail hold",
        Some(_) => "; pages and chain hold, but the AUDIT TRAIL DOES NOT: run `raally audit verify`",
        None => "; pages and chain hold. Put secret.key and audit.key in place, then run `raally audit verify`",
    };
    talk.data(&value, &text)?;
    let fine = audit.is_none_or(|audit| audit.ok);
    Ok(if fine { ExitCode::SUCCESS } else { crate::failed::OURS.into() })
}

/// A key that is there stays when it is the same, and is never overwritten.
fn put_key(file: &Path, bytes: &[u8]) -> Result<(), Failed> {
    let failed = |error: std::io::Error| Failed::ours(format!("{}: {error}", file.display()));
    match std::fs::read(file) {
        Ok(there) if there == bytes => return Ok(()),
        Ok(_) => {
            return Err(Failed::input(format!("{} is another key than the backup's", file.display()))
                .next("move it away, then restore again with --force"));
        }
        Err(_) => installation::make_folder_of(file)?,
    }
    let mut options = std::fs::File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.write(true).create_new(true).open(file).map_err(failed)?;
    out.write_all(bytes).and_then(|()| out.sync_all()).map_err(failed)
}

/// Without the keys there is nothing to verify with: they are never made here.
async fn verify(config: &Config) -> Result<Option<AuditReport>, Failed> {
    if !config.secret_key_file.exists() || !config.audit_key_file.exists() {
        return Ok(None);
    }
    let app = installation::open(config).await?;
    let report = installation::auditor(config, &app)?.verify(None, None).await;
    app.store().close().await;
    Ok(Some(report?))
}
