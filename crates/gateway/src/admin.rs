//! The admin socket: HTTP/1.1 with JSON over a Unix socket that only its owner may open. Decision 0011 has the calls.

use std::convert::Infallible;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};

use crate::metrics;
use crate::steering::Steering;
use crate::table::{Table, TargetId};
use crate::wire::Refusal;

const BODY_BYTES_MAX: usize = 1024 * 1024;
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
const DRAIN_DEADLINE: Duration = Duration::from_secs(30);

/// A Unix socket under a path that never names a half-made one: it is bound beside it and then takes the name. The old
/// one's owner, if it still runs, just hears of no new callers.
pub(crate) fn bind(path: &Path) -> io::Result<UnixListener> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let beside = PathBuf::from(beside);
    let _ = std::fs::remove_file(&beside);
    let listener = UnixListener::bind(&beside)?;
    std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(0o600))?;
    std::fs::rename(&beside, path)?;
    Ok(listener)
}

/// Answers calls until it is dropped.
pub(crate) async fn serve(listener: UnixListener, steering: Arc<Steering>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, Arc::clone(&steering), true));
            }
            Err(error) => {
                tracing::warn!(%error, "can't accept on the admin socket");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// Answers `GET /metrics` and nothing else on a loopback address.
pub(crate) async fn serve_metrics(listener: TcpListener, steering: Arc<Steering>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, Arc::clone(&steering), false));
            }
            Err(error) => {
                tracing::warn!(%error, "can't accept on the metrics address");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn connection(stream: impl AsyncRead + AsyncWrite + Unpin, steering: Arc<Steering>, steers: bool) {
    let service = service_fn(|request: Request<Incoming>| {
        let steering = Arc::clone(&steering);
        async move { Ok::<_, Infallible>(answer(&steering, request, steers).await) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "an admin connection broke");
    }
}

async fn answer(steering: &Steering, request: Request<Incoming>, steers: bool) -> Response<Full<Bytes>> {
    let path = request.uri().path().to_owned();
    if request.method() == Method::GET && path == "/metrics" {
        let mut response = Response::new(Full::from(metrics::text(steering)));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(metrics::CONTENT_TYPE));
        return response;
    }
    if !steers {
        return json(StatusCode::NOT_FOUND, &Refusal::NoSuchCall);
    }
    match call(steering, request, &path).await {
        Ok(response) => response,
        Err(refusal) => json(status(&refusal), &refusal),
    }
}

async fn call(steering: &Steering, request: Request<Incoming>, path: &str) -> Result<Response<Full<Bytes>>, Refusal> {
    let parts: Vec<&str> = path.split('/').collect();
    match (request.method(), parts.as_slice()) {
        (&Method::GET, ["", "v1", "state"]) => Ok(json(StatusCode::OK, &steering.state())),
        (&Method::GET, ["", "v1", "counts"]) => Ok(json(StatusCode::OK, &steering.counts())),
        (&Method::PUT, ["", "v1", "table"]) => {
            let epoch = epoch(request.headers())?;
            let table = table(request.into_body()).await?;
            Ok(json(StatusCode::OK, &steering.put_table(epoch, table).await?))
        }
        (&Method::POST, ["", "v1", "targets", id, "drain"]) => {
            let deadline = request.uri().query().and_then(deadline).unwrap_or(DRAIN_DEADLINE);
            Ok(json(StatusCode::OK, &steering.drain(&TargetId::from(*id), deadline).await?))
        }
        (&Method::DELETE, ["", "v1", "targets", id, "drain"]) => {
            Ok(json(StatusCode::OK, &steering.undrain(&TargetId::from(*id)).await?))
        }
        _ => Err(Refusal::NoSuchCall),
    }
}

fn epoch(headers: &HeaderMap) -> Result<u64, Refusal> {
    let text = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
    text.and_then(|text| text.trim_matches('"').parse().ok()).ok_or(Refusal::EpochRequired)
}

async fn table(body: Incoming) -> Result<Table, Refusal> {
    let unreadable = |reason: String| Refusal::Unreadable { reason };
    let body = Limited::new(body, BODY_BYTES_MAX).collect().await.map_err(|error| unreadable(error.to_string()))?;
    let body = body.to_bytes();
    let mut json = serde_json::Deserializer::from_slice(&body);
    serde_path_to_error::deserialize(&mut json).map_err(|error| unreadable(error.to_string()))
}

fn deadline(query: &str) -> Option<Duration> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let milliseconds = pairs.into_iter().find(|(name, _)| *name == "deadline_ms")?.1;
    Some(Duration::from_millis(milliseconds.parse().ok()?))
}

fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::BadTable { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::OtherEpoch { .. } => StatusCode::PRECONDITION_FAILED,
        Refusal::EpochRequired => StatusCode::PRECONDITION_REQUIRED,
        Refusal::UnknownTarget { .. } | Refusal::NoSuchCall => StatusCode::NOT_FOUND,
        Refusal::Unreadable { .. } => StatusCode::BAD_REQUEST,
        Refusal::NotKept { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn json(status: StatusCode, value: &impl Serialize) -> Response<Full<Bytes>> {
    let body = serde_json::to_vec(value).unwrap_or_default();
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
