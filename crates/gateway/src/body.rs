//! Bodies on their way through: of requests, kept for another attempt or passed on as they come; of answers, passed on
//! as they come until the last byte, which is when the request is over.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::Sleep;

use crate::finish::Finish;
use crate::pool::Link;

/// How far a request's body has passed: an attempt's time counts from its last byte, and what the client owes is no
/// fault of the target's.
#[derive(Debug)]
pub(crate) struct Progress {
    begun: Instant,
    last_us: AtomicU64,
    /// The target would take more, and the client has not sent it.
    awaited: AtomicBool,
    broke_off: AtomicBool,
}

impl Progress {
    pub fn new(begun: Instant) -> Arc<Self> {
        let [awaited, broke_off] = [const { AtomicBool::new(false) }; 2];
        Arc::new(Self { begun, last_us: AtomicU64::new(0), awaited, broke_off })
    }

    pub fn last(&self) -> Instant {
        self.begun + Duration::from_micros(self.last_us.load(Ordering::Relaxed))
    }

    /// Whether the client keeps the target waiting.
    pub fn is_awaited(&self) -> bool {
        self.awaited.load(Ordering::Relaxed)
    }

    /// Whether the client left, or sent what is no body.
    pub fn broke_off(&self) -> bool {
        self.broke_off.load(Ordering::Relaxed)
    }

    fn saw(&self, polled: &Poll<Option<Result<Frame<Bytes>, hyper::Error>>>) {
        self.awaited.store(polled.is_pending(), Ordering::Relaxed);
        if matches!(polled, Poll::Ready(Some(Err(_)))) {
            self.broke_off.store(true, Ordering::Relaxed);
        }
    }

    fn passed(&self) {
        self.last_us.store(u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// The body of a request to a target.
#[derive(Debug)]
pub(crate) enum RequestBody {
    Empty,
    Kept(Option<Bytes>),
    Passing(Incoming, Arc<Progress>),
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut *self {
            Self::Empty => Poll::Ready(None),
            Self::Kept(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Passing(incoming, progress) => {
                let polled = Pin::new(&mut *incoming).poll_frame(cx);
                progress.saw(&polled);
                let frame = ready!(polled);
                progress.passed();
                Poll::Ready(frame)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Kept(bytes) => bytes.is_none(),
            Self::Passing(incoming, _) => incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Kept(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Passing(incoming, _) => incoming.size_hint(),
        }
    }
}

/// The body of an answer to a client.
#[derive(Debug)]
pub(crate) enum AnswerBody {
    Own(Option<Bytes>),
    Passing(Box<Passing>),
}

/// A target's answer while it passes.
#[derive(Debug)]
pub(crate) struct Passing {
    incoming: Incoming,
    link: Option<Link>,
    finish: Finish,
    idle_max: Duration,
    idle: Option<Pin<Box<Sleep>>>,
    bytes: u64,
    settled: bool,
}

/// An answer broke off: the target's connection did, or nothing came for too long.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error(transparent)]
    Broken(#[from] hyper::Error),
    #[error("nothing came from the target for too long")]
    Idle,
}

impl AnswerBody {
    pub fn passing(incoming: Incoming, link: Link, finish: Finish, idle_max: Duration) -> Self {
        let passing = Passing { incoming, link: Some(link), finish, idle_max, idle: None, bytes: 0, settled: false };
        Self::Passing(Box::new(passing))
    }
}

impl Passing {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let mut polled = Pin::new(&mut self.incoming).poll_frame(cx);
        if polled.is_pending()
            && let Some(link) = &mut self.link
        {
            link.drive(cx);
            polled = Pin::new(&mut self.incoming).poll_frame(cx);
        }
        match polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.bytes += frame.data_ref().map_or(0, |data| data.remaining() as u64);
                self.idle = None;
                if self.incoming.is_end_stream() {
                    self.settle(true);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                self.settle(false);
                Poll::Ready(Some(Err(error.into())))
            }
            Poll::Ready(None) => {
                self.settle(true);
                Poll::Ready(None)
            }
            Poll::Pending => {
                let idle_max = self.idle_max;
                let idle = self.idle.get_or_insert_with(|| Box::pin(tokio::time::sleep(idle_max)));
                ready!(idle.as_mut().poll(cx));
                self.settle(false);
                Poll::Ready(Some(Err(BodyError::Idle)))
            }
        }
    }

    /// The end, once: the connection goes back to its pool if the answer is whole.
    fn settle(&mut self, whole: bool) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        match self.link.take() {
            Some(link) if whole => self.finish.whole(link, self.bytes),
            _ => self.finish.broken(self.bytes),
        }
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        if self.settled {
            return;
        }
        if self.incoming.is_end_stream() {
            self.settle(true);
        } else {
            self.settled = true;
            self.finish.left(self.bytes);
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut *self {
            Self::Own(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Passing(passing) => passing.poll(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own(bytes) => bytes.is_none(),
            Self::Passing(passing) => passing.incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Passing(passing) => passing.incoming.size_hint(),
        }
    }
}
