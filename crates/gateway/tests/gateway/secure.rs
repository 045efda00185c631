//! TLS: which protocol is spoken, and certificates that change while it runs.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Version};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use raally_gateway::config::{Listen, TlsFiles};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::support::{Gateway, Upstream, table, until};

/// Writes a certificate for `localhost` and its key; returns the certificate.
fn certify(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(folder.join("certificate.pem"), made.cert.pem()).unwrap();
    made.cert.der().clone()
}

async fn secure(folder: &Path, upstream: &Upstream) -> Gateway {
    let tls = TlsFiles { certificate: folder.join("certificate.pem"), key: folder.join("key.pem") };
    Gateway::start(table(&[("stable", 10_000, &[upstream.address])]), |config| {
        config.listens = vec![Listen { address: "127.0.0.1:0".parse().unwrap(), tls: Some(tls) }];
    })
    .await
}

async fn connect(
    gateway: &Gateway,
    trusts: CertificateDer<'static>,
    protocol: &str,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusts).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let stream = TcpStream::connect(gateway.address).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), stream).await
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_clients_speak_the_version_that_they_ask_for() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = certify(folder.path());
    let upstream = Upstream::start(|request| async move {
        let proto = request.headers()["x-forwarded-proto"].clone();
        http::Response::new(super::support::full(proto.to_str().unwrap().to_owned()))
    })
    .await;
    let gateway = secure(folder.path(), &upstream).await;
    let request = |version: Version| {
        let uri = if version == Version::HTTP_2 { "https://localhost/" } else { "/" };
        let builder = Request::get(uri).version(version);
        let builder = if version == Version::HTTP_2 { builder } else { builder.header("host", "localhost") };
        builder.body(Full::<Bytes>::default()).unwrap()
    };
    let stream = connect(&gateway, certificate.clone(), "h2").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let reply = sender.send_request(request(Version::HTTP_2)).await.unwrap();
    assert_eq!(reply.version(), Version::HTTP_2);
    assert_eq!(reply.into_body().collect().await.unwrap().to_bytes(), "https");
    let stream = connect(&gateway, certificate, "http/1.1").await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let reply = sender.send_request(request(Version::HTTP_11)).await.unwrap();
    assert_eq!(reply.version(), Version::HTTP_11);
    assert_eq!(reply.into_body().collect().await.unwrap().to_bytes(), "https");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_is_used_when_its_files_are_there_and_a_broken_one_never() {
    let folder = tempfile::tempdir().unwrap();
    let old = certify(folder.path());
    let upstream = Upstream::named("stable").await;
    let gateway = secure(folder.path(), &upstream).await;
    connect(&gateway, old.clone(), "h2").await.unwrap();
    std::fs::write(folder.path().join("certificate.pem"), "nonsense").unwrap();
    connect(&gateway, old.clone(), "h2").await.unwrap();
    let new = certify(folder.path());
    until("the new certificate", async || connect(&gateway, new.clone(), "h2").await.ok().map(drop)).await;
    assert!(connect(&gateway, old, "h2").await.is_err());
}
