//! The life of an import: again, corrected, undone, killed, hostile. On both engines.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/files.rs"]
mod files;
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use files::{folder, import, living, plan_of, planning_events, real, request};
use jiff::Timestamp;
use raally_application::imports::{ApplyRequest, ImportState, LEASE_US};
use raally_application::{App, Failure, Mint};
use raally_domain::kind::Kind;
use raally_domain::model::Assignment;
use serde_json::json;

const SHEET: &str = "Name,Email,Job title,Contract hours,Project code,Project,Client,Role,Hours per week,From,To,Status\n\
    Ada Byron,ada@x.example,Engineer,40,P-1,Bridge,Acme,Developer,20,2026-03-02,2026-04-30,confirmed\n\
    Ada Byron,ada@x.example,Engineer,40,P-1,Bridge,Acme,Developer,30,2026-05-04,2026-06-26,confirmed\n\
    Kim Ito,kim@x.example,Designer,32,P-2,Tunnel,Beta,Designer,16,2026-03-02,,tentative\n\
    Lee Ray,lee@x.example,Engineer,40,P-1,Bridge,Acme,Lead,8,2026-03-02,2026-12-18,confirmed\n";

#[tokio::test]
async fn the_same_file_again_changes_nothing() {
    let sheet = folder().map(|folder| folder.join("staffing/agency-long.csv"));
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        for bytes in [Some(SHEET.as_bytes().to_vec()), sheet.as_ref().map(|path| std::fs::read(path).unwrap())] {
            let Some(bytes) = bytes else { continue };
            let (_, caller) = support::workspace(&app).await;
            import(&app, &caller, request("plan.csv", &bytes)).await.unwrap();
            let (plan, events) = (plan_of(&app, &caller).await, planning_events(&app, &caller).await);
            let again = import(&app, &caller, request("plan.csv", &bytes)).await.unwrap();
            assert_eq!(again.state, ImportState::Completed);
            assert_eq!(again.findings.summary.changes(), 0, "{:?}", again.findings.summary);
            assert_eq!(again.findings.missing_count, 0);
            assert_eq!(planning_events(&app, &caller).await, events);
            assert_eq!(plan_of(&app, &caller).await, plan);
        }
    }
}

#[tokio::test]
async fn a_corrected_file_changes_what_was_corrected_and_names_what_is_gone() {
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        let (_, caller) = support::workspace(&app).await;
        import(&app, &caller, request("plan.csv", SHEET)).await.unwrap();
        let corrected = SHEET.replace(",30,2026-05-04", ",24,2026-05-04");
        let corrected = corrected.lines().filter(|line| !line.starts_with("Lee")).collect::<Vec<_>>().join("\n")
            + "\nKim Ito,kim@x.example,Designer,32,P-1,Bridge,Acme,Designer,4,2026-03-02,2026-03-27,confirmed\n";
        let dry = app
            .import_file(&caller, files::ImportRequest { dry_run: true, ..request("plan.csv", &corrected) }, |_, _| {})
            .await
            .unwrap();
        assert_eq!(dry.state, ImportState::Checked);
        let report = import(&app, &caller, request("plan.csv", &corrected)).await.unwrap();
        assert_eq!(dry.findings, report.findings, "the dry run told the truth");
        let counts = &report.findings.summary;
        assert_eq!((counts.assignments.created, counts.assignments.updated, counts.assignments.unchanged), (1, 1, 2));
        assert_eq!((counts.people.created, counts.people.updated, counts.projects.updated), (0, 0, 0));
        assert_eq!((report.findings.missing_count, report.findings.missing[0].kind), (1, Kind::Assignment));
        assert_eq!(living(&app, &caller, Kind::Assignment).await.len(), 5, "nothing is removed unasked");
        let prune = files::ImportRequest { prune: true, ..request("plan.csv", &corrected) };
        let pruned = import(&app, &caller, prune).await.unwrap();
        assert_eq!(pruned.findings.summary.assignments.removed, 1);
        assert_eq!(living(&app, &caller, Kind::Assignment).await.len(), 4);
        let undone = app.undo_import(&caller, pruned.id, false).await.unwrap();
        assert!(undone.done);
        assert_eq!(living(&app, &caller, Kind::Assignment).await.len(), 5);
    }
}

