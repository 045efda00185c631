//! Databases of released versions open, migrate, replay and serve what they held (TRUST.md P9).
//!
//! A fixture is a folder `tests/fixtures/v<version>`: `data.zip` with the data folder that the version's own program left,
//! and `expected.json` with what it served. To make the one of this version, before its tag:
//! `RAALLY_TEST_MAKE_FIXTURE=1 cargo test -p raally-server --test durability old_data::make`.

use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::company::{Company, text};
use crate::http::Request;
use crate::imports::Sheet;
use crate::installation::{Installation, say};
use crate::proof;

const FILES: [&str; 3] = ["raally.db", "secret.key", "audit.key"];
/// What is compared, below the workspace; `{person}` and `{project}` are the first ones.
const PAGES: [&str; 16] = [
    "people?limit=200&deleted=include",
    "projects?limit=200&deleted=include",
    "assignments?limit=200&deleted=include",
    "time-off?limit=200&deleted=include",
    "clients?limit=200",
    "teams?limit=200",
    "skills?limit=200",
    "roles?limit=200",
    "calendars?limit=200",
    "holidays?limit=200",
    "settings",
    "people/{person}/compensations",
    "people/{person}/bill-rates",
    "projects/{project}/budget",
    "projects/{project}/rates",
    "schedule?from=2026-01-01&to=2026-12-31&grain=quarter",
];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

#[test]
fn data_of_every_released_version_opens_migrates_replays_and_serves() {
    let folders = std::fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = folders.filter(|folder| folder.join("expected.json").exists()).collect();
    folders.sort();
    assert!(!folders.is_empty(), "there is at least one released version");
    for folder in folders {
        let expected: Value = serde_json::from_reader(File::open(folder.join("expected.json")).unwrap()).unwrap();
        let copy = tempfile::TempDir::new().unwrap();
        ZipArchive::new(File::open(folder.join("data.zip")).unwrap()).unwrap().extract(copy.path()).unwrap();
        for key in &FILES[1..] {
            let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            std::fs::set_permissions(copy.path().join(key), owner_only).unwrap();
        }
        let installation = Installation::in_folder(copy.path());
        let migrated: Value = serde_json::from_str(&installation.done(&["migrate", "--json"])).unwrap();
        let events = proof::holds(&installation);
        assert!(events as u64 >= expected["events"].as_u64().unwrap(), "{events} events");
        let server = installation.serve();
        let mut company = company(&expected);
        company.sign_in(server.address);
        let pages = pages(&company, server.address);
        for (path, page) in expected["pages"].as_object().unwrap() {
            assert_part(page, &pages[path], path);
        }
        company.ask(server.address, company.creation("key-new", 1)).expect(201);
        server.stop();
        proof::holds(&installation);
        say(&format!("{}: {} events replayed, migrated: {migrated}", expected["version"], expected["events"]));
    }
}

/// What was served then is served now; objects may have got more fields since.
fn assert_part(then: &Value, now: &Value, at: &str) {
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => {
            for (name, value) in then {
                assert_part(value, now.get(name).unwrap_or(&Value::Null), &format!("{at} {name}"));
            }
        }
        (Value::Array(then), Value::Array(now)) => {
            assert_eq!(then.len(), now.len(), "{at}");
            for (number, (then, now)) in then.iter().zip(now).enumerate() {
                assert_part(then, now, &format!("{at}[{number}]"));
            }
        }
        _ => assert_eq!(then, now, "{at}"),
    }
}

fn company(expected: &Value) -> Company {
    let people = expected["people"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    Company { token: String::new(), workspace: text(expected, "workspace"), people, project: text(expected, "project") }
}

fn pages(company: &Company, address: SocketAddr) -> Map<String, Value> {
    let page = |path: &&str| {
        let filled = path.replace("{person}", &company.people[0]).replace("{project}", &company.project);
        ((*path).to_owned(), company.ask(address, company.get(&filled)).expect(200))
    };
    PAGES.iter().map(page).collect()
}

/// Makes the fixture of this version; does nothing unless asked to.
#[test]
fn make() {
    if std::env::var("RAALLY_TEST_MAKE_FIXTURE").is_err() {
        return;
    }
    let version = env!("CARGO_PKG_VERSION");
    let folder = fixtures().join(format!("v{version}"));
    assert!(!folder.exists(), "{} is there; a released version's data doesn't change", folder.display());
    let installation = Installation::sqlite();
    let server = installation.serve();
    let company = Company::found(server.address);
    history(&company, server.address);
    Sheet::write_of(&installation, 1, 12).import(&installation, &company);
    let pages = pages(&company, server.address);
    server.stop();
    installation.done(&["audit", "checkpoint", "--workspace", &company.workspace]);
    let events = proof::holds(&installation);
    let expected = json!({"version": version, "events": events, "workspace": company.workspace, "people": company.people,
                          "project": company.project, "pages": pages});
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("expected.json"), serde_json::to_string_pretty(&expected).unwrap()).unwrap();
    let mut archive = ZipWriter::new(File::create(folder.join("data.zip")).unwrap());
    for name in FILES {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(&std::fs::read(installation.folder().join(name)).unwrap()).unwrap();
    }
    archive.finish().unwrap();
    say(&format!("{} has {events} events", folder.display()));
}

