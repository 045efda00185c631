//! Import and export over HTTP: upload, look, check, apply by a worker, status, undo; files that go out again.

use serde_json::{Value, json};

use crate::first_slice::Slice;
use crate::samples::SHEET;
use crate::support::{Call, Host, both, id};

async fn upload(host: &Host, slice: &Slice, text: &str) -> Value {
    let path = slice.at("imports?name=sheet.csv");
    host.call(Call::post(&path).by(&slice.owner).bytes("text/csv", text.to_owned())).await.created()
}

async fn apply(host: &Host, slice: &Slice, import: &str, body: Value) -> Value {
    let seen = host.post(&slice.at(&format!("imports/{import}/apply")), &slice.owner, body).await;
    assert_eq!(seen.status, 202, "{}", seen.text());
    assert!(host.app.run_import_jobs_once("worker").await.unwrap());
    host.get(&slice.at(&format!("imports/{import}")), &slice.owner).await.ok()
}

async fn count(host: &Host, slice: &Slice, what: &str) -> usize {
    let page = host.get(&slice.at(&format!("{what}?limit=200")), &slice.owner).await.ok();
    page["items"].as_array().unwrap().len()
}

both!(a_sheet_is_imported_exported_and_taken_back_over_http);
async fn a_sheet_is_imported_exported_and_taken_back_over_http(host: Host) {
    let slice = Slice::make(&host).await;
    let before = (count(&host, &slice, "people").await, count(&host, &slice, "assignments").await);
    let uploaded = upload(&host, &slice, SHEET).await;
    assert_eq!((&uploaded["format"], &uploaded["preview"]["rows"]), (&json!("csv"), &json!(2)));
    let import = id(&uploaded).to_owned();
    let look = host.post(&slice.at(&format!("imports/{import}/preview")), &slice.owner, json!({})).await.ok();
    assert_eq!(look["preview"]["mapping"], uploaded["preview"]["mapping"]);

    let checked = apply(&host, &slice, &import, json!({"dryRun": true})).await;
    assert_eq!((&checked["status"], &checked["summary"]["assignments"]["created"]), (&json!("checked"), &json!(2)));
    assert_eq!(count(&host, &slice, "people").await, before.0, "a dry run changes nothing");
    let mapping = look["preview"]["mapping"].clone();
    let done = apply(&host, &slice, &import, json!({"mapping": mapping})).await;
    assert_eq!(done["status"], "completed", "{done}");
    assert_eq!(count(&host, &slice, "assignments").await, before.1 + 2);
    let listed = host.get(&slice.at("imports"), &slice.owner).await.ok();
    assert_eq!(
        (listed["items"][0]["id"].as_str(), &listed["items"][0]["status"]),
        (Some(import.as_str()), &json!("completed"))
    );

    let csv = host.get(&slice.at("exports/assignments?format=csv"), &slice.owner).await;
    assert!(csv.status == 200 && csv.text().contains("Kim Ito") && csv.text().contains("S-1"), "{}", csv.text());
    assert!(csv.text().contains("'=2+3") && !csv.text().contains(",=2+3"), "formulas are made harmless");
    let lines = host.get(&slice.at("exports/people"), &slice.owner).await;
    assert_eq!(lines.text().lines().count(), before.0 + 2);
    let book = host.get(&slice.at("exports/projects?format=xlsx"), &slice.owner).await;
    assert!(book.body.starts_with(b"PK"), "a workbook");
    assert_eq!(host.get(&slice.at("exports/secrets"), &slice.owner).await.status, 404);

    let undone = host.post(&slice.at(&format!("imports/{import}/undo")), &slice.owner, json!({})).await.ok();
    assert_eq!(undone["done"], true, "{undone}");
    assert_eq!((count(&host, &slice, "people").await, count(&host, &slice, "assignments").await), before);
}

both!(bad_files_and_bad_rows_are_named_over_http);
async fn bad_files_and_bad_rows_are_named_over_http(host: Host) {
    let slice = Slice::make(&host).await;
    let path = slice.at("imports?name=x.csv");
    let empty = host.call(Call::post(&path).by(&slice.owner).bytes("text/csv", "")).await;
    assert_eq!((empty.status, empty.json()["code"].as_str().unwrap_or("")), (422, "empty-file"), "{}", empty.text());
    let bad = upload(&host, &slice, &SHEET.replace("2026-04-30", "2026-02-31")).await;
    let failed = apply(&host, &slice, id(&bad), json!({})).await;
    assert_eq!((&failed["status"], &failed["errorCount"]), (&json!("failed"), &json!(1)), "{failed}");
    assert_eq!(failed["summary"]["assignments"]["errors"][0]["row"], 2);
    assert!(failed["summary"]["assignments"]["errors"][0]["column"].is_string());
}

