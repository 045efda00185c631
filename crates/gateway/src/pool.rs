//! Idle connections of one worker to one target. hyper's own pool hides which target a connection belongs to and
//! whether a request left it; both decide what may be tried again, so this one is ours.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{Builder, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::body::RequestBody;
use crate::config::{Config, Limits, Timeouts, ms};

type Answered = Result<http::Response<hyper::body::Incoming>, TrySendError<http::Request<RequestBody>>>;

type Driven = Connection<TokioIo<TcpStream>, RequestBody>;

/// A connection to a target. It has no task of its own: who waits for an answer drives it, so that a request and its
/// answer pass in the turn of the task that has them, and not in the next one of another.
#[derive(Debug)]
pub(crate) struct Link {
    sender: SendRequest<RequestBody>,
    /// Gone when it has ended: dropping it tells who waits for an answer.
    connection: Option<Pin<Box<Driven>>>,
}

impl Link {
    /// Opens a connection.
    pub async fn open(address: &str, config: &Config) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut builder = Builder::new();
        builder.max_buf_size(config.limits.head_bytes_max.max(8 * 1024));
        if let Some(headers_max) = config.headers_max() {
            builder.max_headers(headers_max);
        }
        let (sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(std::io::Error::other)?;
        let mut link = Self { sender, connection: Some(Box::pin(connection)) };
        // The first look makes it ready for a request.
        link.is_ready();
        Ok(link)
    }

    /// Sends a request; the head of its answer, if it comes to that.
    pub async fn send(&mut self, request: http::Request<RequestBody>) -> Answered {
        let answered = self.sender.try_send_request(request);
        tokio::pin!(answered);
        std::future::poll_fn(|cx| {
            self.drive(cx);
            answered.as_mut().poll(cx)
        })
        .await
    }

    /// Reads and writes what can be.
    pub fn drive(&mut self, cx: &mut Context<'_>) {
        if let Some(connection) = &mut self.connection
            && let Poll::Ready(ended) = connection.as_mut().poll(cx)
        {
            self.connection = None;
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection to a target broke");
            }
        }
    }

    /// Whether it is open and can take a request; what came meanwhile, such as its end, is looked at.
    fn is_ready(&mut self) -> bool {
        self.drive(&mut Context::from_waker(Waker::noop()));
        self.connection.is_some() && self.sender.is_ready()
    }
}

#[derive(Debug)]
pub(crate) struct Pool {
    idle: Mutex<Vec<(Link, Instant)>>,
    idle_max: usize,
    idle_for: Duration,
}

impl Pool {
    pub fn new(limits: &Limits, timeouts: &Timeouts) -> Self {
        Self { idle: Mutex::default(), idle_max: limits.idle_per_target_max, idle_for: ms(timeouts.pool_idle_ms) }
    }

    /// A connection that can take a request at once; the one used last, so that the others grow old and close.
    pub fn take(&self, now: Instant) -> Option<Link> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((mut link, since)) = idle.pop() {
            if now.saturating_duration_since(since) < self.idle_for && link.is_ready() {
                return Some(link);
            }
        }
        None
    }

    pub fn put(&self, link: Link) {
        if link.connection.is_none() {
            return;
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.idle_max {
            idle.push((link, Instant::now()));
        }
    }

    /// Closes what has been idle for too long, or was closed by the target.
    pub fn expire(&self, now: Instant) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain_mut(|(link, since)| now.saturating_duration_since(*since) < self.idle_for && link.is_ready());
    }

    /// Closes all.
    pub fn clear(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
