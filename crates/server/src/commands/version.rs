//! `raally version`: this build, and what the database would accept.

use std::process::ExitCode;

use raally_storage::{Location, SchemaState};
use serde_json::json;

use crate::config::Config;
use crate::failed::Failed;
use crate::installation;
use crate::talk::Talk;
use crate::version::{BUILD, VERSION};

/// Prints version, build, schema and the oldest build that may run on it. Makes no database, and works without one.
pub async fn run(config: &Config, talk: Talk) -> Result<ExitCode, Failed> {
    let known = SchemaState::newest_known();
    let missing = matches!(&config.location, Location::Sqlite(path) if !path.exists());
    let state = if missing { None } else { Some(schema(config).await) };
    let (found, database) = match state {
        None => (None, "no database yet".to_owned()),
        Some(Err(failed)) => (None, format!("the database's schema can't be read: {}", failed.what)),
        Some(Ok(state)) => {
            let safe = state.oldest_safe_build.as_deref().unwrap_or("any build");
            let said = format!("the database has schema {}, for {safe} and newer", state.version);
            (Some(state), said)
        }
    };
    let value = json!({
        "version": VERSION,
        "build": BUILD,
        "schema": found.as_ref().map_or(known, |state| state.version),
        "oldestSafeBuild": found.and_then(|state| state.oldest_safe_build).unwrap_or_else(|| VERSION.to_owned()),
    });
    talk.data(&value, &format!("raally {VERSION} ({BUILD}), knows schema {known}; {database}"))
}

async fn schema(config: &Config) -> Result<SchemaState, Failed> {
    let store = installation::store(config).await?;
    let state = store.schema().await?;
    store.close().await;
    Ok(state)
}
