//! What is known about the request in work: for its context, its answer, its measurements and its
//! access line.

use std::time::{Duration, Instant};

use http::header::IF_NONE_MATCH;
use http::{HeaderValue, Method, StatusCode, Version, request};
use raally_domain::ids::{UserId, WorkspaceId};
use tracing::Span;
use uuid::Uuid;

use super::client::Peer;
use super::limit::Verdict;
use super::{InFlight, Shared, origin, spans};
use crate::context::{Client, Ctx, RequestId, Trace};
use crate::gate::{Gate, Pass};
use crate::problem::{Class, Problem};

/// Longest part of an unknown path in the log, in characters.
pub(super) const PATH_CHARS_MAX: usize = 100;

pub(super) struct Seen<'s, S> {
    pub shared: &'s Shared<S>,
    pub entry: Option<usize>,
    pub request_id: RequestId,
    pub trace: Trace,
    pub client: Client,
    pub user: Option<UserId>,
    pub pass: Option<Pass>,
    /// Of the log.
    pub span: Span,
    /// Of the trace; none where it isn't recorded.
    pub root: Span,
    pub verdict: Option<Verdict>,
    pub allow: Option<String>,
    pub preflight: bool,
    /// Bytes of the request are still under way, so that its connection can't take another.
    pub unread: bool,
    pub held_tags: Vec<HeaderValue>,
    pub origin: Option<HeaderValue>,
    pub method: Method,
    pub version: Version,
    pub in_flight: usize,
    pub path: Option<String>,
    started: Instant,
    answered: bool,
    _counted: InFlight<'s>,
}

impl<'s, S: Gate> Seen<'s, S> {
    pub fn new(shared: &'s Shared<S>, parts: &request::Parts, peer: Peer) -> Self {
        let started = Instant::now();
        let fresh = Uuid::now_v7();
        let (counted, in_flight) = InFlight::enter(&shared.in_flight, &shared.metrics);
        let headers = &parts.headers;
        let (request_id, ratio) = (RequestId::of(headers, fresh), shared.settings.trace_ratio);
        let trace = Trace::of(headers, fresh, ratio.unwrap_or(0.0));
        let client = peer.client(headers, &shared.settings.trusted_proxies);
        let recorded = ratio.is_some() && trace.sampled();
        Self {
            shared,
            entry: None,
            root: if recorded { spans::root(trace, &request_id, parts, &client) } else { Span::none() },
            request_id,
            trace,
            client,
            user: None,
            pass: None,
            span: Span::none(),
            verdict: None,
            allow: None,
            preflight: false,
            unread: false,
            held_tags: headers.get_all(IF_NONE_MATCH).iter().cloned().collect(),
            origin: origin::allowed(headers, &shared.settings).cloned(),
            method: parts.method.clone(),
            version: parts.version,
            in_flight,
            path: None,
            started,
            answered: false,
            _counted: counted,
        }
    }

    /// The check let the request pass.
    pub fn passed(&mut self, pass: Pass) {
        self.pass = Some(pass);
        self.span = self.new_span();
        spans::passed(&self.root, self.user, self.workspace());
    }

    fn workspace(&self) -> Option<WorkspaceId> {
        self.pass?.membership.map(|membership| membership.workspace)
    }

    fn new_span(&self) -> Span {
        tracing::info_span!(
            target: "raally::http",
            "request",
            request = %self.request_id,
            trace = %self.trace.digits(),
            user = self.user.map(tracing::field::display),
            workspace = self.workspace().map(tracing::field::display),
        )
    }

    pub fn ctx(&self, operation: &'static str, pass: Pass) -> Ctx {
        Ctx {
            request_id: self.request_id.clone(),
            trace: self.trace,
            operation,
            principal: pass.principal,
            membership: pass.membership,
            grant: pass.grant,
            client: self.client.clone(),
        }
    }

    /// Measures, and writes the access line.
    pub fn account(&mut self, status: StatusCode, problem: Option<&Problem>) {
        self.answered = true;
        let took = self.started.elapsed();
        self.measure(Some(status), took);
        let route = self.entry.map_or("", |entry| self.shared.entries[entry].spec.path);
        spans::answered(&self.root, &self.method, route, status, problem);
        if !tracing::enabled!(target: "raally::http", tracing::Level::ERROR) {
            return;
        }
        if self.span.is_none() {
            self.span = self.new_span();
        }
        let _in_span = self.span.enter();
        let method = self.method.as_str();
        let status = status.as_u16();
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let Some(problem) = problem else {
            tracing::info!(target: "raally::http", method, route, status, took_us, "answered");
            return;
        };
        let code = problem.code_text();
        let reason = problem.private_detail();
        let path = self.path.as_deref();
        let client = self.client.address;
        match problem.class() {
            Class::Bug => {
                tracing::error!(target: "raally::http", method, route, status, took_us, code, reason, "failed");
            }
            Class::Unavailable => {
                tracing::warn!(target: "raally::http", method, route, status, took_us, code, reason, "unavailable");
            }
            _ => {
                tracing::info!(target: "raally::http", method, route, status, took_us, code, reason, path, %client, "refused");
            }
        }
    }
}

impl<S> Seen<'_, S> {
    /// With the trace as an example, where it is recorded. `None` = the caller went away before the answer.
    fn measure(&self, status: Option<StatusCode>, took: Duration) {
        let metrics = self.entry.map_or(&self.shared.unmatched, |entry| &self.shared.route_metrics[entry]);
        let example = (!self.root.is_none()).then_some(self.trace.trace_id);
        metrics.observe(status, took, example);
    }
}

impl<S> Drop for Seen<'_, S> {
    fn drop(&mut self) {
        if !self.answered {
            self.measure(None, self.started.elapsed());
            spans::gone(&self.root);
        }
    }
}
