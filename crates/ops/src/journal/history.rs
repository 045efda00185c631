//! What the journal amounts to: which release runs, which were there, and what is unfinished.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::entry::{Entry, Event, Outcome, Seen, Wish};
use crate::model::environment::Strategy;
use crate::model::ids::ReleaseId;
use crate::model::release::Release;
use crate::plan::Step;

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Every release, by number.
    pub releases: BTreeMap<ReleaseId, Release>,
    /// The release that runs.
    pub current: Option<ReleaseId>,
    /// The ones that ran before and were good, newest last.
    pub good: Vec<ReleaseId>,
    /// The changes, oldest first.
    pub changes: Vec<Change>,
    /// A change without an end.
    pub unfinished: Option<Unfinished>,
}

/// One change: a release or a rollback.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// What was to run.
    pub release: ReleaseId,
    /// Its version and build.
    pub title: String,
    /// What ran before.
    pub from: Option<ReleaseId>,
    /// How; none for a rollback.
    pub strategy: Option<Strategy>,
    /// Who wanted it.
    pub by: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Why.
    pub why: String,
}

/// A change that has not ended.
#[derive(Debug, Clone)]
pub struct Unfinished {
    /// What is to run: the new release, or after a turn the old one.
    pub to: ReleaseId,
    /// What the change was about.
    pub release: ReleaseId,
    /// What ran before.
    pub from: Option<ReleaseId>,
    /// The steps that count.
    pub steps: Vec<Step>,
    /// How many of them are done.
    pub done: usize,
    /// Why it turned back.
    pub turned_back: Option<String>,
    /// What a person asked for since the last step that was done.
    pub wish: Option<Wish>,
    /// What was seen last.
    pub seen: Option<Seen>,
}

impl Change {
    /// Whether it went back to a release that had run before.
    #[must_use]
    pub const fn is_rollback(&self) -> bool {
        self.strategy.is_none() && self.from.is_some()
    }
}

impl History {
    /// Of these entries.
    #[must_use]
    pub fn of(entries: &[Entry]) -> Self {
        let mut history = Self::default();
        for entry in entries {
            history.take(entry);
        }
        history
    }

    /// The number of the next release.
    #[must_use]
    pub fn next_id(&self) -> ReleaseId {
        ReleaseId(self.releases.keys().next_back().map_or(1, |last| last.0 + 1))
    }

    /// The newest good release other than the current one.
    #[must_use]
    pub fn previous(&self) -> Option<ReleaseId> {
        self.good.iter().rev().find(|release| Some(**release) != self.current).copied()
    }

    fn take(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Planned { release, from, strategy, steps, by } => {
                self.releases.insert(release.id, release.clone());
                self.changes.push(Change {
                    release: release.id,
                    title: release.title(),
                    from: *from,
                    strategy: *strategy,
                    by: by.clone(),
                    began_at: entry.at,
                    ended_at: None,
                    outcome: None,
                    why: String::new(),
                });
                self.unfinished = Some(Unfinished {
                    to: release.id,
                    release: release.id,
                    from: *from,
                    steps: steps.clone(),
                    done: 0,
                    turned_back: None,
                    wish: None,
                    seen: None,
                });
            }
            Event::Ended { outcome, why } => self.end(entry.at, *outcome, why),
            event => {
                if let Some(unfinished) = &mut self.unfinished {
                    unfinished.take(event);
                }
            }
        }
    }

    fn end(&mut self, at: Timestamp, outcome: Outcome, why: &str) {
        if let Some(change) = self.changes.last_mut() {
            (change.ended_at, change.outcome) = (Some(at), Some(outcome));
            change.why = why.to_owned();
        }
        // What is stuck stays unfinished: it has to be resumed or aborted.
        if outcome == Outcome::Stuck {
            return;
        }
        if let Some(unfinished) = self.unfinished.take() {
            if outcome == Outcome::Released {
                // Who was rolled back from is not where the next rollback should lead.
                let left = unfinished.from.filter(|_| self.changes.last().is_some_and(Change::is_rollback));
                self.good.retain(|release| *release != unfinished.to && Some(*release) != left);
                self.good.push(unfinished.to);
            }
            self.current = match (outcome, unfinished.turned_back) {
                // Before anything of it ran, or the first one: there was nothing to turn back to.
                (Outcome::RolledBack, None) => unfinished.from,
                _ => Some(unfinished.to),
            };
        }
    }
}

impl Unfinished {
    fn take(&mut self, event: &Event) {
        match event {
            Event::Did { step, .. } => {
                self.done = self.done.max(step + 1);
                self.wish = None;
            }
            Event::TurnedBack { why, to, steps } => {
                (self.to, self.done) = (*to, 0);
                self.steps.clone_from(steps);
                self.turned_back = Some(why.clone());
            }
            Event::Asked { wish, .. } => self.wish = Some(*wish),
            Event::Saw(seen) => self.seen = Some(seen.clone()),
            Event::Began { .. }
            | Event::Planned { .. }
            | Event::RecoveryPlanned { .. }
            | Event::RecoveryEnded { .. }
            | Event::Ended { .. } => {}
        }
    }
}
