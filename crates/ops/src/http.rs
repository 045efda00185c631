//! Small HTTP requests of our own: probes, and the load of rehearsals.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

/// Largest answer that is read.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A client with a pool of connections.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client<HttpConnector, Full<Bytes>>,
}

/// Why there was no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NoAnswer {
    /// Not within the time.
    #[error("no answer within {0:?}")]
    TooSlow(Duration),
    /// The request could not be made.
    #[error("{0}")]
    Bad(String),
    /// No connection, or it broke.
    #[error("{0}")]
    Broken(String),
}

impl Default for Http {
    fn default() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(Duration::from_secs(2)));
        Self {
            client: Client::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(5)).build(connector),
        }
    }
}

impl Http {
    /// Sends a request, reads the whole answer.
    ///
    /// # Errors
    /// When there is none in time.
    pub async fn send(
        &self,
        request: Request<Full<Bytes>>,
        patience: Duration,
    ) -> Result<(StatusCode, Bytes), NoAnswer> {
        let exchange = async {
            let answer = self.client.request(request).await.map_err(|error| NoAnswer::Broken(chain(&error)))?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
            Ok((head.status, body.map_err(|error| NoAnswer::Broken(error.to_string()))?.to_bytes()))
        };
        timeout(patience, exchange).await.unwrap_or(Err(NoAnswer::TooSlow(patience)))
    }

    /// `GET`.
    ///
    /// # Errors
    /// As [`Http::send`].
    pub async fn get(&self, address: &str, path: &str, patience: Duration) -> Result<(StatusCode, Bytes), NoAnswer> {
        let uri: Uri = format!("http://{address}{path}").parse().map_err(|error| NoAnswer::Bad(format!("{error}")))?;
        let request = Request::get(uri).body(Full::default()).map_err(|error| NoAnswer::Bad(error.to_string()))?;
        self.send(request, patience).await
    }
}

/// An error with its causes, which hyper keeps apart.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
