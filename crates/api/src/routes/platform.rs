//! The installation for platform admins: logins, workspaces, letting oneself in.

use raally_application::platform::{Part, PlatformUser, PlatformWorkspace, Wanted};
use raally_application::{App, Failure};
use raally_domain::access::Role;
use raally_domain::ids::{UserId, WorkspaceId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::context::Ctx;
use crate::gate::Access;
use crate::input::Input;
use crate::operation::Operation;
use crate::operations::Operations;
use crate::problem::{Class, Problem};

const USERS: &str = "/api/v1/platform/users";
const USER: &str = "/api/v1/platform/users/{userId}";
const SUSPEND: &str = "/api/v1/platform/users/{userId}/suspend";
const RESTORE: &str = "/api/v1/platform/users/{userId}/restore";
const MAKE_ADMIN: &str = "/api/v1/platform/users/{userId}/make-platform-admin";
const UNMAKE_ADMIN: &str = "/api/v1/platform/users/{userId}/unmake-platform-admin";
const WORKSPACES: &str = "/api/v1/platform/workspaces";
const ENTER: &str = "/api/v1/platform/workspaces/{workspaceId}/enter";
const TAG: &str = "Platform";

/// What to look for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
struct Search {
    /// Part of the mail address or name of a login, or of the workspace's name.
    search: Option<String>,
}

/// As what to enter.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entering {
    /// Any role but owner, which only owners give.
    role: Role,
}

pub(crate) fn add(ops: &mut Operations<App>) {
    add_users(ops);
    add_workspaces(ops);
}

fn add_users(ops: &mut Operations<App>) {
    let operation = Operation::get(USERS)
        .id("list_platform_users")
        .tag(TAG)
        .summary("Every login, by mail address")
        .access(Access::PlatformAdmin)
        .query::<Search>()
        .page_of::<PlatformUser>();
    ops.add(operation, |app: App, _: Ctx, input: Input<(), Search>| async move {
        let wanted = wanted(&app, "list_platform_users", &input)?;
        let found = app.platform_users(wanted).await?;
        page(&app, "list_platform_users", &found)
    });
    let operation = Operation::get(USER)
        .id("get_platform_user")
        .tag(TAG)
        .summary("One login")
        .access(Access::PlatformAdmin)
        .ok::<PlatformUser>();
    ops.add(operation, |app: App, _: Ctx, input: Input| async move {
        Answer::value(&app.platform_user(input.id::<UserId>("userId")?).await?)
    });
    for (path, id, summary, suspended) in [
        (SUSPEND, "suspend_platform_user", "Suspend a login: its sessions end at once, everywhere", true),
        (RESTORE, "restore_platform_user", "Let a suspended login in again", false),
    ] {
        let operation =
            Operation::post(path).id(id).tag(TAG).summary(summary).access(Access::PlatformAdmin).ok::<PlatformUser>();
        ops.add(operation, move |app: App, ctx: Ctx, input: Input| async move {
            let (by, trace) = (ctx.user()?, Some(ctx.trace.to_string()));
            Answer::value(&app.suspend_user(by, trace, input.id("userId")?, suspended).await?)
        });
    }
    for (path, id, summary, wanted) in [
        (MAKE_ADMIN, "make_platform_admin", "Let a login run the installation", true),
        (UNMAKE_ADMIN, "unmake_platform_admin", "Let it no longer; the last one stays", false),
    ] {
        let operation =
            Operation::post(path).id(id).tag(TAG).summary(summary).access(Access::PlatformAdmin).ok::<PlatformUser>();
        ops.add(operation, move |app: App, ctx: Ctx, input: Input| async move {
            let (by, trace) = (ctx.user()?, Some(ctx.trace.to_string()));
            Answer::value(&app.set_platform_admin(by, trace, input.id("userId")?, wanted).await?)
        });
    }
}

fn add_workspaces(ops: &mut Operations<App>) {
    let operation = Operation::get(WORKSPACES)
        .id("list_platform_workspaces")
        .tag(TAG)
        .summary("Every workspace by name, without what is planned there")
        .access(Access::PlatformAdmin)
        .query::<Search>()
        .page_of::<PlatformWorkspace>();
    ops.add(operation, |app: App, ctx: Ctx, input: Input<(), Search>| async move {
        let wanted = wanted(&app, "list_platform_workspaces", &input)?;
        let found = app.platform_workspaces(ctx.user()?, wanted).await?;
        page(&app, "list_platform_workspaces", &found)
    });
    let operation = Operation::post(ENTER)
        .id("enter_workspace")
        .tag(TAG)
        .summary("Become a member of a workspace; its audit trail says so")
        .access(Access::PlatformAdmin)
        .body::<Entering>()
        .ok::<PlatformWorkspace>()
        .refuses(&[Class::Conflict]);
    ops.add(operation, |app: App, ctx: Ctx, input: Input<Entering>| async move {
        let (by, trace) = (ctx.user()?, Some(ctx.trace.to_string()));
        Answer::value(&app.enter_workspace(by, trace, input.id("workspaceId")?, input.body.role).await?)
    });
}

fn wanted(app: &App, operation: &str, input: &Input<(), Search>) -> Result<Wanted, Failure> {
    let cursor = input.page.cursor.as_deref();
    let after = cursor.map(|cursor| app.cursor_in(WorkspaceId::PLATFORM, operation, cursor)).transpose()?;
    Ok(Wanted { text: input.query.search.clone(), after, limit: input.page.limit })
}

fn page<T: Serialize>(app: &App, operation: &str, found: &Part<T>) -> Result<Answer, Problem> {
    let next = found.next.as_ref().map(|after| app.cursor_out(WorkspaceId::PLATFORM, operation, after)).transpose()?;
    let items = found.items.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>();
    Ok(Answer::page(items.map_err(|error| Problem::bug(&error))?, next.as_deref()))
}
