//! One connection: handshake, requests, end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::Stage;
use crate::body::Body;
use crate::gate::Gate;
use crate::service::Platform;
use crate::service::client::Peer;

pub(super) struct Connections<S> {
    pub builder: Builder<TokioExecutor>,
    pub acceptor: Option<TlsAcceptor>,
    pub platform: Platform<S>,
    pub handshake_timeout: Duration,
    pub head_timeout: Duration,
    pub stage: watch::Receiver<Stage>,
    /// Dropped by each connection when it ends.
    pub alive: mpsc::Sender<()>,
    pub places: Arc<Semaphore>,
}

impl<S: Gate> Connections<S> {
    /// The next connection, once there is a place for it.
    pub async fn next(&self, listener: &TcpListener) -> std::io::Result<(TcpStream, SocketAddr)> {
        let place = self.places.acquire().await.map_err(std::io::Error::other)?;
        drop(place);
        listener.accept().await
    }

    /// Serves a connection in a task of its own.
    pub async fn start(&self, stream: TcpStream, peer: SocketAddr) {
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
            return;
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "can't set TCP_NODELAY");
        }
        let connection = Connection {
            builder: self.builder.clone(),
            platform: self.platform.clone(),
            head_timeout: self.head_timeout,
            stage: self.stage.clone(),
            _held: (self.alive.clone(), place),
        };
        let (acceptor, handshake_timeout) = (self.acceptor.clone(), self.handshake_timeout);
        tokio::spawn(async move {
            let open = connection.platform.metrics().connections.clone();
            open.inc();
            let peer = Peer { address: peer.ip(), secure: acceptor.is_some() };
            match acceptor {
                None => connection.serve(stream, peer).await,
                Some(acceptor) => match timeout(handshake_timeout, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => connection.serve(stream, peer).await,
                    Ok(Err(error)) => tracing::debug!(%error, "the TLS handshake failed"),
                    Err(_) => tracing::debug!("the TLS handshake took too long"),
                },
            }
            open.dec();
        });
    }
}

struct Connection<S> {
    builder: Builder<TokioExecutor>,
    platform: Platform<S>,
    head_timeout: Duration,
    stage: watch::Receiver<Stage>,
    _held: (mpsc::Sender<()>, OwnedSemaphorePermit),
}

impl<S: Gate> Connection<S> {
    async fn serve(mut self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: Peer) {
        let begun = Arc::new(AtomicBool::new(false));
        let platform = self.platform.clone();
        let asked = Arc::clone(&begun);
        let service = service_fn(move |request: Request<Incoming>| {
            asked.store(true, Ordering::Relaxed);
            let platform = platform.clone();
            async move { Ok::<_, Infallible>(platform.answer(request.map(Body::Incoming), peer).await) }
        });
        let serving = self.builder.serve_connection(TokioIo::new(stream), service);
        tokio::pin!(serving);
        let first_request = sleep(self.head_timeout);
        tokio::pin!(first_request);
        let mut waits_for_first = true;
        let mut closing = false;
        loop {
            tokio::select! {
                ended = serving.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(error, "the connection broke");
                    }
                    return;
                }
                // hyper's own timeout begins when it knows the version, which takes some bytes.
                () = &mut first_request, if waits_for_first => {
                    waits_for_first = false;
                    if !begun.load(Ordering::Relaxed) {
                        return;
                    }
                }
                stage = self.stage.wait_for(|stage| *stage == Stage::CutOff || (!closing && *stage == Stage::Closing)) => {
                    match stage.map(|stage| *stage) {
                        Ok(Stage::Closing) => {
                            closing = true;
                            serving.as_mut().graceful_shutdown();
                        }
                        _ => return,
                    }
                }
            }
        }
    }
}
