//! `raally keys`: the keys that sign access tokens.

use std::process::ExitCode;

use serde_json::json;

use crate::cli::Keys;
use crate::config::Config;
use crate::failed::Failed;
use crate::installation;
use crate::talk::Talk;

/// Runs one of the commands.
pub async fn run(what: &Keys, config: &Config, talk: Talk) -> Result<ExitCode, Failed> {
    let Keys::Rotate = what;
    let app = installation::open(config).await?;
    let mut keys = app.rotate_keys(true).await?;
    app.store().close().await;
    keys.sort_by_key(|key| key.created_at);
    let newest = keys.last().map(|key| key.kid.clone()).unwrap_or_default();
    let all: Vec<_> = keys.iter().map(|key| json!({"kid": key.kid, "retired": key.retired_at.is_some()})).collect();
    let text = format!("the new key is {newest}; running servers take it up within a minute");
    talk.data(&json!({"kid": newest, "keys": all}), &text)
}
