//! A collector of traces that speaks OTLP over HTTP as the protocol's own types define it, and keeps what it got.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use crate::installation::DEADLINE;

#[derive(Default)]
struct Got {
    bodies: Vec<u8>,
    services: Vec<String>,
    spans: Vec<Span>,
}

type Kept = Arc<(Mutex<Got>, Condvar)>;

pub struct Collector {
    pub address: SocketAddr,
    kept: Kept,
}

impl Collector {
    pub fn start() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    pub fn on(listener: TcpListener) -> Self {
        let address = listener.local_addr().unwrap();
        let kept = Kept::default();
        let keeps = Arc::clone(&kept);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&keeps);
                std::thread::spawn(move || take(stream, &kept));
            }
        });
        Self { address, kept }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All spans, once they are as they should be.
    pub fn spans_when(&self, good: impl Fn(&[Span]) -> bool) -> Vec<Span> {
        let (got, more) = &*self.kept;
        let (mut got, started) = (got.lock().unwrap(), Instant::now());
        while !good(&got.spans) {
            let names: Vec<&str> = got.spans.iter().map(|span| span.name.as_str()).collect();
            assert!(started.elapsed() < DEADLINE, "only {names:?} came");
            got = more.wait_timeout(got, DEADLINE).unwrap().0;
        }
        got.spans.clone()
    }

    /// Every byte that came, as far as it is text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.kept.0.lock().unwrap().bodies).into_owned()
    }

    /// The services that told of themselves.
    pub fn services(&self) -> Vec<String> {
        self.kept.0.lock().unwrap().services.clone()
    }
}

/// Requests of one connection, until it is closed.
fn take(stream: TcpStream, kept: &Kept) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if reader.read_until(b'\n', &mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        assert!(head.starts_with("post /v1/traces http/1.1\r\n"), "{head}");
        assert!(head.contains("content-type: application/x-protobuf\r\n"), "{head}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        let request = ExportTraceServiceRequest::decode(body.as_slice()).unwrap();
        let (got, more) = &**kept;
        let mut got = got.lock().unwrap();
        got.bodies.extend(body);
        for resource in request.resource_spans {
            got.services.extend(resource.resource.and_then(|it| text_of(&it.attributes, "service.name")));
            got.spans.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
        more.notify_all();
        drop(got);
        writer
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n")
            .unwrap();
    }
}

fn text_of(attributes: &[opentelemetry_proto::tonic::common::v1::KeyValue], key: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An attribute of a span, as text.
pub fn attribute(span: &Span, key: &str) -> Option<String> {
    text_of(&span.attributes, key)
}
