//! What can go wrong, by who has to act.

use raally_storage::StoreError;

/// Why nothing was shipped or restored.
#[derive(Debug, thiserror::Error)]
pub enum ShippingError {
    /// What was asked for can't be: an address, a key, a moment before the first backup.
    #[error("{0}")]
    Input(String),
    /// The store of objects does not answer, or refuses.
    #[error("the backup store: {0}")]
    Unreachable(String),
    /// What lies in the store is not what was put there.
    #[error("{object}: {what}")]
    Damaged {
        /// Which object.
        object: String,
        /// What is wrong with it.
        what: String,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The disk here.
    #[error("{what}: {source}")]
    Disk {
        /// What was done.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
}

impl ShippingError {
    pub(crate) fn damaged(object: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Damaged { object: object.into(), what: what.into() }
    }

    pub(crate) fn disk(what: impl std::fmt::Display) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.to_string();
        |source| Self::Disk { what, source }
    }
}
