//! What kinds of refusals there are: the class of one fixes its title, its code and whether to try again.

/// What kind of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Can't be read at all: broken JSON, broken header.
    Malformed,
    /// Who is asking is not known.
    Unauthenticated,
    /// Known, and may not.
    Denied,
    /// Doesn't exist, or not for this caller.
    NotFound,
    /// The path exists, the method on it doesn't.
    MethodNotAllowed,
    /// Contradicts the present state.
    Conflict,
    /// Somebody else changed it since the caller read it.
    VersionMismatch,
    /// The body is larger than this operation takes.
    TooLarge,
    /// The body is of a type that this operation doesn't read.
    UnsupportedMedia,
    /// The `Host` is not one of ours.
    WrongHost,
    /// Readable, and breaks a rule.
    Invalid,
    /// `If-Match` is needed and missing.
    PreconditionRequired,
    /// Too often.
    OverLimit,
    /// Our fault.
    Bug,
    /// Can't be done now.
    Unavailable,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 15] = [
        Self::Malformed,
        Self::Unauthenticated,
        Self::Denied,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::VersionMismatch,
        Self::TooLarge,
        Self::UnsupportedMedia,
        Self::WrongHost,
        Self::Invalid,
        Self::PreconditionRequired,
        Self::OverLimit,
        Self::Bug,
        Self::Unavailable,
    ];

    /// The code where nothing more precise is known.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unauthenticated => "unauthenticated",
            Self::Denied => "denied",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::Conflict => "conflict",
            Self::VersionMismatch => "version-mismatch",
            Self::TooLarge => "too-large",
            Self::UnsupportedMedia => "unsupported-media-type",
            Self::WrongHost => "wrong-host",
            Self::Invalid => "invalid",
            Self::PreconditionRequired => "precondition-required",
            Self::OverLimit => "over-limit",
            Self::Bug => "internal",
            Self::Unavailable => "unavailable",
        }
    }

    /// The same for every problem of the class.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Malformed => "The request can't be read",
            Self::Unauthenticated => "Sign in first",
            Self::Denied => "You may not do this",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "This path has no such method",
            Self::Conflict => "This contradicts the present state",
            Self::VersionMismatch => "Changed by somebody else",
            Self::TooLarge => "The body is too large",
            Self::UnsupportedMedia => "This media type is not read here",
            Self::WrongHost => "This host is not served here",
            Self::Invalid => "The request breaks a rule",
            Self::PreconditionRequired => "If-Match is needed",
            Self::OverLimit => "Too many requests",
            Self::Bug => "Something went wrong on our side",
            Self::Unavailable => "Not available just now",
        }
    }

    /// Whether the same request can succeed later.
    #[must_use]
    pub const fn retryable(self) -> bool {
        match self {
            Self::OverLimit | Self::Unavailable => true,
            Self::Malformed
            | Self::Unauthenticated
            | Self::Denied
            | Self::NotFound
            | Self::MethodNotAllowed
            | Self::Conflict
            | Self::VersionMismatch
            | Self::TooLarge
            | Self::UnsupportedMedia
            | Self::WrongHost
            | Self::Invalid
            | Self::PreconditionRequired
            | Self::Bug => false,
        }
    }
}
