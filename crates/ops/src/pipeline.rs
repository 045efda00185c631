//! One definition of the stages from a commit to a watched release, run here as it is run anywhere: in parallel where
//! nothing is waited for, not again where nothing has changed, with a report for people and one for machines.

mod cache;
mod report;
pub mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::failed::Failed;

pub use report::write_all as write_reports;

/// Most stages.
const STAGES_MAX: usize = 100;

/// What `deploy/pipeline.toml` holds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Pipeline {
    /// 1.
    pub format: u32,
    /// In the order in which they are shown.
    #[serde(rename = "stage")]
    pub stages: Vec<Stage>,
}

/// One stage.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Stage {
    /// Its name; others name it in `needs`.
    pub name: String,
    /// What it is for.
    pub what: String,
    /// Run by `bash -euo pipefail` at the top of the repository. Exit code 75 says that it could not be run.
    pub run: String,
    /// Stages that must have passed.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Git pathspecs of what it depends on: when none of it has changed since it passed, it is not run again. Empty = it
    /// always is.
    #[serde(default)]
    pub inputs: Vec<String>,
    /// Then it is ended, and has failed.
    #[serde(default = "ninety_minutes")]
    pub minutes_max: u32,
    /// Only when asked for by name, with `--with`: what reaches beyond this machine.
    #[serde(default)]
    pub on_demand: bool,
}

const fn ninety_minutes() -> u32 {
    90
}

/// How a stage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Exit code 0.
    Passed,
    /// It passed before, on the same inputs.
    Cached,
    /// Any other exit code, or too long.
    Failed,
    /// It said that it can't be run here: exit code 75. Never counts as passed.
    NotRun,
    /// Something that it needs has not passed.
    Skipped,
}

/// A stage's end.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    /// Which.
    pub stage: String,
    /// How.
    pub outcome: Outcome,
    /// How long.
    pub seconds: f64,
    /// Its last lines, when it did not pass.
    pub tail: String,
    /// All that it printed.
    pub log: std::path::PathBuf,
}

impl Stage {
    /// Longest time.
    #[must_use]
    pub fn time_max(&self) -> Duration {
        Duration::from_secs(u64::from(self.minutes_max) * 60)
    }
}

impl Pipeline {
    /// Reads and checks a definition; all faults are named at once.
    ///
    /// # Errors
    /// When it can't be read or is wrong.
    pub fn read(path: &Path) -> Result<Self, Failed> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failed::input(format!("{}: {error}", path.display())).next("name it with --file"))?;
        let pipeline: Self =
            toml::from_str(&text).map_err(|error| Failed::input(format!("{}: {}", path.display(), error.message())))?;
        let faults = pipeline.faults();
        if faults.is_empty() {
            Ok(pipeline)
        } else {
            Err(Failed::input(format!("{} is wrong", path.display())).faults(faults))
        }
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.format != 1 {
            faults.push(format!("format {} is not 1", self.format));
        }
        if self.stages.len() > STAGES_MAX {
            faults.push(format!("{} stages, at most {STAGES_MAX}", self.stages.len()));
        }
        let mut seen = BTreeSet::new();
        for stage in &self.stages {
            let name = &stage.name;
            let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
            if name.is_empty() || !name.chars().all(plain) {
                faults.push(format!("stage {name:?}: a name has small letters, digits and dashes"));
            }
            // What comes before is what can be needed, so that there is no ring.
            for needed in stage.needs.iter().filter(|needed| !seen.contains(*needed)) {
                faults.push(format!("stage {name}: needs {needed}, which is no stage before it"));
            }
            if !seen.insert(name.clone()) {
                faults.push(format!("stage {name}: there are two"));
            }
        }
        faults
    }

    /// The stages that run: all but those on demand, `with` those; or `only` these and what they need.
    ///
    /// # Errors
    /// When a name is no stage's.
    pub fn chosen(&self, only: &[String], with: &[String]) -> Result<Vec<Stage>, Failed> {
        let known: BTreeMap<&str, &Stage> = self.stages.iter().map(|stage| (stage.name.as_str(), stage)).collect();
        let unknown = only.iter().chain(with).filter(|name| !known.contains_key(name.as_str()));
        let faults: Vec<String> = unknown.map(|name| format!("{name} is no stage")).collect();
        if !faults.is_empty() {
            let names = self.stages.iter().map(|stage| stage.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Failed::input("unknown stage").faults(faults).next(format!("the stages are {names}")));
        }
        let mut wanted: BTreeSet<&str> = if only.is_empty() {
            self.stages.iter().filter(|stage| !stage.on_demand).map(|stage| stage.name.as_str()).collect()
        } else {
            only.iter().map(String::as_str).collect()
        };
        wanted.extend(with.iter().map(String::as_str));
        for stage in self.stages.iter().rev() {
            if wanted.contains(stage.name.as_str()) {
                wanted.extend(stage.needs.iter().map(String::as_str));
            }
        }
        Ok(self.stages.iter().filter(|stage| wanted.contains(stage.name.as_str())).cloned().collect())
    }
}
