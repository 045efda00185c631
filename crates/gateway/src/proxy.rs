//! The life of a request: limits, group, target, attempts, answer.

use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Version, header};
use hyper::body::{Body, Incoming};

use crate::access::Line;
use crate::answer::Sorry;
use crate::attempt::Answer;
use crate::body::AnswerBody;
use crate::config::ms;
use crate::exchange::{Exchange, Held};
use crate::finish::Finish;
use crate::forward::{self, Hop};
use crate::routes::{Placing, Routes};
use crate::shared::{LocalRoutes, Shared, Totals};
use crate::trace::Trace;
use crate::{network, sticky};

const GROUP: HeaderName = HeaderName::from_static("x-gateway-group");

/// One thread that carries requests.
#[derive(Debug)]
pub(crate) struct Worker {
    pub shared: Arc<Shared>,
    pub index: usize,
    routes: Mutex<LocalRoutes>,
}

/// The other end of a client's connection.
#[derive(Debug)]
pub(crate) struct Peer {
    address: IpAddr,
    text: HeaderValue,
    secure: bool,
    trusted: bool,
}

impl Peer {
    pub fn new(address: IpAddr, secure: bool, shared: &Shared) -> Self {
        let address = address.to_canonical();
        let text = HeaderValue::try_from(address.to_string()).unwrap_or(HeaderValue::from_static("unknown"));
        Self { address, text, secure, trusted: network::is_trusted(address, &shared.trusted) }
    }
}

/// What is noted of a request before its head is sent away.
struct Noted {
    begun: Instant,
    version: Version,
    client: IpAddr,
    line: Option<Line>,
}

impl Worker {
    pub fn new(shared: &Arc<Shared>, index: usize) -> Self {
        let routes = Mutex::new(Arc::new(shared.routes.load_full()));
        Self { shared: Arc::clone(shared), index, routes }
    }

