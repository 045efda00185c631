//! Workspaces: those one belongs to, a new one, settings, removal.

use std::time::Duration;

use raally_application::demo::Filled;
use raally_application::workspaces::Belonging;
use raally_application::{App, Caller};
use raally_domain::access::{Action, Role};
use raally_domain::event::NewWorkspace;
use raally_domain::ids::WorkspaceId;
use raally_domain::kind::Kind;
use raally_domain::model::{Settings, Workspace};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::convert::{answer, caller, collection};
use super::people::Items;
use super::resource::Patch;
use crate::answer::Answer;
use crate::answer::document::Document;
use crate::gate::Access;
use crate::input::Input;
use crate::operation::Operation;
use crate::operations::Operations;

const ONE: &str = "/api/v1/workspaces/{workspaceId}";
const DEMO: &str = "/api/v1/workspaces/{workspaceId}/demo";
/// How long the demo company may take on a slow disk.
const FILLING_MAX: Duration = Duration::from_secs(60);
const SETTINGS: &str = "/api/v1/workspaces/{workspaceId}/settings";

/// A workspace and what the caller may do there.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Place {
    /// The workspace.
    pub workspace: Document<Workspace>,
    /// The caller's role.
    pub role: Role,
    /// What the caller may do beyond the role.
    pub permissions: Vec<String>,
}

impl From<Belonging> for Place {
    fn from(belonging: Belonging) -> Self {
        let Belonging { membership, workspace } = belonging;
        Self {
            workspace: Document {
                id: workspace.id,
                version: workspace.version,
                created_at: workspace.created_at,
                updated_at: workspace.updated_at,
                deleted_at: workspace.deleted_at,
                state: workspace.state,
            },
            role: membership.role,
            permissions: membership.permissions,
        }
    }
}

/// A new workspace.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewWorkspaceBody {
    /// Shown to people.
    name: String,
    /// How it plans.
    #[serde(default)]
    settings: Settings,
}

pub(crate) fn add(ops: &mut Operations<App>) {
    let operation = Operation::get("/api/v1/workspaces")
        .id("list_workspaces")
        .tag("Workspaces")
        .summary("The workspaces that the caller belongs to")
        .access(Access::SignedIn)
        .ok::<Items<Place>>();
    ops.add(operation, |app: App, ctx, _| async move {
        let places = app.workspaces_of(ctx.user()?).await?;
        Answer::value(&Items { items: places.into_iter().map(Place::from).collect() })
    });
    let operation = Operation::post("/api/v1/workspaces")
        .id("create_workspace")
        .tag("Workspaces")
        .summary("A new workspace whose owner is the caller")
        .access(Access::SignedIn)
        .idempotent()
        .body::<NewWorkspaceBody>()
        .created_document::<Workspace>();
    ops.add(operation, |app: App, ctx, input| async move {
        let user = ctx.user()?;
        let mut caller = Caller::system(WorkspaceId::PLATFORM);
        caller.user = Some(user);
        caller.trace = Some(ctx.trace.to_string());
        caller.idempotency = input.idempotency.as_ref().map(|idempotency| raally_application::Idempotency {
            key: idempotency.key.clone(),
            fingerprint: idempotency.fingerprint.clone(),
        });
        let collection = collection(&input);
        let NewWorkspaceBody { name, settings } = input.body;
        let made = app.create_workspace(user, &caller, NewWorkspace { name, settings }).await?;
        Ok(answer(made, &collection))
    });
    for (path, id, summary) in
        [(ONE, "get_workspace", "The workspace"), (SETTINGS, "get_settings", "Name and settings of the workspace")]
    {
        let operation = Operation::get(path)
            .id(id)
            .tag("Workspaces")
            .summary(summary)
            .access(Access::Workspace(Action::ReadPlan))
            .ok_document::<Workspace>();
        ops.add(operation, |app: App, ctx, input: Input| async move {
            let caller = caller(&ctx, &input)?;
            Ok(answer(app.read(&caller, Kind::Workspace, caller.workspace.0, None).await?, ""))
        });
    }
    let operation = Operation::patch(SETTINGS)
        .id("change_settings")
        .tag("Workspaces")
        .summary("Change name and settings (RFC 7396 merge patch)")
        .access(Access::Workspace(Action::ManageSettings))
        .body::<Patch<NewWorkspaceBody>>()
        .ok_document::<Workspace>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let version = input.version()?;
        let patch: Value = input.body.0;
        Ok(answer(app.change_workspace(&caller, version, patch).await?, ""))
    });
    add_demo(ops);
    add_removal(ops);
}

fn add_removal(ops: &mut Operations<App>) {
    let operation = Operation::delete(ONE)
        .id("remove_workspace")
        .tag("Workspaces")
        .summary("Remove the workspace; from then on it answers as one that does not exist")
        .access(Access::Workspace(Action::DeleteWorkspace))
        .no_content();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let caller = caller(&ctx, &input)?;
        let version = input.version()?;
        Ok(answer(app.remove_workspace(&caller, version).await?, ""))
    });
}

fn add_demo(ops: &mut Operations<App>) {
    let operation = Operation::post(DEMO)
        .id("fill_with_demo")
        .tag("Workspaces")
        .summary("Fill an empty workspace with a made-up company of 40 people")
        .access(Access::Workspace(Action::ManageSettings))
        .timeout(FILLING_MAX)
        .ok::<Filled>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        Answer::value(&app.fill_with_demo(&caller(&ctx, &input)?).await?)
    });
}
