//! The table made ready for use: groups with their running targets, the split, the rules. It is replaced as a whole.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use http::{HeaderMap, HeaderName};
use tokio::sync::Notify;

use crate::config::Config;
use crate::counters::GroupCounters;
use crate::split::Split;
use crate::sticky;
use crate::table::{GroupName, Sticky, Table, TargetId, TesterBy};
use crate::target::TargetRuntime;
use crate::window::{Lane, lanes};
use crate::wire::{Breaker, GroupCounts};

#[derive(Debug)]
pub(crate) struct Routes {
    pub epoch: u64,
    pub table: Table,
    pub groups: Vec<Arc<GroupRuntime>>,
    pub sticky: Option<Sticky>,
    split: Split,
    testers: Vec<TesterRule>,
}

#[derive(Debug)]
struct TesterRule {
    by: TesterBy,
    header: Option<HeaderName>,
    name: String,
    value: String,
    group: usize,
}

#[derive(Debug)]
pub(crate) struct GroupRuntime {
    pub name: GroupName,
    pub version: String,
    pub targets: Vec<Arc<TargetRuntime>>,
    /// Index of the group that helps out.
    pub fallback: Option<usize>,
    pub counters: Arc<GroupCounters>,
    pub queue: Arc<Queue>,
    /// Whose turn it is, by worker.
    turns: Box<[Lane<AtomicUsize>]>,
}

/// Requests that wait for a place in a group.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub waiting: AtomicU32,
    pub freed: Notify,
}

/// What a look for a target came to.
#[derive(Debug)]
pub(crate) enum Choice {
    /// The one with this index, with a place taken; `true` = as a probe of its breaker.
    Target(usize, bool),
    /// Fit ones are there, each with as many open requests as it may have.
    Full,
    /// None is fit.
    None,
}

/// Who looks for a target, and what it already knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looking<'a> {
    pub worker: usize,
    pub now_us: u64,
    pub tried: &'a [Arc<TargetRuntime>],
    pub open_max: u32,
}

/// Where a request goes, and who sends it.
#[derive(Debug)]
pub(crate) struct Placing {
    pub group: usize,
    /// Cohort of the user, if the request has one.
    pub cohort: Option<usize>,
    /// The cookie to set, if the user is new.
    pub new_user: Option<u128>,
}

impl Routes {
    /// Takes over from `before` what goes on: targets of the same id and address, counters of the same group and
    /// version.
    pub fn new(epoch: u64, table: Table, before: Option<&Self>, config: &Config, workers: usize) -> Self {
        let names: Vec<GroupName> = table.groups.keys().cloned().collect();
        let index = |name: &GroupName| names.iter().position(|known| known == name);
        let known: BTreeMap<&TargetId, &Arc<TargetRuntime>> =
            before.iter().flat_map(|routes| routes.targets()).map(|target| (&target.id, target)).collect();
        let groups = table.groups.iter().map(|(name, group)| {
            let same = before.and_then(|routes| routes.groups.iter().find(|known| known.name == *name));
            let targets = group.targets.iter().map(|target| match known.get(&target.id) {
                Some(running) if *running.address == *target.address => {
                    running.moved_to(name);
                    Arc::clone(running)
                }
                _ => Arc::new(TargetRuntime::new(target, name, config, workers)),
            });
            Arc::new(GroupRuntime {
                name: name.clone(),
                version: group.version.clone(),
                targets: targets.collect(),
                fallback: group.fallback.as_ref().and_then(&index),
                counters: same
                    .filter(|known| known.version == group.version)
                    .map_or_else(|| Arc::new(GroupCounters::new(workers)), |known| Arc::clone(&known.counters)),
                queue: same.map_or_else(Arc::default, |known| Arc::clone(&known.queue)),
                turns: lanes(workers),
            })
        });
        let groups = groups.collect();
        let testers = table.testers.iter().filter_map(|tester| {
            Some(TesterRule {
                by: tester.by,
                header: HeaderName::try_from(&tester.name).ok(),
                name: tester.name.clone(),
                value: tester.value.clone(),
                group: index(&tester.group)?,
            })
        });
        let testers = testers.collect();
        let split = Split::new(names.iter().map(|name| (name.as_str(), table.weight_bp(name))), workers);
        Self { epoch, groups, sticky: table.sticky.clone(), split, testers, table }
    }

