//! Tokens of join links: 128 random bits, of which only the SHA-256 is stored.

use aws_lc_rs::digest::{SHA256, digest};

use crate::random::{self, CryptoFailed};
use crate::secret::Secret;
use crate::{DAY_US, encoding};

/// How long a join link works, in microseconds.
pub const LINK_LIFE_US: i64 = 7 * DAY_US;
const TOKEN_BYTES: usize = 16;

/// A new link's token, shown once, and the hash to store.
#[derive(Debug)]
pub struct NewLink {
    /// For the link; never stored.
    pub token: Secret,
    /// What is stored and looked up.
    pub hash: [u8; 32],
}

/// Makes a token of 128 random bits.
///
/// # Errors
/// When the cryptographic library fails.
pub fn new_link() -> Result<NewLink, CryptoFailed> {
    let token = random::bytes::<TOKEN_BYTES>()?;
    Ok(NewLink { token: Secret::new(encoding::encode(&token)), hash: hash(&token) })
}

/// The hash to look a presented token up by; none when it has not the form of one.
///
/// A look-up by hash tells nothing by its time: who can't guess 128 bits can't steer the hash either.
#[must_use]
pub fn hash_of(token: &str) -> Option<[u8; 32]> {
    encoding::decode_exactly::<TOKEN_BYTES>(token.as_bytes()).map(|token| hash(&token))
}

/// When a link made now stops to work; both in microseconds.
#[must_use]
pub const fn expires_at(now: i64) -> i64 {
    now.saturating_add(LINK_LIFE_US)
}

/// Whether a link still works; both in microseconds.
#[must_use]
pub const fn is_alive(expires_at: i64, now: i64) -> bool {
    now < expires_at
}

fn hash(token: &[u8; TOKEN_BYTES]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, token).as_ref());
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn token_is_found_by_its_hash_and_no_other_is() {
        let (one, other) = (new_link().unwrap(), new_link().unwrap());
        assert_eq!(one.token.expose().len(), 22);
        assert_eq!(hash_of(one.token.expose()), Some(one.hash));
        assert_ne!(one.hash, other.hash);
    }

    #[test]
    fn text_of_another_form_is_no_token() {
        let token = new_link().unwrap().token;
        for text in ["", "a", "äöü", &token.expose()[1..], &format!("{}A", token.expose()), &"A".repeat(1 << 20)] {
            assert_eq!(hash_of(text), None);
        }
        // The last character holds two unused bits: one form only.
        assert_eq!(hash_of("AAAAAAAAAAAAAAAAAAAAAB"), None);
    }

    #[test]
    fn link_works_for_seven_days() {
        assert!(is_alive(expires_at(0), LINK_LIFE_US - 1));
        assert!(!is_alive(expires_at(0), LINK_LIFE_US));
        assert_eq!(expires_at(i64::MAX), i64::MAX);
    }
}
