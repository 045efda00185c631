//! Carries out plans: each step is announced in the journal, done, and noted as done. What goes wrong turns the release
//! back by itself. A tool that was killed goes on where the journal ends.

mod follow;
mod steps;

use std::collections::BTreeMap;
use std::time::Instant;

use jiff::Timestamp;
use serde::Serialize;

use crate::desk::{Desk, Hold};
use crate::failed::Failed;
use crate::journal::{Event, Journal, Outcome, Unfinished, Wish};
use crate::lock::user;
use crate::model::environment::Environment;
use crate::model::ids::{Group, ReleaseId};
use crate::plan::{Step, rollback};
use crate::target::Target;

pub use steps::Stop;

/// What is told while a release is under way.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "news", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum News {
    /// A step begins.
    Began {
        /// From 1.
        number: usize,
        /// How many there are.
        of: usize,
        /// What.
        verb: &'static str,
        /// Which.
        what: String,
    },
    /// It was done.
    Did {
        /// From 1.
        number: usize,
        /// How long it took.
        milliseconds: u64,
        /// What came of it, if there is something to say.
        note: String,
    },
    /// A watch saw something.
    Saw {
        /// The verdict in one word.
        verdict: &'static str,
        /// Why.
        why: String,
        /// Attempts, failures and p95 in milliseconds of each group.
        groups: BTreeMap<Group, (u64, u64, f64)>,
    },
    /// The release turns back.
    TurnedBack {
        /// Why.
        why: String,
    },
}

/// How a change ended.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    /// How.
    pub outcome: Outcome,
    /// What runs now; nothing when the first release was taken back.
    pub running: Option<ReleaseId>,
    /// What the change was about.
    pub release: ReleaseId,
    /// Why.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

/// What a change is carried out with.
pub struct Executor<'a, T: Target> {
    /// Where.
    pub target: &'a T,
    /// Its promises.
    pub environment: &'a Environment,
    /// Where the wishes of other processes are, and what the judge keeps.
    pub desk: &'a Desk,
    /// What was done.
    pub journal: &'a mut Journal,
    /// That nobody else does.
    pub lock: &'a Hold,
    /// Who is told.
    pub tell: &'a mut (dyn FnMut(News) + Send),
}

impl<T: Target> Executor<'_, T> {
    /// Carries out what the journal has unfinished, to its end.
    ///
    /// # Errors
    /// When it can be finished neither way: it stays unfinished, and is gone on with by the next call.
    pub async fn finish(&mut self) -> Result<Ended, Failed> {
        loop {
            let Some(unfinished) = self.journal.history().unfinished else {
                return Err(Failed::input("nothing is under way"));
            };
            if unfinished.done >= unfinished.steps.len() {
                return self.end(&unfinished).await;
            }
            match self.step(&unfinished).await {
                Ok(()) => {}
                Err(Stop::Broken(failed)) => return Err(failed),
                Err(Stop::Bad(why)) if unfinished.turned_back.is_none() => match unfinished.from {
                    Some(from) => self.turn_back(from, why).await?,
                    None => return self.withdraw(&unfinished, why).await,
                },
                Err(Stop::Bad(why)) => return Err(self.stuck(why).await?),
            }
        }
    }

    async fn step(&mut self, unfinished: &Unfinished) -> Result<(), Stop> {
        self.lock.check().await?;
        if unfinished.turned_back.is_none() && self.wish(unfinished).await? == Some(Wish::Abort) {
            return Err(Stop::Bad(format!("{} asked for it", user())));
        }
        let (index, step) = (unfinished.done, &unfinished.steps[unfinished.done]);
        let (number, of) = (index + 1, unfinished.steps.len());
        (self.tell)(News::Began { number, of, verb: step.verb(), what: step.to_string() });
        self.journal.append(Event::Began { step: index }).await?;
        let began = Instant::now();
        let note = self.carry_out(step, unfinished).await?;
        let milliseconds = began.elapsed().as_millis() as u64;
        self.journal.append(Event::Did { step: index, milliseconds }).await?;
        (self.tell)(News::Did { number, milliseconds, note });
        Ok(())
    }

    /// Replaces the rest of the plan by the way back, and takes the requests from the bad release at once.
    async fn turn_back(&mut self, from: ReleaseId, why: String) -> Result<(), Failed> {
        (self.tell)(News::TurnedBack { why: why.clone() });
        let steps = self.way_back(from).await?;
        self.journal.append(Event::TurnedBack { why, to: from, steps }).await
    }

    /// Takes back the first release, before which there was none: ends what it started, so that the next one begins anew.
    ///
    /// # Errors
    /// When it can't be ended, or the journal not be written: then it stays unfinished.
    pub async fn withdraw(&mut self, unfinished: &Unfinished, why: String) -> Result<Ended, Failed> {
        (self.tell)(News::TurnedBack { why: why.clone() });
        let started = unfinished.steps.iter().filter_map(|step| match step {
            Step::Start { instances } => Some(instances.keys().copied()),
            _ => None,
        });
        self.target.withdraw(&started.flatten().collect()).await?;
        self.journal.append(Event::Ended { outcome: Outcome::RolledBack, why: why.clone() }).await?;
        let release = unfinished.release;
        Ok(Ended { outcome: Outcome::RolledBack, running: None, release, why, at: Timestamp::now() })
    }

    /// The steps back to a release, planned from what is seen now.
    ///
    /// # Errors
    /// When the target can't be looked at, or has no room.
    pub async fn way_back(&self, to: ReleaseId) -> Result<Vec<Step>, Failed> {
        let seen = self.target.look().await?;
        let free = self.target.free_slots(&seen);
        rollback(&seen, to, self.environment, &free).map_err(|error| Failed::ours(error.to_string()))
    }

    async fn end(&mut self, unfinished: &Unfinished) -> Result<Ended, Failed> {
        let (outcome, why) = match &unfinished.turned_back {
            Some(why) => (Outcome::RolledBack, why.clone()),
            None => (Outcome::Released, String::new()),
        };
        self.target.settle(unfinished.to).await?;
        self.journal.append(Event::Ended { outcome, why: why.clone() }).await?;
        let (running, release) = (Some(unfinished.to), unfinished.release);
        Ok(Ended { outcome, running, release, why, at: Timestamp::now() })
    }

    /// Notes that a person is needed, and says so.
    async fn stuck(&mut self, why: String) -> Result<Failed, Failed> {
        self.journal.append(Event::Ended { outcome: Outcome::Stuck, why: why.clone() }).await?;
        Ok(Failed::ours(format!("the change is stuck: {why}"))
            .next("run `raallyctl doctor`, mend what it names, then `raallyctl deploy --resume` or `raallyctl abort`"))
    }
}
