//! An environment's desk: its lock, its journal, what people wish, and what the judge keeps. A folder for hosts; objects in
//! the namespace for a cluster, so that whoever comes next finds all of it, on whatever machine.

use std::path::PathBuf;

use crate::atomic;
use crate::failed::{Doing, Failed};
use crate::journal::{Entry, Journal};
use crate::keeper::make_folder;
use crate::lock::{self, Lock, Owner};
use crate::target::kubernetes::lease::{Lease, LeaseLock};
use crate::target::kubernetes::ledger::Ledger;
use crate::target::kubernetes::notes::Notes;
use crate::wishes::{self, Asked};

/// Where an environment's things are kept.
#[derive(Debug, Clone)]
pub enum Desk {
    /// Files of this host.
    Folder(PathBuf),
    /// Objects in a namespace.
    Cluster(Box<ClusterDesk>),
}

/// The objects of a cluster's desk.
#[derive(Debug, Clone)]
pub struct ClusterDesk {
    /// The lock, with the wishes of others on it.
    pub lease: Lease,
    /// What the judge keeps.
    pub notes: Notes,
    /// The journal.
    pub ledger: Ledger,
}

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub enum Hold {
    /// A file's.
    File(Lock),
    /// A Lease's.
    Lease(LeaseLock),
    /// None: of who only looks.
    Nothing,
}

impl Hold {
    /// Whether it is still ours.
    ///
    /// # Errors
    /// When it is somebody else's: this process must do nothing more.
    pub async fn check(&self) -> Result<(), Failed> {
        match self {
            Self::File(lock) => lock.check(),
            Self::Lease(lock) => lock.check().await,
            Self::Nothing => Err(Failed::ours("nothing may be changed without the lock")),
        }
    }
}

impl Desk {
    /// Takes the lock, and says who had it before and ended without giving it back. With `break_it` it is taken from
    /// whoever has it.
    ///
    /// # Errors
    /// When somebody else has it: names who.
    pub async fn take_lock(&self, doing: &str, break_it: bool) -> Result<(Hold, Option<Owner>), Failed> {
        match self {
            Self::Folder(folder) => {
                make_folder(folder)?;
                let (lock, before) = Lock::take(&folder.join("lock"), doing, break_it)?;
                Ok((Hold::File(lock), before))
            }
            Self::Cluster(desk) => {
                let (lock, before) = desk.lease.take(doing, break_it).await?;
                Ok((Hold::Lease(lock), before))
            }
        }
    }

    /// Who is at work, if anybody is.
    ///
    /// # Errors
    /// When the cluster does not tell.
    pub async fn owner(&self) -> Result<Option<Owner>, Failed> {
        match self {
            Self::Folder(folder) => Ok(lock::owner(&folder.join("lock"))),
            Self::Cluster(desk) => desk.lease.owner().await,
        }
    }

    /// The journal, to append to.
    ///
    /// # Errors
    /// When it can't be read or trusted.
    pub async fn journal(&self) -> Result<Journal, Failed> {
        match self {
            Self::Folder(folder) => Journal::open(&folder.join("journal.jsonl")),
            Self::Cluster(desk) => Journal::of_cluster(desk.ledger.clone()).await,
        }
    }

    /// The journal, only to read: none is made.
    ///
    /// # Errors
    /// As [`Desk::journal`].
    pub async fn journal_to_read(&self) -> Result<Journal, Failed> {
        match self {
            Self::Folder(folder) => Journal::to_read(&folder.join("journal.jsonl")),
            Self::Cluster(_) => self.journal().await,
        }
    }

    /// What the journal says, without opening it for writing.
    ///
    /// # Errors
    /// As [`Desk::journal`].
    pub async fn entries(&self) -> Result<Vec<Entry>, Failed> {
        match self {
            Self::Folder(folder) => Journal::look(&folder.join("journal.jsonl")),
            Self::Cluster(desk) => Ok(Journal::of_cluster(desk.ledger.clone()).await?.entries().to_vec()),
        }
    }

    /// Leaves a wish for the process at work.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn leave_wish(&self, asked: &Asked) -> Result<(), Failed> {
        match self {
            Self::Folder(folder) => wishes::leave(folder, asked),
            Self::Cluster(desk) => desk.lease.leave_wish(asked).await,
        }
    }

    /// Takes a wish that was left. In a cluster it is what the lock's last renewal found.
    ///
    /// # Errors
    /// When it can't be taken away.
    pub async fn take_wish(&self, hold: &Hold) -> Result<Option<Asked>, Failed> {
        match (self, hold) {
            (Self::Folder(folder), _) => wishes::take(folder),
            (Self::Cluster(_), Hold::Lease(lock)) => Ok(lock.take_wish()),
            (Self::Cluster(_), Hold::File(_) | Hold::Nothing) => Ok(None),
        }
    }

    /// What was kept under a name.
    ///
    /// # Errors
    /// When it can't be read.
    pub async fn kept(&self, name: &str) -> Result<Option<Vec<u8>>, Failed> {
        match self {
            Self::Folder(folder) => {
                let path = folder.join(format!("{name}.json"));
                match std::fs::read(&path) {
                    Ok(bytes) => Ok(Some(bytes)),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(Failed::ours(format!("{}: {error}", path.display()))),
                }
            }
            Self::Cluster(desk) => desk.notes.read(name).await,
        }
    }

    /// Keeps bytes under a name, in the place of what was there.
    ///
    /// # Errors
    /// When they can't be written.
    pub async fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), Failed> {
        match self {
            Self::Folder(folder) => {
                let path = folder.join(format!("{name}.json"));
                atomic::write(&path, bytes, 0o600).doing(path.display())
            }
            Self::Cluster(desk) => desk.notes.write(name, bytes).await,
        }
    }
}
