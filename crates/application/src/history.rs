//! The log as people see it: audit events, live events, an object as it was.

use raally_domain::decide::Refusal;
use raally_domain::ids::{UserId, WorkspaceId};
use raally_domain::kind::Kind;
use raally_storage::{EventQuery, Query, Record, Scope, StoredEvent, Tx};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use tracing::trace_span;
use uuid::Uuid;

use crate::answer::{Answer, Page};
use crate::app::App;
use crate::caller::Caller;
use crate::codec::instant;
use crate::failure::Failure;
use crate::replay::Past;
use crate::traces::Traces;
use crate::vault::Opener;

/// One entry of the audit trail.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEvent {
    /// Unique.
    pub id: Uuid,
    /// Place in the log; grows.
    pub position: i64,
    /// What it is about.
    pub kind: Kind,
    /// Which.
    pub object_id: Uuid,
    /// The object's version after it.
    pub version: i64,
    /// What happened: `assignment-booked`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// When.
    pub recorded_at: jiff::Timestamp,
    /// Who; absent for the system itself.
    pub actor_id: Option<UserId>,
    /// The import that it was part of.
    pub import_id: Option<Uuid>,
    /// W3C `traceparent` of the request.
    pub trace: Option<String>,
    /// What was recorded; pay is left out for those who may not see it.
    pub data: Value,
}

/// That something changed, without what: for live views, which read what they may see.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Place in the log; grows.
    pub position: i64,
    /// What it is about.
    pub kind: Kind,
    /// Which.
    pub object_id: Uuid,
    /// The object's version after it.
    pub version: i64,
    /// What happened: `assignment-booked`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// When.
    pub recorded_at: jiff::Timestamp,
    /// Who; absent for the system itself.
    pub actor_id: Option<UserId>,
}

/// Which audit events.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditFilter {
    /// About this kind only.
    pub kind: Option<Kind>,
    /// About this object only.
    pub object: Option<Uuid>,
    /// By this user only.
    pub actor: Option<Uuid>,
    /// Of this import only.
    pub import: Option<Uuid>,
    /// Recorded at this instant or later, in microseconds.
    pub since: Option<i64>,
    /// Recorded up to and with this instant, in microseconds.
    pub until: Option<i64>,
    /// Older than this position.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

/// Facts about pay and rates, which `audit` shows only to those who see pay.
const PAY: [&str; 4] = ["compensation-set", "compensation-cleared", "bill-rate-set", "role-rate-set"];

fn shown(event: &StoredEvent, opener: &Opener, sees_pay: bool) -> Result<AuditEvent, Failure> {
    let hidden = !sees_pay && PAY.contains(&event.type_name.as_str());
    Ok(AuditEvent {
        id: event.event_id,
        position: event.position,
        kind: event.kind,
        object_id: event.stream_id,
        version: event.version,
        type_name: event.type_name.clone(),
        recorded_at: instant(event.recorded_at),
        actor_id: event.actor.map(UserId),
        import_id: event.import,
        trace: event.trace.clone(),
        data: if hidden { Value::Null } else { opener.open(event)? },
    })
}

fn change(event: StoredEvent) -> Change {
    Change {
        position: event.position,
        kind: event.kind,
        object_id: event.stream_id,
        version: event.version,
        type_name: event.type_name,
        recorded_at: instant(event.recorded_at),
        actor_id: event.actor.map(UserId),
    }
}

/// In the trace: what goes to one listener, with links to the requests that it came from, where they are recorded.
fn trace_delivery(started: i64, workspace: WorkspaceId, events: &[StoredEvent]) {
    let mut traces = Traces::default();
    traces.add(events.iter().filter_map(|event| event.trace.as_deref()));
    if !traces.is_empty() {
        trace_span!(
            target: "raally::trace::root",
            "deliver",
            otel.kind = "producer",
            started_us = started,
            links = traces.as_str(),
            raally.events = events.len() as u64,
            raally.workspace.id = %workspace,
        );
    }
}

