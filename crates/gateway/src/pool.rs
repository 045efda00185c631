//! Idle connections of one worker to one target. hyper's own pool hides which target a connection belongs to and
//! whether a request left it; both decide what may be tried again, so this one is ours.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::body::RequestBody;
use crate::config::{Limits, Timeouts, ms};

/// Sends requests on one connection, one after the other.
pub(crate) type Sender = SendRequest<RequestBody>;

#[derive(Debug)]
pub(crate) struct Pool {
    idle: Mutex<Vec<(Sender, Instant)>>,
    idle_max: usize,
    idle_for: Duration,
}

impl Pool {
    pub fn new(limits: &Limits, timeouts: &Timeouts) -> Self {
        Self { idle: Mutex::default(), idle_max: limits.idle_per_target_max, idle_for: ms(timeouts.pool_idle_ms) }
    }

    /// A connection that can take a request at once; the one used last, so that the others grow old and close.
    pub fn take(&self, now: Instant) -> Option<Sender> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((sender, since)) = idle.pop() {
            if sender.is_ready() && now.duration_since(since) < self.idle_for {
                return Some(sender);
            }
        }
        None
    }

    pub fn put(&self, sender: Sender) {
        if sender.is_closed() {
            return;
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.idle_max {
            idle.push((sender, Instant::now()));
        }
    }

    /// Closes what has been idle for too long, or broke.
    pub fn expire(&self, now: Instant) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(sender, since)| !sender.is_closed() && now.duration_since(*since) < self.idle_for);
    }

    /// Closes all.
    pub fn clear(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Opens a connection. Its task runs on the worker that asks.
pub(crate) async fn connect(address: &str, limits: &Limits) -> std::io::Result<Sender> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = Builder::new()
        .max_buf_size(limits.head_bytes_max.max(8 * 1024))
        .max_headers(limits.headers_max)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(std::io::Error::other)?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to a target broke");
        }
    });
    Ok(sender)
}
