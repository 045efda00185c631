//! A request and its attempts: which target is next, what may be tried again, when to stop.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, StatusCode};
use hyper::body::Incoming;
use tokio::time::timeout_at;

use crate::answer::Sorry;
use crate::attempt::{Answer, Failed, Terms, attempt};
use crate::body::{Progress, RequestBody};
use crate::config::ms;
use crate::counters::Ending;
use crate::proxy::Worker;
use crate::routes::{Choice, GroupRuntime, Looking, Placing};
use crate::shared::{LocalRoutes, Place, Totals};
use crate::target::TargetRuntime;
use crate::trace::{TRACEPARENT, Trace};

/// A request's body before it is sent.
#[derive(Debug)]
pub(crate) enum Held {
    Empty,
    Kept(Bytes),
    Passing(Incoming),
    /// It is on its way; there is no second time.
    Gone,
}

pub(crate) struct Exchange<'a> {
    worker: &'a Worker,
    routes: &'a LocalRoutes,
    group: usize,
    cohort: Option<usize>,
    head: Parts,
    held: Held,
    /// Whether a failed attempt may be followed by another although bytes have left.
    replayable: bool,
    trace: Trace,
    deadline: Instant,
    tried: Vec<Arc<TargetRuntime>>,
    attempts: u32,
}

impl<'a> Exchange<'a> {
    #[expect(clippy::too_many_arguments, reason = "they are the parts of one request, and it is made in one place")]
    pub fn new(
        worker: &'a Worker,
        routes: &'a LocalRoutes,
        placing: &Placing,
        head: Parts,
        held: Held,
        idempotent: bool,
        trace: Trace,
        deadline: Instant,
    ) -> Self {
        let replayable = idempotent && !matches!(held, Held::Passing(_));
        let (group, cohort) = (placing.group, placing.cohort);
        let tried = Vec::new();
        Self { worker, routes, group, cohort, head, held, replayable, trace, deadline, tried, attempts: 0 }
    }

    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Attempts until an answer may be passed on, or none can be had.
    pub async fn run(&mut self, begun: Instant) -> Result<Answer, Sorry> {
        let mut place = self.first_place(begun).await?;
        loop {
            self.attempts += 1;
            let (request, progress) = self.request();
            let terms = Terms {
                shared: &self.worker.shared,
                worker: self.worker.index,
                cohort: self.cohort,
                deadline: self.deadline,
                progress,
            };
            place = match attempt(&terms, place, request).await {
                Ok(answer) => match self.instead_of(&answer) {
                    Some(place) => place,
                    None => return Ok(answer),
                },
                Err(failed) => self.after(*failed)?,
            };
        }
    }

    /// A place in the request's group; if all are taken, the first that becomes free in time.
    async fn first_place(&self, begun: Instant) -> Result<Place, Sorry> {
        match self.choose(self.group, false, self.worker.shared.us(begun)) {
            Choice::Target(target, probe) => Ok(self.taken(self.group, target, probe)),
            Choice::None => self.helper(self.group).ok_or(Sorry::NoTarget),
            Choice::Full => Box::pin(self.freed_place()).await,
        }
    }

    async fn freed_place(&self) -> Result<Place, Sorry> {
        let limits = &self.worker.shared.config.limits;
        let group = &self.routes.groups[self.group];
        let _waiting = Waiting::enter(group, limits.queue_max).ok_or(Sorry::Busy)?;
        let deadline = (Instant::now() + ms(limits.queue_ms_max)).min(self.deadline);
        loop {
            let freed = group.queue.freed.notified();
            match self.choose(self.group, false, self.worker.shared.now_us()) {
                Choice::Target(target, probe) => return Ok(self.taken(self.group, target, probe)),
                Choice::None => return self.helper(self.group).ok_or(Sorry::NoTarget),
                Choice::Full => timeout_at(deadline.into(), freed).await.map_err(|_| Sorry::Busy)?,
            }
        }
    }

    /// When no target of the group is fit: the fallback's, or else one that may be ill.
    fn helper(&self, group: usize) -> Option<Place> {
        let fallback = self.routes.groups[group].fallback;
        for (group, lenient) in fallback.map(|group| (group, false)).into_iter().chain([(group, true)]) {
            if let Choice::Target(target, probe) = self.choose(group, lenient, self.worker.shared.now_us()) {
                return Some(self.taken(group, target, probe));
            }
        }
        None
    }

    fn choose(&self, group: usize, lenient: bool, now_us: u64) -> Choice {
        let open_max = self.worker.shared.config.limits.open_per_target_max;
        let looking = Looking { worker: self.worker.index, now_us, tried: &self.tried, open_max };
        self.routes.groups[group].choose(&looking, lenient)
    }

