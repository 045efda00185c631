//! The log: append, and the head of a workspace.

use std::{collections::VecDeque, fmt::Write as _};

use raally_domain::ids::WorkspaceId;
use tracing::Instrument;
use uuid::Uuid;

use super::{Conn, Fault, Tx};
use crate::{
    error::StoreError,
    event::{Append, Appended, Expected, Head, NewEvent},
    postgres::session::Lifted,
    row::Param,
    spans,
};

/// Events of one INSERT; more are appended in several.
const EVENTS_PER_INSERT_MAX: usize = 64;

/// Locks the head and lifts the time. Answers the time, the order key of [`Cursor`], the position so far, and positions
/// to be used after it, one a row: the sequence is asked while the lock is held. On SQLite, where there is one writer,
/// [`Tx::append`] reads the head instead.
const LIFT_HEAD_POSTGRES: &str = "WITH lifted AS (INSERT INTO workspace_head AS head (workspace_id, position, recorded_at, commit_order) \
     VALUES (?1, 0, ?2, pg_current_xact_id()::text::bigint) \
     ON CONFLICT (workspace_id) DO UPDATE SET recorded_at = GREATEST(head.recorded_at, excluded.recorded_at), \
     commit_order = GREATEST(head.commit_order, excluded.commit_order) RETURNING recorded_at, commit_order, position) \
     SELECT recorded_at, commit_order, position, nextval('event_position') FROM lifted, generate_series(1, ?3)";

const MORE_POSITIONS_POSTGRES: &str = "SELECT nextval('event_position') FROM generate_series(1, ?1)";

/// Positions that are taken from the sequence at once, at most.
const POSITIONS_MAX: usize = 256;

pub(crate) const MOVE_HEAD: &str = "UPDATE workspace_head SET position = ?2, recorded_at = ?3 WHERE workspace_id = ?1";
const FIRST_HEAD_SQLITE: &str = "INSERT INTO workspace_head (workspace_id, position, recorded_at) VALUES (?1, ?2, ?3)";

