//! Access tokens: JWTs of type `at+jwt`, signed with Ed25519, that live for ten minutes.
//!
//! One algorithm, one issuer, one audience; the signature is checked before any claim is believed. Whether the session
//! still lives is the caller's business: `sid` is there for that.
//!
//! Source: RFC 7519, RFC 8037, RFC 9068 (without its client id and scopes), RFC 8725.

mod keys;
mod rotation;

use std::collections::HashMap;
use std::fmt;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use raally_domain::ids::{SessionId, UserId};
use serde::{Deserialize, Serialize};

pub use keys::{Jwk, Jwks, NewSigningKey, PublicKey, SigningKeyError, key_id};
pub(crate) use keys::{pair_of, public_of};
pub use rotation::{KEY_LIFE_US, KEY_SETTLES_US, KeyAge, Rotation, active, plan_rotation};

use crate::keyring::Keyring;
use crate::random::{self, CryptoFailed};
use crate::secret::Secret;
use crate::{SECOND_US, encoding};

/// How long a token lives, in seconds.
pub const TOKEN_LIFE_S: i64 = 600;
/// By how much a token's begin may lie ahead of this machine's clock, in seconds. Its end gets no such grace.
pub const LEEWAY_S: i64 = 30;
/// Longest token that is looked at, in bytes.
pub const TOKEN_BYTES_MAX: usize = 2048;
const TYPE: &str = "at+jwt";

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who made it.
    pub iss: String,
    /// For whom.
    pub aud: String,
    /// The user.
    pub sub: UserId,
    /// The session.
    pub sid: SessionId,
    /// Made at, in seconds since the epoch.
    pub iat: i64,
    /// Not good before, in seconds since the epoch.
    pub nbf: i64,
    /// Not good from then on, in seconds since the epoch.
    pub exp: i64,
    /// Unique; 128 random bits.
    pub jti: String,
}

/// Why a token is refused. What a client may learn is less: that it is refused, and whether it expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// No JWT of ours by its form, or too long.
    #[error("no access token by its form")]
    Malformed,
    /// A JWT of another type.
    #[error("a token of another type")]
    WrongType,
    /// Another algorithm, or a critical extension.
    #[error("an algorithm or extension that is not accepted")]
    WrongAlgorithm,
    /// Signed with a key that is not published; a fresh key may need a reload of the key set.
    #[error("unknown key")]
    UnknownKey,
    /// The signature does not fit.
    #[error("wrong signature")]
    BadSignature,
    /// Of another issuer or for another audience.
    #[error("of another issuer or for another audience")]
    Foreign,
    /// Its begin lies ahead.
    #[error("not valid yet")]
    NotYetValid,
    /// Its time is over.
    #[error("expired")]
    Expired,
    /// It claims a longer life than any token of ours has.
    #[error("lives too long")]
    LivesTooLong,
}

/// A new token.
#[derive(Debug)]
pub struct Issued {
    /// For the client.
    pub token: Secret,
    /// What it says.
    pub claims: Claims,
}

/// Signs access tokens with one key.
pub struct Signer {
    header: Header,
    key: EncodingKey,
    issuer: String,
    audience: String,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("kid", &self.header.kid).finish_non_exhaustive()
    }
}

impl Signer {
    /// With the private key that [`NewSigningKey`] sealed.
    ///
    /// # Errors
    /// When the key is altered, of another installation, or not the one that `kid` names.
    pub fn open(
        keyring: &Keyring,
        kid: &str,
        sealed_private: impl AsRef<[u8]>,
        issuer: impl Into<String>,
        audience: impl Into<String>,
    ) -> Result<Self, SigningKeyError> {
        let pkcs8 = keys::open(keyring, kid, sealed_private.as_ref())?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(kid.to_owned());
        Ok(Self { header, key: EncodingKey::from_ed_der(&pkcs8), issuer: issuer.into(), audience: audience.into() })
    }

    /// Which key signs.
    #[must_use]
    pub fn kid(&self) -> &str {
        self.header.kid.as_deref().unwrap_or_default()
    }

    /// A token for a user's session, from now (in microseconds) for [`TOKEN_LIFE_S`].
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn issue(&self, user: UserId, session: SessionId, now: i64) -> Result<Issued, CryptoFailed> {
        let now_s = now.div_euclid(SECOND_US);
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: user,
            sid: session,
            iat: now_s,
            nbf: now_s,
            exp: now_s + TOKEN_LIFE_S,
            jti: encoding::encode(&random::bytes::<16>()?),
        };
        let token = jsonwebtoken::encode(&self.header, &claims, &self.key).map_err(|_| CryptoFailed)?;
        Ok(Issued { token: Secret::new(token), claims })
    }
}

/// Checks access tokens against a set of public keys.
pub struct Verifier {
    keys: HashMap<String, DecodingKey>,
    validation: Validation,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("kids", &self.keys.keys()).finish_non_exhaustive()
    }
}

impl Verifier {
    /// Trusts these keys, for tokens of one issuer and audience.
    #[must_use]
    pub fn new(issuer: &str, audience: &str, keys: &[PublicKey]) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        // Against the caller's clock, below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let key = |key: &PublicKey| (key.kid(), DecodingKey::from_ed_der(&key.0));
        Self { keys: keys.iter().map(key).collect(), validation }
    }

    /// The claims of a token that is good at the instant `now`, in microseconds.
    ///
    /// # Errors
    /// The first reason found to refuse it.
    pub fn verify(&self, token: &str, now: i64) -> Result<Claims, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::Malformed);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|error| reason(error.kind()))?;
        if header.alg != Algorithm::EdDSA || header.crit.is_some() {
            return Err(TokenError::WrongAlgorithm);
        }
        if header.typ.as_deref() != Some(TYPE) {
            return Err(TokenError::WrongType);
        }
        let kid = header.kid.ok_or(TokenError::UnknownKey)?;
        let key = self.keys.get(&kid).ok_or(TokenError::UnknownKey)?;
        let decoded = jsonwebtoken::decode::<Claims>(token, key, &self.validation);
        let claims = decoded.map_err(|error| reason(error.kind()))?.claims;
        check_times(&claims, now.div_euclid(SECOND_US))?;
        Ok(claims)
    }
}

fn check_times(claims: &Claims, now_s: i64) -> Result<(), TokenError> {
    if now_s >= claims.exp {
        return Err(TokenError::Expired);
    }
    let latest_begin = now_s.saturating_add(LEEWAY_S);
    if claims.nbf > latest_begin || claims.iat > latest_begin {
        return Err(TokenError::NotYetValid);
    }
    if claims.exp.saturating_sub(claims.iat) > TOKEN_LIFE_S {
        return Err(TokenError::LivesTooLong);
    }
    Ok(())
}

fn reason(kind: &ErrorKind) -> TokenError {
    match kind {
        ErrorKind::InvalidSignature => TokenError::BadSignature,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => TokenError::WrongAlgorithm,
        ErrorKind::InvalidIssuer | ErrorKind::InvalidAudience => TokenError::Foreign,
        _ => TokenError::Malformed,
    }
}
