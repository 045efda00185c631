//! The one service in front of every operation: ids, limits, check, input, answer, headers,
//! measurements and the access line, in this order and in one place.

pub mod client;
pub(crate) mod headers;
pub(crate) mod limit;
pub(crate) mod origin;
mod reply;
mod seen;
mod spans;

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use futures_util::FutureExt;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, EXPECT};
use http::{HeaderMap, Method, Request, Response, Version, request};
use raally_domain::ids::WorkspaceId;
use tokio::sync::watch;
use tracing::{Instrument, Span};

use crate::answer::Answer;
use crate::answer::stream::Streams;
use crate::assets::{self, Assets};
use crate::body::Body;
use crate::gate::{Access, Denied, Gate, Principal};
use crate::input::json::check_type;
use crate::metrics::{Metrics, RouteMetrics};
use crate::operations::{Arrived, Entry, Found, Operations, Routes};
use crate::problem::{Class, Problem};
use crate::settings::Settings;
use client::{Peer, authority, without_port};
use limit::{Caller, Limiter};
use seen::Seen;

/// The whole HTTP side: hand it requests, it hands back answers.
pub struct Platform<S>(pub(crate) Arc<Shared<S>>);

impl<S> Clone for Platform<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

pub(crate) struct Shared<S> {
    pub state: S,
    pub entries: Vec<Entry<S>>,
    pub routes: Routes,
    pub settings: Settings,
    pub metrics: Metrics,
    pub route_metrics: Vec<RouteMetrics>,
    pub unmatched: RouteMetrics,
    pub limiter: Option<Limiter>,
    pub streams: Streams,
    pub in_flight: AtomicUsize,
    pub draining: watch::Sender<bool>,
    pub assets: Option<Arc<dyn Assets>>,
}

impl<S: Gate> Platform<S> {
    pub(crate) fn build(
        state: S,
        operations: Operations<S>,
        settings: Settings,
        metrics: Metrics,
        draining: watch::Sender<bool>,
        assets: Option<Arc<dyn Assets>>,
    ) -> Result<Self, Vec<String>> {
        let entries = operations.entries;
        let routes = Routes::build(&entries)?;
        let measure = |entry: &Entry<S>| {
            let method = crate::operations::METHODS.iter().find(|method| **method == entry.spec.method);
            RouteMetrics::new(&metrics, entry.spec.id, method.map_or("OTHER", Method::as_str_static), entry.spec.path)
        };
        Ok(Self(Arc::new(Shared {
            route_metrics: entries.iter().map(measure).collect(),
            unmatched: RouteMetrics::new(&metrics, "unmatched", "ANY", "unmatched"),
            limiter: settings.rate_limit.map(Limiter::new),
            streams: Streams::new(settings.streams_per_user_max),
            in_flight: AtomicUsize::new(0),
            state,
            entries,
            routes,
            settings,
            metrics,
            draining,
            assets,
        })))
    }

    /// Answers one request.
    pub async fn answer(&self, request: Request<Body>, peer: Peer) -> Response<Body> {
        let shared = &*self.0;
        let (parts, mut body) = request.into_parts();
        let mut seen = Seen::new(shared, &parts, peer);
        let waits = parts.headers.contains_key(EXPECT);
        let uri = parts.uri.clone();
        let found = shared.routes.find(uri.path());
        seen.entry = found.as_ref().and_then(|found| found.at.operation(&parts.method));
        let outcome = match (&found, seen.entry) {
            (Some(found), Some(entry)) => {
                let entry = &shared.entries[entry];
                let limit = entry.spec.timeout.unwrap_or(shared.settings.request_timeout);
                let root = seen.root.clone();
                let work = shared.run(&mut seen, found, entry, parts, &mut body).instrument(root);
                tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
                    let slow = Problem::unavailable(1).code("timeout");
                    Err(slow.private("the request took too long"))
                })
            }
            (found, _) => {
                seen.path = Some(uri.path().chars().take(seen::PATH_CHARS_MAX).collect());
                shared.without_operation(&mut seen, found.as_ref(), &parts)
            }
        };
        seen.unread = seen.version < Version::HTTP_2 && !body.read_away(waits).await;
        seen.reply(outcome)
    }
}

