//! Traces as a collector gets them, and the traces that measurements name.

use std::io::BufRead;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Instant;

use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use raally_storage::testing::server::PostgresServer;
use serde_json::{Value, json};

use crate::collector::{Collector, attribute};
use crate::installation::{DEADLINE, Installation, PASSWORD, Server, answer_of, exchange, open, raw, text};

const MAIL: &str = "ann@company.example";
const NAME: &str = "Annabel Ångström";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

fn traceparent(flags: &str) -> String {
    format!("00-{TRACE}-{CALLER}-{flags}")
}

/// A server that sends to this address, and samples so much by itself.
fn serve(here: &Installation, endpoint: &str, ratio: &str) -> Server {
    let mut command = here.command(&["serve"]);
    command.env("RAALLY_OTLP_ENDPOINT", endpoint).env("RAALLY_TRACE_RATIO", ratio);
    Server::start(command)
}

/// A token, a workspace's path, and the body of a booking in it.
fn company(server: &Server) -> (String, String, Value) {
    let account = json!({"email": MAIL, "password": PASSWORD, "name": NAME});
    assert_eq!(server.post("/api/v1/auth/sign-up", None, &account).0, 201);
    let token = server.access_token(MAIL, PASSWORD);
    let made = |path: &str, body: Value| {
        let (status, made) = server.post(path, Some(&token), &body);
        assert_eq!(status, 201, "{made}");
        made["id"].as_str().unwrap().to_owned()
    };
    let workspace = format!("/api/v1/workspaces/{}", made("/api/v1/workspaces", json!({"name": "Agency"})));
    let project = made(&format!("{workspace}/projects"), json!({"name": "Shop", "code": "P-1"}));
    let person = made(&format!("{workspace}/people"), json!({"name": NAME, "weeklyMinutes": 2400}));
    let effort = json!({"form": "hours-per-day", "minutesPerDay": 60});
    let booking = json!({"personId": person, "projectId": project, "startsOn": "2026-03-02", "endsOn": "2026-03-06",
                         "effort": effort, "note": "for her eyes only"});
    (token, workspace, booking)
}

/// Books as part of the caller's trace.
fn book(server: &Server, flags: &str, (token, workspace, booking): &(String, String, Value)) {
    let path = format!("{workspace}/assignments?onClash=allow");
    let headers = [("traceparent", traceparent(flags)), ("authorization", format!("Bearer {token}"))];
    let answer = exchange(server.address, "POST", &path, &headers, &booking.to_string());
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(answer.contains(&format!("traceparent: 00-{TRACE}-")), "{answer}");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn named<'s>(spans: &'s [Span], name: &str) -> Option<&'s Span> {
    spans.iter().find(|span| span.name == name)
}

/// The one with this name whose parent is that one.
fn below<'s>(spans: &'s [Span], parent: &Span, name: &str) -> &'s Span {
    let found = spans.iter().find(|span| span.name == name && span.parent_span_id == parent.span_id);
    found.unwrap_or_else(|| panic!("no {name} below {} in {spans:#?}", parent.name))
}

