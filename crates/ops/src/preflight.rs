//! What is looked at before a release begins. Each check says what it found and, if it refuses, what to do.

mod checks;
pub mod cluster;
mod machine;

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use crate::failed::Failed;
use crate::model::environment::{Environment, Strategy};
use crate::model::fleet::Fleet;
use crate::model::release::{Artefact, Build};
use crate::plan::{NoPlan, Step};
use crate::target::Counted;
use crate::target::kubernetes::facts::Facts;

pub use checks::branch;
pub use machine::disk;

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Its name.
    pub check: &'static str,
    /// Whether the release may begin.
    pub good: bool,
    /// What was found.
    pub says: String,
    /// What to do about it.
    pub next: Option<String>,
    /// Refused, and gone on all the same because a person said so.
    pub despite: bool,
}

/// What there is to look at.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The environment's name.
    pub name: &'a str,
    /// Its promises.
    pub environment: &'a Environment,
    /// What is to run.
    pub artefact: &'a Artefact,
    /// The digest that was asked for.
    pub digest_wanted: Option<&'a str>,
    /// What runs.
    pub running: Option<&'a Build>,
    /// What the database says.
    pub database: Result<Build, Failed>,
    /// The target.
    pub seen: &'a Fleet,
    /// The plan, or why there is none.
    pub plan: Result<&'a [Step], &'a NoPlan>,
    /// How it gets there.
    pub strategy: Strategy,
    /// What there is in the cluster, if it is one.
    pub facts: Option<&'a Facts>,
    /// What the gateway counted, where it runs.
    pub counted: Option<&'a Counted>,
    /// Who asks.
    pub user: &'a str,
    /// The branch that the artefact is said to be from.
    pub branch: Option<&'a str>,
    /// The folder of the sources, to ask git.
    pub sources: PathBuf,
    /// Now.
    pub now: Timestamp,
}

/// Checks that an emergency may go past; the journal has who did.
pub const MAY_BE_IGNORED: [&str; 2] = ["freeze", "budget"];

/// Looks at everything.
#[must_use]
pub fn look(scene: &Scene<'_>, despite: &BTreeSet<String>) -> Vec<Finding> {
    let mut findings = vec![
        checks::digest(scene),
        checks::database(scene),
        checks::way_back(scene),
        checks::room(scene),
        checks::health(scene),
        checks::budget(scene),
        checks::who(scene),
        checks::branch_rule(scene),
        checks::freeze(scene),
    ];
    match scene.facts {
        Some(facts) => {
            findings.push(checks::foreign(scene));
            findings.extend(cluster::checks(facts, scene.strategy, checks::more_instances(scene)));
        }
        None => findings.extend(machine::checks(scene)),
    }
    for finding in findings.iter_mut().filter(|finding| !finding.good) {
        finding.despite = MAY_BE_IGNORED.contains(&finding.check) && despite.contains(finding.check);
    }
    findings
}

/// All that refuse, as one failure.
///
/// # Errors
/// When there is any.
pub fn must_be_good(findings: &[Finding]) -> Result<(), Failed> {
    let refused: Vec<&Finding> = findings.iter().filter(|finding| !finding.good && !finding.despite).collect();
    if refused.is_empty() {
        return Ok(());
    }
    let fault = |finding: &&Finding| match &finding.next {
        Some(next) => format!("{}: {}; {next}", finding.check, finding.says),
        None => format!("{}: {}", finding.check, finding.says),
    };
    let faults = refused.iter().map(fault).collect();
    Err(Failed::input("the release may not begin").faults(faults))
}