impl<S: Gate> Shared<S> {
    /// An operation, from its limits to its answer.
    async fn run(
        &self,
        seen: &mut Seen<'_, S>,
        found: &Found<'_, '_>,
        entry: &Entry<S>,
        parts: request::Parts,
        body: &mut Body,
    ) -> Result<Answer, Problem> {
        let request::Parts { headers, uri, .. } = parts;
        let spec = &entry.spec;
        if !spec.unlimited {
            self.admit(seen, &headers, authority(&headers, &uri))?;
        }
        let principal = self.identify(seen, spec.access, spec.unlimited, &headers).await?;
        let path = found.values(&entry.path_names);
        let workspace = path.as_ref().ok().and_then(|path| path.id("workspaceId")).map(WorkspaceId);
        let pass = spec.access.check(&self.state, principal, workspace).await?;
        let path = path?;
        if spec.cookie {
            origin::guard_cookie(&headers, &uri, &seen.client, &self.settings)?;
        }
        seen.passed(pass);
        let ctx = seen.ctx(spec.id, pass);
        let bytes_max = spec.body_bytes_max.unwrap_or(self.settings.body_bytes_max);
        if !spec.body_media_types.is_empty() {
            check_body(&headers, spec.body_media_types, bytes_max)?;
        }
        let mut arrived = Arrived { headers, uri, path, body: Body::empty(), bytes: bytes::Bytes::new(), bytes_max };
        let work = async {
            if entry.streams_body {
                arrived.body = std::mem::take(body);
            } else if !spec.body_media_types.is_empty() {
                arrived.bytes = std::mem::take(body).read(bytes_max).await?;
            }
            (entry.call)(&self.state, ctx, arrived).await
        };
        let work = work.instrument(if seen.root.is_none() { Span::none() } else { spans::command(spec, workspace) });
        let work = AssertUnwindSafe(work).catch_unwind();
        match work.instrument(seen.span.clone()).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Problem::bug("the handler panicked")),
        }
    }

    /// Files of the web application, preflights, wrong methods, and nothing.
    ///
    /// A file that exists takes nothing from the caller's bucket: it comes from memory, and many people behind one
    /// address who open the application would else use up the limit of the API that it calls. A flood of files is
    /// bounded by load shedding here and by the number of connections in the server. Everything else, a file that
    /// is missing included, takes from the bucket of its address.
    fn without_operation(
        &self,
        seen: &mut Seen<'_, S>,
        found: Option<&Found<'_, '_>>,
        parts: &request::Parts,
    ) -> Result<Answer, Problem> {
        self.admit(seen, &parts.headers, authority(&parts.headers, &parts.uri))?;
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        if let (None, Some(assets), true) = (found, &self.assets, reads)
            && let Some(file) = assets::find(assets.as_ref(), parts.uri.path(), &parts.headers)
        {
            return Ok(file);
        }
        self.take(seen, Caller::address(seen.client.address))?;
        let Some(found) = found else {
            return Err(Problem::not_found());
        };
        seen.allow = Some(found.at.allow());
        if parts.method == Method::OPTIONS {
            seen.preflight = origin::is_preflight(&parts.headers);
            return Ok(Answer::no_content());
        }
        Err(Problem::new(Class::MethodNotAllowed, "See the Allow header."))
    }

    /// Bounds that come before anybody is known.
    fn admit(&self, seen: &Seen<'_, S>, headers: &HeaderMap, host: Option<&str>) -> Result<(), Problem> {
        if seen.in_flight > self.settings.concurrent_requests_max {
            self.metrics.turned_away("overload");
            return Err(Problem::unavailable(1).code("overload"));
        }
        let hosts = &self.settings.hosts;
        let known = |host: &str| {
            hosts.iter().any(|one| one.eq_ignore_ascii_case(host) || one.eq_ignore_ascii_case(without_port(host)))
        };
        if !hosts.is_empty() && !host.is_some_and(known) {
            self.metrics.turned_away("host");
            return Err(Problem::new(Class::WrongHost, "This server answers for other names."));
        }
        if headers.get_all(http::header::HOST).iter().count() > 1 {
            return Err(Problem::malformed("Host may be given once."));
        }
        Ok(())
    }

    /// Who calls, with a request taken from their bucket; a wrong token costs its address.
    async fn identify(
        &self,
        seen: &mut Seen<'_, S>,
        access: Access,
        unlimited: bool,
        headers: &HeaderMap,
    ) -> Result<Option<Principal>, Problem> {
        let address = Caller::address(seen.client.address);
        let token = if access == Access::Public { None } else { bearer(headers) };
        let Some(token) = token else {
            if !unlimited {
                self.take(seen, address)?;
            }
            return Ok(None);
        };
        if let Some(limiter) = &self.limiter {
            let verdict = limiter.peek(address);
            if !verdict.passes {
                return Err(self.over_limit(seen, verdict));
            }
        }
        match self.state.authenticate(token).await {
            Ok(principal) => {
                seen.user = Some(principal.user);
                self.take(seen, Caller::User(principal.user))?;
                Ok(Some(principal))
            }
            Err(Denied::Token(reason)) => {
                self.take(seen, address)?;
                Err(Problem::unauthenticated().code("invalid-token").private(reason))
            }
            Err(Denied::Unavailable(gone)) => Err(gone.into()),
        }
    }

    fn take(&self, seen: &mut Seen<'_, S>, caller: Caller) -> Result<(), Problem> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        let verdict = limiter.take(caller);
        if !verdict.passes {
            return Err(self.over_limit(seen, verdict));
        }
        seen.verdict = Some(verdict);
        Ok(())
    }

    fn over_limit(&self, seen: &mut Seen<'_, S>, verdict: limit::Verdict) -> Problem {
        self.metrics.turned_away("rate");
        seen.verdict = Some(verdict);
        Problem::over_limit(u32::try_from(verdict.reset.as_millis().div_ceil(1000)).unwrap_or(u32::MAX))
    }
}

