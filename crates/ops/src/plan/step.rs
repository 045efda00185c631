//! The steps that plans are made of, and what each makes of a fleet.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::fleet::{Fleet, Member, Phase, Routing, Slot};
use crate::model::ids::{Group, InstanceId, ReleaseId};

/// One step. Doing it twice is as doing it once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Step {
    /// Puts the release's program in place on every host.
    Install {
        /// Which.
        release: ReleaseId,
    },
    /// Starts instances.
    Start {
        /// Each with its place.
        instances: BTreeMap<InstanceId, Slot>,
    },
    /// Gives the release to a controller of the cluster, which takes the steps by itself.
    Hand {
        /// Which.
        release: ReleaseId,
    },
    /// Follows that controller to the end of its steps.
    Follow {
        /// Which.
        release: ReleaseId,
        /// Without its steps: all at once.
        whole: bool,
    },
    /// Waits until instances say that they are ready, and have been for the settling time.
    AwaitReady {
        /// Which.
        instances: BTreeSet<InstanceId>,
    },
    /// Gives the gateway a new table.
    Route {
        /// What it is to do.
        routing: Routing,
    },
    /// Watches what users get, until there is a verdict.
    Watch(Watch),
    /// Waits for a person to say `promote` or `abort`.
    Pause {
        /// What is to be decided.
        why: String,
    },
    /// Sends no new requests to instances and waits for those in work.
    Drain {
        /// Which.
        instances: BTreeSet<InstanceId>,
    },
    /// Ends instances.
    Stop {
        /// Which.
        instances: BTreeSet<InstanceId>,
    },
}

/// What to watch, and how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Watch {
    /// From 1, of all watches of the plan.
    pub number: u32,
    /// How many watches the plan has: the allowed probability of a false alarm is split over them.
    pub of: u32,
    /// The new release's instances.
    pub candidate: Group,
    /// What they are compared with; without it the environment's objectives decide.
    pub baseline: Option<Group>,
    /// Earliest end.
    pub seconds_min: u64,
    /// Latest end.
    pub seconds_max: u64,
}

impl Step {
    /// What the fleet is afterwards, if all goes well.
    #[must_use]
    pub fn apply(&self, before: &Fleet) -> Fleet {
        let mut fleet = before.clone();
        match self {
            Self::Install { release } => {
                fleet.installed.insert(*release);
            }
            Self::Start { instances } => {
                for (id, slot) in instances {
                    let started = || Member { slot: slot.clone(), phase: Phase::Starting };
                    fleet.instances.entry(*id).or_insert_with(started);
                }
            }
            Self::AwaitReady { instances } => set(&mut fleet, instances, Phase::Ready),
            Self::Drain { instances } => set(&mut fleet, instances, Phase::Drained),
            Self::Route { routing } => fleet.routing = routing.clone(),
            Self::Watch(_) | Self::Pause { .. } | Self::Hand { .. } => {}
            Self::Follow { release, .. } => fleet.routing = Routing::all_to(Group::Of(*release), []),
            Self::Stop { instances } => fleet.instances.retain(|id, _| !instances.contains(id)),
        }
        fleet
    }

    /// One word for lists.
    #[must_use]
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Install { .. } => "install",
            Self::Start { .. } => "start",
            Self::Hand { .. } => "hand",
            Self::Follow { .. } => "follow",
            Self::AwaitReady { .. } => "await",
            Self::Route { .. } => "route",
            Self::Watch(_) => "watch",
            Self::Pause { .. } => "pause",
            Self::Drain { .. } => "drain",
            Self::Stop { .. } => "stop",
        }
    }

    /// What takes it back, for the plan's table.
    #[must_use]
    pub const fn undo(&self) -> &'static str {
        match self {
            Self::Install { .. } => "the program stays, unused",
            Self::Start { .. } => "drained and stopped",
            Self::Hand { .. } => "aborted, and the image of the release before",
            Self::Route { .. } => "the table of the old release",
            Self::AwaitReady { .. } | Self::Watch(_) | Self::Pause { .. } | Self::Follow { .. } => "changes nothing",
            Self::Drain { .. } => "gets requests again",
            Self::Stop { .. } => "started again",
        }
    }
}

fn set(fleet: &mut Fleet, instances: &BTreeSet<InstanceId>, phase: Phase) {
    for id in instances {
        if let Some(member) = fleet.instances.get_mut(id) {
            member.phase = phase;
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Install { release } => write!(formatter, "the program of {release} on every host"),
            Self::Hand { release } => write!(formatter, "{release} to Argo Rollouts"),
            Self::Follow { release, whole } => {
                write!(
                    formatter,
                    "{release} {}",
                    if *whole { "all at once" } else { "through the steps of the Rollout" }
                )
            }
            Self::Start { instances } => {
                let places = instances.iter().map(|(id, slot)| format!("{id} on {}:{}", slot.host, slot.port));
                formatter.write_str(&places.collect::<Vec<_>>().join(", "))
            }
            Self::AwaitReady { instances } => write!(formatter, "{} ready", names(instances)),
            Self::Route { routing } => formatter.write_str(&shares(routing)),
            Self::Watch(watch) => {
                let beside = match watch.baseline {
                    Some(baseline) => format!("{} against {baseline}", watch.candidate),
                    None => format!("{} against the objectives", watch.candidate),
                };
                write!(formatter, "{beside}, {} to {} s", watch.seconds_min, watch.seconds_max)
            }
            Self::Pause { why } => formatter.write_str(why),
            Self::Drain { instances } | Self::Stop { instances } => formatter.write_str(&names(instances)),
        }
    }
}

fn names(instances: &BTreeSet<InstanceId>) -> String {
    instances.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// `r1 80 %, r1-beside-r2 10 %, r2 10 %`.
fn shares(routing: &Routing) -> String {
    let share = |(group, weight): (&Group, &u32)| format!("{group} {} %", percent(*weight));
    let mut text =
        routing.weights_bp.iter().filter(|(_, weight)| **weight > 0).map(share).collect::<Vec<_>>().join(", ");
    if let Some(testers) = routing.testers {
        text.push_str(&format!("; testers to {testers}"));
    }
    text
}

fn percent(weight_bp: u32) -> String {
    let (whole, rest) = (weight_bp / 100, weight_bp % 100);
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:02}") }
}
