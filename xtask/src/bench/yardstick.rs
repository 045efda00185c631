//! The yardstick's three endpoints on each engine, and how those on SQLite compare with the figures
//! that the goals assume.

use std::net::SocketAddr;
use std::process::Command;

use serde_json::{Value, json};

use super::process::{Postgres, Server};
use super::report::Report;
use super::{Engine, Plan, load};
use crate::tree::Tree;

pub const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 18_411);
const ROWS: u32 = 100_000;

/// What the program behind the goals, on SQLite, reached on two cores shared with its load generator
/// (November 2026): requests per second of one row, of a page of 50, of a durable insert.
pub const REFERENCE: [(&str, f64); 3] = [("object", 62_968.0), ("page", 27_960.0), ("create", 48_236.0)];

/// Who the yardstick of an engine is in the report.
pub fn who(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "yardstick",
        Engine::Postgres => "yardstick postgres",
    }
}

/// Measures the yardstick on one engine; PostgreSQL on a server of its own, so that Raally's has
/// no rows of others to clean up.
///
/// # Errors
/// Names the step that failed.
pub fn measure(tree: &Tree, plan: &Plan, engine: Engine, report: &mut Report) -> Result<(), String> {
    let who = who(engine);
    let mut command = Command::new(tree.at("target/release/yardstick"));
    command.arg(ADDRESS.to_string());
    // Kept until the end, and stopped after the yardstick.
    let _postgres = match engine {
        Engine::Sqlite => {
            command.arg(plan.folder.join("yardstick.db"));
            None
        }
        Engine::Postgres => {
            let postgres = Postgres::start(&plan.folder.join("yardstick-postgres"))?;
            command.arg(&postgres.url);
            Some(postgres)
        }
    };
    command.arg(ROWS.to_string());
    let mut server = Server::start(&mut command, ADDRESS, &plan.folder.join(format!("{who}.log")))?;
    server.wait_until_ready("/hello")?;
    for (what, mut scenario) in scenarios() {
        scenario["name"] = json!(format!("{who} {what}"));
        let figures = load::measure(tree, plan, &scenario)?;
        report.add_load(who, what, figures);
    }
    let bytes = server.resident_bytes_max().unwrap_or_default();
    report.add_value(who, "memory-loaded", bytes as f64 / (1024.0 * 1024.0));
    Ok(())
}

fn scenarios() -> [(&'static str, Value); 3] {
    let row = json!({
        "title": "Fix invoice export #{n}",
        "notes": "phase 2 delivery, agreed with client lead; works on staging, has a test",
        "status": "open", "hours": 8, "start": "2026-01-05", "end": "2026-03-30",
    });
    [
        ("object", json!({ "url": format!("http://{ADDRESS}/one/{{id}}"), "list": { "id": format!("1..{ROWS}") } })),
        ("page", json!({ "url": format!("http://{ADDRESS}/list") })),
        (
            "create",
            json!({
                "url": format!("http://{ADDRESS}/insert"), "method": "POST", "expect": "201",
                "header": { "content-type": "application/json" }, "body": row.to_string(),
            }),
        ),
    ]
}
