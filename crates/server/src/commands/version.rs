//! `raally version`: this build, and what the database would accept.

use std::process::ExitCode;

use raally_storage::{Location, SchemaState};
use serde_json::json;

use crate::config::Config;
use crate::failed::Failed;
use crate::installation;
use crate::talk::Talk;
use crate::version::{BUILD, VERSION};

/// Prints version, build, schema and the oldest build that may run on it. Makes no database.
pub async fn run(config: &Config, talk: Talk) -> Result<ExitCode, Failed> {
    let known = SchemaState::newest_known();
    let missing = matches!(&config.location, Location::Sqlite(path) if !path.exists());
    let state = if missing { None } else { Some(installation::store(config).await?.schema().await?) };
    let schema = state.as_ref().map(|state| state.version);
    let oldest = state.and_then(|state| state.oldest_safe_build);
    let value = json!({"version": VERSION, "build": BUILD, "schema": schema.unwrap_or(known), "oldestSafeBuild": oldest.clone().unwrap_or_else(|| VERSION.to_owned())});
    let database = schema.map_or_else(|| "no database yet".to_owned(), |schema| format!("database schema {schema}"));
    let safe = oldest.map_or_else(String::new, |oldest| format!(", for raally {oldest} and newer"));
    talk.data(&value, &format!("raally {VERSION} ({BUILD}), knows schema {known}; {database}{safe}"))
}
