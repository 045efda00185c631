//! Which stages passed on which inputs. The key is made of the stage's command and of what git says about its inputs:
//! the committed objects, and the bytes of whatever differs from them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use aws_lc_rs::digest::{Context, SHA256};

use super::Stage;
use crate::atomic;

/// A folder with a file for each key that passed.
pub struct Cache(PathBuf);

impl Cache {
    /// In this folder.
    pub const fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Whether the stage passed with this key.
    pub fn has(&self, key: &str) -> bool {
        self.0.join(key).exists()
    }

    /// Remembers that it did. A cache that can't be written costs time, nothing else.
    pub fn put(&self, key: &str, stage: &str) {
        _ = fs::create_dir_all(&self.0).and_then(|()| atomic::write(&self.0.join(key), stage.as_bytes(), 0o644));
    }
}

/// The key of a stage as the tree is now; none when it has no inputs, or git can't tell.
pub fn key(stage: &Stage, top: &Path) -> Option<String> {
    if stage.inputs.is_empty() {
        return None;
    }
    let git = |arguments: &[&str]| {
        let output =
            Command::new("git").args(arguments).arg("--").args(&stage.inputs).current_dir(top).output().ok()?;
        output.status.success().then_some(output.stdout)
    };
    let mut context = Context::new(&SHA256);
    let mut add = |part: &[u8]| {
        context.update(&part.len().to_be_bytes());
        context.update(part);
    };
    add(stage.run.as_bytes());
    add(&git(&["ls-files", "--stage", "-z"])?);
    let changed = git(&["ls-files", "--modified", "--others", "--exclude-standard", "-z"])?;
    for name in changed.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        add(name);
        // A file that is gone has no bytes; that it is named says so.
        let bytes = std::str::from_utf8(name).ok().and_then(|name| fs::read(top.join(name)).ok());
        add(&bytes.unwrap_or_default());
    }
    Some(context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(top: &Path, arguments: &[&str]) {
        let who = ["-c", "user.name=t", "-c", "user.email=t@t"];
        assert!(Command::new("git").args(who).args(arguments).current_dir(top).output().unwrap().status.success());
    }

    #[test]
    fn only_what_a_stage_depends_on_changes_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        git(top, &["init", "--quiet"]);
        fs::create_dir_all(top.join("src")).unwrap();
        fs::write(top.join("src/a"), "1").unwrap();
        fs::write(top.join("readme"), "1").unwrap();
        git(top, &["add", "."]);
        git(top, &["commit", "--quiet", "-m", "one"]);
        let stage = |run: &str| Stage {
            name: "s".into(),
            what: String::new(),
            run: run.into(),
            needs: Vec::new(),
            unless_failed: Vec::new(),
            inputs: vec!["src".into()],
            minutes_max: 1,
            on_demand: false,
        };
        let first = key(&stage("make"), top).unwrap();
        fs::write(top.join("readme"), "2").unwrap();
        assert_eq!(key(&stage("make"), top).unwrap(), first, "the readme is no input");
        assert_ne!(key(&stage("make all"), top).unwrap(), first, "another command");
        fs::write(top.join("src/a"), "2").unwrap();
        let second = key(&stage("make"), top).unwrap();
        assert_ne!(second, first, "a changed file");
        fs::write(top.join("src/b"), "").unwrap();
        assert_ne!(key(&stage("make"), top).unwrap(), second, "a new file");
        fs::remove_file(top.join("src/b")).unwrap();
        fs::write(top.join("src/a"), "1").unwrap();
        assert_eq!(key(&stage("make"), top).unwrap(), first, "back as it was");
    }
}
