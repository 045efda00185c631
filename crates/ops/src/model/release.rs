//! A release: a program by its digest, and what it says about itself and the database.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::ids::ReleaseId;

/// What `raally version --json` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Build {
    /// `0.1.0`.
    pub version: String,
    /// Commit, or the name that the build was given.
    pub build: String,
    /// The newest schema that it knows, or that the database has.
    pub schema: i64,
    /// The oldest version that may run on that schema.
    pub oldest_safe_build: String,
}

/// A program on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Artefact {
    /// Where it was found.
    pub path: PathBuf,
    /// SHA-256, hexadecimal.
    pub digest: String,
    /// Its size.
    pub bytes: u64,
    /// What it makes of an empty database.
    pub build: Build,
}

/// An artefact with a place in the history of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// Its number.
    pub id: ReleaseId,
    /// What runs.
    pub artefact: Artefact,
    /// Branch that it was made from, where known.
    pub branch: Option<String>,
}

impl Release {
    /// `r7 (0.2.0, build 1a2b3c4)`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} ({}, build {})", self.id, self.artefact.build.version, self.artefact.build.build)
    }
}

/// Why a build may not run beside or after another on one database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaRefusal {
    /// The database has moved on: it wants a newer build.
    TooOldForDatabase {
        /// The database's schema.
        schema: i64,
        /// The oldest version that may run on it.
        oldest_safe: String,
    },
    /// The new build's migrations would end the old one, which has to run beside it and be the way back.
    NoWayBack {
        /// The new build's schema.
        schema: i64,
        /// The oldest version that may run on it.
        oldest_safe: String,
        /// What runs now.
        running: String,
    },
}

/// May `wanted` run on the database as it is?
///
/// # Errors
/// Names the oldest version that may.
pub fn runs_on(wanted: &Build, database: &Build) -> Result<(), SchemaRefusal> {
    if numbers(&wanted.version) < numbers(&database.oldest_safe_build) {
        let (schema, oldest_safe) = (database.schema, database.oldest_safe_build.clone());
        return Err(SchemaRefusal::TooOldForDatabase { schema, oldest_safe });
    }
    Ok(())
}

/// May `running` go on once `wanted` has run its migrations?
///
/// # Errors
/// When not: such a release needs a step in between (expand, then contract).
pub fn leaves_a_way_back(wanted: &Build, running: &Build) -> Result<(), SchemaRefusal> {
    if wanted.schema > running.schema && numbers(&running.version) < numbers(&wanted.oldest_safe_build) {
        let (schema, oldest_safe) = (wanted.schema, wanted.oldest_safe_build.clone());
        return Err(SchemaRefusal::NoWayBack { schema, oldest_safe, running: running.version.clone() });
    }
    Ok(())
}

/// `major.minor.patch`; what follows a hyphen or plus is ignored, what is missing is 0. The server's own rule.
fn numbers(version: &str) -> [u64; 3] {
    let core = version.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
    let mut numbers = core.split('.').map(|number| number.parse().unwrap_or(0));
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(version: &str, schema: i64, oldest: &str) -> Build {
        Build { version: version.into(), build: "x".into(), schema, oldest_safe_build: oldest.into() }
    }

    #[test]
    fn a_rollback_that_the_schema_forbids_names_the_oldest_safe_version() {
        let database = build("0.3.0", 7, "0.2.0");
        assert_eq!(runs_on(&build("0.2.1", 5, "0.1.0"), &database), Ok(()));
        let refused = SchemaRefusal::TooOldForDatabase { schema: 7, oldest_safe: "0.2.0".into() };
        assert_eq!(runs_on(&build("0.1.9", 4, "0.1.0"), &database), Err(refused));
    }

    #[test]
    fn a_release_whose_migrations_end_the_running_one_is_refused() {
        let running = build("0.2.9", 5, "0.1.0");
        assert_eq!(leaves_a_way_back(&build("0.3.0", 6, "0.2.0"), &running), Ok(()));
        assert!(leaves_a_way_back(&build("0.3.0", 6, "0.3.0"), &running).is_err());
        assert_eq!(leaves_a_way_back(&build("0.3.0", 5, "0.3.0"), &running), Ok(()), "no migration, no harm");
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert!(numbers("0.10.0") > numbers("0.9.9"));
        assert_eq!(numbers("v1.2-rc.1"), [1, 2, 0]);
    }
}