#[test]
fn a_booking_is_one_trace_from_its_caller_to_the_commit_without_a_secret() {
    let (here, collector) = (Installation::new(), Collector::start());
    let server = serve(&here, &collector.url(), "0");
    let company = company(&server);
    book(&server, "01", &company);
    let spans = collector.spans_when(|spans| named(spans, "seal").is_some() && named(spans, "commit").is_some());

    let route = "/api/v1/workspaces/{workspaceId}/assignments";
    let http = named(&spans, &format!("POST {route}")).unwrap();
    assert_eq!((hex(&http.trace_id).as_str(), hex(&http.parent_span_id).as_str()), (TRACE, CALLER));
    assert_eq!(http.kind(), SpanKind::Server);
    let workspace = company.1.rsplit('/').next().unwrap();
    for (key, value) in [
        ("http.request.method", "POST"),
        ("http.route", route),
        ("http.response.status_code", "201"),
        ("url.scheme", "http"),
        ("raally.workspace.id", workspace),
    ] {
        assert_eq!(attribute(http, key).as_deref(), Some(value), "{key}");
    }
    let command = below(&spans, http, "create_assignment");
    assert_eq!(attribute(command, "raally.workspace.id").as_deref(), Some(workspace));
    let write = below(&spans, command, "write");
    assert_eq!(attribute(write, "db.system.name").as_deref(), Some("sqlite"));
    assert!(attribute(write, "raally.rows.written").is_some_and(|rows| rows.parse::<u32>().unwrap() > 1));
    let change = below(&spans, write, "change");
    assert_eq!(attribute(change, "raally.stream.kind").as_deref(), Some("assignment"));
    below(&spans, change, "append");
    let commit = below(&spans, write, "commit");
    assert_eq!(attribute(commit, "db.operation.batch.size").as_deref(), Some("1"));
    for span in [command, write, change, commit] {
        assert_eq!(hex(&span.trace_id), TRACE);
        assert!(span.start_time_unix_nano >= http.start_time_unix_nano);
        assert!(
            span.end_time_unix_nano <= http.end_time_unix_nano && span.start_time_unix_nano <= span.end_time_unix_nano
        );
    }

    let seal = named(&spans, "seal").unwrap();
    assert_ne!(seal.trace_id, http.trace_id);
    assert!(seal.links.iter().any(|link| link.trace_id == http.trace_id && link.span_id == http.span_id), "{seal:#?}");
    let own = |span: &Span| hex(&span.trace_id) == TRACE || span.trace_id == seal.trace_id;
    assert!(spans.iter().all(own), "a request that nobody sampled was recorded: {spans:#?}");

    assert!(collector.services().iter().all(|service| service == "raally"));
    let sent = collector.text();
    for secret in [MAIL, NAME, PASSWORD, &company.0, "Bearer", "her eyes", "onClash"] {
        assert!(!sent.contains(secret), "{secret:?} was sent to the collector");
    }
    assert_eq!(server.end(), Some(0));
}

#[test]
fn on_postgresql_a_booking_is_a_trace_too() {
    let Some(postgres) = PostgresServer::shared() else { return };
    let database = tokio::runtime::Runtime::new().unwrap().block_on(postgres.empty_database());
    let (here, collector) = (Installation::new(), Collector::start());
    let mut command = here.command(&["serve"]);
    command.env("RAALLY_OTLP_ENDPOINT", collector.url()).env("RAALLY_TRACE_RATIO", "0");
    command.env("RAALLY_DATABASE_URL", database);
    let server = Server::start(command);
    let company = company(&server);
    book(&server, "01", &company);
    let booked = |spans: &[Span]| named(spans, "create_assignment").is_some() && named(spans, "commit").is_some();
    let spans = collector.spans_when(booked);
    let write = below(&spans, named(&spans, "create_assignment").unwrap(), "write");
    for span in [write, below(&spans, write, "commit"), below(&spans, below(&spans, write, "change"), "append")] {
        assert_eq!(attribute(span, "db.system.name").as_deref(), Some("postgresql"), "{}", span.name);
        assert_eq!(hex(&span.trace_id), TRACE);
    }
    assert_eq!(attribute(write, "raally.attempts").as_deref(), Some("1"));
    assert_eq!(server.end(), Some(0));
}

