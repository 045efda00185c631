//! The way to a host: its supervisor's socket when it is this one, the same tool over OpenSSH when it is another.
//!
//! `ssh HOST raallyctl host --state-dir DIR` reads one errand as a JSON line (followed by the program's bytes, if it is
//! one to install) and writes one answer. Keys, users and ports are the business of OpenSSH's own configuration.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use crate::atomic;
use crate::failed::{Doing, Failed};
use crate::journal::hex;
use crate::keeper::order::{Answer, Order, Running};
use crate::keeper::{client, make_folder};
use crate::model::environment::Keeper;
use crate::model::ids::{Group, ReleaseId};

/// How the file of a baseline's program begins.
const COPY: &str = "raally-beside-";

/// Longest line that is read: an errand, or a list of processes.
const LINE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// What a host can be asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "errand", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Errand {
    /// For the supervisor.
    Keeper {
        /// What.
        order: Order,
    },
    /// Which releases are in place.
    Installed,
    /// Puts a program in place; its bytes follow.
    Install {
        /// Which.
        release: ReleaseId,
        /// SHA-256, hexadecimal.
        digest: String,
        /// How many follow.
        bytes: u64,
    },
    /// Sees to it that the program of a group is there.
    Provide {
        /// Whose.
        group: Group,
    },
}

/// What it answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "said", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Said {
    /// The supervisor's answer.
    Keeper {
        /// What.
        answer: Answer,
    },
    /// Releases in place.
    Installed {
        /// Which.
        releases: Vec<ReleaseId>,
    },
    /// It could not.
    Failed {
        /// Why.
        why: String,
    },
}

/// The way to one host.
#[derive(Debug, Clone)]
pub struct Link {
    /// `local`, or what `ssh` calls it.
    pub host: String,
    /// The environment's folder there.
    pub state_dir: PathBuf,
    /// This tool's program, to start a supervisor with.
    pub raallyctl: PathBuf,
    /// What keeps processes alive there.
    pub keeper: Keeper,
}

