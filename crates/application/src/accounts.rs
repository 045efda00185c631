//! What signing in needs beside the log: hasher, keys, rules, and short-lived caches.
//!
//! Nothing that must be right lives in the caches: what they say of sessions and memberships is asked again after less
//! than a second, so that a revocation in one process works in every other within one second (TRUST T7). In the process
//! that revokes, they are emptied at once.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use moka::sync::Cache;
use raally_domain::access::{Permissions, Role};
use raally_domain::ids::{SessionId, UserId, WorkspaceId};
use raally_identity::password::{Hasher, HasherLimits};
use raally_identity::refresh::RefreshTokens;
use raally_identity::token::{Claims, Jwks, Signer, Verifier};
use raally_identity::{CryptoFailed, Keyring, link};

use crate::failure::Failure;

/// How old an answer about a session or a membership may be.
pub const FRESH_FOR: Duration = Duration::from_millis(500);
/// Verified tokens remembered.
const TOKENS_MAX: u64 = 20_000;
/// Sessions and memberships remembered.
const ANSWERS_MAX: u64 = 50_000;
/// How long a join link works, in microseconds.
pub const JOIN_LINK_LIFE_US: i64 = link::LINK_LIFE_US;

/// Who may sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUp {
    /// Everybody.
    Open,
    /// Whoever has a join link.
    Link,
    /// Nobody; a platform admin makes users.
    Closed,
}

/// A membership as far as rights are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Right {
    /// The role.
    pub role: Role,
    /// What it gives beyond the role.
    pub permissions: Permissions,
}

/// What a living session is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Live {
    /// Whose.
    pub user: UserId,
    /// May run the installation.
    pub platform_admin: bool,
}

/// The keys in use.
pub struct Keys {
    /// Signs new tokens.
    pub signer: Signer,
    /// Checks tokens.
    pub verifier: Verifier,
    /// The public keys.
    pub jwks: Jwks,
    /// When they were read from the database, in microseconds.
    pub read_at: i64,
}

/// What signing in needs.
pub struct Accounts {
    pub(crate) hasher: Hasher,
    pub(crate) refresh: RefreshTokens,
    pub(crate) sign_up: SignUp,
    pub(crate) keys: ArcSwapOption<Keys>,
    pub(crate) tokens: Cache<Box<str>, Claims>,
    pub(crate) sessions: Cache<SessionId, Option<Live>>,
    pub(crate) rights: Cache<(UserId, WorkspaceId), Option<Right>>,
    pub(crate) revocations: tokio::sync::watch::Sender<u64>,
}

impl Accounts {
    /// With the installation's keyring; `hashes_max` passwords are hashed at a time.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn new(keyring: &Keyring, sign_up: SignUp, limits: HasherLimits) -> Result<Self, CryptoFailed> {
        Ok(Self {
            hasher: Hasher::new(limits),
            refresh: RefreshTokens::new(keyring)?,
            sign_up,
            keys: ArcSwapOption::empty(),
            tokens: Cache::builder().max_capacity(TOKENS_MAX).time_to_live(Duration::from_secs(600)).build(),
            sessions: Cache::builder().max_capacity(ANSWERS_MAX).time_to_live(FRESH_FOR).build(),
            rights: Cache::builder().max_capacity(ANSWERS_MAX).time_to_live(FRESH_FOR).build(),
            revocations: tokio::sync::watch::Sender::new(0),
        })
    }

    /// Forgets what is cached of sessions and memberships, and wakes whoever waits for a revocation.
    pub fn forget_all(&self) {
        self.sessions.invalidate_all();
        self.rights.invalidate_all();
        self.revocations.send_modify(|count| *count += 1);
    }

    /// The public keys as a JSON Web Key Set; empty before the first key is read.
    #[must_use]
    pub fn jwks(&self) -> String {
        let keys = self.keys.load();
        let set = keys.as_ref().map(|keys| serde_json::to_string(&keys.jwks));
        set.and_then(Result::ok).unwrap_or_else(|| "{\"keys\":[]}".to_owned())
    }

    pub(crate) fn keys_now(&self) -> Option<Arc<Keys>> {
        self.keys.load_full()
    }
}

/// A new join token and its stored hash.
///
/// # Errors
/// When there is no randomness.
pub fn new_join_token() -> Result<(String, Vec<u8>), Failure> {
    let new = link::new_link().map_err(Failure::bug)?;
    Ok((new.token.expose().to_owned(), new.hash.to_vec()))
}

/// The stored hash of a token that somebody sent; of nothing, when it is none of ours.
#[must_use]
pub fn join_token_hash(token: &str) -> Vec<u8> {
    link::hash_of(token).map(|hash| hash.to_vec()).unwrap_or_default()
}