impl Tx<'_> {
    /// Appends events to one stream. From here until the transaction ends, other works that append to the same workspace
    /// wait, so that within a workspace positions become visible in order.
    ///
    /// # Errors
    /// `VersionConflict` when the stream isn't as expected; `OutOfScope`; `Bug` when there is no event; `Unavailable`,
    /// `Overloaded`.
    pub async fn append(&mut self, append: &Append) -> Result<Appended, StoreError> {
        let span = spans::append(self.engine(), append.kind.name(), append.events.len());
        self.append_events(append).instrument(span).await
    }

    async fn append_events(&mut self, append: &Append) -> Result<Appended, StoreError> {
        self.scope.check(append.workspace)?;
        if append.events.is_empty() {
            return Err(StoreError::bug("append without events"));
        }
        self.has_appended = true;
        let now = append.meta.recorded_at_hint.unwrap_or_else(|| self.now());
        let head = if self.on_postgres() {
            self.lift_head(append.workspace, now, append.events.len()).await?
        } else {
            self.head(append.workspace).await?
        };
        let (recorded_at, previous_position) = (head.recorded_at.max(now), head.position);
        // A stream that is new has no version to be read: the unique index says whether it was.
        let unasked = append.expected == Expected::New && !self.is_careful();
        let actual = if unasked { 0 } else { self.stream_version(append.workspace, append.stream_id).await? };
        let holds = match append.expected {
            Expected::New => actual == 0,
            Expected::Version(version) => actual == version,
            Expected::Any => true,
        };
        if !holds {
            return Err(StoreError::VersionConflict { stream_id: append.stream_id, expected: append.expected, actual });
        }
        let mut version = actual;
        let mut positions = Vec::with_capacity(append.events.len());
        for chunk in append.events.chunks(EVENTS_PER_INSERT_MAX) {
            match self.insert_events(append, chunk, version, recorded_at, &mut positions).await {
                Err(StoreError::Duplicate { .. }) if unasked => {
                    let actual = self.stream_version(append.workspace, append.stream_id).await?;
                    let (stream_id, expected) = (append.stream_id, append.expected);
                    return Err(StoreError::VersionConflict { stream_id, expected, actual });
                }
                inserted => inserted?,
            }
            version += count(chunk.len());
        }
        let (Some(first), Some(last)) = (positions.iter().min().copied(), positions.iter().max().copied()) else {
            return Err(StoreError::bug("no position came back"));
        };
        self.move_head(append.workspace, Head { position: last, recorded_at }, previous_position == 0).await?;
        Ok(Appended { version, previous_position, first_position: first, last_position: last, recorded_at })
    }

    /// Whether a stream must be asked before it is begun: on PostgreSQL a statement that fails ends the transaction, and
    /// with it the batch, which then is run again carefully.
    const fn is_careful(&self) -> bool {
        match &self.conn {
            Conn::Sqlite(_) => false,
            Conn::Postgres(session) => session.is_careful,
        }
    }

    /// On PostgreSQL: locks the head of the workspace that all works of a batch write to, and takes about as many positions
    /// as they will need.
    pub(crate) async fn lock_head(mut self, workspace: WorkspaceId, positions: usize) -> Result<(), Fault> {
        // The time is lifted by the events, each by its own.
        let lifted = self.lift_head(workspace, 0, positions).await;
        match (lifted, self.end().fault) {
            (_, Some(fault)) => Err(fault),
            (Err(error), None) => Err(Fault::Refused(error)),
            (Ok(_), None) => Ok(()),
        }
    }

    /// Locks a head on PostgreSQL, or takes it as this transaction has it locked already.
    async fn lift_head(&mut self, workspace: WorkspaceId, now: i64, positions: usize) -> Result<Head, StoreError> {
        if let Some(known) = self.lifted(workspace) {
            return Ok(known.head);
        }
        let taken = positions.clamp(1, POSITIONS_MAX);
        let params = [workspace.0.into(), now.into(), count(taken).into()];
        let mut found = None;
        let mut positions = VecDeque::with_capacity(taken);
        self.each_row(LIFT_HEAD_POSTGRES, &params, &mut |row| {
            found = Some((Head { recorded_at: row.int(0)?, position: row.int(2)? }, row.int(1)?));
            positions.push_back(row.int(3)?);
            Ok(())
        })
        .await?;
        let (head, order) = found.ok_or_else(|| StoreError::bug("the head has no row"))?;
        if let Conn::Postgres(session) = &mut self.conn {
            session.heads.push(Lifted { workspace, head, order, has_moved: false, positions, taken });
        }
        Ok(head)
    }

    fn lifted(&mut self, workspace: WorkspaceId) -> Option<&mut Lifted> {
        let Conn::Postgres(session) = &mut self.conn else { return None };
        session.heads.iter_mut().find(|known| known.workspace == workspace)
    }

    /// Moves a head; on PostgreSQL once, before the commit.
    async fn move_head(&mut self, workspace: WorkspaceId, head: Head, is_first: bool) -> Result<(), StoreError> {
        if let Some(lifted) = self.lifted(workspace) {
            (lifted.head, lifted.has_moved) = (head, true);
            return Ok(());
        }
        let text = if is_first { FIRST_HEAD_SQLITE } else { MOVE_HEAD };
        self.execute(text, &[workspace.0.into(), head.position.into(), head.recorded_at.into()]).await?;
        self.head = Some((workspace, head));
        Ok(())
    }

    /// On PostgreSQL: the positions of the next events of a workspace whose head is locked, and their order key.
    async fn next_positions(&mut self, workspace: WorkspaceId, wanted: usize) -> Result<(Vec<i64>, i64), StoreError> {
        let unlocked = || StoreError::bug("positions for a workspace whose head is not locked");
        let lifted = self.lifted(workspace).ok_or_else(unlocked)?;
        let missing = wanted.saturating_sub(lifted.positions.len());
        if missing > 0 {
            // An import appends hundreds of times: it takes twice as many each time.
            let more = missing.max((lifted.taken * 2).min(POSITIONS_MAX));
            let found = self.rows(MORE_POSITIONS_POSTGRES, &[count(more).into()], |row| row.int(0)).await?;
            let lifted = self.lifted(workspace).ok_or_else(unlocked)?;
            lifted.positions.extend(found);
            lifted.taken = more;
        }
        let lifted = self.lifted(workspace).ok_or_else(unlocked)?;
        Ok((lifted.positions.drain(..wanted).collect(), lifted.order))
    }

    async fn insert_events(
        &mut self,
        append: &Append,
        events: &[NewEvent],
        version_before: i64,
        recorded_at: i64,
        positions: &mut Vec<i64>,
    ) -> Result<(), StoreError> {
        let placed = match self.on_postgres() {
            true => Some(self.next_positions(append.workspace, events.len()).await?),
            false => None,
        };
        let text = insert_text(events.len(), self.on_postgres());
        let mut params: Vec<Param<'_>> = Vec::with_capacity(8 + events.len() * 5);
        params.extend([
            Param::Id(append.workspace.0),
            Param::Text(append.kind.name()),
            Param::Id(append.stream_id),
            Param::Int(recorded_at),
            append.meta.actor.into(),
            append.meta.import.into(),
            append.meta.trace.as_deref().into(),
        ]);
        if let Some((_, order)) = &placed {
            params.push(Param::Int(*order));
        }
        for (index, event) in events.iter().enumerate() {
            if let Some((places, _)) = &placed {
                params.push(Param::Int(places[index]));
            }
            params.extend([
                Param::Int(version_before + 1 + count(index)),
                Param::Id(event.event_id),
                Param::Text(&event.type_name),
                Param::Int(i64::from(event.schema_version)),
                Param::Text(&event.payload),
            ]);
        }
        if let Some((places, _)) = placed {
            positions.extend(places);
            return self.execute_later(&text, &params).await;
        }
        if let Some(last) = self.insert_rows(&text, &params).await? {
            // One writer, no gaps: the rows of one statement lie side by side.
            positions.extend(last - count(events.len()) + 1..=last);
        }
        Ok(())
    }

    /// Version of a stream; 0 when it has no event.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn stream_version(&mut self, workspace: WorkspaceId, stream_id: Uuid) -> Result<i64, StoreError> {
        self.scope.check(workspace)?;
        let text = "SELECT MAX(version) FROM event WHERE workspace_id = ?1 AND stream_id = ?2";
        let found = self.row(text, &[workspace.0.into(), stream_id.into()], |row| row.opt_int(0)).await?;
        Ok(found.flatten().unwrap_or(0))
    }

    /// The end of a workspace's log, as far as this transaction sees it.
    ///
    /// # Errors
    /// `OutOfScope`, `Unavailable`, `Overloaded`.
    pub async fn head(&mut self, workspace: WorkspaceId) -> Result<Head, StoreError> {
        self.scope.check(workspace)?;
        if let Some((known, head)) = self.head
            && known == workspace
        {
            return Ok(head);
        }
        if let Some(lifted) = self.lifted(workspace) {
            return Ok(lifted.head);
        }
        let text = "SELECT position, recorded_at FROM workspace_head WHERE workspace_id = ?1";
        let head = self
            .row(text, &[workspace.0.into()], |row| Ok(Head { position: row.int(0)?, recorded_at: row.int(1)? }))
            .await?
            .unwrap_or_default();
        // On PostgreSQL others may move it before this transaction locks it.
        if !self.on_postgres() {
            self.head = Some((workspace, head));
        }
        Ok(head)
    }
}

/// A number of things in memory, which always fits.
fn count(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX)
}

fn insert_text(events: usize, on_postgres: bool) -> String {
    let mut text = String::with_capacity(320 + events * 90);
    text.push_str("INSERT INTO event (");
    if on_postgres {
        text.push_str("commit_order, position, ");
    }
    text.push_str(
        "workspace_id, stream_kind, stream_id, recorded_at, actor_id, import_id, trace, version, event_id, type, \
         schema_version, payload) VALUES ",
    );
    let (first, of_each) = if on_postgres { (9, 6) } else { (8, 5) };
    for index in 0..events {
        if index > 0 {
            text.push_str(", ");
        }
        let mut n = first + index * of_each;
        text.push('(');
        if on_postgres {
            _ = write!(text, "?8, ?{n}, ");
            n += 1;
        }
        _ = write!(text, "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?{n}, ?{}, ?{}, ?{}, ?{})", n + 1, n + 2, n + 3, n + 4);
    }
    text
}
