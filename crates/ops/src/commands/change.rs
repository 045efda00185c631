//! Changes under the lock: carried out, gone on with, taken back.

use std::process::ExitCode;

use serde_json::json;

use super::live::{Live, plan_table};
use super::setting::Setting;
use crate::cli::{Sure, Where};
use crate::desk::{Desk, Hold};
use crate::execute::{Ended, Executor, News};
use crate::failed::Failed;
use crate::journal::{Event, History, Journal, Outcome, Unfinished, Wish};
use crate::keeper::order::Order;
use crate::lock::user;
use crate::model::environment::{Environment, Strategy};
use crate::model::ids::ReleaseId;
use crate::model::release::{Release, SchemaRefusal, runs_on};
use crate::plan::{Step, rollback as way_back};
use crate::stop;
use crate::talk::{Talk, Tone};
use crate::target::Target;
use crate::target::any::Any;
use crate::wishes::Asked;

/// An environment with its lock, and what is needed to change it.
pub struct Work {
    /// Its promises, with the number of instances that an autoscaler has made it.
    pub environment: Environment,
    desk: Desk,
    hold: Hold,
    talk: Talk,
    /// What was done so far.
    pub journal: Journal,
    /// Where.
    pub target: Any,
}

/// A change that was confirmed.
pub struct Change {
    /// What is to run.
    pub release: Release,
    /// How; none for a rollback.
    pub strategy: Option<Strategy>,
    /// The steps.
    pub steps: Vec<Step>,
}

impl Work {
    /// Takes the lock for a new change.
    ///
    /// # Errors
    /// When somebody else is at work, or a change is unfinished.
    pub async fn begin(setting: &Setting, doing: &str, sure: &Sure, talk: Talk) -> Result<Self, Failed> {
        let work = if sure.dry_run {
            Self::look(setting, talk).await?
        } else {
            Self::open(setting, doing, sure.break_lock, talk).await?
        };
        if let Some(unfinished) = work.journal.history().unfinished {
            return Err(Failed::input(format!(
                "the change to {} is unfinished: {} of {} steps are done",
                unfinished.release,
                unfinished.done,
                unfinished.steps.len()
            ))
            .next("go on with `raallyctl deploy --resume`, or take it back with `raallyctl abort`"));
        }
        Ok(work)
    }

    /// Takes the lock, whatever is unfinished.
    ///
    /// # Errors
    /// When somebody else is at work.
    pub async fn open(setting: &Setting, doing: &str, break_lock: bool, talk: Talk) -> Result<Self, Failed> {
        let (target, desk) = setting.target().await?;
        let (hold, before) = desk.take_lock(doing, break_lock).await?;
        if let Some(before) = before {
            talk.say(&talk.tone(Tone::Warn, &format!("the last one at work was killed: {}", before.title())));
        }
        let journal = desk.journal().await?;
        Self::with(setting, (target, desk), hold, journal, talk).await
    }

    /// Without the lock: nothing is written, nothing can be changed.
    async fn look(setting: &Setting, talk: Talk) -> Result<Self, Failed> {
        let (target, desk) = setting.target().await?;
        if let Some(owner) = desk.owner().await? {
            return Err(Failed::input(format!("{} is at work on this environment", owner.title()))
                .next("wait for the end: until then a plan would be out of date"));
        }
        let journal = desk.journal_to_read().await?;
        Self::with(setting, (target, desk), Hold::Nothing, journal, talk).await
    }

    async fn with(
        setting: &Setting,
        (target, desk): (Any, Desk),
        hold: Hold,
        journal: Journal,
        talk: Talk,
    ) -> Result<Self, Failed> {
        let mut environment = setting.environment.clone();
        if let Some(replicas) = target.size().await? {
            environment.replicas = replicas;
        }
        Ok(Self { environment, desk, hold, talk, journal, target })
    }

