//! Typed identifiers: a person's id can never be passed where a project's is meant.
//! All are UUIDs (version 7 when minted); minting happens outside the domain, which has no clock.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

id! {
    /// The tenant. All planning data belongs to exactly one.
    WorkspaceId,
    /// A login.
    UserId,
    /// Somebody, or a placeholder, who can be planned.
    PersonId,
    /// A project.
    ProjectId,
    /// A phase inside a project.
    PhaseId,
    /// A milestone inside a project.
    MilestoneId,
    /// A rate of a project's rate card.
    RateId,
    /// A person on a project over a range of dates.
    AssignmentId,
    /// An absence.
    TimeOffId,
    /// Whom a project is for.
    ClientId,
    /// A group of people.
    TeamId,
    /// An ability.
    SkillId,
    /// A job on a project: "Senior developer".
    RoleId,
    /// A weekly or rotating working-time pattern.
    CalendarId,
    /// A public holiday of a region, as this workspace observes it.
    HolidayId,
    /// A one-time invitation into a workspace.
    JoinLinkId,
    /// A signed-in device.
    SessionId,
    /// Long work with progress.
    JobId,
    /// One event of the log.
    EventId,
}

impl WorkspaceId {
    /// The reserved partition that holds identity and platform facts; no workspace has this id.
    pub const PLATFORM: Self = Self(Uuid::nil());
}
