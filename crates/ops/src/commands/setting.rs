//! What most commands begin with: the environment of the file, its folder, its target.

use std::path::{Component, Path, PathBuf};

use crate::cli::Where;
use crate::failed::{Doing, Failed};
use crate::model::environment::{Environment, TargetKind};
use crate::model::reader;
use crate::target::host::Hosts;

/// An environment that commands work on.
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its promises.
    pub environment: Environment,
    /// Its folder on this host.
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
            _ => {
                return Err(Failed::input(format!("{} is on a cluster, which this command does not reach", at.env))
                    .next("there it is Argo CD and Argo Rollouts that release; see deploy/"));
            }
        };
        Ok(Self { name: at.env.clone(), environment, folder, sources })
    }

    /// The hosts.
    ///
    /// # Errors
    /// When the folder can't be used.
    pub fn hosts(&self) -> Result<Hosts, Failed> {
        Hosts::new(&self.environment, &raallyctl()?)
    }

    /// The journal's file.
    pub fn journal(&self) -> PathBuf {
        self.folder.join("journal.jsonl")
    }

    /// The lock's file.
    pub fn lock(&self) -> PathBuf {
        self.folder.join("lock")
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