impl Link {
    /// Whether it is this host.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.host == "local"
    }

    /// Where requests reach it: the loopback address, or the host's name without the user.
    #[must_use]
    pub fn address(&self) -> &str {
        if self.is_local() { "127.0.0.1" } else { self.host.rsplit('@').next().unwrap_or(&self.host) }
    }

    /// The address that instances there listen on.
    #[must_use]
    pub fn bind(&self) -> &'static str {
        if self.is_local() { "127.0.0.1" } else { "0.0.0.0" }
    }

    /// Gives an order to its supervisor.
    ///
    /// # Errors
    /// When it refuses, or can't be reached.
    pub async fn order(&self, order: &Order) -> Result<Answer, Failed> {
        if self.is_local() {
            return client::order(&self.state_dir, &self.raallyctl, self.keeper, order).await;
        }
        match self.run(&Errand::Keeper { order: order.clone() }, None).await? {
            Said::Keeper { answer: Answer::Refused { why } } => Err(self.failed(&why)),
            Said::Keeper { answer } => Ok(answer),
            other => Err(self.failed(&format!("an answer to something else: {other:?}"))),
        }
    }

    /// Sends its supervisor away, if it keeps nothing; where none runs, none is started for that.
    ///
    /// # Errors
    /// When it can't be reached.
    pub async fn leave(&self) -> Result<(), Failed> {
        if !self.is_local() || crate::keeper::socket(&self.state_dir).exists() {
            self.order(&Order::Leave).await?;
        }
        Ok(())
    }

    /// What runs there.
    ///
    /// # Errors
    /// When it can't be reached.
    pub async fn list(&self) -> Result<Vec<Running>, Failed> {
        if self.is_local() {
            return client::list(&self.state_dir, &self.raallyctl, self.keeper).await;
        }
        match self.order(&Order::List).await? {
            Answer::List { processes } => Ok(processes),
            other => Err(self.failed(&format!("an answer to something else: {other:?}"))),
        }
    }

    /// Which releases are in place.
    ///
    /// # Errors
    /// When it can't be reached.
    pub async fn installed(&self) -> Result<Vec<ReleaseId>, Failed> {
        if self.is_local() {
            return Ok(installed(&self.state_dir));
        }
        match self.run(&Errand::Installed, None).await? {
            Said::Installed { releases } => Ok(releases),
            other => Err(self.failed(&format!("an answer to something else: {other:?}"))),
        }
    }

    /// Puts a program in place.
    ///
    /// # Errors
    /// When it can't be reached, or what arrives is not what was sent.
    pub async fn install(&self, release: ReleaseId, digest: &str, from: &Path) -> Result<(), Failed> {
        let doing = || from.display().to_string();
        let mut file = tokio::fs::File::open(from).await.doing(doing())?;
        if self.is_local() {
            return receive(&self.state_dir, release, digest, &mut file).await;
        }
        let bytes = file.metadata().await.doing(doing())?.len();
        let errand = Errand::Install { release, digest: digest.to_owned(), bytes };
        match self.run(&errand, Some(file)).await? {
            Said::Installed { .. } => Ok(()),
            other => Err(self.failed(&format!("an answer to something else: {other:?}"))),
        }
    }

    /// Sees to it that the program of a group of an installed release is there: a baseline has a copy of its own.
    ///
    /// # Errors
    /// When it can't be reached, or there is no room.
    pub async fn provide(&self, group: Group) -> Result<(), Failed> {
        if self.is_local() {
            return provide(&self.state_dir, group);
        }
        match group {
            Group::Of(_) => Ok(()),
            Group::Baseline { .. } => self.run(&Errand::Provide { group }, None).await.map(|_| ()),
        }
    }

    async fn run(&self, errand: &Errand, mut after: Option<tokio::fs::File>) -> Result<Said, Failed> {
        let doing = format!("ssh {}", self.host);
        let mut command = Command::new("ssh");
        command.args(["-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "--", &self.host]);
        command.args(["raallyctl", "host", "--keeper", self.keeper.name()]);
        command.arg("--state-dir").arg(quoted(&self.state_dir)?);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().doing(&doing)?;
        let mut line = serde_json::to_vec(errand).doing(&doing)?;
        line.push(b'\n');
        if let Some(mut stdin) = child.stdin.take() {
            // When the other side ends early, what it says is more useful than the broken pipe.
            _ = stdin.write_all(&line).await;
            if let Some(file) = &mut after {
                _ = tokio::io::copy(file, &mut stdin).await;
            }
        }
        let output = child.wait_with_output().await.doing(&doing)?;
        let errors = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(self.failed(&format!("{}: {}", output.status, errors.trim())));
        }
        match serde_json::from_slice(&output.stdout).doing(&doing)? {
            Said::Failed { why } => Err(self.failed(&why)),
            said => Ok(said),
        }
    }

    fn failed(&self, why: &str) -> Failed {
        Failed::ours(format!("host {}: {why}", self.host)).next(format!(
            "try `ssh {} raallyctl --version`: it needs the same tool there, and a key that asks nothing",
            self.host
        ))
    }
}

