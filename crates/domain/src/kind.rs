//! The kinds of stream in the log. Each kind has one read table of the same name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a stream is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each variant is the word of the glossary")]
pub enum Kind {
    Workspace,
    Membership,
    Person,
    TimeOff,
    Project,
    Assignment,
    Client,
    Team,
    Skill,
    Role,
    Calendar,
    Holiday,
    /// A login; lives in the platform partition.
    User,
    /// A signed-in device; lives in the platform partition.
    Session,
    /// An import, with what it did, so that it can be undone.
    Import,
}

impl Kind {
    /// Every kind, in the order in which a rebuild fills the read tables.
    pub const ALL: [Self; 15] = [
        Self::Workspace,
        Self::Membership,
        Self::Person,
        Self::TimeOff,
        Self::Project,
        Self::Assignment,
        Self::Client,
        Self::Team,
        Self::Skill,
        Self::Role,
        Self::Calendar,
        Self::Holiday,
        Self::User,
        Self::Session,
        Self::Import,
    ];

    /// The name in the log, in URLs of history and in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Membership => "membership",
            Self::Person => "person",
            Self::TimeOff => "time-off",
            Self::Project => "project",
            Self::Assignment => "assignment",
            Self::Client => "client",
            Self::Team => "team",
            Self::Skill => "skill",
            Self::Role => "role",
            Self::Calendar => "calendar",
            Self::Holiday => "holiday",
            Self::User => "user",
            Self::Session => "session",
            Self::Import => "import",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
