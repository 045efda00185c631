//! `raally health`: whether the server of this configuration takes requests. For probes of images that have neither a
//! shell nor a client; it needs no database and no key.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::config::Config;
use crate::failed::Failed;
use crate::talk::Talk;

/// Longest time for the whole answer.
const WAIT: Duration = Duration::from_secs(3);
/// The status line and some more.
const ANSWER_BYTES_MAX: usize = 4096;

/// Asks `/ready`. With TLS it only sees whether somebody listens, since it knows no name to verify.
pub async fn run(config: &Config, talk: Talk) -> Result<ExitCode, Failed> {
    let address = reachable(config.listen);
    let asked = async {
        let mut stream = TcpStream::connect(address).await?;
        if config.tls.is_some() { Ok(200) } else { status(&mut stream).await }
    };
    let status = tokio::time::timeout(WAIT, asked)
        .await
        .map_err(|_| Failed::ours(format!("{address} does not answer within {} s", WAIT.as_secs())))?
        .map_err(|error| Failed::ours(format!("{address} does not answer: {error}")))?;
    if status == 200 {
        talk.data(&json!({"ready": true, "address": address}), &format!("{address} takes requests"))
    } else {
        Err(Failed::ours(format!("{address} answers {status}: it takes no requests"))
            .next(format!("GET http://{address}/api/health names what is down")))
    }
}

async fn status(stream: &mut TcpStream) -> std::io::Result<u16> {
    stream.write_all(b"GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut answer = vec![0; ANSWER_BYTES_MAX];
    let mut length = 0;
    loop {
        let read = stream.read(&mut answer[length..]).await?;
        length += read;
        if let Some(status) = status_of(&answer[..length]) {
            return Ok(status);
        }
        if read == 0 {
            return Err(std::io::Error::other("that was no HTTP answer"));
        }
    }
}

/// Source: RFC 9112, section 4: `HTTP/1.1 200 …`.
fn status_of(answer: &[u8]) -> Option<u16> {
    let line = answer.strip_prefix(b"HTTP/1.1 ")?;
    std::str::from_utf8(line.get(..3)?).ok()?.parse().ok()
}

/// Where a listener on all addresses can be asked from this host.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_as_soon_as_it_is_there() {
        assert_eq!(status_of(b"HTTP/1.1 503 Service"), Some(503));
        assert_eq!(status_of(b"HTTP/1.1 20"), None);
        assert_eq!(status_of(b"SSH-2.0-OpenSSH"), None);
    }

    #[test]
    fn a_listener_on_all_addresses_is_asked_on_loopback() {
        assert_eq!(reachable(([0, 0, 0, 0], 8080).into()), ([127, 0, 0, 1], 8080).into());
        assert_eq!(reachable(([10, 0, 0, 1], 8080).into()), ([10, 0, 0, 1], 8080).into());
    }
}
