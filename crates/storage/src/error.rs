//! What can go wrong in storage, classified for the layer above. The text of a variant is private detail for
//! the log; the public sentence is written where the error is answered.

use raally_domain::ids::WorkspaceId;
use uuid::Uuid;

use crate::event::Expected;

/// A refusal or a failure of the store.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Somebody else changed the stream since the caller read it. Nothing was written.
    #[error("stream {stream_id} is at version {actual}, not at {expected:?}")]
    VersionConflict {
        /// The stream.
        stream_id: Uuid,
        /// What the caller expected.
        expected: Expected,
        /// The version that the stream has; 0 when it has no event.
        actual: i64,
    },
    /// A unique key exists already (a user's mail address, a membership, a kept key).
    #[error("duplicate in {table}: {detail}")]
    Duplicate {
        /// The table that refused the row.
        table: String,
        /// The engine's message.
        detail: String,
    },
    /// The caller's scope doesn't cover this workspace. A programming fault, refused on both engines.
    #[error("workspace {workspace} is outside the scope of this transaction")]
    OutOfScope {
        /// The workspace that was asked for.
        workspace: WorkspaceId,
    },
    /// The database can't be used now: disk full, read-only, I/O error, server gone. Nothing was acknowledged.
    /// It heals without a restart.
    #[error("the database is unavailable: {detail}")]
    Unavailable {
        /// What the engine said.
        detail: String,
    },
    /// A named bound was reached (queue, pool, lock wait). Try again later.
    #[error("the database is overloaded: {detail}")]
    Overloaded {
        /// Which bound.
        detail: String,
    },
    /// The schema is newer than this build can serve.
    #[error("schema {schema} needs raally {oldest_safe_build} or newer, this is {build}")]
    BuildTooOld {
        /// Number of the newest migration in the database.
        schema: i64,
        /// The oldest build that may run on it.
        oldest_safe_build: String,
        /// This build.
        build: String,
    },
    /// The database can't be set up or the request about it can't be followed; the text says what to do.
    #[error("{detail}")]
    Setup {
        /// What is wrong and what to do.
        detail: String,
    },
    /// A fault in the program.
    #[error("storage bug: {detail}")]
    Bug {
        /// What was noticed.
        detail: String,
    },
}

impl StoreError {
    /// Whether the same call may succeed later without any change by the caller.
    #[must_use]
    pub const fn retryable(&self) -> bool {
        match self {
            Self::Unavailable { .. } | Self::Overloaded { .. } => true,
            Self::VersionConflict { .. }
            | Self::Duplicate { .. }
            | Self::OutOfScope { .. }
            | Self::BuildTooOld { .. }
            | Self::Setup { .. }
            | Self::Bug { .. } => false,
        }
    }

    pub(crate) fn bug(detail: impl Into<String>) -> Self {
        Self::Bug { detail: detail.into() }
    }

    pub(crate) fn setup(detail: impl Into<String>) -> Self {
        Self::Setup { detail: detail.into() }
    }

    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        Self::Unavailable { detail: detail.into() }
    }

    pub(crate) fn overloaded(detail: impl Into<String>) -> Self {
        Self::Overloaded { detail: detail.into() }
    }
}
