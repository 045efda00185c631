//! Imports: upload a file, look at it, check or apply it, take it back; saved mappings.

use std::time::Duration;

use raally_application::App;
use raally_application::imports::{ApplyRequest, ImportReport, Mapping, UndoReport};
use raally_domain::access::Action;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::convert::{caller, collection};
use crate::answer::Answer;
use crate::gate::Access;
use crate::operation::Operation;
use crate::operations::Operations;
use crate::problem::{Fault, Problem};

const ALL: &str = "/api/v1/workspaces/{workspaceId}/imports";
const ONE: &str = "/api/v1/workspaces/{workspaceId}/imports/{importId}";
const APPLY: &str = "/api/v1/workspaces/{workspaceId}/imports/{importId}/apply";
const LOOK: &str = "/api/v1/workspaces/{workspaceId}/imports/{importId}/preview";
const UNDO: &str = "/api/v1/workspaces/{workspaceId}/imports/{importId}/undo";
const MAPPINGS: &str = "/api/v1/workspaces/{workspaceId}/import-mappings";
const MAPPING: &str = "/api/v1/workspaces/{workspaceId}/import-mappings/{mappingName}";
const TAG: &str = "Imports";
/// Largest file.
const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How long a file may take to arrive, and a large one to be looked at or taken back.
const LONG: Duration = Duration::from_secs(300);
/// What a file may be sent as; its content decides what it is.
const MEDIA_TYPES: &[&str] = &[
    "application/octet-stream",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/xml",
    "text/xml",
    "text/plain",
];

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
struct NameQuery {
    /// The file's name; a later import of the same name is a correction of this one.
    name: String,
}

/// How to apply a file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Apply {
    /// How to read a table, as the look at it suggests it; absent = the suggestion, if it is sure enough.
    mapping: Option<Value>,
    /// Only find out what would change.
    dry_run: bool,
    /// Remove what an earlier import of this file made and the file no longer has.
    prune: bool,
}

/// What of a mapping is given already.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct LookBody {
    /// What it says is kept; the rest is suggested.
    mapping: Option<Value>,
}

/// Whether to overrule people.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Undo {
    /// Take back also what people changed since.
    force: bool,
}

/// A saved mapping.
#[derive(Debug, Serialize, JsonSchema)]
struct SavedMapping {
    /// Its name.
    name: String,
    /// How to read a table.
    mapping: Value,
}

/// How to read a table.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MappingBody {
    /// As the look at a file suggests it.
    mapping: Value,
}

/// Everything at once.
#[derive(Debug, Serialize, JsonSchema)]
struct Items<T> {
    /// In order.
    items: Vec<T>,
}

/// A first look at a file.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what the application writes")]
struct LookedAt {
    /// The import.
    id: Uuid,
    /// The file's name.
    name: String,
    /// `csv`, `xlsx`, `mspdi`.
    format: String,
    /// Of a table: sheets, columns, sample, rows, mapping, confidence, notes.
    preview: Option<Value>,
}

pub(crate) fn add(ops: &mut Operations<App>) {
    add_uploading(ops);
    add_reading(ops);
    add_running(ops);
    add_mappings(ops);
}

fn mapping(value: &Value) -> Result<Mapping, Problem> {
    Mapping::from_json(value.to_string().as_bytes())
        .map_err(|error| Problem::invalid(vec![Fault::new("/mapping", "malformed", error.message)]))
}

fn optional_mapping(value: Option<&Value>) -> Result<Option<Mapping>, Problem> {
    value.filter(|value| !value.is_null()).map(mapping).transpose()
}

