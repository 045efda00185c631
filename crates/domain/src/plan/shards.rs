//! Which person has an assignment or an absence: a map in shards, so that a change beside a snapshot copies one shard.

use std::hash::Hash;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use uuid::Uuid;

const SHARDS: usize = 64;

/// From an id to the number of a person.
#[derive(Clone, Debug)]
pub(super) struct Shards<I>(Vec<Arc<FxHashMap<I, u32>>>);

impl<I> Default for Shards<I> {
    fn default() -> Self {
        Self((0..SHARDS).map(|_| Arc::default()).collect())
    }
}

impl<I: Copy + Eq + Hash + Into<Uuid>> Shards<I> {
    pub(super) fn get(&self, id: I) -> Option<u32> {
        self.0[shard(id)].get(&id).copied()
    }

    pub(super) fn insert(&mut self, id: I, number: u32) -> Option<u32> {
        Arc::make_mut(&mut self.0[shard(id)]).insert(id, number)
    }

    pub(super) fn remove(&mut self, id: I) -> Option<u32> {
        self.get(id)?;
        Arc::make_mut(&mut self.0[shard(id)]).remove(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|shard| shard.len()).sum()
    }
}

/// By the last byte: random in a version 7 id, where the first ones are a time.
fn shard(id: impl Into<Uuid>) -> usize {
    let uuid: Uuid = id.into();
    usize::from(uuid.as_bytes()[15]) % SHARDS
}