#[test]
fn a_listener_gets_what_a_trace_changed_in_a_span_that_links_to_it() {
    let (here, collector) = (Installation::new(), Collector::start());
    let server = serve(&here, &collector.url(), "0");
    let company = company(&server);
    let (token, workspace, _) = &company;
    let request =
        format!("GET {workspace}/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n");
    let mut stream = std::io::BufReader::new(open(server.address, &request));
    let (mut line, started) = (String::new(), Instant::now());
    // Whatever comes after the first line is about changes from now on.
    while !line.starts_with("retry:") {
        assert!(started.elapsed() < DEADLINE);
        line.clear();
        assert!(stream.read_line(&mut line).unwrap() > 0, "the stream ended");
    }
    book(&server, "01", &company);
    let spans = collector.spans_when(|spans| named(spans, "deliver").is_some());
    let deliver = named(&spans, "deliver").unwrap();
    assert!(deliver.links.iter().any(|link| hex(&link.trace_id) == TRACE), "{deliver:#?}");
    drop(stream);
    assert_eq!(server.end(), Some(0));
}

#[test]
fn what_waits_is_sent_before_the_end_and_what_is_not_sampled_never() {
    let (here, collector) = (Installation::new(), Collector::start());
    let mut command = here.command(&["serve"]);
    // The variable that all programs share.
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url()).env("RAALLY_TRACE_RATIO", "1");
    let server = Server::start(command);
    let company = company(&server);
    book(&server, "00", &company);
    assert_eq!(server.end(), Some(0));
    let spans = collector.spans_when(|spans| !spans.is_empty());
    assert!(spans.iter().all(|span| hex(&span.trace_id) != TRACE), "the caller said that it isn't sampled");
    for made in ["create_workspace", "create_person", "create_project"] {
        assert!(named(&spans, made).is_some(), "{made} is missing");
    }
}

#[test]
fn where_traces_go_and_how_many_is_checked_before_the_start() {
    let here = Installation::new();
    let check = |endpoint: &str, ratio: &str| {
        let mut command = here.command(&["config", "check"]);
        let checked = command.env("RAALLY_OTLP_ENDPOINT", endpoint).env("RAALLY_TRACE_RATIO", ratio).output().unwrap();
        (checked.status.code(), text(&checked.stderr))
    };
    assert_eq!(check("https://collector.example:4318/", "0.25").0, Some(0));
    for endpoint in ["collector:4318", "grpc://collector", "http://", "http://me:secret@collector"] {
        let (code, said) = check(endpoint, "2");
        assert_eq!(code, Some(1), "{endpoint}");
        assert!(said.contains("RAALLY_OTLP_ENDPOINT") && said.contains("RAALLY_TRACE_RATIO"), "{said}");
        assert!(!said.contains("secret"), "{said}");
    }
}

#[test]
fn a_collector_that_is_gone_fails_nothing_and_is_used_when_it_is_back() {
    let here = Installation::new();
    let place = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = place.local_addr().unwrap();
    drop(place);
    let server = serve(&here, &format!("http://{address}/"), "1");
    let company = company(&server);
    let started = Instant::now();
    while counted(&server, "raally_trace_spans_not_taken_total") == 0 {
        assert!(started.elapsed() < DEADLINE);
        std::thread::yield_now();
    }
    let collector = Collector::on(TcpListener::bind(address).unwrap());
    book(&server, "01", &company);
    let spans = collector.spans_when(|spans| spans.iter().any(|span| hex(&span.trace_id) == TRACE));
    assert!(!spans.is_empty());
    // The collector has them before the server has its answer.
    let started = Instant::now();
    while counted(&server, "raally_trace_spans_sent_total") == 0 {
        assert!(started.elapsed() < DEADLINE);
        std::thread::yield_now();
    }
    assert_eq!(server.end(), Some(0));
}

#[test]
fn without_a_collector_the_end_is_not_held_up() {
    let here = Installation::new();
    // Takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = serve(&here, &format!("http://{}", silent.local_addr().unwrap()), "1");
    assert_eq!(server.get("/api/v1/workspaces", None).0, 401);
    let started = Instant::now();
    assert_eq!(server.end(), Some(0));
    assert!(started.elapsed().as_secs() < 8, "{:?}", started.elapsed());
}

