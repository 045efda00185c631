//! The loop on a real socket: both versions of HTTP, TLS, bounds of connections, and the orderly end.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use http::{Request, StatusCode, Version};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use raally_api::server::tls;
use raally_api::{Drained, ServeOptions, serve};
use rustls::pki_types::{CertificateDer, ServerName};
use support::{App, TestApp, settings, with};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(10);

struct Server {
    address: SocketAddr,
    app: App,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Drained>,
}

fn options() -> ServeOptions {
    let short = Duration::from_millis(100);
    ServeOptions { drain_delay: short, idle_grace: short, drain_deadline: SOON, ..ServeOptions::default() }
}

async fn run(options: ServeOptions) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let TestApp { app, platform } = with(settings());
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(serve(listener, platform, options, async {
        let _ = stopped.await;
    }));
    Server { address, app, stop, ended }
}

impl Server {
    async fn end(self) -> Drained {
        let _ = self.stop.send(());
        timeout(SOON * 2, self.ended).await.unwrap().unwrap()
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// One HTTP/1.1 exchange; the head and the body, or what went wrong before a byte of the answer.
async fn exchange(stream: &mut TcpStream, path: &str) -> std::io::Result<(String, String)> {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    answer(stream).await
}

async fn answer(stream: &mut TcpStream) -> std::io::Result<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() == length.parse::<usize>().unwrap() {
            return Ok((head.to_owned(), body.to_owned()));
        }
    }
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let server = run(options()).await;
    let mut stream = server.connect().await;
    for _ in 0..3 {
        let (head, body) = exchange(&mut stream, "/api/health/live").await.unwrap();
        assert!(head.starts_with("HTTP/1.1 200") && !head.contains("connection: close"), "{head}");
        assert_eq!(body, "{\"state\":\"up\"}");
    }
    drop(stream);
    assert!(server.end().await.finished);
}