impl App {
    /// The audit trail, newest first.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn audit_events(&self, caller: &Caller, filter: AuditFilter) -> Result<Vec<AuditEvent>, Failure> {
        let (app, workspace, sees_pay) = (self.clone(), caller.workspace, caller.sees_pay());
        self.store()
            .read(caller.scope(), move |tx| {
                let app = app.clone();
                Box::pin(async move {
                    let opener = app.vault().opener(tx, workspace).await?;
                    let after = match filter.since {
                        Some(since) => tx.position_at(workspace, since - 1).await?,
                        None => 0,
                    };
                    let mut query = EventQuery::after(workspace, after, filter.limit);
                    query.kind = filter.kind;
                    query.stream = filter.object;
                    query.actor = filter.actor;
                    query.import = filter.import;
                    query.to_position = filter.before.map(|position| position - 1);
                    query.to_recorded_at = filter.until;
                    query.newest_first = true;
                    let events = tx.events(&query).await?;
                    events.iter().map(|event| shown(event, &opener, sees_pay)).collect()
                })
            })
            .await
    }

    /// What changed after a position, oldest first: the live stream. Whoever reads the plan hears it, so it has no data.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn events_after(
        &self,
        workspace: WorkspaceId,
        position: i64,
        limit: u32,
    ) -> Result<Vec<Change>, Failure> {
        let started = self.mint().now_us();
        let events: Vec<StoredEvent> = self
            .store()
            .read(Scope::Workspace(workspace), move |tx| {
                Box::pin(
                    async move { Ok::<_, Failure>(tx.events(&EventQuery::after(workspace, position, limit)).await?) },
                )
            })
            .await?;
        trace_delivery(started, workspace, &events);
        Ok(events.into_iter().map(change).collect())
    }

    /// The end of a workspace's log: where a live stream begins.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn head(&self, workspace: WorkspaceId) -> Result<i64, Failure> {
        self.store()
            .read(Scope::Workspace(workspace), move |tx| {
                Box::pin(async move { Ok(tx.head(workspace).await?.position) })
            })
            .await
    }

    /// An object as it was at an instant.
    ///
    /// # Errors
    /// `NotFound` when it did not exist then, or was deleted.
    pub(crate) async fn read_as_of(&self, caller: &Caller, kind: Kind, id: Uuid, at: i64) -> Result<Answer, Failure> {
        let (app, workspace) = (self.clone(), caller.workspace);
        self.store()
            .read(caller.scope(), move |tx| {
                let app = app.clone();
                Box::pin(async move {
                    let record = app.record_as_of(tx, workspace, kind, id, at).await?;
                    if record.deleted_at.is_some() {
                        return Err(Refusal::NotFound.into());
                    }
                    Ok(Answer::found(id, record.version, record.body))
                })
            })
            .await
    }

    /// A page of a list as it was at an instant.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list_as_of(&self, caller: &Caller, mut query: Query, at: i64) -> Result<Page, Failure> {
        let limit = query.limit as usize;
        query.limit = query.limit.saturating_add(1);
        let all = self.rows_as_of(caller.workspace, query.kind, at).await?;
        let mut rows = query.recall(&all);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|last| query.after_record(last));
        let bodies: Vec<&str> = rows.iter().map(|row| row.body.as_str()).collect();
        Ok(Page { items: bodies.join(","), next })
    }

    /// The read row of an object as it was at an instant, also of one that was deleted then.
    ///
    /// # Errors
    /// `NotFound` when it did not exist then.
    pub(crate) async fn record_as_of(
        &self,
        tx: &mut Tx<'_>,
        workspace: WorkspaceId,
        kind: Kind,
        id: Uuid,
        at: i64,
    ) -> Result<Record, Failure> {
        let through = Some(tx.position_at(workspace, at).await?);
        let past = Past { workspace, kind: Some(kind), stream: Some(id), through };
        let mut states = self.fold(tx, past).await?;
        let (state, position) = states.remove(&(kind, id)).ok_or(Refusal::NotFound)?;
        state.record(workspace, position)
    }
}
