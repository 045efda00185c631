//! The doing of single steps.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use raally_analysis::Verdict;
use tokio::time::{Instant, sleep};

use super::{Executor, News};
use crate::failed::Failed;
use crate::journal::{Event, Seen, Unfinished, Wish};
use crate::judge::{Watcher, word};
use crate::model::ids::{Group, InstanceId};
use crate::plan::{Step, Watch};
use crate::target::{Counted, Releases, Target};

/// How often conditions are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often a watch reads the counts: the statistics take windows of about a second.
const READ_EVERY: Duration = Duration::from_secs(1);
/// A watch says something to the journal at least so often.
const NOTE_EVERY: Duration = Duration::from_secs(10);
/// For so long the gateway may not answer while a watch looks at it.
const BLIND_MAX: Duration = Duration::from_secs(15);

/// Why a step was not done.
#[derive(Debug)]
pub enum Stop {
    /// The release is bad, or can't go on: back.
    Bad(String),
    /// Neither forward nor back can be said.
    Broken(Failed),
}

impl From<Failed> for Stop {
    fn from(failed: Failed) -> Self {
        Self::Broken(failed)
    }
}

/// A failure of the release's, unless it is one of what we depend on.
pub(super) fn bad(failed: Failed) -> Stop {
    if failed.lost {
        return Stop::Broken(failed);
    }
    Stop::Bad(match &failed.next {
        Some(next) => format!("{failed}; {next}"),
        None => failed.to_string(),
    })
}

