//! Typed input of a handler: path ids, query, body and conditions, checked before the handler runs.

pub mod conditions;
pub mod json;
pub mod page;
pub mod query;
pub mod upload;

use std::borrow::Cow;

use http::{HeaderMap, Uri};
use uuid::Uuid;

pub use conditions::Idempotency;
pub use page::{Grain, Page, Range};
pub use upload::Upload;

use crate::problem::Problem;

/// What a handler is given besides its [`Ctx`](crate::Ctx). `B` is the body, `Q` the query of its own.
#[derive(Debug)]
pub struct Input<B = (), Q = ()> {
    /// The body.
    pub body: B,
    /// The operation's own query parameters.
    pub query: Q,
    /// `limit` and `cursor`, where the operation is paged.
    pub page: Page,
    /// `from`, `to` and `grain`, where the operation has a range.
    pub range: Range,
    /// `asOf` in microseconds since 1970, where the operation travels in time.
    pub as_of: Option<i64>,
    /// `Idempotency-Key` with a fingerprint of the request, where the operation takes one.
    pub idempotency: Option<Idempotency>,
    pub(crate) version: Option<i64>,
    pub(crate) path: PathValues,
    pub(crate) headers: HeaderMap,
    pub(crate) uri: Uri,
}

impl<B, Q> Input<B, Q> {
    /// An id of the path: `input.id::<PersonId>("personId")?`.
    ///
    /// # Errors
    /// A bug, when the path has no such id. (An id that is no UUID never gets here: it is not found.)
    pub fn id<T: From<Uuid>>(&self, name: &str) -> Result<T, Problem> {
        self.path.id(name).map(T::from).ok_or_else(|| Problem::bug(format!("no id {name} in the path")))
    }

    /// A part of the path that is no id, percent-decoded.
    ///
    /// # Errors
    /// A bug, when the path has no such part.
    pub fn segment(&self, name: &str) -> Result<&str, Problem> {
        self.path.text(name).ok_or_else(|| Problem::bug(format!("no part {name} in the path")))
    }

    /// The version that the caller read, from `If-Match`.
    ///
    /// # Errors
    /// 428 when the header is missing.
    pub fn version(&self) -> Result<i64, Problem> {
        self.version.ok_or_else(Problem::precondition_required)
    }

    /// A header as text; `None` when absent or not visible ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A cookie by exact name.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        cookie(&self.headers, name)
    }

    /// The same input with another query.
    pub(crate) fn with_query<R>(self, query: R) -> Input<B, R> {
        let Self { body, query: _, page, range, as_of, idempotency, version, path, headers, uri } = self;
        Input { body, query, page, range, as_of, idempotency, version, path, headers, uri }
    }

    /// The path and query of the request, for links to itself.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.uri
    }
}

/// Source: RFC 6265, section 4.2.1.
fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(http::header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.trim_matches('"'))
}

/// The variable parts of a path. A name that ends in `Id` holds a UUID.
#[derive(Debug, Default)]
pub(crate) struct PathValues {
    ids: Vec<(&'static str, Uuid)>,
    texts: Vec<(&'static str, String)>,
}

impl PathValues {
    /// # Errors
    /// Not found, when an id is no UUID or a part no text.
    pub fn parse(
        names: &[&'static str],
        value_of: impl Fn(&str) -> Option<String>,
        raw_of: impl Fn(&str) -> Option<Uuid>,
    ) -> Result<Self, Problem> {
        let mut values = Self::default();
        for name in names {
            if name.ends_with("Id") {
                let id = raw_of(name).ok_or_else(Problem::not_found)?;
                values.ids.push((name, id));
            } else {
                let text = value_of(name).ok_or_else(Problem::not_found)?;
                values.texts.push((name, text));
            }
        }
        Ok(values)
    }

    pub fn id(&self, name: &str) -> Option<Uuid> {
        self.ids.iter().find(|(key, _)| *key == name).map(|(_, id)| *id)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(key, _)| *key == name).map(|(_, text)| text.as_str())
    }
}

/// Percent-decodes a part of a path.
pub(crate) fn decoded(raw: &str) -> Option<Cow<'_, str>> {
    percent_encoding::percent_decode_str(raw).decode_utf8().ok()
}

/// A UUID in its hyphenated form only: an object has one URL.
pub(crate) fn hyphenated(raw: &str) -> Option<Uuid> {
    if raw.len() == uuid::fmt::Hyphenated::LENGTH { Uuid::try_parse(raw).ok() } else { None }
}
