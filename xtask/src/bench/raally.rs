//! Raally as it is shipped, with authentication, permissions, limits, metrics and logging on.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::http::Client;
use super::process::{Postgres, Server};
use super::report::Report;
use super::seed::{self, QUARTER, SMALL, Size, Workspace, YEAR};
use super::{Engine, Plan, load, yardstick};
use crate::tree::Tree;

const ADDRESS: SocketAddr = yardstick::ADDRESS;
const READY: &str = "/ready";
/// The limiter is on, and so high that it never refuses.
const RATE_LIMIT: &str = "10000000";
const MEGABYTE: f64 = 1024.0 * 1024.0;
const STARTS: usize = 5;
const GROWTH: [usize; 3] = [10_000, 100_000, 1_000_000];

/// One engine's database, and how to start Raally on it.
struct Bench<'a> {
    tree: &'a Tree,
    plan: &'a Plan,
    who: String,
    folder: std::path::PathBuf,
    postgres: Option<Postgres>,
}

/// Measures everything on one engine.
///
/// # Errors
/// Names the step that failed.
pub fn measure(tree: &Tree, plan: &Plan, engine: Engine, report: &mut Report) -> Result<(), String> {
    let folder = plan.folder.join(engine.name());
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let postgres = match engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some(Postgres::start(&plan.folder.join("postgres-data"))?),
    };
    let bench = Bench { tree, plan, who: engine.raally(), folder, postgres };
    let mut server = bench.start()?;
    server.wait_until_ready(READY)?;
    let mut client = Client::new(ADDRESS);
    seed::sign_up(&mut client)?;
    seed::sign_in(&mut client)?;
    let small = seed::by_requests(&mut client, "small", SMALL)?;
    let quarter = seed::by_import(&mut client, || bench.raally(), &bench.folder, "quarter", QUARTER)?;
    drop(server);

    bench.measure_start(report)?;
    let mut server = bench.start()?;
    server.wait_until_ready(READY)?;
    std::thread::sleep(Duration::from_secs(2));
    let idle = server.resident_bytes().unwrap_or_default();
    report.add_value(&bench.who, "memory-idle", idle as f64 / MEGABYTE);
    for (what, scenario) in single(&small) {
        if what == "create" {
            bench.note_memory(report, "memory-reading", &server);
        }
        bench.measure_load(report, &bench.who, what, scenario)?;
    }
    // Before the large workspace is asked for, because the goal is that of the small one.
    bench.note_memory(report, "memory-loaded", &server);
    bench.measure_load(report, &bench.who, "quarter", weekly(&quarter))?;
    bench.measure_load(report, &bench.who, "two-years", utilisation(&quarter))?;
    bench.measure_load(report, &bench.who, "sign-in", sign_in())?;
    drop(server);
    if plan.growth {
        bench.measure_growth(report)?;
    }
    Ok(())
}

