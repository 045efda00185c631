//! Files to import in tests: the real ones beside the repository, and small sheets.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![allow(dead_code, reason = "each test file uses its part")]

use std::path::PathBuf;

use raally_application::imports::ImportReport;
pub use raally_application::imports::ImportRequest;
use raally_application::{App, Caller, Failure};
use raally_domain::kind::Kind;
use raally_exchange::Source;
use raally_storage::{EventQuery, Query};
use serde_json::Value;

/// The folder of the real files, or `None` with a line on the output.
pub fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("RAALLY_SHARED_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: shared data not present");
    None
}

/// A request to import these bytes under this name.
pub fn request(name: &str, bytes: impl AsRef<[u8]>) -> ImportRequest {
    let source = Source::Bytes(bytes.as_ref().into());
    ImportRequest { name: name.to_owned(), source, mapping: None, dry_run: false, prune: false }
}

/// A request to import a real file.
pub fn real(path: PathBuf) -> ImportRequest {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    ImportRequest { name, source: Source::Path(path), mapping: None, dry_run: false, prune: false }
}

/// Imports to the end.
pub async fn import(app: &App, caller: &Caller, request: ImportRequest) -> Result<ImportReport, Failure> {
    app.import_file(caller, request, |_, _| {}).await
}

/// The kinds that people plan with.
pub const PLANNED: [Kind; 9] = [
    Kind::Person,
    Kind::TimeOff,
    Kind::Project,
    Kind::Assignment,
    Kind::Client,
    Kind::Team,
    Kind::Skill,
    Kind::Role,
    Kind::Calendar,
];

/// The living objects of a kind.
pub async fn living(app: &App, caller: &Caller, kind: Kind) -> Vec<Value> {
    let records = app
        .store()
        .read_long(caller.scope(), move |tx| {
            Box::pin(async move { Ok::<_, Failure>(tx.list(&Query::new(kind)).await?) })
        })
        .await
        .unwrap();
    let with_money = |record: &raally_storage::Record| {
        let mut value: Value = serde_json::from_str(&record.body).unwrap();
        value["money"] = record.money.as_deref().map_or(Value::Null, |money| serde_json::from_str(money).unwrap());
        value
    };
    records.iter().map(with_money).collect()
}

/// Everything that is planned, without versions and instants: equal values, equal plans.
pub async fn plan_of(app: &App, caller: &Caller) -> Vec<(Kind, Vec<Value>)> {
    let mut all = Vec::new();
    for kind in PLANNED {
        let mut objects = living(app, caller, kind).await;
        for object in &mut objects {
            for name in ["version", "updatedAt", "createdAt"] {
                object.as_object_mut().unwrap().remove(name);
            }
        }
        objects.sort_by_key(|object| object["id"].as_str().unwrap().to_owned());
        all.push((kind, objects));
    }
    all
}

/// How many facts of planning the log has.
pub async fn planning_events(app: &App, caller: &Caller) -> usize {
    let workspace = caller.workspace;
    let events = app
        .store()
        .read_long(caller.scope(), move |tx| {
            Box::pin(async move { Ok::<_, Failure>(tx.events(&EventQuery::after(workspace, 0, 100_000)).await?) })
        })
        .await
        .unwrap();
    events.iter().filter(|event| PLANNED.contains(&event.kind)).count()
}
