//! `raally doctor`: looks at configuration, keys and database, and says what is wrong and what to do.

use std::path::Path;
use std::process::ExitCode;

use raally_storage::Location;
use serde::Serialize;

use crate::config::Config;
use crate::failed::{Failed, OURS};
use crate::installation;
use crate::talk::Talk;

#[derive(Serialize)]
struct Finding {
    check: &'static str,
    ok: bool,
    detail: String,
}

/// Looks at everything; the exit code tells whether all is well. Makes no database and no key.
pub async fn run(config: &Config, talk: Talk) -> Result<ExitCode, Failed> {
    let mut findings = vec![finding("configuration", Ok("no fault".to_owned()))];
    for (check, file) in [("secret key", &config.secret_key_file), ("audit key", &config.audit_key_file)] {
        findings.push(finding(check, key_file(check, file, config)));
    }
    findings.extend(database(config).await);
    let ok = findings.iter().all(|finding| finding.ok);
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| {
            format!("{} {}: {}", if finding.ok { "ok     " } else { "PROBLEM" }, finding.check, finding.detail)
        })
        .collect();
    talk.data(&findings, &lines.join("\n"))?;
    Ok(if ok { ExitCode::SUCCESS } else { OURS.into() })
}

fn finding(check: &'static str, outcome: Result<String, String>) -> Finding {
    let ok = outcome.is_ok();
    Finding { check, ok, detail: outcome.unwrap_or_else(|problem| problem) }
}

fn key_file(check: &str, file: &Path, config: &Config) -> Result<String, String> {
    if !file.exists() {
        can_be_made(file)?;
        return Ok(format!("{} does not exist; the first start makes it", file.display()));
    }
    let read = match check {
        "secret key" => installation::keyring(config).map(drop),
        _ => installation::audit_key(config).map(drop),
    };
    read.map(|()| format!("{} is readable by its owner only", file.display())).map_err(|failed| failed.what)
}

/// Whether the first start could make a file: the folder, or the one above that exists already, takes a new one. A file
/// that is gone again at once tells it best.
fn can_be_made(file: &Path) -> Result<(), String> {
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let folder = file.ancestors().skip(1).find(|folder| folder.exists()).unwrap_or(Path::new("/"));
    let probe = folder.join(format!(".raally-doctor-{}", std::process::id()));
    let made = std::fs::File::create_new(&probe);
    _ = std::fs::remove_file(&probe);
    made.map(drop).map_err(|error| {
        format!("{} can't be made, for {} takes no new file: {error}", file.display(), folder.display())
    })
}

async fn database(config: &Config) -> Vec<Finding> {
    if let Location::Sqlite(path) = &config.location
        && !path.exists()
    {
        let made = format!("{} will be made at the first start", path.display());
        return vec![finding("database", can_be_made(path).map(|()| made))];
    }
    let store = match installation::store(config).await {
        Ok(store) => store,
        Err(failed) => return vec![finding("database", Err(failed.what))],
    };
    let mut findings = Vec::new();
    let said = |outcome: Result<(), raally_storage::StoreError>, good: &str| {
        outcome.map(|()| good.to_owned()).map_err(|error| error.to_string())
    };
    findings.push(finding("writes", said(store.health().await, "accepted")));
    findings.push(finding("integrity", said(store.integrity_check().await, "no damage found")));
    let schema = store.schema().await;
    let empty = schema.as_ref().is_ok_and(|state| state.version == 0);
    findings.push(finding(
        "schema",
        match schema {
            Ok(state) if state.pending.is_empty() => Ok(format!("{}, nothing to do", state.version)),
            Ok(state) => Ok(format!("{}, {} migrations wait for the next start", state.version, state.pending.len())),
            Err(error) => Err(error.to_string()),
        },
    ));
    if !empty {
        let sealed = installation::check_secret_key(config, &store).await;
        findings.push(finding(
            "sealed text",
            sealed.map(|()| "the secret key opens it".to_owned()).map_err(|fault| fault.what),
        ));
        if let Err(fault) = installation::check_audit_key(config, &store).await {
            findings.push(finding("audit trail", Err(fault.what)));
        }
    }
    store.close().await;
    findings
}
