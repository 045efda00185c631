//! A state that is folded from facts, with what every stored object has.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::Event;
use crate::kind::Kind;

/// What a fact does to the life of an aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It is there.
    Present,
    /// It is soft-deleted.
    Deleted,
    /// As before.
    Same,
}

/// A state that is folded from facts.
pub trait Aggregate: Sized + Clone + std::fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its stream's kind.
    const KIND: Kind;
    /// Its facts.
    type Event: Event + Clone + Send + Sync + 'static;
    /// The part that needs a permission to be seen; `()` when there is none.
    type Money: std::fmt::Debug + Clone + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The state after a first fact; none when the fact is not one that makes it.
    fn born(event: &Self::Event) -> Option<Self>;
    /// The state after one more fact.
    fn apply(&mut self, money: &mut Self::Money, event: &Self::Event) -> Life;
    /// What lists are sorted by.
    fn sort_key(&self) -> String;
}

/// A state with what every stored object has. Serialised, it is what the API answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "A: Aggregate", serialize = "A: Aggregate"))]
pub struct Envelope<A: Aggregate> {
    /// The stream's id.
    pub id: Uuid,
    /// The stream's version: how many facts it has.
    pub version: i64,
    /// When the first fact was recorded.
    pub created_at: Timestamp,
    /// When the last fact was recorded.
    pub updated_at: Timestamp,
    /// Since when it is soft-deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// The state.
    #[serde(flatten)]
    pub state: A,
    /// Stored and served apart.
    #[serde(skip)]
    pub money: A::Money,
}

impl<A: Aggregate> Envelope<A> {
    /// The state after one more fact; `known` is none before the first.
    pub fn after(known: Option<Self>, id: Uuid, event: &A::Event, recorded_at: Timestamp) -> Option<Self> {
        let Some(mut envelope) = known else {
            return A::born(event).map(|state| Self {
                id,
                version: 1,
                created_at: recorded_at,
                updated_at: recorded_at,
                deleted_at: None,
                state,
                money: A::Money::default(),
            });
        };
        match envelope.state.apply(&mut envelope.money, event) {
            Life::Present => envelope.deleted_at = None,
            Life::Deleted => envelope.deleted_at = Some(recorded_at),
            Life::Same => {}
        }
        envelope.version += 1;
        envelope.updated_at = recorded_at;
        Some(envelope)
    }
}
