//! The access log: what a line says, and what it never does.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use http::Request;
use raally_gateway::config::AccessLog;
use serde_json::Value;

use super::support::{Gateway, Upstream, table, until};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything that this program logs; workers are threads of their own, so it is one log for all tests.
fn log() -> &'static Lines {
    static LINES: OnceLock<Lines> = OnceLock::new();
    LINES.get_or_init(|| {
        let lines = Lines::default();
        let writer = lines.clone();
        tracing_subscriber::fmt().json().with_writer(move || writer.clone()).init();
        lines
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_is_one_line_with_its_group_and_without_its_query_or_keys() {
    let lines = log();
    let upstream = Upstream::named("stable").await;
    let gateway = Gateway::start(table(&[("stable", 10_000, &[upstream.address])]), |config| {
        config.access_log = AccessLog::All;
    })
    .await;
    let key = "k".repeat(43);
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let request = Request::get(format!("/logged/{key}?token=secret"))
        .header("authorization", "Bearer secret")
        .header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
    gateway.send(request).await;
    let line = until("the line", async || {
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        text.lines().find(|line| line.contains("/logged/")).map(str::to_owned)
    })
    .await;
    assert!(!line.contains("secret") && !line.contains(&key), "{line}");
    let line: Value = serde_json::from_str(&line).unwrap();
    let fields = &line["fields"];
    assert_eq!((fields["path"].as_str(), fields["status"].as_u64()), (Some("/logged/…"), Some(200)));
    assert_eq!((fields["group"].as_str(), fields["target_id"].as_str()), (Some("stable"), Some("stable-1")));
    assert_eq!((fields["bytes"].as_u64(), fields["attempts"].as_u64()), (Some(6), Some(1)));
    assert_eq!((fields["trace_id"].as_str(), fields["end"].as_str()), (Some(trace), Some("whole")));
    assert_eq!(fields["client"], "127.0.0.1");
}