/// Source: RFC 6750, section 2.1; the scheme is case-insensitive.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn check_body(headers: &HeaderMap, media_types: &[&str], bytes_max: usize) -> Result<(), Problem> {
    check_type(headers, media_types)?;
    if headers.get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err(Problem::unsupported_media("an unencoded body"));
    }
    let declared = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > bytes_max as u64) {
        return Err(Problem::too_large(bytes_max));
    }
    Ok(())
}

/// Names of methods that live as long as the program.
trait StaticName {
    fn as_str_static(&self) -> &'static str;
}

impl StaticName for Method {
    fn as_str_static(&self) -> &'static str {
        ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
            .into_iter()
            .find(|name| *name == self.as_str())
            .unwrap_or("OTHER")
    }
}

/// For tests and for nesting: the peer comes from the request's extensions, else it is local.
impl<S: Gate> tower::Service<Request<Body>> for Platform<S> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let local = Peer { address: std::net::Ipv4Addr::LOCALHOST.into(), secure: false };
        let peer = request.extensions().get::<Peer>().copied().unwrap_or(local);
        let platform = self.clone();
        Box::pin(async move { Ok(platform.answer(request, peer).await) })
    }
}

/// Counts a request as in work; given back when dropped.
struct InFlight<'s>(&'s AtomicUsize, &'s Metrics);

impl<'s> InFlight<'s> {
    fn enter(count: &'s AtomicUsize, metrics: &'s Metrics) -> (Self, usize) {
        metrics.in_flight.inc();
        (Self(count, metrics), count.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.1.in_flight.dec();
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
