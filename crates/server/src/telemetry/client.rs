//! How batches go to the collector: HTTP/1.1 on a kept connection, with TLS for `https`.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry_http::{HttpClient, HttpError};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};

/// Largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// The client of one collector.
#[derive(Debug)]
pub(super) struct Client {
    client: HyperClient<HttpsConnector<HttpConnector>, Full<Bytes>>,
    longest: Duration,
}

impl Client {
    /// `secure`: the system's root certificates are read.
    pub fn new(secure: bool, longest: Duration) -> Result<Self, String> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = HttpsConnectorBuilder::new();
        let builder = if secure {
            builder
                .with_provider_and_native_roots(provider)
                .map_err(|error| format!("no root certificates: {error}"))?
        } else {
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .map_err(|error| error.to_string())?;
            builder.with_tls_config(config.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
        };
        let connector = builder.https_or_http().enable_http1().build();
        Ok(Self { client: HyperClient::builder(TokioExecutor::new()).build(connector), longest })
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = self.client.request(request).await?.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await?.to_bytes();
        Ok(Response::from_parts(head, body))
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        tokio::time::timeout(self.longest, self.send(request.map(Full::new))).await?
    }
}
