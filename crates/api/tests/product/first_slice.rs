//! The first slice end to end: sign up, plan, see it in every report.

use http::Method;
use serde_json::{Value, json};

use crate::support::{Call, Host, User, both, id};

/// A company with one person of 40 h a week on one project, 4 h a day in the first week of March 2026.
pub struct Slice {
    pub owner: User,
    pub workspace: String,
    pub person: Value,
    pub project: Value,
    pub role: Value,
    pub assignment: Value,
}

pub fn booking(person: &Value, project: &Value, minutes: i64) -> Value {
    json!({
        "personId": person["id"], "projectId": project["id"], "startsOn": "2026-03-02", "endsOn": "2026-03-06",
        "effort": {"form": "hours-per-day", "minutesPerDay": minutes},
    })
}

impl Slice {
    pub async fn make(host: &Host) -> Self {
        let owner = host.sign_up("Olga Owner").await;
        let workspace = host.workspace(&owner, "First").await;
        let role = host.add(&workspace, &owner, "roles", json!({"name": "Developer"})).await;
        let person = json!({"name": "Ada", "roleId": role["id"], "weeklyMinutes": 2400});
        let person = host.add(&workspace, &owner, "people", person).await;
        let project = host.add(&workspace, &owner, "projects", json!({"name": "Apollo", "code": "AP"})).await;
        let assignment = host.add(&workspace, &owner, "assignments", booking(&person, &project, 240)).await;
        Self { owner, workspace, person, project, role, assignment }
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.workspace)
    }
}

both!(a_company_plans_and_overbooking_is_never_silent);
async fn a_company_plans_and_overbooking_is_never_silent(host: Host) {
    let slice = Slice::make(&host).await;
    let (owner, bookings) = (&slice.owner, slice.at("assignments"));
    assert_eq!(slice.person["schedules"][0]["workingTime"]["weeks"], json!([[480, 480, 480, 480, 480, 0, 0]]));
    let second = booking(&slice.person, &slice.project, 300);
    let refused = host.post(&bookings, owner, second.clone()).await.refused(409, "clash");
    let clashes = refused["clashes"].as_array().unwrap();
    let days = clashes.iter().filter(|clash| clash["scope"] == "day").count();
    assert_eq!(days, 5, "{refused}");
    assert_eq!(clashes[0]["loadMinutes"], 540);
    assert_eq!(clashes[0]["capacityMinutes"], 480);
    assert!(refused.to_string().contains(id(&slice.assignment)));
    assert_eq!(host.get(&bookings, owner).await.ok()["items"].as_array().unwrap().len(), 1);
    let tentative = host.post(&format!("{bookings}?onClash=tentative"), owner, second.clone()).await.created();
    assert_eq!(tentative["commitment"], "tentative");
    let allowed = host.post(&format!("{bookings}?onClash=allow"), owner, second).await.created();
    assert_eq!(allowed["commitment"], "confirmed");
    let report = slice.at("reports/overbooking?from=2026-03-01&to=2026-03-31&grain=week");
    let report = host.get(&report, owner).await.ok();
    assert_eq!(report["totals"]["personDays"], 5);
    assert_eq!(report["totals"]["people"], 1);
}

/// Every report, with what its JSON must hold.
const REPORTS: [(&str, &str, i64); 8] = [
    ("reports/hours", "/total/confirmedMinutes", 1_200),
    ("reports/hours", "/total/capacityMinutes", 10_560),
    ("reports/utilisation", "/rows/0/total/minutes", 1_200),
    ("schedule", "/people/0/buckets/0/confirmedMinutes", 1_200),
    ("schedule", "/people/0/buckets/0/capacityMinutes", 10_560),
    ("reports/overbooking", "/totals/personDays", 0),
    ("dashboard", "/hours/total/confirmedMinutes", 1_200),
    ("dashboard", "/projects/0/confirmedMinutes", 1_200),
];

both!(schedule_dashboard_and_every_report_have_the_figures);
async fn schedule_dashboard_and_every_report_have_the_figures(host: Host) {
    let slice = Slice::make(&host).await;
    let range = "from=2026-03-01&to=2026-03-31&grain=month";
    for (name, pointer, wanted) in REPORTS {
        let report = host.get(&slice.at(&format!("{name}?{range}")), &slice.owner).await.ok();
        assert_eq!(report.pointer(pointer), Some(&json!(wanted)), "{name}{pointer}: {report:#}");
    }
    let dashboard = host.get(&slice.at(&format!("dashboard?{range}&format=csv")), &slice.owner).await;
    assert_eq!(dashboard.faults(), ["?format unknown-parameter"], "it is no table");
    let rows = raally_api::routes::operations().rows();
    let reports = rows
        .iter()
        .filter(|row| row.id.starts_with("report_") || ["get_schedule", "get_project_schedule"].contains(&row.id));
    let mut count = 0;
    for row in reports {
        let path = row.path.replace("/api/v1/workspaces/{workspaceId}", &slice.workspace);
        for (format, media_type, start) in [
            ("json", "application/json", &b"{"[..]),
            ("csv", "text/csv; charset=utf-8", "\u{feff}".as_bytes()),
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
        ] {
            let seen = host.get(&format!("{path}?{range}&format={format}"), &slice.owner).await;
            assert_eq!(seen.status, 200, "{}: {}", seen.what, seen.text());
            assert!(seen.header("content-type").starts_with(media_type), "{}", seen.what);
            assert!(seen.body.starts_with(start), "{}", seen.what);
            if format != "json" {
                assert!(seen.header("content-disposition").starts_with("attachment"), "{}", seen.what);
            }
            count += 1;
        }
    }
    assert!(count >= 33, "{count} files");
}

both!(formulas_in_names_are_neutralised_in_files);
async fn formulas_in_names_are_neutralised_in_files(host: Host) {
    let slice = Slice::make(&host).await;
    for name in ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3"] {
        let person = json!({"name": name, "weeklyMinutes": 2400});
        host.add(&slice.workspace, &slice.owner, "people", person).await;
    }
    let path = slice.at("schedule?from=2026-03-01&to=2026-03-31&grain=month&format=csv");
    let csv = host.get(&path, &slice.owner).await;
    assert_eq!(csv.status, 200);
    let text = csv.text();
    assert!(text.contains("=1+1") && text.contains("@SUM(A1)"));
    for cell in text.trim_start_matches('\u{feff}').lines().flat_map(|line| line.split(',')) {
        let bare = cell.trim_matches('"');
        let number = bare.parse::<f64>().is_ok();
        assert!(number || !bare.starts_with(['=', '+', '-', '@']), "a formula: {cell}");
    }
}

both!(reports_take_the_format_from_accept_too);
async fn reports_take_the_format_from_accept_too(host: Host) {
    let slice = Slice::make(&host).await;
    let path = slice.at("reports/hours?from=2026-03-01&to=2026-03-31");
    let call = Call::new(Method::GET, &path).by(&slice.owner).header("accept", "text/csv");
    let seen = host.call(call).await;
    assert!(seen.header("content-type").starts_with("text/csv"), "{}", seen.header("content-type"));
}

#[test]
fn the_table_of_operations_keeps_its_rules() {
    let faults = raally_api::openapi::faults(&raally_api::routes::operations());
    assert!(faults.is_empty(), "{faults:#?}");
}