/// Something of every kind, and of most kinds of events.
fn history(company: &Company, address: SocketAddr) {
    let add = |kind: &str, body: Value| company.ask(address, company.post(kind, body)).expect(201);
    let change = |method, path: &str, object: &Value, body: Option<Value>| {
        let request = Request {
            method,
            path: company.path(path),
            version: object["version"].as_i64(),
            body,
            ..Request::default()
        };
        let answer = company.ask(address, request);
        assert!((200..300).contains(&answer.status), "{method} {path}: {}", answer.body);
        if answer.body.is_empty() { Value::Null } else { answer.json() }
    };
    let client = add("clients", json!({"name": "Müller & Söhne"}));
    let team = add("teams", json!({"name": "Studio"}));
    let skill = add("skills", json!({"name": "Rust", "category": "Languages"}));
    let role = add("roles", json!({"name": "Developer"}));
    add(
        "calendars",
        json!({"name": "Nine days", "weeks": [[480, 480, 480, 480, 480, 0, 0], [480, 480, 480, 480, 0, 0, 0]],
                            "exceptions": []}),
    );
    add("holidays", json!({"region": "DE-BE", "on": "2026-12-24", "name": "Heiligabend", "observance": "half"}));
    let person = format!("people/{}", company.people[0]);
    let got = |path: &str| company.ask(address, company.get(path)).expect(200);
    let put = |below: &str, body: Value| change("PUT", &format!("{person}/{below}"), &got(&person), Some(body));
    let patch =
        json!({"name": "Zoë Łukasz", "email": "zoe@agency.example", "roleId": role["id"], "teamIds": [team["id"]]});
    change("PATCH", &person, &got(&person), Some(patch));
    put("job-titles/2026-01-01", json!({"title": "Engineer"}));
    put("availability/2026-07-01", json!({"basisPoints": 5_000}));
    put(&format!("skills/{}", text(&skill, "id")), json!({"level": 4}));
    let money = |amount: i64| json!({"amountMinor": amount, "currency": "EUR"});
    put("compensations/2026-01-01", json!({"kind": "salaried", "amount": money(7_200_000), "weeklyMinutes": 2400}));
    put("compensations/2026-06-01", json!({"kind": "hourly", "amount": money(5_500)}));
    put("bill-rates/2026-01-01", json!({"perHour": money(12_000)}));
    let project = format!("projects/{}", company.project);
    change("PATCH", &project, &got(&project), Some(json!({"clientId": client["id"], "status": "active"})));
    change("POST", &format!("{project}/phases"), &got(&project), Some(json!({"name": "Build"})));
    change(
        "POST",
        &format!("{project}/milestones"),
        &got(&project),
        Some(json!({"name": "Go live", "on": "2026-09-01"})),
    );
    change(
        "PUT",
        &format!("{project}/budget"),
        &got(&project),
        Some(json!({"minutes": 60_000, "amount": money(9_000_000)})),
    );
    let rate = json!({"scope": {"of": "project"}, "validFrom": "2026-01-01", "billPerHour": money(10_000)});
    change("POST", &format!("{project}/rates"), &got(&project), Some(rate));
    let leave = json!({"personId": company.people[0], "kind": "vacation", "startsOn": "2026-08-03", "endsOn": "2026-08-14",
                       "note": "Sea"});
    let leave = add("time-off", leave);
    change("POST", &format!("time-off/{}/approve", text(&leave, "id")), &leave, None);
    assignments(company, address, &role, &change);
    add("people", json!({"name": "A designer", "kind": "placeholder"}));
}

/// Method, path, body, version read → answer.
type Change<'c> = &'c dyn Fn(&'static str, &str, &Value, Option<Value>) -> Value;

fn assignments(company: &Company, address: SocketAddr, role: &Value, change: Change<'_>) {
    let pace = json!({"unit": "hours-per-day", "minutesPerDay": 120});
    let efforts = [
        json!({"form": "hours-per-day", "minutesPerDay": 240}),
        json!({"form": "hours-per-week", "minutesPerWeek": 900}),
        json!({"form": "percent", "basisPoints": 2_500}),
        json!({"form": "total", "minutes": 4_000}),
        json!({"form": "total-until-done", "minutes": 1_200, "pace": pace}),
        json!({"form": "phased", "spans": [{"from": "2026-03-02", "to": "2026-03-06", "minutes": 600}]}),
    ];
    let mut made = Vec::new();
    for (number, effort) in efforts.into_iter().enumerate() {
        let open_end = effort["form"] == "total-until-done";
        let mut body = json!({"personId": company.people[number], "projectId": company.project, "roleId": role["id"],
                              "startsOn": "2026-03-02", "effort": effort,
                              "commitment": if number % 2 == 0 { "confirmed" } else { "tentative" }});
        if !open_end {
            body["endsOn"] = json!("2026-04-30");
        }
        made.push(company.ask(address, company.post("assignments?onClash=allow", body)).expect(201));
    }
    let path = |number: usize, action: &str| format!("assignments/{}{action}", text(&made[number], "id"));
    change("POST", &path(0, "/split"), &made[0], Some(json!({"on": "2026-04-01"})));
    change("POST", &path(1, "/confirm"), &made[1], None);
    change("POST", &path(2, "/move"), &made[2], Some(json!({"days": 7})));
    change("POST", &path(3, "/copy"), &made[3], Some(json!({"personId": company.people[7]})));
    change("DELETE", &path(5, ""), &made[5], None);
}
