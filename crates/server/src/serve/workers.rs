//! Work in the background: each piece survives errors, with a growing pause, and one process at a time does it.

use std::sync::Arc;
use std::time::Duration;

use raally_application::audit::Auditor;
use raally_application::{App, Failure};
use raally_storage::{BoxFuture, Lease, Scope};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::measure::Figures;

/// How long a lease lasts without being renewed.
const LEASE: Duration = Duration::from_secs(30);
/// Longest pause after errors.
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// Pause between two looks for an import that waits.
const IMPORTS_EVERY: Duration = Duration::from_secs(1);
/// Pause between two looks at the figures for `/metrics`.
const FIGURES_EVERY: Duration = Duration::from_secs(15);
/// Kept answers removed in one go.
const PURGE_BATCH: u32 = 1_000;

/// Running workers.
pub struct Workers {
    stop: watch::Sender<bool>,
    running: JoinSet<()>,
}

type Work = fn(&App) -> BoxFuture<'_, Result<(), Failure>>;

/// Starts them.
pub fn start(app: &App, auditor: &Auditor, figures: Arc<Figures>) -> Workers {
    let (stop, _) = watch::channel(false);
    let mut workers = Workers { stop, running: JoinSet::new() };
    let owner = app.mint().id::<uuid::Uuid>().to_string();
    workers.seal(auditor.clone(), &owner);
    workers.import(app.clone(), &owner);
    workers.measure(app.clone(), auditor.clone(), figures);
    workers.every("tidy", Duration::from_secs(60), app, &owner, tidy);
    workers
}

impl Workers {
    fn every(&mut self, name: &'static str, pause: Duration, app: &App, owner: &str, work: Work) {
        let (app, owner, mut stopping) = (app.clone(), owner.to_owned(), self.stop.subscribe());
        self.running.spawn(async move {
            let mut failures = 0_u32;
            loop {
                let wait = if failures == 0 { pause } else { pause_after(failures).max(pause.min(PAUSE_MAX)) };
                tokio::select! {
                    _ = stopping.wait_for(|stop| *stop) => break,
                    () = tokio::time::sleep(wait) => {}
                }
                match leased(&app, name, &owner, work).await {
                    Ok(()) => failures = 0,
                    Err(error) => {
                        failures = failures.saturating_add(1);
                        tracing::warn!(worker = name, failures, %error, "background work failed; it goes on later");
                    }
                }
            }
        });
    }

    /// The seal has a pace, a lease and a way with errors of its own.
    fn seal(&mut self, auditor: Auditor, owner: &str) {
        let (owner, mut stopping) = (owner.to_owned(), self.stop.subscribe());
        self.running.spawn(async move {
            let stopped = async move { _ = stopping.wait_for(|stop| *stop).await };
            auditor.run(&owner, stopped).await;
        });
    }

    /// Imports that wait, one at a time; each job has a lease of its own.
    fn import(&mut self, app: App, owner: &str) {
        let (owner, mut stopping) = (owner.to_owned(), self.stop.subscribe());
        self.running.spawn(async move {
            let mut failures = 0_u32;
            loop {
                let wait = if failures == 0 { IMPORTS_EVERY } else { pause_after(failures) };
                tokio::select! {
                    _ = stopping.wait_for(|stop| *stop) => break,
                    () = tokio::time::sleep(wait) => {}
                }
                let ran = tokio::select! {
                    // Dropped in the middle of its work it is as if this process had died: another one goes on.
                    _ = stopping.wait_for(|stop| *stop) => break,
                    ran = app.run_import_jobs_once(&owner) => ran,
                };
                match ran {
                    Ok(_) => failures = 0,
                    Err(error) => {
                        failures = failures.saturating_add(1);
                        tracing::warn!(worker = "imports", failures, %error, "an import failed; it is tried again");
                    }
                }
            }
        });
    }

    /// In every process, because each shows its own `/metrics` and has plans of its own.
    fn measure(&mut self, app: App, auditor: Auditor, figures: Arc<Figures>) {
        let mut stopping = self.stop.subscribe();
        self.running.spawn(async move {
            loop {
                tokio::select! {
                    _ = stopping.wait_for(|stop| *stop) => break,
                    () = tokio::time::sleep(FIGURES_EVERY) => {}
                }
                app.let_go_of_plans();
                if let Err(error) = figures.refresh(&app, &auditor).await {
                    tracing::debug!(%error, "the figures can't be read");
                }
            }
        });
    }

    /// Ends them; what is under way finishes.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.running.join_next().await.is_some() {}
    }
}

fn pause_after(failures: u32) -> Duration {
    Duration::from_millis(250).saturating_mul(1 << failures.min(7)).min(PAUSE_MAX)
}

async fn leased(app: &App, name: &'static str, owner: &str, work: Work) -> Result<(), Failure> {
    match lease(app, name, owner).await? {
        Some(_) => work(app).await,
        None => Ok(()),
    }
}

async fn lease(app: &App, name: &'static str, owner: &str) -> Result<Option<Lease>, Failure> {
    let (owner, now) = (owner.to_owned(), app.mint().now_us());
    let lease_us = i64::try_from(LEASE.as_micros()).unwrap_or(i64::MAX);
    app.store()
        .write(Scope::Platform, move |tx| {
            let owner = owner.clone();
            Box::pin(async move { Ok(tx.acquire_lease(name, &owner, now, lease_us).await?) })
        })
        .await
}

/// Kept answers and failed sign-ins that are over; signing keys on schedule.
fn tidy(app: &App) -> BoxFuture<'_, Result<(), Failure>> {
    Box::pin(async move {
        app.rotate_keys(false).await?;
        let over = app.mint().now_us() - raally_identity::throttle::WINDOW_US;
        app.store()
            .write(Scope::Platform, move |tx| {
                Box::pin(async move {
                    tx.purge_failures(over).await?;
                    Ok::<_, Failure>(tx.purge_remembered(PURGE_BATCH).await?)
                })
            })
            .await?;
        Ok(())
    })
}
