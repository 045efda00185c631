//! The spans of a request's trace: the request itself, and the command in it. Ids, templates and codes only: no path, no
//! address, no text of the caller's but the id that it gave the request.
//!
//! Source: OpenTelemetry semantic conventions 1.x, "HTTP server".

use http::{Method, StatusCode, Version, request};
use raally_domain::ids::{UserId, WorkspaceId};
use tracing::field::{Empty, display};
use tracing::{Span, trace_span};

use super::StaticName;
use crate::context::{Client, RequestId, Trace};
use crate::operation::Spec;
use crate::problem::Problem;

/// The request, below the caller's span if there is one.
pub(super) fn root(trace: Trace, request_id: &RequestId, parts: &request::Parts, client: &Client) -> Span {
    let version = match parts.version {
        Version::HTTP_2 => "2",
        Version::HTTP_10 => "1.0",
        _ => "1.1",
    };
    trace_span!(
        target: "raally::trace::root",
        "HTTP",
        trace_id = trace.trace_id,
        span_id = trace.span_id,
        parent_id = trace.parent_id,
        otel.kind = "server",
        otel.name = Empty,
        otel.error = Empty,
        http.request.method = parts.method.as_str_static(),
        http.route = Empty,
        http.response.status_code = Empty,
        error.type = Empty,
        network.protocol.version = version,
        url.scheme = if client.secure { "https" } else { "http" },
        raally.request.id = request_id.as_str(),
        raally.user.id = Empty,
        raally.workspace.id = Empty,
    )
}

/// Who calls, and where.
pub(super) fn passed(root: &Span, user: Option<UserId>, workspace: Option<WorkspaceId>) {
    if let Some(user) = user {
        root.record("raally.user.id", display(user));
    }
    if let Some(workspace) = workspace {
        root.record("raally.workspace.id", display(workspace));
    }
}

/// What an operation that changes something does; reads have no span of their own.
pub(super) fn command(spec: &Spec, workspace: Option<WorkspaceId>) -> Span {
    if matches!(spec.method, Method::GET | Method::HEAD) {
        return Span::none();
    }
    trace_span!(
        target: "raally::trace",
        "command",
        otel.name = spec.id,
        raally.command = spec.id,
        raally.workspace.id = workspace.map(display),
    )
}

/// How it ended. What the caller did wrong is no error of ours.
pub(super) fn answered(root: &Span, method: &Method, route: &str, status: StatusCode, problem: Option<&Problem>) {
    if root.is_none() {
        return;
    }
    let method = method.as_str_static();
    if route.is_empty() {
        root.record("otel.name", method);
    } else {
        root.record("otel.name", format!("{method} {route}"));
        root.record("http.route", route);
    }
    root.record("http.response.status_code", u64::from(status.as_u16()));
    if let Some(problem) = problem {
        root.record("error.type", problem.code_text());
        if status.is_server_error() {
            root.record("otel.error", problem.code_text());
        }
    }
}

/// The caller went away before the answer.
pub(super) fn gone(root: &Span) {
    root.record("error.type", "gone");
}
