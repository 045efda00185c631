//! The log as people see it: the audit trail and the live stream.

use futures_util::stream;
use jiff::Timestamp;
use raally_application::history::{AuditEvent, AuditFilter, Change};
use raally_application::{App, Caller};
use raally_domain::access::Action;
use raally_domain::ids::{UserId, WorkspaceId};
use raally_domain::kind::Kind;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::VecDeque;
use uuid::Uuid;

use super::convert::caller;
use crate::answer::Answer;
use crate::answer::stream::{EventStream, ServerEvent};
use crate::context::Ctx;
use crate::gate::Access;
use crate::input::Input;
use crate::operation::Operation;
use crate::operations::Operations;
use crate::problem::Problem;

/// Events of one page of the live stream.
const STREAM_PAGE: u32 = 500;

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AuditQuery {
    /// About this kind only.
    kind: Option<Kind>,
    /// About this object only.
    object_id: Option<Uuid>,
    /// By this user only.
    actor_id: Option<UserId>,
    /// Of this import only.
    import_id: Option<Uuid>,
    /// Recorded at this instant or later.
    since: Option<Timestamp>,
    /// Recorded up to and with this instant.
    until: Option<Timestamp>,
}

pub(crate) fn add(ops: &mut Operations<App>) {
    let operation = Operation::get("/api/v1/workspaces/{workspaceId}/audit-events")
        .id("list_audit_events")
        .tag("Audit")
        .summary("What happened, newest first; pay only for those who may see it")
        .access(Access::Workspace(Action::ReadAudit))
        .query::<AuditQuery>()
        .page_of::<AuditEvent>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        trail(&app, &caller, "list_audit_events", &input).await
    });
    let operation = Operation::get("/api/v1/platform/audit-events")
        .id("list_platform_audit_events")
        .tag("Platform")
        .summary("What happened to logins and sessions, newest first")
        .access(Access::PlatformAdmin)
        .query::<AuditQuery>()
        .page_of::<AuditEvent>();
    ops.add(operation, |app: App, _: Ctx, input| async move {
        trail(&app, &Caller::system(WorkspaceId::PLATFORM), "list_platform_audit_events", &input).await
    });
    let operation = Operation::get("/api/v1/workspaces/{workspaceId}/events")
        .id("stream_events")
        .tag("Audit")
        .summary("What changes, as it changes; goes on after Last-Event-ID")
        .access(Access::Workspace(Action::ReadPlan))
        .events::<Change>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let caller = caller(&ctx, &input)?;
        let asked = input.header("last-event-id").and_then(|text| text.parse().ok());
        let head = app.head(caller.workspace).await?;
        // A position that the log has not reached was seen before a backup was put back: from here on, then.
        let position = asked.map_or(head, |asked: i64| asked.min(head));
        Ok(Answer::events(EventStream::new(live(app, caller.workspace, position))))
    });
}

async fn trail(app: &App, caller: &Caller, operation: &str, input: &Input<(), AuditQuery>) -> Result<Answer, Problem> {
    let before = match &input.page.cursor {
        None => None,
        Some(cursor) => match app.cursor_in(caller.workspace, operation, cursor)?.key {
            raally_storage::Value::Int(position) => Some(position),
            _ => None,
        },
    };
    let AuditQuery { kind, object_id, actor_id, import_id, since, until } = input.query;
    let filter = AuditFilter {
        kind,
        object: object_id,
        actor: actor_id.map(|id| id.0),
        import: import_id,
        since: since.map(Timestamp::as_microsecond),
        until: until.map(Timestamp::as_microsecond),
        before,
        limit: input.page.limit,
    };
    let events = app.audit_events(caller, filter).await?;
    let full = events.len() == input.page.limit as usize;
    let next = events.last().filter(|_| full).map(|last| {
        let after = raally_storage::After { key: last.position.into(), id: last.id };
        app.cursor_out(caller.workspace, operation, &after)
    });
    let items = events.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>();
    Ok(Answer::page(items.map_err(|error| Problem::bug(&error))?, next.transpose()?.as_deref()))
}

/// Every event after a position, as it is committed by any process.
fn live(app: App, workspace: WorkspaceId, position: i64) -> impl futures_util::Stream<Item = ServerEvent> + Send {
    let changes = app.store().changes();
    stream::unfold(
        (app, changes, position, VecDeque::new()),
        move |(app, mut changes, mut position, mut waiting)| async move {
            loop {
                if let Some(event) = waiting.pop_front() {
                    return Some((encode(&event), (app, changes, position, waiting)));
                }
                changes.mark_unchanged();
                match app.events_after(workspace, position, STREAM_PAGE).await {
                    Ok(events) if events.is_empty() => {
                        if changes.changed().await.is_err() {
                            return None;
                        }
                    }
                    Ok(events) => {
                        position = events.last().map_or(position, |last| last.position);
                        waiting.extend(events);
                    }
                    // The client comes back by itself, with the last position it saw.
                    Err(_) => return None,
                }
            }
        },
    )
}

fn encode(event: &Change) -> ServerEvent {
    ServerEvent {
        id: event.position.to_string(),
        name: "change".to_owned(),
        data: serde_json::to_string(event).unwrap_or_default(),
    }
}
