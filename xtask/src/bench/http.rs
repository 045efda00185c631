//! Just enough of an HTTP client to fill a database and to see a server ready: one request after
//! the other on one connection. Load is `bench-load`'s work.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

const TIMEOUT: Duration = Duration::from_secs(120);

/// A connection that rested longer may have been closed by the server, as an import takes minutes.
const REST_MAX: Duration = Duration::from_secs(5);

/// An answer: its status, and its body when that is JSON.
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

/// A client of one server.
pub struct Client {
    address: SocketAddr,
    stream: Option<(BufReader<TcpStream>, Instant)>,
    token: Option<String>,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, token: None }
    }

    /// Sends this token with every request from now on.
    pub fn authorise(&mut self, token: &str) {
        self.token = Some(token.to_owned());
    }

    pub fn get(&mut self, path: &str) -> Result<Answer> {
        self.send("GET", path, None)
    }

    pub fn post(&mut self, path: &str, body: &Value) -> Result<Answer> {
        self.send("POST", path, Some(body))
    }

    fn send(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        if let Some(token) = &self.token {
            request.push_str(&format!("authorization: Bearer {token}\r\n"));
        }
        if !body.is_empty() {
            request.push_str("content-type: application/json\r\n");
        }
        request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        let mut stream = match self.stream.take() {
            Some((stream, used)) if used.elapsed() < REST_MAX => stream,
            _ => {
                let stream = TcpStream::connect(self.address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(TIMEOUT))?;
                BufReader::new(stream)
            }
        };
        stream.get_mut().write_all(request.as_bytes())?;
        let answer = read_answer(&mut stream)?;
        self.stream = Some((stream, Instant::now()));
        Ok(answer)
    }
}

fn read_answer(stream: &mut impl BufRead) -> Result<Answer> {
    let status_line = read_line(stream)?;
    let status = status_line
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| Error::new(ErrorKind::InvalidData, status_line.clone()))?;
    let (mut length, mut chunked) = (0, false);
    loop {
        let line = read_line(stream)?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        match line.split_once(':') {
            Some(("content-length", value)) => length = size(value.trim(), 10)?,
            Some(("transfer-encoding", value)) => chunked = value.trim() == "chunked",
            _ => {}
        }
    }
    let mut body = Vec::new();
    if chunked {
        loop {
            let chunk = size(&read_line(stream)?, 16)?;
            read_exactly(stream, chunk, &mut body)?;
            read_line(stream)?;
            if chunk == 0 {
                break;
            }
        }
    } else {
        read_exactly(stream, length, &mut body)?;
    }
    let body = serde_json::from_slice(&body).unwrap_or_default();
    Ok(Answer { status, body })
}

fn read_line(stream: &mut impl BufRead) -> Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

fn read_exactly(stream: &mut impl BufRead, bytes: u64, into: &mut Vec<u8>) -> Result<()> {
    let read = stream.take(bytes).read_to_end(into)? as u64;
    if read == bytes { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

fn size(text: &str, radix: u32) -> Result<u64> {
    u64::from_str_radix(text, radix).map_err(|error| Error::new(ErrorKind::InvalidData, error))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn answers_with_a_length_and_in_chunks_are_read_alike() {
        let plain = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}";
        let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n";
        for text in [plain, chunks] {
            let answer = read_answer(&mut text.as_bytes()).unwrap();
            assert_eq!((answer.status, &answer.body["a"]), (200, &Value::from(1)));
        }
    }
}
