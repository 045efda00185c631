//! The proof of the audit trail: verify it, and fetch a signed checkpoint to keep elsewhere.

use std::time::Duration;

use raally_application::App;
use raally_application::audit::{Auditor, WorkspaceReport};
use raally_domain::access::Action;
use raally_domain::ids::WorkspaceId;
use schemars::JsonSchema;

use super::convert::caller;
use crate::answer::Answer;
use crate::gate::Access;
use crate::input::Input;
use crate::operation::Operation;
use crate::operations::Operations;
use crate::problem::Problem;

/// How long verifying one workspace may take: about ten million events.
const VERIFYING_MAX: Duration = Duration::from_secs(120);

/// Where a workspace's chain stands, signed. Kept elsewhere it proves later what the log was.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what the identity crate writes")]
struct SignedCheckpoint {
    /// `raally-audit-checkpoint-v1`.
    format: String,
    /// Whose chain.
    workspace_id: WorkspaceId,
    /// Position of the last sealed event.
    position: i64,
    /// Hash of the last seal, base64url.
    hash: String,
    /// Microseconds since the epoch.
    signed_at: i64,
    /// Thumbprint of the key that signed.
    key_id: String,
    /// That key, base64url.
    public_key: String,
    /// Ed25519, base64url.
    signature: String,
}

pub(crate) fn add(ops: &mut Operations<App>) {
    let operation = Operation::post("/api/v1/workspaces/{workspaceId}/audit/verify")
        .id("verify_audit_trail")
        .tag("Audit")
        .summary("Compare every event with its seal and every seal with the signed checkpoints")
        .access(Access::Workspace(Action::ReadAudit))
        .timeout(VERIFYING_MAX)
        .ok::<WorkspaceReport>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let workspace = caller(&ctx, &input)?.workspace;
        let report = auditor(&app)?.verify(Some(workspace), None).await?;
        let found = report.workspaces.into_iter().find(|one| one.workspace_id == workspace);
        Answer::value(&found.ok_or_else(|| Problem::bug("a report without its workspace"))?)
    });
    let operation = Operation::get("/api/v1/workspaces/{workspaceId}/audit/checkpoint")
        .id("get_audit_checkpoint")
        .tag("Audit")
        .summary("A signed checkpoint to keep elsewhere; not found until the first events are sealed")
        .access(Access::Workspace(Action::ReadAudit))
        .ok::<SignedCheckpoint>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let workspace = caller(&ctx, &input)?.workspace;
        Ok(Answer::json(auditor(&app)?.export_checkpoint(workspace).await?.to_json()))
    });
}

fn auditor(app: &App) -> Result<Auditor, Problem> {
    app.auditor().ok_or_else(|| Problem::unavailable(60).private("this process has no audit key"))
}
