//! The OpenAPI document is locked: a change of the API shows in a change of `openapi/raally.json`.

use std::path::Path;

use http::Method;

use crate::support::{Call, Host};

/// Set to write the document instead of comparing it.
const UPDATE: &str = "UPDATE_OPENAPI";

#[tokio::test]
async fn openapi_document_is_the_snapshot() {
    let host = Host::sqlite().await;
    let seen = host.call(Call::new(Method::GET, "/api/openapi.json")).await;
    assert_eq!(seen.ok()["openapi"], "3.1.0");
    let text = format!("{}\n", seen.text().trim_end());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/raally.json");
    if std::env::var_os(UPDATE).is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = known.lines().zip(text.lines()).position(|(known, now)| known != now);
    let line = differing.unwrap_or(known.lines().count().min(text.lines().count())) + 1;
    assert!(known == text, "the API differs from openapi/raally.json at line {line}; set {UPDATE}=1 to write it anew");
}
