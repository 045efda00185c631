//! What passes through unchanged, what is added and taken away, and that nothing is held back.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Version};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::support::{Body, Gateway, Upstream, full, post, table};

/// Answers with the head of the request as it arrived.
async fn echo(request: Request<Incoming>) -> Response<Body> {
    let mut text = format!("{} {}\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        text += &format!("{name}: {}\n", value.to_str().unwrap());
    }
    Response::new(full(text))
}

async fn before(
    handler: impl AsyncFn() -> Upstream,
    change: impl FnOnce(&mut raally_gateway::Config),
) -> (Upstream, Gateway) {
    let upstream = handler().await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[upstream.address])]), change).await;
    (upstream, gateway)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_sees_the_request_without_the_hop_and_with_its_origin() {
    let (_upstream, gateway) = before(async || Upstream::start(echo).await, |_| {}).await;
    let reply = gateway
        .send(
            Request::get("/a%20b?c=d&e")
                .header("host", "raally.example:8443")
                .header("connection", "keep-alive, x-drop")
                .header("x-drop", "1")
                .header("x-forwarded-for", "6.6.6.6")
                .header("x-forwarded-proto", "https")
                .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        )
        .await;
    let lines: Vec<&str> = reply.body.lines().collect();
    assert_eq!(lines[0], "GET /a%20b?c=d&e");
    assert!(lines.contains(&"host: raally.example:8443"), "{lines:?}");
    assert!(lines.contains(&"x-forwarded-for: 127.0.0.1") && lines.contains(&"x-forwarded-proto: http"), "{lines:?}");
    let trace = lines.iter().find_map(|line| line.strip_prefix("traceparent: ")).unwrap();
    assert!(trace.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && trace.ends_with("-01"), "{trace}");
    assert!(!trace.contains("00f067aa0ba902b7"), "the span is the gateway's own");
    assert!(!reply.body.contains("x-drop") && !reply.body.contains("6.6.6.6"), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_keeps_its_fields_and_loses_those_of_the_hop() {
    let answering = async || {
        Upstream::start(|_| async {
            Response::builder()
                .status(StatusCode::CREATED)
                .header("etag", "\"1\"")
                .header("set-cookie", "a=1")
                .header("set-cookie", "b=2")
                .header("keep-alive", "timeout=9")
                .header("upgrade", "h2c")
                .body(full("made"))
                .unwrap()
        })
        .await
    };
    let (_upstream, gateway) = before(answering, |_| {}).await;
    let reply = gateway.get("/").await;
    assert_eq!((reply.status, reply.header("etag"), reply.body.as_str()), (StatusCode::CREATED, "\"1\"", "made"));
    assert_eq!(reply.headers.get_all("set-cookie").iter().count(), 2);
    assert!(!reply.headers.contains_key("keep-alive") && !reply.headers.contains_key("upgrade"));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_without_a_body_keep_their_connection_usable() {
    let answering = async || {
        Upstream::start(|request| async move {
            let status = match request.uri().path() {
                "/204" => StatusCode::NO_CONTENT,
                "/304" => StatusCode::NOT_MODIFIED,
                _ => StatusCode::OK,
            };
            let body = if status == StatusCode::OK { "eleven char" } else { "" };
            Response::builder().status(status).body(full(body)).unwrap()
        })
        .await
    };
    let (upstream, gateway) = before(answering, |_| {}).await;
    let stream = TcpStream::connect(gateway.address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    for (method, path, status) in [("HEAD", "/", 200), ("GET", "/204", 204), ("GET", "/304", 304), ("GET", "/", 200)] {
        let request = Request::builder().method(method).uri(path).header("host", "a").body(Full::default()).unwrap();
        sender.ready().await.unwrap();
        let reply = sender.send_request(request).await.unwrap();
        assert_eq!(reply.status().as_u16(), status, "{method} {path}");
        if method == "HEAD" {
            assert_eq!(reply.headers()["content-length"], "11");
        }
        reply.into_body().collect().await.unwrap();
    }
    assert_eq!(upstream.hits(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_pass_as_they_come() {
    let (events, receiver) = mpsc::channel::<&'static str>(1);
    let receiver = std::sync::Mutex::new(Some(receiver));
    let upstream = Upstream::start(move |_| {
        let mut receiver = receiver.lock().unwrap().take().unwrap();
        async move {
            let frames = futures_util::stream::poll_fn(move |cx| {
                receiver
                    .poll_recv(cx)
                    .map(|event| event.map(|event| Ok::<_, Infallible>(Frame::data(Bytes::from(event)))))
            });
            let mut response = Response::new(StreamBody::new(frames).boxed());
            response.headers_mut().insert("content-type", "text/event-stream".parse().unwrap());
            response
        }
    })
    .await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[upstream.address])]), |_| {}).await;
    let mut stream = TcpStream::connect(gateway.address).await.unwrap();
    stream.write_all(b"GET /events HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut text = String::new();
    let mut buffer = [0; 4_096];
    // Each event is sent only after the one before has been seen: what is held back would never come.
    for event in ["data: one\n\n", "data: two\n\n", "data: three\n\n"] {
        events.send(event).await.unwrap();
        while !text.contains(event) {
            let read = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut buffer)).await.unwrap().unwrap();
            assert!(read > 0, "{text}");
            text += std::str::from_utf8(&buffer[..read]).unwrap();
        }
    }
    drop(events);
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.ends_with("0\r\n\r\n"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn large_bodies_pass_both_ways_whole() {
    let back = async || {
        Upstream::start(|request| async move {
            let body = request.into_body().map_err(|error| panic!("the body broke: {error}"));
            Response::new(body.boxed())
        })
        .await
    };
    let (_upstream, gateway) = before(back, |_| {}).await;
    let sent: Bytes = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let stream = TcpStream::connect(gateway.address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request: Request<Full<Bytes>> = post("/").header("host", "a").body(Full::from(sent.clone())).unwrap();
    let reply = sender.send_request(request).await.unwrap();
    let received = reply.into_body().collect().await.unwrap().to_bytes();
    assert!(received == sent, "{} bytes of {} came back", received.len(), sent.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_goes_on_is_not_cut_by_the_time_of_an_attempt() {
    let counting = async || {
        Upstream::start(|request| async move {
            let length = request.into_body().collect().await.unwrap().to_bytes().len();
            Response::new(full(length.to_string()))
        })
        .await
    };
    let (_upstream, gateway) = before(counting, |config| config.timeouts.attempt_ms = 200).await;
    let mut stream = TcpStream::connect(gateway.address).await.unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n").await.unwrap();
    // Twice as long in all as an attempt may take, and never half as long without a byte.
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        stream.write_all(b"x").await.unwrap();
    }
    let mut buffer = [0; 1_024];
    let read = stream.read(&mut buffer).await.unwrap();
    let text = std::str::from_utf8(&buffer[..read]).unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK") && text.ends_with("10"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_expects_to_continue_is_told_so() {
    let (upstream, gateway) = before(async || Upstream::start(echo).await, |_| {}).await;
    let mut stream = TcpStream::connect(gateway.address).await.unwrap();
    stream.write_all(b"PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n").await.unwrap();
    let mut buffer = [0; 4_096];
    let read = stream.read(&mut buffer).await.unwrap();
    assert_eq!(&buffer[..read], b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"body").await.unwrap();
    let read = stream.read(&mut buffer).await.unwrap();
    let text = std::str::from_utf8(&buffer[..read]).unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK") && !text.contains("expect"), "{text}");
    assert_eq!(upstream.hits(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_requests_reach_targets_as_http_1() {
    let (_upstream, gateway) = before(async || Upstream::start(echo).await, |_| {}).await;
    let stream = TcpStream::connect(gateway.address).await.unwrap();
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let asked = (0..20).map(|number| {
        let mut sender = sender.clone();
        async move {
            let request = Request::builder()
                .method(Method::GET)
                .uri(format!("http://raally.example/{number}"))
                .version(Version::HTTP_2)
                .body(Full::<Bytes>::default())
                .unwrap();
            let reply = sender.send_request(request).await.unwrap();
            assert_eq!((reply.status(), reply.version()), (StatusCode::OK, Version::HTTP_2));
            reply.into_body().collect().await.unwrap().to_bytes()
        }
    });
    for (number, body) in futures_util::future::join_all(asked).await.into_iter().enumerate() {
        let text = std::str::from_utf8(&body).unwrap();
        assert!(text.starts_with(&format!("GET /{number}\n")), "{text}");
        assert!(text.contains("host: raally.example\n"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_trusted_proxy_its_word_counts() {
    let (_upstream, gateway) =
        before(async || Upstream::start(echo).await, |config| config.trusted_proxies = vec!["127.0.0.0/8".into()])
            .await;
    let reply = gateway
        .send(Request::get("/").header("x-forwarded-for", "203.0.113.9").header("x-forwarded-proto", "https"))
        .await;
    assert!(reply.body.contains("x-forwarded-for: 203.0.113.9, 127.0.0.1\n"), "{}", reply.body);
    assert!(reply.body.contains("x-forwarded-proto: https\n"), "{}", reply.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_answer_is_cut_off() {
    let silent = async || {
        Upstream::start(|_| async {
            let frames = futures_util::stream::pending::<Result<Frame<Bytes>, Infallible>>();
            Response::new(StreamBody::new(frames).boxed())
        })
        .await
    };
    let (_upstream, gateway) = before(silent, |config| config.timeouts.body_idle_ms = 100).await;
    assert!(super::support::exchange(gateway.address, Request::get("/"), "").await.is_err());
}