fn add_uploading(ops: &mut Operations<App>) {
    let operation = Operation::post(ALL)
        .id("upload_import")
        .tag(TAG)
        .summary("Upload a staffing sheet or a Microsoft Project file")
        .description("The answer says what it is and how it would be read. Nothing is changed until it is applied.")
        .access(Access::Workspace(Action::Import))
        .query::<NameQuery>()
        .upload(MEDIA_TYPES, FILE_BYTES_MAX)
        .timeout(LONG)
        .created::<LookedAt>();
    ops.add(operation, |app: App, ctx, mut input| async move {
        let caller = caller(&ctx, &input)?;
        let mut writer = app.begin_import_file(&caller, &input.query.name).await?;
        loop {
            let stored = match input.body.next().await {
                Ok(Some(piece)) => writer.push(&piece).await.map_err(Problem::from),
                Ok(None) => break,
                Err(problem) => Err(problem),
            };
            if let Err(problem) = stored {
                writer.drop_file().await?;
                return Err(problem);
            }
        }
        let id = writer.finish().await?;
        match app.look_at_import(&caller, id, Mapping::default()).await {
            Ok(look) => {
                let body = serde_json::to_vec(&look).map_err(Problem::bug)?;
                Ok(Answer::created(format!("{}/{id}", collection(&input)), body))
            }
            Err(failure) => {
                app.drop_import_file(&caller, id).await?;
                Err(failure.into())
            }
        }
    });
    let operation = Operation::post(LOOK)
        .id("preview_import")
        .tag(TAG)
        .summary("Look at an uploaded table under another mapping")
        .access(Access::Workspace(Action::Import))
        .body::<LookBody>()
        .timeout(LONG)
        .ok::<LookedAt>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let base = optional_mapping(input.body.mapping.as_ref())?.unwrap_or_default();
        Answer::value(&app.look_at_import(&caller, input.id("importId")?, base).await?)
    });
}

fn add_reading(ops: &mut Operations<App>) {
    let operation = Operation::get(ALL)
        .id("list_imports")
        .tag(TAG)
        .summary("The newest imports")
        .access(Access::Workspace(Action::Import))
        .ok::<Items<ImportReport>>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        Answer::value(&Items { items: app.imports(&caller).await? })
    });
    let operation = Operation::get(ONE)
        .id("get_import")
        .tag(TAG)
        .summary("An import: where it stands, and what it did or would do")
        .access(Access::Workspace(Action::Import))
        .ok::<ImportReport>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        Answer::value(&app.import_status(&caller, input.id("importId")?).await?)
    });
}

fn add_running(ops: &mut Operations<App>) {
    let operation = Operation::post(APPLY)
        .id("apply_import")
        .tag(TAG)
        .summary("Check an uploaded file, or take it over")
        .description("A job does it. All or nothing: while a row is bad, nothing is changed and the import lists it.")
        .access(Access::Workspace(Action::Import))
        .body::<Apply>()
        .accepted::<ImportReport>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let request = ApplyRequest {
            mapping: optional_mapping(input.body.mapping.as_ref())?,
            dry_run: input.body.dry_run,
            prune: input.body.prune,
        };
        let report = app.apply_import(&caller, input.id("importId")?, request).await?;
        let body = serde_json::to_vec(&report).map_err(Problem::bug)?;
        let path = collection(&input);
        Ok(Answer::accepted(path.trim_end_matches("/apply"), body))
    });
    let operation = Operation::post(UNDO)
        .id("undo_import")
        .tag(TAG)
        .summary("Take an import back")
        .description("What people changed since is listed, and taken back too only with `force`.")
        .access(Access::Workspace(Action::Import))
        .body::<Undo>()
        .timeout(LONG)
        .ok::<UndoReport>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        Answer::value(&app.undo_import(&caller, input.id("importId")?, input.body.force).await?)
    });
}

fn add_mappings(ops: &mut Operations<App>) {
    let operation = Operation::get(MAPPINGS)
        .id("list_import_mappings")
        .tag(TAG)
        .summary("The saved mappings")
        .access(Access::Workspace(Action::Import))
        .ok::<Items<SavedMapping>>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let saved = app.import_mappings(&caller).await?.into_iter();
        let items: Result<Vec<SavedMapping>, Problem> = saved
            .map(|(name, mapping)| {
                let mapping = serde_json::to_value(mapping).map_err(Problem::bug)?;
                Ok(SavedMapping { name, mapping })
            })
            .collect();
        Answer::value(&Items { items: items? })
    });
    let operation = Operation::put(MAPPING)
        .unversioned()
        .id("save_import_mapping")
        .tag(TAG)
        .summary("Save a mapping under a name, for the next file of the same shape")
        .access(Access::Workspace(Action::Import))
        .body::<MappingBody>()
        .no_content();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        app.save_import_mapping(&caller, input.segment("mappingName")?, &mapping(&input.body.mapping)?).await?;
        Ok(Answer::no_content())
    });
    let operation = Operation::delete(MAPPING)
        .unversioned()
        .id("remove_import_mapping")
        .tag(TAG)
        .summary("Remove a saved mapping")
        .access(Access::Workspace(Action::Import))
        .no_content();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        app.remove_import_mapping(&caller, input.segment("mappingName")?).await?;
        Ok(Answer::no_content())
    });
}
