//! A client of the admin socket: one short-lived connection for each call.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;
use tokio::time::timeout;

use crate::table::{Table, TargetId};
use crate::wire::{Applied, Counts, DrainOutcome, Refusal, State};

/// Largest answer: a full table with all its histograms is far below.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Longest wait for an answer that needs no waiting.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);

/// Steers one gateway.
#[derive(Clone, Debug)]
pub struct Client {
    socket: PathBuf,
}

/// Why a call gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody listens: the gateway isn't running, or it has another socket.
    #[error("{path}: no gateway answers: {source}")]
    Unreachable {
        /// The socket.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The call got no answer in time.
    #[error("{path}: the gateway gave no answer within {seconds} s")]
    TooSlow {
        /// The socket.
        path: PathBuf,
        /// How long the client waited.
        seconds: u64,
    },
    /// The connection broke. Whether the call took effect is not known: ask for the state.
    #[error("{path}: the connection broke: {reason}")]
    Broken {
        /// The socket.
        path: PathBuf,
        /// What happened.
        reason: String,
    },
    /// The gateway refused the call; nothing changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl ClientError {
    /// Whether the same call may succeed later, unchanged.
    #[must_use]
    pub fn retryable(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TooSlow { .. } | Self::Broken { .. } => true,
            Self::Refused(_) => false,
        }
    }
}

impl Client {
    /// A client of the gateway whose admin socket is this file.
    #[must_use]
    pub fn new(socket: impl Into<PathBuf>) -> Self {
        Self { socket: socket.into() }
    }

    /// The socket's file.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Epoch, table and targets.
    ///
    /// # Errors
    /// No gateway answers.
    pub async fn state(&self) -> Result<State, ClientError> {
        self.call(Method::GET, "/v1/state", None, Bytes::new(), CALL_TIMEOUT).await
    }

    /// Counts and histograms of each group.
    ///
    /// # Errors
    /// No gateway answers.
    pub async fn counts(&self) -> Result<Counts, ClientError> {
        self.call(Method::GET, "/v1/counts", None, Bytes::new(), CALL_TIMEOUT).await
    }

    /// Replaces the table that has this epoch. When it answers, the new table is on disk, and every request that
    /// begins from now on follows it.
    ///
    /// # Errors
    /// A refusal (faults, another epoch, disk), or no answer.
    pub async fn put_table(&self, epoch: u64, table: &Table) -> Result<Applied, ClientError> {
        let body = serde_json::to_vec(table).map_err(|error| self.broken(&error))?;
        self.call(Method::PUT, "/v1/table", Some(epoch), body.into(), CALL_TIMEOUT).await
    }

    /// Sends no new request to a target and waits until none is open, or until the deadline; the outcome says how many
    /// are. A drain that has been asked for stays, also after the deadline, until [`Client::undrain`].
    ///
    /// # Errors
    /// A refusal (no such target), or no answer.
    pub async fn drain(&self, target: &TargetId, deadline: Duration) -> Result<DrainOutcome, ClientError> {
        let path = format!("/v1/targets/{target}/drain?deadline_ms={}", deadline.as_millis());
        self.call(Method::POST, &path, None, Bytes::new(), deadline.saturating_add(CALL_TIMEOUT)).await
    }

    /// Sends requests to a drained target again.
    ///
    /// # Errors
    /// A refusal (no such target), or no answer.
    pub async fn undrain(&self, target: &TargetId) -> Result<DrainOutcome, ClientError> {
        self.call(Method::DELETE, &format!("/v1/targets/{target}/drain"), None, Bytes::new(), CALL_TIMEOUT).await
    }

    /// The gateway's own metrics in the Prometheus (OpenMetrics) text format.
    ///
    /// # Errors
    /// No gateway answers.
    pub async fn metrics(&self) -> Result<String, ClientError> {
        let (_, body) = self.exchange(Method::GET, "/metrics", None, Bytes::new(), CALL_TIMEOUT).await?;
        String::from_utf8(body.into()).map_err(|error| self.broken(&error))
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        epoch: Option<u64>,
        body: Bytes,
        patience: Duration,
    ) -> Result<T, ClientError> {
        let (status, body) = self.exchange(method, path, epoch, body, patience).await?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|error| self.broken(&error));
        }
        match serde_json::from_slice::<Refusal>(&body) {
            Ok(refusal) => Err(refusal.into()),
            Err(_) => Err(self.broken(&status)),
        }
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        epoch: Option<u64>,
        body: Bytes,
        patience: Duration,
    ) -> Result<(StatusCode, Bytes), ClientError> {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "gateway");
        if let Some(epoch) = epoch {
            request = request.header(header::IF_MATCH, epoch);
        }
        let request = request.body(Full::new(body)).map_err(|error| self.broken(&error))?;
        match timeout(patience, self.send(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(ClientError::TooSlow { path: self.socket.clone(), seconds: patience.as_secs() }),
        }
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes), ClientError> {
        let stream = UnixStream::connect(&self.socket)
            .await
            .map_err(|source| ClientError::Unreachable { path: self.socket.clone(), source })?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| self.broken(&error))?;
        let exchange = async {
            let (head, body) = sender.send_request(request).await.map_err(|error| self.broken(&error))?.into_parts();
            let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await.map_err(|error| self.broken(&error))?;
            Ok((head.status, body.to_bytes()))
        };
        tokio::pin!(exchange);
        // The connection is driven here, not by a task of its own, so that it ends with the call.
        tokio::pin!(connection);
        tokio::select! {
            answer = &mut exchange => answer,
            ended = &mut connection => match ended {
                Ok(()) => exchange.await,
                Err(error) => Err(self.broken(&error)),
            }
        }
    }

    fn broken(&self, reason: &(impl ToString + ?Sized)) -> ClientError {
        ClientError::Broken { path: self.socket.clone(), reason: reason.to_string() }
    }
}
