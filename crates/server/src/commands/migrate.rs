//! `raally migrate`: brings the schema up to this build.

use std::process::ExitCode;

use raally_storage::Mode;
use serde_json::json;

use crate::config::Config;
use crate::failed::Failed;
use crate::installation;
use crate::talk::Talk;

/// Runs what is pending; with `contract` also what removes things.
pub async fn run(contract: bool, config: &Config, talk: Talk) -> Result<ExitCode, Failed> {
    let store = installation::store(config).await?;
    let before = store.schema().await?;
    let after = store.migrate(if contract { Mode::Contract } else { Mode::Expand }).await?;
    store.close().await;
    let left: Vec<_> = after.pending.iter().map(|one| json!({"version": one.version, "name": one.name})).collect();
    let mut text = if before.version == after.version {
        format!("the schema is at {}, nothing to do", after.version)
    } else {
        format!("the schema went from {} to {}", before.version, after.version)
    };
    if !left.is_empty() {
        text += "; what only `raally migrate --contract` does is left";
    }
    let value = json!({"before": before.version, "schema": after.version, "oldestSafeBuild": after.oldest_safe_build, "pending": left});
    talk.data(&value, &text)
}
