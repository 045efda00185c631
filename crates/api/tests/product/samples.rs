//! A good request for every operation, so that what a test changes in it is the only thing wrong.
//!
//! An operation without a sample fails the tenant matrix: whoever adds an operation adds its line here.

use serde_json::{Value, json};

use crate::support::PASSWORD;
use crate::world::Company;

/// A staffing sheet.
pub const SHEET: &str = "Name,Email,Contract hours,Project code,Project,Client,Role,Hours per week,From,To,Status\n\
    Kim Ito,kim@sheet.example,40,S-1,Sheet,Sheet Ltd,Designer,20,2026-03-02,2026-04-30,confirmed\n\
    =2+3,lee@sheet.example,40,S-1,Sheet,Sheet Ltd,Designer,30,2026-03-02,,tentative\n";

/// The head of a PNG of 1 × 1 pixel, whose bytes are all ASCII but for the first.
pub const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\0\0\0\0";

/// What an operation is sent.
#[derive(Clone, Debug)]
pub enum Sample {
    Nothing,
    Json(Value),
    File(&'static str, &'static [u8]),
}

/// A phase, person or client that exists in the company, by the name of its slot.
fn own(company: &Company, slot: &str) -> Value {
    company.id(slot).map_or(Value::Null, Value::from)
}

fn money() -> Value {
    json!({"amountMinor": 1_000, "currency": "EUR"})
}

fn assignment(company: &Company) -> Value {
    json!({
        "personId": own(company, "personId"), "projectId": own(company, "projectId"), "phaseId": own(company, "phaseId"),
        "roleId": own(company, "roleId"), "startsOn": "2027-02-01", "endsOn": "2027-02-05",
        "effort": {"form": "hours-per-day", "minutesPerDay": 1},
    })
}

fn calendar(name: &str) -> Value {
    json!({"name": name, "weeks": [[480, 480, 480, 480, 480, 0, 0]], "exceptions": []})
}

/// The sample of an operation; `number` makes names unique.
pub fn sample(operation: &str, company: &Company, number: usize) -> Option<Sample> {
    let reading = ["list_", "get_", "report_", "stream_"].iter().any(|start| operation.starts_with(start));
    let bare = ["remove_", "clear_", "restore_", "revoke_"].iter().any(|start| operation.starts_with(start));
    let acting = [
        "confirm_assignment",
        "make_assignment_tentative",
        "approve_time_off",
        "reject_time_off",
        "reopen_time_off",
        "sign_out",
        "end_session",
        "verify_audit_trail",
        "fill_with_demo",
        "make_platform_admin",
        "unmake_platform_admin",
        "suspend_platform_user",
    ];
    if reading || bare || acting.contains(&operation) {
        return Some(Sample::Nothing);
    }
    if operation == "import_holidays" {
        let file = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n\
                    DTSTART;VALUE=DATE:20260103\r\nSUMMARY:Day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        return Some(Sample::File("text/calendar", file.as_bytes()));
    }
    if operation == "set_logo" {
        return Some(Sample::File("image/png", PICTURE));
    }
    if operation == "upload_import" {
        return Some(Sample::File("text/csv", SHEET.as_bytes()));
    }
    account(operation, number).or_else(|| planning(operation, company, number)).map(Sample::Json)
}

fn account(operation: &str, number: usize) -> Option<Value> {
    let name = format!("Sample {number}");
    Some(match operation {
        "sign_up" => json!({"email": format!("sample.{number}@example.org"), "password": PASSWORD, "name": name}),
        "sign_in" => json!({"email": "nobody@example.org", "password": PASSWORD}),
        "refresh" => json!({"refreshToken": "rt_none"}),
        "change_me" => json!({"name": name}),
        "change_password" => json!({"currentPassword": "not the present password", "newPassword": PASSWORD}),
        "use_join_link" => json!({"token": "none"}),
        "create_workspace" => json!({"name": name, "settings": {"timeZone": "UTC"}}),
        "change_settings" => json!({"name": name}),
        "change_member" => json!({"permissions": []}),
        "set_branding" => json!({"color": "#1f6feb"}),
        "enter_workspace" => json!({"role": "viewer"}),
        "create_join_link" => json!({"role": "viewer"}),
        _ => return None,
    })
}