/// The remote shell reads the path once more.
fn quoted(path: &Path) -> Result<String, Failed> {
    let text = path
        .to_str()
        .filter(|text| text.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-".contains(letter)));
    let fault =
        || Failed::input(format!("the state-dir {} has letters that a remote shell could misread", path.display()));
    text.map(str::to_owned).ok_or_else(fault)
}

/// Runs one errand on this host: the other end of `ssh`.
///
/// # Errors
/// When input or output breaks.
pub async fn answer(
    state_dir: &Path,
    raallyctl: &Path,
    keeper: Keeper,
    input: impl AsyncRead + Unpin,
) -> Result<Said, Failed> {
    let mut reader = BufReader::new(input);
    let mut line = String::new();
    (&mut reader).take(LINE_BYTES_MAX).read_line(&mut line).await.doing("can't read the errand")?;
    let errand: Errand =
        serde_json::from_str(&line).map_err(|error| Failed::input(format!("the errand can't be read: {error}")))?;
    let said = match errand {
        Errand::Keeper { order: Order::List } => client::list(state_dir, raallyctl, keeper)
            .await
            .map(|processes| Said::Keeper { answer: Answer::List { processes } }),
        Errand::Keeper { order } => {
            client::order(state_dir, raallyctl, keeper, &order).await.map(|answer| Said::Keeper { answer })
        }
        Errand::Installed => Ok(Said::Installed { releases: installed(state_dir) }),
        Errand::Install { release, digest, bytes } => receive(state_dir, release, &digest, &mut reader.take(bytes))
            .await
            .map(|()| Said::Installed { releases: installed(state_dir) }),
        Errand::Provide { group } => {
            provide(state_dir, group).map(|()| Said::Installed { releases: installed(state_dir) })
        }
    };
    Ok(said.unwrap_or_else(|failed| Said::Failed { why: failed.to_string() }))
}

/// The program of a group. A baseline runs a copy of its own: in the file of its release, which the instances with most
/// of the traffic run too, its code would be warm in the processor's caches where the canary's is cold.
#[must_use]
pub fn program(state_dir: &Path, group: Group) -> PathBuf {
    let folder = state_dir.join("releases").join(group.release().to_string());
    match group {
        Group::Of(_) => folder.join("raally"),
        Group::Baseline { beside, .. } => folder.join(format!("{COPY}{beside}")),
    }
}

/// Copies what has to be a copy, and takes away the copies of baselines before.
fn provide(state_dir: &Path, group: Group) -> Result<(), Failed> {
    let (path, original) = (program(state_dir, group), program(state_dir, Group::Of(group.release())));
    if path == original || path.exists() {
        return Ok(());
    }
    let doing = path.display().to_string();
    for entry in original.parent().and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(COPY) {
            std::fs::remove_file(entry.path()).doing(&doing)?;
        }
    }
    let aside = path.with_extension(format!("part-{}", std::process::id()));
    std::fs::copy(&original, &aside).doing(&doing)?;
    atomic::put_in_place(&aside, &path).doing(&doing)
}

fn installed(state_dir: &Path) -> Vec<ReleaseId> {
    let entries = std::fs::read_dir(state_dir.join("releases")).into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|id| program(state_dir, Group::Of(*id)).exists()).collect()
}

async fn receive(
    state_dir: &Path,
    release: ReleaseId,
    digest: &str,
    from: &mut (impl AsyncRead + Unpin),
) -> Result<(), Failed> {
    let path = program(state_dir, Group::Of(release));
    let doing = path.display().to_string();
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let aside = path.with_extension(format!("part-{}", std::process::id()));
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o700).open(&aside).doing(&doing)?;
    let mut file = tokio::fs::File::from_std(file);
    let mut context = digest::Context::new(&digest::SHA256);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = from.read(&mut buffer).await.doing(&doing)?;
        if count == 0 {
            break;
        }
        context.update(&buffer[..count]);
        file.write_all(&buffer[..count]).await.doing(&doing)?;
    }
    file.sync_all().await.doing(&doing)?;
    drop(file.into_std().await);
    let found = hex(context.finish().as_ref());
    if found != digest {
        _ = std::fs::remove_file(&aside);
        return Err(Failed::input(format!("the program changed under way: its digest is {found}, not {digest}"))
            .next("build it again, or copy it again, and deploy that"));
    }
    atomic::put_in_place(&aside, &path).doing(&doing)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn a_baseline_runs_a_copy_of_its_own_and_copies_before_it_are_gone() {
        let folder = tempfile::tempdir().unwrap();
        let own = program(folder.path(), "r1".parse().unwrap());
        std::fs::create_dir_all(own.parent().unwrap()).unwrap();
        std::fs::write(&own, "the program").unwrap();
        let copy = |beside: &str| {
            let group = format!("r1-beside-{beside}").parse().unwrap();
            provide(folder.path(), group).unwrap();
            program(folder.path(), group)
        };
        let first = copy("r2");
        assert_eq!(std::fs::read(&first).unwrap(), b"the program");
        let inode = |path: &Path| std::fs::metadata(path).unwrap().ino();
        assert_ne!(inode(&first), inode(&own));
        let before = inode(&first);
        assert_eq!(inode(&copy("r2")), before, "a second instance runs the same copy");
        assert!(copy("r3").exists() && !first.exists() && own.exists());
        assert_eq!(installed(folder.path()), ["r1".parse().unwrap()]);
    }
}