/// A client, or a proxy for many clients, goes on using a connection whose last answer did not end it.
#[tokio::test]
async fn a_refused_body_leaves_its_connection_whole_or_ends_it_openly() {
    let server = run(options()).await;
    for length in [10, 5_000, 2_000_000] {
        let mut stream = server.connect().await;
        let head = format!("POST /api/nothing HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        // A later request's answer shows that the head was read, so that the body comes after it.
        let mut later = server.connect().await;
        later.write_all(b"GET /api/nothing HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        answer(&mut later).await.unwrap();
        if length < 100_000 {
            stream.write_all(&vec![b'x'; length]).await.unwrap();
        }
        let (head, _) = answer(&mut stream).await.unwrap();
        assert!(head.starts_with("HTTP/1.1 404"), "{head}");
        if length < 100_000 {
            assert!(!head.contains("connection: close"), "{length}: {head}");
            exchange(&mut stream, "/api/health/live").await.unwrap();
        } else {
            assert!(head.contains("connection: close"), "{length}: {head}");
        }
    }
    assert!(server.end().await.finished);
}

#[tokio::test]
async fn http_2_is_spoken_without_tls_too() {
    let server = run(options()).await;
    let io = TokioIo::new(server.connect().await);
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake::<_, _, Empty<&[u8]>>(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get("http://localhost/ready").body(Empty::new()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!((response.status(), response.version()), (StatusCode::OK, Version::HTTP_2));
    drop(sender);
    assert!(server.end().await.finished);
}

#[tokio::test]
async fn a_silent_or_slow_client_is_cut_off() {
    let server = run(ServeOptions { head_timeout: Duration::from_millis(200), ..options() }).await;
    for sent in ["", "P", "GET / HT", "PRI * HTTP/2.0"] {
        let mut stream = server.connect().await;
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        timeout(SOON, stream.read_to_end(&mut rest)).await.unwrap().unwrap();
        assert!(!rest.starts_with(b"HTTP/1.1 200"), "{sent:?}");
    }
    let mut idle = server.connect().await;
    exchange(&mut idle, "/ready").await.unwrap();
    assert_eq!(timeout(SOON, idle.read(&mut [0; 8])).await.unwrap().unwrap(), 0, "idle connections end");
    assert!(server.end().await.finished);
}

#[tokio::test]
async fn huge_heads_are_refused() {
    let server = run(ServeOptions { head_bytes_max: 8 * 1024, headers_max: 20, ..options() }).await;
    // What is left unread when the server closes resets the connection, which may swallow the answer.
    for (extra, may_be_swallowed) in [(format!("x: {}\r\n", "y".repeat(20_000)), true), ("x: y\r\n".repeat(30), false)]
    {
        let mut stream = server.connect().await;
        let request = format!("GET /ready HTTP/1.1\r\nhost: a\r\n{extra}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = timeout(SOON, stream.read_to_end(&mut answer)).await.unwrap();
        let swallowed = may_be_swallowed && answer.is_empty();
        assert!(swallowed || answer.starts_with(b"HTTP/1.1 431"), "{}", String::from_utf8_lossy(&answer));
    }
    assert!(server.end().await.finished);
}

#[tokio::test]
async fn connections_beyond_the_bound_wait_their_turn() {
    let server = run(ServeOptions { connections_max: 1, ..options() }).await;
    let mut first = server.connect().await;
    exchange(&mut first, "/ready").await.unwrap();
    let mut second = server.connect().await;
    let waiting = tokio::spawn(async move { exchange(&mut second, "/ready").await });
    exchange(&mut first, "/ready").await.unwrap();
    assert!(!waiting.is_finished());
    drop(first);
    assert!(timeout(SOON, waiting).await.unwrap().unwrap().is_ok());
    assert!(server.end().await.finished);
}

#[tokio::test]
async fn a_request_in_work_is_finished_at_the_end() {
    let server = run(options()).await;
    let mut stream = server.connect().await;
    let asked = tokio::spawn(async move { exchange(&mut stream, "/api/v1/wait").await });
    server.app.entered.notified().await;
    let app = server.app.clone();
    let ended = tokio::spawn(server.end());
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(!ended.is_finished());
    app.release.notify_one();
    let (head, body) = asked.await.unwrap().unwrap();
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("connection: close"), "{head}");
    assert_eq!(body, "{\"waited\":true}");
    assert_eq!(ended.await.unwrap(), Drained { finished: true, cut_off: 0 });
}

#[tokio::test]
async fn what_outlives_the_deadline_is_cut_off() {
    let server = run(ServeOptions { drain_deadline: Duration::from_millis(300), ..options() }).await;
    let mut stream = server.connect().await;
    let asked = tokio::spawn(async move { exchange(&mut stream, "/api/v1/wait").await });
    server.app.entered.notified().await;
    assert_eq!(server.end().await, Drained { finished: false, cut_off: 1 });
    assert!(asked.await.unwrap().is_err());
}

#[tokio::test]
async fn readiness_is_red_while_requests_are_still_taken() {
    let server = run(ServeOptions { drain_delay: SOON, ..options() }).await;
    let mut stream = server.connect().await;
    let _ = server.stop.send(());
    let red = async {
        loop {
            let (head, _) = exchange(&mut stream, "/ready").await.unwrap();
            if head.starts_with("HTTP/1.1 503") {
                break;
            }
        }
    };
    timeout(SOON, red).await.unwrap();
    let mut fresh = TcpStream::connect(server.address).await.unwrap();
    assert!(exchange(&mut fresh, "/api/health/live").await.unwrap().0.starts_with("HTTP/1.1 200"));
    server.ended.abort();
}

/// Clients that keep connections, obey `Connection: close` and stop when nobody listens any more.
/// A request that was written and got no answer is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shutdown_under_load_loses_no_request() {
    for _ in 0..5 {
        // It ends when the last client has gone; on a busy machine one may take its time between two requests.
        let server = run(ServeOptions { idle_grace: SOON, ..options() }).await;
        let (answered, lost) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let stopped = Arc::new(AtomicBool::new(false));
        let warm = Arc::new(Notify::new());
        let clients: Vec<_> = (0..16)
            .map(|_| {
                let (address, answered, lost) = (server.address, Arc::clone(&answered), Arc::clone(&lost));
                let (stopped, warm) = (Arc::clone(&stopped), Arc::clone(&warm));
                tokio::spawn(async move {
                    while let Ok(mut stream) = TcpStream::connect(address).await {
                        let mut fresh = true;
                        loop {
                            match exchange(&mut stream, "/api/health/live").await {
                                Ok((head, _)) => {
                                    fresh = false;
                                    if answered.fetch_add(1, Ordering::Relaxed) == 300 {
                                        warm.notify_one();
                                    }
                                    if head.contains("connection: close") {
                                        break;
                                    }
                                }
                                // Whoever connects between the last look at the backlog and the close is reset by the
                                // system: nobody has taken that request, and a client may send it again.
                                Err(error) if fresh && error.kind() == std::io::ErrorKind::ConnectionReset => break,
                                Err(_) => {
                                    lost.fetch_add(1, Ordering::Relaxed);
                                    break;
                                }
                            }
                        }
                    }
                    assert!(stopped.load(Ordering::SeqCst), "the listener closed too early");
                })
            })
            .collect();
        timeout(SOON, warm.notified()).await.unwrap();
        stopped.store(true, Ordering::SeqCst);
        let drained = server.end().await;
        for client in clients {
            client.await.unwrap();
        }
        assert_eq!(drained, Drained { finished: true, cut_off: 0 });
        assert_eq!(lost.load(Ordering::Relaxed), 0);
    }
}

#[tokio::test]
async fn tls_serves_http_2_and_says_so() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let config = tls::config(&certificate, &key).unwrap();
    assert!(tls::config(&key, &certificate).is_err());
    assert!(tls::config(&folder.path().join("none"), &key).is_err());
    let server = run(ServeOptions { tls: Some(config), ..options() }).await;

    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from(made.cert.der().to_vec())).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.alpn_protocols = vec![b"h2".to_vec()];
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
    let name = ServerName::try_from("localhost").unwrap();
    let stream = connector.connect(name, server.connect().await).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake::<_, _, Empty<&[u8]>>(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let request = Request::get("https://localhost/ready").body(Empty::new()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert!(response.headers().contains_key("strict-transport-security"));
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(body.starts_with(b"{\"state\":\"up\""));
    drop(sender);
    assert!(server.end().await.finished);
}
