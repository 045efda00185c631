//! Members and join links of a workspace.

use raally_application::App;
use raally_application::members::{JoinLinkView, Member, MemberChange};
use raally_domain::access::{Action, Role};
use raally_domain::ids::UserId;
use schemars::JsonSchema;
use serde::Deserialize;

use super::convert::{answer, caller};
use super::people::Items;
use crate::answer::Answer;
use crate::gate::Access;
use crate::input::Input;
use crate::operation::Operation;
use crate::operations::Operations;

const ALL: &str = "/api/v1/workspaces/{workspaceId}/members";
const ONE: &str = "/api/v1/workspaces/{workspaceId}/members/{userId}";
const LINKS: &str = "/api/v1/workspaces/{workspaceId}/join-links";
const LINK: &str = "/api/v1/workspaces/{workspaceId}/join-links/{joinLinkId}";
const MANAGE: Access = Access::Workspace(Action::ManageMembers);

/// A new join link.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewLink {
    /// What whoever uses it becomes.
    role: Role,
}

pub(crate) fn add(ops: &mut Operations<App>) {
    let operation = Operation::get(ALL)
        .id("list_members")
        .tag("Members")
        .summary("Everybody who belongs to the workspace, by name")
        .access(MANAGE)
        .ok::<Items<Member>>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let caller = caller(&ctx, &input)?;
        Answer::value(&Items { items: app.members(caller.workspace).await? })
    });
    let operation =
        Operation::get(ONE).id("get_member").tag("Members").summary("One member").access(MANAGE).ok::<Member>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let caller = caller(&ctx, &input)?;
        let member = app.member(caller.workspace, UserId(input.id("userId")?)).await?;
        Ok(Answer::value(&member)?.version(member.version))
    });
    let operation = Operation::patch(ONE)
        .id("change_member")
        .tag("Members")
        .summary("Change role, permissions or status; only owners make and unmake owners")
        .access(MANAGE)
        .body::<MemberChange>()
        .ok::<Member>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let (user, version) = (UserId(input.id("userId")?), input.version()?);
        app.change_member(&caller, user, version, input.body).await?;
        let member = app.member(caller.workspace, user).await?;
        Ok(Answer::value(&member)?.version(member.version))
    });
    let operation = Operation::delete(ONE)
        .id("remove_member")
        .tag("Members")
        .summary("Remove a member; access ends at once")
        .access(MANAGE)
        .no_content();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let caller = caller(&ctx, &input)?;
        let (user, version) = (UserId(input.id("userId")?), input.version()?);
        Ok(answer(app.remove_member(&caller, user, version).await?, ""))
    });
    add_links(ops);
}

fn add_links(ops: &mut Operations<App>) {
    let operation = Operation::get(LINKS)
        .id("list_join_links")
        .tag("Members")
        .summary("The join links, without their tokens")
        .access(MANAGE)
        .ok::<Items<JoinLinkView>>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let caller = caller(&ctx, &input)?;
        Answer::value(&Items { items: app.join_links(&caller).await? })
    });
    let operation = Operation::post(LINKS)
        .id("create_join_link")
        .tag("Members")
        .summary("A link that makes one person a member, within 7 days; its token is shown once")
        .access(MANAGE)
        .body::<NewLink>()
        .created::<JoinLinkView>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let link = app.create_join_link(&caller, input.body.role).await?;
        let json = serde_json::to_vec(&link).map_err(|error| crate::Problem::bug(&error))?;
        Ok(Answer::created(format!("{}/{}", input.uri().path(), link.id), json))
    });
    let operation = Operation::delete(LINK)
        .id("revoke_join_link")
        .tag("Members")
        .summary("Take a join link back")
        .access(MANAGE)
        .unversioned()
        .no_content();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let caller = caller(&ctx, &input)?;
        app.revoke_join_link(&caller, input.id("joinLinkId")?).await?;
        Ok(Answer::no_content())
    });
}