    /// Notes a release that runs already and was not made by this tool: there is a way back to it.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn adopt(&mut self, release: Release, by: &str) -> Result<(), Failed> {
        let planned = Event::Planned { release, from: None, strategy: None, steps: Vec::new(), by: by.to_owned() };
        self.journal.append(planned).await?;
        self.journal.append(Event::Ended { outcome: Outcome::Released, why: String::new() }).await
    }

    /// Writes the plan down and carries it out.
    ///
    /// # Errors
    /// When it can be finished neither way.
    pub async fn carry_out(&mut self, change: Change) -> Result<ExitCode, Failed> {
        // A wish that was left for a change before this one.
        self.desk.take_wish(&self.hold).await?;
        let from = self.journal.history().current.filter(|current| *current != change.release.id);
        let Change { release, strategy, steps } = change;
        self.journal.append(Event::Planned { release, from, strategy, steps, by: user() }).await?;
        if let Err(failed) = self.target.prepare(self.environment.replicas).await {
            // Nothing was done yet; an API server that is away leaves it unfinished.
            if let Some(from) = from.filter(|_| !failed.lost) {
                self.target.settle(from).await?;
                let why = failed.to_string();
                self.journal.append(Event::Ended { outcome: Outcome::RolledBack, why }).await?;
            }
            return Err(failed);
        }
        self.finish().await
    }

    /// Carries out what is unfinished.
    ///
    /// # Errors
    /// As [`Work::carry_out`].
    pub async fn finish(&mut self) -> Result<ExitCode, Failed> {
        self.execute(async |executor| executor.finish().await).await
    }

    /// Takes back the first release.
    ///
    /// # Errors
    /// As [`Executor::withdraw`].
    async fn withdraw(&mut self, unfinished: &Unfinished, why: String) -> Result<ExitCode, Failed> {
        self.execute(async |executor| executor.withdraw(unfinished, why).await).await
    }

    async fn execute(
        &mut self,
        deed: impl AsyncFnOnce(&mut Executor<'_, Any>) -> Result<Ended, Failed>,
    ) -> Result<ExitCode, Failed> {
        let mut live = Live::new(self.talk);
        let mut tell = |news: News| live.tell(&news);
        let mut executor = Executor {
            target: &self.target,
            environment: &self.environment,
            desk: &self.desk,
            journal: &mut self.journal,
            lock: &self.hold,
            tell: &mut tell,
        };
        let ended = tokio::select! {
            ended = deed(&mut executor) => ended?,
            asked = stop::asked() => {
                asked?;
                return Err(Failed::input("interrupted; what was done stays as it is")
                    .next("go on with `raallyctl deploy --resume`, or take it back with `raallyctl abort`"));
            }
        };
        show_end(&ended, &self.journal, self.talk)
    }
}

fn show_end(ended: &Ended, journal: &Journal, talk: Talk) -> Result<ExitCode, Failed> {
    let history = journal.history();
    let runs = match ended.running {
        Some(id) => format!("{} runs", history.releases.get(&id).map_or_else(|| id.to_string(), Release::title)),
        None => "nothing runs: it was the first release here".to_owned(),
    };
    let text = match ended.outcome {
        Outcome::Released => talk.tone(Tone::Good, &runs),
        _ => format!("{}\n{runs}", talk.tone(Tone::Bad, &format!("{} was taken back: {}", ended.release, ended.why))),
    };
    let done = talk.data(ended, &text)?;
    // A release that was bad is the caller's, not ours.
    Ok(if ended.outcome == Outcome::Released { done } else { ExitCode::from(1) })
}

/// `deploy --resume`.
pub async fn resume(setting: &Setting, break_lock: bool, talk: Talk) -> Result<ExitCode, Failed> {
    let mut work = Work::open(setting, "resume", break_lock, talk).await?;
    let Some(unfinished) = work.journal.history().unfinished else {
        return Err(Failed::input("nothing is unfinished").next("see `raallyctl history`"));
    };
    talk.say(&format!(
        "going on with {} at step {} of {}",
        unfinished.release,
        unfinished.done + 1,
        unfinished.steps.len()
    ));
    work.finish().await
}

/// `rollback`.
pub async fn rollback(at: &Where, to: Option<ReleaseId>, sure: &Sure, talk: Talk) -> Result<ExitCode, Failed> {
    let setting = Setting::read(at)?;
    let mut work = Work::begin(&setting, "rollback", sure, talk).await?;
    let history = work.journal.history();
    let Some(to) = to.or_else(|| history.previous()) else {
        return Err(Failed::input("there is no release before this one")
            .next("see `raallyctl history`; `--to` goes to any release that ran"));
    };
    let Some(release) = history.releases.get(&to).cloned() else {
        return Err(Failed::input(format!("there was no {to} here")).next("see `raallyctl history`"));
    };
    let database = work.target.database(&release).await?;
    if let Err(SchemaRefusal::TooOldForDatabase { schema, oldest_safe }) = runs_on(&release.artefact.build, &database) {
        return Err(Failed::input(format!(
            "{} can't run any more: the database has schema {schema}, on which {oldest_safe} is the oldest version that may run",
            release.title()
        ))
        .next(format!("roll back to a release of {oldest_safe} or newer, or release a fix")));
    }
    let seen = work.target.look().await?;
    let free = work.target.free_slots(&seen);
    let steps = way_back(&seen, to, &work.environment, &free).map_err(|error| Failed::input(error.to_string()))?;
    let title = format!("back to {} in {}", release.title(), setting.name);
    talk.say(&format!("{}\n{}", talk.tone(Tone::Bold, &title), plan_table(&steps)));
    if sure.dry_run {
        return talk.data(&json!({"release": release, "steps": steps}), &plan_table(&steps));
    }
    if steps.is_empty() {
        return talk.data(&json!({"outcome": "nothing-to-do"}), "it runs already; nothing to do");
    }
    talk.confirm("Go on?", sure.yes)?;
    work.carry_out(Change { release, strategy: None, steps }).await
}

