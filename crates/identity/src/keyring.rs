//! The secret key of an installation and the keys derived from it, one per purpose.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::aead::Sealer;
pub use crate::aead::{OpenError, SEALED_BYTES_MAX};
use crate::keyfile::{self, KeyFileError};
use crate::random::{self, CryptoFailed};

const KEY_BYTES: usize = 32;
/// Of the text that [`Keyring::seal`] returns.
const VERSION: &str = "v1";
const SALT: &[u8] = b"raally keyring v1";

/// What a derived key is for. Each purpose has keys of its own: what is made for one means nothing to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Signs refresh tokens.
    Refresh,
    /// Signs page cursors.
    Cursor,
    /// Seals secrets in tables.
    AtRest,
    /// Seals or signs links.
    Links,
    /// Seals the keys of subjects.
    SubjectKeys,
    /// Seals the private halves of the keys that sign access tokens.
    SigningKeys,
}

impl Purpose {
    const ALL: [Self; 6] =
        [Self::Refresh, Self::Cursor, Self::AtRest, Self::Links, Self::SubjectKeys, Self::SigningKeys];

    const fn name(self) -> &'static str {
        match self {
            Self::Refresh => "refresh",
            Self::Cursor => "cursor",
            Self::AtRest => "at-rest",
            Self::Links => "links",
            Self::SubjectKeys => "subject-keys",
            Self::SigningKeys => "signing-keys",
        }
    }
}

/// The secret key, ready for use. Cloning shares it.
#[derive(Clone)]
pub struct Keyring(Arc<Keys>);

struct Keys {
    secret: Zeroizing<[u8; KEY_BYTES]>,
    /// In the order of [`Purpose::ALL`].
    sealers: Vec<Sealer>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring(…)")
    }
}

impl Keyring {
    /// Reads the key file; makes one of 32 random bytes, with mode 0600, when there is none.
    ///
    /// An operator's own file may hold 32 raw bytes, or their base64 as `openssl rand -base64 32` prints it.
    ///
    /// # Errors
    /// When the file can't be read or made, is open to its group or the world, or holds no 32 byte key.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyFileError> {
        let make = || Ok(Zeroizing::new(random::bytes::<KEY_BYTES>()?.to_vec()));
        let content = keyfile::load_or_create(path, make)?;
        let secret = secret_of(&content).ok_or_else(|| KeyFileError::NotAKey {
            path: path.to_owned(),
            reason: "it should hold 32 random bytes, or their base64",
        })?;
        Ok(Self::from_secret(&secret)?)
    }

    /// From a key that is at hand: for tests, and for keys that don't come from a file.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn from_secret(secret: &[u8; KEY_BYTES]) -> Result<Self, CryptoFailed> {
        let sealer = |purpose: Purpose| Sealer::new(&*derive(secret, "seal", purpose)?);
        let sealers = Purpose::ALL.into_iter().map(sealer).collect::<Result<_, _>>()?;
        Ok(Self(Arc::new(Keys { secret: Zeroizing::new(*secret), sealers })))
    }

    /// Encrypts with AES-256-GCM; `aad` says where the text belongs and must be given again to open it.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn seal(&self, purpose: Purpose, aad: &[u8], plaintext: &[u8]) -> Result<String, CryptoFailed> {
        self.0.sealers[purpose as usize].seal(VERSION, aad, plaintext)
    }

    /// The plaintext of what [`Self::seal`] made for the same purpose and place.
    ///
    /// # Errors
    /// When the text is no sealed text, or altered, or of another key, purpose or place.
    pub fn open(
        &self,
        purpose: Purpose,
        aad: &[u8],
        sealed: impl AsRef<[u8]>,
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        self.0.sealers[purpose as usize].open(VERSION, aad, sealed.as_ref()).map(Zeroizing::new)
    }

    /// A key for HMAC.
    pub(crate) fn mac_key(&self, purpose: Purpose) -> Result<aws_lc_rs::hmac::Key, CryptoFailed> {
        let key = derive(&*self.0.secret, "mac", purpose)?;
        Ok(aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &*key))
    }
}

/// 32 raw bytes that are no text (a pass phrase of 32 letters is no key), or the base64 of 32 bytes.
fn secret_of(content: &[u8]) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    let printable = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    if content.len() == KEY_BYTES && !content.iter().all(printable) {
        return Some(Zeroizing::new(content.try_into().ok()?));
    }
    let decoded = Zeroizing::new(STANDARD.decode(content.trim_ascii()).ok()?);
    Some(Zeroizing::new(decoded.as_slice().try_into().ok()?))
}

fn derive(secret: &[u8], of: &str, purpose: Purpose) -> Result<Zeroizing<[u8; KEY_BYTES]>, CryptoFailed> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    hkdf_sha256(SALT, secret, &[of.as_bytes(), b"/", purpose.name().as_bytes()], &mut *key)?;
    Ok(key)
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Source: RFC 5869.
fn hkdf_sha256(salt: &[u8], secret: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<(), CryptoFailed> {
    let key = Salt::new(HKDF_SHA256, salt).extract(secret);
    Ok(key.expand(info, Length(out.len()))?.fill(out)?)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::{Purpose, hkdf_sha256, secret_of};

    fn hex(text: &str) -> Vec<u8> {
        let digits = text.as_bytes().chunks(2);
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    }

    fn expanded(salt: &str, secret: &str, info: &str, expected: &str) {
        let expected = hex(expected);
        let mut out = vec![0; expected.len()];
        hkdf_sha256(&hex(salt), &hex(secret), &[&hex(info)], &mut out).unwrap();
        assert_eq!(out, expected);
    }

    /// Source: RFC 5869, appendix A.1 to A.3.
    #[test]
    fn hkdf_meets_the_vectors_of_rfc_5869() {
        expanded(
            "000102030405060708090a0b0c",
            "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
            "f0f1f2f3f4f5f6f7f8f9",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        );
        let run = |from: u8, to: u8| (from..=to).map(|byte| format!("{byte:02x}")).collect::<String>();
        expanded(
            &run(0x60, 0xaf),
            &run(0x00, 0x4f),
            &run(0xb0, 0xff),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09\
             da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
        );
        expanded(
            "",
            "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
            "",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        );
    }

    #[test]
    fn purposes_stand_in_the_order_of_their_numbers() {
        for (number, purpose) in Purpose::ALL.into_iter().enumerate() {
            assert_eq!(purpose as usize, number);
        }
    }

    #[test]
    fn key_is_raw_bytes_or_base64_and_never_a_phrase() {
        assert!(secret_of(&[7; 32]).is_some());
        assert!(secret_of(&[7; 31]).is_none());
        assert!(secret_of(&[0xff; 33]).is_none());
        assert!(secret_of(b"").is_none());
        assert!(secret_of(b"this phrase has thirty two bytes").is_none());
        assert_eq!(*secret_of(b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n").unwrap(), [0; 32]);
    }
}
