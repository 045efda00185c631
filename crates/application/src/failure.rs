//! What a use case answers when it does not do what was asked: classified once, for HTTP and for the command line alike.

use raally_domain::decide::Refusal;
use raally_storage::StoreError;

/// Why a use case ended without doing what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The domain refuses; nothing was recorded.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The object changed since the caller read it.
    #[error("the object is at version {actual}, not {expected}")]
    VersionMismatch {
        /// What the caller had read.
        expected: i64,
        /// What it is now.
        actual: i64,
    },
    /// The request itself is wrong: a cursor, a range, a file.
    #[error("{detail}")]
    BadRequest {
        /// Stable, for programs.
        code: &'static str,
        /// One sentence for people.
        detail: String,
    },
    /// The caller may not do this.
    #[error("not allowed")]
    Denied,
    /// Who calls is not known or no longer valid; the sentence is the same for every reason.
    #[error("the sign-in is not valid")]
    Unauthenticated,
    /// The same idempotency key came with another request.
    #[error("this Idempotency-Key was used for another request")]
    IdempotencyMismatch,
    /// Too many tries.
    #[error("too many attempts; try again in {retry_after_seconds} s")]
    OverLimit {
        /// When to try again.
        retry_after_seconds: u64,
    },
    /// Something that the caller can't mend is away; it heals by itself.
    #[error("temporarily unavailable")]
    Unavailable {
        /// For the log only.
        detail: String,
    },
    /// A fault in the program.
    #[error("internal error")]
    Bug {
        /// For the log only.
        detail: String,
    },
}

impl Failure {
    /// A fault in the program.
    pub fn bug(detail: impl std::fmt::Display) -> Self {
        Self::Bug { detail: detail.to_string() }
    }

    /// A request that can't be understood.
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::BadRequest { code, detail: detail.into() }
    }

    /// Whether the same request may succeed later without any change.
    #[must_use]
    pub const fn retryable(&self) -> bool {
        match self {
            Self::OverLimit { .. } | Self::Unavailable { .. } => true,
            Self::Refused(_)
            | Self::VersionMismatch { .. }
            | Self::BadRequest { .. }
            | Self::Denied
            | Self::Unauthenticated
            | Self::IdempotencyMismatch
            | Self::Bug { .. } => false,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::VersionConflict { expected, actual, .. } => match expected {
                raally_storage::Expected::Version(expected) => Self::VersionMismatch { expected, actual },
                raally_storage::Expected::New => Self::Refused(Refusal::AlreadyExists),
                raally_storage::Expected::Any => Self::bug("a version conflict without an expectation"),
            },
            StoreError::Unavailable { .. } | StoreError::Overloaded { .. } => {
                Self::Unavailable { detail: error.to_string() }
            }
            StoreError::Duplicate { .. } => Self::Refused(Refusal::AlreadyExists),
            other => Self::Bug { detail: other.to_string() },
        }
    }
}
