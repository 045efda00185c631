//! The log as it is read: events of a workspace, what changed, and the page of a subscription.

use std::fmt::Write as _;

use raally_domain::{ids::WorkspaceId, kind::Kind};
use uuid::Uuid;

use super::Tx;
use crate::{
    error::StoreError,
    event::{Cursor, EventQuery, StoredEvent},
    row::{Param, RowRef},
    scope::Scope,
};

const EVENT_COLUMNS: &str = "position, workspace_id, stream_kind, stream_id, version, event_id, type, schema_version, \
                             recorded_at, actor_id, import_id, trace, payload";

impl Tx<'_> {
    /// Position of the last event that was recorded at or before an instant; 0 when there is none. `asOf` in one number.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn position_at(&mut self, workspace: WorkspaceId, instant: i64) -> Result<i64, StoreError> {
        self.scope.check(workspace)?;
        let head = self.head(workspace).await?;
        if head.recorded_at <= instant {
            return Ok(head.position);
        }
        // Time never runs backwards along positions: halving finds the place without an index of its own.
        let text = "SELECT position, recorded_at FROM event WHERE workspace_id = ?1 AND position > ?2 \
                    AND position <= ?3 ORDER BY position DESC LIMIT 1";
        let (mut low, mut high, mut answer) = (0, head.position, 0);
        while low < high {
            let middle = low + (high - low + 1) / 2;
            let found = self
                .row(text, &[workspace.0.into(), low.into(), middle.into()], |row| Ok((row.int(0)?, row.int(1)?)))
                .await?;
            match found {
                Some((position, recorded_at)) if recorded_at > instant => high = position - 1,
                Some((position, _)) => (low, answer) = (middle, position),
                None => low = middle,
            }
        }
        Ok(answer)
    }

    /// Position of the last event over all workspaces; 0 when there is none (platform scope). For metrics: on PostgreSQL
    /// earlier positions may still be on their way.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn last_position(&mut self) -> Result<i64, StoreError> {
        self.platform_only()?;
        let found = self.row("SELECT MAX(position) FROM workspace_head", &[], |row| row.opt_int(0)).await?;
        Ok(found.flatten().unwrap_or(0))
    }

    /// Events of one workspace, in position order.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn events(&mut self, query: &EventQuery) -> Result<Vec<StoredEvent>, StoreError> {
        self.scope.check(query.workspace)?;
        let mut text = format!("SELECT {EVENT_COLUMNS} FROM event WHERE workspace_id = ?1 AND position > ?2");
        let mut params: Vec<Param<'_>> = vec![query.workspace.0.into(), query.after_position.into()];
        let conditions: [(&str, Option<Param<'_>>); 6] = [
            ("stream_kind =", query.kind.map(|kind| kind.name().into())),
            ("stream_id =", query.stream.map(Into::into)),
            ("import_id =", query.import.map(Into::into)),
            ("actor_id =", query.actor.map(Into::into)),
            ("position <=", query.to_position.map(Into::into)),
            ("recorded_at <=", query.to_recorded_at.map(Into::into)),
        ];
        for (condition, value) in conditions {
            if let Some(value) = value {
                params.push(value);
                _ = write!(text, " AND {condition} ?{}", params.len());
            }
        }
        let direction = if query.newest_first { " DESC" } else { "" };
        params.push(Param::Int(i64::from(query.limit)));
        _ = write!(text, " ORDER BY position{direction} LIMIT ?{}", params.len());
        self.rows(&text, &params, stored_event).await
    }

    /// The streams that got events after a position, one entry an event, in position order.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn changed_after(
        &mut self,
        workspace: WorkspaceId,
        position: i64,
        limit: u32,
    ) -> Result<Vec<(Kind, Uuid)>, StoreError> {
        self.scope.check(workspace)?;
        let text = "SELECT stream_kind, stream_id FROM event WHERE workspace_id = ?1 AND position > ?2 \
                    ORDER BY position LIMIT ?3";
        self.rows(text, &[workspace.0.into(), position.into(), i64::from(limit).into()], |row| {
            let kind = row.text(0)?;
            let kind = Kind::from_name(kind).ok_or_else(|| StoreError::bug(format!("no kind {kind}")))?;
            Ok((kind, row.id(1)?))
        })
        .await
    }

    /// The next events after a cursor, over all workspaces: platform scope only. Never skips an event: on PostgreSQL only
    /// events are shown below which no transaction is open any more. Within a workspace the order is that of positions.
    ///
    /// # Errors
    /// `OutOfScope` outside the platform scope; `Unavailable`, `Overloaded`.
    pub async fn events_after(&mut self, cursor: Cursor, limit: u32) -> Result<(Vec<StoredEvent>, Cursor), StoreError> {
        if self.scope != Scope::Platform {
            return Err(StoreError::OutOfScope { workspace: self.home() });
        }
        let limit = Param::Int(i64::from(limit));
        let found = if self.on_postgres() {
            let text = format!(
                "SELECT {EVENT_COLUMNS}, commit_order FROM event WHERE (commit_order, position) > (?1, ?2) \
                 AND commit_order < pg_snapshot_xmin(pg_current_snapshot())::text::bigint \
                 ORDER BY commit_order, position LIMIT ?3"
            );
            let params = [cursor.order.into(), cursor.position.into(), limit];
            self.rows(&text, &params, |row| Ok((stored_event(row)?, row.int(13)?))).await?
        } else {
            let text = format!("SELECT {EVENT_COLUMNS} FROM event WHERE position > ?1 ORDER BY position LIMIT ?2");
            self.rows(&text, &[cursor.position.into(), limit], |row| Ok((stored_event(row)?, 0))).await?
        };
        let next = found.last().map_or(cursor, |(event, order)| Cursor { order: *order, position: event.position });
        Ok((found.into_iter().map(|(event, _)| event).collect(), next))
    }
}

pub(super) fn stored_event(row: &RowRef<'_>) -> Result<StoredEvent, StoreError> {
    let kind = row.text(2)?;
    Ok(StoredEvent {
        position: row.int(0)?,
        workspace: WorkspaceId(row.id(1)?),
        kind: Kind::from_name(kind).ok_or_else(|| StoreError::bug(format!("unknown stream kind {kind}")))?,
        stream_id: row.id(3)?,
        version: row.int(4)?,
        event_id: row.id(5)?,
        type_name: row.string(6)?,
        schema_version: i32::try_from(row.int(7)?).map_err(|_| StoreError::bug("schema_version out of range"))?,
        recorded_at: row.int(8)?,
        actor: row.opt_id(9)?,
        import: row.opt_id(10)?,
        trace: row.opt_string(11)?,
        payload: row.string(12)?,
    })
}
