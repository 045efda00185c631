//! An installation in a folder of its own, the program run on it, and just enough HTTP to talk to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;

/// A password that the rules accept.
pub const PASSWORD: &str = "quiet harbour lantern 93";
/// Longest wait for anything.
pub const DEADLINE: Duration = Duration::from_secs(60);

pub struct Installation {
    pub folder: tempfile::TempDir,
}

impl Installation {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The program with its data here, and nothing of this process's own configuration.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_raally"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("RAALLY_") {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .current_dir(self.path())
            .env("RAALLY_DATA_DIR", self.path().join("data"))
            .env("RAALLY_LISTEN", "127.0.0.1:0")
            .env("RAALLY_LOG_FORMAT", "json")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// What a command printed with `--json`; it must have done its work.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.push("--json");
        let output = self.run(&all);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub fn serve(&self) -> Server {
        Server::start(self.command(&["serve"]))
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A running `raally serve`; killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Started, and ready for requests.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let address = address_of(child.stderr.take().unwrap());
        let server = Self { child, address };
        let started = Instant::now();
        while server.get("/api/health/ready", None).0 != 200 {
            assert!(started.elapsed() < DEADLINE, "the server doesn't become ready");
        }
        server
    }

    pub fn get(&self, path: &str, token: Option<&str>) -> (u16, Value) {
        request(self.address, "GET", path, token, None)
    }

    pub fn post(&self, path: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
        request(self.address, "POST", path, token, Some(body))
    }

    pub fn access_token(&self, email: &str, password: &str) -> String {
        let body = serde_json::json!({"email": email, "password": password});
        let (status, answer) = self.post("/api/v1/auth/sign-in", None, &body);
        assert_eq!(status, 200, "{answer}");
        answer["accessToken"].as_str().unwrap().to_owned()
    }

    /// Asked to end; its exit code.
    pub fn end(mut self) -> Option<i32> {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// From the log line that says where it listens; the rest of the log is read on, so that it never blocks.
fn address_of(log: ChildStderr) -> SocketAddr {
    let (found, address) = mpsc::channel();
    std::thread::spawn(move || {
        let mut seen = String::new();
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            match entry["address"].as_str() {
                Some(address) => _ = found.send(Ok(address.to_owned())),
                None => seen.push_str(&line),
            }
        }
        _ = found.send(Err(seen));
    });
    address.recv_timeout(DEADLINE).unwrap().unwrap().parse().unwrap()
}

pub fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<&Value>,
) -> (u16, Value) {
    let body = body.map(ToString::to_string).unwrap_or_default();
    let bearer = token.map(|token| ("authorization", format!("Bearer {token}")));
    let answer = exchange(address, method, path, bearer.as_slice(), &body);
    let status = answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, serde_json::from_str(answer_of(&answer)).unwrap_or_default())
}

/// One request on a connection of its own, and the answer with its head.
pub fn exchange(address: SocketAddr, method: &str, path: &str, headers: &[(&str, String)], body: &str) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}content-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = open(address, &format!("{head}{body}"));
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    text(&answer)
}

/// What stands below an answer's head.
pub fn answer_of(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

/// A connection on which a request was sent.
pub fn open(address: SocketAddr, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// An answer with its head, as it came.
pub fn raw(address: SocketAddr, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}