impl Bench<'_> {
    fn raally(&self) -> Command {
        let mut command = Command::new(self.tree.at("target/release/raally"));
        command
            .env("RAALLY_LISTEN", ADDRESS.to_string())
            .env("RAALLY_DATA_DIR", &self.folder)
            .env("RAALLY_RATE_LIMIT", RATE_LIMIT)
            .env("RAALLY_LOG", "info");
        if let Some(postgres) = &self.postgres {
            command.env("RAALLY_DATABASE_URL", &postgres.url);
        }
        command
    }

    fn start(&self) -> Result<Server, String> {
        let mut command = self.raally();
        command.arg("serve");
        Server::start(&mut command, ADDRESS, &self.folder.join("serve.log"))
    }

    fn measure_start(&self, report: &mut Report) -> Result<(), String> {
        let mut times = Vec::new();
        for _ in 0..STARTS {
            let ready = self.start()?.wait_until_ready(READY)?;
            times.push(ready.as_secs_f64() * 1_000.0);
        }
        report.add_value(&self.who, "start", load::median(times));
        let binary = fs::metadata(self.tree.at("target/release/raally"));
        let bytes = binary.map(|file| file.len()).unwrap_or_default();
        report.add_value(&self.who, "binary", bytes as f64 / MEGABYTE);
        Ok(())
    }

    fn note_memory(&self, report: &mut Report, what: &str, server: &Server) {
        let most = server.resident_bytes_max().unwrap_or_default();
        report.add_value(&self.who, what, most as f64 / MEGABYTE);
    }

    /// A token lives ten minutes, so each measurement signs in anew.
    fn measure_load(&self, report: &mut Report, who: &str, what: &str, mut scenario: Value) -> Result<(), String> {
        let token = seed::sign_in(&mut Client::new(ADDRESS))?;
        scenario["name"] = json!(format!("{who} {what}"));
        scenario["header"]["authorization"] = json!(format!("Bearer {token}"));
        let figures = load::measure(self.tree, self.plan, &scenario)?;
        report.add_load(who, what, figures);
        Ok(())
    }

    fn measure_growth(&self, report: &mut Report) -> Result<(), String> {
        for assignments in GROWTH {
            let mut server = self.start()?;
            server.wait_until_ready(READY)?;
            let mut client = Client::new(ADDRESS);
            seed::sign_in(&mut client)?;
            let size = Size { assignments, ..QUARTER };
            let name = format!("growth-{assignments}");
            let workspace = seed::by_import(&mut client, || self.raally(), &self.folder, &name, size)?;
            let who = format!("{} at {assignments:>9}", self.who);
            for (what, scenario) in single(&workspace) {
                self.measure_load(report, &who, what, scenario)?;
            }
        }
        Ok(())
    }
}

/// What is asked of one workspace.
fn single(workspace: &Workspace) -> [(&'static str, Value); 5] {
    let base = format!("http://{ADDRESS}{}", workspace.path);
    let spans: Vec<String> = (1..=12)
        .map(|month| format!("\"startsOn\":\"{YEAR}-{month:02}-01\",\"endsOn\":\"{YEAR}-{month:02}-14\""))
        .collect();
    let range = format!("from={YEAR}-01-01&to={YEAR}-03-31");
    [
        (
            "object",
            json!({
                "url": format!("{base}/assignments/{{assignment}}"),
                "list": { "assignment": workspace.assignments },
            }),
        ),
        ("page", json!({ "url": format!("{base}/assignments?limit=50") })),
        ("dashboard", json!({ "url": format!("{base}/dashboard?{range}"), "connections": 4 })),
        ("schedule", json!({ "url": format!("{base}/schedule?{range}&grain=day"), "connections": 4 })),
        // Last, because it makes the workspace larger than the others' goals say.
        (
            "create",
            json!({
                "url": format!("{base}/assignments?onClash=allow"), "method": "POST", "expect": "201",
                "header": { "content-type": "application/json" },
                "list": { "person": workspace.people, "project": workspace.projects, "span": spans },
                // Thousands on the same few people: every one clashes in the end, and is checked for it.
                "body": "{\"personId\":\"{person}\",\"projectId\":\"{project}\",{span},\
                         \"effort\":{\"form\":\"hours-per-day\",\"minutesPerDay\":5},\"note\":\"number {n}\"}",
            }),
        ),
    ]
}

fn weekly(workspace: &Workspace) -> Value {
    let path = &workspace.path;
    let range = format!("from={YEAR}-01-01&to={YEAR}-03-31&grain=week");
    json!({ "url": format!("http://{ADDRESS}{path}/schedule?{range}"), "connections": 4 })
}

/// Two years, of which the middle one is booked.
fn utilisation(workspace: &Workspace) -> Value {
    let path = &workspace.path;
    let range = format!("from={}-07-01&to={}-06-30&grain=month", YEAR - 1, YEAR + 1);
    json!({ "url": format!("http://{ADDRESS}{path}/reports/utilisation?{range}"), "connections": 4 })
}

fn sign_in() -> Value {
    json!({
        "url": format!("http://{ADDRESS}/api/v1/auth/sign-in"), "method": "POST", "connections": 4,
        "header": { "content-type": "application/json" },
        "body": json!({ "email": seed::MAIL, "password": seed::PASSWORD }).to_string(),
    })
}