impl<T: Target> Executor<'_, T> {
    /// Does a step; a sentence about it, if there is something to say.
    pub(super) async fn carry_out(&mut self, step: &Step, unfinished: &Unfinished) -> Result<String, Stop> {
        let releases = self.journal.history().releases;
        match step {
            Step::Install { release } => match releases.get(release) {
                Some(release) => self.target.install(release).await.map_err(bad)?,
                None => return Err(Stop::Bad(format!("the journal does not know {release}"))),
            },
            Step::Hand { release } => match releases.get(release) {
                Some(release) => self.target.hand(release).await.map_err(bad)?,
                None => return Err(Stop::Bad(format!("the journal does not know {release}"))),
            },
            Step::Follow { release, whole } => return self.follow(*release, *whole, unfinished).await,
            Step::Start { instances } => self.target.start(instances, &releases).await.map_err(bad)?,
            Step::AwaitReady { instances } => return self.await_ready(instances, unfinished).await,
            Step::Route { routing } => self.target.route(routing, &releases).await.map_err(bad)?,
            Step::Watch(watch) => return self.watch(watch, unfinished, &releases).await,
            Step::Pause { why } => self.pause(why, unfinished).await?,
            Step::Drain { instances } => {
                let patience = Duration::from_secs(self.environment.gates.drain_seconds_max);
                let open = self.target.drain(instances, patience).await?;
                if open > 0 {
                    return Ok(format!("{open} requests were still open after {} s", patience.as_secs()));
                }
            }
            Step::Stop { instances } => self.target.stop(instances).await?,
        }
        Ok(String::new())
    }

    /// All of them ready, without a break for the settling time.
    async fn await_ready(&mut self, ids: &BTreeSet<InstanceId>, unfinished: &Unfinished) -> Result<String, Stop> {
        let gates = self.environment.gates;
        let deadline = Instant::now() + Duration::from_secs(gates.ready_seconds_max);
        let mut ready_since = None;
        loop {
            let ready = self.target.ready(ids).await.map_err(bad)?;
            if ready.len() == ids.len() {
                let since: Instant = *ready_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= Duration::from_millis(gates.settle_ms) {
                    return Ok(String::new());
                }
            } else {
                ready_since = None;
            }
            if Instant::now() > deadline && ready_since.is_none() {
                let late: Vec<String> = ids.difference(&ready).map(ToString::to_string).collect();
                let why = self.target.why_late(ids).await.map(|why| format!(": {why}")).unwrap_or_default();
                return Err(Stop::Bad(format!(
                    "{} not ready after {} s{why}",
                    late.join(", "),
                    gates.ready_seconds_max
                )));
            }
            self.stop_if_asked(unfinished).await?;
            sleep(LOOK_EVERY).await;
        }
    }

    async fn pause(&mut self, why: &str, unfinished: &Unfinished) -> Result<(), Stop> {
        (self.tell)(News::Saw { verdict: "paused", why: why.to_owned(), groups: BTreeMap::new() });
        let mut looked: Option<Instant> = None;
        loop {
            self.lock.check().await?;
            if looked.is_none_or(|at| at.elapsed() >= NOTE_EVERY) {
                // Whoever counts is told by it that somebody looks after the split: see the alert RaallyReleaseUnattended.
                _ = self.target.counts().await;
                looked = Some(Instant::now());
            }
            match self.wish(unfinished).await? {
                Some(Wish::Promote) => return Ok(()),
                Some(Wish::Abort) => return Err(Stop::Bad("a person asked for it".to_owned())),
                None => sleep(LOOK_EVERY).await,
            }
        }
    }

    async fn watch(&mut self, watch: &Watch, unfinished: &Unfinished, releases: &Releases) -> Result<String, Stop> {
        let rules = &self.environment.analysis;
        let name = format!("judge-{}", unfinished.release);
        let kept = self.desk.kept(&name).await?;
        let mut watcher = Watcher::of(kept.as_deref(), watch, rules).map_err(bad)?;
        let mut written = Vec::new();
        let began = Instant::now();
        let (earliest, latest) = (Duration::from_secs(watch.seconds_min), Duration::from_secs(watch.seconds_max));
        let mut last_seen = Instant::now();
        let mut noted: Option<(Instant, String)> = None;
        let mut table_at_stake = false;
        loop {
            self.lock.check().await?;
            self.stop_if_asked(unfinished).await?;
            let counted = match self.target.counts().await {
                Ok(counted) => counted,
                Err(failed) if failed.lost => return Err(Stop::Broken(failed)),
                Err(failed) if last_seen.elapsed() > BLIND_MAX => {
                    return Err(Stop::Bad(format!("nothing can be seen any more: {failed}")));
                }
                Err(_) => {
                    table_at_stake = true;
                    sleep(LOOK_EVERY).await;
                    continue;
                }
            };
            last_seen = Instant::now();
            // A gateway that came back has the table from its file; make sure of it.
            if std::mem::take(&mut table_at_stake) {
                self.route_again(unfinished, releases).await?;
            }
            let said = watcher.see(watch, &counted).map_err(bad)?;
            let kept = watcher.kept()?;
            if kept != written {
                self.desk.keep(&name, &kept).await?;
                written = kept;
            }
            let verdict = word(&said.judgement.verdict);
            (self.tell)(News::Saw { verdict, why: said.why.clone(), groups: figures(&counted) });
            let due = noted.as_ref().is_none_or(|(at, before)| before != verdict || at.elapsed() >= NOTE_EVERY);
            if due {
                let groups =
                    counted.groups.iter().map(|(group, counts)| (*group, [counts.arm.attempts, counts.arm.failures]));
                let seen = Seen {
                    watch: watch.number,
                    verdict: verdict.to_owned(),
                    why: said.why.clone(),
                    groups: groups.collect(),
                };
                self.journal.append(Event::Saw(seen)).await?;
                noted = Some((Instant::now(), verdict.to_owned()));
            }
            let held = began.elapsed();
            match said.judgement.verdict {
                Verdict::Fail { .. } => return Err(Stop::Bad(said.why)),
                Verdict::Pass if held >= earliest => return Ok(said.why),
                // The objectives alone: no harm was seen in the time that it was watched.
                Verdict::NeedsMore { .. } if watch.baseline.is_none() && held >= latest => {
                    return Ok(format!("no harm seen; for a judgement it {}", said.why));
                }
                Verdict::NeedsMore { .. } if held >= latest => {
                    return Err(Stop::Bad(format!("no verdict after {} s: {}", latest.as_secs(), said.why)));
                }
                Verdict::Pass | Verdict::NeedsMore { .. } => sleep(READ_EVERY).await,
            }
        }
    }

    /// The table of the last step that gave one.
    async fn route_again(&self, unfinished: &Unfinished, releases: &Releases) -> Result<(), Stop> {
        let last = unfinished.steps[..unfinished.done].iter().rev().find_map(|step| match step {
            Step::Route { routing } => Some(routing),
            _ => None,
        });
        match last {
            Some(routing) => self.target.route(routing, releases).await.map_err(bad),
            None => Ok(()),
        }
    }

    async fn stop_if_asked(&mut self, unfinished: &Unfinished) -> Result<(), Stop> {
        if unfinished.turned_back.is_none() && self.wish(unfinished).await? == Some(Wish::Abort) {
            return Err(Stop::Bad("a person asked for it".to_owned()));
        }
        Ok(())
    }

    /// What a person asked for by another process, written to the journal by this one.
    pub(super) async fn wish(&mut self, unfinished: &Unfinished) -> Result<Option<Wish>, Failed> {
        Ok(self.fresh_wish().await?.or(unfinished.wish))
    }

    /// The same, only where nobody took it yet.
    pub(super) async fn fresh_wish(&mut self) -> Result<Option<Wish>, Failed> {
        let Some(asked) = self.desk.take_wish(self.lock).await? else { return Ok(None) };
        self.journal.append(Event::Asked { wish: asked.wish, by: asked.by }).await?;
        Ok(Some(asked.wish))
    }
}

/// Attempts, failures and p95 of each group.
fn figures(counted: &Counted) -> BTreeMap<Group, (u64, u64, f64)> {
    let figure = |arm: &raally_analysis::Arm| {
        let p95 = arm.latency.quantile_interpolated_us(0.95).unwrap_or_default() / 1_000.0;
        (arm.attempts, arm.failures, p95)
    };
    counted.groups.iter().map(|(group, counts)| (*group, figure(&counts.arm))).collect()
}
