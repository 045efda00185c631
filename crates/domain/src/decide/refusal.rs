//! Why a command is refused: facts with ids and numbers, no prose beyond one plain sentence a rule.

use uuid::Uuid;

use super::form::Form;
use crate::kind::Kind;
use crate::rules::Clash;

/// Why nothing was recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such object, or none that this caller can know of.
    #[error("there is no such object")]
    NotFound,
    /// The stream has facts already.
    #[error("the object exists already")]
    AlreadyExists,
    /// Soft-deleted; only a restore is possible.
    #[error("the object is deleted; restore it first")]
    Deleted,
    /// A restore of what is not deleted.
    #[error("the object is not deleted")]
    NotDeleted,
    /// Fields that break a rule.
    #[error("{} field(s) are not valid", .0.len())]
    Invalid(Vec<Fault>),
    /// The booking makes somebody overbooked.
    #[error("the booking clashes with {} day(s) or week(s)", .0.len())]
    Clash(Vec<Clash>),
    /// Something else still refers to it.
    #[error("{count} {} object(s) still refer to it", .kind.name())]
    InUse {
        /// What refers to it.
        kind: Kind,
        /// How many do.
        count: i64,
    },
    /// A workspace keeps at least one owner.
    #[error("a workspace keeps at least one owner")]
    LastOwner,
    /// The role does not allow it for this object.
    #[error("this is not yours to change")]
    NotYours,
}

/// A field that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer to the field (RFC 6901): `/effort/minutes`.
    pub pointer: String,
    /// Which rule.
    pub rule: Rule,
}

/// What a field must keep.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each variant carries its sentence")]
pub enum Rule {
    #[error("must not be empty")]
    Blank,
    #[error("must have at most {max} characters")]
    TooLong { max: usize },
    #[error("must not contain control characters")]
    ControlCharacter,
    #[error("must be between {min} and {max}")]
    OutOfRange { min: i64, max: i64 },
    #[error("must have between {min} and {max} entries")]
    Count { min: usize, max: usize },
    #[error("must not be before the start")]
    EndBeforeStart,
    #[error("must not be more than {days_max} days after the start")]
    RangeTooLong { days_max: i64 },
    #[error("is needed here")]
    Missing,
    #[error("is taken by another object")]
    Taken { by: Uuid },
    #[error("names no {} of this workspace", .kind.name())]
    Unknown { kind: Kind },
    #[error("{}", .0.sentence())]
    Malformed(Form),
}

impl Rule {
    /// Every code but those of [`Form`].
    pub const CODES: &'static [&'static str] = &[
        "blank",
        "too-long",
        "control-character",
        "out-of-range",
        "count",
        "end-before-start",
        "range-too-long",
        "missing",
        "taken",
        "unknown",
    ];

    /// The least and the greatest that is allowed, where the rule is about that.
    #[must_use]
    pub fn bounds(&self) -> (Option<i64>, Option<i64>) {
        let count = |count: usize| Some(i64::try_from(count).unwrap_or(i64::MAX));
        match *self {
            Self::TooLong { max } => (None, count(max)),
            Self::OutOfRange { min, max } => (Some(min), Some(max)),
            Self::RangeTooLong { days_max } => (None, Some(days_max)),
            Self::Count { min, max } => (count(min), count(max)),
            _ => (None, None),
        }
    }

    /// The stable code of the rule, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::TooLong { .. } => "too-long",
            Self::ControlCharacter => "control-character",
            Self::OutOfRange { .. } => "out-of-range",
            Self::Count { .. } => "count",
            Self::EndBeforeStart => "end-before-start",
            Self::RangeTooLong { .. } => "range-too-long",
            Self::Missing => "missing",
            Self::Taken { .. } => "taken",
            Self::Unknown { .. } => "unknown",
            Self::Malformed(form) => form.code(),
        }
    }
}
