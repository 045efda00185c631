//! The one way in which planning data changes: load, decide, check what it refers to, append, write the row.
//! Runs inside a write transaction that the caller opened, so that several changes are one (bulk, import, split).

use raally_domain::access::Grant;
use raally_domain::decide::{Intent, Refusal, decide};
use raally_domain::event::{Envelope, Event};
use raally_domain::ids::UserId;
use raally_storage::{Append, Expected, NewEvent, Tx};
use tracing::field::Empty;
use tracing::{Instrument, Span, trace_span};
use uuid::Uuid;

use crate::app::App;
use crate::caller::Caller;
use crate::codec::{Indexed, from_record, instant, to_record};
use crate::failure::Failure;
use crate::references::{Assured, Referring, check, check_own};
use crate::vault::Address;

/// What the caller believes about the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// It does not exist yet.
    New,
    /// It is at this version.
    Version(i64),
    /// Whatever it is now.
    Current,
}

/// A change that was made, or that was true already.
#[derive(Clone, Debug)]
pub struct Changed<A: Indexed> {
    /// The state before; none for a new object.
    pub before: Option<Envelope<A>>,
    /// The state after.
    pub after: Envelope<A>,
    /// The stored document after.
    pub body: String,
    /// Whether anything was recorded.
    pub recorded: bool,
}

impl App {
    /// The state of an object in this transaction's workspace.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn load<A: Indexed>(&self, tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Envelope<A>>, Failure> {
        match tx.get(A::KIND, id).await? {
            Some(record) => from_record(&record).map(Some),
            None => Ok(None),
        }
    }

    /// Makes these facts true, if they are allowed.
    ///
    /// # Errors
    /// The refusal; nothing is recorded then, and the transaction is to be given up.
    pub async fn change<A: Indexed + Intent + Referring + PartialEq>(
        &self,
        tx: &mut Tx<'_>,
        caller: &Caller,
        id: Uuid,
        expect: Expect,
        wanted: Vec<A::Event>,
    ) -> Result<Changed<A>, Failure> {
        let before = match expect {
            Expect::New => None,
            Expect::Version(_) | Expect::Current => {
                tx.lock(A::KIND, &[id]).await?;
                self.load::<A>(tx, id).await?
            }
        };
        expect_version(expect, before.as_ref())?;
        self.change_from(tx, caller, id, before, wanted, Assured::default()).await
    }

    /// As [`App::change`], from a state that the caller loaded (and locked) in this transaction.
    ///
    /// # Errors
    /// The refusal.
    pub(crate) async fn change_from<A: Indexed + Intent + Referring + PartialEq>(
        &self,
        tx: &mut Tx<'_>,
        caller: &Caller,
        id: Uuid,
        before: Option<Envelope<A>>,
        wanted: Vec<A::Event>,
        assured: Assured<'_>,
    ) -> Result<Changed<A>, Failure> {
        let span = trace_span!(
            target: "raally::trace",
            "change",
            raally.stream.kind = A::KIND.name(),
            raally.workspace.id = %caller.workspace,
            raally.facts = Empty,
        );
        self.make_change(tx, caller, id, before, wanted, assured).instrument(span).await
    }

    async fn make_change<A: Indexed + Intent + Referring + PartialEq>(
        &self,
        tx: &mut Tx<'_>,
        caller: &Caller,
        id: Uuid,
        before: Option<Envelope<A>>,
        wanted: Vec<A::Event>,
        assured: Assured<'_>,
    ) -> Result<Changed<A>, Failure> {
        if let (Grant::Own, Some(before)) = (caller.grant, &before) {
            check_own(tx, caller, before).await?;
        }
        let decision = decide(before.clone(), id, wanted, self.mint().now())?;
        let mut after = decision.after;
        let span = Span::current();
        if !span.is_none() {
            let facts: Vec<&str> = decision.events.iter().map(Event::type_name).collect();
            span.record("raally.facts", facts.join(" "));
        }
        if decision.events.is_empty() {
            let body = serde_json::to_string(&after).map_err(Failure::bug)?;
            return Ok(Changed { before, after, body, recorded: false });
        }
        if caller.grant == Grant::Own {
            check_own(tx, caller, &after).await?;
        }
        if after.deleted_at.is_none() {
            check(tx, before.as_ref(), &after, assured).await?;
        }
        let appended = self.append(tx, caller, before.as_ref(), id, &decision.events).await?;
        settle_instants(&mut after, before.as_ref(), appended.recorded_at);
        after.version = appended.version;
        let record = to_record(caller.workspace, &after, appended.last_position)?;
        tx.put(A::KIND, &record).await?;
        self.note_on_desk(tx, caller.workspace, &after, &appended);
        Ok(Changed { before, after, body: record.body, recorded: true })
    }

    async fn append<A: Indexed>(
        &self,
        tx: &mut Tx<'_>,
        caller: &Caller,
        before: Option<&Envelope<A>>,
        id: Uuid,
        events: &[A::Event],
    ) -> Result<raally_storage::Appended, Failure> {
        let mut new_events = Vec::with_capacity(events.len());
        for event in events {
            let event_id: Uuid = self.mint().id();
            let address = Address { workspace: caller.workspace, kind: A::KIND, stream: id, event: event_id };
            let payload = self.vault().seal(tx, address, event).await?;
            new_events.push(NewEvent {
                event_id,
                type_name: event.type_name().into(),
                schema_version: event.schema_version(),
                payload,
            });
        }
        let append = Append {
            workspace: caller.workspace,
            kind: A::KIND,
            stream_id: id,
            expected: before.map_or(Expected::New, |before| Expected::Version(before.version)),
            events: new_events,
            meta: caller.meta(),
        };
        Ok(tx.append(&append).await?)
    }
}

/// The log's clock never runs backwards within a workspace; the state takes the log's instant.
fn settle_instants<A: Indexed>(after: &mut Envelope<A>, before: Option<&Envelope<A>>, recorded_at: i64) {
    let recorded_at = instant(recorded_at);
    after.updated_at = recorded_at;
    match before {
        None => after.created_at = recorded_at,
        Some(before) if before.deleted_at.is_none() && after.deleted_at.is_some() => {
            after.deleted_at = Some(recorded_at);
        }
        Some(_) => {}
    }
}

fn expect_version<A: Indexed>(expect: Expect, before: Option<&Envelope<A>>) -> Result<(), Failure> {
    match (expect, before) {
        (Expect::New, _) | (Expect::Current, Some(_)) => Ok(()),
        (Expect::Version(_) | Expect::Current, None) => Err(Refusal::NotFound.into()),
        (Expect::Version(expected), Some(before)) if before.version == expected => Ok(()),
        (Expect::Version(expected), Some(before)) => Err(Failure::VersionMismatch { expected, actual: before.version }),
    }
}

/// The user behind a caller; the system has none.
///
/// # Errors
/// `Denied` for the system.
pub fn user_of(caller: &Caller) -> Result<UserId, Failure> {
    caller.user.ok_or(Failure::Denied)
}