    fn taken(&self, group: usize, target: usize, probe: bool) -> Place {
        Place { routes: Arc::clone(self.routes), group, target, probe }
    }

    fn may_try_again(&self) -> bool {
        self.attempts < self.worker.shared.config.retries.attempts_max && Instant::now() < self.deadline
    }

    /// The place of another attempt, if this answer is a failure that another target may spare the client.
    fn instead_of(&mut self, answer: &Answer) -> Option<Place> {
        let status = answer.response.status();
        if !status.is_server_error() || !self.replayable || !self.may_try_again() {
            return None;
        }
        // Another version may not have the fault; another process of the same has, unless it was only unavailable.
        let fallback = answer.place.group().fallback;
        let worth = match fallback {
            Some(_) => !matches!(status, StatusCode::NOT_IMPLEMENTED | StatusCode::HTTP_VERSION_NOT_SUPPORTED),
            None => matches!(
                status,
                StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
            ),
        };
        if !worth {
            return None;
        }
        self.tried.push(Arc::clone(answer.place.target()));
        self.again(fallback.unwrap_or(answer.place.group))
    }

    /// The place of another attempt after one without an answer, or what the client hears.
    fn after(&mut self, failed: Failed) -> Result<Place, Sorry> {
        let sorry = match failed.ending {
            Ending::Cancelled => return Err(Sorry::Body),
            Ending::Timeout => Sorry::Late,
            _ => Sorry::Broken,
        };
        self.tried.push(Arc::clone(failed.place.target()));
        if !self.may_try_again() {
            return Err(sorry);
        }
        let (group, fallback) = (failed.place.group, failed.place.group().fallback);
        if let Some(unsent) = failed.unsent {
            self.take_back(unsent);
            let other = self.place_in(group).or_else(|| fallback.and_then(|group| self.place_in(group)));
            return other.ok_or(sorry);
        }
        if !self.replayable {
            return Err(sorry);
        }
        if let Some(place) = self.again(fallback.unwrap_or(group)) {
            return Ok(place);
        }
        // There is no other. A target that closed an idle connection under the request may take it on a new one.
        if failed.ending == Ending::Reset && failed.reused {
            self.tried.pop();
            failed.place.target().pools[self.worker.index].clear();
            return self.again(group).ok_or(sorry);
        }
        Err(sorry)
    }

    /// A place for a retry, out of the budget.
    fn again(&self, group: usize) -> Option<Place> {
        let shared = &self.worker.shared;
        let place = self.place_in(group)?;
        if !shared.budget.withdraw(self.worker.index, shared.now_us()) {
            Totals::count(&shared.totals.budget_empty);
            return None;
        }
        Totals::count(&shared.totals.retries);
        Some(place)
    }

    fn place_in(&self, group: usize) -> Option<Place> {
        match self.choose(group, false, self.worker.shared.now_us()) {
            Choice::Target(target, probe) => Some(self.taken(group, target, probe)),
            Choice::Full | Choice::None => None,
        }
    }

    /// The request of one attempt. What can't be needed again is given away instead of copied.
    fn request(&mut self) -> (Request<RequestBody>, Option<Arc<Progress>>) {
        let last = !self.replayable || self.attempts >= self.worker.shared.config.retries.attempts_max;
        let (body, progress) = match &self.held {
            Held::Empty | Held::Gone => (RequestBody::Empty, None),
            Held::Kept(bytes) => (RequestBody::Kept(Some(bytes.clone())), None),
            Held::Passing(_) => match std::mem::replace(&mut self.held, Held::Gone) {
                Held::Passing(incoming) => {
                    let progress = Progress::new(Instant::now());
                    (RequestBody::Passing(incoming, Arc::clone(&progress)), Some(progress))
                }
                _ => (RequestBody::Empty, None),
            },
        };
        let mut request = Request::new(body);
        *request.method_mut() = self.head.method.clone();
        *request.uri_mut() = self.head.uri.clone();
        *request.headers_mut() = if last { std::mem::take(&mut self.head.headers) } else { self.head.headers.clone() };
        request.headers_mut().insert(TRACEPARENT, self.trace.header());
        (request, progress)
    }

    /// Takes back what did not leave.
    fn take_back(&mut self, unsent: Request<RequestBody>) {
        let (head, body) = unsent.into_parts();
        self.head.headers = head.headers;
        if let RequestBody::Passing(incoming, _) = body {
            self.held = Held::Passing(incoming);
        }
    }
}

/// A request in the queue of a group.
struct Waiting<'a>(&'a GroupRuntime);

impl<'a> Waiting<'a> {
    fn enter(group: &'a GroupRuntime, queue_max: u32) -> Option<Self> {
        let before = group.queue.waiting.fetch_add(1, Ordering::Relaxed);
        let waiting = Self(group);
        (before < queue_max).then_some(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.queue.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
