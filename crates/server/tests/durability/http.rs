//! One HTTP/1.1 connection that knows what became of a request: answered, never sent, or lost on the way.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// A request.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub method: &'static str,
    /// Below the server's root.
    pub path: String,
    pub token: Option<String>,
    pub key: Option<String>,
    pub version: Option<i64>,
    pub body: Option<Value>,
}

impl Request {
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), ..Self::default() }
    }

    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: "POST", path: path.into(), body: Some(body), ..Self::default() }
    }

    fn bytes(&self, host: SocketAddr) -> Vec<u8> {
        let body = self.body.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut head = format!("{} {} HTTP/1.1\r\nhost: {host}\r\n", self.method, self.path);
        let mut field = |name: &str, value: &str| head.push_str(&format!("{name}: {value}\r\n"));
        if let Some(token) = &self.token {
            field("authorization", &format!("Bearer {token}"));
        }
        if let Some(key) = &self.key {
            field("idempotency-key", key);
        }
        if let Some(version) = self.version {
            field("if-match", &format!("\"{version}\""));
        }
        if self.body.is_some() {
            field("content-type", "application/json");
            field("content-length", &body.len().to_string());
        }
        head.push_str("\r\n");
        head.push_str(&body);
        head.into_bytes()
    }
}

/// What a server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names in small letters.
    fields: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The document of an answer that must have this status.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// A problem that says: not now, try again.
    pub fn is_try_again(&self) -> bool {
        matches!(self.status, 503 | 507)
            && self.field("content-type").is_some_and(|kind| kind.starts_with("application/problem+json"))
            && self.field("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok())
            && self.json()["code"].is_string()
    }
}

/// What became of a request.
#[derive(Debug)]
pub enum Outcome {
    Answered(Answer),
    /// Nobody took the connection, or the server had closed it before the request.
    NotSent,
    /// Sent; whether it was done is unknown.
    Lost(String),
}

/// A connection that is kept between requests and made again when the server has closed it.
pub struct Connection {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

impl Connection {
    pub fn to(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// Sends on the kept connection if it is still open, else on a new one.
    pub fn send(&mut self, request: &Request) -> Outcome {
        if self.stream.as_ref().is_some_and(|stream| closed(stream.get_ref())) {
            self.stream = None;
        }
        let mut stream = match self.stream.take().map_or_else(|| self.connect(), Ok) {
            Ok(stream) => stream,
            Err(_) => return Outcome::NotSent,
        };
        let bytes = request.bytes(self.address);
        let answer = stream.get_mut().write_all(&bytes).and_then(|()| read(&mut stream));
        match answer {
            Ok(answer) => {
                if answer.field("connection") != Some("close") {
                    self.stream = Some(stream);
                }
                Outcome::Answered(answer)
            }
            Err(error) => Outcome::Lost(format!("{} {}: {error}", request.method, request.path)),
        }
    }

    fn connect(&self) -> std::io::Result<BufReader<TcpStream>> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(BufReader::new(stream))
    }
}

/// Whether the other side has ended the connection; unasked bytes count as an end too.
fn closed(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let peeked = stream.peek(&mut [0]);
    stream.set_nonblocking(false).unwrap();
    !matches!(peeked, Err(error) if error.kind() == ErrorKind::WouldBlock)
}

fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Answer> {
    let broken = |what: String| std::io::Error::new(ErrorKind::InvalidData, what);
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| broken(format!("no status: {line:?}")))?;
    let mut fields = Vec::new();
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) => fields.push((name.to_lowercase(), value.to_owned())),
            None => break,
        }
    }
    let length = fields.iter().find(|(name, _)| name == "content-length").map_or("0", |(_, value)| value);
    let length = length.parse().map_err(|_| broken(format!("length {length:?}")))?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    let body = String::from_utf8(body).map_err(|error| broken(error.to_string()))?;
    Ok(Answer { status, fields, body })
}

/// One request on a connection of its own, which must be answered.
pub fn ask(address: SocketAddr, request: &Request) -> Answer {
    match Connection::to(address).send(request) {
        Outcome::Answered(answer) => answer,
        other => panic!("{request:?}: {other:?}"),
    }
}
