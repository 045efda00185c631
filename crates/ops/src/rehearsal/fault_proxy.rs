//! Makes a program bad from outside: runs it, stands in front of it, and after a number of requests delays them, then
//! answers some with 500 without asking it. To whoever started it, it looks like the program.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::FaultProxy;
use crate::failed::{Doing, Failed};

/// Probes stay true: what is bad is what users get.
const SPARED: [&str; 3] = ["/api/health/ready", "/api/health/live", "/ready"];

struct Proxy {
    options: FaultProxy,
    upstream: SocketAddr,
    client: Client<HttpConnector, Incoming>,
    seen: AtomicU64,
    /// Milliseconds since 1970.
    last_at: AtomicU64,
}

/// Runs the program behind it until either is ended.
///
/// # Errors
/// When the program can't be started.
pub async fn run(options: FaultProxy) -> Result<ExitCode, Failed> {
    if options.program.get(1).map(String::as_str) != Some("serve") {
        return pass_through(&options.program).await;
    }
    let listen = std::env::var("RAALLY_LISTEN").map_err(|_| Failed::input("RAALLY_LISTEN is not set"))?;
    let listener = TcpListener::bind(&listen).await.doing(&listen)?;
    let upstream = free_address()?;
    let mut child = start(&options.program, &upstream)?;
    let mut terminate = signal(SignalKind::terminate()).doing("can't wait for signals")?;
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let note = options.note.clone();
    let proxy = Arc::new(Proxy { options, upstream, client, seen: AtomicU64::new(0), last_at: AtomicU64::new(0) });
    let graceful = GracefulShutdown::new();
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            ended = child.wait() => {
                let ended = ended.doing("the program")?;
                return Ok(ExitCode::from(ended.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)));
            }
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                _ = stream.set_nodelay(true);
                let proxy = Arc::clone(&proxy);
                let service = service_fn(move |request| {
                    let proxy = Arc::clone(&proxy);
                    async move { Ok::<_, Infallible>(proxy.answer(request).await) }
                });
                let builder = auto::Builder::new(TokioExecutor::new());
                let connection = builder.serve_connection(TokioIo::new(stream), service);
                let watched = graceful.watch(connection.into_owned());
                tokio::spawn(async move { _ = watched.await });
            }
        }
    }
    drop(listener);
    graceful.shutdown().await;
    if let Some(path) = &note {
        note_once(&path.with_extension(format!("last-{}", std::process::id())), proxy.last_at.load(Ordering::Relaxed));
    }
    end(&mut child).await
}

/// Everything that is not `serve` is the program's own business.
async fn pass_through(program: &[String]) -> Result<ExitCode, Failed> {
    let Some((name, arguments)) = program.split_first() else { return Err(Failed::input("which program?")) };
    let status = Command::new(name).args(arguments).status().await.doing(name)?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}

fn start(program: &[String], upstream: &SocketAddr) -> Result<Child, Failed> {
    let Some((name, arguments)) = program.split_first() else { return Err(Failed::input("which program?")) };
    let mut command = Command::new(name);
    command.args(arguments).env("RAALLY_LISTEN", upstream.to_string()).stdin(Stdio::null()).kill_on_drop(true);
    command.spawn().doing(name)
}

fn free_address() -> Result<SocketAddr, Failed> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").doing("no free port")?;
    listener.local_addr().doing("no free port")
}

async fn end(child: &mut Child) -> Result<ExitCode, Failed> {
    if let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(rustix::process::Pid::from_raw) {
        _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
    let ended = child.wait().await.doing("the program")?;
    Ok(if ended.success() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

type Answer = Response<Either<Incoming, Full<Bytes>>>;

impl Proxy {
    async fn answer(&self, mut request: Request<Incoming>) -> Answer {
        if !SPARED.contains(&request.uri().path()) {
            let number = self.seen.fetch_add(1, Ordering::Relaxed) + 1;
            self.last_at.store(now_ms(), Ordering::Relaxed);
            let options = &self.options;
            if number > options.good && options.slow_ms > 0 {
                self.note();
                tokio::time::sleep(Duration::from_millis(options.slow_ms)).await;
            }
            // Spread evenly: of a hundred in a row, as many fail as were asked for.
            if number > options.fail_after && number * options.fail_percent % 100 < options.fail_percent {
                self.note();
                return said(StatusCode::INTERNAL_SERVER_ERROR, "made to fail by a rehearsal");
            }
        }
        let path = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        match format!("http://{}{path}", self.upstream).parse::<Uri>() {
            Ok(uri) => *request.uri_mut() = uri,
            Err(error) => return said(StatusCode::BAD_REQUEST, &error.to_string()),
        }
        match self.client.request(request).await {
            Ok(answer) => answer.map(Either::Left),
            Err(_) => said(StatusCode::SERVICE_UNAVAILABLE, "the program does not answer"),
        }
    }

    /// The instant of the first fault, for the report, in milliseconds since 1970; the first process to have one writes it.
    /// Beside it each process notes at its end when it had its last request.
    fn note(&self) {
        if let Some(path) = &self.options.note {
            note_once(path, now_ms());
        }
    }
}

fn note_once(path: &Path, at_ms: u64) {
    use std::io::Write;
    if let Ok(mut file) = std::fs::OpenOptions::new().write(true).create_new(true).open(path) {
        _ = write!(file, "{at_ms}");
    }
}

fn now_ms() -> u64 {
    u64::try_from(Timestamp::now().as_millisecond()).unwrap_or(0)
}

fn said(status: StatusCode, text: &str) -> Answer {
    let mut answer = Response::new(Either::Right(Full::new(Bytes::from(text.to_owned()))));
    *answer.status_mut() = status;
    answer
}
