//! Logins, signed-in devices and imports: small states that the log keeps beside the plan.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::SessionEnd;
use crate::ids::UserId;

/// A login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// Mail address, lower case.
    pub email: String,
    /// Shown to people.
    pub name: String,
    /// May run the installation.
    #[serde(default)]
    pub platform_admin: bool,
    /// Can't sign in.
    #[serde(default)]
    pub suspended: bool,
}

/// A signed-in device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Session {
    /// Whose.
    pub user_id: UserId,
    /// What the client calls itself.
    pub client: String,
    /// Why it is over.
    #[serde(default)]
    pub ended: Option<SessionEnd>,
}

/// An import and what it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportRun {
    /// The file's name.
    pub file_name: String,
    /// SHA-256 of the file, in hex.
    pub file_sha256: String,
    /// How far it is.
    pub status: ImportStatus,
    /// What it did, by kind: created, updated, unchanged, skipped, errors.
    #[serde(default)]
    pub summary: serde_json::Value,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each variant explains itself")]
pub enum ImportStatus {
    Running,
    Completed,
    Failed,
    Undone,
}
