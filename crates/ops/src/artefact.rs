//! Looks at a program before it is released: its digest, what it says it is, and what it makes of a database.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use aws_lc_rs::digest;
use tokio::process::Command;

use crate::failed::{Doing, Failed};
use crate::journal::hex;
use crate::model::release::{Artefact, Build};

/// Longest time for a question to a program.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// Looks at a program: reads all of it, and lets it migrate an empty database in a folder that is thrown away. So its
/// schema, and the oldest version that may run on that, are what it does and not what somebody wrote down.
///
/// # Errors
/// When it is not there, is no program, or is no Raally.
pub async fn look(path: &Path) -> Result<Artefact, Failed> {
    let missing = |error| {
        Failed::input(format!("there is no artefact {}: {error}", path.display()))
            .next("build one with `cargo build --release -p raally-server`; it is target/release/raally")
    };
    let path = std::fs::canonicalize(path).map_err(missing)?;
    if path.is_dir() {
        return Err(
            Failed::input(format!("the artefact {} is a folder", path.display())).next("name the program in it")
        );
    }
    let (digest, bytes) = digest_of(&path)?;
    let folder = tempfile::tempdir().doing("can't make a folder to try the artefact in")?;
    let settings = BTreeMap::from([("RAALLY_DATA_DIR".to_owned(), folder.path().display().to_string())]);
    ask(&path, &["migrate"], &settings).await?;
    let build = version(&path, &settings).await?;
    Ok(Artefact { path, digest, bytes, build })
}

/// What the program says with these options: about the database that they name, if there is one.
///
/// # Errors
/// When it does not answer, or not as Raally does.
pub async fn version(program: &Path, settings: &BTreeMap<String, String>) -> Result<Build, Failed> {
    let output = ask(program, &["version", "--json"], settings).await?;
    serde_json::from_slice(&output).map_err(|error| {
        Failed::input(format!("{} does not answer `version --json` as Raally does: {error}", program.display()))
    })
}

async fn ask(program: &Path, arguments: &[&str], settings: &BTreeMap<String, String>) -> Result<Vec<u8>, Failed> {
    let doing = format!("{} {}", program.display(), arguments.join(" "));
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(settings).stdin(Stdio::null()).kill_on_drop(true);
    for name in ["PATH", "HOME", "LANG"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    let output = tokio::time::timeout(ANSWER_WITHIN, command.output());
    let output = output.await.map_err(|_| Failed::input(format!("{doing}: no answer within {ANSWER_WITHIN:?}")))?;
    let output = output.map_err(|error| Failed::input(format!("{doing}: {error}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failed::input(format!("{doing}: {}: {}", output.status, said.trim())))
}

fn digest_of(path: &Path) -> Result<(String, u64), Failed> {
    let doing = || path.display().to_string();
    let mut file = File::open(path).doing(doing())?;
    let mut context = digest::Context::new(&digest::SHA256);
    let mut buffer = vec![0; 256 * 1024];
    let mut bytes = 0;
    loop {
        let count = file.read(&mut buffer).doing(doing())?;
        if count == 0 {
            return Ok((hex(context.finish().as_ref()), bytes));
        }
        context.update(&buffer[..count]);
        bytes += count as u64;
    }
}
