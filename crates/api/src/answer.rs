//! What a handler answers. Stored documents are sent as the bytes that they are.

pub mod document;
pub mod file;
pub mod stream;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use serde::Serialize;

use crate::body::{Body, BodyError};
use crate::problem::Problem;
use crate::status::Success;
use stream::EventStream;

/// Media type of JSON answers.
pub const JSON: &str = "application/json";

/// A successful answer.
pub struct Answer {
    pub(crate) success: Success,
    pub(crate) payload: Payload,
    pub(crate) etag: Option<HeaderValue>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

pub(crate) enum Payload {
    None,
    Whole { media_type: &'static str, bytes: Bytes },
    File { media_type: &'static str, name: String, body: Body },
    Events(EventStream),
}

impl Answer {
    fn new(success: Success, payload: Payload) -> Self {
        Self { success, payload, etag: None, headers: Vec::new() }
    }

    /// A JSON document as stored.
    pub fn json(bytes: impl Into<Bytes>) -> Self {
        Self::whole(JSON, bytes)
    }

    /// A value, serialised now.
    ///
    /// # Errors
    /// A bug, when it can't be serialised.
    pub fn value(value: &impl Serialize) -> Result<Self, Problem> {
        serde_json::to_vec(value).map(Self::json).map_err(|error| Problem::bug(&error))
    }

    /// Bytes of a media type, shown in place.
    pub fn whole(media_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        Self::new(Success::Ok, Payload::Whole { media_type, bytes: bytes.into() })
    }

    /// A new object, as stored, with the path where it lives.
    pub fn created(location: impl AsRef<str>, json: impl Into<Bytes>) -> Self {
        let mut answer = Self::json(json);
        answer.success = Success::Created;
        answer.location(location.as_ref())
    }

    /// The same answer, about something that exists from now on.
    pub(crate) fn now_created(mut self, location: &str) -> Self {
        self.success = Success::Created;
        self.location(location)
    }

    /// Work that goes on, as stored, with the path where to ask for it.
    pub fn accepted(location: impl AsRef<str>, json: impl Into<Bytes>) -> Self {
        let mut answer = Self::json(json);
        answer.success = Success::Accepted;
        answer.location(location.as_ref())
    }

    /// Done, nothing to show.
    #[must_use]
    pub fn no_content() -> Self {
        Self::new(Success::NoContent, Payload::None)
    }

    /// A page of stored documents: `{"items":[…],"nextCursor":…}`, put together without parsing.
    pub fn page<T: AsRef<str>>(items: impl IntoIterator<Item = T>, next_cursor: Option<&str>) -> Self {
        let mut json = String::with_capacity(16 * 1024);
        json.push_str("{\"items\":[");
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                json.push(',');
            }
            json.push_str(item.as_ref());
        }
        json.push_str("],\"nextCursor\":");
        match next_cursor {
            Some(cursor) => json.push_str(&serde_json::Value::from(cursor).to_string()),
            None => json.push_str("null"),
        }
        json.push('}');
        Self::json(json)
    }

    /// A file to save under a name; the name is made safe.
    pub fn file(media_type: &'static str, name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let body = Body::from(bytes.into());
        Self::new(Success::Ok, Payload::File { media_type, name: name.into(), body })
    }

    /// A file that is made while it is sent. An error midway breaks the connection off, so that
    /// nobody takes half a file for a whole one.
    pub fn file_stream(
        media_type: &'static str,
        name: impl Into<String>,
        chunks: impl futures_util::Stream<Item = Result<Bytes, BodyError>> + Send + 'static,
    ) -> Self {
        let body = Body::stream(chunks);
        Self::new(Success::Ok, Payload::File { media_type, name: name.into(), body })
    }

    /// Server-sent events.
    #[must_use]
    pub fn events(events: EventStream) -> Self {
        Self::new(Success::Ok, Payload::Events(events))
    }

    /// The same bytes, but saying that requests should go elsewhere.
    pub(crate) fn not_ready(mut self) -> Self {
        self.success = Success::NotReady;
        self
    }

    /// With the strong tag `"<version>"`.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.etag = HeaderValue::from_str(&format!("\"{version}\"")).ok();
        self
    }

    /// With a strong tag made from the bytes, for documents that have no version.
    #[must_use]
    pub fn content_tag(mut self) -> Self {
        if let Payload::Whole { bytes, .. } = &self.payload {
            self.etag = HeaderValue::from_str(&format!("\"{}\"", file::digest(bytes))).ok();
        }
        self
    }

    fn location(self, path: &str) -> Self {
        match HeaderValue::from_str(path) {
            Ok(value) => self.header(http::header::LOCATION, value),
            Err(_) => self,
        }
    }

    /// With a header; one of the same name that the platform sets by default gives way.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("success", &self.success).field("etag", &self.etag).finish_non_exhaustive()
    }
}