// Nobody who does not see pay reads it off a file that somebody else uploaded.
both!(pay_in_a_file_of_somebody_else_stays_hidden);
async fn pay_in_a_file_of_somebody_else_stays_hidden(host: Host) {
    const PAY: &str = "Name;Gehalt;Währung;Basis;Ab\nKim Ito;71234,50;EUR;jährlich;2026-01-01\n\
        Ada Roe;eighty-one grand;EUR;jährlich;2026-01-01\n";
    let slice = Slice::make(&host).await;
    let planner = host.member(&slice.owner, &slice.workspace, "resource-manager", "Rita").await;
    let import = id(&upload(&host, &slice, PAY).await).to_owned();
    let told = apply(&host, &slice, &import, json!({"dryRun": true})).await;
    assert!(told["summary"]["compensations"]["errors"][0]["value"] == "eighty-one grand", "{told}");

    for body in [json!({}), json!({"mapping": {"kind": "people", "columns": {"person": "Gehalt"}}})] {
        let look = host.post(&slice.at(&format!("imports/{import}/preview")), &planner, body.clone()).await;
        assert_eq!(look.status, 403, "{}", look.text());
        let taken = host.post(&slice.at(&format!("imports/{import}/apply")), &planner, body).await;
        assert_eq!(taken.status, 403, "{}", taken.text());
    }
    for path in [format!("imports/{import}"), "imports".to_owned()] {
        let seen = host.get(&slice.at(&path), &planner).await;
        assert!(seen.status == 200 && !seen.text().contains("grand"), "{}", seen.text());
        assert!(seen.text().contains("\"errorCount\":1"), "that it failed is no secret: {}", seen.text());
    }

    let path = slice.at("imports?name=own.csv");
    let own = host.call(Call::post(&path).by(&planner).bytes("text/csv", PAY.to_owned())).await.created();
    let look = host.post(&slice.at(&format!("imports/{}/preview", id(&own))), &planner, json!({})).await.ok();
    assert_eq!(look["preview"]["rows"], 2, "one's own file is nothing new to oneself");
    let mine = host.post(&slice.at(&format!("imports/{}/apply", id(&own))), &planner, json!({"dryRun": true})).await;
    assert_eq!(mine.status, 202, "{}", mine.text());
    let again = host.post(&slice.at(&format!("imports/{}/preview", id(&own))), &planner, json!({})).await;
    assert_eq!(again.status, 200, "{}", again.text());
    let owner = host.post(&slice.at(&format!("imports/{}/preview", id(&own))), &slice.owner, json!({})).await;
    assert_eq!(owner.status, 200, "who sees pay sees any file: {}", owner.text());
}

both!(who_may_not_set_pay_does_not_take_it_back_with_an_import);
async fn who_may_not_set_pay_does_not_take_it_back_with_an_import(host: Host) {
    const PAY: &str = "Name;Gehalt;Währung;Basis;Ab\nAda;71234,50;EUR;jährlich;2026-01-01\n";
    let slice = Slice::make(&host).await;
    let planner = host.member(&slice.owner, &slice.workspace, "resource-manager", "Rita").await;
    let import = id(&upload(&host, &slice, PAY).await).to_owned();
    let done = apply(&host, &slice, &import, json!({})).await;
    assert_eq!((&done["status"], &done["summary"]["compensations"]["created"]), (&json!("completed"), &json!(1)));
    let undo = slice.at(&format!("imports/{import}/undo"));
    for body in [json!({}), json!({"force": true})] {
        let seen = host.post(&undo, &planner, body).await;
        assert_eq!((seen.status, &seen.json()["code"]), (403, &json!("not-yours")), "{}", seen.text());
    }
    assert_eq!(host.post(&undo, &slice.owner, json!({})).await.ok()["done"], true);
}

both!(mappings_are_saved_by_name);
async fn mappings_are_saved_by_name(host: Host) {
    let slice = Slice::make(&host).await;
    let at = slice.at("import-mappings/hr%20sheet");
    let body = json!({"mapping": {"kind": "people", "columns": {"person": "Name"}}});
    host.put(&at, &slice.owner, 1, body).await.gone();
    let saved = host.get(&slice.at("import-mappings"), &slice.owner).await.ok();
    assert_eq!(
        (&saved["items"][0]["name"], &saved["items"][0]["mapping"]["kind"]),
        (&json!("hr sheet"), &json!("people"))
    );
    let bad = host.put(&at, &slice.owner, 1, json!({"mapping": {"columns": {"no-such-field": 1}}})).await;
    assert_eq!(bad.status, 422, "{}", bad.text());
    host.delete(&at, &slice.owner, 1).await.gone();
    assert_eq!(host.get(&slice.at("import-mappings"), &slice.owner).await.ok()["items"], json!([]));
}