#[tokio::test]
async fn undo_gives_the_state_before_back() {
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        let (_, caller) = support::workspace(&app).await;
        import(&app, &caller, request("plan.csv", SHEET)).await.unwrap();
        let before = plan_of(&app, &caller).await;
        let other =
            SHEET.replace("Engineer,40", "Engineer,36").replace("Ada Byron", "Ada B.").replace("Acme", "Acme Ltd")
                + "New One,new@x.example,Tester,38,P-9,Mast,Gamma,Tester,10,2026-03-02,2026-03-27,confirmed\n";
        let second = import(&app, &caller, request("other.csv", &other)).await.unwrap();
        assert_ne!(plan_of(&app, &caller).await, before);
        let undone = app.undo_import(&caller, second.id, false).await.unwrap();
        assert!(undone.done && undone.removed > 0 && undone.restored > 0, "{undone:?}");
        assert_eq!(plan_of(&app, &caller).await, before);
        assert_eq!(app.import_status(&caller, second.id).await.unwrap().state, ImportState::Undone);
        let twice = app.undo_import(&caller, second.id, false).await;
        assert!(matches!(twice, Err(Failure::BadRequest { .. })), "{twice:?}");
    }
}

#[tokio::test]
async fn undo_names_what_people_changed_since_and_asks() {
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        let (_, caller) = support::workspace(&app).await;
        let report = import(&app, &caller, request("plan.csv", SHEET)).await.unwrap();
        let assignment = living(&app, &caller, Kind::Assignment).await.remove(0);
        let (id, version) = (support::id_at(&assignment.to_string(), "/id"), assignment["version"].as_i64().unwrap());
        app.patch::<Assignment>(&caller, id, version, json!({"note": "agreed by phone"})).await.unwrap();
        let after = plan_of(&app, &caller).await;
        let asked = app.undo_import(&caller, report.id, false).await.unwrap();
        assert!(!asked.done);
        assert_eq!((asked.touched_count, asked.touched[0].id), (1, id));
        assert_eq!(plan_of(&app, &caller).await, after, "nothing is taken back unasked");
        let forced = app.undo_import(&caller, report.id, true).await.unwrap();
        assert!(forced.done);
        for (kind, objects) in plan_of(&app, &caller).await {
            assert!(objects.is_empty(), "{kind:?}: {objects:?}");
        }
    }
}

#[tokio::test]
async fn bad_rows_are_named_and_nothing_is_imported() {
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        let (_, caller) = support::workspace(&app).await;
        let bad = SHEET.replace("2026-04-30", "2026-02-31").replace(",16,", ",a few,");
        let report = import(&app, &caller, request("plan.csv", bad)).await.unwrap();
        assert_eq!((report.state, report.findings.error_count), (ImportState::Failed, 2), "{report:?}");
        let errors = &report.findings.summary.assignments.errors;
        assert_eq!((errors[0].row, errors[1].row), (2, 4), "{errors:?}");
        assert!(errors.iter().all(|error| error.column.is_some()));
        assert_eq!(planning_events(&app, &caller).await, 0);
    }
}

#[tokio::test]
async fn hostile_files_get_one_clear_error_and_leave_nothing() {
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        let (_, caller) = support::workspace(&app).await;
        let bomb = "<?xml version=\"1.0\"?><!DOCTYPE p [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\
            <Project xmlns=\"http://schemas.microsoft.com/project\"><Name>&b;</Name></Project>";
        let wide = vec!["x"; 1_000_000].join(",") + "\n1\n";
        let mut hostile: Vec<(&str, Vec<u8>)> = vec![
            ("empty.csv", Vec::new()),
            ("bomb.xml", bomb.into()),
            ("columns.csv", wide.into_bytes()),
            ("binary.csv", vec![0; 4_096]),
            ("cut.xlsx", b"PK\x03\x04\x14\x00\x00\x00xl/workbook.xml".to_vec()),
        ];
        if let Some(folder) = folder() {
            let whole = std::fs::read(folder.join("msproject/mspdiresource.xml")).unwrap();
            hostile.push(("cut.xml", whole[..whole.len() / 2].to_vec()));
            let whole = std::fs::read(folder.join("staffing/agency-wide.xlsx")).unwrap();
            hostile.push(("cut-book.xlsx", whole[..whole.len() / 2].to_vec()));
        }
        let head = app.head(caller.workspace).await.unwrap();
        for (name, bytes) in hostile {
            let outcome = import(&app, &caller, request(name, bytes)).await;
            assert!(matches!(outcome, Err(Failure::BadRequest { .. })), "{name}: {outcome:?}");
        }
        assert_eq!(app.head(caller.workspace).await.unwrap(), head, "not one event");
    }
}

/// A sheet with so many assignments, each of a person of its own.
fn long_sheet(rows: usize) -> String {
    let mut sheet = SHEET.lines().next().unwrap().to_owned() + "\n";
    for row in 0..rows {
        sheet += &format!(
            "P {row},p{row}@x.example,Dev,40,P-{},Pr {},Acme,Dev,8,2026-03-02,2026-04-30,confirmed\n",
            row % 9,
            row % 9
        );
    }
    sheet
}

