//! Passwords: hashed with Argon2id, a bounded number at a time, and refused when others would guess them.

mod guess;
mod list;
mod policy;

use std::sync::Arc;

use argon2::password_hash::Error;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use unicode_normalization::UnicodeNormalization;

pub use policy::{LENGTH_MIN, LENGTH_MIN_WITH_SECOND_FACTOR, PASSWORD_BYTES_MAX, PasswordContext, Weakness, check};

use crate::random::{self, CryptoFailed};
use crate::secret::Secret;

/// Memory of one hash, in KiB: 19 MiB. Source: OWASP Password Storage Cheat Sheet.
pub const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over the memory.
pub const PASSES: u32 = 2;
/// Lanes.
pub const LANES: u32 = 1;
/// Hashes that ask for more memory than this are refused, in KiB: the database must not be able to exhaust a server.
const MEMORY_KIB_MAX: u32 = 256 * 1024;
const PASSES_MAX: u32 = 16;
const LANES_MAX: u32 = 8;
/// Bytes of hash and salt.
const HASH_BYTES: usize = 32;
const SALT_BYTES: usize = 16;

/// Verified when an account doesn't exist, so that the answer takes as long. Salt and hash are random bytes: no password fits.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$hYv3Vvg/mM/4WOwMUPKTQg$+3G7FSP4g0gb3kpm68Ey8nZdxE4ecJWQVWgdGJ9q2zU";

/// How much work is taken on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HasherLimits {
    /// Hashes computed at the same time, each with [`MEMORY_KIB`].
    pub concurrent: usize,
    /// Callers that wait beside those; the next is turned away.
    pub waiting: usize,
}

impl Default for HasherLimits {
    /// Two at a time (38 MiB), 64 waiting: about a second of work.
    fn default() -> Self {
        Self { concurrent: 2, waiting: 64 }
    }
}

/// Whether a password fits, and whether its hash is of weaker form than today's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The password is the one.
    pub matches: bool,
    /// Hash it again while it is at hand.
    pub needs_rehash: bool,
}

/// Why a password could not be hashed or verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Too many wait already; try again in a second.
    #[error("too many passwords are being checked")]
    Overloaded,
    /// Longer than [`PASSWORD_BYTES_MAX`].
    #[error("the password is too long")]
    TooLong,
    /// The stored hash is no Argon2id hash that this build accepts.
    #[error("the stored password hash is not readable")]
    Unreadable,
    /// The cryptographic library failed.
    #[error(transparent)]
    Crypto(#[from] CryptoFailed),
}

/// Hashes and verifies on the blocking pool, a bounded number at a time. Cloning shares the bound.
#[derive(Clone, Debug)]
pub struct Hasher {
    /// Whoever computes or waits.
    places: Arc<Semaphore>,
    /// Whoever computes.
    running: Arc<Semaphore>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new(HasherLimits::default())
    }
}

impl Hasher {
    /// With these limits; at least one at a time.
    #[must_use]
    pub fn new(limits: HasherLimits) -> Self {
        let concurrent = limits.concurrent.clamp(1, 1024);
        Self {
            places: Arc::new(Semaphore::new(concurrent + limits.waiting.min(1 << 16))),
            running: Arc::new(Semaphore::new(concurrent)),
        }
    }

    /// The hash to store, as a PHC string. Does not judge the password: see [`check`].
    ///
    /// # Errors
    /// `Overloaded`, `TooLong`, or the cryptographic library failed.
    pub async fn hash(&self, password: Secret) -> Result<String, HashError> {
        let password = prepared(&password).ok_or(HashError::TooLong)?;
        self.run(move || hash(&password)).await
    }

