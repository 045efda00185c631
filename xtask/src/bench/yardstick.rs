//! The yardstick's three endpoints, and how they compare with the figures that the goals assume.

use std::net::SocketAddr;
use std::process::Command;

use serde_json::json;

use super::process::Server;
use super::report::Report;
use super::{Plan, load};
use crate::tree::Tree;

pub const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 18_411);
const ROWS: u32 = 100_000;

/// What the program behind the goals reached on two cores shared with its load generator
/// (November 2026): requests per second of one row, of a page of 50, of a durable insert.
pub const REFERENCE: [(&str, f64); 3] = [("object", 62_968.0), ("page", 27_960.0), ("create", 48_236.0)];

/// Measures the yardstick.
///
/// # Errors
/// Names the step that failed.
pub fn measure(tree: &Tree, plan: &Plan, report: &mut Report) -> Result<(), String> {
    let mut command = Command::new(tree.at("target/release/yardstick"));
    command.arg(ADDRESS.to_string()).arg(plan.folder.join("yardstick.db")).arg(ROWS.to_string());
    let mut server = Server::start(&mut command, ADDRESS, &plan.folder.join("yardstick.log"))?;
    server.wait_until_ready("/hello")?;
    let row = json!({
        "title": "Fix invoice export #{n}",
        "notes": "phase 2 delivery, agreed with client lead; works on staging, has a test",
        "status": "open", "hours": 8, "start": "2026-01-05", "end": "2026-03-30",
    });
    let scenarios = [
        json!({
            "name": "yardstick object", "url": format!("http://{ADDRESS}/one/{{id}}"),
            "list": { "id": format!("1..{ROWS}") },
        }),
        json!({ "name": "yardstick page", "url": format!("http://{ADDRESS}/list") }),
        json!({
            "name": "yardstick create", "url": format!("http://{ADDRESS}/insert"),
            "method": "POST", "header": { "content-type": "application/json" },
            "body": row.to_string(), "expect": "201",
        }),
    ];
    for ((name, _), scenario) in REFERENCE.iter().zip(&scenarios) {
        let figures = load::measure(tree, plan, scenario)?;
        report.add_load("yardstick", name, figures);
    }
    let bytes = server.resident_bytes_max().unwrap_or_default();
    report.add_value("yardstick", "memory-loaded", bytes as f64 / (1024.0 * 1024.0));
    Ok(())
}
