//! Where releases run. The executor knows this interface only; `host` and `kubernetes` are behind it.

pub mod any;
pub mod host;
pub mod kubernetes;
pub mod link;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::time::Duration;

use raally_gateway::GroupCounts;
use serde::{Deserialize, Serialize};

use crate::failed::Failed;
use crate::model::fleet::{Fleet, Routing, Slot};
use crate::model::ids::{Group, InstanceId, ReleaseId};
use crate::model::release::Release;

/// The releases that steps may speak of.
pub type Releases = BTreeMap<ReleaseId, Release>;

/// What the gateway or the mesh counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counted {
    /// Who counted: another process begins at zero.
    pub source: String,
    /// By group, since it appeared.
    pub groups: BTreeMap<Group, GroupCounts>,
}

/// How far a controller is that takes the steps by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It has not looked yet.
    Unseen(String),
    /// It is at work.
    Going(String),
    /// It waits for a person.
    Paused(String),
    /// The release runs.
    Done(String),
    /// It gave up, or will not get there: why.
    Bad(String),
}

/// A target. Everything may be done twice without harm.
pub trait Target: Sync {
    /// How many instances a release is to have, where something else than the environment's file says so.
    fn size(&self) -> impl Future<Output = Result<Option<u32>, Failed>> + Send {
        async { Ok(None) }
    }

    /// Before the first step of a change that was planned for so many instances: whatever changes their number is held.
    fn prepare(&self, _replicas: u32) -> impl Future<Output = Result<(), Failed>> + Send {
        async { Ok(()) }
    }

    /// After the last step: what was held goes on with the release that runs.
    fn settle(&self, _running: ReleaseId) -> impl Future<Output = Result<(), Failed>> + Send {
        async { Ok(()) }
    }

    /// What is there.
    fn look(&self) -> impl Future<Output = Result<Fleet, Failed>> + Send;

    /// Places for more instances.
    fn free_slots(&self, seen: &Fleet) -> Vec<Slot>;

    /// Puts the program in place wherever instances may run, and compares its digest there.
    fn install(&self, release: &Release) -> impl Future<Output = Result<(), Failed>> + Send;

    /// Gives a release to the controller that takes the steps; what it was at before is ended.
    fn hand(&self, _release: &Release) -> impl Future<Output = Result<(), Failed>> + Send {
        async { Err(Failed::ours("no controller takes steps here")) }
    }

    /// How far that is; `whole` lets it go all at once.
    fn progress(&self, _release: ReleaseId, _whole: bool) -> impl Future<Output = Result<Progress, Failed>> + Send {
        async { Err(Failed::ours("no controller takes steps here")) }
    }

    /// Lets it go on after a pause.
    fn promote(&self) -> impl Future<Output = Result<(), Failed>> + Send {
        async { Err(Failed::ours("no controller takes steps here")) }
    }

    /// Starts instances.
    fn start(
        &self,
        instances: &BTreeMap<InstanceId, Slot>,
        releases: &Releases,
    ) -> impl Future<Output = Result<(), Failed>> + Send;

    /// Which of them are ready for requests right now.
    fn ready(&self, ids: &BTreeSet<InstanceId>) -> impl Future<Output = Result<BTreeSet<InstanceId>, Failed>> + Send;

    /// Why instances are not ready yet, where that is known.
    fn why_late(&self, ids: &BTreeSet<InstanceId>) -> impl Future<Output = Option<String>> + Send;

    /// Splits the requests.
    fn route(&self, routing: &Routing, releases: &Releases) -> impl Future<Output = Result<(), Failed>> + Send;

    /// Waits until no request is open on instances that get no new ones; how many are open at the end.
    fn drain(&self, ids: &BTreeSet<InstanceId>, patience: Duration)
    -> impl Future<Output = Result<u32, Failed>> + Send;

    /// Ends instances, and waits for their end.
    fn stop(&self, ids: &BTreeSet<InstanceId>) -> impl Future<Output = Result<(), Failed>> + Send;

    /// Ends the instances of the first release, and whatever was started only for it.
    fn withdraw(&self, ids: &BTreeSet<InstanceId>) -> impl Future<Output = Result<(), Failed>> + Send {
        self.stop(ids)
    }

    /// What was counted so far.
    fn counts(&self) -> impl Future<Output = Result<Counted, Failed>> + Send;
}