    pub fn targets(&self) -> impl Iterator<Item = &Arc<TargetRuntime>> {
        self.groups.iter().flat_map(|group| &group.targets)
    }

    pub fn target(&self, id: &TargetId) -> Option<&Arc<TargetRuntime>> {
        self.targets().find(|target| target.id == *id)
    }

    /// The group of a worker's request; `None` in an empty table.
    pub fn place(&self, worker: usize, headers: &HeaderMap) -> Option<Placing> {
        let tester = self.testers.iter().find(|tester| tester.fits(headers)).map(|tester| tester.group);
        let Some(sticky) = &self.sticky else {
            let group = tester.or_else(|| self.split.next(worker))?;
            return Some(Placing { group, cohort: None, new_user: None });
        };
        if let Some(user) = sticky::user(headers, &sticky.cookie) {
            let group = tester.or_else(|| self.split.of_user(user))?;
            return Some(Placing { group, cohort: Some(sticky::cohort(user)), new_user: None });
        }
        let user = sticky::new_user();
        let group = tester.or_else(|| self.split.of_user(user))?;
        Some(Placing { group, cohort: Some(sticky::cohort(user)), new_user: Some(user) })
    }
}

impl TesterRule {
    fn fits(&self, headers: &HeaderMap) -> bool {
        match self.by {
            TesterBy::Header => self.header.as_ref().is_some_and(|name| {
                headers.get_all(name).iter().any(|value| value.as_bytes() == self.value.as_bytes())
            }),
            TesterBy::Cookie => sticky::cookie(headers, &self.name).is_some_and(|value| value == self.value),
        }
    }
}

impl GroupRuntime {
    /// The fit target with the fewest open requests, equals in turn. With `lenient` checks and ejections don't count:
    /// better a target that may be ill than none.
    pub fn choose(&self, looking: &Looking<'_>, lenient: bool) -> Choice {
        let Looking { worker, now_us, tried, open_max } = *looking;
        let count = self.targets.len();
        let start = self.turns[worker].0.fetch_add(1, Ordering::Relaxed);
        let mut full = false;
        let mut refused: u64 = 0;
        // Between the look and the entry others may take the place: look again, without that target.
        for _ in 0..count {
            let mut best: Option<(usize, u32)> = None;
            for step in 0..count {
                let index = (start.wrapping_add(step)) % count;
                let target = &self.targets[index];
                let skipped = refused >> (index % 64) & 1 == 1 || tried.iter().any(|done| Arc::ptr_eq(done, target));
                if skipped
                    || target.is_draining()
                    || !(lenient || target.is_fit(now_us))
                    || !target.breaker.would_admit(now_us)
                {
                    continue;
                }
                let open = target.open();
                if open >= open_max {
                    full = true;
                } else if best.is_none_or(|(_, least)| open < least) {
                    best = Some((index, open));
                }
            }
            let Some((index, _)) = best else { break };
            let target = &self.targets[index];
            if target.enter(open_max) {
                if let Some(probe) = target.breaker.admit(now_us) {
                    return Choice::Target(index, probe);
                }
                target.leave();
            }
            refused |= 1 << (index % 64);
        }
        if full { Choice::Full } else { Choice::None }
    }

    /// Ejects a target, if no more than the allowed share of the group would be.
    pub fn eject(&self, target: &TargetRuntime, now_us: u64, percent_max: u32) {
        let ejected = self.targets.iter().filter(|other| other.outlier.is_ejected(now_us)).count();
        let allowed = (ejected + 1) * 100 <= self.targets.len() * usize::try_from(percent_max).unwrap_or(100);
        if allowed && target.outlier.eject(now_us) {
            self.counters.ejections.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(target_id = %target.id, group = %self.name, version = %self.version, "ejected: its answers fail");
        }
    }

