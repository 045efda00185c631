//! What an environment needs to go on: no log that can be written.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use crate::stage::{kill, raallyctl};
use crate::tool::wait_until;

#[test]
fn a_gateway_whose_log_can_not_be_written_serves_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = folder.path().join("gateway.json");
    let [socket, table] = ["s.sock", "t.json"].map(|name| folder.path().join(name));
    let text = serde_json::json!({"listens": [{"address": address}], "adminSocket": socket, "stateFile": table});
    std::fs::write(&config, text.to_string()).unwrap();
    // A disk without a free byte.
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(raallyctl());
    let mut gateway =
        command.arg("gateway").arg("--config").arg(config).stdin(Stdio::null()).stderr(full).spawn().unwrap();
    let answer = || {
        let mut stream = TcpStream::connect(address).ok()?;
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        Some(text)
    };
    wait_until("the gateway listens", || TcpStream::connect(address).is_ok());
    let answers: Vec<_> = (0..3).map(|_| answer().unwrap_or_default()).collect();
    kill(gateway.id(), "-TERM");
    gateway.wait().unwrap();
    // It has no table yet, and every request has a line in the log.
    assert!(answers.iter().all(|text| text.starts_with("HTTP/1.1 503")), "{answers:?}");
}
