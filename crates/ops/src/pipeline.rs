//! One definition of the stages from a commit to a watched release, run here as it is run anywhere: in parallel where
//! nothing is waited for, not again where nothing has changed, with a report for people and one for machines.

mod cache;
mod report;
pub mod run;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::failed::Failed;

pub use report::{earlier, write_all as write_reports};

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
    /// Stages that must have ended without a failure. That they could not be run is in the report, and `--strict` minds.
    #[serde(default)]
    pub unless_failed: Vec<String>,
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

/// Which stages are to run; all but those on demand, when nothing is said.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice<'a> {
    /// These only, and what they need.
    pub stages: &'a [String],
    /// These too.
    pub with: &'a [String],
    /// Without what they need: it has run elsewhere.
    pub alone: bool,
}

/// How a stage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
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
#[derive(Clone, Debug, Deserialize, Serialize)]
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
    /// What it wrote into the file that `STAGE_SUMMARY` names.
    pub summary: String,
    /// All that it printed.
    pub log: std::path::PathBuf,
}

impl Stage {
    /// All that must have ended.
    fn waits_for(&self) -> impl Iterator<Item = &String> {
        self.needs.iter().chain(&self.unless_failed)
    }

    /// Whether a name of the command line means it: `security` means `security` and `security-secrets`.
    fn is_called(&self, name: &str) -> bool {
        self.name.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

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
            for needed in stage.waits_for().filter(|needed| !seen.contains(*needed)) {
                faults.push(format!("stage {name}: needs {needed}, which is no stage before it"));
            }
            if !seen.insert(name.clone()) {
                faults.push(format!("stage {name}: there are two"));
            }
        }
        faults
    }

    /// The stages that run.
    ///
    /// # Errors
    /// When a name is no stage's.
    pub fn chosen(&self, choice: &Choice<'_>) -> Result<Vec<Stage>, Failed> {
        let named = || choice.stages.iter().chain(choice.with);
        let unknown = named().filter(|name| !self.stages.iter().any(|stage| stage.is_called(name)));
        let faults: Vec<String> = unknown.map(|name| format!("{name} is no stage")).collect();
        if !faults.is_empty() {
            let names = self.stages.iter().map(|stage| stage.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Failed::input("unknown stage").faults(faults).next(format!("the stages are {names}")));
        }
        let usual = |stage: &Stage| choice.stages.is_empty() && !stage.on_demand;
        let is_named = |stage: &Stage| named().any(|name| stage.is_called(name));
        let mut wanted: BTreeSet<&str> = self
            .stages
            .iter()
            .filter(|stage| usual(stage) || is_named(stage))
            .map(|stage| stage.name.as_str())
            .collect();
        if !choice.alone {
            for stage in self.stages.iter().rev() {
                if wanted.contains(stage.name.as_str()) {
                    wanted.extend(stage.waits_for().map(String::as_str));
                }
            }
        }
        let mut chosen: Vec<Stage> =
            self.stages.iter().filter(|stage| wanted.contains(stage.name.as_str())).cloned().collect();
        for stage in &mut chosen {
            stage.needs.retain(|needed| wanted.contains(needed.as_str()));
            stage.unless_failed.retain(|needed| wanted.contains(needed.as_str()));
        }
        Ok(chosen)
    }
}
