//! Requests that are made to look like two, or like none: refused, or passed on in one reading only.
//!
//! Source: RFC 9112, 6.3 and 11.2; ASVS 5.0, 4.2.1.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Response;
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::{Gateway, Upstream, full, table};

type Seen = Arc<Mutex<Vec<String>>>;

/// A target that notes each request with its framing and body.
async fn noting() -> (Upstream, Gateway, Seen) {
    let seen = Seen::default();
    let noted = Arc::clone(&seen);
    let upstream = Upstream::start(move |request| {
        let noted = Arc::clone(&noted);
        async move {
            let (head, body) = request.into_parts();
            let framings =
                ["content-length", "transfer-encoding"].map(|name| head.headers.get_all(name).iter().count());
            let body = body.collect().await.unwrap().to_bytes();
            let body = String::from_utf8_lossy(&body).into_owned();
            noted.lock().unwrap().push(format!("{} {} {framings:?} {body}", head.method, head.uri));
            Response::new(full("seen"))
        }
    })
    .await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[upstream.address])]), |_| {}).await;
    (upstream, gateway, seen)
}

/// Sends bytes as they are and reads until the gateway closes, which it must.
async fn raw(gateway: &Gateway, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(gateway.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut text = Vec::new();
    // A reset after the answer is a close too.
    let _ = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut text)).await.unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_framings_are_read_as_chunks_only_and_the_connection_ends() {
    let (_upstream, gateway, seen) = noting().await;
    for heads in
        ["content-length: 4\r\ntransfer-encoding: chunked\r\n", "transfer-encoding: chunked\r\ncontent-length: 4\r\n"]
    {
        let bytes =
            format!("POST /first HTTP/1.1\r\nhost: a\r\n{heads}\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n");
        let text = raw(&gateway, bytes.as_bytes()).await;
        assert_eq!(text.matches("HTTP/1.1").count(), 1, "one answer, then the end: {text}");
    }
    // Each went on with at most one framing, and nothing after it did.
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 2, "{seen:?}");
    for request in seen.iter() {
        assert!(request.starts_with("POST /first"), "{seen:?}");
        assert!(!request.contains("[1, 1]"), "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_read_in_two_ways_is_refused() {
    let (upstream, gateway, _seen) = noting().await;
    let cases: [(&str, &[u8]); 11] = [
        ("two hosts", b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n"),
        ("no host", b"GET / HTTP/1.1\r\n\r\n"),
        ("a host with a path", b"GET / HTTP/1.1\r\nhost: a/b\r\n\r\n"),
        ("two lengths", b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx"),
        ("a signed length", b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: +1\r\n\r\nx"),
        ("a list of lengths", b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1, 2\r\n\r\nx"),
        ("an unknown coding", b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n"),
        ("chunked not last", b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        ("chunks in 1.0", b"POST / HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("a space before the colon", b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length : 1\r\n\r\nx"),
        ("a folded line", b"GET / HTTP/1.1\r\nhost: a\r\nx-a: 1\r\n b\r\n\r\n"),
    ];
    for (case, bytes) in cases {
        let text = raw(&gateway, bytes).await;
        assert!(text.starts_with("HTTP/1.1 400") || text.starts_with("HTTP/1.0 400"), "{case}: {text}");
    }
    assert_eq!(upstream.hits(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_have_a_size_and_a_number() {
    let (upstream, gateway, _seen) = noting().await;
    let large = format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "y".repeat(64 * 1024));
    let many = format!("GET / HTTP/1.1\r\nhost: a\r\n{}\r\n", "x: y\r\n".repeat(200));
    for head in [large, many] {
        let text = raw(&gateway, head.as_bytes()).await;
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 431"), "{text}");
    }
    assert_eq!(upstream.hits(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn tunnels_and_traces_are_not_passed_on() {
    let (upstream, gateway, _seen) = noting().await;
    for line in ["CONNECT a:80", "TRACE /"] {
        let text =
            raw(&gateway, format!("{line} HTTP/1.1\r\nhost: a:80\r\nconnection: close\r\n\r\n").as_bytes()).await;
        assert!(text.starts_with("HTTP/1.1 501") || text.starts_with("HTTP/1.1 400"), "{line}: {text}");
    }
    assert_eq!(upstream.hits(), 0);
}
