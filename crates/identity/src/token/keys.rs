//! Keys that sign access tokens: made, sealed, published.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::encoding;
use crate::keyring::{Keyring, OpenError, Purpose};
use crate::random::{self, CryptoFailed};

/// The public half of a signing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// From stored bytes; none when there are not 32 of them.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The key's name: its thumbprint.
    #[must_use]
    pub fn kid(&self) -> String {
        key_id(&self.0)
    }
}

/// The thumbprint of an Ed25519 public key.
///
/// Source: RFC 7638, with the members of RFC 8037 §2.
#[must_use]
pub fn key_id(public: &[u8; 32]) -> String {
    let x = encoding::encode(public);
    let json = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    encoding::encode(digest(&SHA256, json.as_bytes()).as_ref())
}

/// A new key, as it is stored.
#[derive(Clone, Debug)]
pub struct NewSigningKey {
    /// Its name.
    pub kid: String,
    /// Sealed with the installation's key.
    pub sealed_private: String,
    /// For everybody.
    pub public: PublicKey,
}

impl NewSigningKey {
    /// Makes a key.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn generate(keyring: &Keyring) -> Result<Self, CryptoFailed> {
        let seed = Zeroizing::new(random::bytes::<32>()?);
        let public = public_of(&pair_of(&*seed)?)?;
        let kid = public.kid();
        let sealed_private = keyring.seal(Purpose::SigningKeys, kid.as_bytes(), &*seed)?;
        Ok(Self { kid, sealed_private, public })
    }
}

/// Why a stored signing key can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningKeyError {
    /// It can't be opened: altered, or of another installation.
    #[error("signing key: {0}")]
    Open(#[from] OpenError),
    /// It opens, and is not the key of that name.
    #[error("the signing key is not the one that its name says")]
    AnotherKey,
    /// The cryptographic library failed.
    #[error(transparent)]
    Crypto(#[from] CryptoFailed),
}

/// The private key as PKCS#8.
pub(super) fn open(keyring: &Keyring, kid: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SigningKeyError> {
    let seed = keyring.open(Purpose::SigningKeys, kid.as_bytes(), sealed)?;
    let pair = pair_of(&seed)?;
    if public_of(&pair)?.kid() != kid {
        return Err(SigningKeyError::AnotherKey);
    }
    let pkcs8 = pair.to_pkcs8().map_err(CryptoFailed::from)?;
    Ok(Zeroizing::new(pkcs8.as_ref().to_vec()))
}

pub(crate) fn pair_of(seed: &[u8]) -> Result<Ed25519KeyPair, CryptoFailed> {
    Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| CryptoFailed)
}

pub(crate) fn public_of(pair: &Ed25519KeyPair) -> Result<PublicKey, CryptoFailed> {
    PublicKey::from_bytes(pair.public_key().as_ref()).ok_or(CryptoFailed)
}

/// The set of public keys for `/.well-known/jwks.json`.
///
/// Source: RFC 7517 §5.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Jwks {
    /// One per key.
    pub keys: Vec<Jwk>,
}

/// One public key. Source: RFC 8037 §2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Jwk {
    kty: &'static str,
    crv: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: &'static str,
    kid: String,
    x: String,
}

impl Jwks {
    /// In the given order.
    #[must_use]
    pub fn of(keys: &[PublicKey]) -> Self {
        let jwk = |key: &PublicKey| Jwk {
            kty: "OKP",
            crv: "Ed25519",
            usage: "sig",
            alg: "EdDSA",
            kid: key.kid(),
            x: encoding::encode(&key.0),
        };
        Self { keys: keys.iter().map(jwk).collect() }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    const D: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    /// Source: RFC 8037, appendix A.2 and A.3.
    #[test]
    fn thumbprint_and_public_key_meet_rfc_8037() {
        let seed = encoding::decode(D.as_bytes()).unwrap();
        let public = public_of(&pair_of(&seed).unwrap()).unwrap();
        assert_eq!(encoding::encode(&public.0), X);
        assert_eq!(public.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        let jwks = serde_json::to_value(Jwks::of(&[public])).unwrap();
        assert_eq!(jwks["keys"][0]["x"], X);
        assert_eq!(jwks["keys"][0]["kty"], "OKP");
    }

    /// Source: RFC 8037, appendix A.4 and A.5.
    #[test]
    fn signature_meets_rfc_8037() {
        let seed = encoding::decode(D.as_bytes()).unwrap();
        let message = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let expected = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        let pair = pair_of(&seed).unwrap();
        assert_eq!(encoding::encode(pair.sign(message.as_bytes()).as_ref()), expected);
        let pkcs8 = pair.to_pkcs8().unwrap();
        let key = jsonwebtoken::EncodingKey::from_ed_der(pkcs8.as_ref());
        let signed = jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::EdDSA);
        assert_eq!(signed.unwrap(), expected);
    }

    #[test]
    fn key_opens_under_its_own_name_and_installation_only() {
        let keyring = Keyring::from_secret(&[1; 32]).unwrap();
        let key = NewSigningKey::generate(&keyring).unwrap();
        assert!(open(&keyring, &key.kid, key.sealed_private.as_bytes()).is_ok());
        let refused = Err(SigningKeyError::Open(OpenError::Refused));
        assert_eq!(open(&keyring, "other", key.sealed_private.as_bytes()), refused);
        let other = Keyring::from_secret(&[2; 32]).unwrap();
        assert_eq!(open(&other, &key.kid, key.sealed_private.as_bytes()), refused);
        // Sealed properly under a name that is not the key's.
        let misnamed = keyring.seal(Purpose::SigningKeys, b"name", &[9; 32]).unwrap();
        assert_eq!(open(&keyring, "name", misnamed.as_bytes()), Err(SigningKeyError::AnotherKey));
    }
}