fn planning(operation: &str, company: &Company, number: usize) -> Option<Value> {
    let name = format!("Sample {number}");
    let on = jiff::civil::date(2030, 1, 1).checked_add(jiff::Span::new().days(i64::try_from(number).ok()?)).ok()?;
    Some(match operation {
        "create_person" | "change_person" => json!({
            "name": name, "roleId": own(company, "roleId"), "teamIds": [own(company, "teamId")],
        }),
        "set_job_title" => json!({"title": name, "roleId": own(company, "roleId")}),
        "set_schedule" => json!({"workingTime": {"source": "calendar", "calendarId": own(company, "calendarId")}}),
        "set_availability" => json!({"basisPoints": 10_000}),
        "set_person_skill" => json!({"level": 2}),
        "set_compensation" => json!({"kind": "hourly", "amount": money()}),
        "set_bill_rate" => json!({"perHour": money()}),
        "create_time_off_entry" | "change_time_off_entry" => {
            json!({"personId": own(company, "personId"), "startsOn": on, "endsOn": on})
        }
        "create_client" | "change_client" | "create_team" | "change_team" | "create_skill" | "change_skill"
        | "create_role" | "change_role" => json!({"name": name}),
        "create_calendar" | "change_calendar" => calendar(&name),
        "create_holiday" | "change_holiday" => json!({"region": "XX", "on": on, "name": name}),
        "set_role_rate" => json!({"billPerHour": money()}),
        "load_holidays" => json!({"region": "DE", "years": [2026]}),
        "create_project" | "change_project" => json!({
            "name": name, "clientId": own(company, "clientId"), "managerIds": [own(company, "userId")],
        }),
        "create_phase" | "change_phase" => json!({"name": name}),
        "create_milestone" | "change_milestone" => json!({"name": name, "on": "2026-05-01"}),
        "set_budget" => json!({"minutes": 60, "amount": money()}),
        "create_rate" => json!({
            "scope": {"of": "person", "personId": own(company, "personId")}, "validFrom": "2026-01-01", "billPerHour": money(),
        }),
        "create_assignment" | "change_assignment" | "check_assignment" => assignment(company),
        "preview_import" | "undo_import" => json!({}),
        "apply_import" => json!({"dryRun": true}),
        "save_import_mapping" => json!({"mapping": {"kind": "people", "columns": {"person": "Name"}}}),
        "split_assignment" => json!({"on": "2026-03-04"}),
        "repeat_assignment" => json!({"every": 1, "unit": "weeks", "times": 1}),
        "copy_assignment" => json!({
            "personId": own(company, "personId"), "projectId": own(company, "projectId"), "startsOn": "2027-03-01",
        }),
        "move_assignment" => json!({"days": 1}),
        "bulk_change_assignments" => {
            let (id, version) = (own(company, "assignmentId"), 999_999);
            json!({"items": [
                {"action": "move", "id": id, "version": version, "days": 1},
                {"action": "reassign", "id": id, "version": version, "personId": own(company, "personId")},
                {"action": "patch", "id": id, "version": version, "patch": {"roleId": own(company, "roleId")}},
                {"action": "confirm", "id": id, "version": version},
                {"action": "make-tentative", "id": id, "version": version},
                {"action": "remove", "id": id, "version": version},
            ]})
        }
        _ => return None,
    })
}

/// Bodies that are another form of an operation's, with slots that the sample has not.
pub fn variants(operation: &str, company: &Company) -> Vec<Value> {
    match operation {
        "create_rate" => ["role", "phase"]
            .into_iter()
            .map(|of| {
                let slot = format!("{of}Id");
                let scope = json!({"of": of, (slot.as_str()): own(company, &slot)});
                json!({"scope": scope, "validFrom": "2026-01-01", "billPerHour": money()})
            })
            .collect(),
        "create_person" | "change_person" => vec![json!({"name": "Somebody", "userId": own(company, "userId")})],
        _ => Vec::new(),
    }
}
