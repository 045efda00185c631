//! What the gateway answers by itself, as a problem (RFC 9457). Every status number of the gateway is here.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use crate::body::AnswerBody;
use crate::forward::Unfit;

/// Why the gateway answers instead of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sorry {
    /// The request can't be passed on.
    Unfit(Unfit),
    /// Its body broke off or came too slowly.
    Body,
    /// Too many requests from this address; the next after so many seconds.
    RateLimited(u64),
    /// There is no table.
    NoTable,
    /// No target is fit.
    NoTarget,
    /// All targets are busy, and the queue is full or took too long.
    Busy,
    /// The target broke the connection, or none came about.
    Broken,
    /// The target took too long.
    Late,
}

impl Sorry {
    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Unfit(Unfit::Method) => {
                (StatusCode::NOT_IMPLEMENTED, "method_not_supported", "This method is not passed on.")
            }
            Self::Unfit(Unfit::Host) => (StatusCode::BAD_REQUEST, "bad_host", "A request names exactly one host."),
            Self::Unfit(Unfit::Target) => (StatusCode::BAD_REQUEST, "bad_target", "A request's target is a path."),
            Self::Body => (StatusCode::REQUEST_TIMEOUT, "body_incomplete", "The request's body did not arrive."),
            Self::RateLimited(_) => (StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Too many requests. Slow down."),
            Self::NoTable | Self::NoTarget => {
                (StatusCode::SERVICE_UNAVAILABLE, "no_target", "No server is available. Try again soon.")
            }
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy", "All servers are busy. Try again soon."),
            Self::Broken => (StatusCode::BAD_GATEWAY, "broken", "The server broke off. Try again soon."),
            Self::Late => (StatusCode::GATEWAY_TIMEOUT, "late", "The server took too long. Try again soon."),
        }
    }

    pub fn status(self) -> StatusCode {
        self.parts().0
    }

    pub fn response(self) -> Response<AnswerBody> {
        let (status, code, detail) = self.parts();
        let title = status.canonical_reason().unwrap_or("Error");
        let body = serde_json::json!({
            "type": "about:blank", "title": title, "status": status.as_u16(), "code": code, "detail": detail,
        });
        let mut response = Response::new(AnswerBody::Own(Some(Bytes::from(body.to_string()))));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let after_s = match self {
            Self::RateLimited(after_s) => Some(after_s.max(1)),
            Self::NoTable | Self::NoTarget | Self::Busy => Some(1),
            _ => None,
        };
        if let Some(after_s) = after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(after_s));
        }
        // What could not be understood may be followed by something else than it looks like.
        if matches!(self, Self::Unfit(_) | Self::Body) {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
