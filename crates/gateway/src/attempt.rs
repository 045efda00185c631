//! One attempt: a request, one target, and how it ends. Every ending is counted here and nowhere else.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{Request, Response};
use hyper::body::Incoming;
use tokio::time::{timeout, timeout_at};

use crate::body::{Progress, RequestBody};
use crate::config::ms;
use crate::counters::Ending;
use crate::pool::Link;
use crate::shared::{Place, Shared, Totals};

/// What an attempt is given besides the request.
#[derive(Debug)]
pub(crate) struct Terms<'a> {
    pub shared: &'a Shared,
    pub worker: usize,
    pub cohort: Option<usize>,
    /// When the client's patience ends.
    pub deadline: Instant,
    /// Follows a body that is passed on as it comes.
    pub progress: Option<Arc<Progress>>,
}

/// An answer's head has come.
#[derive(Debug)]
pub(crate) struct Answer {
    pub response: Response<Incoming>,
    pub link: Link,
    pub place: Place,
    /// Where it was counted.
    pub cohort: usize,
}

/// No answer came.
#[derive(Debug)]
pub(crate) struct Failed {
    pub ending: Ending,
    /// The request as it was, if no byte of it has left.
    pub unsent: Option<Request<RequestBody>>,
    /// Whether the connection had carried requests before: the target may just have closed it.
    pub reused: bool,
    pub place: Place,
}

pub(crate) async fn attempt(
    terms: &Terms<'_>,
    place: Place,
    mut request: Request<RequestBody>,
) -> Result<Answer, Box<Failed>> {
    let begun = Instant::now();
    let running = Running { terms, place: Some(place), begun };
    loop {
        let target = running.place().target();
        let (mut link, reused) = match target.pools[terms.worker].take(begun) {
            Some(link) => (link, true),
            None => match connect(terms, &target.address).await {
                Some(link) => (link, false),
                None => return Err(running.failed(Ending::ConnectFailure, Some(request), false)),
            },
        };
        let answered = within(terms, begun, link.send(request)).await;
        match answered {
            Some(Ok(response)) => return Ok(running.answered(response, link)),
            Some(Err(mut error)) => match error.take_message() {
                // It was closed while it was idle: no attempt yet. Each round uses up one idle connection.
                Some(unsent) if reused => request = unsent,
                Some(unsent) => return Err(running.failed(Ending::ConnectFailure, Some(unsent), false)),
                None => return Err(running.broken(Ending::Reset, reused)),
            },
            None => return Err(running.broken(Ending::Timeout, reused)),
        }
    }
}

async fn connect(terms: &Terms<'_>, address: &str) -> Option<Link> {
    let config = &terms.shared.config;
    // Boxed, as are other rare steps: hyper moves the future of each request, and its size is that of its largest step.
    let connecting = Box::pin(Link::open(address, config));
    match timeout(ms(config.timeouts.connect_ms), connecting).await {
        Ok(Ok(link)) => Some(link),
        Ok(Err(error)) => {
            tracing::debug!(address, %error, "can't connect to a target");
            None
        }
        Err(_) => {
            tracing::debug!(address, "connecting to a target took too long");
            None
        }
    }
}

/// Waits for the answer's head; `None` when the time of the attempt or of the request is over. While a body passes, only
/// silence counts.
async fn within<T>(terms: &Terms<'_>, begun: Instant, answered: impl Future<Output = T>) -> Option<T> {
    tokio::pin!(answered);
    let patience = ms(terms.shared.config.timeouts.attempt_ms);
    let mut deadline = match terms.progress {
        None => (begun + patience).min(terms.deadline),
        Some(_) => begun + patience,
    };
    loop {
        if let Ok(answer) = timeout_at(deadline.into(), answered.as_mut()).await {
            return Some(answer);
        }
        let again = terms.progress.as_ref().map(|progress| progress.last() + patience)?;
        if again <= deadline {
            return None;
        }
        deadline = again;
    }
}

/// An attempt under way. Dropped without an ending it was given up by the client.
struct Running<'a> {
    terms: &'a Terms<'a>,
    place: Option<Place>,
    begun: Instant,
}

impl Running<'_> {
    fn place(&self) -> &Place {
        self.place.as_ref().expect("the place is taken at the end only")
    }

    fn answered(mut self, response: Response<Incoming>, link: Link) -> Answer {
        let mut place = self.place.take().expect("an attempt ends once");
        let cohort = self.settle(&mut place, Ending::of_status(response.status()));
        Answer { response, link, place, cohort }
    }

    fn failed(mut self, ending: Ending, unsent: Option<Request<RequestBody>>, reused: bool) -> Box<Failed> {
        let mut place = self.place.take().expect("an attempt ends once");
        self.settle(&mut place, ending);
        Box::new(Failed { ending, unsent, reused, place })
    }

    /// No answer came, and none was owed if the client did not send the body that it had announced.
    fn broken(mut self, ending: Ending, reused: bool) -> Box<Failed> {
        let clients = |progress: &Arc<Progress>| match ending {
            Ending::Timeout => progress.is_awaited(),
            _ => progress.broke_off(),
        };
        if !self.terms.progress.as_ref().is_some_and(clients) {
            return self.failed(ending, None, reused);
        }
        let place = self.place.take().expect("an attempt ends once");
        self.cancelled(&place);
        Box::new(Failed { ending: Ending::Cancelled, unsent: None, reused, place })
    }

    fn cancelled(&self, place: &Place) {
        place.group().counters.record(self.terms.worker, self.terms.cohort, Ending::Cancelled, 0);
    }

    fn settle(&self, place: &mut Place, ending: Ending) -> usize {
        let Terms { shared, worker, cohort, .. } = *self.terms;
        let now = Instant::now();
        let (now_us, failed) = (shared.us(now), ending.is_failure());
        let probe = std::mem::take(&mut place.probe);
        let (group, target) = (place.group(), place.target());
        let cohort = group.counters.record(worker, cohort, ending, micros(now - self.begun));
        if target.breaker.settle(worker, probe, failed, now_us) {
            Totals::count(&group.counters.breaker_openings);
            tracing::warn!(target_id = %target.id, group = %group.name, version = %group.version, "circuit breaker opened");
        }
        if target.outlier.settle(failed) {
            group.eject(target, now_us, shared.config.outliers.percent_max);
        }
        cohort
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            self.cancelled(&place);
        }
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