async fn on_clock(store: raally_storage::Store) -> (App, Arc<AtomicI64>) {
    let now = Arc::new(AtomicI64::new(Timestamp::now().as_microsecond()));
    let clock = Arc::clone(&now);
    let mint = Mint::with_clock(move || Timestamp::from_microsecond(clock.load(Ordering::SeqCst)).unwrap());
    (support::app_with(store, mint), now)
}

#[tokio::test]
async fn a_killed_import_is_taken_over_and_completed() {
    for engine in support::engines().await {
        let (app, clock) = on_clock(engine.store.clone()).await;
        let (_, caller) = support::workspace(&app).await;
        let sheet = long_sheet(700);
        let (killed, asked, file) = (app.clone(), caller.clone(), sheet.clone());
        let outcome = tokio::spawn(async move {
            let kill = |done, total| assert!(done < total * 3 / 4, "killed in the middle of writing");
            killed.import_file(&asked, request("plan.csv", file), kill).await
        })
        .await;
        assert!(outcome.is_err(), "it died");
        let written = living(&app, &caller, Kind::Assignment).await.len();
        assert!((1..700).contains(&written), "{written}");
        assert!(!app.run_import_jobs_once("other").await.unwrap(), "its lease still holds");
        clock.fetch_add(LEASE_US + 1, Ordering::SeqCst);
        assert!(app.run_import_jobs_once("other").await.unwrap());
        let ended = app.imports(&caller).await.unwrap().remove(0);
        assert_eq!(ended.state, ImportState::Completed, "{ended:?}");
        assert_eq!(ended.findings.summary.assignments.created, 700);
        assert_eq!(living(&app, &caller, Kind::Assignment).await.len(), 700);
        assert_eq!(living(&app, &caller, Kind::Person).await.len(), 700);
        let undone = app.undo_import(&caller, ended.id, false).await.unwrap();
        assert!(undone.done, "{undone:?}");
        assert_eq!(living(&app, &caller, Kind::Person).await.len(), 0);
        let again = import(&app, &caller, request("plan.csv", sheet)).await.unwrap();
        assert_eq!(again.findings.summary.assignments.created, 700, "an import after its undo makes everything anew");
    }
}

#[tokio::test]
async fn an_uploaded_file_is_looked_at_checked_and_applied_by_a_worker() {
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        let (_, caller) = support::workspace(&app).await;
        let mut writer = app.begin_import_file(&caller, "plan.csv").await.unwrap();
        for piece in SHEET.as_bytes().chunks(100) {
            writer.push(piece).await.unwrap();
        }
        let id = writer.finish().await.unwrap();
        let look = app.look_at_import(&caller, id, raally_exchange::Mapping::default()).await.unwrap();
        assert_eq!(look.preview.unwrap().rows, 4);
        assert_eq!(app.import_status(&caller, id).await.unwrap().state, ImportState::Uploaded);
        let dry = ApplyRequest { dry_run: true, ..ApplyRequest::default() };
        assert_eq!(app.apply_import(&caller, id, dry).await.unwrap().state, ImportState::Queued);
        assert!(app.run_import_jobs_once("worker").await.unwrap());
        let checked = app.import_status(&caller, id).await.unwrap();
        assert_eq!((checked.state, checked.findings.summary.assignments.created), (ImportState::Checked, 4));
        assert_eq!(planning_events(&app, &caller).await, 0);
        app.apply_import(&caller, id, ApplyRequest::default()).await.unwrap();
        assert!(app.run_import_jobs_once("worker").await.unwrap());
        let done = app.import_status(&caller, id).await.unwrap();
        assert_eq!(done.state, ImportState::Completed, "{done:?}");
        assert_eq!(living(&app, &caller, Kind::Assignment).await.len(), 4);
        assert!(!app.run_import_jobs_once("worker").await.unwrap());
        let (_, stranger) = support::workspace(&app).await;
        assert!(app.import_status(&stranger, id).await.is_err(), "another workspace knows nothing of it");
    }
}

#[tokio::test]
async fn a_real_file_is_undone_to_an_empty_plan() {
    let Some(folder) = folder() else { return };
    for engine in support::engines().await {
        let app = support::app_on(engine.store.clone());
        let (_, caller) = support::workspace(&app).await;
        for name in ["staffing/agency-long.csv", "msproject/mspdicostratetable.xml"] {
            let before = plan_of(&app, &caller).await;
            let report = import(&app, &caller, real(folder.join(name))).await.unwrap();
            let undone = app.undo_import(&caller, report.id, false).await.unwrap();
            assert!(undone.done, "{undone:?}");
            assert_eq!(plan_of(&app, &caller).await, before, "{name}");
        }
    }
}
