//! Many assignments changed by one request.

use raally_application::{App, Caller, Failure};
use raally_domain::event::AssignmentEvent;
use raally_domain::ids::PersonId;
use raally_domain::model::{Assignment, ClashPolicy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::assignments::EDIT;
use super::convert::caller;
use crate::answer::Answer;
use crate::operation::Operation;
use crate::operations::Operations;
use crate::problem::Problem;

/// Most items of a bulk request.
pub const BULK_ITEMS_MAX: usize = 500;

/// One change of a bulk request.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
enum BulkItem {
    /// Move by whole days.
    Move { id: Uuid, version: i64, days: i32 },
    /// Give it to somebody else.
    Reassign { id: Uuid, version: i64, person_id: PersonId },
    /// Change the given fields.
    Patch { id: Uuid, version: i64, patch: Value },
    /// Promise it.
    Confirm { id: Uuid, version: i64 },
    /// Take the promise back.
    MakeTentative { id: Uuid, version: i64 },
    /// Remove it.
    Remove { id: Uuid, version: i64 },
}

/// Many changes; each succeeds or fails by itself.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BulkBody {
    /// At most 500.
    items: Vec<BulkItem>,
    /// Absent = the workspace's policy.
    #[serde(default)]
    on_clash: Option<ClashPolicy>,
}

/// What became of one item.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BulkResult {
    id: Uuid,
    /// As HTTP would say it.
    status: u16,
    /// The assignment after the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Value>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct BulkResults {
    /// In the order of the items.
    results: Vec<BulkResult>,
}

pub(super) fn add(ops: &mut Operations<App>) {
    let operation = Operation::post("/api/v1/workspaces/{workspaceId}/assignments/bulk")
        .id("bulk_change_assignments")
        .tag("Assignments")
        .summary("Change many; each item succeeds or fails by itself")
        .access(EDIT)
        .idempotent()
        .body::<BulkBody>()
        .ok::<BulkResults>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let BulkBody { items, on_clash } = input.body;
        if items.is_empty() || items.len() > BULK_ITEMS_MAX {
            return Err(Problem::invalid_field("/items", "count", "Send 1 to 500 items."));
        }
        if let Some(kept) = app.kept(&caller).await? {
            return Ok(Answer::json(kept));
        }
        let mut results = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let mut caller = caller.clone();
            if let Some(key) = &mut caller.idempotency {
                key.key = format!("{}#{index}", key.key);
            }
            results.push(change_one(&app, &caller, item, on_clash).await);
        }
        let body = serde_json::to_string(&BulkResults { results }).map_err(|error| Problem::bug(&error))?;
        Ok(Answer::json(app.keep(&caller, body).await?))
    });
}

async fn change_one(app: &App, caller: &Caller, item: BulkItem, on_clash: Option<ClashPolicy>) -> BulkResult {
    let (id, done): (Uuid, Result<raally_application::Answer, Failure>) = match item {
        BulkItem::Move { id, version, days } => (id, app.move_assignment(caller, id, version, days, on_clash).await),
        BulkItem::Reassign { id, version, person_id } => {
            let patch = serde_json::json!({ "personId": person_id });
            (id, app.change_booking(caller, id, version, patch, on_clash).await)
        }
        BulkItem::Patch { id, version, patch } => (id, app.change_booking(caller, id, version, patch, on_clash).await),
        BulkItem::Confirm { id, version } => (id, app.confirm_assignment(caller, id, version, on_clash).await),
        BulkItem::MakeTentative { id, version } => {
            (id, app.record::<Assignment>(caller, id, version, vec![AssignmentEvent::MadeTentative]).await)
        }
        BulkItem::Remove { id, version } => (id, app.remove::<Assignment>(caller, id, version).await),
    };
    match done {
        Ok(answer) => {
            let body = serde_json::from_str(&answer.body).ok();
            let success = if body.is_some() { crate::Success::Ok } else { crate::Success::NoContent };
            BulkResult { id, status: success.status().as_u16(), body, problem: None }
        }
        Err(failure) => {
            let problem = Problem::from(failure);
            if let Some(private) = problem.private_detail() {
                tracing::warn!(%id, private, "an item of a bulk change failed");
            }
            let status = problem.class().status().as_u16();
            BulkResult { id, status, body: None, problem: serde_json::from_slice(&problem.to_json()).ok() }
        }
    }
}
