//! The loop that serves connections (HTTP/1.1 and HTTP/2, with TLS if given), and its orderly end.
//!
//! The end, in order: readiness turns red and every HTTP/1.1 answer says `Connection: close`; after
//! `drain_delay` nobody new is let in, what waits in the backlog is taken and the listener closes; connections that are
//! still idle get `idle_grace` for a request that is under way; then they close, the others finish
//! what they have, and at `drain_deadline` the rest is cut off.

mod closing;
mod connection;
pub mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use crate::gate::Gate;
use crate::service::Platform;
use connection::Connections;

/// Source: hyper's documentation of `http1::Builder::max_headers`.
const HYPERS_HEADERS_MAX: usize = 100;

/// Bounds of connections, and the pace of the end.
#[derive(Clone)]
pub struct ServeOptions {
    /// Certificate and key; `None` = plain text.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// Longest time for a TLS handshake.
    pub handshake_timeout: Duration,
    /// Longest time for a request's head, and longest idle time of an HTTP/1.1 connection.
    pub head_timeout: Duration,
    /// Largest head of a request.
    pub head_bytes_max: usize,
    /// Most header fields of a request.
    pub headers_max: usize,
    /// Open connections; more wait in the backlog.
    pub connections_max: usize,
    /// Requests at once on one HTTP/2 connection.
    pub streams_per_connection_max: u32,
    /// From red readiness to the closed listener: the time that a load balancer needs to notice.
    pub drain_delay: Duration,
    /// For requests that are under way to an idle connection when the listener has closed.
    pub idle_grace: Duration,
    /// From the closed listener to the cut-off.
    pub drain_deadline: Duration,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            tls: None,
            handshake_timeout: Duration::from_secs(10),
            head_timeout: Duration::from_secs(30),
            head_bytes_max: 32 * 1024,
            headers_max: 100,
            connections_max: 10_000,
            streams_per_connection_max: 128,
            drain_delay: Duration::from_millis(500),
            idle_grace: Duration::from_secs(1),
            drain_deadline: Duration::from_secs(10),
        }
    }
}

impl std::fmt::Debug for ServeOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServeOptions").field("tls", &self.tls.is_some()).finish_non_exhaustive()
    }
}

/// How the end went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Whether every connection finished by itself.
    pub finished: bool,
    /// Connections that were cut off at the deadline.
    pub cut_off: usize,
}

/// What connections are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Serving,
    Closing,
    CutOff,
}

/// Serves until `shutdown` ends and everything in work is finished or the deadline has passed.
pub async fn serve<S: Gate>(
    listener: TcpListener,
    platform: Platform<S>,
    options: ServeOptions,
    shutdown: impl Future<Output = ()> + Send,
) -> Drained {
    let (stage, watching) = watch::channel(Stage::Serving);
    let (alive, mut all_gone) = mpsc::channel::<()>(1);
    let places = Arc::new(Semaphore::new(options.connections_max));
    let connections = Connections {
        builder: builder(&options),
        acceptor: options.tls.clone().map(tokio_rustls::TlsAcceptor::from),
        platform: platform.clone(),
        handshake_timeout: options.handshake_timeout,
        head_timeout: options.head_timeout,
        stage: watching,
        alive,
        places: Arc::clone(&places),
    };
    accept_until(&listener, &connections, shutdown).await;
    platform.drain();
    tracing::info!("draining: readiness is red");
    accept_until(&listener, &connections, sleep(options.drain_delay)).await;
    if let Err(error) = take_the_rest(listener, &connections).await {
        tracing::warn!(%error, "can't take what waits");
    }
    drop(connections);
    let deadline = Instant::now() + options.drain_deadline;
    tokio::select! {
        _ = all_gone.recv() => return Drained { finished: true, cut_off: 0 },
        () = sleep(options.idle_grace) => {}
    }
    stage.send_replace(Stage::Closing);
    tokio::select! {
        _ = all_gone.recv() => return Drained { finished: true, cut_off: 0 },
        () = sleep_until(deadline) => {}
    }
    let cut_off = options.connections_max.saturating_sub(places.available_permits());
    tracing::warn!(cut_off, "the deadline has passed: connections are cut off");
    stage.send_replace(Stage::CutOff);
    let _ = all_gone.recv().await;
    Drained { finished: false, cut_off }
}

/// Takes who has connected already, and closes the listener. The system itself is asked: the runtime may not have heard
/// yet of a connection that waits, and closing would reset it.
async fn take_the_rest<S: Gate>(listener: TcpListener, connections: &Connections<S>) -> std::io::Result<()> {
    if let Err(error) = closing::let_nobody_in(&listener) {
        tracing::debug!(%error, "the listener can't be told to let nobody in before it closes");
    }
    accept_until(&listener, connections, sleep(closing::HANDSHAKES)).await;
    let listener = listener.into_std()?;
    loop {
        let (stream, peer) = match listener.accept() {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(()),
            accepted => accepted?,
        };
        stream.set_nonblocking(true)?;
        connections.start(TcpStream::from_std(stream)?, peer).await;
    }
}

async fn accept_until<S: Gate>(listener: &TcpListener, connections: &Connections<S>, end: impl Future<Output = ()>) {
    tokio::pin!(end);
    loop {
        let accepted: std::io::Result<(TcpStream, SocketAddr)> = tokio::select! {
            biased;
            () = &mut end => return,
            accepted = connections.next(listener) => accepted,
        };
        match accepted {
            Ok((stream, peer)) => connections.start(stream, peer).await,
            Err(error) => {
                tracing::warn!(%error, "can't accept a connection");
                // Out of file handles, most likely: let others close theirs.
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

fn builder(options: &ServeOptions) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(options.head_timeout)
        .max_buf_size(options.head_bytes_max.max(8 * 1024));
    // Setting it, even to what it is, makes hyper copy the table of headers for every request.
    if options.headers_max != HYPERS_HEADERS_MAX {
        builder.http1().max_headers(options.headers_max);
    }
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(options.head_bytes_max).unwrap_or(u32::MAX))
        .max_concurrent_streams(options.streams_per_connection_max)
        .keep_alive_interval(options.head_timeout)
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}
