//! One client's connection: handshake, requests, end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Version};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use tokio::time::{sleep, timeout};

use super::{Arrival, Stage};
use crate::body::{AnswerBody, BodyError};
use crate::config::{Config, ms};
use crate::proxy::{Peer, Worker};

/// What connections of one worker have in common.
pub(super) struct Connections {
    worker: Arc<Worker>,
    builder: Builder<TokioExecutor>,
    pub stage: watch::Receiver<Stage>,
    /// Dropped by each connection when it ends.
    alive: mpsc::Sender<()>,
    open: Arc<AtomicUsize>,
}

impl Connections {
    pub fn new(
        worker: Arc<Worker>,
        stage: watch::Receiver<Stage>,
        alive: mpsc::Sender<()>,
        open: Arc<AtomicUsize>,
    ) -> Self {
        let builder = builder(&worker.shared.config);
        Self { worker, builder, stage, alive, open }
    }

    /// Serves a connection in a task of its own.
    pub fn start(&self, arrival: Arrival) {
        let Arrival { stream, peer, certificate, place } = arrival;
        let connection = Connection {
            builder: self.builder.clone(),
            stage: self.stage.clone(),
            _gauged: Gauged::new(&self.worker, &self.open),
            worker: Arc::clone(&self.worker),
            _held: (self.alive.clone(), place),
        };
        let stream = match TcpStream::from_std(stream) {
            Ok(stream) => stream,
            Err(error) => {
                tracing::warn!(%error, "can't take a connection over");
                return;
            }
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "can't set TCP_NODELAY");
        }
        tokio::spawn(async move {
            let Some(certificate) = certificate else { return connection.serve(stream, peer, false).await };
            let patience = ms(connection.worker.shared.config.timeouts.handshake_ms);
            match timeout(patience, certificate.acceptor().accept(stream)).await {
                Ok(Ok(stream)) => connection.serve(stream, peer, true).await,
                Ok(Err(error)) => tracing::debug!(%error, "the TLS handshake failed"),
                Err(_) => tracing::debug!("the TLS handshake took too long"),
            }
        });
    }
}

/// A connection in the gauges.
struct Gauged(Arc<Worker>, Arc<AtomicUsize>);

impl Gauged {
    /// The worker's own count was raised when the connection was handed on.
    fn new(worker: &Arc<Worker>, open: &Arc<AtomicUsize>) -> Self {
        worker.shared.totals.connections_open.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(worker), Arc::clone(open))
    }
}

impl Drop for Gauged {
    fn drop(&mut self) {
        self.0.shared.totals.connections_open.fetch_sub(1, Ordering::Relaxed);
        self.1.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Connection {
    worker: Arc<Worker>,
    builder: Builder<TokioExecutor>,
    stage: watch::Receiver<Stage>,
    _gauged: Gauged,
    _held: (mpsc::Sender<()>, OwnedSemaphorePermit),
}

impl Connection {
    async fn serve(
        mut self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        peer: SocketAddr,
        secure: bool,
    ) {
        let seen = Arc::new(Seen::new());
        let peer = Arc::new(Peer::new(peer.ip(), secure, &self.worker.shared));
        let (worker, noting) = (Arc::clone(&self.worker), Arc::clone(&seen));
        let service = service_fn(move |request: Request<Incoming>| {
            let busy = noting.begin(request.version());
            let (worker, peer) = (Arc::clone(&worker), Arc::clone(&peer));
            async move { Ok::<_, Infallible>(worker.handle(&peer, request).await.map(|body| Counted::new(body, busy))) }
        });
        let serving = self.builder.serve_connection(TokioIo::new(stream), service);
        tokio::pin!(serving);
        let patience = ms(self.worker.shared.config.timeouts.head_ms);
        let look = sleep(patience);
        tokio::pin!(look);
        let mut heard = Stage::Serving;
        loop {
            tokio::select! {
                biased;
                ended = serving.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(error, "a client's connection broke");
                    }
                    return;
                }
                () = &mut look => {
                    let quiet = seen.quiet();
                    if quiet < patience {
                        look.as_mut().reset(tokio::time::Instant::now() + (patience - quiet));
                    } else if seen.http2.load(Ordering::Relaxed) && heard < Stage::Closing {
                        heard = Stage::Closing;
                        serving.as_mut().graceful_shutdown();
                        look.as_mut().reset(tokio::time::Instant::now() + patience);
                    } else {
                        return;
                    }
                }
                stage = self.stage.wait_for(|stage| *stage > heard) => {
                    let Ok(stage) = stage else { return };
                    heard = *stage;
                    match heard {
                        Stage::Serving => {}
                        // An idle HTTP/1.1 connection that closes may cross a request on its way; GOAWAY may not.
                        Stage::Leaving if !seen.http2.load(Ordering::Relaxed) => {}
                        Stage::Leaving | Stage::Closing => serving.as_mut().graceful_shutdown(),
                        Stage::CutOff | Stage::Ended => return,
                    }
                }
            }
        }
    }
}

/// What a connection has seen so far, and whether it has anything to do.
#[derive(Debug)]
struct Seen {
    begun: Instant,
    http2: AtomicBool,
    /// Requests whose answers are not through.
    busy: AtomicU32,
    /// When there was something to do last, in microseconds.
    last_us: AtomicU64,
}

impl Seen {
    fn new() -> Self {
        let (busy, last_us) = (AtomicU32::new(0), AtomicU64::new(0));
        Self { begun: Instant::now(), http2: AtomicBool::new(false), busy, last_us }
    }

    fn begin(self: &Arc<Self>, version: Version) -> Busy {
        if version == Version::HTTP_2 {
            self.http2.store(true, Ordering::Relaxed);
        }
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(Arc::clone(self))
    }

    /// For how long it has had nothing to do: idle, or waiting for a head to end.
    fn quiet(&self) -> Duration {
        if self.busy.load(Ordering::Relaxed) > 0 {
            return Duration::ZERO;
        }
        self.begun.elapsed().saturating_sub(Duration::from_micros(self.last_us.load(Ordering::Relaxed)))
    }
}

/// A request on the connection, to the last byte of its answer.
#[derive(Debug)]
struct Busy(Arc<Seen>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.last_us.store(u64::try_from(self.0.begun.elapsed().as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An answer's body that keeps its connection busy.
#[derive(Debug)]
struct Counted {
    body: AnswerBody,
    _busy: Busy,
}

impl Counted {
    fn new(body: AnswerBody, busy: Busy) -> Self {
        Self { body, _busy: busy }
    }
}

impl Body for Counted {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn builder(config: &Config) -> Builder<TokioExecutor> {
    let (limits, head_timeout) = (&config.limits, ms(config.timeouts.head_ms));
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        // A timer of hyper's costs an allocation for each request; ours, in `serve`, one for each connection.
        .header_read_timeout(None)
        .max_buf_size(limits.head_bytes_max.max(8 * 1024));
    if let Some(headers_max) = config.headers_max() {
        builder.http1().max_headers(headers_max);
    }
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(limits.head_bytes_max).unwrap_or(u32::MAX))
        .max_concurrent_streams(limits.streams_per_connection_max)
        .keep_alive_interval(head_timeout)
        .keep_alive_timeout(ms(20_000));
    builder
}
