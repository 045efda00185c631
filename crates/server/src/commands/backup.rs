//! `raally backup`: a consistent copy of a SQLite database.

use std::path::Path;
use std::process::ExitCode;

use raally_storage::Location;
use serde_json::json;

use crate::config::Config;
use crate::failed::Failed;
use crate::installation;
use crate::talk::Talk;

/// Copies the database beside running servers.
pub async fn backup(file: &Path, config: &Config, talk: Talk) -> Result<ExitCode, Failed> {
    let source = sqlite_file(config)?;
    if !source.exists() {
        return Err(Failed::input(format!("there is no database at {}", source.display()))
            .next("check RAALLY_DATA_DIR and RAALLY_DATABASE_URL with `raally config show`"));
    }
    let store = installation::store(config).await?;
    let bar = talk.progress("copying");
    let report = store.backup(file).await;
    bar.finish_and_clear();
    let report = report?;
    store.close().await;
    let value = json!({"file": file, "bytes": report.bytes, "events": report.events, "position": report.position});
    talk.say(&format!(
        "Keep {} too, and elsewhere: without it the backup can't be read.",
        config.secret_key_file.display()
    ));
    talk.data(&value, &format!("{}: {} events, {} bytes, checked", file.display(), report.events, report.bytes))
}

/// The database, where it is a file.
pub fn sqlite_file(config: &Config) -> Result<std::path::PathBuf, Failed> {
    match &config.location {
        Location::Sqlite(path) => Ok(path.clone()),
        Location::Postgres(_) => Err(Failed::input("backup and restore are for SQLite")
            .next("use pg_dump, pg_basebackup or pgbackrest for PostgreSQL, and keep the key file too")),
    }
}
