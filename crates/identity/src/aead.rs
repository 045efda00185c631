//! AES-256-GCM with a random nonce per message, as versioned text: `<version>.<base64url(nonce ‖ ciphertext ‖ tag)>`.
//!
//! Random 96-bit nonces are sound for 2³² messages per key (NIST SP 800-38D §8.3); no key here comes near.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};

use crate::encoding;
use crate::random::CryptoFailed;

/// Longest text that is opened, in bytes.
pub const SEALED_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Why a sealed text could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// No sealed text of a version that this build knows.
    #[error("no sealed text of a known version")]
    Malformed,
    /// Sealed with another key, for another place, or altered.
    #[error("the sealed text is altered, of another place, or of another key")]
    Refused,
}

pub struct Sealer(RandomizedNonceKey);

impl Sealer {
    pub fn new(key: &[u8; 32]) -> Result<Self, CryptoFailed> {
        Ok(Self(RandomizedNonceKey::new(&AES_256_GCM, key)?))
    }

    pub fn seal(&self, version: &str, aad: &[u8], plaintext: &[u8]) -> Result<String, CryptoFailed> {
        let mut body = Vec::with_capacity(NONCE_LEN + plaintext.len() + AES_256_GCM.tag_len());
        body.extend_from_slice(plaintext);
        let nonce = self.0.seal_in_place_append_tag(Aad::from(aad), &mut body)?;
        body.splice(0..0, nonce.as_ref().iter().copied());
        Ok(format!("{version}.{}", encoding::encode(&body)))
    }

    pub fn open(&self, version: &str, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        if sealed.len() > SEALED_BYTES_MAX {
            return Err(OpenError::Malformed);
        }
        let text = sealed.strip_prefix(version.as_bytes()).and_then(|rest| rest.strip_prefix(b"."));
        let mut body = text.and_then(encoding::decode).ok_or(OpenError::Malformed)?;
        if body.len() < NONCE_LEN + AES_256_GCM.tag_len() {
            return Err(OpenError::Malformed);
        }
        let nonce = Nonce::try_assume_unique_for_key(&body[..NONCE_LEN]).map_err(|_| OpenError::Malformed)?;
        let opened = self.0.open_in_place(nonce, Aad::from(aad), &mut body[NONCE_LEN..]);
        let length = opened.map_err(|_| OpenError::Refused)?.len();
        body.drain(..NONCE_LEN);
        body.truncate(length);
        Ok(body)
    }
}
