//! The access line: one for each request, with the ids, without secrets.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use support::start;
use tracing_subscriber::fmt::MakeWriter;

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

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Lines {
    fn take(&self) -> (String, Vec<Value>) {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (text, lines)
    }
}

#[tokio::test]
async fn each_request_is_one_line_with_its_ids_and_no_secret() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt().json().with_writer(lines.clone()).finish();
    let _here = tracing::subscriber::set_default(subscriber);
    let app = start();

    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let headers = [("authorization", "Bearer owner"), ("x-request-id", "r-1"), ("traceparent", trace)];
    app.call("GET /api/v1/workspaces/{w}/people/{p}?limit=secret", &headers, "").await;
    app.call("GET /api/v1/workspaces/{w}/people/{p}", &headers, "").await;
    let (text, seen) = lines.take();
    assert_eq!(seen.len(), 2, "{text}");
    for line in &seen {
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["span"]["request"], "r-1");
        assert_eq!(line["span"]["trace"], "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(line["span"]["workspace"], support::WORKSPACE);
        assert!(line["span"]["user"].is_string());
        assert_eq!(line["fields"]["route"], "/api/v1/workspaces/{workspaceId}/people/{personId}");
        assert!(line["fields"]["took_us"].is_u64());
    }
    assert_eq!((&seen[0]["fields"]["status"], &seen[1]["fields"]["status"]), (&422.into(), &200.into()));
    assert!(!text.contains("secret") && !text.contains("Bearer"));
}

#[tokio::test]
async fn a_bug_is_logged_once_with_its_private_detail() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt().json().with_writer(lines.clone()).finish();
    let _here = tracing::subscriber::set_default(subscriber);
    let app = start();
    app.call("GET /api/v1/bug", &[], "").await;
    let (text, seen) = lines.take();
    assert_eq!(seen.len(), 1, "{text}");
    assert_eq!((&seen[0]["level"], &seen[0]["fields"]["code"]), (&"ERROR".into(), &"internal".into()));
    assert_eq!(seen[0]["fields"]["reason"], "password of the database is hunter2");

    app.call("GET /a%0aforged", &[], "").await;
    app.get("/api/v1/users", "down").await;
    let (text, seen) = lines.take();
    assert_eq!(seen.len(), 2, "{text}");
    assert_eq!((&seen[0]["level"], &seen[0]["fields"]["code"]), (&"INFO".into(), &"not-found".into()));
    assert_eq!(seen[1]["level"], "WARN");
}