fn counted(server: &Server, name: &str) -> u64 {
    let metrics = text(&raw(server.address, "/metrics"));
    let found = metrics.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    found.unwrap_or_else(|| panic!("{name} is not measured"))
}

#[test]
fn latencies_name_the_traces_of_sampled_requests_to_who_asks_for_open_metrics() {
    let (here, collector) = (Installation::new(), Collector::start());
    let server = serve(&here, &collector.url(), "0");
    let company = company(&server);
    let ask = |accept: &str| {
        let headers = [("accept", accept.to_owned())];
        exchange(server.address, "GET", "/metrics", &headers, "")
    };
    let open = "application/openmetrics-text;version=1.0.0";
    assert!(!ask(open).contains("trace_id="), "nothing is sampled yet");
    book(&server, "01", &company);
    let example = format!("# {{trace_id=\"{TRACE}\"}}");
    let metrics = ask(open);
    let line =
        metrics.lines().find(|line| line.contains(&example)).unwrap_or_else(|| panic!("no example in {metrics}"));
    assert!(line.starts_with("raally_http_request_duration_seconds_bucket{"), "{line}");
    assert!(line.contains("operation=\"create_assignment\""), "{line}");
    assert!(metrics.contains("content-type: application/openmetrics-text; version=1.0.0"));

    let older = ask("text/plain;version=0.0.4");
    assert!(older.contains("content-type: text/plain; version=0.0.4") && !older.contains("trace_id="));
    let wrong = promtool(answer_of(&older));
    assert!(wrong.is_none_or(|said| said.is_empty()));
    assert_eq!(server.end(), Some(0));
}

/// What promtool has against measurements; none where it isn't installed.
fn promtool(metrics: &str) -> Option<String> {
    use std::io::Write;
    let mut check = Command::new("promtool");
    check.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = check.spawn() else {
        println!("skipped: promtool is not installed");
        return None;
    };
    child.stdin.take().unwrap().write_all(metrics.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    // Exit code 3 is about taste in names; what can't be read is 1.
    (done.status.code() == Some(1)).then(|| text(&done.stderr))
}

#[test]
fn a_real_prometheus_keeps_the_traces_that_latencies_name() {
    if Command::new("prometheus").arg("--version").output().is_err() {
        println!("skipped: prometheus is not installed");
        return;
    }
    let (here, collector) = (Installation::new(), Collector::start());
    let server = serve(&here, &collector.url(), "0");
    let company = company(&server);
    book(&server, "01", &company);
    let prometheus = Prometheus::scraping(&here, &server);
    let path = "/api/v1/query_exemplars?query=raally_http_request_duration_seconds_bucket&start=0&end=99999999999";
    let started = Instant::now();
    loop {
        let found = exchange(prometheus.address, "GET", path, &[], "");
        if found.contains(TRACE) {
            break;
        }
        assert!(started.elapsed() < DEADLINE, "{found}");
        std::thread::yield_now();
    }
    drop(prometheus);
    assert_eq!(server.end(), Some(0));
}

/// A running Prometheus; killed when dropped.
struct Prometheus {
    child: std::process::Child,
    address: std::net::SocketAddr,
}

impl Prometheus {
    fn scraping(here: &Installation, server: &Server) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let config = here.path().join("prometheus.yml");
        let target = server.address;
        let scrape = format!(
            "scrape_configs:\n- job_name: raally\n  scrape_interval: 200ms\n  scrape_timeout: 200ms\n  \
             static_configs:\n  - targets: ['{target}']\n"
        );
        std::fs::write(&config, scrape).unwrap();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", here.path().join("tsdb").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg("--enable-feature=exemplar-storage")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let prometheus = Self { child, address };
        let started = Instant::now();
        while std::net::TcpStream::connect(address).is_err() {
            assert!(started.elapsed() < DEADLINE, "prometheus doesn't listen");
            std::thread::yield_now();
        }
        prometheus
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
