//! Status numbers: the only file that knows which class of answer has which HTTP status.

use http::StatusCode;

use crate::class::Class;

/// How a use case succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Success {
    /// Here it is.
    Ok,
    /// It exists now; `Location` says where.
    Created,
    /// It goes on in the background; `Location` says where to ask.
    Accepted,
    /// Done, nothing to show.
    NoContent,
    /// What the caller holds is current.
    NotModified,
    /// The health report, which says that requests should go elsewhere.
    NotReady,
}

impl Success {
    /// Source: RFC 9110, section 15.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Ok => StatusCode::OK,
            Self::Created => StatusCode::CREATED,
            Self::Accepted => StatusCode::ACCEPTED,
            Self::NoContent => StatusCode::NO_CONTENT,
            Self::NotModified => StatusCode::NOT_MODIFIED,
            Self::NotReady => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl Class {
    /// Source: RFC 9110, section 15; RFC 6585 for 428 and 429.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Denied => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict => StatusCode::CONFLICT,
            Self::VersionMismatch => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::OverLimit => StatusCode::TOO_MANY_REQUESTS,
            Self::Bug => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}
