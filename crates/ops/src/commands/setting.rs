//! What most commands begin with: the environment of the file, its folder, its target.

use std::path::{Component, Path, PathBuf};

use crate::cli::Where;
use crate::desk::Desk;
use crate::failed::{Doing, Failed};
use crate::model::environment::{Environment, TargetKind};
use crate::model::kubernetes::KubernetesTarget;
use crate::model::reader;
use crate::target::any::Any;
use crate::target::host::Hosts;
use crate::target::kubernetes::Kubernetes;
use crate::target::kubernetes::rollouts::Rollouts;

/// An environment that commands work on.
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its promises.
    pub environment: Environment,
    /// Its folder on this host; empty for a cluster.
    pub folder: PathBuf,
    /// Where the sources may be: the folder that the file of the environments is in.
    pub sources: PathBuf,
}

impl Setting {
    /// Reads the file.
    ///
    /// # Errors
    /// Every fault of it, or the names that there are.
    pub fn read(at: &Where) -> Result<Self, Failed> {
        let file = at.file.display();
        let text = std::fs::read_to_string(&at.file)
            .map_err(|error| Failed::input(format!("{file}: {error}")).next("name the file with --file"))?;
        let mut environments = reader::read(&text).map_err(|faults| {
            let count = faults.len();
            let faults = faults.iter().map(|fault| format!("{file}:{}: {}", fault.line, fault.what)).collect();
            Failed::input(format!("{file} has {count} fault{}", if count == 1 { "" } else { "s" })).faults(faults)
        })?;
        let names = environments.keys().cloned().collect::<Vec<_>>().join(", ");
        let mut environment = environments.remove(&at.env).ok_or_else(|| {
            Failed::input(format!("{file} has no environment {:?}", at.env)).next(format!("there are: {names}"))
        })?;
        let sources = at.file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let sources = std::path::absolute(sources).doing(&file)?;
        let folder = match (&mut environment.host, environment.target) {
            (Some(host), TargetKind::Host) => {
                host.state_dir = tidy(&sources.join(&host.state_dir));
                host.state_dir.clone()
            }
            _ => PathBuf::new(),
        };
        if let Some(config) = environment.kubernetes.as_mut().and_then(|cluster| cluster.kubeconfig.as_mut()) {
            *config = tidy(&sources.join(&*config));
        }
        Ok(Self { name: at.env.clone(), environment, folder, sources })
    }

    /// The same, for what there is on hosts only.
    ///
    /// # Errors
    /// As [`Setting::read`], and for a cluster: `instead` says what does it there.
    pub fn on_hosts(at: &Where, instead: &str) -> Result<Self, Failed> {
        let setting = Self::read(at)?;
        match setting.environment.target {
            TargetKind::Host => Ok(setting),
            TargetKind::Kubernetes => {
                Err(Failed::input(format!("{} is on a cluster; this is for hosts", setting.name)).next(instead))
            }
        }
    }

    /// The target, with its lock and journal.
    ///
    /// # Errors
    /// When the folder can't be used, or there is no way to the cluster.
    pub async fn target(&self) -> Result<(Any, Desk), Failed> {
        match self.environment.target {
            TargetKind::Host => Ok((Any::Hosts(Box::new(self.hosts()?)), Desk::Folder(self.folder.clone()))),
            TargetKind::Kubernetes => {
                let cluster = Kubernetes::new(&self.environment).await?;
                let desk = cluster.desk();
                let delegated = self.environment.kubernetes.as_ref().is_some_and(KubernetesTarget::is_delegated);
                let target = if delegated {
                    Any::Rollouts(Box::new(Rollouts(cluster)))
                } else {
                    Any::Kubernetes(Box::new(cluster))
                };
                Ok((target, desk))
            }
        }
    }

    /// The hosts.
    ///
    /// # Errors
    /// When the folder can't be used.
    pub fn hosts(&self) -> Result<Hosts, Failed> {
        Hosts::new(&self.environment, &raallyctl()?)
    }

    /// The journal's file, on a host.
    pub fn journal(&self) -> PathBuf {
        self.folder.join("journal.jsonl")
    }
}

/// Without `..`: it is shown to people, and sockets have short paths.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                tidy.pop();
            }
            part => tidy.push(part),
        }
    }
    tidy
}

/// This program, to start supervisors and gateways with.
///
/// # Errors
/// When the system does not tell.
pub fn raallyctl() -> Result<PathBuf, Failed> {
    std::env::current_exe().doing("can't tell which program this is")
}
