//! The smallest platform: one operation, one user, one workspace.
//!
//! `cargo run -p raally-api --example one_operation`, then open <http://127.0.0.1:8090/api/docs> and
//! try it with the token `owner`.

use std::net::Ipv4Addr;

use raally_api::{
    Access, Answer, Ctx, Denied, Gate, Input, Membership, Operation, Operations, Parts, Platform, Principal, Problem,
    ServeOptions, Settings, Unavailable, serve,
};
use raally_domain::access::{Action, Permissions, Role};
use raally_domain::ids::{PersonId, SessionId, UserId, WorkspaceId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What handlers get and what the check asks.
#[derive(Clone)]
struct App;

impl Gate for App {
    async fn authenticate(&self, bearer: &str) -> Result<Principal, Denied> {
        let id = Uuid::from_u128(1);
        match bearer {
            "owner" => Ok(Principal { user: UserId(id), session: SessionId(id), platform_admin: false }),
            _ => Err(Denied::Token("unknown")),
        }
    }

    async fn membership(&self, _: UserId, workspace: WorkspaceId) -> Result<Option<Membership>, Unavailable> {
        Ok(Some(Membership { workspace, role: Role::Owner, permissions: Permissions::NONE }))
    }

    fn revoked(&self, _: Principal, _: Option<WorkspaceId>) -> impl Future<Output = ()> + Send + 'static {
        std::future::pending()
    }
}

/// What a person is changed to.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PersonDetails {
    /// Shown to people.
    name: String,
}

async fn rename_person(_: App, ctx: Ctx, input: Input<PersonDetails>) -> Result<Answer, Problem> {
    let id: PersonId = input.id("personId")?;
    let version = input.version()? + 1;
    tracing::debug!(workspace = %ctx.workspace()?, person = %id, "renamed");
    let name = serde_json::Value::from(input.body.name);
    Ok(Answer::json(format!("{{\"id\":\"{id}\",\"version\":{version},\"name\":{name}}}")).version(version))
}

async fn get_person(_: App, _: Ctx, input: Input) -> Result<Answer, Problem> {
    let id: PersonId = input.id("personId")?;
    Ok(Answer::json(format!("{{\"id\":\"{id}\",\"version\":1,\"name\":\"Ada\"}}")).version(1))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let person = "/api/v1/workspaces/{workspaceId}/people/{personId}";
    let mut operations = Operations::new();
    operations
        .add(
            Operation::put(person)
                .id("rename_person")
                .tag("People")
                .summary("Rename a person")
                .access(Access::Workspace(Action::EditPeople))
                .idempotent()
                .body::<PersonDetails>()
                .ok_document::<PersonDetails>(),
            rename_person,
        )
        .add(
            Operation::get(person)
                .id("get_person")
                .tag("People")
                .summary("Show a person")
                .access(Access::Workspace(Action::ReadPlan))
                .ok_document::<PersonDetails>(),
            get_person,
        );
    let platform = Platform::new(App, operations, Parts::new(Settings { rate_limit: None, ..Settings::default() }))
        .map_err(|faults| std::io::Error::other(faults.join("\n")))?;
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 8090)).await?;
    let stop = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    let drained = serve(listener, platform, ServeOptions::default(), stop).await;
    std::process::exit(i32::from(!drained.finished));
}
