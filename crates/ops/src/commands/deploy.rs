//! `raallyctl deploy`: check, plan, show, confirm, apply, verify.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use jiff::Timestamp;
use serde_json::json;

use super::change::{self, Change, Work};
use super::live::{findings_table, plan_table};
use super::setting::Setting;
use crate::cli::Deploy;
use crate::failed::Failed;
use crate::lock::user;
use crate::model::environment::Strategy;
use crate::model::release::Release;
use crate::plan::{NoPlan, Step, Wanted, plan};
use crate::preflight::{self, Finding, MAY_BE_IGNORED, Scene};
use crate::talk::{Talk, Tone};
use crate::target::Target;
use crate::target::kubernetes::facts::Facts;

/// Runs it.
pub async fn run(options: Deploy, talk: Talk) -> Result<ExitCode, Failed> {
    let setting = Setting::read(&options.at)?;
    if let Some(unknown) = options.despite.iter().find(|check| !MAY_BE_IGNORED.contains(&check.as_str())) {
        let next = format!("an emergency may go past: {}", MAY_BE_IGNORED.join(", "));
        return Err(Failed::input(format!("nobody may go past the check {unknown:?}")).next(next));
    }
    if options.resume {
        return change::resume(&setting, options.sure.break_lock, talk).await;
    }
    let path = options.artefact.as_ref().ok_or_else(|| Failed::input("which program?"))?;
    let mut work = Work::begin(&setting, "deploy", &options.sure, talk).await?;
    let before = installed(&work).await?;
    if let Some(release) = before.clone().filter(|_| !options.sure.dry_run) {
        work.adopt(release, "the chart").await?;
    }
    let drafted = draft(&options, &setting, path, &work, before.as_ref()).await?;
    show(&drafted, &setting, talk);
    if options.sure.dry_run {
        let value = json!({"release": drafted.release, "strategy": drafted.strategy, "checks": drafted.findings, "steps": drafted.steps.as_ref().ok(), "changedSettings": drafted.changed});
        let done = talk.data(&value, &plan_table(drafted.steps.as_deref().unwrap_or_default()));
        return preflight::must_be_good(&drafted.findings).and(done);
    }
    preflight::must_be_good(&drafted.findings)?;
    let steps = drafted.steps.map_err(|refusal| Failed::input(refusal.to_string()))?;
    if steps.is_empty() {
        work.target.settle(drafted.release.id).await?;
        return talk.data(&json!({"outcome": "nothing-to-do"}), "it runs already; nothing to do");
    }
    talk.say(&plan_table(&steps));
    talk.confirm("Go on?", options.sure.yes)?;
    work.carry_out(Change { release: drafted.release, strategy: Some(drafted.strategy), steps }).await
}

struct Drafted {
    release: Release,
    strategy: Strategy,
    steps: Result<Vec<Step>, NoPlan>,
    findings: Vec<Finding>,
    /// Names of options, where they are what is new.
    changed: Vec<String>,
}

/// What runs and was not released by this tool, if it has released nothing yet.
async fn installed(work: &Work) -> Result<Option<Release>, Failed> {
    match work.target.cluster() {
        Some(cluster) if work.journal.entries().is_empty() => cluster.installed_by_chart().await,
        _ => Ok(None),
    }
}

async fn facts(work: &Work) -> Result<Option<Facts>, Failed> {
    match work.target.cluster() {
        Some(cluster) => cluster.facts().await.map(Some),
        None => Ok(None),
    }
}

async fn draft(
    options: &Deploy,
    setting: &Setting,
    path: &Path,
    work: &Work,
    before: Option<&Release>,
) -> Result<Drafted, Failed> {
    let facts = facts(work).await?;
    let (artefact, database) = work.target.examine(path).await?;
    let history = work.journal.history();
    let running = history.current.and_then(|current| history.releases.get(&current)).or(before);
    let seen = work.target.look().await?;
    // The same program again changes at most the number of its instances.
    let same = running.filter(|running| running.artefact.digest == artefact.digest);
    let changed = same.map_or(Ok(Vec::new()), |running| work.target.changed_settings(running.id))?;
    // Unless its options are others now: then it is a release like any other, with a way back.
    let again = same.filter(|_| changed.is_empty());
    let branch = options.branch.clone().or_else(|| preflight::branch(&setting.sources));
    let release = again.cloned().unwrap_or_else(|| Release {
        id: history.next_id(),
        artefact: artefact.clone(),
        branch: branch.clone(),
    });
    let strategy = options.strategy.unwrap_or(work.environment.strategy);
    let wanted = Wanted { release: release.id, strategy, environment: &work.environment };
    let steps = plan(&seen, wanted, &work.target.free_slots(&seen));
    let counted = work.target.counts().await.ok();
    let scene = Scene {
        name: &setting.name,
        environment: &work.environment,
        artefact: &artefact,
        digest_wanted: options.digest.as_deref(),
        running: running.map(|running| &running.artefact.build),
        database,
        facts: facts.as_ref(),
        strategy,
        seen: &seen,
        plan: steps.as_deref(),
        counted: counted.as_ref(),
        user: &user(),
        branch: branch.as_deref(),
        sources: setting.sources.clone(),
        now: Timestamp::now(),
    };
    let despite: BTreeSet<String> = options.despite.iter().cloned().collect();
    let findings = preflight::look(&scene, &despite);
    Ok(Drafted { release, strategy, steps, findings, changed })
}

fn show(drafted: &Drafted, setting: &Setting, talk: Talk) {
    let title = format!("{} to {}, {}", drafted.release.title(), setting.name, drafted.strategy.name());
    talk.say(&talk.tone(Tone::Bold, &title));
    if !drafted.changed.is_empty() {
        talk.say(&format!("  the program that runs, with other settings: {}", drafted.changed.join(", ")));
    }
    talk.say(&findings_table(&drafted.findings, talk));
    talk.say("");
}
