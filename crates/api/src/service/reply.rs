//! From the outcome of a handler to the bytes of the answer.

use std::time::Duration;

use http::header::{
    ALLOW, CONNECTION, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    LOCATION, RETRY_AFTER, WWW_AUTHENTICATE,
};
use http::{Method, Response, Version};
use hyper::body::Body as _;

use super::headers::harden;
use super::limit::Verdict;
use super::origin;
use super::seen::Seen;
use crate::answer::stream::{EVENT_STREAM, EventStream, StreamPermit};
use crate::answer::{Answer, Payload, file};
use crate::body::Body;
use crate::gate::Gate;
use crate::input::conditions::none_match;
use crate::problem::{Class, PROBLEM_JSON, Problem};
use crate::status::Success;

/// Holds a user's place and the gauge while a stream is open.
struct OpenStream(#[expect(dead_code, reason = "held until the stream is closed")] StreamPermit, crate::Metrics);

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.1.streams_open.dec();
    }
}

impl<S: Gate> Seen<'_, S> {
    /// The answer, accounted for.
    pub fn reply(mut self, outcome: Result<Answer, Problem>) -> Response<Body> {
        let built = outcome.and_then(|answer| self.success(answer));
        let (mut response, problem) = match built {
            Ok(response) => (response, None),
            Err(problem) => (refusal(&problem), Some(problem)),
        };
        let headers = response.headers_mut();
        self.stamp(headers);
        if self.method == Method::HEAD {
            if let Some(length) = response.body().size_hint().exact() {
                response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
            }
            *response.body_mut() = Body::empty();
        }
        self.account(response.status(), problem.as_ref());
        response
    }

    fn success(&self, answer: Answer) -> Result<Response<Body>, Problem> {
        let Answer { mut success, payload, etag, headers: own } = answer;
        let reads = matches!(self.method, Method::GET | Method::HEAD);
        let current = reads
            && success == Success::Ok
            && !self.held_tags.is_empty()
            && etag.as_ref().is_some_and(|tag| none_match(&self.held_tags, tag));
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.reserve(24);
        if let Some(tag) = etag {
            headers.insert(ETAG, tag);
        }
        let mut body = Body::empty();
        if current {
            success = Success::NotModified;
            // A browser puts a 304's headers in the place of those it holds: a page must keep the policy of a page.
            if let Payload::Whole { media_type, .. } = &payload {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
            }
        } else {
            match payload {
                Payload::None => {}
                Payload::Whole { media_type, bytes } => {
                    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
                    body = bytes.into();
                }
                Payload::File { media_type, name, body: file_body } => {
                    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
                    headers.insert(CONTENT_DISPOSITION, file::attachment(&name));
                    body = file_body;
                }
                Payload::Events(events) => {
                    headers.insert(CONTENT_TYPE, HeaderValue::from_static(EVENT_STREAM));
                    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
                    body = self.stream(events)?;
                }
            }
        }
        for (name, value) in own {
            if name == http::header::SET_COOKIE {
                headers.append(name, value);
            } else {
                headers.insert(name, value);
            }
        }
        *response.status_mut() = success.status();
        *response.body_mut() = body;
        Ok(response)
    }

    /// Opens an event stream; it ends at shutdown and when the caller's access is revoked.
    fn stream(&self, events: EventStream) -> Result<Body, Problem> {
        let principal =
            self.pass.and_then(|pass| pass.principal).ok_or_else(|| Problem::bug("an event stream for nobody"))?;
        let workspace = self.pass.and_then(|pass| pass.membership).map(|membership| membership.workspace);
        let permit = self
            .shared
            .streams
            .open(principal.user)
            .ok_or_else(|| Problem::over_limit(30).code("too-many-streams").private("streams per user"))?;
        self.shared.metrics.streams_open.inc();
        let open = OpenStream(permit, self.shared.metrics.clone());
        let revoked = self.shared.state.revoked(principal, workspace);
        let mut draining = self.shared.draining.subscribe();
        let until = async move {
            tokio::select! {
                () = revoked => {}
                _ = draining.wait_for(|draining| *draining) => {}
            }
        };
        Ok(events.into_body(until, open))
    }

    /// What every answer carries.
    fn stamp(&mut self, headers: &mut HeaderMap) {
        headers.insert(HeaderName::from_static("x-request-id"), self.request_id.header());
        headers.insert(HeaderName::from_static("traceparent"), self.trace.header());
        if let (Some(verdict), Some(limiter)) = (self.verdict, &self.shared.limiter) {
            headers.insert(HeaderName::from_static("ratelimit-policy"), limiter.policy.clone());
            if let Ok(value) = HeaderValue::from_str(&rate_limit(verdict)) {
                headers.insert(HeaderName::from_static("ratelimit"), value);
            }
        }
        let allow = self.allow.take();
        if !self.shared.settings.cors_origins.is_empty() {
            let methods = allow.as_deref().unwrap_or("");
            origin::permit(headers, self.origin.take(), self.preflight, methods);
        }
        if let Some(allow) = allow.and_then(|allow| HeaderValue::from_str(&allow).ok()) {
            headers.insert(ALLOW, allow);
        }
        if self.version < Version::HTTP_2 && (self.unread || *self.shared.draining.borrow()) {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(location) = headers.get(LOCATION) {
            debug_assert!(location.as_bytes().starts_with(b"/"), "a Location is a path of ours");
        }
        harden(headers, self.client.secure);
    }
}

/// Source: draft-ietf-httpapi-ratelimit-headers-10.
fn rate_limit(verdict: Verdict) -> String {
    let seconds = verdict.reset.saturating_add(Duration::from_millis(999)).as_secs();
    format!("\"default\";r={};t={seconds}", verdict.remaining)
}

fn refusal(problem: &Problem) -> Response<Body> {
    let mut response = Response::new(Body::from(problem.to_json()));
    *response.status_mut() = problem.class().status();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    if let Some(seconds) = problem.retry_after() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if problem.class() == Class::Unauthenticated {
        let challenge = if problem.code_text() == "invalid-token" {
            "Bearer realm=\"raally\", error=\"invalid_token\""
        } else {
            "Bearer realm=\"raally\""
        };
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    response
}
