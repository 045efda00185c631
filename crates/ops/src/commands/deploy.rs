//! `raallyctl deploy`: check, plan, show, confirm, apply, verify.

use std::collections::BTreeSet;
use std::process::ExitCode;

use jiff::Timestamp;
use serde_json::json;

use super::change::{self, Change, Work};
use super::live::{findings_table, plan_table};
use super::setting::Setting;
use crate::artefact;
use crate::cli::Deploy;
use crate::failed::Failed;
use crate::lock::user;
use crate::model::environment::Strategy;
use crate::model::release::{Artefact, Build, Release};
use crate::plan::{NoPlan, Step, Wanted, plan};
use crate::preflight::{self, Finding, MAY_BE_IGNORED, Scene};
use crate::talk::{Talk, Tone};
use crate::target::Target;
use crate::target::host::Hosts;

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
    let artefact = artefact::look(path).await?;
    let mut work = Work::begin(&setting, "deploy", options.sure.break_lock, talk)?;
    let drafted = draft(&options, &setting, &artefact, &work).await?;
    show(&drafted, &setting, talk);
    if options.sure.dry_run {
        let value = json!({"release": drafted.release, "strategy": drafted.strategy, "checks": drafted.findings, "steps": drafted.steps.as_ref().ok()});
        let done = talk.data(&value, &plan_table(drafted.steps.as_deref().unwrap_or_default()));
        return preflight::must_be_good(&drafted.findings).and(done);
    }
    preflight::must_be_good(&drafted.findings)?;
    let steps = drafted.steps.map_err(|refusal| Failed::input(refusal.to_string()))?;
    if steps.is_empty() {
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
}

async fn draft(options: &Deploy, setting: &Setting, artefact: &Artefact, work: &Work<'_>) -> Result<Drafted, Failed> {
    let history = work.journal.history();
    let running = history.current.and_then(|current| history.releases.get(&current));
    let seen = work.hosts.look().await?;
    // The same program again changes at most the number of its instances.
    let again = running.filter(|running| running.artefact.digest == artefact.digest);
    let branch = options.branch.clone().or_else(|| preflight::branch(&setting.sources));
    let release = again.cloned().unwrap_or_else(|| Release {
        id: history.next_id(),
        artefact: artefact.clone(),
        branch: branch.clone(),
    });
    let strategy = options.strategy.unwrap_or(setting.environment.strategy);
    let wanted = Wanted { release: release.id, strategy, environment: &setting.environment };
    let steps = plan(&seen, wanted, &work.hosts.free_slots(&seen));
    let counted = work.hosts.counts().await.ok();
    let scene = Scene {
        name: &setting.name,
        environment: &setting.environment,
        artefact,
        digest_wanted: options.digest.as_deref(),
        running: running.map(|running| &running.artefact.build),
        database: database(setting, artefact, &work.hosts).await,
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
    Ok(Drafted { release, strategy, steps, findings })
}

/// What the database of the environment says, by the program that is to run on it.
pub async fn database(setting: &Setting, artefact: &Artefact, hosts: &Hosts) -> Result<Build, Failed> {
    artefact::version(&artefact.path, &hosts.settings(&setting.folder)).await
}

fn show(drafted: &Drafted, setting: &Setting, talk: Talk) {
    let title = format!("{} to {}, {}", drafted.release.title(), setting.name, drafted.strategy.name());
    talk.say(&talk.tone(Tone::Bold, &title));
    talk.say(&findings_table(&drafted.findings, talk));
    talk.say("");
}
