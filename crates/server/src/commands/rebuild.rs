//! `raally rebuild`: the read tables anew from the log.

use std::process::ExitCode;

use raally_application::{App, Failure};
use raally_domain::ids::WorkspaceId;
use raally_storage::Scope;
use serde_json::json;

use crate::config::Config;
use crate::failed::Failed;
use crate::installation;
use crate::talk::Talk;

/// Rebuilds one workspace, or all of them and the platform's own tables; each in one transaction.
pub async fn run(workspace: Option<&str>, config: &Config, talk: Talk) -> Result<ExitCode, Failed> {
    let app = installation::open(config).await?;
    let partitions = match workspace {
        Some(name) => vec![app.find_workspace(name).await?],
        None => partitions(&app).await?,
    };
    let bar = talk.progress("rebuilding");
    bar.set_length(partitions.len().try_into().unwrap_or(u64::MAX));
    let mut objects = 0;
    for partition in &partitions {
        objects += rebuild(&app, *partition).await?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    app.store().close().await;
    let value = json!({"partitions": partitions.len(), "objects": objects});
    talk.data(&value, &format!("{objects} objects of {} partitions were made anew from the log", partitions.len()))
}

async fn partitions(app: &App) -> Result<Vec<WorkspaceId>, Failure> {
    app.store().read(Scope::Platform, |tx| Box::pin(async move { Ok(tx.partitions().await?) })).await
}

async fn rebuild(app: &App, partition: WorkspaceId) -> Result<usize, Failure> {
    let within = app.clone();
    app.store()
        .write(Scope::Platform, move |tx| {
            let app = within.clone();
            Box::pin(async move { app.rebuild(tx, partition).await })
        })
        .await
}
