//! Folds a workspace's log into states: time travel, rebuild of the read tables, proof that both agree.

use raally_domain::event::{Aggregate, Envelope};
use raally_domain::ids::WorkspaceId;
use raally_domain::kind::Kind;
use raally_domain::model::{
    Assignment, Calendar, Client, Holiday, ImportRun, Membership, Person, Project, Role, Session, Skill, Team, TimeOff,
    User, Workspace,
};
use raally_storage::{EventQuery, Record, StoredEvent, Tx};
use rustc_hash::FxHashMap;
use serde_json::Value;
use uuid::Uuid;

use crate::app::App;
use crate::codec::{Indexed, from_stored, instant, to_record};
use crate::failure::Failure;
use crate::vault::Opener;

/// Events read from the log at a time.
const PAGE_EVENTS: u32 = 2_000;

/// A kind whose states stand beside those of other kinds.
pub trait Kept: Aggregate {
    /// The state as one of any kind.
    fn kept(envelope: Envelope<Self>) -> State;
}

macro_rules! states {
    ($($kind:ident($state:ident)),+ $(,)?) => {
        /// A state of any kind.
        #[derive(Clone, Debug)]
        #[expect(missing_docs, reason = "each variant is a kind")]
        pub enum State { $($kind(Box<Envelope<$state>>)),+ }

        $(impl Kept for $state {
            fn kept(envelope: Envelope<Self>) -> State {
                State::$kind(Box::new(envelope))
            }
        })+

        impl State {
            /// The state after one more event.
            fn after(known: Option<Self>, event: &StoredEvent, payload: Value) -> Result<Option<Self>, Failure> {
                match event.kind {
                    $(Kind::$kind => {
                        let known = match known {
                            Some(Self::$kind(envelope)) => Some(*envelope),
                            _ => None,
                        };
                        Ok(next::<$state>(known, event, payload)?.map(|envelope| Self::$kind(Box::new(envelope))))
                    })+
                }
            }

            /// The read row.
            ///
            /// # Errors
            /// `Bug` when the state does not serialise.
            pub fn record(&self, workspace: WorkspaceId, position: i64) -> Result<Record, Failure> {
                match self { $(Self::$kind(envelope) => to_record(workspace, envelope, position)),+ }
            }

            /// Which object's.
            #[must_use]
            pub const fn id(&self) -> Uuid {
                match self { $(Self::$kind(envelope) => envelope.id),+ }
            }

            /// The kind.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind),+ }
            }
        }
    };
}
states!(
    Workspace(Workspace),
    Membership(Membership),
    Person(Person),
    TimeOff(TimeOff),
    Project(Project),
    Assignment(Assignment),
    Client(Client),
    Team(Team),
    Skill(Skill),
    Role(Role),
    Calendar(Calendar),
    Holiday(Holiday),
    User(User),
    Session(Session),
    Import(ImportRun),
);

fn next<A: Aggregate + Indexed>(
    known: Option<Envelope<A>>,
    event: &StoredEvent,
    payload: Value,
) -> Result<Option<Envelope<A>>, Failure> {
    let fact = from_stored::<A>(event, payload)?;
    let after = Envelope::after(known, event.stream_id, &fact, instant(event.recorded_at));
    Ok(after.map(|mut envelope| {
        envelope.version = event.version;
        envelope
    }))
}

/// Which part of a workspace's log is folded.
#[derive(Clone, Copy, Debug)]
pub struct Past {
    /// Where.
    pub workspace: WorkspaceId,
    /// Only streams of this kind.
    pub kind: Option<Kind>,
    /// Only this stream.
    pub stream: Option<Uuid>,
    /// Only events up to and with this position.
    pub through: Option<i64>,
}

/// States with the position of their last event.
pub type States = FxHashMap<(Kind, Uuid), (State, i64)>;

impl App {
    /// Every state that the log gives.
    ///
    /// # Errors
    /// `Bug` when an event can't be read by this build.
    pub async fn fold(&self, tx: &mut Tx<'_>, past: Past) -> Result<States, Failure> {
        let opener = self.vault().opener(tx, past.workspace).await?;
        let mut states = States::default();
        let mut after_position = 0;
        loop {
            let mut query = EventQuery::after(past.workspace, after_position, PAGE_EVENTS);
            query.kind = past.kind;
            query.stream = past.stream;
            query.to_position = past.through;
            let events = tx.events(&query).await?;
            let Some(last) = events.last() else { return Ok(states) };
            after_position = last.position;
            for event in &events {
                fold_one(&mut states, &opener, event)?;
            }
        }
    }

    /// Replaces the read tables of a workspace by what its log gives.
    ///
    /// # Errors
    /// When an event can't be read, or storage fails; then nothing has changed.
    pub async fn rebuild(&self, tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<usize, Failure> {
        let states = self.fold(tx, Past { workspace, kind: None, stream: None, through: None }).await?;
        tx.clear_read_tables(workspace, &Kind::ALL).await?;
        for (state, position) in states.values() {
            tx.put(state.kind(), &state.record(workspace, *position)?).await?;
        }
        Ok(states.len())
    }
}

fn fold_one(states: &mut States, opener: &Opener, event: &StoredEvent) -> Result<(), Failure> {
    let payload = opener.open(event)?;
    let key = (event.kind, event.stream_id);
    let known = states.remove(&key).map(|(state, _)| state);
    if let Some(state) = State::after(known, event, payload)? {
        states.insert(key, (state, event.position));
    }
    Ok(())
}
