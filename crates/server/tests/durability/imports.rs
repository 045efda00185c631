//! `raally import` among what is killed: each sheet ends all or nothing, and each row of it is there once.

use std::io::Read;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Child;

use raally_domain::ids::WorkspaceId;
use raally_storage::testing::TEST_BUILD;
use raally_storage::{JobState, Scope, Store, StoreConfig};
use serde_json::Value;

use crate::clock;
use crate::company::Company;
use crate::installation::{Installation, wait_until};
use crate::proof;

/// Enough that an import takes longer than the pause until the kill, most of the time.
const ROWS: usize = 1_500;
const PROJECTS: usize = 30;
const PEOPLE: usize = 50;
/// Longer than the lease of a job whose process died.
const LATER_S: i64 = 600;

/// A staffing sheet of one row per assignment.
pub struct Sheet {
    number: usize,
    file: PathBuf,
}

impl Sheet {
    pub fn write(installation: &Installation, number: usize) -> Self {
        Self::write_of(installation, number, ROWS)
    }

    pub fn write_of(installation: &Installation, number: usize, rows_count: usize) -> Self {
        let mut rows =
            String::from("Person,Email,Weekly hours,Project code,Project,Role,Hours per week,From,To,Status\n");
        for row in 0..rows_count {
            let (person, project) = (row % PEOPLE, row % PROJECTS);
            rows += &format!(
                "Imported {person},imported{person}@agency.example,40,S{number}-{project},Sheet {number} {project},Developer,\
                 4,2026-03-02,2026-05-29,confirmed\n"
            );
        }
        let file = installation.folder().join(format!("sheet-{number}.csv"));
        std::fs::write(&file, rows).unwrap();
        Self { number, file }
    }

    /// Starts its import.
    pub fn start(&self, installation: &Installation, company: &Company) -> Child {
        installation.start(&["import".as_ref(), self.file.as_ref(), "--workspace".as_ref(), company.workspace.as_ref()])
    }

    /// Imports it to the end; how many assignments were created by that.
    pub fn import(&self, installation: &Installation, company: &Company) -> u64 {
        let arguments = ["import".as_ref(), self.file.as_os_str(), "--workspace".as_ref(), company.workspace.as_ref()];
        let report = installation.done(&[&arguments[..], &["--json".as_ref()]].concat());
        let report: Value = serde_json::from_str(&report).unwrap();
        report["summary"]["assignments"]["created"].as_u64().unwrap()
    }
}

/// Kills an import; it may have ended well before that, never badly. Whether it was still running.
pub fn kill(mut import: Child) -> bool {
    import.kill().unwrap();
    let status = import.wait().unwrap();
    let mut err = String::new();
    import.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert!(status.code().is_none_or(|code| code == 0), "the import ended with {status}: {err}");
    status.code().is_none()
}

/// A server of a later time takes over what was killed; then each sheet is there as a whole or not at all, and importing
/// it again makes it whole. Returns how many rows that added.
pub fn end_whole(installation: &Installation, company: &mut Company, sheets: &[Sheet]) -> u64 {
    let Some(later) = clock::moved(installation, LATER_S) else { return 0 };
    let server = later.serve();
    company.sign_in(server.address);
    wait_until("killed imports are taken over and end", || open_jobs(&later, &company.workspace) == 0);
    let mut added = 0;
    for sheet in sheets {
        let before = rows_of(sheet, company, server.address);
        assert!(before == 0 || before == ROWS, "sheet {}: {before} of {ROWS} rows", sheet.number);
        added += sheet.import(&later, company);
        assert_eq!(rows_of(sheet, company, server.address), ROWS, "sheet {}", sheet.number);
        assert_eq!(sheet.import(&later, company), 0, "sheet {} again", sheet.number);
    }
    server.stop();
    added
}

/// Assignments to the projects of a sheet.
fn rows_of(sheet: &Sheet, company: &Company, server: SocketAddr) -> usize {
    let of_sheet =
        |project: &Value| project["code"].as_str().is_some_and(|code| code.starts_with(&format!("S{}-", sheet.number)));
    let projects: Vec<Value> = company.all(server, "projects").into_iter().filter(of_sheet).collect();
    assert!(projects.is_empty() || projects.len() == PROJECTS, "sheet {}: {} projects", sheet.number, projects.len());
    let ids: Vec<_> = projects.iter().map(|project| &project["id"]).collect();
    company.all(server, "assignments").iter().filter(|one| ids.contains(&&one["projectId"])).count()
}

fn open_jobs(installation: &Installation, workspace: &str) -> usize {
    let workspace: WorkspaceId = WorkspaceId(workspace.parse().unwrap());
    proof::block_on(async {
        let store = Store::open(&StoreConfig::new(installation.location(), TEST_BUILD)).await.unwrap();
        let jobs = store
            .read(Scope::Workspace(workspace), move |tx| Box::pin(async move { tx.jobs(workspace, 1_000).await }))
            .await
            .unwrap();
        store.close().await;
        jobs.iter().filter(|job| matches!(job.state, JobState::Queued | JobState::Running)).count()
    })
}