    /// Whether a target is ejected or its breaker not closed.
    pub fn is_impaired(&self, now_us: u64) -> bool {
        self.targets
            .iter()
            .any(|target| target.outlier.is_ejected(now_us) || target.breaker.position(now_us) != Breaker::Closed)
    }

    pub fn counts(&self, now_us: u64) -> GroupCounts {
        self.counters.read(&self.version, self.is_impaired(now_us))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use proptest::prelude::*;

    use super::*;
    use crate::table::{Group, Target, Tester};

    fn config() -> Config {
        Config::plain("127.0.0.1:0".parse().unwrap(), "admin.sock", "state.json")
    }

    /// Tables of which many are sound and many are not.
    fn tables() -> impl Strategy<Value = Table> {
        let name = || prop::sample::select(vec!["stable", "canary", "baseline", "bad name"]).prop_map(GroupName::from);
        let target = (0_u16..6, 0_u16..6).prop_map(|(id, port)| Target {
            id: format!("t-{id}").into(),
            address: format!("127.0.0.1:{}", 4000 + port),
        });
        let group = (prop::collection::vec(target, 0..3), prop::option::weighted(0.2, name()))
            .prop_map(|(targets, fallback)| Group { version: "1".into(), targets, fallback });
        let weight = prop::sample::select(vec![0_u32, 1, 1_000, 5_000, 9_000, 10_000]);
        let whole =
            (0_u32..=10_000).prop_map(|weight| [("stable".into(), 10_000 - weight), ("canary".into(), weight)].into());
        let split = prop_oneof![1 => prop::collection::btree_map(name(), weight, 0..3), 4 => whole];
        let tester =
            name().prop_map(|group| Tester { by: TesterBy::Header, name: "x".into(), value: "y".into(), group });
        let parts = (
            prop::collection::btree_map(name(), group, 0..4),
            split,
            prop::option::of(Just(Sticky { cookie: "g".into(), max_age_s: 1 })),
            prop::collection::vec(tester, 0..2),
        );
        parts.prop_map(|(groups, split, sticky, testers)| Table { groups, split, sticky, testers })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_table_without_faults_has_a_target_for_every_request(table in tables(), tests in any::<bool>()) {
            if !table.faults().is_empty() {
                return Ok(());
            }
            let empty = table.groups.is_empty();
            let routes = Routes::new(1, table, None, &config(), 1);
            let mut headers = HeaderMap::new();
            if tests {
                headers.insert("x", "y".parse().unwrap());
            }
            for _ in 0..20 {
                match routes.place(0, &headers) {
                    None => prop_assert!(empty),
                    Some(placing) => {
                        let looking = Looking { worker: 0, now_us: 0, tried: &[], open_max: 10 };
                        let group = &routes.groups[placing.group];
                        let Choice::Target(index, _) = group.choose(&looking, false) else {
                            return Err(TestCaseError::fail("no target for a request"));
                        };
                        group.targets[index].leave();
                    }
                }
            }
        }
    }

    #[test]
    fn what_stays_in_the_table_keeps_its_state() {
        let target = |id: &str, port: u16| Target { id: id.into(), address: format!("127.0.0.1:{port}") };
        let table = |targets: Vec<Target>| {
            let group = Group { version: "1".into(), targets, fallback: None };
            Table {
                groups: [("stable".into(), group)].into(),
                split: [("stable".into(), 10_000)].into(),
                ..Table::default()
            }
        };
        let before = Routes::new(1, table(vec![target("a", 1), target("b", 2)]), None, &config(), 1);
        let after = Routes::new(2, table(vec![target("a", 1), target("b", 3)]), Some(&before), &config(), 1);
        let same = |id: &str| Arc::ptr_eq(before.target(&id.into()).unwrap(), after.target(&id.into()).unwrap());
        assert!(same("a"));
        assert!(!same("b"), "another address is another process");
        assert!(Arc::ptr_eq(&before.groups[0].counters, &after.groups[0].counters));
    }
}
