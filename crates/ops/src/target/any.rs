//! The target of an environment, whichever it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use super::host::Hosts;
use super::kubernetes::Kubernetes;
use super::kubernetes::rollouts::Rollouts;
use super::{Counted, Progress, Releases, Target};
use crate::artefact;
use crate::failed::Failed;
use crate::model::fleet::{Fleet, Routing, Slot};
use crate::model::ids::{InstanceId, ReleaseId};
use crate::model::release::{Artefact, Build, Release};

/// One of the targets.
#[derive(Debug, Clone)]
pub enum Any {
    /// Processes on hosts.
    Hosts(Box<Hosts>),
    /// Deployments in a cluster.
    Kubernetes(Box<Kubernetes>),
    /// A Rollout of Argo in a cluster.
    Rollouts(Box<Rollouts>),
}

impl Any {
    /// The cluster, where it is one.
    #[must_use]
    pub fn cluster(&self) -> Option<&Kubernetes> {
        match self {
            Self::Hosts(_) => None,
            Self::Kubernetes(cluster) => Some(cluster),
            Self::Rollouts(rollouts) => Some(&rollouts.0),
        }
    }

    /// What a program or an image says about itself, and about the environment's database.
    ///
    /// # Errors
    /// When it is not there, or is no Raally.
    pub async fn examine(&self, artefact: &Path) -> Result<(Artefact, Result<Build, Failed>), Failed> {
        match self {
            Self::Hosts(hosts) => {
                let artefact = artefact::look(artefact).await?;
                let database = artefact::version(&artefact.path, &hosts.own_settings()).await;
                Ok((artefact, database))
            }
            Self::Kubernetes(cluster) => cluster.examine(&artefact.display().to_string()).await,
            Self::Rollouts(rollouts) => rollouts.0.examine(&artefact.display().to_string()).await,
        }
    }

    /// What is there as far as it can be seen, and what hides the rest: without its gateway a host still has instances.
    ///
    /// # Errors
    /// When nothing can be seen.
    pub async fn glance(&self) -> Result<(Fleet, Option<Failed>), Failed> {
        match (self, self.look().await) {
            (_, Ok(seen)) => Ok((seen, None)),
            (Self::Hosts(hosts), Err(failed)) => Ok((hosts.instances().await?, Some(failed))),
            (_, Err(failed)) => Err(failed),
        }
    }

    /// The names of options that changed since a release was put in place; of a cluster its chart knows.
    ///
    /// # Errors
    /// When what they were can't be read.
    pub fn changed_settings(&self, release: ReleaseId) -> Result<Vec<String>, Failed> {
        match self {
            Self::Hosts(hosts) => hosts.changed_settings(release),
            Self::Kubernetes(_) | Self::Rollouts(_) => Ok(Vec::new()),
        }
    }

    /// What the environment's database says, by the program of a release that may be put on it.
    ///
    /// # Errors
    /// When it can't be asked.
    pub async fn database(&self, release: &Release) -> Result<Build, Failed> {
        match self {
            Self::Hosts(hosts) => artefact::version(&hosts.program_of(release), &hosts.own_settings()).await,
            Self::Kubernetes(cluster) => cluster.database(&release.artefact).await,
            Self::Rollouts(rollouts) => rollouts.0.database(&release.artefact).await,
        }
    }
}

/// The same question to whichever it is.
macro_rules! each {
    ($any:expr, $target:ident => $call:expr) => {
        match $any {
            Any::Hosts($target) => $call,
            Any::Kubernetes($target) => $call,
            Any::Rollouts($target) => $call,
        }
    };
}

impl Target for Any {
    async fn size(&self) -> Result<Option<u32>, Failed> {
        each!(self, target => target.size().await)
    }

    async fn prepare(&self, replicas: u32) -> Result<(), Failed> {
        each!(self, target => target.prepare(replicas).await)
    }

    async fn settle(&self, running: ReleaseId) -> Result<(), Failed> {
        each!(self, target => target.settle(running).await)
    }

    async fn look(&self) -> Result<Fleet, Failed> {
        each!(self, target => target.look().await)
    }

    fn free_slots(&self, seen: &Fleet) -> Vec<Slot> {
        each!(self, target => target.free_slots(seen))
    }

    async fn install(&self, release: &Release) -> Result<(), Failed> {
        each!(self, target => target.install(release).await)
    }

    async fn hand(&self, release: &Release) -> Result<(), Failed> {
        each!(self, target => target.hand(release).await)
    }

    async fn progress(&self, release: ReleaseId, whole: bool) -> Result<Progress, Failed> {
        each!(self, target => target.progress(release, whole).await)
    }

    async fn promote(&self) -> Result<(), Failed> {
        each!(self, target => target.promote().await)
    }

    async fn start(&self, instances: &BTreeMap<InstanceId, Slot>, releases: &Releases) -> Result<(), Failed> {
        each!(self, target => target.start(instances, releases).await)
    }

    async fn ready(&self, ids: &BTreeSet<InstanceId>) -> Result<BTreeSet<InstanceId>, Failed> {
        each!(self, target => target.ready(ids).await)
    }

    async fn why_late(&self, ids: &BTreeSet<InstanceId>) -> Option<String> {
        each!(self, target => target.why_late(ids).await)
    }

    async fn route(&self, routing: &Routing, releases: &Releases) -> Result<(), Failed> {
        each!(self, target => target.route(routing, releases).await)
    }

    async fn drain(&self, ids: &BTreeSet<InstanceId>, patience: Duration) -> Result<u32, Failed> {
        each!(self, target => target.drain(ids, patience).await)
    }

    async fn stop(&self, ids: &BTreeSet<InstanceId>) -> Result<(), Failed> {
        each!(self, target => target.stop(ids).await)
    }

    async fn withdraw(&self, ids: &BTreeSet<InstanceId>) -> Result<(), Failed> {
        each!(self, target => target.withdraw(ids).await)
    }

    async fn counts(&self) -> Result<Counted, Failed> {
        each!(self, target => target.counts().await)
    }
}
