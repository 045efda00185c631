//! Things with an id, numbered so that rows refer to them in four bytes.

use std::hash::Hash;
use std::sync::Arc;

use rustc_hash::FxHashMap;

/// Something that was put, with its part that needs a permission. Its name stays when it is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<I, T, M = ()> {
    /// Its id.
    pub id: I,
    /// What was put last; absent while it is only referred to.
    pub value: Option<T>,
    /// Rates and budgets.
    pub money: M,
    /// Soft-deleted.
    pub removed: bool,
}

impl<I, T, M> Entry<I, T, M> {
    /// It was put and not removed.
    #[must_use]
    pub const fn is_alive(&self) -> bool {
        self.value.is_some() && !self.removed
    }

    /// Its value, unless it is removed.
    #[must_use]
    pub fn alive(&self) -> Option<&T> {
        self.value.as_ref().filter(|_| !self.removed)
    }

    pub(super) fn put(&mut self, value: T) {
        self.value = Some(value);
        self.removed = false;
    }
}

impl<I, T, M: Default> From<I> for Entry<I, T, M> {
    fn from(id: I) -> Self {
        Self { id, value: None, money: M::default(), removed: false }
    }
}

/// Numbered entries. Numbers are never given twice.
#[derive(Clone, Debug)]
pub(super) struct Slots<I, S> {
    items: Vec<Arc<S>>,
    index: Arc<FxHashMap<I, u32>>,
}

impl<I, S> Default for Slots<I, S> {
    fn default() -> Self {
        Self { items: Vec::new(), index: Arc::default() }
    }
}

impl<I: Copy + Eq + Hash, S: Clone + From<I>> Slots<I, S> {
    /// The number of an id, a new one if need be.
    pub(super) fn number(&mut self, id: I) -> u32 {
        if let Some(number) = self.index.get(&id) {
            return *number;
        }
        let number = u32::try_from(self.items.len()).unwrap_or(u32::MAX);
        self.items.push(Arc::new(S::from(id)));
        Arc::make_mut(&mut self.index).insert(id, number);
        number
    }

    pub(super) fn find(&self, id: I) -> Option<u32> {
        self.index.get(&id).copied()
    }

    pub(super) fn get(&self, id: I) -> Option<&S> {
        self.at(self.find(id)?)
    }

    pub(super) fn at(&self, number: u32) -> Option<&S> {
        self.items.get(number as usize).map(Arc::as_ref)
    }

    /// To change one; what is shared with a snapshot is copied first.
    pub(super) fn change(&mut self, number: u32) -> Option<&mut S> {
        self.items.get_mut(number as usize).map(Arc::make_mut)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &S)> {
        self.items.iter().enumerate().map(|(number, item)| (number as u32, item.as_ref()))
    }
}
