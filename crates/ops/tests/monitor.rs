//! `raallyctl monitor` as a program: what it reads from an instance, from one that is silent, and how it ends.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

/// An instance whose counters grow by a hundred requests, two of them failing, with each reading.
fn instance() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it listens").to_string();
    std::thread::spawn(move || {
        static READINGS: AtomicU64 = AtomicU64::new(1);
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let times = READINGS.fetch_add(1, Ordering::Relaxed);
            let metric = "raally_http_request_duration_seconds";
            let body = format!(
                "{metric}_count{{route=\"/a\",status=\"2xx\"}} {}\n{metric}_count{{route=\"/a\",status=\"5xx\"}} {}\n\
                 {metric}_bucket{{le=\"0.01\",route=\"/a\",status=\"2xx\"}} {}\n\
                 {metric}_bucket{{le=\"+Inf\",route=\"/a\",status=\"2xx\"}} {}\n\
                 raally_build_info{{version=\"9.8.7\",build=\"abc\"}} 1\nraally_log_position {times}\n# EOF\n",
                98 * times,
                2 * times,
                98 * times,
                98 * times,
            );
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let written = (&stream).write_all((head + &body).as_bytes());
            assert!(written.is_ok(), "the monitor reads the whole answer");
        }
    });
    address
}

/// Nobody listens there: the port was taken and given back.
fn silent() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it listened").to_string()
}

fn raallyctl(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raallyctl"));
    command.env_remove("RAALLYCTL_ENV").args(arguments).output().expect("raallyctl starts")
}

#[test]
fn one_picture_as_json_has_rates_shares_and_who_is_silent() {
    let (instance, silent) = (instance(), silent());
    let output = raallyctl(&["--json", "monitor", "--once", "--instance", &instance, "--instance", &silent]);
    assert!(output.status.success(), "{output:?}");
    let view: Value = serde_json::from_slice(&output.stdout).expect("JSON alone on standard output");
    let rate = view["traffic"]["perSecond"].as_f64().expect("two readings make a rate");
    assert!((50.0..=100.0).contains(&rate), "a hundred requests in a little more than a second: {rate}");
    assert_eq!(view["errors"]["share"], 0.02);
    assert!(view["latency"]["p95Ms"].as_f64().is_some_and(|p95| (9.0..10.0).contains(&p95)), "{}", view["latency"]);
    assert_eq!(view["slo"]["burns"].as_array().map(Vec::len), Some(4));
    let replicas = view["replicas"].as_array().expect("both instances");
    let of = |name: &str| replicas.iter().find(|one| one["name"] == name).expect("it is listed");
    assert_eq!(of(&instance)["version"], "9.8.7+abc");
    assert_eq!(of(&silent)["answers"], false);
    assert!(view["troubles"][0].as_str().is_some_and(|trouble| trouble.starts_with(&silent)), "{}", view["troubles"]);
}

#[test]
fn picture_as_text_is_plain_and_ends_with_2_when_nothing_answers() {
    let silent = silent();
    let output = raallyctl(&["monitor", "--once", "--instance", &silent]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("nothing answers") && text.contains("✖ silent") && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn without_a_terminal_it_asks_for_once_or_json() {
    let output = raallyctl(&["monitor", "--instance", "127.0.0.1:1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--once"));
}