    /// The routes in use.
    fn routes(&self) -> LocalRoutes {
        let current = self.shared.routes.load();
        // Only this worker's thread comes here: the lock never waits.
        let mut own = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&**own, &*current) {
            *own = Arc::new(Arc::clone(&*current));
        }
        Arc::clone(&*own)
    }

    pub async fn handle(&self, peer: &Peer, request: Request<Incoming>) -> Response<AnswerBody> {
        let shared = &self.shared;
        let begun = Instant::now();
        let (mut head, body) = request.into_parts();
        let client = network::client(peer.address, &head.headers, &shared.trusted);
        let trace = Trace::of(&head.headers);
        let mut noted = Noted { begun, version: head.version, client, line: None };
        if shared.config.access_log != crate::config::AccessLog::Off {
            noted.line = Some(Line {
                begun,
                client,
                method: head.method.clone(),
                uri: head.uri.clone(),
                trace_id: trace.id,
                status: http::StatusCode::OK,
                attempts: 0,
                answered_by: None,
            });
        }
        if let Some(Err(wait)) = shared.limiter.as_ref().map(|limiter| limiter.check(noted.client)) {
            return self.sorry(Sorry::RateLimited(wait.as_secs() + 1), noted);
        }
        let hop = Hop { address: &peer.text, secure: peer.secure, trusted: peer.trusted };
        if let Err(unfit) = forward::request(&mut head, &hop) {
            return self.sorry(Sorry::Unfit(unfit), noted);
        }
        shared.budget.request(self.index, shared.us(begun));
        let routes = self.routes();
        let Some(placing) = routes.place(self.index, &head.headers) else { return self.sorry(Sorry::NoTable, noted) };
        let idempotent = forward::is_idempotent(&head.method, &head.headers);
        let held = match self.hold(body, idempotent, &head.headers).await {
            Ok(held) => held,
            Err(sorry) => return self.sorry(sorry, noted),
        };
        let deadline = begun + ms(shared.config.timeouts.request_ms);
        let mut exchange = Exchange::new(self, &routes, &placing, head, held, idempotent, trace, deadline);
        match exchange.run(begun).await {
            Ok(answer) => {
                let attempts = exchange.attempts();
                self.pass(answer, &routes, &placing, peer, noted, attempts)
            }
            Err(sorry) => {
                if let Some(line) = &mut noted.line {
                    line.attempts = exchange.attempts();
                }
                self.sorry(sorry, noted)
            }
        }
    }

    /// Keeps a small body for another attempt, if there may be one.
    async fn hold(&self, body: Incoming, idempotent: bool, headers: &HeaderMap) -> Result<Held, Sorry> {
        if body.is_end_stream() {
            return Ok(Held::Empty);
        }
        let config = &self.shared.config;
        let known = headers.contains_key(header::CONTENT_LENGTH);
        let small = body.size_hint().exact().is_some_and(|bytes| bytes <= config.retries.body_bytes_max as u64);
        if !(idempotent && known && small && config.retries.attempts_max > 1) {
            return Ok(Held::Passing(body));
        }
        let whole = Box::pin(http_body_util::BodyExt::collect(body));
        match tokio::time::timeout(ms(config.timeouts.head_ms), whole).await {
            Ok(Ok(whole)) => Ok(Held::Kept(whole.to_bytes())),
            Ok(Err(_)) | Err(_) => Err(Sorry::Body),
        }
    }

    /// Passes a target's answer on.
    fn pass(
        &self,
        answer: Answer,
        routes: &Routes,
        placing: &Placing,
        peer: &Peer,
        noted: Noted,
        attempts: u32,
    ) -> Response<AnswerBody> {
        let config = &self.shared.config;
        let Answer { response, link, place, cohort } = answer;
        let (mut head, incoming) = response.into_parts();
        let status = head.status;
        place.group().counters.answered(self.index, status.as_u16());
        forward::answer(&mut head.headers);
        if let (Some(user), Some(rule)) = (placing.new_user, &routes.sticky)
            && let Some(cookie) = sticky::set_cookie(rule, user, peer.secure)
        {
            head.headers.append(header::SET_COOKIE, cookie);
            Totals::count(&routes.groups[placing.group].counters.users);
        }
        if config.reveal_group
            && let Ok(name) = HeaderValue::try_from(place.group().name.as_str())
        {
            head.headers.insert(GROUP, name);
        }
        self.ask_to_close(&mut head.headers, noted.version);
        head.version = Version::HTTP_11;
        let line = noted.line.filter(|_| config.access_log.wants(status)).map(|line| {
            let answered_by = Some((Arc::clone(place.group()), place.target().id.clone()));
            Box::new(Line { status, attempts, answered_by, ..line })
        });
        let failed = status.is_server_error();
        let finish = Finish { place: Some(place), worker: self.index, cohort, failed, line };
        let body = AnswerBody::passing(incoming, link, finish, ms(config.timeouts.body_idle_ms));
        Response::from_parts(head, body)
    }

    fn sorry(&self, sorry: Sorry, noted: Noted) -> Response<AnswerBody> {
        let (totals, status) = (&self.shared.totals, sorry.status());
        Totals::count(match sorry {
            Sorry::Unfit(_) | Sorry::Body => &totals.bad_requests,
            Sorry::RateLimited(_) => &totals.rate_limited,
            Sorry::NoTable | Sorry::NoTarget => &totals.no_target,
            Sorry::Busy => &totals.queue_refused,
            Sorry::Broken => &totals.bad_gateway,
            Sorry::Late => &totals.gateway_timeouts,
        });
        let mut response = sorry.response();
        if let Some(line) = noted.line.filter(|_| self.shared.config.access_log.wants(status)) {
            Line { status, ..line }.write(response.body().size_hint().lower(), "own");
        }
        self.ask_to_close(response.headers_mut(), noted.version);
        tracing::debug!(client = %noted.client, after_us = %noted.begun.elapsed().as_micros(), ?sorry, "answered by the gateway");
        response
    }

    /// While the gateway drains, clients come back on a new connection: to its successor.
    fn ask_to_close(&self, headers: &mut HeaderMap, version: Version) {
        if version < Version::HTTP_2 && self.shared.draining.load(Ordering::Relaxed) {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
}