/// `abort`: by the process that is at work, or here if there is none.
pub async fn abort(at: &Where, break_lock: bool, talk: Talk) -> Result<ExitCode, Failed> {
    let setting = Setting::read(at)?;
    let (_, desk) = setting.target().await?;
    if let Some(owner) = desk.owner().await?.filter(|_| !break_lock) {
        desk.leave_wish(&Asked { wish: Wish::Abort, by: user() }).await?;
        return talk.data(&json!({"asked": "abort", "of": owner}), &format!("asked {} to take it back", owner.title()));
    }
    let mut work = Work::open(&setting, "abort", break_lock, talk).await?;
    let history = work.journal.history();
    let Some(unfinished) = history.unfinished else {
        return Err(
            Failed::input("nothing is under way").next("to go back from a finished release: `raallyctl rollback`")
        );
    };
    let Some(from) = unfinished.from else {
        let why = format!("{} asked for it", user());
        return work.withdraw(&unfinished, why).await.map(|_| ExitCode::SUCCESS);
    };
    if unfinished.turned_back.is_none() {
        let seen = work.target.look().await?;
        let free = work.target.free_slots(&seen);
        let steps = way_back(&seen, from, &work.environment, &free).map_err(|error| Failed::ours(error.to_string()))?;
        let why = format!("{} asked for it", user());
        work.journal.append(Event::TurnedBack { why, to: from, steps }).await?;
    }
    // It was asked for: back is where it should be.
    work.finish().await.map(|_| ExitCode::SUCCESS)
}

/// `promote`.
pub async fn promote(at: &Where, talk: Talk) -> Result<ExitCode, Failed> {
    let setting = Setting::read(at)?;
    let (_, desk) = setting.target().await?;
    let Some(owner) = desk.owner().await? else {
        return Err(Failed::input("nobody is at work on this environment")
            .next("if a release is unfinished, go on with `raallyctl deploy --resume`"));
    };
    let history = History::of(&desk.entries().await?);
    let paused = |unfinished: &Unfinished| match unfinished.steps.get(unfinished.done) {
        Some(Step::Pause { .. }) => true,
        // The controller's own pause, as it was seen last.
        Some(Step::Follow { .. }) => unfinished.seen.as_ref().is_some_and(|seen| seen.verdict == "paused"),
        _ => false,
    };
    if !history.unfinished.as_ref().is_some_and(paused) {
        return Err(Failed::input("the release is not paused").next("see `raallyctl status`"));
    }
    desk.leave_wish(&Asked { wish: Wish::Promote, by: user() }).await?;
    talk.data(&json!({"asked": "promote", "of": owner}), &format!("asked {} to go on", owner.title()))
}

/// `down`.
pub async fn down(at: &Where, yes: bool, talk: Talk) -> Result<ExitCode, Failed> {
    let setting = Setting::on_hosts(at, "there `helm uninstall` ends what the chart installed")?;
    let work = Work::open(&setting, "down", false, talk).await?;
    let hosts = setting.hosts()?;
    let mut found = Vec::new();
    for link in hosts.everywhere() {
        for running in link.list().await? {
            found.push((link.clone(), running.id));
        }
    }
    // The gateway first: nothing is to be answered with 502.
    found.sort_by_key(|(_, id)| id != "gateway");
    let names: Vec<&str> = found.iter().map(|(_, id)| id.as_str()).collect();
    talk.say(&format!("ends in {}: {}", setting.name, names.join(", ")));
    talk.confirm("Go on?", yes)?;
    for (link, id) in &found {
        link.order(&Order::End { id: id.clone() }).await?;
    }
    for link in hosts.everywhere() {
        link.leave().await?;
    }
    drop(work);
    talk.data(&json!({"ended": names}), &format!("{} processes ended; the data are where they were", found.len()))
}
