//! Refusals as the caller sees them (RFC 9457), with the private detail kept apart for the log.
//!
//! Every refusal has a class, which fixes its status, and a stable code, which programs may rely on.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

pub use crate::class::Class;
use crate::codes;

/// Media type of a problem document.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// One field that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// JSON pointer into the body (`/weeks/0`, RFC 6901), or `?name` for a query parameter.
    pub pointer: String,
    /// Stable.
    pub code: Cow<'static, str>,
    /// For people.
    pub detail: Cow<'static, str>,
    /// The least that is allowed, where the rule is about that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(default)]
    pub min: Option<i64>,
    /// The greatest that is allowed, where the rule is about that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(default)]
    pub max: Option<i64>,
}

impl Fault {
    /// A fault at a place of the body, or at `?name`.
    pub fn new(
        pointer: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        let code = code.into();
        debug_assert!(codes::faults().any(|known| known == code), "{code} is missing in codes");
        Self { pointer: pointer.into(), code, detail: detail.into(), min: None, max: None }
    }

    /// The same with what is allowed.
    #[must_use]
    pub fn between(self, min: Option<i64>, max: Option<i64>) -> Self {
        Self { min, max, ..self }
    }
}

/// The shape of a problem document, for the OpenAPI document.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Problem")]
pub struct ProblemDocument {
    /// `urn:raally:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same for every problem of a class.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong with this request, for people.
    pub detail: String,
    /// Stable, for programs.
    pub code: String,
    /// The fields that break a rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub errors: Vec<Fault>,
}

#[derive(Debug)]
struct Content {
    class: Class,
    code: Cow<'static, str>,
    detail: Cow<'static, str>,
    errors: Vec<Fault>,
    members: Map<String, Value>,
    retry_after_s: Option<u32>,
    private: Option<String>,
}

/// A refusal. One word wide, so that results stay small.
#[derive(Debug)]
pub struct Problem(Box<Content>);

impl Problem {
    /// A refusal of a class; `detail` is shown to the caller.
    pub fn new(class: Class, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Content {
            class,
            code: Cow::Borrowed(class.code()),
            detail: detail.into(),
            errors: Vec::new(),
            members: Map::new(),
            retry_after_s: None,
            private: None,
        }))
    }

    /// The one answer for what doesn't exist and for what belongs to somebody else.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Class::NotFound, "There is nothing here, or not for you.")
    }

    /// Contradicts the present state; `code` says how.
    pub fn conflict(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Class::Conflict, detail).code(code)
    }

    /// The version in `If-Match` is not the present one.
    #[must_use]
    pub fn version_mismatch() -> Self {
        Self::new(Class::VersionMismatch, "It was changed since you read it. Read it again.")
    }

    /// `If-Match` is missing.
    #[must_use]
    pub fn precondition_required() -> Self {
        Self::new(Class::PreconditionRequired, "Send If-Match with the ETag that you read.")
    }

    /// Fields break rules.
    #[must_use]
    pub fn invalid(errors: Vec<Fault>) -> Self {
        let detail = match errors.as_slice() {
            [one] => one.detail.clone(),
            _ => Cow::Borrowed("Some fields break a rule; see errors."),
        };
        let mut problem = Self::new(Class::Invalid, detail);
        problem.0.errors = errors;
        problem
    }

    /// One field breaks a rule.
    pub fn invalid_field(
        pointer: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::invalid(vec![Fault::new(pointer, code, detail)])
    }

    /// Known, and may not.
    #[must_use]
    pub fn denied() -> Self {
        Self::new(Class::Denied, "Your role does not allow this.")
    }

    /// Nobody is signed in, or not any more.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(Class::Unauthenticated, "Send a valid access token.")
    }

    /// Too often; `retry_after_s` seconds from now it is worth another try.
    #[must_use]
    pub fn over_limit(retry_after_s: u32) -> Self {
        Self::new(Class::OverLimit, "Slow down and try again later.").retry_after_s(retry_after_s)
    }

    /// Can't be done now.
    #[must_use]
    pub fn unavailable(retry_after_s: u32) -> Self {
        Self::new(Class::Unavailable, "Try again in a moment.").retry_after_s(retry_after_s)
    }

    /// The body is larger than `bytes_max`.
    #[must_use]
    pub fn too_large(bytes_max: usize) -> Self {
        Self::new(Class::TooLarge, format!("The body may have at most {bytes_max} bytes."))
    }

    /// The body's type is none of `accepted`.
    #[must_use]
    pub fn unsupported_media(accepted: &str) -> Self {
        Self::new(Class::UnsupportedMedia, format!("Send one of: {accepted}."))
    }

    /// The request can't be read.
    pub fn malformed(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Class::Malformed, detail)
    }

    /// Our fault. The caller learns nothing but that; the log gets `private`.
    pub fn bug(private: impl fmt::Display) -> Self {
        Self::new(Class::Bug, "It has been logged under the request id of this answer.").private(private)
    }

    /// The same with a more precise code.
    #[must_use]
    pub fn code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.0.code = code.into();
        debug_assert!(codes::problems().any(|known| known == self.0.code), "{} is missing in codes", self.0.code);
        self
    }

    /// The same with a member of its own, such as the list of clashes.
    ///
    /// A name that RFC 9457 defines is kept as it is.
    #[must_use]
    pub fn member(mut self, name: &str, value: Value) -> Self {
        if !matches!(name, "type" | "title" | "status" | "detail" | "code" | "errors") {
            self.0.members.insert(name.to_owned(), value);
        }
        self
    }

    /// The same with `Retry-After` in seconds.
    #[must_use]
    pub fn retry_after_s(mut self, seconds: u32) -> Self {
        self.0.retry_after_s = Some(seconds.max(1));
        self
    }

    /// The same with a detail for the log only.
    #[must_use]
    pub fn private(mut self, detail: impl fmt::Display) -> Self {
        self.0.private = Some(detail.to_string());
        self
    }

    /// The same with an error and its causes, for the log only.
    #[must_use]
    pub fn caused_by(self, error: &dyn std::error::Error) -> Self {
        let mut chain = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            chain.push_str(": ");
            chain.push_str(&inner.to_string());
            cause = inner.source();
        }
        self.private(chain)
    }

    /// Its class.
    #[must_use]
    pub fn class(&self) -> Class {
        self.0.class
    }

    /// Its stable code.
    #[must_use]
    pub fn code_text(&self) -> &str {
        &self.0.code
    }

    /// What the caller reads.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The fields that break a rule.
    #[must_use]
    pub fn errors(&self) -> &[Fault] {
        &self.0.errors
    }

    /// What only the log gets.
    #[must_use]
    pub fn private_detail(&self) -> Option<&str> {
        self.0.private.as_deref()
    }

    /// Seconds after which another try is worth it.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        self.0.retry_after_s
    }

    /// The document as bytes.
    #[must_use]
    pub fn to_json(&self) -> Bytes {
        let content = &self.0;
        let document = ProblemDocument {
            kind: format!("urn:raally:problem:{}", content.code),
            title: content.class.title().to_owned(),
            status: content.class.status().as_u16(),
            detail: content.detail.clone().into_owned(),
            code: content.code.clone().into_owned(),
            errors: content.errors.clone(),
        };
        let mut bytes = serde_json::to_vec(&document).unwrap_or_else(|_| b"{}".to_vec());
        if !content.members.is_empty()
            && let Ok(members) = serde_json::to_vec(&content.members)
        {
            bytes.pop();
            bytes.push(b',');
            bytes.extend_from_slice(&members[1..]);
        }
        bytes.into()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.detail)
    }
}

impl std::error::Error for Problem {}