    /// Whether the password is the one behind `phc`. Without a hash (no such account) it never is, and takes as long to
    /// say so.
    ///
    /// # Errors
    /// `Overloaded`, or `Unreadable` when the stored hash is none.
    pub async fn verify(&self, password: Secret, phc: Option<String>) -> Result<Verdict, HashError> {
        let prepared = prepared(&password);
        self.run(move || match (&prepared, &phc) {
            (Some(password), Some(phc)) => verify(password, phc),
            // Nobody's password is too long: work as if the account did not exist.
            _ => verify(&prepared.unwrap_or_default(), DUMMY).map(|_| Verdict { matches: false, needs_rehash: false }),
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashError> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| HashError::Overloaded)?;
        let running = self.running.clone().acquire_owned().await.map_err(|_| HashError::Overloaded)?;
        // The thread holds both: a caller who goes away does not make room while the hash is still being computed.
        let done = spawn_blocking(move || {
            let result = work();
            drop((running, place));
            result
        });
        done.await.map_err(|_| CryptoFailed)?
    }
}

/// The form that is hashed: NFC, any other space as U+0020, so that the same password typed on another keyboard or
/// system is the same bytes. None when it is too long.
///
/// Source: RFC 8265 §4.2 (OpaqueString).
fn prepared(password: &Secret) -> Option<Secret> {
    if password.expose().len() > PASSWORD_BYTES_MAX {
        return None;
    }
    // Space for the longest there is: a string that grows leaves copies behind.
    let mut text = String::with_capacity(PASSWORD_BYTES_MAX * 4);
    text.extend(password.expose().nfc().map(|c| if c.is_whitespace() && !c.is_control() { ' ' } else { c }));
    Some(Secret::new(text))
}

fn argon2id() -> Result<Argon2<'static>, CryptoFailed> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES)).map_err(|_| CryptoFailed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &Secret) -> Result<String, HashError> {
    let salt = random::bytes::<SALT_BYTES>()?;
    let hash = argon2id()?.hash_password_with_salt(password.expose().as_bytes(), &salt);
    Ok(hash.map_err(|_| CryptoFailed)?.to_string())
}

fn verify(password: &Secret, phc: &str) -> Result<Verdict, HashError> {
    let stored = PasswordHash::new(phc).map_err(|_| HashError::Unreadable)?;
    let params = Params::try_from(&stored).map_err(|_| HashError::Unreadable)?;
    let affordable = params.m_cost() <= MEMORY_KIB_MAX && params.t_cost() <= PASSES_MAX && params.p_cost() <= LANES_MAX;
    let known = stored.algorithm.as_str() == Algorithm::Argon2id.as_str();
    if !affordable || !known || stored.hash.is_none() {
        return Err(HashError::Unreadable);
    }
    let weaker = params.m_cost() < MEMORY_KIB || params.t_cost() < PASSES || params.p_cost() != LANES;
    let old = stored.version != Some(Version::V0x13.into()) || stored.salt.is_none_or(|salt| salt.len() < SALT_BYTES);
    let short = stored.hash.is_none_or(|hash| hash.len() < HASH_BYTES);
    match argon2id()?.verify_password(password.expose().as_bytes(), &stored) {
        Ok(()) => Ok(Verdict { matches: true, needs_rehash: weaker || old || short }),
        Err(Error::PasswordInvalid) => Ok(Verdict { matches: false, needs_rehash: false }),
        Err(_) => Err(HashError::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn absent_account_costs_what_a_real_one_does() {
        let dummy = PasswordHash::new(DUMMY).unwrap();
        let real = PasswordHash::new(&hash(&Secret::from("x")).unwrap()).unwrap();
        assert_eq!((dummy.algorithm, dummy.version, dummy.params), (real.algorithm, real.version, real.params));
        assert_eq!(dummy.salt.unwrap().len(), real.salt.unwrap().len());
        assert_eq!(dummy.hash.unwrap().len(), real.hash.unwrap().len());
        let verdict = verify(&Secret::from("x"), DUMMY).unwrap();
        assert_eq!(verdict, Verdict { matches: false, needs_rehash: false });
    }
}
